"""Finding stations: the map, lists, one station, search, and what to relax when nothing is found.

Which stations match is answered by the index in memory; what a page shows of them is read from
the database, a handful of queries a page.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from chargesphere.core.geo import Box, Point, box_around, distance_m
from chargesphere.database import Database
from chargesphere.errors import MovedError, NotFoundError
from chargesphere.features.discovery import assembly, store
from chargesphere.features.discovery.cursor import RowPlace, decode, encode
from chargesphere.features.discovery.follower import LiveIndex
from chargesphere.features.discovery.index import Selection, distances_m
from chargesphere.features.discovery.naming import tidy_operator
from chargesphere.features.discovery.rules import Filters
from chargesphere.features.discovery.views import (
    NetworkView,
    Page,
    Relaxation,
    SearchHit,
    StationDetail,
    StationSummary,
)
from chargesphere.providers.geocoding.port import Geocoder
from chargesphere.providers.geocoding.port import Place as GeoPlace

Sort = Literal["distance", "power", "available"]

MAX_LIMIT = 200
MAX_QUERY = 200
"""Longer texts are no search; they are cut here rather than searched."""

_COORDINATES = re.compile(
    r"^\s*(?P<lat>[+-]?\d{1,2}(?:[.]\d+)?)°?\s*(?:,|;|\s)\s*(?P<lon>[+-]?\d{1,3}(?:[.]\d+)?)°?\s*$"
)
_AROUND_COORDINATES_M = 1_000.0
_FILTER_PARAMETERS = {
    "connectors": "connector",
    "min_kw": "min_kw",
    "max_kw": "max_kw",
    "available": "available",
    "min_points": "min_points",
    "networks": "network",
    "exclude_networks": "exclude_network",
    "access": "access",
    "statuses": "status",
    "open_now": "open",
    "no_fee": "no_fee",
    "sources": "source",
}


class DiscoveryService:
    """What a driver can ask. ``secret`` signs cursors, the same on all processes."""

    def __init__(
        self, database: Database, live: LiveIndex, geocoder: Geocoder, secret: str = ""
    ) -> None:
        self._database = database
        self._live = live
        self._geocoder = geocoder
        self._secret = secret
        self._book = assembly.PriceBook()

    @property
    def ready(self) -> bool:
        """Whether questions can be answered yet."""
        return self._live.ready

    @property
    def generation(self) -> str:
        """Changes whenever an answer may have changed."""
        return self._live.generation

    def view(self, box: Box, zoom: int, filters: Filters, now: datetime) -> bytes:
        """The body of ``/map``: stations and clusters in the box, as JSON."""
        return self._live.current.view(box, zoom, filters, now)

    def count(self, box: Box | None, filters: Filters, now: datetime) -> int:
        """How many stations match in the box, or anywhere."""
        return self._live.current.count(box, filters, now)

    async def stations(
        self,
        *,
        box: Box | None,
        near: Point | None,
        radius_m: float | None,
        sort: Sort,
        filters: Filters,
        limit: int,
        cursor: str | None,
        now: datetime,
    ) -> Page:
        """A page of matching stations, in an order that writes in between do not disturb.

        ``distance`` is measured from ``near``, else from the middle of the box. With ``power`` and
        ``available`` the strongest and those with most free charge points come first, the nearer
        one first among equals.

        Raises:
            InvalidError: the cursor is not one of this question.
        """
        centre = near or (box.centre if box else None)
        found, distance = self._matching(box, near, radius_m, centre, filters, now)
        order = _Order(found, distance, sort)
        question = _question(box, near, radius_m, sort, filters)
        after = None if cursor is None else decode(cursor, question, self._secret)
        positions = order.page(after, limit)
        ids = [found.ids[position].decode() for position in positions[:limit]]
        items = await self.summaries(ids, centre, filters, now)
        following = None
        if len(positions) > limit:
            last = order.place(int(positions[limit - 1]))
            following = encode(last, question, self._secret)
        return Page(tuple(items), following, len(found))

    async def station(self, station_id: str, now: datetime) -> StationDetail:
        """Everything about one station.

        Raises:
            MovedError: it was merged into another.
            NotFoundError: there is none with this id.
        """
        async with self._database.reading() as connection:
            found = await store.stations(connection, [station_id])
            if station_id not in found:
                successor = await store.successor(connection, station_id)
                if successor is not None:
                    raise MovedError(successor)
                raise NotFoundError("There is no station with this id.")
            facts = found[station_id]
            catalogue = await self._catalogue(connection, facts.tariff_keys)
            records = await store.source_records(connection, station_id)
        return assembly.detail(facts, catalogue, records, now)

    async def summaries(
        self, ids: Sequence[str], near: Point | None, filters: Filters, now: datetime
    ) -> list[StationSummary]:
        """Rows of a list for these stations, in this order; those that are gone are left out."""
        async with self._database.reading() as connection:
            found = await store.stations(connection, ids)
            keys = frozenset(key for facts in found.values() for key in facts.tariff_keys)
            catalogue = await self._catalogue(connection, keys)
        shown = (found[station_id] for station_id in ids if station_id in found)
        return [assembly.summary(facts, catalogue, filters, near, now) for facts in shown]

    async def search(
        self, text: str, near: Point | None, limit: int, now: datetime
    ) -> list[SearchHit]:
        """What was typed: coordinates, a plug's id, a place, or words of a name or address.

        ``near`` puts closer ones first among those that fit as well.
        """
        text = " ".join(text.split())[:MAX_QUERY]
        if not text or limit < 1:
            return []
        point = parse_coordinates(text)
        if point is not None:
            return [_coordinates_hit(point, near)]
        by_plug = await self._ids_by_plug(text, limit)
        if by_plug:
            return await self._station_hits(list(by_plug)[:limit], by_plug, near)
        places = await self._geocoder.suggest(text, near, limit)
        by_text = [hit.id for hit in self._live.text.search(text, near, limit)]
        stations = await self._station_hits(by_text, {}, near)
        return _mixed(stations, [_place_hit(place, near) for place in places], text, limit)

    def networks(self, query: str, limit: int) -> list[NetworkView]:
        """Networks whose name contains what was typed: names that begin so first, then by size."""
        return [network for _, network in self._networks(query)[:limit]]

    def network_page(
        self, query: str, limit: int, cursor: str | None
    ) -> tuple[list[NetworkView], str | None, int]:
        """A page of ``networks``, the cursor of the next one, and how many there are in all.

        Raises:
            InvalidError: the cursor is not one of this question.
        """
        question = f"networks {query}"
        after = None if cursor is None else decode(cursor, question, self._secret)
        found = self._networks(query)
        start = 0 if after is None else sum(1 for place, _ in found if place <= after)
        page = found[start : start + limit]
        more = start + limit < len(found)
        following = encode(page[-1][0], question, self._secret) if more else None
        return [network for _, network in page], following, len(found)

    def _networks(self, query: str) -> list[tuple[RowPlace, NetworkView]]:
        typed = query.casefold().strip()
        found = []
        for network_id, published, stations in self._live.current.networks():
            name = tidy_operator(published)
            if name and (typed in name.casefold() or typed in network_id):
                begins = name.casefold().startswith(typed)
                place = RowPlace(0.0 if begins else 1.0, -float(stations), network_id)
                found.append((place, NetworkView(network_id, name, stations)))
        return sorted(found, key=lambda item: item[0])

    def nearest(
        self, point: Point, filters: Filters, now: datetime
    ) -> tuple[str, float, float, float] | None:
        """The nearest matching station anywhere: id, latitude, longitude, metres away."""
        found = self._live.current.nearest(point, filters, now)
        if not len(found.ids):
            return None
        there = Point(float(found.lat[0]), float(found.lon[0]))
        return found.ids[0].decode(), there.lat, there.lon, distance_m(point, there)

    def relaxations(self, box: Box | None, filters: Filters, now: datetime) -> list[Relaxation]:
        """Which single filter to give up to find more, the most rewarding first."""
        index = self._live.current
        now_found = index.count(box, filters, now)
        options = [
            Relaxation(name, index.count(box, relaxed, now))
            for name, relaxed in relaxed_filters(filters)
        ]
        better = [option for option in options if option.total > now_found]
        return sorted(better, key=lambda option: -option.total)

    async def _catalogue(
        self, connection: AsyncConnection, keys: Iterable[store.TariffKey]
    ) -> assembly.Catalogue:
        feeds = await store.feeds(connection)
        return assembly.Catalogue(feeds, await store.tariffs(connection, keys), self._book)

    def _matching(
        self,
        box: Box | None,
        near: Point | None,
        radius_m: float | None,
        centre: Point | None,
        filters: Filters,
        now: datetime,
    ) -> tuple[Selection, NDArray[np.float64]]:
        circle = box_around(near, radius_m) if near and radius_m is not None else None
        found = self._live.current.select(box or circle, filters, now)
        if centre is None:
            return found, np.zeros(len(found), np.float64)
        # To the centimetre, so that a cursor means the same place on another machine.
        distance = np.round(distances_m(centre, found.lat, found.lon), 2)
        if near and radius_m is not None:
            away = distance if centre == near else distances_m(near, found.lat, found.lon)
            inside = np.flatnonzero(away <= radius_m)
            return found.take(inside), distance[inside]
        return found, distance

    async def _ids_by_plug(self, text: str, limit: int) -> dict[str, str]:
        """Stations with a charge point whose id begins as typed, and that id."""
        typed = re.sub(r"[\s*-]", "", text).upper()
        if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{3}E?[A-Z0-9]{2,}", typed):
            return {}
        if not any(c.isdigit() for c in typed):
            return {}
        async with self._database.reading() as connection:
            rows = await store.stations_with_plug(
                connection, typed, is_sqlite=self._database.is_sqlite, limit=limit * 4
            )
        found: dict[str, str] = {}
        for station_id, evse_id in rows:
            found.setdefault(station_id, evse_id)
        return found

    async def _station_hits(
        self, ids: Sequence[str], by_plug: Mapping[str, str], near: Point | None
    ) -> list[SearchHit]:
        async with self._database.reading() as connection:
            found = await store.stations(connection, ids)
        return [
            _station_hit(found[station_id], by_plug.get(station_id, ""), near)
            for station_id in ids
            if station_id in found
        ]


class _Order:
    """An order of stations by two numbers and the id, walked a page at a time."""

    def __init__(self, found: Selection, distance: NDArray[np.float64], sort: Sort) -> None:
        self._ids = found.ids
        if sort == "distance":
            self._first, self._second = distance, np.zeros(len(found), np.float64)
        elif sort == "power":
            self._first = -np.nan_to_num(found.kw.astype(np.float64), nan=-1.0)
            self._second = distance
        else:
            self._first, self._second = -found.free.astype(np.float64), distance

    def page(self, after: RowPlace | None, limit: int) -> NDArray[np.int64]:
        """The next positions in order, one more than ``limit`` when there are more."""
        positions = np.arange(len(self._ids), dtype=np.int64)
        if after is not None:
            positions = positions[self._is_after(after)]
        positions = self._narrowed(positions, limit + 1)
        order = np.lexsort((self._ids[positions], self._second[positions], self._first[positions]))
        return np.asarray(positions[order][: limit + 1])

    def place(self, position: int) -> RowPlace:
        """Where this row stands."""
        return RowPlace(
            float(self._first[position]),
            float(self._second[position]),
            self._ids[position].decode(),
        )

    def _is_after(self, place: RowPlace) -> NDArray[np.bool_]:
        same_first = self._first == place.first
        same_both = same_first & (self._second == place.second)
        return np.asarray(
            (self._first > place.first)
            | (same_first & (self._second > place.second))
            | (same_both & (self._ids > place.id.encode()))
        )

    def _narrowed(self, positions: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        """Those that can be among the first ``count``: sorting them all would take longer."""
        if len(positions) <= 4 * count:
            return positions
        first = self._first[positions]
        edge = np.partition(first, count - 1)[count - 1]
        sure, tied = positions[first < edge], positions[first == edge]
        left = count - len(sure)
        if len(tied) > 4 * left:
            second = self._second[tied]
            tied = tied[second <= np.partition(second, left - 1)[left - 1]]
        return np.concatenate((sure, tied))


def parse_coordinates(text: str) -> Point | None:
    """``52.09, 5.12`` as a point; None when it is something else."""
    match = _COORDINATES.match(text)
    # Two whole numbers are a house number more often than a place on Earth.
    if match is None or "." not in text:
        return None
    lat, lon = float(match["lat"]), float(match["lon"])
    return Point(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def relaxed_filters(filters: Filters) -> list[tuple[str, Filters]]:
    """The filters with one of them given up, for each that is set, by parameter name."""
    nothing = Filters()
    return [
        (_FILTER_PARAMETERS[field.name], replace(filters, **{field.name: unset}))
        for field in fields(Filters)
        if getattr(filters, field.name) != (unset := getattr(nothing, field.name))
    ]


def _question(
    box: Box | None, near: Point | None, radius_m: float | None, sort: Sort, filters: Filters
) -> str:
    return repr((box, near, radius_m, sort, sorted(filters.to_params().items())))


def _station_hit(facts: store.StationFacts, evse_id: str, near: Point | None) -> SearchHit:
    row = assembly.title_of(facts)
    address = assembly.address_of(facts)
    operator = tidy_operator(facts.operator_name)
    street = "" if address.street == row.text else address.street
    parts = (evse_id or row.code, street, address.city, operator)
    there = Point(facts.lat, facts.lon)
    return SearchHit(
        kind="station",
        id=facts.id,
        name=row.text,
        detail=" · ".join(part for part in parts if part),
        lat=facts.lat,
        lon=facts.lon,
        distance_m=None if near is None else distance_m(near, there),
        box=None,
    )


def _place_hit(place: GeoPlace, near: Point | None) -> SearchHit:
    there = Point(place.lat, place.lon)
    return SearchHit(
        kind="place",
        id=place.id,
        name=place.name,
        detail=place.detail,
        lat=place.lat,
        lon=place.lon,
        distance_m=None if near is None else distance_m(near, there),
        box=place.box,
    )


def _coordinates_hit(point: Point, near: Point | None) -> SearchHit:
    text = f"{point.lat:.5f}, {point.lon:.5f}"
    return SearchHit(
        kind="place",
        id=f"at-{abs(point.lat):.5f}{'s' if point.lat < 0 else 'n'}"
        f"-{abs(point.lon):.5f}{'w' if point.lon < 0 else 'e'}".replace(".", "-"),
        name=text,
        detail="Coordinates",
        lat=point.lat,
        lon=point.lon,
        distance_m=None if near is None else distance_m(near, point),
        box=box_around(point, _AROUND_COORDINATES_M),
    )


def _mixed(
    stations: list[SearchHit], places: list[SearchHit], text: str, limit: int
) -> list[SearchHit]:
    """Places called as typed first, then stations, then other places; always some of both."""
    typed = text.casefold()
    named = [place for place in places if place.name.casefold().startswith(typed)]
    first = named[: max(1, limit // 3)]
    others = [place for place in places if place not in first]
    room = limit - len(first) - (1 if others and not first else 0)
    return [*first, *stations[: max(room, 0)], *others][:limit]

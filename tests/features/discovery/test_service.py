"""What a driver asks, over a real index and a real database, on both engines."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from town import CENTRE, FEED, NETWORKS, Site, make_sites, write_town

from chargesphere.core.geo import Box, box_around, distance_m
from chargesphere.core.geo import Point as Spot
from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.database import Database
from chargesphere.errors import InvalidError, MovedError, NotFoundError
from chargesphere.events import ChangeHub
from chargesphere.features.catalogue.models import Station
from chargesphere.features.discovery.follower import LiveIndex
from chargesphere.features.discovery.rules import Filters
from chargesphere.features.discovery.service import (
    DiscoveryService,
    parse_coordinates,
    relaxed_filters,
)
from chargesphere.features.discovery.views import Page
from chargesphere.providers.catalogues.port import Licence
from chargesphere.providers.geocoding.port import Capabilities, Place

NOW = datetime.now(UTC)
HERE = Spot(*CENTRE)
LAND = Box(3.0, 50.0, 8.0, 54.0)


class OnePlace:
    """A geocoder that knows Utrecht."""

    name = "one"
    licence = Licence("", "", "")
    capabilities = Capabilities(True, True, False, False, False)

    async def prepare(self) -> None:
        """Nothing to make ready."""

    async def suggest(self, text: str, near: Spot | None, limit: int) -> list[Place]:
        there = Place("gn-1", "Utrecht", "The Netherlands", *CENTRE, 300_000, box_around(HERE, 9e3))
        return [there] if "utrecht".startswith(text.casefold()) else []


@pytest.fixture
def sites() -> list[Site]:
    return make_sites(120)


@pytest.fixture
async def service(
    database: Database, sites: list[Site], tmp_path: Path
) -> AsyncIterator[DiscoveryService]:
    await write_town(database, sites, NOW)
    live = LiveIndex(database, tmp_path / "index", ChangeHub())
    await live.start()
    yield DiscoveryService(database, live, OnePlace(), "a secret")
    live.close()


async def page(service: DiscoveryService, **more: object) -> Page:
    question = {"box": None, "near": HERE, "radius_m": None, "sort": "distance", "limit": 50,
                "filters": Filters(), "cursor": None, "now": NOW}  # fmt: skip
    return await service.stations(**(question | more))  # type: ignore[arg-type]


def everything(**more: object) -> Filters:
    """Filters that hide nothing."""
    return replace(Filters(access=frozenset(Access), statuses=frozenset(Status)), **more)  # type: ignore[arg-type]


async def test_the_list_the_count_and_the_nearest_agree(
    service: DiscoveryService, sites: list[Site]
) -> None:
    found = await page(service, filters=everything(), limit=200)
    assert found.total == len(found.items) == len(sites)
    assert service.count(None, everything(), NOW) == len(sites)
    nearest = service.nearest(HERE, everything(), NOW)
    assert nearest is not None
    assert nearest[0] == found.items[0].id
    assert found.items[0].distance_m == pytest.approx(nearest[3])
    by_hand = sorted(sites, key=lambda s: distance_m(HERE, Spot(s.lat, s.lon)))
    assert [i.distance_m for i in found.items] == pytest.approx(
        [distance_m(HERE, Spot(s.lat, s.lon)) for s in by_hand]
    )
    nothing = Filters(connectors=frozenset({ConnectorType.MCS}))
    assert service.nearest(HERE, nothing, NOW) is None
    assert (await page(service, filters=nothing)).items == ()


@pytest.mark.parametrize("sort", ["distance", "power", "available"])
async def test_pages_stay_true_while_stations_come_and_go(
    service: DiscoveryService, database: Database, sites: list[Site], sort: str
) -> None:
    first = await page(service, sort=sort, filters=everything(), limit=30)
    gone = {item.id for item in first.items[:10]}
    async with database.transaction() as connection:
        await connection.execute(delete(Station).where(Station.id.in_(gone)))  # type: ignore[attr-defined]
    rest = [i.id for i in first.items]
    cursor = first.next
    while cursor:
        following = await page(service, sort=sort, filters=everything(), limit=30, cursor=cursor)
        rest += [item.id for item in following.items]
        cursor = following.next
    assert len(rest) == len(set(rest)) == len(sites)


async def test_a_cursor_is_signed(service: DiscoveryService, database: Database) -> None:
    first = await page(service, limit=3)
    other = DiscoveryService(database, service._live, OnePlace(), "another secret")
    with pytest.raises(InvalidError):
        await page(other, limit=3, cursor=first.next)


async def test_summaries_show_what_matches(service: DiscoveryService, sites: list[Site]) -> None:
    strong = Filters(min_kw=50, statuses=frozenset({Status.AVAILABLE, Status.CHARGING}))
    for item in (await page(service, filters=strong, limit=200)).items:
        site = next(site for site in sites if site.id == item.id)
        matching = [
            p
            for p in site.points
            if p.status in strong.statuses and any((g.kw or 0) >= 50 for g in p.plugs)
        ]
        assert item.points == len(matching)
        assert item.free == sum(p.status is Status.AVAILABLE for p in matching)
        assert item.kw == max(g.kw for p in matching for g in p.plugs if g.kw is not None)
        assert item.title
        assert item.observed_at == NOW - timedelta(minutes=1)


async def test_the_page_and_the_index_count_alike(
    service: DiscoveryService, sites: list[Site]
) -> None:
    index = service._live.current
    for filters in (
        Filters(),
        everything(),
        everything(min_kw=20.0, max_kw=60.0),
        everything(no_fee=True),
        everything(available=True, statuses=frozenset()),
        everything(statuses=frozenset({Status.PLANNED, Status.UNKNOWN})),
        Filters(connectors=frozenset({ConnectorType.TYPE2}), min_points=2),
    ):
        selection = index.select(None, filters, NOW)
        rows = await service.summaries([i.decode() for i in selection.ids], None, filters, NOW)
        assert [r.points for r in rows] == selection.points.tolist(), filters
        assert [-1 if r.free is None else r.free for r in rows] == selection.free.tolist()
        assert [r.kw or 0.0 for r in rows] == [k if k == k else 0.0 for k in selection.kw.tolist()]


async def test_a_station_that_is_gone_and_one_that_moved(
    service: DiscoveryService, sites: list[Site]
) -> None:
    with pytest.raises(MovedError) as moved:
        await service.station("mergedstation1", NOW)
    assert moved.value.new_id == sites[0].id
    with pytest.raises(NotFoundError):
        await service.station("nosuchstation", NOW)


async def test_a_station_says_everything(service: DiscoveryService, sites: list[Site]) -> None:
    for site in sites[:30]:
        station = await service.station(site.id, NOW)
        visible = [p for p in site.points if p.status not in {Status.PLANNED, Status.REMOVED}]
        assert station.points == len(visible)
        if site.source == FEED and any(p.status is not Status.UNKNOWN for p in visible):
            assert station.free == sum(p.status is Status.AVAILABLE for p in visible)
        else:
            assert station.free is None
        named = {t for p in site.points for g in p.plugs for t in g.tariffs}
        told = {t for price in station.prices for t in price.tariffs}
        assert told == (named if site.source == FEED else set())
        assert all(price.lines and price.plugs for price in station.prices)
        assert station.sources[0].attribution == "Example"


async def test_time_alone_makes_statuses_unknown(
    service: DiscoveryService, sites: list[Site]
) -> None:
    later = NOW + timedelta(minutes=20)
    station = await service.station(sites[0].id, later)
    assert station.free is None
    assert service.count(None, Filters(available=True), later) == 0
    assert service.count(None, Filters(available=True), NOW) > 0


async def test_search_mixes_places_and_stations(
    service: DiscoveryService, sites: list[Site]
) -> None:
    hits = await service.search("utrecht", HERE, 10, NOW)
    assert (hits[0].kind, hits[0].name) == ("place", "Utrecht")
    assert hits[0].distance_m == 0
    assert sum(hit.kind == "station" for hit in hits) == 9
    (plug,) = await service.search("nl-tst-e00007", None, 10, NOW)
    assert plug.id == sites[7].id
    assert plug.detail.startswith("NL*TST*E00007*1 · ")
    street = await service.search(f"{sites[5].street}", None, 5, NOW)
    assert sites[5].id in [hit.id for hit in street]
    (coded,) = await service.search("tnlp015184", None, 10, NOW)
    assert (coded.name, coded.detail.split(" · ")[0]) == ("Kaaikhof 70", "TNLP015184")
    assert await service.search(" ", None, 10, NOW) == []
    assert await service.search("xyzzy", None, 10, NOW) == []


async def test_networks_begin_as_typed_first(service: DiscoveryService) -> None:
    assert {n.name for n in service.networks("", 100)} == set(NETWORKS)
    assert service.networks("e", 10)[0].name == "Elbe Laden"
    assert service.networks("paal", 10)[0].name == "Zonnepaal"
    sizes = [n.stations for n in service.networks("", 100)]
    assert sizes == sorted(sizes, reverse=True)


async def test_the_filter_to_give_up_is_named(service: DiscoveryService) -> None:
    asked = Filters(
        connectors=frozenset({ConnectorType.MCS}), min_kw=20.0, networks=frozenset({"sparkle"})
    )
    assert service.count(LAND, asked, NOW) == 0
    (only,) = service.relaxations(LAND, asked, NOW)
    assert only.name == "connector"
    assert only.total == service.count(LAND, replace(asked, connectors=frozenset()), NOW)
    assert service.relaxations(LAND, Filters(), NOW) == []


def test_every_filter_can_be_given_up_by_its_parameter_name() -> None:
    for name, value in {
        "connector": "ccs2", "min_kw": "50", "max_kw": "150", "available": "true",
        "min_points": "2", "network": "a", "exclude_network": "b", "access": "public",
        "status": "CHARGING", "open": "now", "no_fee": "true", "source": "ndw",
    }.items():  # fmt: skip
        assert relaxed_filters(Filters.parse({name: value})) == [(name, Filters())]


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("52.09, 5.12", Spot(52.09, 5.12)),
        ("52.09 5.12", Spot(52.09, 5.12)),
        ("-33.8,-151.2", Spot(-33.8, -151.2)),
        ("52.09°, 5.12°", Spot(52.09, 5.12)),
        ("95.0, 5.0", None),
        ("12 34", None),
        ("Dam 1, 1012", None),
        ("52.09", None),
    ],
)
def test_coordinates_are_recognised(text: str, point: Spot | None) -> None:
    assert parse_coordinates(text) == point

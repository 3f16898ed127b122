"""The index answers as looking at every station one by one would."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chargesphere.core.geo import MAX_MERCATOR_LAT, WORLD, Box, Point, distance_m
from chargesphere.core.opening_hours import Week, is_open
from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.features.availability.rules import Freshness, effective_status
from chargesphere.features.discovery.columns import build_columns
from chargesphere.features.discovery.index import StationIndex
from chargesphere.features.discovery.index_store import Raw, code
from chargesphere.features.discovery.pyramid import build_pyramid
from chargesphere.features.discovery.rules import HIDDEN_STATUSES, Filters

NOW = datetime(2026, 6, 8, 12, 0, tzinfo=UTC)  # A Monday.
FEEDS = {
    "fresh": Freshness(NOW, 900),
    "stale": Freshness(NOW - timedelta(hours=1), 900),
    "always": Freshness(None, None),
    "silent": Freshness(NOW, None, has_status=False),
}
HOURS = (
    None,
    {"always": True, "periods": [], "text": ""},
    {"always": False, "periods": [[0, 13 * 60, 15 * 60]], "text": ""},
    {"always": False, "periods": [[6, 23 * 60, 40 * 60]], "text": ""},
)


@dataclass(frozen=True)
class Plug:
    type: ConnectorType
    kw: float | None
    tariffs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChargePoint:
    source: str
    status: Status
    plugs: tuple[Plug, ...]


@dataclass(frozen=True)
class Station:
    id: str
    lat: float
    lon: float
    operator: str | None
    access: Access
    source: str
    hours: Mapping[str, Any] | None
    zone: str
    points: tuple[ChargePoint, ...]


OPERATORS = ("alpha", "beta", "gamma")
TARIFFS = {
    "gratis": {"elements": [{"price_components": [{"type": "ENERGY", "price": 0}]}]},
    "paid": {"elements": [{"price_components": [{"type": "ENERGY", "price": 0.3}]}]},
}


def raw_of(stations: Sequence[Station]) -> Raw:
    """The rows that the database would give for these stations."""
    points = [(f"{s.id}-{i}", s.id, p) for s in stations for i, p in enumerate(s.points)]
    return Raw(
        stations=[
            (
                s.id,
                s.lat,
                s.lon,
                s.operator,
                s.access.value,
                s.source,
                None if s.hours is None else json.dumps(s.hours),
                s.zone,
            )
            for s in stations
        ],
        operators=[(operator, operator.title()) for operator in OPERATORS],
        points=[(key, station, p.source, p.status.value) for key, station, p in points],
        connectors=[
            (key, plug.type.value, plug.kw, json.dumps(plug.tariffs))
            for key, _, p in points
            for plug in p.plugs
        ],
        tariffs=[(source, t, json.dumps(c)) for source in FEEDS for t, c in TARIFFS.items()],
        records=[],
    )


def index_of(stations: Sequence[Station]) -> StationIndex:
    columns = build_columns(code(raw_of(stations)))
    return StationIndex(columns, build_pyramid(columns), FEEDS)


def update(index: StationIndex, ids: Sequence[str], stations: Mapping[str, Station]) -> None:
    """Tell the index what these stations are by now; those that are missing are gone."""
    raw = raw_of([stations[i] for i in ids if i in stations])
    index.apply(np.array([i.encode() for i in ids], "S"), build_columns(code(raw)))


@dataclass(frozen=True)
class Match:
    """What of a station matches, worked out the slow way."""

    kw: float | None
    free: int | None
    points: int


def status_of(point: ChargePoint) -> Status:
    return effective_status(point.status, fresh=FEEDS[point.source].is_fresh(NOW))


def plug_passes(plug: Plug, f: Filters) -> bool:
    if f.connectors and plug.type not in f.connectors:
        return False
    if f.min_kw is not None and (plug.kw is None or plug.kw < f.min_kw):
        return False
    if f.max_kw is not None and (plug.kw is None or plug.kw > f.max_kw):
        return False
    return not f.no_fee or (bool(plug.tariffs) and all(t == "gratis" for t in plug.tariffs))


def match(station: Station, f: Filters) -> Match | None:
    """The filters as the design words them."""
    if station.access not in f.allowed_access:
        return None
    if f.networks and station.operator not in f.networks:
        return None
    if station.operator in f.exclude_networks:
        return None
    sources = {station.source, *(p.source for p in station.points)}
    if f.sources and not f.sources & sources:
        return None
    if f.open_now and not is_open(Week.from_json(station.hours), station.zone, NOW):
        return None
    about_plugs = f.connectors or f.no_fee or f.min_kw is not None or f.max_kw is not None
    points = [
        p
        for p in station.points
        if f.allows_status(status_of(p))
        and (not about_plugs or any(plug_passes(plug, f) for plug in p.plugs))
    ]
    if len(points) < (f.min_points or 1):
        return None
    powers = [g.kw for p in points for g in p.plugs if plug_passes(g, f) and g.kw is not None]
    known = any(
        status_of(p) is not Status.UNKNOWN and status_of(p) not in HIDDEN_STATUSES
        for p in station.points
    )
    free = sum(status_of(p) is Status.AVAILABLE for p in points)
    return Match(max(powers, default=None), free if known else None, len(points))


def inside(station: Station, box: Box | None) -> bool:
    if box is None:
        return True

    def clamp(lat: float) -> float:
        return max(-MAX_MERCATOR_LAT, min(MAX_MERCATOR_LAT, lat))

    clamped = Box(box.west, clamp(box.south), box.east, clamp(box.north))
    return clamped.contains(Point(clamp(station.lat), station.lon))


def brute_force(stations: Sequence[Station], box: Box | None, f: Filters) -> dict[str, Match]:
    found = {s.id: match(s, f) for s in stations if inside(s, box)}
    return {i: m for i, m in found.items() if m is not None}


LATS = st.sampled_from([-90.0, -85.2, -33.4, 0.0, 52.1, 52.1001, 52.3, 60.0, 85.0, 85.2, 90.0])
LONS = st.sampled_from([-180.0, -179.99, -0.1, 0.0, 4.9, 4.9001, 5.1, 179.99, 180.0])
SOURCES = st.sampled_from(sorted(FEEDS))
PLUGS = st.builds(
    Plug,
    st.sampled_from([ConnectorType.TYPE2, ConnectorType.CCS2, ConnectorType.CHADEMO]),
    st.sampled_from([None, 3.7, 11.04, 22.0, 50.0, 150.0]),
    st.sampled_from([(), ("gratis",), ("paid",), ("gratis", "paid"), ("lost",)]),
)
POINTS = st.builds(
    ChargePoint, SOURCES, st.sampled_from(list(Status)), st.lists(PLUGS, max_size=3).map(tuple)
)
STATIONS = st.builds(
    Station,
    id=st.integers(0, 25).map("station-{:02d}".format),
    lat=LATS,
    lon=LONS,
    operator=st.sampled_from([None, *OPERATORS]),
    access=st.sampled_from([Access.PUBLIC, Access.PUBLIC, Access.UNKNOWN, Access.PRIVATE]),
    source=SOURCES,
    hours=st.sampled_from(HOURS),
    zone=st.sampled_from(["Europe/Amsterdam", "America/New_York", ""]),
    points=st.lists(POINTS, min_size=1, max_size=4).map(tuple),
)
WORLDS = st.lists(STATIONS, max_size=25).map(lambda each: {s.id: s for s in each})


def subsets(values: Sequence[Any]) -> st.SearchStrategy[frozenset[Any]]:
    return st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(values), max_size=2))


FILTERS = st.one_of(
    st.just(Filters()),
    st.builds(
        Filters,
        connectors=subsets([ConnectorType.TYPE2, ConnectorType.CCS2]),
        min_kw=st.sampled_from([None, None, 11.04, 50.0]),
        max_kw=st.sampled_from([None, None, 22.0, 150.0]),
        available=st.sampled_from([False, False, True]),
        min_points=st.sampled_from([None, None, 2]),
        networks=subsets(["alpha", "beta", "nobody"]),
        exclude_networks=subsets(["beta", "gamma"]),
        access=subsets(list(Access)),
        statuses=subsets(list(Status)),
        open_now=st.sampled_from([False, False, True]),
        no_fee=st.sampled_from([False, False, True]),
        sources=subsets([*FEEDS, "nowhere"]),
    ),
)
BOXES = st.one_of(
    st.just(WORLD),
    st.just(Box(-180.0, -90.0, 180.0, 90.0)),
    st.builds(lambda w, s, e, n: Box(w, min(s, n), e, max(s, n)), LONS, LATS, LONS, LATS),
)


def check(index: StationIndex, stations: Sequence[Station], box: Box, f: Filters) -> None:
    expected = brute_force(stations, box, f)
    chosen = index.select(box, f, NOW)
    seen = {
        chosen.ids[i].decode(): Match(
            None if math.isnan(chosen.kw[i]) else float(chosen.kw[i]),
            None if chosen.free[i] < 0 else int(chosen.free[i]),
            int(chosen.points[i]),
        )
        for i in range(len(chosen))
    }
    assert seen == {i: rounded(m) for i, m in expected.items()}
    assert index.count(box, f, NOW) == len(expected)
    check_street_view(index, stations, expected, box, f)
    check_overviews(index, expected, box, f)


def rounded(m: Match) -> Match:
    return m if m.kw is None else replace(m, kw=float(np.float32(m.kw)))


def check_street_view(
    index: StationIndex,
    stations: Sequence[Station],
    expected: Mapping[str, Match],
    box: Box,
    f: Filters,
) -> None:
    """At zoom 20 each matching station stands for itself, once, with all that is said of it."""
    answer = json.loads(index.view(box, 20, f, NOW))
    places = {s.id: (s.lon, s.lat) for s in stations}
    assert (answer["zoom"], answer["total"]) == (20, len(expected))
    assert answer["count"] == [1] * len(expected)
    assert sorted(answer["id"]) == sorted(expected)
    for i, station in enumerate(answer["id"]):
        m = expected[station]
        assert (answer["lon"][i], answer["lat"][i]) == places[station]
        assert answer["kw"][i] == m.kw
        assert answer["free"][i] == m.free
        assert answer["points"][i] == (None if m.free is None else m.points)


def check_overviews(
    index: StationIndex, expected: Mapping[str, Match], box: Box, f: Filters
) -> None:
    """At smaller zooms nothing stands twice, and the whole world adds up."""
    whole = box.west == -180.0 and box.east == 180.0 and box.north >= 85.2 and box.south <= -85.2
    for zoom in (0, 3, 9, 16):
        answer = json.loads(index.view(box, zoom, f, NOW))
        assert answer["total"] == len(expected)
        singles = [i for i in answer["id"] if i is not None]
        assert len(singles) == len(set(singles))
        assert [c == 1 for c in answer["count"]] == [i is not None for i in answer["id"]]
        if whole or box == WORLD:
            assert sum(answer["count"]) == len(expected)
            known = [m for m in expected.values() if m.free is not None]
            assert sum(p or 0 for p in answer["points"]) == sum(m.points for m in known)
            assert sum(n or 0 for n in answer["free"]) == sum(m.free or 0 for m in known)
            assert [p is None for p in answer["points"]] == [n is None for n in answer["free"]]
            strongest = max((m.kw for m in expected.values() if m.kw is not None), default=None)
            assert max((k for k in answer["kw"] if k is not None), default=None) == strongest


SLOW = settings(
    max_examples=120,
    deadline=None,  # The first call compiles.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@SLOW
@given(WORLDS, BOXES, FILTERS)
def test_answers_equal_those_of_looking_at_every_station(
    world: dict[str, Station], box: Box, f: Filters
) -> None:
    check(index_of(list(world.values())), list(world.values()), box, f)


@SLOW
@given(WORLDS, st.lists(WORLDS, min_size=1, max_size=4), BOXES, FILTERS, st.data())
def test_answers_stay_right_while_stations_change(
    world: dict[str, Station],
    changes: list[dict[str, Station]],
    box: Box,
    f: Filters,
    data: st.DataObject,
) -> None:
    index = index_of(list(world.values()))
    for news in changes:
        gone = data.draw(st.sets(st.sampled_from(sorted(world)), max_size=3)) if world else set()
        world = {i: s for i, s in (world | news).items() if i not in gone}
        update(index, sorted({*news, *gone}), world)
        check(index, list(world.values()), box, f)
    assert index.size == len(world)


@SLOW
@given(WORLDS, st.randoms(), BOXES)
def test_a_status_changes_in_place(world: dict[str, Station], random: Any, box: Box) -> None:
    visible = [s for s in Status if s not in HIDDEN_STATUSES]

    def other(point: ChargePoint) -> ChargePoint:
        if point.status in HIDDEN_STATUSES:
            return point
        return replace(point, status=random.choice(visible))

    index = index_of(list(world.values()))
    after = {i: replace(s, points=tuple(other(p) for p in s.points)) for i, s in world.items()}
    update(index, sorted(after), after)
    assert index.overlay_size == 0
    check(index, list(after.values()), box, Filters())
    check(index, list(after.values()), box, Filters(available=True))


@SLOW
@given(WORLDS, FILTERS, LATS, LONS)
def test_the_nearest_is_the_nearest_on_earth(
    world: dict[str, Station], f: Filters, lat: float, lon: float
) -> None:
    here = Point(lat, lon)
    matching = brute_force(list(world.values()), None, f)
    distances = sorted(distance_m(here, Point(world[i].lat, world[i].lon)) for i in matching)
    found = index_of(list(world.values())).nearest(here, f, NOW, 3)
    assert [
        distance_m(here, Point(found.lat[i], found.lon[i])) for i in range(len(found))
    ] == pytest.approx(distances[:3], abs=0.01)


def station(number: int, **facts: Any) -> Station:
    plain: dict[str, Any] = {
        "id": f"station-{number:05d}",
        "lat": 52.0,
        "lon": 5.0,
        "operator": "alpha",
        "access": Access.PUBLIC,
        "source": "fresh",
        "hours": None,
        "zone": "Europe/Amsterdam",
        "points": (ChargePoint("fresh", Status.AVAILABLE, (Plug(ConnectorType.TYPE2, 11.0),)),),
    }
    return Station(**(plain | facts))


def test_statuses_are_believed_until_their_time_is_up() -> None:
    index = index_of([station(1), station(2)])
    box = Box(4.0, 51.0, 6.0, 53.0)
    for later, free in ((0, [2]), (900, [2]), (901, [None]), (0, [2])):
        answer = json.loads(index.view(box, 5, Filters(), NOW + timedelta(seconds=later)))
        assert answer["free"] == free
    assert index.count(box, Filters(available=True), NOW) == 2
    assert index.count(box, Filters(available=True), NOW + timedelta(hours=1)) == 0


def test_a_feed_seen_again_is_believed_again() -> None:
    index = index_of([station(1)])
    later = NOW + timedelta(hours=1)
    assert json.loads(index.view(WORLD, 20, Filters(), later))["free"] == [None]
    before = index.version
    index.set_feeds({"fresh": Freshness(later, 900)})
    assert json.loads(index.view(WORLD, 20, Filters(), later))["free"] == [1]
    assert index.version > before


def test_more_items_than_anyone_can_see_are_answered_at_the_largest_zoom_that_fits() -> None:
    spread = [station(i, lat=40 + (i // 90) * 0.2, lon=(i % 90) * 0.2) for i in range(90 * 90)]
    index = index_of(spread)
    for f in (Filters(), Filters(max_kw=11.0)):
        answer = json.loads(index.view(WORLD, 20, f, NOW))
        assert answer["total"] == sum(answer["count"]) == 8100
        assert len(answer["id"]) <= 5000
        assert answer["zoom"] < 17
        finer = json.loads(index.view(Box(0, 40, 8, 50), 20, f, NOW))
        assert (finer["zoom"], set(finer["count"])) == (20, {1})


def test_stations_on_one_spot_stand_side_by_side_from_zoom_17_on() -> None:
    index = index_of([station(i) for i in range(119)])
    box = Box(4.99, 51.99, 5.01, 52.01)
    for f in (Filters(), Filters(available=True)):
        assert json.loads(index.view(box, 16, f, NOW))["count"] == [119]
        assert json.loads(index.view(box, 17, f, NOW))["count"] == [1] * 119


def test_networks_are_counted_by_the_stations_on_the_map() -> None:
    stations = {s.id: s for s in (station(1), station(2), station(3, operator="beta"))}
    hidden = station(4, operator="gamma", access=Access.PRIVATE)
    index = index_of([*stations.values(), hidden])
    assert index.networks() == [("alpha", "Alpha", 2), ("beta", "Beta", 1)]
    moved = replace(stations["station-00002"], operator="beta")
    update(index, [moved.id], {moved.id: moved})
    assert index.networks() == [("alpha", "Alpha", 1), ("beta", "Beta", 2)]


def test_a_station_is_found_by_its_id_wherever_it_is_now() -> None:
    first, second = station(1), station(2, lon=6.0)
    index = index_of([first, second])
    moved = replace(second, lon=7.0)
    update(index, [moved.id], {moved.id: moved})
    update(index, [first.id], {})
    assert index.find(first.id) is None
    found = index.find(second.id)
    assert found is not None
    assert (found.id, found.lon) == (second.id, 7.0)
    assert index.find("nobody-knows") is None


def test_an_empty_index_answers() -> None:
    index = index_of([])
    assert json.loads(index.view(WORLD, 3, Filters(), NOW)) == {
        "zoom": 3,
        "total": 0,
        **{key: [] for key in ("lon", "lat", "count", "id", "kw", "free", "points")},
    }
    assert index.count(None, Filters(available=True), NOW) == 0
    assert len(index.nearest(Point(1.0, 1.0), Filters(), NOW)) == 0
    assert index.networks() == []
    update(index, ["station-00001"], {"station-00001": station(1)})
    assert index.count(None, Filters(), NOW) == 1

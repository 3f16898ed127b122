"""Imports from files into both databases: what they add, change, keep, remove and say."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from ndw_feed import (
    Json,
    at,
    catalogue,
    connector,
    evse,
    location,
    points_in,
    tariff,
    town,
    write,
)
from sqlalchemy import text

from chargesphere.core.ids import stable_id
from chargesphere.database import Database
from chargesphere.errors import ImportFailedError
from chargesphere.events import ChangeHub
from chargesphere.features.catalogue.service import (
    CatalogueService,
    ImportProgress,
    ImportSummary,
)
from chargesphere.providers.catalogues.ndw import NdwCatalogue
from chargesphere.providers.catalogues.port import Capabilities, Snapshot

NOON = datetime(2026, 6, 8, 12, tzinfo=UTC)
NEWEST = datetime(2026, 6, 7, 19, tzinfo=UTC)
MORNING = "2026-06-07T08:00:00Z"


class Importer:
    """Imports lists of published records into one database, and looks at what is there."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.service = CatalogueService(database, ChangeHub(), {})

    async def __call__(
        self,
        *files: Sequence[Any],
        now: datetime = NOON,
        observed_at: datetime | Literal["now"] | None = None,
        source: NdwCatalogue | None = None,
    ) -> ImportSummary:
        source = source or catalogue()
        snapshot = source.read_files([write(self.folder, records) for records in files])
        return await self.service.import_snapshot(
            source, snapshot, now=now, observed_at=observed_at
        )

    async def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        async with self.database.reading() as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]

    async def one(self, sql: str, **values: Any) -> Any:
        ((value,),) = await self.rows(sql, **values)
        return value

    async def changes(self, after: int = 0) -> list[tuple[str, str | None]]:
        return [
            (kind, station)
            for kind, station in await self.rows(
                "SELECT kind, station_id FROM change WHERE number > :after ORDER BY number",
                after=after,
            )
        ]

    async def last_change(self) -> int:
        return int(await self.one("SELECT coalesce(max(number), 0) FROM change"))

    async def alias(self, location_id: str) -> str | None:
        rows = await self.rows(
            "SELECT station_id FROM station_alias WHERE id = :id", id=station_id(location_id)
        )
        return str(rows[0][0]) if rows else None

    async def stations(self) -> set[str]:
        return {row[0] for row in await self.rows("SELECT id FROM station")}


def station_id(location_id: str) -> str:
    return stable_id("ndw", location_id)


@pytest.fixture
def imported(database: Database, tmp_path: Path) -> Importer:
    return Importer(database, tmp_path)


async def test_everything_a_feed_says_is_there(imported: Importer) -> None:
    places = town(40)
    summary = await imported(places, [tariff("T1"), tariff("T2")])
    assert replace(summary, seconds=0.0) == ImportSummary(
        "ndw", 40, 40, 0, 0, 0, 0, 0, {}, seconds=0.0
    )
    assert await imported.one("SELECT count(*) FROM station") == 40
    assert await imported.one("SELECT count(*) FROM charge_point") == points_in(places)
    assert await imported.one("SELECT count(*) FROM connector") == points_in(places)
    assert await imported.one("SELECT count(*) FROM tariff") == 2
    assert await imported.one("SELECT count(*) FROM source_record") == 40
    assert sorted(await imported.changes()) == sorted(
        [("feed", None), *(("station", id_) for id_ in await imported.stations())],
        key=lambda row: (row[0], row[1] or ""),
    )
    ((state, ended),) = await imported.rows("SELECT state, ended_at FROM import_run")
    assert (state, ended is not None) == ("done", True)


async def test_a_station_is_written_fact_by_fact(imported: Importer) -> None:
    published = location(
        "L1",
        name="Plein",
        evses=[
            evse(
                "NL*1",
                status="CHARGING",
                physical_reference="A",
                capabilities=["RFID_READER", "RESERVABLE"],
                parking_restrictions=["EV_ONLY"],
                last_updated="2026-06-07T11:22:33.444Z",
                connectors=[
                    connector(),
                    connector(
                        standard="IEC_62196_T2_COMBO",
                        power_type="DC",
                        max_voltage=500,
                        max_amperage=100,
                        max_electric_power=None,
                        format="CABLE",
                    ),
                ],
            )
        ],
    )
    await imported([published])
    await _check_station(imported)
    assert await imported.rows(
        "SELECT position, type, format, current, kw, kw_derived, tariff_ids FROM connector"
        " ORDER BY position"
    ) in (
        [
            (0, "type2", "socket", "ac_3_phase", 11.04, derived, tariffs),
            (1, "ccs2", "cable", "dc", 50.0, not derived, tariffs),
        ]
        for derived in (False, 0)
        for tariffs in (["T1"], '["T1"]')
    )


async def _check_station(imported: Importer) -> None:
    (row,) = await imported.rows(
        "SELECT name, operator_id, lat, lon, street, city, postcode, country, time_zone, access"
        " FROM station"
    )
    assert row == (
        "Plein",
        "windkracht-laden",
        51.9,
        4.5,
        "Dorpsstraat 1",
        "Nergenshuizen",
        "1234 AB",
        "NL",
        "Europe/Amsterdam",
        "public",
    )
    (point,) = await imported.rows("SELECT evse_id, label, status, since FROM charge_point")
    assert point[:3] == ("NL*1", "A", "CHARGING")
    assert str(point[3]).startswith("2026-06-07 11:22:33.444")
    (feed,) = await imported.service.feeds()
    assert (feed.source, feed.stations, feed.observed_at) == ("ndw", 1, NEWEST)
    assert (feed.fetched_at, feed.replayed, feed.status_valid_for_s) == (NOON, False, 900)
    assert await imported.rows("SELECT id, name, website FROM operator") == [
        ("windkracht-laden", "Windkracht Laden", "https://windkracht.example")
    ]
    assert await imported.one("SELECT id FROM station") == station_id("L1")


async def test_a_second_run_changes_nothing(imported: Importer) -> None:
    places, prices = town(60), [tariff()]
    places += [location("DOUBLE", evses=places[0]["evses"], last_updated=MORNING)]
    await imported(places, prices)
    before = await imported.last_change()
    everything = await _everything(imported)
    summary = await imported(prices, places, now=NOON + timedelta(hours=1))
    assert (summary.added, summary.updated, summary.removed) == (0, 0, 0)
    assert summary.unchanged == 60
    assert await imported.changes(before) == []
    assert await _everything(imported) == everything


async def _everything(imported: Importer) -> dict[str, list[str]]:
    tables = (
        "operator",
        "station",
        "source_record",
        "station_alias",
        "charge_point",
        "connector",
        "tariff",
        "change",
    )
    return {t: sorted(map(repr, await imported.rows(f"SELECT * FROM {t}"))) for t in tables}


async def test_a_new_status_writes_the_status_alone(imported: Importer) -> None:
    places = town(20)
    await imported(places)
    before = await imported.last_change()
    changed = copy.deepcopy(places)
    changed[3]["evses"][0] |= {"status": "BLOCKED", "last_updated": "2026-06-07T20:00:00Z"}
    summary = await imported(changed)
    assert (summary.added, summary.updated, summary.unchanged) == (0, 1, 19)
    assert await imported.changes(before) == [("status", station_id("L3")), ("feed", None)]
    status, since = (
        await imported.rows(
            "SELECT status, since FROM charge_point WHERE evse_id = :id", id="NL*WKL*E3*1"
        )
    )[0]
    assert status == "BLOCKED"
    assert str(since).startswith("2026-06-07 20:00:00")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Renamed"},
        {"opening_times": {"twentyfourseven": False}},
        {"operator": {"name": "Somebody else"}},
        {"coordinates": at(5, metres_east=40)},
        {"publish": None},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_new_fact_updates_the_station_and_keeps_its_id(
    imported: Importer, change: Json
) -> None:
    places = town(12)
    await imported(places)
    before, created = await imported.last_change(), NOON
    places[5] = places[5] | change
    summary = await imported(places, now=NOON + timedelta(days=1))
    assert (summary.updated, summary.unchanged) == (1, 11)
    assert await imported.changes(before) == [("station", station_id("L5"))]
    times = await imported.rows(
        "SELECT created_at, updated_at FROM station WHERE id = :id", id=station_id("L5")
    )
    assert [str(t)[:10] for t in times[0]] == [
        str(created)[:10],
        str(NOON + timedelta(days=1))[:10],
    ]


async def test_new_and_vanished_charge_points(imported: Importer) -> None:
    await imported([location(evses=[evse("NL*1"), evse("NL*2")])])
    before = await imported.last_change()
    summary = await imported([location(evses=[evse("NL*0"), evse("NL*2")])])
    assert summary.updated == 1
    assert await imported.rows("SELECT evse_id, position FROM charge_point ORDER BY position") == [
        ("NL*0", 0),
        ("NL*2", 1),
    ]
    assert await imported.one("SELECT count(*) FROM connector") == 2
    assert await imported.changes(before) == [("station", station_id("L1"))]


async def test_what_a_complete_snapshot_no_longer_has_is_removed(imported: Importer) -> None:
    places = town(30)
    await imported(places, [tariff("T1"), tariff("T2")])
    before = await imported.last_change()
    summary = await imported(places[:28], [tariff("T1")])
    assert (summary.removed, summary.unchanged) == (2, 28)
    assert await imported.stations() == {station_id(p["id"]) for p in places[:28]}
    assert await imported.one("SELECT count(*) FROM charge_point") == points_in(places[:28])
    assert await imported.one("SELECT count(*) FROM tariff") == 1
    assert sorted(await imported.changes(before), key=str) == sorted(
        [("removed", station_id("L28")), ("removed", station_id("L29"))], key=str
    )


async def test_price_lists_alone_remove_nothing_and_tell_their_stations(
    imported: Importer,
) -> None:
    places = town(10)
    places[4]["evses"][0]["connectors"][0]["tariff_ids"] = ["T2"]
    await imported(places, [tariff("T1"), tariff("T2")])
    before = await imported.last_change()
    dearer = tariff("T2", elements=[{"price_components": [{"type": "ENERGY", "price": 0.99}]}])
    summary = await imported([dearer], now=NOON + timedelta(hours=2))
    assert (summary.read, summary.updated, summary.unchanged, summary.removed) == (1, 1, 9, 0)
    assert await imported.changes(before) == [("station", station_id("L4"))]
    assert await imported.one("SELECT count(*) FROM tariff") == 2
    (feed,) = await imported.service.feeds()
    assert feed.observed_at == NEWEST, "price lists say nothing about statuses"


async def test_new_prices_beside_unchanged_stations(imported: Importer) -> None:
    places = town(6)
    await imported(places, [tariff("T1")])
    before = await imported.last_change()
    summary = await imported(places, [tariff("T1", currency="CHF")])
    assert (summary.updated, summary.unchanged) == (6, 0)
    assert {kind for kind, _ in await imported.changes(before)} == {"station"}


async def test_a_superseded_location_answers_with_its_successor(imported: Importer) -> None:
    old = location("OLD", evses=[evse("NL*1", last_updated=MORNING)], coordinates=at(9))
    summary = await imported([old, location("NEW", evses=[evse("NL*1")])])
    assert (summary.read, summary.added, summary.superseded) == (2, 1, 1)
    assert await imported.stations() == {station_id("NEW")}
    assert await imported.alias("OLD") == station_id("NEW")


async def test_a_station_keeps_its_older_id_when_a_new_location_follows_it(
    imported: Importer,
) -> None:
    old = location("OLD", evses=[evse("NL*1", last_updated=MORNING)])
    await imported([old])
    summary = await imported([old, location("NEW", evses=[evse("NL*1")])])
    assert (summary.added, summary.updated, summary.removed) == (0, 1, 0)
    assert await imported.stations() == {station_id("OLD")}
    assert await imported.alias("NEW") == station_id("OLD")
    await imported([location("NEW", evses=[evse("NL*1")])])
    assert await imported.stations() == {station_id("OLD")}, "it stays when OLD is gone"


async def test_stations_that_become_one_keep_the_older_id(imported: Importer) -> None:
    a = location("A", evses=[evse("NL*A")], coordinates=at(0))
    b = location("B", evses=[evse("NL*B")], coordinates=at(7))
    await imported([b], now=NOON - timedelta(days=2))
    await imported([a, b], now=NOON - timedelta(days=1))
    before = await imported.last_change()
    near = location("B", evses=[evse("NL*B")], coordinates=at(0, metres_east=9))
    await imported([a, near])
    assert await imported.stations() == {station_id("B")}
    assert await imported.alias("A") == station_id("B")
    assert set(await imported.changes(before)) == {
        ("removed", station_id("A")),
        ("station", station_id("B")),
    }
    assert await imported.one("SELECT count(*) FROM charge_point") == 2
    assert await imported.one("SELECT count(*) FROM source_record") == 2


async def test_a_station_that_falls_apart_gives_the_leaver_its_own_id(imported: Importer) -> None:
    a = location("A", evses=[evse("NL*A"), evse("NL*A2")], coordinates=at(0))
    near = location("B", evses=[evse("NL*B")], coordinates=at(0, metres_east=9))
    await imported([a, near])
    assert await imported.stations() == {station_id("A")}
    assert await imported.alias("B") == station_id("A")
    before = await imported.last_change()
    await imported([a, location("B", evses=[evse("NL*B")], coordinates=at(7))])
    assert await imported.stations() == {station_id("A"), station_id("B")}
    assert await imported.alias("B") is None
    assert dict(await imported.rows("SELECT evse_id, station_id FROM charge_point")) == {
        "NL*A": station_id("A"),
        "NL*A2": station_id("A"),
        "NL*B": station_id("B"),
    }
    assert set(await imported.changes(before)) == {
        ("station", station_id("A")),
        ("station", station_id("B")),
    }
    again = await imported([a, location("B", evses=[evse("NL*B")], coordinates=at(7))])
    assert (again.added, again.updated) == (0, 0)


async def test_a_charge_point_moves_from_station_to_station(imported: Importer) -> None:
    a = location("A", evses=[evse("NL*1"), evse("NL*2")], coordinates=at(0))
    b = location("B", evses=[evse("NL*3")], coordinates=at(7))
    await imported([a, b])
    before = await imported.last_change()
    a["evses"], b["evses"] = [evse("NL*1")], [evse("NL*2"), evse("NL*3")]
    summary = await imported([a, b])
    assert (summary.added, summary.updated, summary.removed) == (0, 2, 0)
    assert dict(await imported.rows("SELECT evse_id, station_id FROM charge_point")) == {
        "NL*1": station_id("A"),
        "NL*2": station_id("B"),
        "NL*3": station_id("B"),
    }
    assert {id_ for _, id_ in await imported.changes(before)} == {station_id("A"), station_id("B")}
    assert await imported.one("SELECT count(*) FROM connector") == 3


async def test_every_move_at_once_ends_as_a_fresh_import_would(imported: Importer) -> None:
    """Joins, splits, moves, departures and arrivals together, then compared with the plain truth."""
    places = town(120, seed=4, at_most=3)
    await imported(places)
    for round_ in range(1, 4):
        for row, place in enumerate(places):
            if row % (round_ + 4) == 0:
                place["coordinates"] = at(row + 1, metres_east=12)
                place["address"] = f"Laan {row + 1}"
                place["operator"] = places[(row + 1) % len(places)]["operator"]
            if row % (round_ + 6) == 1 and len(place["evses"]) > 1:
                places[(row * 7) % len(places)]["evses"].append(place["evses"].pop())
        places = places[round_:] + town(120 + round_, seed=4)[-1:]
        summary = await imported(places, now=NOON + timedelta(days=round_))
        assert summary.updated
        keys = [e["evse_id"] for p in places for e in p["evses"]]
        held = await imported.rows("SELECT evse_id FROM charge_point ORDER BY evse_id")
        assert [row[0] for row in held] == sorted(set(keys))
        await _is_consistent(imported)
        again = await imported(places, now=NOON + timedelta(days=round_))
        assert (again.added, again.updated, again.removed) == (0, 0, 0)


async def _is_consistent(imported: Importer) -> None:
    """No station without charge points, no charge point without plugs, no alias of an alias."""
    assert (
        await imported.rows(
            "SELECT id FROM station WHERE id NOT IN (SELECT station_id FROM charge_point)"
        )
        == []
    )
    assert (
        await imported.rows(
            "SELECT id FROM charge_point WHERE id NOT IN (SELECT charge_point_id FROM connector)"
        )
        == []
    )
    assert (
        await imported.rows(
            "SELECT id FROM station WHERE id NOT IN (SELECT station_id FROM source_record)"
        )
        == []
    )
    assert (
        await imported.rows("SELECT id FROM station_alias WHERE id IN (SELECT id FROM station)")
        == []
    )


async def test_bad_records_are_counted_by_reason_and_the_rest_is_taken(
    imported: Importer,
) -> None:
    null_island = location("Z", coordinates={"latitude": "0", "longitude": "0"})
    half = location("H", coordinates=at(8), evses=[evse("NL*H"), evse("NL*X", connectors=[])])
    summary = await imported([*town(5), null_island, 7, half])
    assert (summary.read, summary.added, summary.rejected) == (8, 6, 3)
    assert summary.reasons == {
        "null_island": 1,
        "not_an_object": 1,
        "charge_point_without_connectors": 1,
    }


async def test_nothing_usable_is_said_and_removes_nothing(imported: Importer) -> None:
    await imported(town(5))
    with pytest.raises(ImportFailedError, match=r"all 2 records were rejected \(null_island 2\)"):
        await imported([location("Z", coordinates={"latitude": "0", "longitude": "0"})] * 2)
    assert len(await imported.stations()) == 5
    states = await imported.rows("SELECT state FROM import_run ORDER BY state")
    assert states == [("done",), ("failed",)]


async def test_a_file_cut_off_changes_nothing(imported: Importer, tmp_path: Path) -> None:
    await imported(town(5))
    before = await _everything(imported)
    path = write(tmp_path, town(400))
    path.write_bytes(path.read_bytes()[:-500])
    source = catalogue()
    with pytest.raises(ImportFailedError, match="is cut off"):
        await imported.service.import_snapshot(source, source.read_files([path]), now=NOON)
    assert await _everything(imported) == before


@pytest.mark.parametrize(
    ("observed_at", "expected", "replayed"),
    [
        (None, NEWEST, False),
        ("now", NOON, True),
        (datetime(2026, 6, 7, 21, tzinfo=UTC), datetime(2026, 6, 7, 21, tzinfo=UTC), True),
    ],
)
async def test_how_fresh_a_file_is(
    imported: Importer,
    observed_at: datetime | Literal["now"] | None,
    expected: datetime,
    replayed: bool,
) -> None:
    await imported(town(3), observed_at=observed_at)
    (feed,) = await imported.service.feeds()
    assert (feed.observed_at, feed.replayed, feed.fetched_at) == (expected, replayed, NOON)


async def test_another_time_of_observation_is_a_change_of_the_feed_alone(
    imported: Importer,
) -> None:
    places = town(4)
    await imported(places)
    before = await imported.last_change()
    summary = await imported(places, observed_at="now")
    assert summary.unchanged == 4
    assert await imported.changes(before) == [("feed", None)]


async def test_progress_is_told_from_reading_to_finishing(
    imported: Importer, tmp_path: Path
) -> None:
    told: list[ImportProgress] = []
    source = catalogue()
    snapshot = source.read_files([write(tmp_path, town(30))])
    await imported.service.import_snapshot(source, snapshot, now=NOON, progress=told.append)
    assert list(dict.fromkeys(p.stage for p in told)) == [
        "reading",
        "comparing",
        "writing",
        "finishing",
    ]
    assert ImportProgress("reading", 30) in told


class DemoSource(NdwCatalogue):
    """The same shape, but invented."""

    name = "demo"
    title = "Demo"
    capabilities = Capabilities(
        has_status=True, status_valid_for=None, has_tariffs=True, live_feed=False, demo=True
    )


def demo_source() -> DemoSource:
    return DemoSource(locations_url="", tariffs_url="", timeout_s=1, max_bytes=10_000_000)


async def test_demo_data_leaves_with_the_first_real_import(imported: Importer) -> None:
    demo = town(300, seed=9)
    for place in demo:
        place["operator"] = {"name": "Fictional"}
    await imported(demo, [tariff("D")], source=demo_source())
    assert not await imported.service.is_empty()
    assert not await imported.service.has_real_data()
    before = await imported.last_change()
    await imported(town(10))
    assert await imported.service.has_real_data()
    assert [feed.source for feed in await imported.service.feeds()] == ["ndw"]
    assert len(await imported.stations()) == 10
    assert await imported.one("SELECT count(*) FROM operator WHERE id = 'fictional'") == 0
    assert await imported.one("SELECT count(*) FROM tariff") == 0
    kinds = [kind for kind, _ in await imported.changes(before)]
    assert kinds.count("removed") == 300
    assert kinds[-1] == "feed"
    assert kinds.index("removed") > kinds.index("station"), "the map is never empty"


async def test_price_lists_without_real_stations_do_not_drive_demo_data_out(
    imported: Importer,
) -> None:
    await imported(town(3), source=demo_source())
    await imported([tariff()])
    assert len(await imported.stations()) == 3


async def test_a_source_can_be_cleared(imported: Importer) -> None:
    await imported(town(250), [tariff()])
    before = await imported.last_change()
    assert await imported.service.clear("ndw", now=NOON) == 250
    assert await imported.service.is_empty()
    assert await imported.service.feeds() == []
    for table in ("station", "charge_point", "connector", "tariff", "operator", "station_alias"):
        assert await imported.one(f"SELECT count(*) FROM {table}") == 0
    kinds = [kind for kind, _ in await imported.changes(before)]
    assert kinds == ["removed"] * 250 + ["feed"]


class LiveSource(NdwCatalogue):
    """Answers a live import with what a test prepared, and notes what it was asked."""

    answer: Snapshot | None = None
    asked: list[tuple[str | None, str | None]]

    async def fetch(self, *, etag: str | None, last_modified: str | None) -> Snapshot | None:
        self.asked.append((etag, last_modified))
        return self.answer


async def test_live_imports_remember_the_validators_of_completed_runs_only(
    imported: Importer, tmp_path: Path
) -> None:
    live = LiveSource(locations_url="", tariffs_url="", timeout_s=1, max_bytes=10_000_000)
    live.asked = []

    def answers(*records: Any) -> None:
        live.answer = live.read_files([write(tmp_path, records)])
        live.answer.etag, live.answer.last_modified = "e1", "d1"
        live.answer.observed_at = NOON - timedelta(minutes=1)

    answers(*town(4))
    summary = await imported.service.import_live(live, now=NOON)
    assert (live.asked, summary and summary.added) == ([(None, None)], 4)
    (feed,) = await imported.service.feeds()
    assert (feed.observed_at, feed.replayed) == (NOON - timedelta(minutes=1), False)
    live.answer = None
    later = NOON + timedelta(minutes=5)
    assert await imported.service.import_live(live, now=later) is None
    assert live.asked == [(None, None), ("e1", "d1")]
    (feed,) = await imported.service.feeds()
    assert (feed.observed_at, feed.fetched_at) == (NOON - timedelta(minutes=1), later)
    await imported(town(4))
    live.answer = None
    await imported.service.import_live(live, now=NOON)
    assert live.asked[2:] == [(None, None)], "a file in between is not the live copy any more"


async def test_two_imports_at_once_are_refused(imported: Importer, tmp_path: Path) -> None:
    source, path = catalogue(), write(tmp_path, town(50))
    refused: list[str] = []

    class Impatient(ChangeHub):
        """Starts another import whenever the first one has written something."""

        async def announce(self) -> None:
            other = CatalogueService(imported.database, ChangeHub(), {})
            try:
                await other.import_snapshot(source, source.read_files([path]), now=NOON)
            except ImportFailedError as error:
                refused.append(str(error))

    service = CatalogueService(imported.database, Impatient(), {})
    summary = await service.import_snapshot(source, source.read_files([path]), now=NOON)
    assert summary.added == 50
    assert set(refused) == {"Another import is running; try again when it has ended."}


@pytest.mark.realdata
async def test_the_real_feed_imported_twice_changes_nothing_the_second_time(
    database: Database, real_data: Path
) -> None:
    names = ("charging_point_tariffs_ocpi.json.gz", "charging_point_locations_ocpi.json.gz")
    source = catalogue(max_bytes=500_000_000)
    imported = Importer(database, real_data)
    files = [real_data / "ndw" / name for name in names]
    first = await imported.service.import_snapshot(source, source.read_files(files), now=NOON)
    assert (first.read, first.superseded, first.rejected) == (64_188, 64_188 - 44_654, 0)
    assert await imported.one("SELECT count(*) FROM station") == first.added
    assert await imported.one("SELECT count(*) FROM charge_point") == 107_361 + 613
    assert await imported.one("SELECT count(*) FROM source_record") == 44_654
    assert await imported.one("SELECT count(*) FROM tariff") == 10_631
    (feed,) = await imported.service.feeds()
    assert feed.observed_at == datetime(2026, 6, 7, 19, 20, 58, tzinfo=UTC)
    before = await imported.last_change()
    second = await imported.service.import_snapshot(source, source.read_files(files), now=NOON)
    assert (second.added, second.updated, second.removed) == (0, 0, 0)
    assert second.unchanged == first.added
    assert await imported.last_change() == before
    await _is_consistent(imported)

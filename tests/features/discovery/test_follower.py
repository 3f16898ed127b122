"""What is written shows on the map: at once, without a restart, and nothing in between is lost."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chargesphere.core.geo import WORLD
from chargesphere.core.vocabulary import ConnectorType
from chargesphere.database import Database
from chargesphere.events import ChangeHub
from chargesphere.features.discovery import follower
from chargesphere.features.discovery.follower import LiveIndex
from chargesphere.features.discovery.rules import Filters
from chargesphere.features.discovery.snapshot import open_newest

NOW = datetime.now(UTC)


class Writer:
    """Writes stations as an import does: facts and log entries in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def feed(self, observed_at: datetime = NOW, valid_for_s: int | None = 900) -> None:
        await self._run(
            "DELETE FROM feed WHERE source = 'ndw' AND NOT EXISTS (SELECT 1 FROM station)", {}
        )
        await self._run(
            "INSERT INTO feed (source, title, homepage, licence, licence_url, attribution,"
            " has_status, status_valid_for_s, demo, observed_at, replayed) VALUES ('ndw', 'NDW',"
            " '', '', '', '', :yes, :valid, :no, :at, :no) ON CONFLICT (source) DO UPDATE SET"
            " observed_at = :at, status_valid_for_s = :valid",
            {"yes": True, "no": False, "valid": valid_for_s, "at": observed_at},
            ("feed", None),
        )

    async def add(self, *numbers: int, lat: float = 52.0) -> None:
        stations = [
            {
                "id": name(n),
                "lat": lat + n * 1e-4,
                "lon": 5.0 + n * 1e-4,
                "at": NOW,
                "empty": "[]",
            }
            for n in numbers
        ]
        async with self._database.transaction() as connection:
            for station in stations:
                await connection.execute(
                    text(
                        "INSERT INTO station (id, source, name, lat, lon, street, city, postcode,"
                        " country, time_zone, access, amenities, payment, parking, price_text,"
                        " directions, created_at, updated_at, fingerprint) VALUES (:id, 'ndw', '',"
                        " :lat, :lon, '', '', '', 'NL', 'Europe/Amsterdam', 'public', :empty,"
                        " :empty, :empty, '', '', :at, :at, '')"
                        " ON CONFLICT (id) DO UPDATE SET lat = :lat, lon = :lon"
                    ),
                    station,
                )
                key = {"point": f"{station['id']}-1", "id": station["id"]}
                await connection.execute(
                    text(
                        "INSERT INTO charge_point (id, station_id, source, source_id, position,"
                        " label, status, directions, fingerprint) VALUES (:point, :id, 'ndw',"
                        " :point, 0, '', 'AVAILABLE', '', '') ON CONFLICT (id) DO NOTHING"
                    ),
                    key,
                )
                await connection.execute(
                    text(
                        "INSERT INTO connector (charge_point_id, position, type, format, current,"
                        " kw, kw_derived, tariff_ids) VALUES (:point, 0, 'type2', 'socket',"
                        " 'ac_3_phase', 11, :no, :empty)"
                        " ON CONFLICT (charge_point_id, position) DO NOTHING"
                    ),
                    {"point": key["point"], "no": False, "empty": "[]"},
                )
            await self._log(connection, "station", [s["id"] for s in stations])

    async def set_status(self, status: str, *numbers: int) -> None:
        async with self._database.transaction() as connection:
            for n in numbers:
                await connection.execute(
                    text("UPDATE charge_point SET status = :status WHERE station_id = :id"),
                    {"status": status, "id": name(n)},
                )
            await self._log(connection, "status", [name(n) for n in numbers])

    async def remove(self, number: int) -> None:
        await self._run(
            "DELETE FROM station WHERE id = :id", {"id": name(number)}, ("removed", name(number))
        )

    async def _run(
        self, statement: str, values: dict[str, Any], *entries: tuple[str, str | None]
    ) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(text(statement).bindparams(**values))
            for kind, station in entries:
                await self._log(connection, kind, [station])

    @staticmethod
    async def _log(connection: Any, kind: str, stations: list[Any]) -> None:
        await connection.execute(
            text("INSERT INTO change (kind, station_id, at) VALUES (:kind, :id, :at)"),
            [{"kind": kind, "id": station, "at": datetime.now(UTC)} for station in stations],
        )


def name(number: int) -> str:
    return f"station-{number:05d}"


@asynccontextmanager
async def following(database: Database, folder: Path, hub: ChangeHub) -> AsyncIterator[LiveIndex]:
    live = LiveIndex(database, folder, hub)
    await live.start()
    task = asyncio.create_task(live.follow())
    try:
        yield live
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def soon(question: Callable[[], object], answer: object, within_s: float = 2.0) -> float:
    """Seconds until the question has this answer."""
    begin = time.monotonic()
    while question() != answer:
        if time.monotonic() - begin > within_s:
            pytest.fail(f"after {within_s} s the answer is {question()!r}, not {answer!r}")
        await asyncio.sleep(0.02)
    return time.monotonic() - begin


def free(live: LiveIndex) -> object:
    answer = json.loads(live.current.view(WORLD, 2, Filters(), NOW))
    return [answer["total"], *answer["free"]]


@pytest.fixture
def hub() -> ChangeHub:
    return ChangeHub()


async def test_an_empty_database_fills_before_our_eyes(
    database: Database, tmp_path: Path, hub: ChangeHub
) -> None:
    writer = Writer(database)
    async with following(database, tmp_path / "index", hub) as live:
        assert live.ready
        assert free(live) == [0]
        await writer.feed()
        await writer.add(1, 2)
        # Another process wrote: nobody woke us.
        await soon(lambda: free(live), [2, 2])
        before = live.generation
        await writer.set_status("CHARGING", 1)
        hub.wake()
        assert await soon(lambda: free(live), [2, 1]) < 0.9
        assert live.generation != before
        await writer.remove(2)
        hub.wake()
        await soon(lambda: free(live), [1, 0])
        assert live.current.find(name(2)) is None


async def test_a_rebuild_takes_over_without_losing_what_came_meanwhile(
    database: Database, tmp_path: Path, hub: ChangeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "_IMPATIENT_S", 0.5)
    writer = Writer(database)
    await writer.feed()
    await writer.add(*range(100))
    async with following(database, tmp_path / "index", hub) as live:
        first = live.current
        await writer.add(100, lat=40.0)
        await soon(lambda: free(live), [101, 100, 1])
        meanwhile = 0
        while live.current is first:
            meanwhile += 1
            await writer.set_status("CHARGING", meanwhile)
            await writer.add(100 + meanwhile, lat=40.0)
            hub.wake()
            await asyncio.sleep(0.2)
            assert meanwhile < 100, "no rebuild took over"
        assert live.current.count(None, Filters(), NOW) >= 101
        await soon(lambda: free(live), [101 + meanwhile, 100 - meanwhile, 1 + meanwhile])
        assert live.current.overlay_size < 1 + meanwhile


async def test_a_start_goes_on_from_the_snapshot_and_the_log(
    database: Database, tmp_path: Path, hub: ChangeHub
) -> None:
    writer = Writer(database)
    await writer.feed()
    await writer.add(*range(20))
    folder = tmp_path / "index"
    async with following(database, folder, hub) as live:
        built = live.generation
    await writer.set_status("OUT_OF_ORDER", 3, 4, 5)
    await writer.add(30)
    async with following(database, folder, hub) as live:
        assert live.generation.split("-")[:2] == built.split("-")[:2]
        assert free(live) == [21, 18]


async def test_a_snapshot_of_another_database_is_not_believed(
    tmp_path: Path, hub: ChangeHub, sqlite_url: str
) -> None:
    from migrated import migrate

    folder = tmp_path / "index"
    urls = (sqlite_url, f"sqlite:///{tmp_path / 'other.db'}")
    migrate(urls[1])
    for count, url in enumerate(urls, 3):
        database = Database(url)
        writer = Writer(database)
        await writer.feed()
        await writer.add(*range(count))
        live = LiveIndex(database, folder, hub)
        await live.start()
        assert free(live) == [count, count]
        await database.close()


async def test_a_feed_seen_again_makes_its_statuses_known_again(
    database: Database, tmp_path: Path, hub: ChangeHub
) -> None:
    writer = Writer(database)
    await writer.feed(NOW - timedelta(days=1))
    await writer.add(1)
    async with following(database, tmp_path / "index", hub) as live:
        assert free(live) == [1, None]
        await writer.feed(NOW)
        hub.wake()
        await soon(lambda: free(live), [1, 1])


async def test_statuses_of_thousands_come_through_while_questions_are_answered(
    database: Database, tmp_path: Path, hub: ChangeHub
) -> None:
    writer = Writer(database)
    await writer.feed()
    await writer.add(*range(3000))
    async with following(database, tmp_path / "index", hub) as live:
        await writer.set_status("CHARGING", *range(3000))
        hub.wake()
        longest = 0.0
        begin = time.monotonic()
        while free(live) != [3000, 0]:
            before = time.monotonic()
            assert before - begin < 20.0
            await asyncio.sleep(0)
            longest = max(longest, time.monotonic() - before)
        # What a question may have to wait for; the cores may be busy elsewhere.
        assert longest < 1.0
        assert live.current.overlay_size == 0


async def test_more_changes_than_the_overlay_bears_go_straight_to_a_rebuild(
    database: Database, tmp_path: Path, hub: ChangeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "_OVERLAY_MAX", 10)
    writer = Writer(database)
    await writer.feed()
    async with following(database, tmp_path / "index", hub) as live:
        await writer.add(*range(200))
        hub.wake()
        await soon(lambda: free(live), [200, 200], within_s=15.0)
        assert live.current.overlay_size == 0


async def test_a_database_that_goes_away_does_not_end_the_following(
    tmp_path: Path, hub: ChangeHub, sqlite_url: str
) -> None:
    database = Database(sqlite_url)
    writer = Writer(database)
    await writer.feed()
    await writer.add(1)
    async with following(database, tmp_path / "index", hub) as live:
        async with database.transaction() as connection:
            await connection.execute(text("ALTER TABLE change RENAME TO lost"))
        hub.wake()
        await asyncio.sleep(0.1)
        assert free(live) == [1, 1]
        async with database.transaction() as connection:
            await connection.execute(text("ALTER TABLE lost RENAME TO change"))
        await writer.set_status("CHARGING", 1)
        hub.wake()
        await soon(lambda: free(live), [1, 0])
    await database.close()


async def test_the_index_knows_plugs_tariffs_hours_and_networks_of_the_database(
    database: Database, tmp_path: Path, hub: ChangeHub
) -> None:
    writer = Writer(database)
    await writer.feed()
    await writer.add(1, 2, 3)
    gratis = {"elements": [{"price_components": [{"type": "ENERGY", "price": 0}]}]}
    always = {"always": True, "periods": [], "text": ""}
    async with database.transaction() as connection:
        for statement, values in (
            ("INSERT INTO operator (id, name) VALUES ('alpha', 'Alpha')", {}),
            (
                "INSERT INTO tariff (source, source_id, currency, content, fingerprint)"
                " VALUES ('ndw', 't1', 'EUR', :content, '')",
                {"content": json.dumps(gratis)},
            ),
            ("UPDATE station SET operator_id = 'alpha' WHERE id = :id", {"id": name(1)}),
            (
                "UPDATE station SET hours = :hours WHERE id = :id",
                {"id": name(2), "hours": json.dumps(always)},
            ),
            (
                "UPDATE connector SET tariff_ids = :t, type = 'ccs2', kw = 150"
                " WHERE charge_point_id = :id",
                {"id": f"{name(3)}-1", "t": '["t1"]'},
            ),
        ):
            await connection.execute(text(statement), values)
    live = LiveIndex(database, tmp_path / "index", hub)
    await live.start()

    def found(f: Filters) -> list[str]:
        return sorted(i.decode() for i in live.current.select(None, f, NOW).ids)

    for _ in range(2):
        assert live.current.networks() == [("alpha", "Alpha", 1)]
        assert found(Filters(networks=frozenset({"alpha"}))) == [name(1)]
        assert found(Filters(open_now=True)) == [name(2)]
        assert found(Filters(no_fee=True)) == [name(3)]
        assert found(Filters(connectors=frozenset({ConnectorType.CCS2}))) == [name(3)]
        # The same once more, read station by station.
        await writer.add(1, 2, 3, lat=10.0)
        await live._catch_up(live.current, live.text)
        assert live.current.overlay_size == 3


async def test_the_folder_keeps_only_what_is_open(
    database: Database, tmp_path: Path, hub: ChangeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "_QUIET_S", 0.0)
    folder = tmp_path / "index"
    writer = Writer(database)
    await writer.feed()
    await writer.add(1)
    async with following(database, folder, hub) as live:
        for n in (2, 3, 4):
            before = live.current
            await writer.add(n)
            hub.wake()
            while live.current is before:
                hub.wake()
                await asyncio.sleep(0.05)
        newest = open_newest(folder)
        assert newest is not None
        assert live.generation.startswith(newest.generation)
        generations = [entry for entry in folder.iterdir() if entry.is_dir()]
        assert len(generations) <= 2

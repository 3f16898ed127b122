"""However an import ends, what is there is whole, and the next one completes it."""

import asyncio
import copy
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from ndw_feed import Json, catalogue, town, write
from sqlalchemy import event, text

from chargesphere.core.ids import stable_id
from chargesphere.database import Database
from chargesphere.errors import StorageError
from chargesphere.events import ChangeHub
from chargesphere.features.catalogue.service import CatalogueService, ImportSummary
from chargesphere.settings import ROOT

NOON = datetime(2026, 6, 8, 12, tzinfo=UTC)


def command(url: str, folder: Path, *files: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "chargesphere", "import", "ndw", *map(str, files), "--json"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ask(url: str, sql: str) -> list[tuple[object, ...]]:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)
        try:
            return list(connection.execute(sql))
        finally:
            connection.close()
    with psycopg.connect(url) as server:
        return list(server.execute(sql).fetchall())


def expected_points(*versions: list[Json]) -> dict[str, list[set[str]]]:
    """For each station id, the sets of charge points that it may have."""
    allowed: dict[str, list[set[str]]] = {}
    for places in versions:
        for place in places:
            sets = allowed.setdefault(stable_id("ndw", place["id"]), [])
            sets.append({e["evse_id"] for e in place["evses"]})
    return allowed


def check_whole(url: str, allowed: dict[str, list[set[str]]]) -> int:
    """Each station has exactly the charge points of one version, each with its plug and record."""
    held: dict[str, set[str]] = {str(row[0]): set() for row in ask(url, "SELECT id FROM station")}
    for station, evse_id in ask(url, "SELECT station_id, evse_id FROM charge_point"):
        held[str(station)].add(str(evse_id))
    for station, points in held.items():
        assert points in allowed[station], f"half a station: {station}"
    for part, column, whole in (
        ("connector", "charge_point_id", "charge_point"),
        ("source_record", "station_id", "station"),
    ):
        missing = f"SELECT id FROM {whole} WHERE id NOT IN (SELECT {column} FROM {part})"
        assert ask(url, missing) == []
    announced = "SELECT id FROM station WHERE id NOT IN (SELECT station_id FROM change WHERE station_id IS NOT NULL)"
    assert ask(url, announced) == [], "every station is in the log that indexes follow"
    return len(held)


def kill_when(url: str, running: subprocess.Popen[str], sql: str, at_least: int) -> bool:
    """Kill the process as soon as the count reaches a number; whether it was still running."""
    while running.poll() is None:
        if int(str(ask(url, sql)[0][0])) >= at_least:
            running.kill()
            running.communicate()
            return True
        time.sleep(0.002)
    running.communicate()
    return False


def renewed(places: list[Json]) -> list[Json]:
    """The same sites, renamed and with other charge points."""
    other = copy.deepcopy(places)
    for place in other:
        place["name"] = f"Renewed {place['id']}"
        for one in place["evses"]:
            one["evse_id"] = one["evse_id"].replace("*E", "*R")
    return other


def test_killed_at_any_point_no_station_is_half_there(database_url: str, tmp_path: Path) -> None:
    dice = random.Random(7)
    old = town(2_500)
    allowed, file = expected_points(old), write(tmp_path, old)
    kills = 0
    for share in (0.05, 0.4, 0.8):
        target = int(len(old) * share) + dice.randrange(60)
        running = command(database_url, tmp_path, file)
        kills += kill_when(database_url, running, "SELECT count(*) FROM station", target)
        assert check_whole(database_url, allowed) >= target
    assert kills == 3
    finish(database_url, tmp_path, file, allowed, len(old))

    new = renewed(old)
    allowed, file = expected_points(old, new), write(tmp_path, new)
    for target in (1, 1_000 + dice.randrange(300)):
        running = command(database_url, tmp_path, file)
        sql = "SELECT count(*) FROM station WHERE name LIKE 'Renewed%'"
        kills += kill_when(database_url, running, sql, target)
        check_whole(database_url, allowed)
    assert kills == 5
    finish(database_url, tmp_path, file, expected_points(new), len(new))
    states = [
        row[0] for row in ask(database_url, "SELECT state FROM import_run ORDER BY started_at")
    ]
    assert states == ["interrupted"] * 3 + ["done"] + ["interrupted"] * 2 + ["done"]


def finish(
    url: str, folder: Path, file: Path, allowed: dict[str, list[set[str]]], stations: int
) -> None:
    running = command(url, folder, file)
    out, err = running.communicate()
    assert running.returncode == 0, err
    assert '"rejected":0' in out
    assert check_whole(url, allowed) == stations


@pytest.mark.parametrize("polite", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_says_so_and_the_next_run_continues(
    sqlite_url: str, tmp_path: Path, polite: signal.Signals
) -> None:
    places = town(2_000)
    allowed, file = expected_points(places), write(tmp_path, places)
    running = command(sqlite_url, tmp_path, file)
    while not ask(sqlite_url, "SELECT id FROM station LIMIT 1"):
        assert running.poll() is None
        time.sleep(0.005)
    running.send_signal(polite)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 130, err
    assert "Interrupted: what was imported is kept" in err
    assert "Traceback" not in err
    assert 0 < check_whole(sqlite_url, allowed) < len(places)
    assert ask(sqlite_url, "SELECT state FROM import_run") == [("interrupted",)]
    finish(sqlite_url, tmp_path, file, allowed, len(places))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def run(
    database: Database, folder: Path, places: list[Json], hub: ChangeHub | None = None
) -> ImportSummary:
    source = catalogue()
    service = CatalogueService(database, hub or ChangeHub(), {})
    snapshot = source.read_files([write(folder, places)])
    return await service.import_snapshot(source, snapshot, now=NOON)


async def test_a_disk_that_fills_keeps_what_was_there(sqlite_url: str, tmp_path: Path) -> None:
    places = town(1_500)
    async with opened(sqlite_url) as database:
        await run(database, tmp_path, places[:200])
    pages = int(str(ask(sqlite_url, "PRAGMA page_count")[0][0]))
    async with opened(sqlite_url) as full:
        event.listen(
            full.engine.sync_engine,
            "connect",
            lambda connection, _: connection.execute(f"PRAGMA max_page_count={pages + 150}"),
        )
        with pytest.raises(StorageError, match="The disk is full"):
            await run(full, tmp_path, places)
    assert 200 < check_whole(sqlite_url, expected_points(places)) < 1_500
    async with opened(sqlite_url) as database:
        summary = await run(database, tmp_path, places)
    assert summary.added + summary.unchanged == 1_500
    assert check_whole(sqlite_url, expected_points(places)) == 1_500


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """A file system of that size, where this machine lets us make one."""
    with tempfile.TemporaryDirectory() as name:
        size = f"size={megabytes}m"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", name], check=False, capture_output=True
        )
        if mounted.returncode:
            yield None
            return
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)


def test_the_command_on_a_full_disk_says_one_sentence(tmp_path: Path) -> None:
    places = town(3_000)
    file = write(tmp_path, places)
    with small_disk(3) as disk:
        if disk is None:  # Not allowed to mount: the test above fills a database by its own limit.
            return
        url = f"sqlite:///{disk / 'small.db'}"
        running = command(url, disk, file)
        _, err = running.communicate(timeout=60)
        assert running.returncode == 1, err
        assert "The disk is full" in err
        assert "Traceback" not in err
        check_whole(url, expected_points(places))


class AtCommit(ChangeHub):
    """Does something to the database after the fifth commit."""

    def __init__(self, what: Callable[[], None]) -> None:
        super().__init__()
        self._what, self._commits = what, 0

    async def announce(self) -> None:
        self._commits += 1
        if self._commits == 5:
            await asyncio.to_thread(self._what)


def as_admin(server: str, *statements: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement)


async def test_a_database_that_goes_away_keeps_what_was_there(
    postgres_url: str, postgres_server: str, tmp_path: Path
) -> None:
    places, name = town(1_500), postgres_url.rpartition("/")[2]

    def leave() -> None:
        as_admin(
            postgres_server,
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
        )

    async with opened(postgres_url) as database:
        with pytest.raises(StorageError) as failure:
            await run(database, tmp_path, places, AtCommit(leave))
    assert "what was already saved is kept" in str(failure.value)
    assert "\n" not in str(failure.value)
    as_admin(postgres_server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert 0 < check_whole(postgres_url, expected_points(places)) < 1_500
    async with opened(postgres_url) as database:
        await run(database, tmp_path, places)
    assert check_whole(postgres_url, expected_points(places)) == 1_500


async def test_a_database_that_restarts_between_two_transactions_goes_unnoticed(
    postgres_url: str, postgres_server: str, tmp_path: Path
) -> None:
    places, name = town(1_500), postgres_url.rpartition("/")[2]
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    async with opened(postgres_url) as database:
        hub = AtCommit(lambda: as_admin(postgres_server, cut))
        assert (await run(database, tmp_path, places, hub)).added == 1_500
    assert check_whole(postgres_url, expected_points(places)) == 1_500


async def test_nobody_waits_a_second_beside_an_import(database_url: str, tmp_path: Path) -> None:
    places = town(2_500)
    file = write(tmp_path, places)
    waits: dict[str, list[float]] = {"write": [], "read": []}
    async with opened(database_url) as database:
        running = command(database_url, tmp_path, file)
        while running.poll() is None:
            waits["write"].append(await timed_write(database))
            waits["read"].append(await timed_read(database))
            await asyncio.sleep(0.005)
        _, err = running.communicate()
    assert running.returncode == 0, err
    assert max(waits["write"]) < 1.0
    assert max(waits["read"]) < 1.0
    assert len(waits["write"]) > 20
    assert check_whole(database_url, expected_points(places)) == len(places)


async def timed_write(database: Database) -> float:
    began = time.monotonic()
    async with database.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO operator (id, name) VALUES ('beside', 'b')"
                " ON CONFLICT (id) DO UPDATE SET name = excluded.name"
            )
        )
    return time.monotonic() - began


async def timed_read(database: Database) -> float:
    began = time.monotonic()
    async with database.reading() as connection:
        await connection.execute(text("SELECT count(*) FROM charge_point"))
    return time.monotonic() - began

"""The import of the real Dutch feed beside a naive loader, into SQLite and PostgreSQL.

    python tests/services.py -- python -m tests.bench.import_bench

Each run is a process of its own into an empty database: seconds from start to end, and the most
memory it had. Ours and the peer's alternate; figures are medians. Beside one run of each into SQLite
another connection writes all the time: the longest it had to wait. Ends by printing the rows as JSON.
"""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from chargesphere.cli.migrating import migrate_database
from chargesphere.settings import ROOT

ROUNDS = 3
MAX_SECONDS = 60.0
MAX_MB = 1_000.0
MAX_WAIT_MS = 1_000.0
PEER = "json.load and executemany, unmended"

Row = dict[str, object]


@dataclass
class Runs:
    """What the runs of one loader took."""

    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)

    def add(self, seconds: float, megabytes: float) -> None:
        """Note one more run."""
        self.seconds.append(seconds)
        self.megabytes.append(megabytes)


def run() -> list[Row]:
    """All rows of ``BENCH=import``; none where the real feed is absent."""
    folder = os.environ.get("CHARGESPHERE_DATA")
    if not folder:
        _say("CHARGESPHERE_DATA is not set: there is no real feed to import.")
        return []
    feed = Path(folder) / "ndw"
    rows: list[Row] = []
    with TemporaryDirectory() as scratch:
        rows += _measure("SQLite", lambda: _sqlite(Path(scratch)), feed)
        server = os.environ.get("TEST_POSTGRES_URL")
        if server:
            rows += _measure("PostgreSQL", lambda: _postgres(server), feed)
        rows.append(_wait_beside(Path(scratch), feed))
    return rows


def _measure(engine: str, empty: Callable[[], str], feed: Path) -> Iterator[Row]:
    ours, again, peer = Runs(), Runs(), Runs()
    for _ in range(ROUNDS):
        url = empty()
        migrate_database(url)
        ours.add(*_timed(_import(feed), url))
        again.add(*_timed(_import(feed), url))
        peer.add(*_timed(_naive(empty(), feed), ""))
    yield _row(f"import the real feed into {engine}", ours.seconds, peer.seconds, "s", MAX_SECONDS)
    yield _row(
        f"import it again, unchanged, {engine}", again.seconds, peer.seconds, "s", MAX_SECONDS
    )
    yield _row(f"memory, {engine}", ours.megabytes, peer.megabytes, "MB", MAX_MB)


def _import(feed: Path) -> list[str]:
    names = ("charging_point_locations_ocpi.json.gz", "charging_point_tariffs_ocpi.json.gz")
    files = [str(feed / name) for name in names]
    return [sys.executable, "-m", "chargesphere", "import", "ndw", *files]


def _naive(url: str, feed: Path) -> list[str]:
    file = str(feed / "charging_point_locations_ocpi.json.gz")
    return [sys.executable, "-m", "tests.bench.naive_loader", url, file]


def _timed(command: list[str], url: str) -> tuple[float, float]:
    """Seconds and megabytes of a process from its start to its end."""
    began = time.perf_counter()
    process = _start(command, url)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def _start(command: list[str], url: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"DATABASE_URL": url, "REDIS_URL": ""}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / uuid.uuid4().hex}.db"


def _postgres(server: str) -> str:
    name = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


def _wait_beside(folder: Path, feed: Path) -> Row:
    """The longest that another writer waits, beside ours and beside the peer."""
    url = _sqlite(folder)
    migrate_database(url)
    ours = _longest_wait(_import(feed), url, url)
    other = _sqlite(folder)
    theirs = _longest_wait(_naive(other, feed), "", other)
    name = "longest wait of another writer beside it, SQLite"
    return _row(name, [ours], [theirs], "ms", MAX_WAIT_MS)


def _longest_wait(command: list[str], setting: str, url: str) -> float:
    with _beside(url) as write:
        running = _start(command, setting)
        longest = 0.0
        while running.poll() is None:
            began = time.perf_counter()
            write()
            longest = max(longest, time.perf_counter() - began)
            time.sleep(0.01)
    return longest * 1e3


@contextmanager
def _beside(url: str) -> Iterator[Callable[[], None]]:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=120, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE beside (n INTEGER)")

    def write() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO beside VALUES (1)")
        connection.execute("COMMIT")

    yield write
    connection.close()


def _row(name: str, ours: list[float], peer: list[float], unit: str, goal: float) -> Row:
    """A line whose goal is what ours may be at most, not a ratio."""
    mine, other = statistics.median(ours), statistics.median(peer)
    return {
        "name": name,
        "ours": round(mine, 2),
        "peer": round(other, 2),
        "peer_name": PEER,
        "unit": unit,
        "ratio": round(other / mine, 2),
        "goal": goal,
        "met": mine <= goal,
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    rows = run()
    for each in rows:
        _say(
            f"{'ok ' if each['met'] else 'NO '} {each['name']}: {each['ours']} {each['unit']}"
            f" (at most {each['goal']}), {each['peer_name']}: {each['peer']}"
        )
    _say(json.dumps(rows))
    sys.exit(0 if all(each["met"] for each in rows) else 1)

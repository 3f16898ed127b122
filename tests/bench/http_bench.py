"""The whole running app beside node's HTTP server with npm supercluster, in one run.

    PYTHONPATH=.:tests python -m bench.http_bench

Ours is ``python -m chargesphere run`` with one worker: granian, Reflex and the map's own route. The
peer is ``http_peer.mjs``, one process too. Both hold the same 300,000 made-up stations and get the
same requests from the same wrk over 8 connections: six views, in each 512 boxes that differ, so that
none is answered from the last second's answers. Turns alternate; figures are medians.
Ends by printing the rows as JSON.
"""

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.filled import fill
from bench.index_bench import STATIONS, WORLD_VIEWS, View, fact
from bench.peer import HERE, features_of, install, node_program
from bench.synthetic import make_facts
from browsing import ROOT, free_port, serve, stop, wait_for

from chargesphere.features.discovery.columns import build_columns

CONNECTIONS = 8
BOXES = 512
"""Per view, asked round and round: many times what the app keeps of its last answers."""

ROUNDS = 11
SECONDS = 1
GOAL = 1.4
WITH_GOAL = frozenset({"europe", "country", "city"})
DATA = ROOT / "build" / "bench" / "http"
PEER = "node http + supercluster"

Row = dict[str, object]


@dataclass(frozen=True)
class Server:
    """A running server and where it answers map questions."""

    url: str
    path: str


@dataclass
class Turns:
    """What the turns of one server gave."""

    per_second: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)


class Load:
    """wrk, which takes less of the processor than what it measures."""

    def __init__(self, scratch: Path) -> None:
        self._paths = scratch / "paths.txt"

    def ask(self, server: Server, queries: Sequence[str], seconds: int) -> dict[str, float]:
        """Ask as fast as the server answers.

        Raises:
            RuntimeError: an answer was no success, or there was none.
        """
        self._paths.write_text("".join(f"{server.path}?{query}\n" for query in queries))
        command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s"]
        command += ["-s", str(HERE / "load.lua"), server.url, "--", str(self._paths)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        if said["failures"] or not said["answers"]:
            raise RuntimeError(f"{server.url}: {said}")
        return said


def run() -> list[Row]:
    """All rows of ``BENCH=http``; none where wrk is not installed."""
    if shutil.which("wrk") is None:
        sys.stderr.write("wrk is not here: apt-get install wrk, or make machine.\n")
        return []
    with TemporaryDirectory() as scratch, _both(Path(scratch)) as (ours, peer):
        return list(_measure(Load(Path(scratch)), ours, peer))


def _measure(load: Load, ours: Server, peer: Server) -> Iterator[Row]:
    same = sum(_counts(ours, view) == _counts(peer, view) for view in WORLD_VIEWS)
    yield fact(
        "views with equal items and counts over HTTP",
        same,
        len(WORLD_VIEWS),
        PEER,
        same == len(WORLD_VIEWS),
    )
    for view in WORLD_VIEWS:
        queries = _boxes(view)
        mine, theirs = Turns(), Turns()
        for round_ in range(-1, ROUNDS):  # The first warms both.
            for server, turns in ((ours, mine), (peer, theirs)):
                said = load.ask(server, queries, SECONDS)
                if round_ >= 0:
                    turns.per_second.append(said["answers"] / said["seconds"])
                    turns.p50_ms.append(said["p50_ms"])
                    turns.p99_ms.append(said["p99_ms"])
        yield from _rows(view, mine, theirs)


def _rows(view: View, mine: Turns, theirs: Turns) -> Iterator[Row]:
    name = f"{view.name} z{view.zoom}, {STATIONS:,} synthetic stations"
    rate, other = statistics.median(mine.per_second), statistics.median(theirs.per_second)
    goal = GOAL if view.name in WITH_GOAL else None
    yield _row(f"requests a second, {name}", rate, other, "1/s", rate / other, goal)
    for what, ours_ms, theirs_ms in (
        ("p50", mine.p50_ms, theirs.p50_ms),
        ("p99", mine.p99_ms, theirs.p99_ms),
    ):
        slow, slower = statistics.median(ours_ms), statistics.median(theirs_ms)
        yield _row(f"{what} of an answer, {name}", slow, slower, "ms", slower / slow, None)


def _row(name: str, ours: float, peer: float, unit: str, ratio: float, goal: float | None) -> Row:
    return {
        "name": name,
        "ours": round(ours, 2),
        "peer": round(peer, 2),
        "peer_name": PEER,
        "unit": unit,
        "ratio": round(ratio, 2),
        "goal": goal,
        "met": goal is None or ratio >= goal,
    }


# --- what is asked ---


def _boxes(view: View) -> list[str]:
    """The view moved about a little, each time within its own edges, as query strings."""
    dice = random.Random(view.name)
    west, south, east, north = view.bbox
    width, height = (east - west) * 0.96, (north - south) * 0.96
    queries = []
    for _ in range(BOXES):
        left = dice.uniform(west, east - width)
        bottom = dice.uniform(south, north - height)
        box = (left, bottom, left + width, bottom + height)
        queries.append(_query(box, view.zoom))
    return queries


def _query(box: Sequence[float], zoom: int) -> str:
    return f"bbox={','.join(f'{edge:.6f}' for edge in box)}&zoom={zoom}"


def _counts(server: Server, view: View) -> list[int]:
    """How many stations each item of the view stands for, sorted."""
    address = f"{server.url}{server.path}?{_query(view.bbox, view.zoom)}"
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  # Our own servers.
        body: Any = json.load(answer)
    if isinstance(body, dict):
        return sorted(body["count"])
    return sorted(feature["properties"].get("point_count", 1) for feature in body)


# --- who answers ---


@contextmanager
def _both(scratch: Path) -> Iterator[tuple[Server, Server]]:
    install()
    facts = make_facts(STATIONS)
    database = fill(DATA, facts)
    stations = scratch / "stations.json"
    stations.write_text(json.dumps(features_of(build_columns(facts))), encoding="utf-8")
    del facts
    with _ours(database, scratch) as ours, _peer(stations, scratch) as peer:
        yield ours, peer


@contextmanager
def _ours(database: str, scratch: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "DATA_DIR": str(DATA),
        "DATABASE_URL": database,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WORKERS": "1",
        "PUBLIC_URL": url,
        "TILES_URL": "none",
        "RATE_LIMIT_API": "off",
        "REFLEX_STATES_WORKDIR": str(scratch / "states"),
    }
    environment.pop("REDIS_URL", None)
    log = scratch / "ours.txt"
    process = serve(environment, log)
    try:
        wait_for(f"{url}/api/v1/ready", process, log, 300)
        yield Server(url, "/api/v1/map")
    finally:
        stop(process)


@contextmanager
def _peer(stations: Path, scratch: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = scratch / "peer.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [node_program(), str(HERE / "http_peer.mjs"), str(stations), str(port)],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_for(f"{url}/map?bbox=0,0,1,1&zoom=2", process, log, 120)
        yield Server(url, "/map")
    finally:
        stop(process)


if __name__ == "__main__":
    rows = run()
    sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    sys.exit(0 if all(row["met"] for row in rows) else 1)

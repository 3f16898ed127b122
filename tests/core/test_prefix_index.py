"""The index from beginnings of words to rows, beside a plain search that cannot be wrong."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from chargesphere.core.geo import Point
from chargesphere.core.prefix_index import NOTHING, IndexBuilder, PrefixIndex, Ranking
from chargesphere.core.words import words

EVEN = Ranking(whole=(1.0, 0.6), begun=(0.5, 0.3), near=0.2, near_km=10.0)


def build(
    names: list[str], cities: list[str], points: list[Point] | None = None, ranking: Ranking = EVEN
) -> PrefixIndex:
    at = points or [Point(0.0, 0.0)] * len(names)
    builder = IndexBuilder()
    builder.add(0, names, words)
    builder.add(1, cities, words)
    columns = builder.build(
        np.array([p.lat for p in at]),
        np.array([p.lon for p in at]),
        np.zeros(len(names), np.float32),
    )
    return PrefixIndex(columns, ranking)


def rows(
    index: PrefixIndex, question: str, near: Point | None = None, limit: int = 50
) -> list[int]:
    return [row for row, _ in index.search(question, near, limit).rows]


WORD = st.text(alphabet="abc", min_size=1, max_size=3)
TEXT = st.lists(WORD, max_size=3).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), max_size=12), st.lists(WORD, min_size=1, max_size=3))
def test_it_finds_what_a_plain_search_finds(
    texts: list[tuple[str, str]], question: list[str]
) -> None:
    index = build([name for name, _ in texts], [city for _, city in texts])
    ways = [question, ["".join(question)]]
    if len(question) > 2:
        ways += [
            [*question[:i], question[i] + question[i + 1], *question[i + 2 :]] for i in range(2)
        ]

    def matches(row: int, way: list[str]) -> int:
        have = words(" ".join(texts[row]))
        return sum(any(word.startswith(typed) for word in have) for typed in way)

    whole = {row for row in range(len(texts)) if any(matches(row, w) == len(w) for w in ways)}
    telling = [typed for typed in question if len(typed) > 2]
    most = max((matches(row, telling) for row in range(len(texts))), default=0)
    some = {row for row in range(len(texts)) if most and matches(row, telling) == most}
    found = index.search(" ".join(question), None, 50)
    assert {row for row, _ in found.rows} == (whole or some)
    assert found.words == (len(question) if whole else most if some else 0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=12), WORD, st.integers(1, 5))
def test_the_best_few_are_the_first_of_all(
    texts: list[tuple[str, str]], typed: str, limit: int
) -> None:
    index = build([name for name, _ in texts], [city for _, city in texts])
    everything = index.search(typed, None, 100).rows
    scores = [score for _, score in everything]
    assert scores == sorted(scores, reverse=True)
    assert [s for _, s in index.search(typed, None, limit).rows] == scores[:limit]


def test_a_whole_word_beats_a_beginning_and_the_first_field_the_second() -> None:
    index = build(["lindenlaan", "linden", "x", "x"], ["x", "x", "linden", "lindenhof"])
    assert rows(index, "linden") == [1, 2, 0, 3]


def test_words_may_come_in_any_order() -> None:
    index = build(["park noord", "park zuid"], ["", ""])
    assert rows(index, "noord park") == rows(index, "park noord") == [0]


def test_a_word_counts_once_however_often_it_stands_there() -> None:
    index = build(["park park park", "park"], ["park", ""])
    (_, often), (_, once) = index.search("park", None, 2).rows
    assert often == once


def test_nearer_is_better() -> None:
    index = build(["a", "a"], ["", ""], [Point(52.0, 4.0), Point(48.0, 2.0)])
    assert rows(index, "a", Point(52.1, 4.0)) == [0, 1]
    assert rows(index, "a", Point(48.1, 2.0)) == [1, 0]


def test_hidden_rows_are_passed_over() -> None:
    index = build(["a", "a", "a"], ["", "", ""])
    hidden = np.array([True, False, True])
    assert [row for row, _ in index.search("a", None, 5, hidden).rows] == [1]


def test_nothing_is_found_in_nothing() -> None:
    assert build([], []).search("a", None, 5) == NOTHING
    assert build(["a"], [""]).search("", None, 5) == NOTHING
    assert build(["a"], [""]).search("a", None, 0) == NOTHING


def test_bytes_between_words_do_not_confuse_the_order() -> None:
    names = ["zürich", "zz", "Ж", "中央", "a", "é", "z"]
    index = build(names, [""] * len(names))
    for row, name in enumerate(names):
        assert row in rows(index, name)

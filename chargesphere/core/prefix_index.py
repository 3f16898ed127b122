"""An index from the beginnings of words to numbered rows, ranked, in plain arrays.

Words are kept sorted, so that all words that begin with what was typed are neighbours, and so are
their postings (the rows that hold them, and in which fields). The arrays can be written to files
and shared by processes as they are. Finding by other keys (misspelt words, sounds) would add rows
to the same arrays under further fields.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

import numba
import numpy as np
from numpy.typing import NDArray

from chargesphere.core.geo import EARTH_RADIUS_M, Point
from chargesphere.core.words import readings

FIELDS = 8
"""A posting says in which of eight fields of the row the word stands."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What makes one row better than another.

    Attributes:
        whole: what a word that was typed in full is worth, by field.
        begun: what a word of which the beginning was typed is worth, by field.
        near: what a row at the very point asked from is worth more.
        near_km: at this distance half of that is left.
    """

    whole: tuple[float, ...]
    begun: tuple[float, ...]
    near: float
    near_km: float


@dataclass(frozen=True, slots=True)
class Columns:
    """The index as arrays.

    Attributes:
        letters: all words, sorted, one after the other, in UTF-8.
        word_at: where each word begins in ``letters``; one more entry than words.
        rows_at: where the postings of each word begin; one more entry than words.
        rows: the rows of the postings, by word.
        where: in which fields, one bit a field.
        worth: what each row is worth by itself, added to its score.
        xyz: where each row is, on a globe of radius 1.
    """

    letters: NDArray[np.uint8]
    word_at: NDArray[np.int64]
    rows_at: NDArray[np.int64]
    rows: NDArray[np.int32]
    where: NDArray[np.uint8]
    worth: NDArray[np.float32]
    xyz: NDArray[np.float32]

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the arrays, in order."""
        return tuple(field.name for field in fields(cls))


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a question: rows and their scores, best first, all with ``words`` of its words."""

    words: int
    rows: list[tuple[int, float]]


NOTHING = Found(0, [])


class IndexBuilder:
    """Collects words and turns them into ``Columns``."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._words: list[NDArray[np.int32]] = []
        self._rows: list[NDArray[np.int32]] = []
        self._where: list[tuple[int, int]] = []

    def add(
        self,
        field: int,
        texts: Sequence[str],
        split: Callable[[str], Sequence[str]],
        rows: NDArray[np.int32] | None = None,
    ) -> None:
        """Add a column: a text for each row, taken apart by ``split`` (each different text once).

        Args:
            field: 0 to 7.
            texts: what stands in the field.
            split: the words of a text.
            rows: the row of each text; without it they are rows 0, 1, 2...
        """
        text_ids: dict[str, int] = {}
        of_row = np.fromiter(
            (text_ids.setdefault(text, len(text_ids)) for text in texts), np.int32, len(texts)
        )
        flat: list[int] = []
        ends = np.zeros(len(text_ids) + 1, dtype=np.int64)
        ids = self._ids
        for i, text in enumerate(text_ids):
            flat.extend([ids.setdefault(word, len(ids)) for word in split(text)])
            ends[i + 1] = len(flat)
        count = (ends[1:] - ends[:-1])[of_row]
        numbers = np.arange(len(texts), dtype=np.int32) if rows is None else rows
        self._rows.append(np.repeat(numbers, count))
        # For each row, the run of its text's words.
        first = np.repeat(ends[:-1][of_row] - np.cumsum(count) + count, count)
        self._words.append(
            np.array(flat, dtype=np.int32)[first + np.arange(count.sum())]
            if flat
            else np.zeros(0, np.int32)
        )
        self._where.append((field, int(count.sum())))

    def build(
        self, lat: NDArray[np.float64], lon: NDArray[np.float64], worth: NDArray[np.float32]
    ) -> Columns:
        """The index over all that was added; positions are in degrees."""
        ordered = sorted(self._ids)
        rank = np.zeros(len(ordered), dtype=np.int64)
        rank[[self._ids[word] for word in ordered]] = np.arange(len(ordered))
        size = max(len(worth), 1)
        key = rank[np.concatenate([np.zeros(0, np.int32), *self._words])] * size
        key += np.concatenate([np.zeros(0, np.int32), *self._rows])
        bits = np.concatenate(
            [np.zeros(0, np.uint8)]
            + [np.full(count, 1 << field, np.uint8) for field, count in self._where]
        )
        order = np.argsort(key, kind="stable")
        key, bits = key[order], bits[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        where = np.bitwise_or.reduceat(bits, first) if len(first) else bits
        encoded = [word.encode() for word in ordered]
        return Columns(
            letters=np.frombuffer(b"".join(encoded), dtype=np.uint8),
            word_at=np.cumsum([0] + [len(word) for word in encoded], dtype=np.int64),
            rows_at=np.searchsorted(key[first] // size, np.arange(len(ordered) + 1)).astype(
                np.int64
            ),
            rows=(key[first] % size).astype(np.int32),
            where=where,
            worth=worth.astype(np.float32),
            xyz=globe(lat, lon),
        )


def globe(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float32]:
    """Degrees as points on a globe of radius 1, one row of x, y, z each."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.stack(
        [np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], axis=1
    ).astype(np.float32)


class PrefixIndex:
    """Answers questions from ``Columns``."""

    def __init__(self, columns: Columns, ranking: Ranking) -> None:
        # One type for the kernels, whether the arrays are mapped from files or made here.
        self._columns = Columns(*(_plain(getattr(columns, n)) for n in Columns.names()))
        self._letters = self._columns.letters.data
        self._ranking = ranking
        self._whole = _by_bits(ranking.whole)
        self._begun = _by_bits(ranking.begun)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._columns.worth)

    def search(
        self, question: str, near: Point | None, limit: int, hidden: NDArray[np.bool_] | None = None
    ) -> Found:
        """The best rows and their scores, best first.

        Every word must match, in any order, the beginning of a word of the row. Where no row
        has them all, those that have the most, words of one or two letters apart.

        Args:
            question: as typed.
            near: where the asker is; nearer rows rank higher.
            limit: at most so many rows.
            hidden: rows that no longer count.
        """
        ways = readings(question)
        if limit < 1 or len(self) == 0 or not ways:
            return NOTHING
        best: dict[int, float] = {}
        spans = [[self._span(word) for word in way] for way in ways]
        for way in spans:
            for row, score in self._ask(way, near, limit, hidden, need=len(way)):
                best[row] = max(score, best.get(row, 0.0))
        if best:
            return Found(len(ways[0]), sorted(best.items(), key=_best_first)[:limit])
        telling = [
            span for word, span in zip(ways[0], spans[0], strict=True) if _tells_enough(word)
        ]
        for need in range(min(len(telling), len(ways[0]) - 1), 0, -1):
            some = self._ask(telling, near, limit, hidden, need)
            if some:
                return Found(need, sorted(some, key=_best_first))
        return NOTHING

    def _span(self, word: str) -> tuple[int, int, int]:
        """Where the postings begin of words that begin so, where those of the word itself end, and all."""
        typed = word.encode()
        columns = self._columns
        low = self._first_not_below(typed)
        high = self._first_not_below(typed + b"\xff")
        begin, end = int(columns.rows_at[low]), int(columns.rows_at[high])
        is_word = low < high and self._word(low) == typed
        return begin, int(columns.rows_at[low + 1]) if is_word else begin, end

    def _first_not_below(self, typed: bytes) -> int:
        low, high = 0, len(self._columns.word_at) - 1
        while low < high:
            middle = (low + high) // 2
            if self._word(middle) < typed:
                low = middle + 1
            else:
                high = middle
        return low

    def _word(self, number: int) -> bytes:
        at = self._columns.word_at
        return self._letters[at[number] : at[number + 1]].tobytes()

    def _ask(
        self,
        spans: list[tuple[int, int, int]],
        near: Point | None,
        limit: int,
        hidden: NDArray[np.bool_] | None,
        need: int,
    ) -> list[tuple[int, float]]:
        if sum(end > begin for begin, _, end in spans) < need:
            return []
        here = np.zeros(3, np.float32)
        if near is not None:
            here = globe(np.array([near.lat]), np.array([near.lon]))[0]
        columns, ranking = self._columns, self._ranking
        rows, scores = np.zeros(limit, np.int32), np.full(limit, -1.0, np.float32)
        count = _rank(
            np.array(sorted(spans, key=lambda span: span[2] - span[0]), dtype=np.int64),
            columns.rows,
            columns.where,
            self._whole,
            self._begun,
            need,
            np.zeros(len(self), np.float32),
            np.zeros(len(self), np.float32),
            np.zeros((len(self), 2), np.uint8),
            columns.worth,
            columns.xyz,
            here,
            np.float32(ranking.near if near is not None else 0.0),
            np.float32(ranking.near_km * 1000.0 / EARTH_RADIUS_M),
            _NOTHING_HIDDEN if hidden is None else hidden,
            rows,
            scores,
        )
        return list(zip(rows[:count].tolist(), scores[:count].tolist(), strict=True))


def _tells_enough(word: str) -> bool:
    """Whether a row with this word but not the others can be what was meant."""
    return len(word) > 2 or not word.isascii()


def _best_first(hit: tuple[int, float]) -> tuple[float, int]:
    return -hit[1], hit[0]


_NOTHING_HIDDEN = np.zeros(0, dtype=np.bool_)


def _plain(array: NDArray[Any]) -> NDArray[Any]:
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


def _by_bits(weights: tuple[float, ...]) -> NDArray[np.float32]:
    """For every combination of fields the weight of the best of them."""
    table = np.zeros(2**FIELDS, dtype=np.float32)
    for field, weight in enumerate(weights):
        has = (np.arange(len(table)) >> field & 1).astype(bool)
        table[has] = np.maximum(table[has], weight)
    return table


def _kernel(function: Callable[..., int]) -> Callable[..., int]:
    """The function as machine code, kept on disk beside the module."""
    return cast(Callable[..., int], numba.njit(cache=True, error_model="numpy")(function))


@_kernel
def _rank(
    spans: NDArray[np.int64],
    rows: NDArray[np.int32],
    where: NDArray[np.uint8],
    whole: NDArray[np.float32],
    begun: NDArray[np.float32],
    need: int,
    total: NDArray[np.float32],
    latest: NDArray[np.float32],
    seen: NDArray[np.uint8],
    worth: NDArray[np.float32],
    xyz: NDArray[np.float32],
    here: NDArray[np.float32],
    near: float,
    near_reach: float,
    hidden: NDArray[np.bool_],
    best_rows: NDArray[np.int32],
    best_scores: NDArray[np.float32],
) -> int:
    """Score the rows that hold enough of the words and keep the best; returns how many were kept.

    ``total``, ``latest`` and ``seen`` (last word, words so far) begin as zeros, one entry a row. A
    word counts once a row, at its best. Rows that can no longer reach ``need`` are passed over.
    """
    n_words = len(spans)
    slack = n_words - need
    for w in range(n_words):
        begin, whole_end, end = spans[w]
        for i in range(begin, end):
            row = rows[i]
            weight = whole[where[i]] if i < whole_end else begun[where[i]]
            if seen[row, 0] == w + 1:
                if weight > latest[row]:
                    total[row] += weight - latest[row]
                    latest[row] = weight
            elif seen[row, 1] + slack >= w:
                seen[row, 0] = w + 1
                seen[row, 1] += 1
                latest[row] = weight
                total[row] += weight
    kept = 0
    limit = len(best_rows)
    for w in range(slack + 1):
        for i in range(spans[w, 0], spans[w, 2]):
            row = rows[i]
            if seen[row, 1] < need or (len(hidden) > 0 and hidden[row]):
                continue
            seen[row, 1] = 0
            score = total[row] / n_words + worth[row]
            if near > 0:
                dx, dy, dz = xyz[row, 0] - here[0], xyz[row, 1] - here[1], xyz[row, 2] - here[2]
                score += near * near_reach / (near_reach + np.sqrt(dx * dx + dy * dy + dz * dz))
            if kept == limit and score <= best_scores[limit - 1]:
                continue
            at = min(kept, limit - 1)
            while at > 0 and best_scores[at - 1] < score:
                best_scores[at] = best_scores[at - 1]
                best_rows[at] = best_rows[at - 1]
                at -= 1
            best_scores[at] = score
            best_rows[at] = row
            kept = min(kept + 1, limit)
    return kept

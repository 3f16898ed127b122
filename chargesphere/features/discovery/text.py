"""Stations by what people type: names, streets, cities, postcodes, operators.

The index is made with the snapshot, kept beside it and shared by all processes. What changed
since is searched along in small parts. It knows no database, so that it answers the same on all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chargesphere.core.geo import Point
from chargesphere.core.prefix_index import Columns, IndexBuilder, PrefixIndex, Ranking
from chargesphere.core.words import joined, names_words
from chargesphere.features.discovery.columns import open_array

_NAME, _NAME_AS_ONE, _CITY, _POSTCODE, _STREET, _OPERATOR = range(6)
_RANKING = Ranking(
    whole=(1.0, 1.4, 0.8, 0.85, 0.6, 0.45),
    begun=(0.75, 1.0, 0.6, 0.7, 0.4, 0.3),
    near=0.35,
    near_km=10.0,
)
_LARGEST = 32
"""Charge points beyond these make a station no more important."""

_PARTS_MAX = 8


@dataclass(frozen=True, slots=True)
class TextRow:
    """What people may type to find a station; ``points`` is how many charge points it has."""

    id: str
    name: str
    operator: str
    street: str
    city: str
    postcode: str
    lat: float
    lon: float
    points: int


@dataclass(frozen=True, slots=True)
class TextHit:
    """A station that fits what was typed; a higher score fits better."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class TextColumns:
    """The index as arrays: ``ids`` in order, and the words of each."""

    ids: NDArray[np.bytes_]
    words: Columns

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder of their own."""
        folder.mkdir()
        np.save(folder / "ids.npy", self.ids)
        for name in Columns.names():
            np.save(folder / f"{name}.npy", getattr(self.words, name))

    @classmethod
    def open(cls, folder: Path) -> "TextColumns":
        """Map what ``save`` wrote.

        Raises:
            OSError: a file is missing or cut short.
            ValueError: a file is damaged.
        """
        words = Columns(*(open_array(folder / f"{name}.npy") for name in Columns.names()))
        return cls(open_array(folder / "ids.npy"), words)


def build_text(rows: Iterable[TextRow]) -> TextColumns:
    """The index of these stations; the same in any order."""
    ordered = sorted(rows, key=lambda row: row.id)
    builder = IndexBuilder()
    names = [row.name for row in ordered]
    builder.add(_NAME, names, names_words)
    builder.add(_NAME_AS_ONE, names, _as_one)
    builder.add(_CITY, [row.city for row in ordered], names_words)
    builder.add(_POSTCODE, [row.postcode for row in ordered], _as_one)
    builder.add(_STREET, [row.street for row in ordered], names_words)
    builder.add(_OPERATOR, [row.operator for row in ordered], names_words)
    points = np.array([min(row.points, _LARGEST) for row in ordered], dtype=np.float32)
    return TextColumns(
        ids=np.array([row.id.encode() for row in ordered], dtype="S40" if not ordered else None),
        words=builder.build(
            np.array([row.lat for row in ordered], dtype=np.float64),
            np.array([row.lon for row in ordered], dtype=np.float64),
            (0.02 * np.log2(1 + points)).astype(np.float32),
        ),
    )


def _as_one(text: str) -> list[str]:
    word = joined(text)
    return [word] if word else []


class TextIndex:
    """Answers what is typed into the search field."""

    def __init__(self, columns: TextColumns) -> None:
        self._base = _Part(columns, ())
        self._parts: list[_Part] = []

    def search(self, text: str, near: Point | None, limit: int) -> list[TextHit]:
        """The stations that fit best, best first.

        Every word must begin a word of the station; where no station has them all, those that
        have the most.

        Args:
            text: as typed, in any spelling and order.
            near: where the driver is or looks; nearer stations rank higher.
            limit: at most so many.
        """
        found = [part.search(text, near, limit) for part in (self._base, *self._parts)]
        most = max(words for words, _ in found)
        hits = chain.from_iterable(hits for words, hits in found if words == most)
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit]

    def warm_up(self) -> None:
        """Compile or load what searching needs, so that no driver waits for it."""
        self.search("a", Point(0.0, 0.0), 1)

    def apply(self, ids: Iterable[str], rows: Sequence[TextRow]) -> None:
        """Take note of changes: ``ids`` are what changed, ``rows`` those of them that still are."""
        changed = np.array(sorted({key.encode() for key in ids}), dtype=np.bytes_)
        for part in (self._base, *self._parts):
            part.hide(changed)
        if rows:
            self._parts.append(_Part.of(rows))
        if len(self._parts) > _PARTS_MAX:
            self._parts = [_Part.of([row for part in self._parts for row in part.left()])]

    @property
    def changed(self) -> int:
        """How many stations were changed or added since the index was built."""
        return sum(len(part.left()) for part in self._parts)


class _Part:
    """An index of some stations, of which some may have moved to a later part."""

    def __init__(self, columns: TextColumns, rows: Sequence[TextRow]) -> None:
        self._ids = columns.ids
        self._index = PrefixIndex(columns.words, _RANKING)
        self._rows = rows
        self._hidden: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, rows: Sequence[TextRow]) -> "_Part":
        ordered = sorted(rows, key=lambda row: row.id)
        return cls(build_text(ordered), ordered)

    def search(self, text: str, near: Point | None, limit: int) -> tuple[int, list[TextHit]]:
        found = self._index.search(text, near, limit, self._hidden)
        return found.words, [
            TextHit(bytes(self._ids[row]).decode(), score) for row, score in found.rows
        ]

    def hide(self, ids: NDArray[np.bytes_]) -> None:
        if len(self._ids) == 0 or len(ids) == 0:
            return
        at = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        here = at[self._ids[at] == ids]
        if len(here):
            if self._hidden is None:
                self._hidden = np.zeros(len(self._ids), dtype=np.bool_)
            self._hidden[here] = True

    def left(self) -> list[TextRow]:
        """The stations that are still here."""
        if self._hidden is None:
            return list(self._rows)
        return [row for row, gone in zip(self._rows, self._hidden, strict=True) if not gone]

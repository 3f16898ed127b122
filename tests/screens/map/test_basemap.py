"""The built-in map, read back the way its script reads it."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chargesphere.core.geo import Point, distance_m
from chargesphere.screens.map.basemap import coast_bytes
from chargesphere.screens.map.static import build_static, read_manifest

FIRST_LOAD_MAX_BYTES = 250_000
FRAME_MAX_BYTES = 60_000

Line = list[tuple[int, int]]

# Two countries side by side and one island: a square of four, cut in the middle, and a triangle.
TWO_COUNTRIES = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [
        [[2, 0], [0, 4]],  # The border between them.
        [[2, 4], [-2, 0], [0, -4], [2, 0]],  # Round the west.
        [[2, 4], [2, 0], [0, -4], [-2, 0]],  # Round the east.
        [[10, 10], [1, 0], [0, 1], [-1, -1]],
    ],
    "objects": {
        "countries": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "West"}},
                {"type": "Polygon", "arcs": [[0, 2]], "properties": {"name": "East"}},
                {"type": "Polygon", "arcs": [[3]], "properties": {"name": "Isle"}},
            ],
        },
        "land": {
            "type": "GeometryCollection",
            "geometries": [{"type": "MultiPolygon", "arcs": [[[1, ~2]], [[3]]]}],
        },
    },
}


@dataclass
class Coast:
    rings: list[Line]
    borders: list[Line]


def read(content: bytes) -> Coast:
    stream = iter(content)

    def natural() -> int:
        value = shift = 0
        for byte in stream:
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
        raise AssertionError("the file ends in the middle of a number")

    def whole() -> int:
        value = natural()
        return -((value + 1) // 2) if value % 2 else value // 2

    def line() -> Line:
        x = y = 0
        points = []
        for _ in range(natural()):
            x, y = x + whole(), y + whole()
            points.append((x, y))
        return points

    def joined(numbers: Iterator[int]) -> Line:
        points: Line = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += arc if not points else arc[1:]
        return points

    arcs = [line() for _ in range(natural())]
    rings = [joined(whole() for _ in range(natural())) for _ in range(natural())]
    borders = [arcs[natural()] for _ in range(natural())]
    assert next(stream, None) is None
    return Coast(rings, borders)


@pytest.fixture(scope="session")
def static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "static"
    build_static(folder)
    return folder


@pytest.fixture(scope="session")
def basemap(static: Path) -> Path:
    return static / Path(read_manifest(static).basemap).name


def packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_what_two_countries_share_is_a_border_and_what_one_has_is_coast() -> None:
    coast = read(coast_bytes(TWO_COUNTRIES, bits=16))

    assert len(coast.borders) == 1
    assert len(coast.rings) == 2
    assert all(ring[0] == ring[-1] for ring in coast.rings)


@pytest.mark.parametrize("file", ["coast-low.bin", "coast-high.bin"])
def test_every_ring_of_land_closes(basemap: Path, file: str) -> None:
    coast = read((basemap / file).read_bytes())

    assert len(coast.rings) > 100
    assert all(ring[0] == ring[-1] for ring in coast.rings)
    assert len(coast.borders) > 300


def test_a_known_cape_is_where_it_belongs(basemap: Path) -> None:
    # The Cape of Good Hope lies at 34.36 S, 18.47 E; Cape Agulhas is Africa's southernmost point.
    world = 2**16
    points = [p for ring in read((basemap / "coast-high.bin").read_bytes()).rings for p in ring]
    near = [y for x, y in points if abs(x / world * 360 - 180 - 18.47) < 0.1 and y / world < 0.65]

    assert max(near) / world == pytest.approx(0.6017, abs=0.0006)


def test_places_know_their_people_and_countries_their_room(basemap: Path) -> None:
    top = json.loads((basemap / "places.json").read_text())
    names = top["n"].split("|")
    i = names.index("Amsterdam")
    countries = {name: Point(lat, lon) for name, lat, lon, _ in top["countries"]}

    assert len(names) == len(top["y"]) == len(top["x"]) == len(top["p"])
    assert top["p"] == sorted(top["p"], reverse=True)
    assert distance_m(Point(top["y"][i] / 1000, top["x"][i] / 1000), Point(52.374, 4.890)) < 1_000
    assert distance_m(countries["Poland"], Point(52.0, 19.3)) < 200_000


@pytest.mark.parametrize(("tier", "degrees", "least"), [("near", 10, 150), ("local", 4, 10)])
def test_every_cell_that_is_listed_exists_and_holds_its_own(
    basemap: Path, tier: str, degrees: int, least: int
) -> None:
    listed = json.loads((basemap / "places.json").read_text())["cells"][tier]
    found = sorted(path.stem for path in (basemap / tier).glob("*.json"))

    assert listed == found
    for name in listed[::25]:
        x, y = map(int, name.split("_"))
        cell = json.loads((basemap / tier / f"{name}.json").read_text())
        assert all(x * degrees - 0.001 <= lon / 1000 <= (x + 1) * degrees for lon in cell["x"])
        assert all(y * degrees - 0.001 <= lat / 1000 <= (y + 1) * degrees for lat in cell["y"])
        assert min(cell["p"]) >= least


def test_the_first_load_of_the_built_in_map_is_small(basemap: Path) -> None:
    # What a view of north-western Europe at country zoom needs: the fine coast, the large places and
    # the cells around 52 N 5 E.
    cells = [basemap / "near" / f"{x}_{y}.json" for x in (-1, 0, 1) for y in (4, 5)]
    files = [basemap / "coast-high.bin", basemap / "places.json", *sorted(cells, key=packed)[-2:]]

    assert sum(map(packed, files)) <= FIRST_LOAD_MAX_BYTES


def test_the_frame_s_script_and_style_are_small(static: Path) -> None:
    manifest = read_manifest(static)
    script, style = (packed(static / Path(a).name) for a in (manifest.script, manifest.style))

    assert script + style + len(gzip.compress(manifest.boot.encode())) <= FRAME_MAX_BYTES


def test_building_again_gives_the_same_names_and_replaces_what_was_there(static: Path) -> None:
    before = {path.name: path.read_bytes() for path in static.glob("*.*")}
    (static / "stray.txt").write_text("left over")

    build_static(static)

    assert {path.name: path.read_bytes() for path in static.glob("*.*")} == before


def test_compressed_copies_are_the_same_content(static: Path) -> None:
    copies = list(static.glob("*.gz"))

    assert copies
    assert all(gzip.decompress(c.read_bytes()) == c.with_suffix("").read_bytes() for c in copies)


def test_licences_of_what_is_served_are_served_too(static: Path) -> None:
    text = (static / "licences.txt").read_text()

    assert "BSD 2-Clause" in text
    assert "OFL" in text or "Open Font License" in text.title()


def test_the_lock_file_names_no_host() -> None:
    from chargesphere.settings import ROOT

    lock = json.loads((ROOT / "package-lock.json").read_text())

    assert lock["packages"]
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all(package.get("integrity") for name, package in lock["packages"].items() if name)

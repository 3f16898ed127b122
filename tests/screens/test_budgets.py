"""What a visitor downloads stays small: measured on the build that is really served, gzipped."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chargesphere.screens.map.static import STATIC, read_manifest
from chargesphere.screens.shell import CLIENT

PAGE_MAX_BYTES = 200_000
FRAME_MAX_BYTES = 60_000
BASEMAP_MAX_BYTES = 250_000

# What the built page names in its head, and what its modules need before they can run.
_IN_PAGE = re.compile(r'(?:src|href)="(/[^"]+\.(?:js|css))"')
_STATIC_IMPORT = re.compile(r'(?:\bfrom|\bimport)\s*"(\.{1,2}/[^"]+\.js)"')


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    for file in (CLIENT / "index.html", STATIC / "manifest.json"):
        if not file.is_file():
            pytest.fail(f"{file.name} is not there: make build makes it, make test does so itself")


def transferred(file: Path) -> int:
    """Bytes on the wire: what is served is the compressed copy."""
    packed = file.with_name(f"{file.name}.gz")
    return (packed if packed.is_file() else file).stat().st_size


def needed(file: Path, seen: set[Path]) -> Iterator[Path]:
    """The file and the modules that it imports, theirs included; lazy ones are not."""
    if file in seen:
        return
    seen.add(file)
    yield file
    if file.suffix == ".js":
        for name in _STATIC_IMPORT.findall(file.read_text(encoding="utf-8")):
            yield from needed((file.parent / name).resolve(), seen)


def page_files() -> list[Path]:
    html = (CLIENT / "index.html").read_text(encoding="utf-8")
    seen: set[Path] = set()
    return [
        file
        for address in dict.fromkeys(_IN_PAGE.findall(html))
        for file in needed(CLIENT / address.lstrip("/"), seen)
    ]


def test_the_page_is_found_whole() -> None:
    files = page_files()
    assert {file.suffix for file in files} == {".js", ".css"}
    assert any(file.name.startswith("entry.client") for file in files)
    assert any(file.name.startswith("_index") for file in files)
    assert all(file.is_file() for file in files)


def test_script_and_style_of_the_page_fit() -> None:
    sizes = {file.name: transferred(file) for file in page_files()}
    assert sum(sizes.values()) <= PAGE_MAX_BYTES, sizes


def test_script_and_style_of_the_map_fit() -> None:
    manifest = read_manifest()
    files = [STATIC / Path(address).name for address in (manifest.script, manifest.style)]
    inline = len(manifest.boot.encode())
    sizes = {file.name: transferred(file) for file in files} | {"inline": inline}
    assert sum(sizes.values()) <= FRAME_MAX_BYTES, sizes


def test_the_first_load_of_the_built_in_map_fits() -> None:
    folder = STATIC / Path(read_manifest().basemap).name
    coasts = sorted(folder.glob("coast-*.bin"))
    near = sorted(map(transferred, folder.glob("near/*.json")))
    assert coasts
    assert near
    # The finest coast, the names of the world, and around the window the names of two cells.
    most = max(map(transferred, coasts)) + transferred(folder / "places.json") + sum(near[-2:])
    assert most <= BASEMAP_MAX_BYTES

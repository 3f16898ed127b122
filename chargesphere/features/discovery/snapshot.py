"""The index on disk: built by a process of its own, opened by all in milliseconds.

A folder holds *generations*, each a folder of columns, and ``CURRENT``, a file that names the
newest. It is replaced in one step after the generation is whole. One process builds at a time;
whoever waited uses what the other built, if that is new enough. A generation that a process has
open is locked (shared), and removed by a later build once nobody has.
"""

import argparse
import asyncio
import fcntl
import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from chargesphere.database import Database
from chargesphere.errors import ChargeSphereError, StorageError
from chargesphere.features.discovery import index_store
from chargesphere.features.discovery.columns import Columns, build_columns
from chargesphere.features.discovery.index_store import LogEntry
from chargesphere.features.discovery.pyramid import Pyramid, build_pyramid
from chargesphere.features.discovery.text import TextColumns, TextIndex, build_text
from chargesphere.settings import ROOT

FORMAT = 4
"""Raised whenever the columns change their meaning: older snapshots are then built anew."""

_META = "meta.json"
_TRIES = 5


class Hold:
    """A shared lock on a generation, until closed or forgotten."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / _META, os.O_RDONLY)
        try:
            fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let go."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open generation. ``change`` is the last entry of the log that it surely contains.

    ``hold`` keeps the generation from being removed for as long as the snapshot is referenced.
    """

    generation: str
    folder: Path
    change: LogEntry
    columns: Columns
    pyramid: Pyramid
    text: TextColumns
    hold: Hold


def open_newest(directory: Path) -> Snapshot | None:
    """The newest generation; None when there is none that can be read."""
    for _ in range(_TRIES):
        # Between reading the name and opening, a newer one may take its place.
        with suppress(OSError, ValueError, KeyError):
            return _open(directory, (directory / "CURRENT").read_text(encoding="ascii"))
    return None


def _open(directory: Path, generation: str) -> Snapshot:
    folder = directory / generation
    hold = Hold(folder)
    try:
        meta = json.loads((folder / _META).read_text(encoding="utf-8"))
        if meta["format"] != FORMAT:
            raise ValueError(f"snapshot of format {meta['format']}")
        return Snapshot(
            generation=generation,
            folder=folder,
            change=LogEntry(meta["change_number"], meta["change_at"]),
            columns=Columns.open(folder),
            pyramid=Pyramid.open(folder),
            text=TextColumns.open(folder / "text"),
            hold=hold,
        )
    except BaseException:
        hold.close()
        raise


async def build(database: Database, directory: Path, at_least: int = 0) -> str:
    """Build a generation that holds the log up to ``at_least`` or further; returns its name.

    Waits while another process builds, and takes its result if that is new enough. Runs for
    seconds without yielding: call it in a process of its own.

    Raises:
        StorageError: the database or the disk refused; the generation before stays.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - blocks by contract.
        with _building(directory):
            found = _good_enough(directory, at_least)
            return found or await _build(database, directory)
    except OSError as error:
        raise StorageError(f"The station index could not be written ({error}).") from error


@contextmanager
def _building(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _good_enough(directory: Path, at_least: int) -> str | None:
    if at_least <= 0:
        return None
    newest = open_newest(directory)
    if newest is None or newest.change.number < at_least:
        return None
    return newest.generation


async def _build(database: Database, directory: Path) -> str:
    async with database.reading() as connection:
        # The log's end first: what is read after it may be newer, and is then read again.
        change = await index_store.newest_change(connection)
        raw = await index_store.read(connection)
        texts = await index_store.texts(connection)
    columns = build_columns(index_store.code(raw))
    generation = f"{change.number:012d}-{secrets.token_hex(4)}"
    folder = directory / f".{generation}"
    folder.mkdir()
    try:
        columns.save(folder)
        build_pyramid(columns).save(folder)
        words = build_text(texts)
        words.save(folder / "text")
        TextIndex(words).warm_up()
        meta = {"format": FORMAT, "change_number": change.number, "change_at": change.at}
        (folder / _META).write_text(json.dumps(meta), encoding="utf-8")
        folder.rename(directory / generation)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _point_at(directory, generation)
    _clean(directory, generation)
    return generation


def _point_at(directory: Path, generation: str) -> None:
    fresh = directory / "CURRENT.new"
    fresh.write_text(generation, encoding="ascii")
    fresh.replace(directory / "CURRENT")


def _clean(directory: Path, current: str) -> None:
    """Remove what nobody has open; called by the one process that builds."""
    for folder in directory.iterdir():
        if not folder.is_dir() or folder.name == current:
            continue
        if folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)
            continue
        with suppress(OSError), (folder / _META).open("rb") as hold:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


async def build_in_child(url: str, directory: Path, at_least: int = 0) -> None:
    """``build`` in a process of its own; ends with this task.

    Raises:
        StorageError: it failed; says why.
    """
    # The address may hold a password: it travels in the environment, not on the command line.
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "chargesphere.features.discovery.snapshot",
        f"--directory={directory}",
        f"--at-least={at_least}",
        env=os.environ | {_URL: url},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
        raise
    if child.returncode:
        lines = said.decode(errors="replace").strip().splitlines()
        raise StorageError(lines[-1] if lines else "The station index could not be built.")


_URL = "CHARGESPHERE_INDEX_DATABASE"
_NICENESS = 10


async def _main(directory: Path, at_least: int) -> None:
    database = Database(os.environ[_URL])
    try:
        await build(database, directory, at_least)
    finally:
        await database.close()


def main() -> int:
    """The child process: builds once and ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--at-least", type=int, default=0)
    arguments = parser.parse_args()
    os.nice(_NICENESS)
    try:
        asyncio.run(_main(arguments.directory, arguments.at_least))
    except ChargeSphereError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Snapshots: whole or not there, one builder at a time, old ones gone when nobody looks."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from chargesphere.database import Database
from chargesphere.errors import StorageError
from chargesphere.features.discovery.snapshot import build, build_in_child, open_newest


async def log_a_change(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute(
            text("INSERT INTO change (kind, at) VALUES ('feed', '2026-06-08 12:00:00')")
        )


def generations(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir() if entry.is_dir()}


async def test_a_child_builds_what_this_process_opens(database: Database, tmp_path: Path) -> None:
    assert open_newest(tmp_path / "index") is None
    await log_a_change(database)
    await build_in_child(database.url, tmp_path / "index")
    snapshot = open_newest(tmp_path / "index")
    assert snapshot is not None
    assert snapshot.change.number == 1
    assert len(snapshot.columns) == 0


async def test_who_waited_for_a_builder_takes_its_result(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    await log_a_change(database)
    folder = tmp_path / "index"
    await asyncio.gather(*(build_in_child(sqlite_url, folder, at_least=1) for _ in range(3)))
    assert len(generations(folder)) == 1
    await log_a_change(database)
    await build_in_child(sqlite_url, folder, at_least=2)
    newest = open_newest(folder)
    assert newest is not None
    assert newest.change.number == 2
    await database.close()


async def test_an_open_generation_stays_until_it_is_let_go(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    folder = tmp_path / "index"
    first = await build(database, folder)
    held = open_newest(folder)
    assert held is not None
    second = await build(database, folder)
    assert generations(folder) == {first, second}
    held.hold.close()
    third = await build(database, folder)
    assert generations(folder) == {third}
    await database.close()


@pytest.mark.parametrize("damage", ["cut", "gone", "older"])
async def test_a_damaged_snapshot_is_none(sqlite_url: str, tmp_path: Path, damage: str) -> None:
    database = Database(sqlite_url)
    folder = tmp_path / "index"
    generation = await build(database, folder)
    if damage == "cut":
        os.truncate(folder / generation / "ids.npy", 20)
    elif damage == "gone":
        (folder / generation / "counts.npy").unlink()
    else:
        meta = folder / generation / "meta.json"
        meta.write_text(meta.read_text().replace('"format": ', '"format": -'))
    assert open_newest(folder) is None
    await build(database, folder)
    assert open_newest(folder) is not None
    await database.close()


async def test_a_killed_builder_leaves_what_was_there(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    folder = tmp_path / "index"
    await build(database, folder)
    before = open_newest(folder)
    assert before is not None
    for after_s in (0.2, 0.6, 1.0):
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "chargesphere.features.discovery.snapshot",
            f"--directory={folder}",
            env=os.environ | {"CHARGESPHERE_INDEX_DATABASE": sqlite_url},
        )
        await asyncio.sleep(after_s)
        if child.returncode is None:
            child.send_signal(signal.SIGKILL)
        await child.wait()
        assert open_newest(folder) is not None
    before.hold.close()
    # What the killed ones left half done goes with the next build.
    last = await build(database, folder)
    assert generations(folder) == {last}
    await database.close()


async def test_a_builder_that_cannot_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no tables yet"):
        await build_in_child(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path / "index")


async def test_a_builder_that_cannot_write_says_why(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "index").write_text("not a folder")
    with pytest.raises(StorageError, match="could not be written"):
        await build_in_child(sqlite_url, tmp_path / "index")

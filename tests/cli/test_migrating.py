"""A database that is not ours, or of another time, is said in one sentence."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chargesphere.cli.migrating import migrate_database
from chargesphere.errors import StorageError


def test_an_empty_place_becomes_a_database_and_stays_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'place.db'}"
    assert migrate_database(url)
    assert not migrate_database(url)


def test_a_file_that_is_no_database_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("these are my notes, and long ones at that " * 50)
    with pytest.raises(StorageError, match="no database of ours"):
        migrate_database(f"sqlite:///{tmp_path / 'notes.db'}")


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'newer.db'}"
    migrate_database(url)
    with closing(sqlite3.connect(tmp_path / "newer.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError, match="another version"):
        migrate_database(url)


def test_nobody_there_is_said_to_be() -> None:
    with pytest.raises(StorageError, match="does not answer"):
        migrate_database("postgresql://nobody@127.0.0.1:9/nothing")

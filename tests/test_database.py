"""Transactions are short, one at a time, and never around a call to the outside."""

from pathlib import Path

import pytest
from sqlalchemy import text

from chargesphere.database import Database, refuse_inside_transaction
from chargesphere.errors import StorageError


async def test_a_transaction_commits_and_an_error_takes_it_back(database: Database) -> None:
    insert = text(
        "INSERT INTO operator (id, name) VALUES (:id, :id)",
    )
    async with database.transaction() as connection:
        await connection.execute(insert, {"id": "kept"})

    async def fail() -> None:
        async with database.transaction() as connection:
            await connection.execute(insert, {"id": "lost"})
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        await fail()
    async with database.reading() as connection:
        rows = (await connection.execute(text("SELECT id FROM operator"))).scalars().all()
    assert rows == ["kept"]


async def test_no_port_is_called_inside_a_transaction(database: Database) -> None:
    refuse_inside_transaction("the feed")
    async with database.transaction():
        with pytest.raises(RuntimeError, match="the feed was called inside"):
            refuse_inside_transaction("the feed")
    refuse_inside_transaction("the feed")


async def test_transactions_do_not_nest(database: Database) -> None:
    async with database.transaction():
        with pytest.raises(RuntimeError, match="already open"):
            async with database.transaction():
                pass


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot hold the database"):
        Database(f"sqlite:///{tmp_path / 'file' / 'deeper' / 'x.db'}")
    with pytest.raises(StorageError, match="cannot hold the database"):
        Database(f"sqlite:///{tmp_path / 'file' / 'x.db'}")

"""Engines and transactions: the only place that knows the connection string.

SQLite runs in WAL mode with one writer at a time a process; writing transactions begin
IMMEDIATE, so that a reader that turns writer can never fail half way. PostgreSQL uses psycopg.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from chargesphere.errors import StorageError

_in_transaction: ContextVar[bool] = ContextVar("in_transaction", default=False)

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, on SQLite too (which keeps no zone): naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Into the database, in UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Out of the database, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def refuse_inside_transaction(what: str) -> None:
    """Every port calls this first: no call to the outside world happens inside a transaction.

    Raises:
        RuntimeError: a transaction is open; the caller has a bug.
    """
    if _in_transaction.get():
        raise RuntimeError(f"{what} was called inside a database transaction")


class Database:
    """One database, SQLite or PostgreSQL, for one event loop.

    Raises:
        StorageError: the folder of a SQLite file cannot be made.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._write_lock = asyncio.Lock()
        if self.is_sqlite:
            path = Path(url.removeprefix("sqlite:///"))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(
                    f"{path.parent} cannot hold the database ({error.strerror})."
                ) from error
            self.engine: AsyncEngine = create_async_engine(
                f"sqlite+aiosqlite:///{path}", connect_args={"timeout": 10.0}
            )
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        else:
            address = url.partition("://")[2]
            self.engine = create_async_engine(
                f"postgresql+psycopg://{address}",
                pool_pre_ping=True,
                connect_args={"connect_timeout": 10},
            )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A short writing transaction: committed at the end, rolled back on any error.

        Raises:
            StorageError: the database or the disk refused; nothing of it was kept.
        """
        if _in_transaction.get():
            raise RuntimeError("a transaction is already open; services do not nest them")
        async with self._writer(), _storage_errors_async():
            token = _in_transaction.set(True)
            try:
                async with self.engine.connect() as connection:
                    await connection.execution_options(writes=True)
                    async with connection.begin():
                        yield connection
            finally:
                _in_transaction.reset(token)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading, one consistent view, beside any writer.

        Raises:
            StorageError: the database could not be read.
        """
        async with _storage_errors_async(), self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def _writer(self) -> AsyncIterator[None]:
        if self.is_sqlite:
            async with self._write_lock:
                yield
        else:
            yield

    async def ping(self) -> None:
        """Return when the database answers.

        Raises:
            StorageError: it does not.
        """
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # aiosqlite's wrapper: the driver must not begin transactions by itself, we say how.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "synchronous=NORMAL",
        "cache_size=-65536",
        "wal_autocheckpoint=8000",  # Imports touch pages all over: write each back more rarely.
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@asynccontextmanager
async def _storage_errors_async() -> AsyncIterator[None]:
    with storage_errors():
        yield


@contextmanager
def storage_errors() -> Iterator[None]:
    """Turn a driver's error into one sentence; constraint violations stay what they are."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise StorageError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()
    said = cause[0] if cause else type(error).__name__
    lower = said.lower()
    if "disk is full" in lower or "no space left" in lower or "disk i/o" in lower:
        return f"The disk is full or failing ({said}); what was already saved is kept."
    if "no such table" in lower or ("relation" in lower and "does not exist" in lower):
        return "The database has no tables yet: run `python -m chargesphere migrate`."
    if "locked" in lower:
        return "The database stayed locked by another program for 10 s; try again."
    return f"The database did not answer as it should ({said}); what was already saved is kept."


def sync_url(url: str) -> str:
    """The same database for Alembic's synchronous engine."""
    if url.startswith("sqlite"):
        return url
    return "postgresql+psycopg://" + url.partition("://")[2]

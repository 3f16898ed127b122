"""Many rows at once, by the quickest way of each engine: COPY on PostgreSQL, executemany on SQLite.

Rows are NamedTuples whose fields are the columns of the table; JSON columns hold text.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection

from chargesphere.errors import StorageError

Row = Sequence[Any]


async def insert(
    connection: AsyncConnection, table: str, columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Rows that are surely not there yet."""
    if not rows:
        return
    if is_sqlite(connection):
        places = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  # Our names.
        await connection.exec_driver_sql(sql, encoded(rows))
        return
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    driver: psycopg.AsyncConnection[Any] = (await connection.get_raw_connection()).driver_connection  # type: ignore[assignment]  # The engine's driver is psycopg.
    try:
        async with driver.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                await copy.write_row(row)
    except psycopg.Error as error:
        raise StorageError(
            f"The database did not take the data ({str(error).strip().splitlines()[0]});"
            " what was already saved is kept."
        ) from error


async def upsert(
    connection: AsyncConnection,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    key: Sequence[str] = ("id",),
    keep: Sequence[str] = (),
) -> None:
    """Rows that may be there already: then all columns but ``key`` and ``keep`` are replaced."""
    if not rows:
        return
    place = "?" if is_sqlite(connection) else "%s"
    changed = [c for c in columns if c not in key and c not in keep]
    sql = (
        f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608  # Our own names.
        f" VALUES ({', '.join([place] * len(columns))})"
        f" ON CONFLICT ({', '.join(key)})"
        f" DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in changed)}"
    )
    await execute_many(connection, sql, rows)


async def execute_many(connection: AsyncConnection, sql: str, rows: Sequence[Row]) -> None:
    """A statement for each row; ``sql`` may say ``?`` on both engines."""
    if not rows:
        return
    if is_sqlite(connection):
        await connection.exec_driver_sql(sql, encoded(rows))
    else:
        await connection.exec_driver_sql(sql.replace("?", "%s"), [tuple(row) for row in rows])


def is_sqlite(connection: AsyncConnection) -> bool:
    """Whether this is the embedded database."""
    return connection.dialect.name == "sqlite"


def encoded(rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """The rows with times as SQLAlchemy writes them to SQLite."""
    return [
        tuple(_sqlite_time(value) if type(value) is datetime else value for value in row)
        for row in rows
    ]


def _sqlite_time(value: datetime) -> str:
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds")[:-6]

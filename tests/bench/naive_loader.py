"""The peer of the import benchmark: what one writes in ten minutes to get the feed into a database.

    python -m tests.bench.naive_loader sqlite:///path FILE

``json.load`` of everything, three plain tables, one ``executemany`` each, one transaction. It mends
nothing, keeps every copy of a charge point, joins no sites, compares with nothing, and makes
everybody else wait until it is done.
"""

import gzip
import json
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg

_TABLES = {
    "location": "id TEXT PRIMARY KEY, name TEXT, street TEXT, city TEXT, postcode TEXT,"
    " operator TEXT, lat DOUBLE PRECISION, lon DOUBLE PRECISION, updated_at TEXT",
    "evse": "location TEXT, position INTEGER, evse_id TEXT, status TEXT, since TEXT,"
    " PRIMARY KEY (location, position)",
    "connector": "location TEXT, position INTEGER, number INTEGER, standard TEXT, watts INTEGER,"
    " tariffs TEXT, PRIMARY KEY (location, position, number)",
}

Row = tuple[Any, ...]


def main(url: str, path: str) -> None:
    """Load the file into the database at the address."""
    with gzip.open(path) as file:
        locations = json.load(file)
    rows = {
        "location": [_location(one) for one in locations],
        "evse": [row for one in locations for row in _evses(one)],
        "connector": [row for one in locations for row in _connectors(one)],
    }
    if url.startswith("sqlite"):
        _into_sqlite(url.removeprefix("sqlite:///"), rows)
    else:
        _into_postgres(url, rows)


def _location(one: dict[str, Any]) -> Row:
    where = one["coordinates"]
    return (
        one["id"],
        one["name"],
        one["address"],
        one["city"],
        one["postal_code"],
        one["operator"]["name"],
        float(where["latitude"]),
        float(where["longitude"]),
        one["last_updated"],
    )


def _evses(one: dict[str, Any]) -> Iterator[Row]:
    for position, evse in enumerate(one["evses"]):
        yield one["id"], position, evse["evse_id"], evse["status"], evse["last_updated"]


def _connectors(one: dict[str, Any]) -> Iterator[Row]:
    for position, evse in enumerate(one["evses"]):
        for number, plug in enumerate(evse["connectors"]):
            tariffs = json.dumps(plug["tariff_ids"])
            watts = plug["max_electric_power"]
            yield one["id"], position, number, plug["standard"], watts, tariffs


def _into_sqlite(path: str, rows: Mapping[str, Sequence[Row]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("BEGIN IMMEDIATE")
    for table, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE naive_{table} ({columns})")
        places = ", ".join("?" * len(rows[table][0]))
        connection.executemany(f"INSERT INTO naive_{table} VALUES ({places})", rows[table])
    connection.execute("COMMIT")
    connection.close()


def _into_postgres(url: str, rows: Mapping[str, Sequence[Row]]) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        for table, columns in _TABLES.items():
            cursor.execute(f"CREATE TABLE naive_{table} ({columns})")
            places = ", ".join(["%s"] * len(rows[table][0]))
            cursor.executemany(f"INSERT INTO naive_{table} VALUES ({places})", rows[table])


if __name__ == "__main__":
    main(*sys.argv[1:])

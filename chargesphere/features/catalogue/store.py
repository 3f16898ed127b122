"""Every SQL statement of the catalogue."""

import fcntl
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from chargesphere.database import Database
from chargesphere.errors import ImportFailedError
from chargesphere.features.catalogue import bulk
from chargesphere.features.catalogue.models import (
    ChargePoint,
    Connector,
    Feed,
    ImportRun,
    Operator,
    Station,
    StationAlias,
    Tariff,
)
from chargesphere.features.catalogue.planning import (
    AliasRow,
    ChangeKind,
    ChargePointRow,
    ConnectorRow,
    Known,
    KnownPoint,
    KnownStation,
    OperatorRow,
    RecordRow,
    StationChange,
    StationRow,
    TariffRow,
)

_CHANGE_LOCK = 7_203_114
"""PostgreSQL advisory lock: whoever appends to ``change`` holds it until its commit."""

_IMPORT_LOCK = 7_203_115
"""PostgreSQL advisory lock: one import at a time."""


@dataclass(slots=True)
class Batch:
    """The rows of some whole stations, gathered by table."""

    operators: list[OperatorRow]
    new_stations: list[StationRow]
    changed_stations: list[StationRow]
    new_records: list[RecordRow]
    changed_records: list[RecordRow]
    new_points: list[ChargePointRow]
    changed_points: list[ChargePointRow]
    statuses: list[tuple[str, datetime | None, str]]
    connectors: list[ConnectorRow]
    gone_points: list[str]
    new_aliases: list[AliasRow]
    changed_aliases: list[AliasRow]
    dropped_aliases: list[str]
    absorbed: list[tuple[str, str]]
    announced: list[tuple[ChangeKind, str]]


def gather(changes: Iterable[StationChange]) -> Batch:
    """The rows of these stations by table."""
    batch = Batch([], [], [], [], [], [], [], [], [], [], [], [], [], [], [])
    for change in changes:
        if change.operator:
            batch.operators.append(change.operator)
        added = change.outcome == "added"
        if change.station:
            (batch.new_stations if added else batch.changed_stations).append(change.station)
        (batch.changed_records if change.known_records else batch.new_records).extend(
            change.records
        )
        batch.new_points += change.new_points
        batch.changed_points += change.changed_points
        batch.statuses += change.statuses
        batch.connectors += change.connectors
        batch.gone_points += change.gone_points
        batch.new_aliases += change.new_aliases
        batch.changed_aliases += change.changed_aliases
        if change.no_longer_alias:
            batch.dropped_aliases.append(change.station_id)
        batch.absorbed += [(change.station_id, old) for old in change.absorbed]
        batch.announced += [(kind, id_) for id_, kind in change.announced.items()]
    return batch


async def write(connection: AsyncConnection, batch: Batch, *, replaces: bool, at: datetime) -> None:
    """Write the batch; ``replaces``: the records of changed stations are all there are."""
    await bulk.upsert(connection, "operator", OperatorRow._fields, batch.operators)
    await _many(connection, "DELETE FROM station_alias WHERE id = ?", batch.dropped_aliases)
    await bulk.insert(connection, "station", StationRow._fields, batch.new_stations)
    await bulk.upsert(
        connection, "station", StationRow._fields, batch.changed_stations, keep=("created_at",)
    )
    await _write_points(connection, batch)
    await _take_in(connection, batch.absorbed)
    if replaces:
        changed = [station.id for station in batch.changed_stations]
        await _many(connection, "DELETE FROM source_record WHERE station_id = ?", changed)
    await bulk.insert(connection, "source_record", RecordRow._fields, batch.new_records)
    await bulk.upsert(
        connection,
        "source_record",
        RecordRow._fields,
        batch.changed_records,
        key=("source", "source_id"),
    )
    await bulk.insert(connection, "station_alias", AliasRow._fields, batch.new_aliases)
    await bulk.upsert(connection, "station_alias", AliasRow._fields, batch.changed_aliases)
    await append_changes(connection, batch.announced, at)


async def _write_points(connection: AsyncConnection, batch: Batch) -> None:
    changed = [point.id for point in batch.changed_points]
    await _many(connection, "DELETE FROM connector WHERE charge_point_id = ?", changed)
    await bulk.insert(connection, "charge_point", ChargePointRow._fields, batch.new_points)
    await bulk.upsert(connection, "charge_point", ChargePointRow._fields, batch.changed_points)
    await bulk.insert(connection, "connector", ConnectorRow._fields, batch.connectors)
    await bulk.execute_many(
        connection, "UPDATE charge_point SET status = ?, since = ? WHERE id = ?", batch.statuses
    )
    await _many(connection, "DELETE FROM charge_point WHERE id = ?", batch.gone_points)


async def _take_in(connection: AsyncConnection, absorbed: Sequence[tuple[str, str]]) -> None:
    """Everything of the absorbed stations goes over to those that take them in."""
    for table in ("charge_point", "source_record", "station_alias"):
        sql = f"UPDATE {table} SET station_id = ? WHERE station_id = ?"  # noqa: S608  # Our names.
        await bulk.execute_many(connection, sql, absorbed)
    await _many(connection, "DELETE FROM station WHERE id = ?", [old for _, old in absorbed])


async def _many(connection: AsyncConnection, sql: str, ids: Sequence[str]) -> None:
    await bulk.execute_many(connection, sql, [(id_,) for id_ in ids])


async def append_changes(
    connection: AsyncConnection, changes: Sequence[tuple[ChangeKind, str | None]], at: datetime
) -> None:
    """Append to the log that indexes follow; call it last, because others wait for its lock.

    On PostgreSQL numbers are given before commits happen, so two writers could commit theirs in
    the other order and a follower would skip one for ever; the lock, held until the commit, makes
    the order of numbers the order of commits. SQLite has one writer anyway.
    """
    if not changes:
        return
    if not bulk.is_sqlite(connection):
        await connection.execute(select(func.pg_advisory_xact_lock(_CHANGE_LOCK)))
    rows = [(kind, station_id, at) for kind, station_id in changes]
    await bulk.insert(connection, "change", ("kind", "station_id", "at"), rows)


async def write_tariffs(
    connection: AsyncConnection, rows: Sequence[TariffRow], repriced: Iterable[str], at: datetime
) -> None:
    """Insert or replace price lists, and say which stations have other prices now."""
    await bulk.upsert(connection, "tariff", TariffRow._fields, rows, key=("source", "source_id"))
    await append_changes(connection, [("station", id_) for id_ in sorted(repriced)], at)


async def remove_tariffs(
    connection: AsyncConnection,
    source: str,
    ids: Sequence[str],
    repriced: Iterable[str],
    at: datetime,
) -> None:
    """Forget price lists, and say which stations have none now."""
    sql = "DELETE FROM tariff WHERE source = ? AND source_id = ?"
    await bulk.execute_many(connection, sql, [(source, id_) for id_ in ids])
    await append_changes(connection, [("station", id_) for id_ in sorted(repriced)], at)


async def remove_stations(connection: AsyncConnection, ids: Sequence[str], at: datetime) -> None:
    """Forget stations with all their parts, and say so."""
    await _many(connection, "DELETE FROM station WHERE id = ?", ids)
    await append_changes(connection, [("removed", id_) for id_ in ids], at)


async def load_known(connection: AsyncConnection, source: str) -> Known:
    """What the database has of a source, as far as the next import must compare it."""
    stations = await connection.execute(
        select(col(Station.id), col(Station.fingerprint), col(Station.created_at)).where(
            col(Station.source) == source
        )
    )
    points = await connection.execute(
        select(
            col(ChargePoint.id),
            col(ChargePoint.station_id),
            col(ChargePoint.fingerprint),
            col(ChargePoint.status),
            col(ChargePoint.since),
        ).where(col(ChargePoint.source) == source)
    )
    aliases = await connection.execute(
        select(col(StationAlias.id), col(StationAlias.station_id), col(StationAlias.reason))
        .join(Station, col(Station.id) == col(StationAlias.station_id))
        .where(col(Station.source) == source)
    )
    tariffs = await connection.execute(
        select(col(Tariff.source_id), col(Tariff.fingerprint)).where(col(Tariff.source) == source)
    )
    operators = await connection.execute(
        select(col(Operator.id), col(Operator.name), col(Operator.website), col(Operator.phone))
    )
    return Known(
        stations={row[0]: KnownStation(row[1], row[2]) for row in stations},
        points={row[0]: KnownPoint(row[1], row[2], row[3], row[4]) for row in points},
        aliases={row[0]: (row[1], row[2]) for row in aliases},
        tariffs={row[0]: row[1] for row in tariffs},
        operators={row[0]: OperatorRow(*row) for row in operators},
    )


async def stations_using(
    connection: AsyncConnection, source: str, tariff_ids: set[str]
) -> dict[str, set[str]]:
    """For each of these price lists, the stations of the source with a plug that names it."""
    rows = await connection.execute(
        select(col(ChargePoint.station_id), col(Connector.tariff_ids))
        .join(Connector, col(Connector.charge_point_id) == col(ChargePoint.id))
        .where(col(ChargePoint.source) == source)
    )
    stations: defaultdict[str, set[str]] = defaultdict(set)
    for station_id, named in rows:
        for tariff_id in tariff_ids.intersection(named):
            stations[tariff_id].add(station_id)
    return stations


class FeedFacts(NamedTuple):
    """The columns of ``feed`` that describe the source itself."""

    source: str
    title: str
    homepage: str
    licence: str
    licence_url: str
    attribution: str
    has_status: bool
    status_valid_for_s: int | None
    demo: bool


async def describe_feed(connection: AsyncConnection, facts: FeedFacts) -> None:
    """Make sure the source has its row; how fresh it is stays as it was."""
    dialect = sqlite if bulk.is_sqlite(connection) else postgresql
    values = facts._asdict()
    statement = dialect.insert(Feed).values(values | {"replayed": False})
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["source"], set_=values)
    )


class Freshness(NamedTuple):
    """How fresh a feed is, and the validators of its last answer."""

    observed_at: datetime | None
    fetched_at: datetime | None
    replayed: bool
    etag: str | None
    last_modified: str | None


async def freshness(connection: AsyncConnection, source: str) -> Freshness | None:
    """How fresh the source is here; None when it never was."""
    row = (
        await connection.execute(
            select(
                col(Feed.observed_at),
                col(Feed.fetched_at),
                col(Feed.replayed),
                col(Feed.etag),
                col(Feed.last_modified),
            ).where(col(Feed.source) == source)
        )
    ).first()
    return Freshness(*row) if row else None


async def set_freshness(
    connection: AsyncConnection, source: str, fresh: Freshness, at: datetime
) -> None:
    """Say how fresh the source is; followers hear of it when statuses are as of another time."""
    before = await freshness(connection, source)
    await connection.execute(update(Feed).where(col(Feed.source) == source).values(fresh._asdict()))
    if before is None or before[:3:2] != fresh[:3:2]:
        await append_changes(connection, [("feed", None)], at)


async def feeds(connection: AsyncConnection) -> list[tuple[dict[str, Any], int]]:
    """All sources with how many stations each has here."""
    counts = await connection.execute(
        select(col(Station.source), func.count()).group_by(col(Station.source))
    )
    stations = {str(source): int(count) for source, count in counts}
    rows = await connection.execute(
        select(
            *(col(getattr(Feed, name)) for name in FeedFacts._fields),
            col(Feed.observed_at),
            col(Feed.fetched_at),
            col(Feed.replayed),
        ).order_by(col(Feed.source))
    )
    return [(dict(row._mapping), stations.get(row.source, 0)) for row in rows]


async def has_stations(connection: AsyncConnection, *, demo: bool | None = None) -> bool:
    """Whether there is a station; ``demo`` narrows it to demo data or to real data."""
    chosen = select(col(Station.id)).join(Feed, col(Feed.source) == col(Station.source))
    if demo is not None:
        chosen = chosen.where(col(Feed.demo) == demo)
    return (await connection.execute(chosen.limit(1))).first() is not None


async def demo_stations(connection: AsyncConnection) -> list[str]:
    """The ids of all demo stations."""
    rows = await connection.execute(
        select(col(Station.id))
        .join(Feed, col(Feed.source) == col(Station.source))
        .where(col(Feed.demo))
        .order_by(col(Station.id))
    )
    return list(rows.scalars())


async def remove_demo_feeds(connection: AsyncConnection) -> None:
    """Forget the demo sources themselves, once their stations are gone."""
    rows = await connection.execute(select(col(Feed.source)).where(col(Feed.demo)))
    for source in rows.scalars().all():
        await _remove_feed(connection, source)


async def remove_feed(connection: AsyncConnection, source: str, at: datetime) -> None:
    """Forget a source itself, once its stations are gone."""
    await _remove_feed(connection, source)
    await append_changes(connection, [("feed", None)], at)


async def _remove_feed(connection: AsyncConnection, source: str) -> None:
    """With its price lists, and operators that nobody has any more."""
    await connection.execute(delete(Tariff).where(col(Tariff.source) == source))
    await connection.execute(delete(Feed).where(col(Feed.source) == source))
    in_use = exists().where(col(Station.operator_id) == col(Operator.id))
    await connection.execute(delete(Operator).where(~in_use))


async def begin_run(
    connection: AsyncConnection, run_id: str, source: str, started_at: datetime
) -> None:
    """Note that an import runs; runs that never ended were interrupted."""
    await connection.execute(
        update(ImportRun)
        .where(col(ImportRun.source) == source, col(ImportRun.state) == "running")
        .values(state="interrupted")
    )
    dialect = sqlite if bulk.is_sqlite(connection) else postgresql
    await connection.execute(
        dialect.insert(ImportRun).values(
            id=run_id, source=source, state="running", started_at=started_at, summary={}
        )
    )


async def end_run(
    connection: AsyncConnection,
    run_id: str,
    state: str,
    ended_at: datetime,
    summary: dict[str, Any],
) -> None:
    """Note how an import ended."""
    await connection.execute(
        update(ImportRun)
        .where(col(ImportRun.id) == run_id)
        .values(state=state, ended_at=ended_at, summary=summary)
    )


@asynccontextmanager
async def one_import_at_a_time(database: Database) -> AsyncIterator[None]:
    """Hold the right to import; it ends with the process, however that ends.

    Raises:
        ImportFailedError: another import is running.
    """
    holder = _file_lock(database) if database.is_sqlite else _advisory_lock(database)
    async with holder:
        yield


@asynccontextmanager
async def _file_lock(database: Database) -> AsyncIterator[None]:
    path = Path(database.url.removeprefix("sqlite:///") + ".import-lock")
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy() from None
        yield


def _opened(path: Path) -> IO[str]:
    return path.open("w")


@asynccontextmanager
async def _advisory_lock(database: Database) -> AsyncIterator[None]:
    async with database.reading() as connection:
        locked = await connection.scalar(select(func.pg_try_advisory_lock(_IMPORT_LOCK)))
        await connection.commit()
        if not locked:
            raise _busy()
        try:
            yield
        finally:
            # A lost connection has given the lock back already.
            with suppress(Exception):
                await connection.execute(text(f"SELECT pg_advisory_unlock({_IMPORT_LOCK})"))
                await connection.commit()


def _busy() -> ImportFailedError:
    return ImportFailedError("Another import is running; try again when it has ended.")

"""Every SQL statement of the index: what it is built from, and the log it follows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chargesphere.core.clock import parse_instant
from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.features.availability.rules import Freshness
from chargesphere.features.discovery.columns import ACCESSES, CONNECTORS, STATUSES, Facts, Words
from chargesphere.features.discovery.compiled import Array
from chargesphere.features.discovery.hours import Hours
from chargesphere.features.discovery.text import TextRow
from chargesphere.features.pricing.rules import is_no_fee

_Rows = Sequence[Any]
_IDS_AT_ONCE = 500
"""Ids in one statement; SQLite plans longer lists slowly."""

_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry of the change log; ``at`` tells one database from another."""

    number: int
    at: str


@dataclass(frozen=True, slots=True)
class LogChange:
    """Something changed about a station (None: about a feed); ``newest`` is the latest entry."""

    newest: int
    kind: str
    station_id: str | None


@dataclass(frozen=True, slots=True)
class Raw:
    """Rows as they were read, to be coded outside the event loop."""

    stations: _Rows
    operators: _Rows
    points: _Rows
    connectors: _Rows
    tariffs: _Rows
    records: _Rows


async def newest_change(connection: AsyncConnection) -> LogEntry:
    """The end of the change log; number 0 when it is empty."""
    return await _entry(connection, "ORDER BY number DESC LIMIT 1", 0) or LogEntry(0, "")


async def change_at(connection: AsyncConnection, number: int) -> LogEntry | None:
    """The entry with this number, as far as it is still kept."""
    return await _entry(connection, "WHERE number = :number", number)


async def _entry(connection: AsyncConnection, where: str, number: int) -> LogEntry | None:
    query = text(f"SELECT number, CAST(at AS TEXT) FROM change {where}")  # noqa: S608 - no input.
    row = (await connection.execute(query, {"number": number} if number else {})).first()
    return None if row is None else LogEntry(int(row[0]), str(row[1]))


async def changes_after(connection: AsyncConnection, number: int) -> list[LogChange]:
    """What was logged after this number, each kind of change of a station once."""
    query = text(
        "SELECT MAX(number), kind, station_id FROM change WHERE number > :number"
        " GROUP BY kind, station_id"
    )
    return [
        LogChange(int(newest), str(kind), station)
        for newest, kind, station in await _stream(connection, query, {"number": number})
    ]


async def statuses(connection: AsyncConnection, ids: Sequence[str] | None) -> _Rows:
    """Charge point, station and status of these stations (None: of all)."""
    query = "SELECT p.id, p.station_id, p.status FROM charge_point p"
    if ids is None:
        return await _stream(connection, text(query), {})
    rows: list[Any] = []
    statement = _with_ids(text(f"{query} WHERE p.station_id IN :ids"))
    for begin in range(0, len(ids), _IDS_AT_ONCE):
        chunk = list(ids[begin : begin + _IDS_AT_ONCE])
        rows.extend((await connection.execute(statement, {"ids": chunk})).all())
    return rows


async def _stream(connection: AsyncConnection, query: TextClause, values: dict[str, Any]) -> _Rows:
    """Many rows, without holding the event loop for all of them at once."""
    rows: list[Any] = []
    async with connection.stream(query, values) as result:
        async for partition in result.partitions(_ROWS_AT_ONCE):
            rows.extend(partition)
    return rows


async def feeds(connection: AsyncConnection) -> dict[str, Freshness]:
    """How fresh the statuses of each source are."""
    query = text("SELECT source, observed_at, status_valid_for_s, has_status FROM feed")
    return {
        source: Freshness(_instant(observed_at), valid_for_s, bool(has_status))
        for source, observed_at, valid_for_s, has_status in await connection.execute(query)
    }


def _instant(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return parse_instant(str(value))


async def read(connection: AsyncConnection, ids: Sequence[str] | None = None) -> Raw:
    """Everything the index knows of these stations (None: of all)."""
    return Raw(
        stations=await _fetch(connection, _STATIONS, ids),
        operators=(await connection.execute(text("SELECT id, name FROM operator"))).all(),
        points=await _fetch(connection, _POINTS, ids),
        connectors=await _fetch(connection, _CONNECTORS, ids),
        tariffs=await _fetch(connection, _TARIFFS if ids is None else _TARIFFS_OF, ids),
        records=await _fetch(connection, _RECORDS, ids),
    )


async def texts(connection: AsyncConnection, ids: Sequence[str] | None = None) -> list[TextRow]:
    """The words of these stations (None: of all), for text search."""
    return [TextRow(*row) for row in await _fetch(connection, _TEXTS, ids)]


_TEXTS = (
    "SELECT s.id, s.name, COALESCE(o.name, ''), s.street, s.city, s.postcode, s.lat, s.lon,"
    " (SELECT COUNT(*) FROM charge_point p WHERE p.station_id = s.id)"
    " FROM station s LEFT JOIN operator o ON o.id = s.operator_id{where}"
)
_STATIONS = (
    "SELECT s.id, s.lat, s.lon, s.operator_id, s.access, s.source, CAST(s.hours AS TEXT),"
    " s.time_zone FROM station s{where}"
)
_POINTS = "SELECT s.id, s.station_id, s.source, s.status FROM charge_point s{where_station}"
_CONNECTORS = (
    "SELECT c.charge_point_id, c.type, c.kw, CAST(c.tariff_ids AS TEXT) FROM connector c{join}"
)
_TARIFFS = "SELECT t.source, t.source_id, CAST(t.content AS TEXT) FROM tariff t"
_TARIFFS_OF = (
    "SELECT t.source, t.source_id, CAST(t.content AS TEXT) FROM tariff t WHERE t.source_id IN"
    " (SELECT each.value FROM charge_point s JOIN connector c ON c.charge_point_id = s.id"
    " JOIN {json_each}(c.tariff_ids) each ON TRUE WHERE s.station_id IN :ids)"
)
_RECORDS = "SELECT DISTINCT s.station_id, s.source FROM source_record s{where_station}"


async def _fetch(connection: AsyncConnection, query: str, ids: Sequence[str] | None) -> _Rows:
    if ids is None:
        return (await connection.execute(text(_filled(connection, query, all_rows=True)))).all()
    rows: list[Any] = []
    statement = _with_ids(text(_filled(connection, query, all_rows=False)))
    for begin in range(0, len(ids), _IDS_AT_ONCE):
        chunk = list(ids[begin : begin + _IDS_AT_ONCE])
        rows.extend((await connection.execute(statement, {"ids": chunk})).all())
    return rows


def _filled(connection: AsyncConnection, query: str, *, all_rows: bool) -> str:
    is_sqlite = connection.dialect.name == "sqlite"
    return query.format(
        where="" if all_rows else " WHERE s.id IN :ids",
        where_station="" if all_rows else " WHERE s.station_id IN :ids",
        join=""
        if all_rows
        else " JOIN charge_point s ON s.id = c.charge_point_id WHERE s.station_id IN :ids",
        json_each="json_each" if is_sqlite else "jsonb_array_elements_text",
    )


def _with_ids(statement: TextClause) -> TextClause:
    return statement.bindparams(bindparam("ids", expanding=True))


def code(raw: Raw) -> Facts:
    """The rows as columns of codes. Takes a while: not on the event loop."""
    stations = sorted(raw.stations, key=itemgetter(0))
    station_of = {row[0]: position for position, row in enumerate(stations)}
    operators = tuple((row[0], row[1]) for row in raw.operators)
    operator_of = {operator: position for position, (operator, _) in enumerate(operators)}
    points = [row for row in raw.points if row[1] in station_of]
    sources = tuple(sorted({row[5] for row in stations} | {row[2] for row in points}))
    source_of = {source: position for position, source in enumerate(sources)}
    hours = _HoursBook()
    plugs = _PlugBook(raw)
    masks = np.zeros(len(stations), np.uint64)
    for station, source in _sources_of(raw):
        if station in station_of and source in source_of:
            masks[station_of[station]] |= np.uint64(1 << source_of[source])
    point_plugs = np.array([plugs.code(row[0]) for row in points], np.int32)
    return Facts(
        ids=np.array([row[0].encode() for row in stations], dtype=np.bytes_),
        lat=np.array([row[1] for row in stations], np.float64),
        lon=np.array([row[2] for row in stations], np.float64),
        operator=np.array([operator_of.get(row[3], -1) for row in stations], np.int32),
        access=np.array([_ACCESS.get(row[4], _ANY_ACCESS) for row in stations], np.uint8),
        sources=masks,
        hours=np.array([hours.code(row[6], row[7]) for row in stations], np.int32),
        point_ids=np.array([row[0].encode() for row in points], dtype=np.bytes_),
        point_station=np.array([station_of[row[1]] for row in points], np.int32),
        point_source=np.array([source_of[row[2]] for row in points], np.uint8),
        point_status=np.array([_STATUS.get(row[3], _ANY_STATUS) for row in points], np.uint8),
        point_plugs=point_plugs,
        plug_start=np.cumsum([0, *(len(plug_set) for plug_set in plugs.sets)]).astype(np.int32),
        plug_type=np.array([kind for s in plugs.sets for kind, _, _ in s], np.uint8),
        plug_kw=np.array([np.nan if kw < 0 else kw for s in plugs.sets for _, kw, _ in s], "f4"),
        plug_no_fee=np.array([free for s in plugs.sets for _, _, free in s], np.uint8),
        words=Words(operators=operators, sources=sources, hours=tuple(hours.known)),
    )


def code_statuses(rows: _Rows) -> tuple[Array, Array, Array]:
    """Rows of ``statuses`` as columns: charge points, stations, status codes."""
    return (
        np.array([row[0].encode() for row in rows], dtype=np.bytes_),
        np.array([row[1].encode() for row in rows], dtype=np.bytes_),
        np.array([_STATUS.get(row[2], _ANY_STATUS) for row in rows], np.uint8),
    )


_ACCESS = {access.value: position for position, access in enumerate(ACCESSES)}
_ANY_ACCESS = ACCESSES.index(Access.UNKNOWN)
_STATUS = {status.value: position for position, status in enumerate(STATUSES)}
_ANY_STATUS = STATUSES.index(Status.UNKNOWN)
_CONNECTOR = {kind.value: position for position, kind in enumerate(CONNECTORS)}
_ANY_CONNECTOR = CONNECTORS.index(ConnectorType.OTHER)


def _sources_of(raw: Raw) -> Iterator[tuple[str, str]]:
    for row in raw.stations:
        yield row[0], row[5]
    for row in raw.points:
        yield row[1], row[2]
    for row in raw.records:
        yield row[0], row[1]


class _HoursBook:
    """Numbers opening hours; 0 is unknown."""

    def __init__(self) -> None:
        self.known: list[Hours | None] = [None]
        self._by_text: dict[tuple[str, str], int] = {}
        self._by_hours: dict[Hours, int] = {}

    def code(self, content: str | None, time_zone: str) -> int:
        if content is None:
            return 0
        key = (content, time_zone)
        if key not in self._by_text:
            hours = Hours.of(orjson.loads(content), time_zone)
            self._by_text[key] = 0 if hours is None else self._number(hours)
        return self._by_text[key]

    def _number(self, hours: Hours) -> int:
        if hours not in self._by_hours:
            self._by_hours[hours] = len(self.known)
            self.known.append(hours)
        return self._by_hours[hours]


_Plug = tuple[int, float, bool]


class _PlugBook:
    """Numbers sets of plugs: type, kW (-1: not known), published as costing nothing."""

    def __init__(self, raw: Raw) -> None:
        self.sets: list[tuple[_Plug, ...]] = []
        self._numbers: dict[tuple[_Plug, ...], int] = {}
        no_fee = {(s, i) for s, i, content in raw.tariffs if is_no_fee(orjson.loads(content))}
        source_of = {row[0]: row[2] for row in raw.points} if no_fee else {}
        self._plugs: dict[str, list[_Plug]] = {}
        judged: dict[tuple[str, str], bool] = {}
        for point, kind, kw, tariffs in raw.connectors:
            key = (source_of.get(point, ""), tariffs)
            free = judged.get(key)
            if free is None:
                free = judged[key] = bool(no_fee) and _costs_nothing(no_fee, *key)
            plug = (_CONNECTOR.get(kind, _ANY_CONNECTOR), -1.0 if kw is None else kw, free)
            self._plugs.setdefault(point, []).append(plug)

    def code(self, point: str) -> int:
        plugs = self._plugs.get(point, ())
        key = tuple(plugs) if len(plugs) < 2 else tuple(sorted(plugs))
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.sets)
            self.sets.append(key)
        return number


def _costs_nothing(no_fee: set[tuple[str, str]], source: str, tariffs: str) -> bool:
    """Whether every price list that a plug names is published as costing nothing."""
    named: Iterable[str] = orjson.loads(tariffs)
    return bool(named) and all((source, tariff) in no_fee for tariff in named)

"""Every SQL statement of discovery but the index's: the facts of the stations on one page.

Each function is one query for all the stations asked about, by primary key or foreign key.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from chargesphere.features.availability.rules import Freshness
from chargesphere.features.catalogue.models import (
    ChargePoint,
    Connector,
    Feed,
    Operator,
    SourceRecord,
    Station,
    StationAlias,
    Tariff,
)

TariffKey = tuple[str, str]
"""A price list's source and id there."""


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """A source as it stands here."""

    title: str
    homepage: str
    licence: str
    licence_url: str
    attribution: str
    demo: bool
    replayed: bool
    fetched_at: datetime | None
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class ConnectorFacts:
    """One plug as stored."""

    type: str
    format: str
    kw: float | None
    kw_derived: bool
    tariff_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PointFacts:
    """One charge point as stored, with its plugs."""

    id: str
    source: str
    evse_id: str | None
    label: str
    status: str
    since: datetime | None
    directions: str
    connectors: tuple[ConnectorFacts, ...]


@dataclass(frozen=True, slots=True)
class TariffFacts:
    """A price list as stored."""

    source: str
    source_id: str
    currency: str
    content: Mapping[str, Any]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """A record of a source that became part of a station."""

    source: str
    source_id: str
    url: str | None
    matched_by: str
    fetched_at: datetime
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StationFacts:
    """A station as stored, with its operator and charge points."""

    id: str
    source: str
    name: str
    operator_id: str | None
    operator_name: str
    operator_website: str | None
    operator_phone: str | None
    lat: float
    lon: float
    street: str
    city: str
    postcode: str
    country: str
    time_zone: str
    access: str
    hours: Mapping[str, Any] | None
    amenities: tuple[str, ...]
    payment: tuple[str, ...]
    parking: tuple[str, ...]
    phone: str | None
    price_text: str
    directions: str
    points: tuple[PointFacts, ...]

    @property
    def tariff_keys(self) -> frozenset[TariffKey]:
        """The price lists that its plugs name."""
        return frozenset(
            (point.source, tariff)
            for point in self.points
            for connector in point.connectors
            for tariff in connector.tariff_ids
        )


async def feeds(connection: AsyncConnection) -> dict[str, FeedFacts]:
    """All sources, by name."""
    rows = await connection.execute(select(Feed.__table__))  # type: ignore[attr-defined]  # SQLModel adds it.
    return {
        row.source: FeedFacts(
            title=row.title,
            homepage=row.homepage,
            licence=row.licence,
            licence_url=row.licence_url,
            attribution=row.attribution,
            demo=row.demo,
            replayed=row.replayed,
            fetched_at=row.fetched_at,
            freshness=Freshness(row.observed_at, row.status_valid_for_s, row.has_status),
        )
        for row in rows
    }


async def stations(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, StationFacts]:
    """The stations with these ids and everything at them; ids that are not there are left out."""
    if not ids:
        return {}
    query: Executable = (
        select(
            Station.__table__,  # type: ignore[attr-defined]  # SQLModel adds it.
            col(Operator.name).label("operator_name"),
            col(Operator.website).label("operator_website"),
            col(Operator.phone).label("operator_phone"),
        )
        .join(Operator, col(Operator.id) == col(Station.operator_id), isouter=True)
        .where(col(Station.id).in_(ids))
    )
    rows = (await connection.execute(query)).all()
    points = await _points(connection, [row.id for row in rows])
    return {
        row.id: StationFacts(
            **{name: getattr(row, name) for name in _PLAIN_COLUMNS},
            operator_name=row.operator_name or "",
            operator_website=row.operator_website,
            operator_phone=row.operator_phone,
            amenities=tuple(row.amenities),
            payment=tuple(row.payment),
            parking=tuple(row.parking),
            points=tuple(points[row.id]),
        )
        for row in rows
    }


_PLAIN_COLUMNS = (
    "id",
    "source",
    "name",
    "operator_id",
    "lat",
    "lon",
    "street",
    "city",
    "postcode",
    "country",
    "time_zone",
    "access",
    "hours",
    "phone",
    "price_text",
    "directions",
)


async def _points(
    connection: AsyncConnection, station_ids: Sequence[str]
) -> dict[str, list[PointFacts]]:
    connectors = await _connectors(connection, station_ids)
    query = (
        select(ChargePoint.__table__)  # type: ignore[attr-defined]  # SQLModel adds it.
        .where(col(ChargePoint.station_id).in_(station_ids))
        .order_by(col(ChargePoint.station_id), col(ChargePoint.position), col(ChargePoint.id))
    )
    points: dict[str, list[PointFacts]] = defaultdict(list)
    for row in await connection.execute(query):
        points[row.station_id].append(
            PointFacts(
                id=row.id,
                source=row.source,
                evse_id=row.evse_id,
                label=row.label,
                status=row.status,
                since=row.since,
                directions=row.directions,
                connectors=tuple(connectors[row.id]),
            )
        )
    return points


async def _connectors(
    connection: AsyncConnection, station_ids: Sequence[str]
) -> dict[str, list[ConnectorFacts]]:
    query = (
        select(Connector.__table__)  # type: ignore[attr-defined]  # SQLModel adds it.
        .join(ChargePoint, col(ChargePoint.id) == col(Connector.charge_point_id))
        .where(col(ChargePoint.station_id).in_(station_ids))
        .order_by(col(Connector.charge_point_id), col(Connector.position))
    )
    connectors: dict[str, list[ConnectorFacts]] = defaultdict(list)
    for row in await connection.execute(query):
        connectors[row.charge_point_id].append(
            ConnectorFacts(row.type, row.format, row.kw, row.kw_derived, tuple(row.tariff_ids))
        )
    return connectors


async def tariffs(
    connection: AsyncConnection, keys: Iterable[TariffKey]
) -> dict[TariffKey, TariffFacts]:
    """The price lists with these keys; those that are not there are left out."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, source_id in keys:
        by_source[source].append(source_id)
    if not by_source:
        return {}
    wanted: list[ColumnElement[bool]] = [
        and_(col(Tariff.source) == source, col(Tariff.source_id).in_(ids))
        for source, ids in by_source.items()
    ]
    query = select(
        col(Tariff.source),
        col(Tariff.source_id),
        col(Tariff.currency),
        col(Tariff.content),
        col(Tariff.fingerprint),
    ).where(or_(*wanted))
    return {
        (row.source, row.source_id): TariffFacts(*row) for row in await connection.execute(query)
    }


async def source_records(connection: AsyncConnection, station_id: str) -> list[RecordFacts]:
    """The records that this station is made of."""
    query = (
        select(SourceRecord.__table__)  # type: ignore[attr-defined]  # SQLModel adds it.
        .where(col(SourceRecord.station_id) == station_id)
        .order_by(col(SourceRecord.source), col(SourceRecord.source_id))
    )
    return [
        RecordFacts(
            row.source, row.source_id, row.url, row.matched_by, row.fetched_at, tuple(row.notes)
        )
        for row in await connection.execute(query)
    ]


async def successor(connection: AsyncConnection, station_id: str) -> str | None:
    """The id under which this one lives on, if it does."""
    query = select(col(StationAlias.station_id)).where(col(StationAlias.id) == station_id)
    return (await connection.execute(query)).scalar_one_or_none()


async def stations_with_plug(
    connection: AsyncConnection, typed: str, *, is_sqlite: bool, limit: int
) -> list[tuple[str, str]]:
    """``(station id, EVSE id)`` of charge points whose id begins as typed, exact ones first.

    ``typed`` is letters and digits alone, in capitals: how an id is cut by ``*`` and ``-``
    differs from sign to sign.
    """
    evse_id = col(ChargePoint.evse_id)
    bare = func.upper(func.replace(func.replace(evse_id, "*", ""), "-", ""))
    query = select(col(ChargePoint.station_id), evse_id).where(
        bare.startswith(typed, autoescape=True)
    )
    if is_sqlite:
        # The index narrows it to one operator; PostgreSQL's may sort in another order.
        country, party = typed[:2], typed[2:5]
        starts = [f"{country}{gap}{party}" for gap in ("*", "-", "")]
        query = query.where(or_(*(evse_id.between(s, f"{s}~") for s in starts)))
    query = query.order_by(func.length(bare), evse_id).limit(limit)
    return [(row[0], row[1] or "") for row in await connection.execute(query)]

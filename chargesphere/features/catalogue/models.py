"""Tables of the catalogue.

``feed``: one row a source, its licence and how fresh its statuses are. ``operator``, ``station``,
``charge_point``, ``connector``, ``tariff``: the facts. ``source_record``: which record of which
source became which station. ``station_alias``: ids that live on under another. ``change``: the
log that indexes follow. ``import_run``: what each import did.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, String
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel

from chargesphere.database import UtcDateTime


def _json() -> Any:
    return Column(JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False)


def _time(*, nullable: bool = True) -> Any:
    return Column(UtcDateTime, nullable=nullable)


def _part_of(column: str, *, index: bool = True, primary_key: bool = False) -> Any:
    """A foreign key to a parent whose children go with it."""
    return Column(
        String(40),
        ForeignKey(column, ondelete="CASCADE"),
        index=index,
        primary_key=primary_key,
        nullable=False,
    )


class Feed(SQLModel, table=True):
    """A source of stations as it stands here.

    ``status_valid_for_s``: how long a status stays true after ``observed_at``; null means always.
    ``replayed``: the observation time was declared at import (``--observed-at``), not seen.
    """

    source: str = Field(primary_key=True, max_length=40)
    title: str
    homepage: str
    licence: str
    licence_url: str
    attribution: str
    has_status: bool
    status_valid_for_s: int | None = None
    demo: bool = False
    observed_at: datetime | None = Field(default=None, sa_column=_time())
    fetched_at: datetime | None = Field(default=None, sa_column=_time())
    replayed: bool = False
    etag: str | None = None
    last_modified: str | None = None


class Operator(SQLModel, table=True):
    """Who runs stations; the id is the slug of the name."""

    id: str = Field(primary_key=True, max_length=40)
    name: str
    website: str | None = None
    phone: str | None = None


class Station(SQLModel, table=True):
    """A site, merged from one or more source records.

    ``hours`` is null when unknown, else ``{"always": bool, "periods": [[weekday, from, to]],
    "text": str}`` in minutes of local time (``OpeningHours``). ``fingerprint`` covers every
    published fact of the station itself and changes with them.
    """

    id: str = Field(primary_key=True, max_length=40)
    source: str = Field(foreign_key="feed.source", max_length=40, index=True)
    name: str
    operator_id: str | None = Field(
        default=None, foreign_key="operator.id", max_length=40, index=True
    )
    lat: float
    lon: float
    street: str
    city: str
    postcode: str
    country: str = Field(max_length=2)
    time_zone: str
    access: str = Field(max_length=12)
    hours: dict[str, Any] | None = Field(
        default=None,
        sa_column=Column(
            JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
        ),
    )
    amenities: list[str] = Field(sa_column=_json())
    payment: list[str] = Field(sa_column=_json())
    parking: list[str] = Field(sa_column=_json())
    phone: str | None = None
    price_text: str = ""
    directions: str = ""
    created_at: datetime = Field(sa_column=_time(nullable=False))
    updated_at: datetime = Field(sa_column=_time(nullable=False))
    fingerprint: str = Field(max_length=32)


class SourceRecord(SQLModel, table=True):
    """A record of a source and the station it is part of; ``matched_by`` says why."""

    __tablename__ = "source_record"

    source: str = Field(primary_key=True, foreign_key="feed.source", max_length=40)
    source_id: str = Field(primary_key=True, max_length=120)
    station_id: str = Field(sa_column=_part_of("station.id"))
    url: str | None = None
    matched_by: str = Field(max_length=40)
    updated_at: datetime | None = Field(default=None, sa_column=_time())
    fetched_at: datetime = Field(sa_column=_time(nullable=False))
    notes: list[str] = Field(sa_column=_json())


class StationAlias(SQLModel, table=True):
    """An id that lives on under another; ``reason`` is merged, superseded or moved."""

    __tablename__ = "station_alias"

    id: str = Field(primary_key=True, max_length=40)
    station_id: str = Field(sa_column=_part_of("station.id"))
    reason: str = Field(max_length=20)


class ChargePoint(SQLModel, table=True):
    """One place to plug in (EVSE). ``status`` is as published; freshness is the feed's."""

    __tablename__ = "charge_point"

    id: str = Field(primary_key=True, max_length=40)
    station_id: str = Field(sa_column=_part_of("station.id"))
    source: str = Field(max_length=40)
    source_id: str = Field(max_length=120)
    position: int
    evse_id: str | None = Field(default=None, max_length=120, index=True)
    label: str
    status: str = Field(max_length=14)
    since: datetime | None = Field(default=None, sa_column=_time())
    directions: str = ""
    fingerprint: str = Field(max_length=32)


class Connector(SQLModel, table=True):
    """One plug of a charge point; ``kw_derived``: computed by us from volts, amps and phases."""

    charge_point_id: str = Field(
        sa_column=_part_of("charge_point.id", index=False, primary_key=True)
    )
    position: int = Field(sa_column=Column(Integer, primary_key=True))
    type: str = Field(max_length=16)
    format: str = Field(max_length=8)
    current: str = Field(max_length=12)
    kw: float | None = None
    kw_derived: bool = False
    tariff_ids: list[str] = Field(sa_column=_json())


class Tariff(SQLModel, table=True):
    """A price list as published (OCPI Tariff shape, VAT mended)."""

    source: str = Field(primary_key=True, foreign_key="feed.source", max_length=40)
    source_id: str = Field(primary_key=True, max_length=120)
    currency: str = Field(max_length=3)
    content: dict[str, Any] = Field(sa_column=_json())
    updated_at: datetime | None = Field(default=None, sa_column=_time())
    fingerprint: str = Field(max_length=32)


class Change(SQLModel, table=True):
    """One entry of the log: ``kind`` is status, station, removed or feed (then without a station).

    Numbers only grow, and none becomes visible after a higher one.
    """

    number: int | None = Field(
        default=None,
        sa_column=Column(
            BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
    )
    kind: str = Field(max_length=8)
    station_id: str | None = Field(default=None, max_length=40)
    at: datetime = Field(sa_column=_time(nullable=False))

    __table_args__ = {"sqlite_autoincrement": True}


class ImportRun(SQLModel, table=True):
    """What an import did; ``state`` is running, done, interrupted or failed."""

    __tablename__ = "import_run"

    id: str = Field(primary_key=True, max_length=40)
    source: str = Field(max_length=40, index=True)
    state: str = Field(max_length=12)
    started_at: datetime = Field(sa_column=_time(nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=_time())
    summary: dict[str, Any] = Field(sa_column=_json())

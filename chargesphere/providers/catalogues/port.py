"""What a source of stations gives, whoever it is.

A source is read into *records*: sites with their charge points, tariffs, and rejects. A record
is already in our vocabulary and already mended by named rules (``notes``); what the source
said and could not be used is a ``Reject`` with its reason, never an exception.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from chargesphere.core.vocabulary import (
    Access,
    Amenity,
    ConnectorFormat,
    ConnectorType,
    Current,
    Parking,
    Payment,
    Status,
)


@dataclass(frozen=True, slots=True)
class Licence:
    """The duty that comes with the data, shown wherever the data is."""

    name: str
    url: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs a station, as its source names it."""

    name: str
    website: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; parts the source does not know are empty. ``country`` is ISO 3166-1 alpha-2."""

    street: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """When a station is open, in its own local time.

    ``periods`` are ``(weekday 0=Monday, opening minute, closing minute)``; a closing minute above
    1440 reaches into the next day. ``always`` means around the clock.
    """

    always: bool = False
    periods: tuple[tuple[int, int, int], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class ConnectorRecord:
    """One plug. ``power_derived`` says that we computed the power from volts, amps and phases."""

    type: ConnectorType
    format: ConnectorFormat
    current: Current
    power_kw: float | None
    power_derived: bool = False
    tariff_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargePointRecord:
    """One place to plug in (EVSE): it serves one car at a time.

    ``key`` is unique within the source and stays (the EVSE id where there is one). ``since`` is
    when the status began, if the source says so.
    """

    key: str
    evse_id: str | None
    label: str
    status: Status
    since: datetime | None
    connectors: tuple[ConnectorRecord, ...]
    directions: str = ""
    payment: frozenset[Payment] = frozenset()
    parking: frozenset[Parking] = frozenset()
    reservable: bool = False


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """A location as its source publishes it, cleaned. ``notes`` names the rules that mended it."""

    source_id: str
    name: str
    operator: Operator | None
    lat: float
    lon: float
    address: Address
    access: Access
    hours: OpeningHours | None
    charge_points: tuple[ChargePointRecord, ...]
    updated_at: datetime | None
    amenities: frozenset[Amenity] = frozenset()
    parking: frozenset[Parking] = frozenset()
    phone: str | None = None
    url: str | None = None
    price_text: str = ""
    directions: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TariffRecord:
    """A price list as published: ``content`` is the source's own object (OCPI Tariff shape), VAT mended."""

    source_id: str
    currency: str
    content: dict[str, Any]
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reject:
    """Something the source said that cannot be used, and the named reason why."""

    source_id: str
    reason: str
    detail: str = ""


Record = SiteRecord | TariffRecord | Reject


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a source can do; the screens read it to say what they cannot know.

    ``status_valid_for`` is how long a status stays true after it was observed (None: for ever,
    as with demo data); ``has_status`` False means the source publishes none.
    """

    has_status: bool
    status_valid_for: timedelta | None
    has_tariffs: bool
    live_feed: bool
    demo: bool = False


@dataclass(slots=True)
class Snapshot:
    """One reading of a source.

    ``complete`` says that what is missing from it no longer exists, inside ``region`` (None: the
    whole source). It is only to be believed once ``records`` ran to its end without an error.
    ``observed_at`` is when the source observed the statuses, as far as the transport told
    (Last-Modified of a live answer); None leaves it to the newest ``since`` of the records.
    """

    records: Iterator[Record]
    complete: bool
    observed_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    total_hint: int | None = None
    region: str | None = None
    extra: dict[str, str] = field(default_factory=dict)


class CatalogueSource(Protocol):
    """A source of stations."""

    name: str
    """Short and stable: the first half of every source id (``ndw``)."""

    title: str
    """How a person calls it (``NDW, the Dutch national feed``)."""

    homepage: str
    licence: Licence
    capabilities: Capabilities

    def read_files(self, paths: Sequence[Path]) -> Snapshot:
        """Read files, recognised by their content, in any order, plain or gzip.

        Raises:
            ImportFailedError: a file is not one of this source's. Damage further in (truncation,
                broken JSON) is raised by ``records`` while it runs, also as ImportFailedError.
        """
        ...

    async def fetch(self, *, etag: str | None, last_modified: str | None) -> Snapshot | None:
        """Ask the live feed; None when it has not changed since the given validators.

        Raises:
            ProviderUnavailableError: no usable answer after retries.
            ProviderAnswerError: an answer that is not the feed.
        """
        ...

"""What discovery answers: plain values that the API and the screens show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chargesphere.core.geo import Box
from chargesphere.core.vocabulary import (
    Access,
    Amenity,
    ConnectorFormat,
    ConnectorType,
    Parking,
    Payment,
    Status,
)


@dataclass(frozen=True, slots=True)
class OperatorView:
    """Who runs a station; ``id`` is what the network filter takes."""

    id: str
    name: str
    website: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class AddressView:
    """Where it is, in words; unknown parts are empty. ``country`` is ISO 3166-1 alpha-2."""

    street: str
    city: str
    postcode: str
    country: str


@dataclass(frozen=True, slots=True)
class PlugSummary:
    """Charge points of one station that share a plug and power.

    ``points`` counts the charge points; ``free`` those of them that are available now, None when
    the station's status is not known.
    """

    type: ConnectorType
    kw: float | None
    points: int
    free: int | None


@dataclass(frozen=True, slots=True)
class StationSummary:
    """A row of a list.

    ``title`` is a name a person can read; ``code`` is the operator's own code when the published
    name is one; ``name`` is as published. ``kw`` is the strongest plug that matches the filters.
    ``free`` and ``points`` count the charge points that match, ``free`` None when no status is
    known. ``observed_at`` is when the statuses were seen. ``distance_m`` is from the point asked
    about.
    """

    id: str
    title: str
    code: str
    operator: OperatorView | None
    lat: float
    lon: float
    address: AddressView
    kw: float | None
    free: int | None
    points: int
    plugs: tuple[PlugSummary, ...]
    open: bool | None
    price: str
    observed_at: datetime | None
    distance_m: float | None
    demo: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class ConnectorView:
    """One plug; ``tariffs`` are the source's ids of its price lists."""

    type: ConnectorType
    kw: float | None
    kw_derived: bool
    format: ConnectorFormat
    tariffs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChargePointView:
    """One place to plug in. ``status`` is UNKNOWN when it is older than its source's limit."""

    id: str
    evse_id: str | None
    label: str
    status: Status
    since: datetime | None
    observed_at: datetime | None
    directions: str
    connectors: tuple[ConnectorView, ...]


@dataclass(frozen=True, slots=True)
class PriceView:
    """A price list in words. ``tariffs`` are the ids it stands for, ``plugs`` what it applies to.

    ``lines`` say it, one part a line ("€ 0.52 per kWh"). ``published`` False: the source names a
    tariff but gives no usable price, and ``lines`` says so. ``no_fee``: published as costing nothing.
    """

    tariffs: tuple[str, ...]
    plugs: tuple[str, ...]
    currency: str
    lines: tuple[str, ...]
    published: bool
    no_fee: bool


@dataclass(frozen=True, slots=True)
class SourceView:
    """Who says so, under which licence, and how fresh it is. ``replayed``: an old file played as new.

    ``url`` leads to the record, or to the source's own site where records have no page.
    """

    source: str
    source_id: str
    title: str
    licence: str
    licence_url: str
    attribution: str
    url: str | None
    observed_at: datetime | None
    fetched_at: datetime | None
    matched_by: str
    replayed: bool
    has_status: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HoursView:
    """Opening hours in local time: ``always``, or periods ``(weekday 0=Monday, from, to)`` in minutes."""

    always: bool
    periods: tuple[tuple[int, int, int], ...]
    text: str


@dataclass(frozen=True, slots=True)
class StationDetail:
    """Everything about one station. ``free`` of ``points`` are available; None: not known."""

    id: str
    title: str
    code: str
    name: str
    operator: OperatorView | None
    lat: float
    lon: float
    address: AddressView
    time_zone: str
    access: Access
    open: bool | None
    hours: HoursView | None
    amenities: tuple[Amenity, ...]
    payment: tuple[Payment, ...]
    parking: tuple[Parking, ...]
    phone: str | None
    directions: str
    price_text: str
    charge_points: tuple[ChargePointView, ...]
    plugs: tuple[PlugSummary, ...]
    free: int | None
    points: int
    prices: tuple[PriceView, ...]
    sources: tuple[SourceView, ...]
    demo: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of stations; ``next`` is the cursor of the page after it, None at the end."""

    items: tuple[StationSummary, ...]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A station or a place found by typing; ``box`` is how much of the map to show."""

    kind: Literal["station", "place"]
    id: str
    name: str
    detail: str
    lat: float
    lon: float
    distance_m: float | None
    box: Box | None


@dataclass(frozen=True, slots=True)
class NetworkView:
    """A network (operator) and how many stations it has here."""

    id: str
    name: str
    stations: int


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A filter to give up (its parameter name) and how many stations would match without it."""

    name: str
    total: int

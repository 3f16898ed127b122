"""The shapes of answers: what the OpenAPI promises is what is written."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from chargesphere.core.opening_hours import week_in_words
from chargesphere.core.vocabulary import (
    Access,
    Amenity,
    ConnectorFormat,
    ConnectorType,
    Parking,
    Payment,
    Status,
)
from chargesphere.features.discovery import views


class Shape(BaseModel):
    """An object with exactly these members."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(BaseModel):
    """An error (RFC 9457). ``parameter`` names what is at fault, ``request_id`` finds it in logs."""

    type: str
    title: str
    status: int
    detail: str
    parameter: str | None = None
    id: str | None = None
    request_id: str | None = None


class MapItems(Shape):
    """Stations and clusters in a box, one entry an item in every list.

    ``count`` 1 is a station, anything larger a cluster without ``id``. ``kw`` is the strongest
    matching plug; ``free`` and ``points`` count matching charge points whose status is known.
    """

    zoom: int
    total: int
    lon: list[float]
    lat: list[float]
    count: list[int]
    id: list[str | None]
    kw: list[float | None]
    free: list[int | None]
    points: list[int | None]


class OperatorShape(Shape):
    """Who runs it; ``id`` is what ``network`` takes."""

    id: str
    name: str
    website: str | None
    phone: str | None

    @classmethod
    def of(cls, view: views.OperatorView | None) -> "OperatorShape | None":
        """From the view."""
        if view is None:
            return None
        return cls(id=view.id, name=view.name, website=view.website, phone=view.phone)


class AddressShape(Shape):
    """A postal address; unknown parts are empty."""

    street: str
    city: str
    postcode: str
    country: str

    @classmethod
    def of(cls, view: views.AddressView) -> "AddressShape":
        """From the view."""
        return cls(street=view.street, city=view.city, postcode=view.postcode, country=view.country)


class PlugShape(Shape):
    """Charge points with the same plug and power; ``free`` is null when not known."""

    type: ConnectorType
    kw: float | None
    points: int
    free: int | None

    @classmethod
    def of(cls, view: views.PlugSummary) -> "PlugShape":
        """From the view."""
        return cls(type=view.type, kw=view.kw, points=view.points, free=view.free)


class StationItem(Shape):
    """A station in a list. ``kw``, ``free`` and ``points`` are of what matches the filters."""

    id: str
    name: str = Field(description="As published.")
    title: str = Field(description="A name that a person can read.")
    code: str = Field(description="The operator's code, where the published name is one.")
    operator: OperatorShape | None
    lat: float
    lon: float
    address: AddressShape
    kw: float | None
    free: int | None
    points: int
    plugs: list[PlugShape]
    open: bool | None
    price: str
    observed_at: datetime | None
    distance_km: float | None
    demo: bool

    @classmethod
    def of(cls, view: views.StationSummary) -> "StationItem":
        """From the view."""
        return cls(
            id=view.id,
            name=view.name or view.title,
            title=view.title,
            code=view.code,
            operator=OperatorShape.of(view.operator),
            lat=view.lat,
            lon=view.lon,
            address=AddressShape.of(view.address),
            kw=view.kw,
            free=view.free,
            points=view.points,
            plugs=[PlugShape.of(plug) for plug in view.plugs],
            open=view.open,
            price=view.price,
            observed_at=view.observed_at,
            distance_km=_km(view.distance_m),
            demo=view.demo,
        )


class StationList(Shape):
    """A page; ``next`` is the cursor of the next one, null at the end; ``total`` counts them all."""

    items: list[StationItem]
    next: str | None
    total: int

    @classmethod
    def of(cls, page: views.Page) -> "StationList":
        """From the view."""
        items = [StationItem.of(item) for item in page.items]
        return cls(items=items, next=page.next, total=page.total)


class ConnectorShape(Shape):
    """A plug; ``kw_derived``: computed from volts, amps and phases."""

    type: ConnectorType
    kw: float | None
    kw_derived: bool
    format: ConnectorFormat
    tariffs: list[str]


class ChargePointShape(Shape):
    """A place to plug in; ``status`` is UNKNOWN when it is older than its source's limit."""

    id: str
    evse_id: str | None
    label: str
    status: Status
    since: datetime | None
    observed_at: datetime | None
    directions: str
    connectors: list[ConnectorShape]

    @classmethod
    def of(cls, view: views.ChargePointView) -> "ChargePointShape":
        """From the view."""
        return cls(
            id=view.id,
            evse_id=view.evse_id,
            label=view.label,
            status=view.status,
            since=view.since,
            observed_at=view.observed_at,
            directions=view.directions,
            connectors=[
                ConnectorShape(
                    type=plug.type,
                    kw=plug.kw,
                    kw_derived=plug.kw_derived,
                    format=plug.format,
                    tariffs=list(plug.tariffs),
                )
                for plug in view.connectors
            ],
        )


class PriceShape(Shape):
    """A price list in words; ``tariffs`` are the ids it stands for."""

    tariffs: list[str]
    plugs: list[str]
    currency: str
    lines: list[str]
    published: bool
    no_fee: bool


class SourceShape(Shape):
    """Who says so, and under which licence."""

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
    notes: list[str]


class HoursShape(Shape):
    """Opening hours in local time; ``periods`` are ``[weekday 0=Monday, from, to]`` in minutes."""

    always: bool
    periods: list[tuple[int, int, int]]
    text: str
    words: list[tuple[str, str]]

    @classmethod
    def of(cls, view: views.HoursView | None) -> "HoursShape | None":
        """From the view."""
        if view is None:
            return None
        return cls(
            always=view.always,
            periods=list(view.periods),
            text=view.text,
            words=list(week_in_words(view)),
        )


class StationShape(Shape):
    """Everything about one station."""

    id: str
    name: str = Field(description="As published.")
    title: str = Field(description="A name that a person can read.")
    code: str = Field(description="The operator's code, where the published name is one.")
    operator: OperatorShape | None
    lat: float
    lon: float
    address: AddressShape
    time_zone: str
    access: Access
    open: bool | None
    hours: HoursShape | None
    amenities: list[Amenity]
    payment: list[Payment]
    parking: list[Parking]
    phone: str | None
    directions: str
    charge_points: list[ChargePointShape]
    plugs: list[PlugShape]
    free: int | None
    points: int
    prices: list[PriceShape]
    price_text: str
    sources: list[SourceShape]
    demo: bool

    @classmethod
    def of(cls, view: views.StationDetail) -> "StationShape":
        """From the view."""
        return cls(
            id=view.id,
            name=view.name or view.title,
            title=view.title,
            code=view.code,
            operator=OperatorShape.of(view.operator),
            lat=view.lat,
            lon=view.lon,
            address=AddressShape.of(view.address),
            time_zone=view.time_zone,
            access=view.access,
            open=view.open,
            hours=HoursShape.of(view.hours),
            amenities=list(view.amenities),
            payment=list(view.payment),
            parking=list(view.parking),
            phone=view.phone,
            directions=view.directions,
            charge_points=[ChargePointShape.of(point) for point in view.charge_points],
            plugs=[PlugShape.of(plug) for plug in view.plugs],
            free=view.free,
            points=view.points,
            prices=[_price(price) for price in view.prices],
            price_text=view.price_text,
            sources=[_source(source) for source in view.sources],
            demo=view.demo,
        )


class SearchItem(Shape):
    """A station or a place; ``bbox`` (west, south, east, north) is how much of the map to show."""

    kind: Literal["station", "place"]
    id: str
    name: str
    detail: str
    lat: float
    lon: float
    distance_km: float | None
    bbox: tuple[float, float, float, float] | None

    @classmethod
    def of(cls, hit: views.SearchHit) -> "SearchItem":
        """From the view."""
        box = hit.box
        return cls(
            kind=hit.kind,
            id=hit.id,
            name=hit.name,
            detail=hit.detail,
            lat=hit.lat,
            lon=hit.lon,
            distance_km=_km(hit.distance_m),
            bbox=None if box is None else (box.west, box.south, box.east, box.north),
        )


class SearchList(Shape):
    """What was found, best first."""

    items: list[SearchItem]


class NetworkItem(Shape):
    """A network and how many stations it has here."""

    id: str
    name: str
    stations: int


class NetworkList(Shape):
    """A page of networks, the largest first."""

    items: list[NetworkItem]
    next: str | None
    total: int


class Health(Shape):
    """The process answers."""

    status: Literal["ok"]


class Ready(Shape):
    """Database and index are up; ``stations`` is how many there are."""

    status: Literal["ready"]
    stations: int


def _km(distance_m: float | None) -> float | None:
    return None if distance_m is None else round(distance_m / 1000, 3)


def _price(view: views.PriceView) -> PriceShape:
    return PriceShape(
        tariffs=list(view.tariffs),
        plugs=list(view.plugs),
        currency=view.currency,
        lines=list(view.lines),
        published=view.published,
        no_fee=view.no_fee,
    )


def _source(view: views.SourceView) -> SourceShape:
    return SourceShape(
        source=view.source,
        source_id=view.source_id,
        title=view.title,
        licence=view.licence,
        licence_url=view.licence_url,
        attribution=view.attribution,
        url=view.url,
        observed_at=view.observed_at,
        fetched_at=view.fetched_at,
        matched_by=view.matched_by,
        replayed=view.replayed,
        notes=list(view.notes),
    )

"""List rows and notices as the map screen shows them: small frozen values, ready to print."""

from dataclasses import dataclass

from chargesphere.features.discovery.views import PlugSummary, StationSummary
from chargesphere.screens import words


@dataclass(frozen=True)
class Row:
    """A station in the list."""

    id: str
    title: str
    sub: str
    offer: str
    count: str
    tone: str
    said: str
    distance: str
    lat: float
    lon: float


@dataclass(frozen=True)
class NearestHit:
    """The nearest station that matches, offered when the box is empty."""

    id: str
    lat: float
    lon: float
    distance: str


@dataclass(frozen=True)
class Relaxed:
    """A filter to give up and what that would bring."""

    name: str
    label: str
    total: str


def row_of(station: StationSummary, units: str | None) -> Row:
    """A station as a row; ``sub`` is operator and address, ``offer`` plugs (strongest first) and price.

    Without ``units`` no distance is shown.
    """
    where = ", ".join(part for part in (station.address.street, station.address.city) if part)
    if station.title.startswith(station.address.street or "\0"):
        where = station.address.city
    operator = station.operator.name if station.operator else ""
    strongest = sorted(station.plugs, key=lambda plug: -(plug.kw or 0))
    plugs = list(dict.fromkeys(_plug(plug) for plug in strongest))[:2]
    tone = words.tone(station.free, station.points)
    return Row(
        id=station.id,
        title=station.title,
        sub=" · ".join(part for part in (operator, where) if part),
        offer=" · ".join([*plugs, *([station.price] if station.price else [])]),
        count=f"{station.free}/{station.points}"
        if station.free is not None
        else f"–/{station.points}",
        tone=tone,
        said=words.availability(station.free, station.points),
        distance=words.distance(station.distance_m, units) if units else "",
        lat=station.lat,
        lon=station.lon,
    )


def _plug(plug: PlugSummary) -> str:
    return " ".join(part for part in (words.PLUGS[plug.type], words.power(plug.kw)) if part)

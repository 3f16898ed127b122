"""A station as its screen shows it: a frozen value with every word already chosen."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from chargesphere.core.geo import Point, distance_m
from chargesphere.core.opening_hours import next_change, week_in_words
from chargesphere.core.vocabulary import Status
from chargesphere.features.discovery.views import ChargePointView, PriceView, StationDetail
from chargesphere.screens import words


@dataclass(frozen=True)
class PlugLine:
    """Charge points that look alike: the plug, its power, and how many are free."""

    tone: str
    said: str
    name: str
    power: str
    count: str
    state: str


@dataclass(frozen=True)
class PriceCard:
    """A price list: what it applies to, and what it says, one part a line."""

    plugs: str
    lines: list[str]


@dataclass(frozen=True)
class HoursLine:
    """One or more days and their hours."""

    days: str
    hours: str


@dataclass(frozen=True)
class SourceLine:
    """Who says so, how old it is, and where to tell them that it is wrong."""

    title: str
    url: str
    licence: str
    licence_url: str
    attribution: str
    age: str


@dataclass(frozen=True)
class StationCard:
    """Everything on the station's screen."""

    id: str = ""
    title: str = ""
    code: str = ""
    operator: str = ""
    operator_url: str = ""
    phone: str = ""
    where: str = ""
    distance: str = ""
    tone: str = "unknown"
    line: str = ""
    age: str = ""
    open_line: str = ""
    open_tone: str = "unknown"
    prices: list[PriceCard] = field(default_factory=list)
    plugs: list[PlugLine] = field(default_factory=list)
    hours: list[HoursLine] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    payment: str = ""
    directions: str = ""
    coordinates: str = ""
    time_zone: str = ""
    google: str = ""
    apple: str = ""
    waze: str = ""
    osm: str = ""
    sources: list[SourceLine] = field(default_factory=list)
    report_url: str = ""
    demo: bool = False


def card_of(
    station: StationDetail, here: tuple[float, float] | None, units: str, now: datetime
) -> StationCard:
    """The card of a station, seen from ``here`` (latitude, longitude) if that is known."""
    at = Point(station.lat, station.lon)
    source = station.sources[0] if station.sources else None
    address = station.address
    town = " ".join(part for part in (address.postcode, address.city) if part)
    where = ", ".join(part for part in (address.street, town) if part)
    pin = f"{station.lat:.6f},{station.lon:.6f}"
    open_line, open_tone = _open_words(station, now)
    operator = station.operator
    sources = [
        SourceLine(
            title=s.title,
            url=s.url or "",
            licence=s.licence,
            licence_url=s.licence_url,
            attribution=s.attribution,
            age=_source_age(s.observed_at if s.has_status else s.fetched_at, s.replayed, now),
        )
        for s in station.sources
    ]
    return StationCard(
        id=station.id,
        title=station.title,
        code=station.code,
        operator=operator.name if operator else "",
        operator_url=_web(operator.website) if operator else "",
        phone=station.phone or (operator.phone or "" if operator else ""),
        where=where,
        distance=words.distance(distance_m(Point(*here), at) if here else None, units),
        tone=words.tone(station.free, station.points),
        line=words.availability(station.free, station.points),
        age=_honest_age(station, now),
        open_line=open_line,
        open_tone=open_tone,
        prices=_prices(station.prices, station.price_text),
        plugs=_plugs(station, now),
        hours=_week(station),
        facts=[
            *(words.ACCESS[a] for a in (station.access,)),
            *(words.AMENITIES[a] for a in station.amenities),
            *(words.PARKING[p] for p in station.parking),
        ],
        payment=", ".join(words.PAYMENTS[p] for p in station.payment),
        directions=station.directions,
        coordinates=f"{station.lat:.6f}, {station.lon:.6f}",
        time_zone=station.time_zone,
        google=f"https://www.google.com/maps/dir/?api=1&destination={quote(pin)}",
        apple=f"https://maps.apple.com/?daddr={quote(pin)}&dirflg=d",
        waze=f"https://waze.com/ul?ll={quote(pin)}&navigate=yes",
        osm=f"https://www.openstreetmap.org/directions?to={quote(pin)}",
        sources=sources,
        report_url=source.url or "" if source and not station.demo else "",
        demo=station.demo,
    )


def _week(station: StationDetail) -> list[HoursLine]:
    """The week, day by day; nothing when the one line above has said it all."""
    if station.hours is None or station.hours.always:
        return []
    return [HoursLine(days, hours) for days, hours in week_in_words(station.hours)]


def _web(address: str | None) -> str:
    """Only real web addresses become links; a source may write anything."""
    return address if address and address.startswith(("https://", "http://")) else ""


def _honest_age(station: StationDetail, now: datetime) -> str:
    source = next((s for s in station.sources if s.has_status), None)
    if source is None:
        return "This source does not say what is free"
    if station.demo:
        return "made up for the demo"
    seen = words.age(source.observed_at, now)
    stale = " · too old to trust" if station.free is None and seen else ""
    return f"{seen or 'never seen'} · {source.title.split(',')[0]}{' · replayed' if source.replayed else ''}{stale}"


def _source_age(at: datetime | None, replayed: bool, now: datetime) -> str:
    return words.age(at, now) + (" (replayed from a file)" if replayed else "")


def _open_words(station: StationDetail, now: datetime) -> tuple[str, str]:
    if station.open is None:
        return "Opening hours not known", "unknown"
    if station.hours is not None and station.hours.always:
        return "Open around the clock", "free"
    change = next_change(station.hours, station.time_zone, now)
    when = "" if change is None else _when(change, now)
    if station.open:
        return f"Open now{f', closes {when}' if when else ''}", "free"
    return f"Closed now{f', opens {when}' if when else ''}", "busy"


def _when(change: datetime, now: datetime) -> str:
    days = (change.date() - now.astimezone(change.tzinfo).date()).days
    day = "" if days == 0 else "tomorrow " if days == 1 else f"{change:%A} "
    return f"{day}{change:%H:%M}"


def _prices(prices: tuple[PriceView, ...], text: str) -> list[PriceCard]:
    cards = [PriceCard(" · ".join(price.plugs), list(price.lines)) for price in prices]
    if text:
        cards.append(PriceCard("In the source's words", [text]))
    return cards or [PriceCard("", ["The source publishes no price"])]


def _plugs(station: StationDetail, now: datetime) -> list[PlugLine]:
    """One line a kind of charge point (same plugs, same power), strongest first."""
    alike: dict[tuple[tuple[str, float | None, bool], ...], list[ChargePointView]] = defaultdict(
        list
    )
    for point in station.charge_points:
        alike[tuple((words.PLUGS[c.type], c.kw, c.kw_derived) for c in point.connectors)].append(
            point
        )
    ordered = sorted(
        alike.items(), key=lambda item: -max((kw or 0 for _, kw, _ in item[0]), default=0)
    )
    return [_plug_line(plugs, points, station.time_zone, now) for plugs, points in ordered]


def _latest(points: list[ChargePointView]) -> ChargePointView | None:
    """The charge point whose state began last; one without a time only when none has one."""
    dated = [(p.since, p) for p in points if p.since is not None]
    if dated:
        return max(dated, key=lambda pair: pair[0])[1]
    return points[0] if points else None


def _plug_line(
    plugs: tuple[tuple[str, float | None, bool], ...],
    points: list[ChargePointView],
    time_zone: str,
    now: datetime,
) -> PlugLine:
    strongest = max((kw for _, kw, _ in plugs if kw is not None), default=None)
    about = "about " if any(derived for _, kw, derived in plugs if kw == strongest) else ""
    known = [p for p in points if p.status is not Status.UNKNOWN]
    free = [p for p in known if p.status is Status.AVAILABLE]
    working = [p for p in known if words.STATUS_TONES[p.status] != "broken"]
    if not known:
        tone: words.Tone = "unknown"
    elif not working:
        tone = "broken"
    else:
        tone = words.tone(len(free), len(points))
    newest = _latest(free or working or known)
    state = ""
    if newest is not None:
        state = (
            f"{words.STATUSES[newest.status]} {words.since(newest.since, time_zone, now)}".strip()
        )
    names = list(dict.fromkeys(name for name, _, _ in plugs))
    return PlugLine(
        tone=tone,
        said=words.availability(len(free) if known else None, len(points)),
        name=" and ".join(names) or "Plug not stated",
        power=f"{about}{words.power(strongest)}" if strongest else "power not stated",
        count=f"{len(free)}/{len(points)}" if known else f"–/{len(points)}",
        state=state or "status not known",
    )

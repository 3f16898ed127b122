"""Words, numbers and times as a driver reads them: short, warm, exact."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chargesphere.core.vocabulary import (
    Access,
    Amenity,
    ConnectorType,
    Parking,
    Payment,
    Status,
)
from chargesphere.features.discovery.rules import Filters

Tone = Literal["free", "some", "busy", "broken", "unknown"]
"""The five looks of a state."""

PLUGS: dict[ConnectorType, str] = {
    ConnectorType.CCS2: "CCS",
    ConnectorType.CCS1: "CCS 1",
    ConnectorType.TYPE2: "Type 2",
    ConnectorType.TYPE1: "Type 1",
    ConnectorType.TYPE3: "Type 3",
    ConnectorType.CHADEMO: "CHAdeMO",
    ConnectorType.NACS: "NACS (Tesla)",
    ConnectorType.TESLA_ROADSTER: "Tesla Roadster",
    ConnectorType.MCS: "MCS",
    ConnectorType.GBT_AC: "GB/T AC",
    ConnectorType.GBT_DC: "GB/T DC",
    ConnectorType.SCHUKO: "Schuko",
    ConnectorType.DOMESTIC: "Wall socket",
    ConnectorType.CEE_BLUE: "CEE blue",
    ConnectorType.CEE_RED: "CEE red",
    ConnectorType.NEMA_5_15: "NEMA 5-15",
    ConnectorType.NEMA_5_20: "NEMA 5-20",
    ConnectorType.NEMA_14_50: "NEMA 14-50",
    ConnectorType.WIRELESS: "Wireless",
    ConnectorType.OTHER: "Other plug",
}

STATUSES: dict[Status, str] = {
    Status.AVAILABLE: "free",
    Status.CHARGING: "charging",
    Status.RESERVED: "reserved",
    Status.BLOCKED: "blocked",
    Status.OUT_OF_ORDER: "out of order",
    Status.INOPERATIVE: "not working",
    Status.PLANNED: "planned",
    Status.REMOVED: "removed",
    Status.UNKNOWN: "status not known",
}

STATUS_TONES: dict[Status, Tone] = {
    Status.AVAILABLE: "free",
    Status.CHARGING: "busy",
    Status.RESERVED: "busy",
    Status.BLOCKED: "busy",
    Status.OUT_OF_ORDER: "broken",
    Status.INOPERATIVE: "broken",
    Status.PLANNED: "broken",
    Status.REMOVED: "broken",
    Status.UNKNOWN: "unknown",
}

PAYMENTS: dict[Payment, str] = {
    Payment.APP: "App",
    Payment.RFID: "Charge card",
    Payment.CONTACTLESS: "Contactless",
    Payment.CREDIT_CARD: "Credit card",
    Payment.DEBIT_CARD: "Debit card",
    Payment.CASH: "Cash",
    Payment.PLUG_AND_CHARGE: "Plug & Charge",
    Payment.TERMINAL: "Card terminal",
}

PARKING: dict[Parking, str] = {
    Parking.ON_STREET: "On street",
    Parking.PARKING_LOT: "Car park",
    Parking.PARKING_GARAGE: "Garage",
    Parking.UNDERGROUND_GARAGE: "Underground garage",
    Parking.DRIVEWAY: "Driveway",
    Parking.MOTORWAY: "Motorway",
    Parking.EV_ONLY: "Electric cars only",
    Parking.PLUGGED_ONLY: "Only while charging",
    Parking.CUSTOMERS_ONLY: "Customers only",
    Parking.DISABLED_BAY: "Accessible bay",
}

AMENITIES: dict[Amenity, str] = {
    Amenity.FOOD: "Food",
    Amenity.CAFE: "Café",
    Amenity.TOILETS: "Toilets",
    Amenity.SHOP: "Shop",
    Amenity.SUPERMARKET: "Supermarket",
    Amenity.HOTEL: "Hotel",
    Amenity.WIFI: "Wi-Fi",
    Amenity.COVERED: "Covered",
    Amenity.LIT: "Lit at night",
    Amenity.PLAYGROUND: "Playground",
    Amenity.STEP_FREE: "Step-free",
    Amenity.ATTENDED: "Staffed",
    Amenity.RESERVABLE: "Can be reserved",
}

ACCESS: dict[Access, str] = {
    Access.PUBLIC: "Open to everyone",
    Access.RESTRICTED: "Restricted access",
    Access.PRIVATE: "Private",
    Access.UNKNOWN: "Access not stated",
}

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MILE_M = 1609.344
_FOOT_M = 0.3048


def distance(metres: float | None, units: str) -> str:
    """``450 m``, ``1.2 km``, ``0.8 mi``; empty when not known."""
    if metres is None:
        return ""
    if units == "mi":
        if metres < 0.1 * _MILE_M:
            return f"{round(metres / _FOOT_M, -1):.0f} ft"
        miles = metres / _MILE_M
        return f"{miles:.1f} mi" if miles < 10 else f"{miles:,.0f} mi"
    if metres < 950:
        return f"{max(10, round(metres, -1)):.0f} m"
    kilometres = metres / 1000
    return f"{kilometres:.1f} km" if kilometres < 10 else f"{kilometres:,.0f} km"


def power(kw: float | None) -> str:
    """``150 kW``, ``3.7 kW``; empty when not known."""
    if kw is None:
        return ""
    return f"{kw:.0f} kW" if kw >= 10 or kw == round(kw) else f"{kw:.1f} kW"


def tone(free: int | None, points: int) -> Tone:
    """The look of ``free`` out of ``points`` charge points."""
    if free is None:
        return "unknown"
    if points == 0:
        return "broken"
    if free == 0:
        return "busy"
    return "free" if free == points else "some"


def availability(free: int | None, points: int) -> str:
    """``2 of 4 free``, ``All 4 free``, ``4 plugs, status not known``."""
    if free is None:
        return f"{count(points, 'plug')}, status not known"
    if points == 0:
        return "Not in service"
    if points == 1:
        return "Free" if free else "In use"
    if free == points:
        return f"All {points} free"
    return f"{free} of {points} free" if free else f"All {points} in use"


def count(number: int, noun: str) -> str:
    """``1 plug``, ``1,204 stations``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def age(seen_at: datetime | None, now: datetime) -> str:
    """``seen 40 s ago``, ``seen 3 min ago``, ``last seen 7 June 2026``; empty when never."""
    if seen_at is None:
        return ""
    passed = now - seen_at
    seconds = max(0, int(passed.total_seconds()))
    if seconds < 10:
        return "seen just now"
    if seconds < 90:
        return f"seen {seconds} s ago"
    if seconds < 90 * 60:
        return f"seen {round(seconds / 60)} min ago"
    if seconds < 36 * 3600:
        return f"seen {round(seconds / 3600)} h ago"
    return f"last seen {_day(seen_at, now)}"


def since(began_at: datetime | None, time_zone: str, now: datetime) -> str:
    """``since 14:02``, ``since yesterday``, ``since 3 May``: when a status began, in local time."""
    if began_at is None or began_at > now + timedelta(minutes=5):
        return ""
    zone = zone_of(time_zone)
    local, today = began_at.astimezone(zone), now.astimezone(zone)
    days = (today.date() - local.date()).days
    if days == 0:
        return f"since {local:%H:%M}"
    if days == 1:
        return f"since yesterday {local:%H:%M}"
    return f"since {_day(local, today)}"


def zone_of(name: str) -> ZoneInfo:
    """The time zone, or UTC when the name is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _day(day: datetime, now: datetime) -> str:
    text = f"{day.day} {day:%B}"
    return text if day.year == now.year else f"{text} {day.year}"


def clock(minute: int) -> str:
    """Minutes of a day as ``07:30``; beyond midnight it wraps."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def either(words: Iterable[str]) -> str:
    """``CCS``, ``CCS or Type 2``, ``A, B or C``."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


def filters(asked: Filters, network_names: dict[str, str]) -> str:
    """How the filters combine, in one sentence; empty when nothing is asked."""
    plug = []
    if asked.connectors:
        plug.append(either(sorted(PLUGS[c] for c in asked.connectors)))
    if asked.min_kw is not None and asked.max_kw is not None:
        plug.append(f"{asked.min_kw:g} to {asked.max_kw:g} kW")
    elif asked.min_kw is not None:
        plug.append(f"{asked.min_kw:g} kW or more")
    elif asked.max_kw is not None:
        plug.append(f"up to {asked.max_kw:g} kW")
    if asked.available:
        plug.append("free now")
    if asked.statuses:
        plug.append(either(sorted(STATUSES[s] for s in asked.statuses)))
    parts = []
    if plug:
        together = " and ".join(plug)
        parts.append(f"{together}, all on one plug" if len(plug) > 1 else together)
    if asked.min_points is not None:
        parts.append(f"at least {count(asked.min_points, 'such plug')}")
    if asked.networks:
        parts.append(f"by {either(sorted(network_names.get(n, n) for n in asked.networks))}")
    if asked.exclude_networks:
        names = either(sorted(network_names.get(n, n) for n in asked.exclude_networks))
        parts.append(f"not by {names}")
    if asked.access:
        parts.append(either(sorted(ACCESS[a].lower() for a in asked.access)))
    if asked.open_now:
        parts.append("known to be open now")
    if asked.no_fee:
        parts.append("published as free of charge")
    if asked.sources:
        parts.append(f"from {either(sorted(asked.sources))}")
    return "; and ".join(parts)


FILTER_LABELS: dict[str, str] = {
    "connector": "plug type",
    "min_kw": "minimum power",
    "max_kw": "maximum power",
    "available": "free now",
    "min_points": "number of plugs",
    "network": "network",
    "exclude_network": "excluded networks",
    "access": "access",
    "status": "status",
    "open": "open now",
    "no_fee": "free of charge",
    "source": "source",
}
"""What a filter is called when the screen proposes to drop it."""

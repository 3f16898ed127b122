"""The filters: one vocabulary for the API, the screens and the address bar.

``connectors``, ``min_kw``, ``max_kw``, ``available`` and ``statuses`` must hold together on *one*
connector of *one* charge point; ``min_points`` counts the charge points on which they do. Different
filters combine with AND, the values inside one with OR.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.errors import InvalidError

DEFAULT_ACCESS = frozenset({Access.PUBLIC, Access.UNKNOWN})
"""Who sees what without asking: private and restricted sites only on request."""

HIDDEN_STATUSES = frozenset({Status.PLANNED, Status.REMOVED})
"""Charge points that do not count unless their status is asked for."""

MAX_KW = 10_000.0
"""No plug is stronger than this; larger numbers are typing errors."""

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a driver asks of a station. An empty set or None asks nothing."""

    connectors: frozenset[ConnectorType] = frozenset()
    min_kw: float | None = None
    max_kw: float | None = None
    available: bool = False
    min_points: int | None = None
    networks: frozenset[str] = frozenset()
    exclude_networks: frozenset[str] = frozenset()
    access: frozenset[Access] = frozenset()
    statuses: frozenset[Status] = frozenset()
    open_now: bool = False
    no_fee: bool = False
    sources: frozenset[str] = frozenset()

    @property
    def is_default(self) -> bool:
        """Whether nothing at all was asked for."""
        return self == Filters()

    @property
    def allowed_access(self) -> frozenset[Access]:
        """The access kinds that pass, the default included."""
        return self.access or DEFAULT_ACCESS

    def allows_status(self, status: Status) -> bool:
        """Whether a charge point with this (already aged) status may match."""
        if self.available and status is not Status.AVAILABLE:
            return False
        return status in self.statuses if self.statuses else status not in HIDDEN_STATUSES

    @classmethod
    def parse(cls, values: Mapping[str, str]) -> "Filters":
        """Read filters from query parameters; names that are no filter are left to the caller.

        Raises:
            InvalidError: a value is not acceptable; names the parameter.
        """
        min_kw, max_kw = _kw(values, "min_kw"), _kw(values, "max_kw")
        if min_kw is not None and max_kw is not None and min_kw > max_kw:
            raise InvalidError("min_kw", f"{min_kw:g} is more than max_kw {max_kw:g}")
        return cls(
            connectors=_words(values, "connector", ConnectorType),
            min_kw=min_kw,
            max_kw=max_kw,
            available=_flag(values, "available", "true"),
            min_points=_count(values, "min_points"),
            networks=_ids(values, "network"),
            exclude_networks=_ids(values, "exclude_network"),
            access=_words(values, "access", Access),
            statuses=_words(values, "status", Status),
            open_now=_flag(values, "open", "now"),
            no_fee=_flag(values, "no_fee", "true"),
            sources=_ids(values, "source"),
        )

    def to_params(self) -> dict[str, str]:
        """The query parameters that ``parse`` reads back to the same filters, in a fixed order."""
        params = {
            "connector": _join(self.connectors),
            "min_kw": "" if self.min_kw is None else f"{self.min_kw:g}",
            "max_kw": "" if self.max_kw is None else f"{self.max_kw:g}",
            "available": "true" if self.available else "",
            "min_points": "" if self.min_points is None else str(self.min_points),
            "network": _join(self.networks),
            "exclude_network": _join(self.exclude_networks),
            "access": _join(self.access),
            "status": _join(self.statuses),
            "open": "now" if self.open_now else "",
            "no_fee": "true" if self.no_fee else "",
            "source": _join(self.sources),
        }
        return {name: value for name, value in params.items() if value}


FILTER_NAMES = frozenset(
    {
        "connector",
        "min_kw",
        "max_kw",
        "available",
        "min_points",
        "network",
        "exclude_network",
        "access",
        "status",
        "open",
        "no_fee",
        "source",
    }
)
"""The query parameters that ``Filters.parse`` reads."""


def _join(values: frozenset[str]) -> str:
    return ",".join(sorted(values))


def _split(values: Mapping[str, str], name: str) -> list[str]:
    return [part for part in (p.strip() for p in values.get(name, "").split(",")) if part]


def _words(values: Mapping[str, str], name: str, kind: type[_Word]) -> frozenset[_Word]:
    try:
        return frozenset(kind(part) for part in _split(values, name))
    except ValueError:
        known = ", ".join(kind)
        raise InvalidError(name, f"{values[name]!r} is none of {known}") from None


def _ids(values: Mapping[str, str], name: str) -> frozenset[str]:
    parts = _split(values, name)
    for part in parts:
        if len(part) > 40 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in part):
            raise InvalidError(name, f"{part!r} is not an id")
    if len(parts) > 100:
        raise InvalidError(name, "more than 100 ids")
    return frozenset(parts)


def _flag(values: Mapping[str, str], name: str, yes: str) -> bool:
    value = values.get(name, "")
    if value in {"", "false"}:
        return False
    if value != yes:
        raise InvalidError(name, f"must be {yes}")
    return True


def _kw(values: Mapping[str, str], name: str) -> float | None:
    text = values.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", text):
        raise InvalidError(name, f"{text[:40]!r} is not a number of kW")
    number = float(text)
    if not 0 <= number <= MAX_KW:
        raise InvalidError(name, f"must lie between 0 and {MAX_KW:g} kW")
    return number


def _count(values: Mapping[str, str], name: str) -> int | None:
    text = values.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 1000:
        raise InvalidError(name, "must be a whole number from 1 to 1000")
    return int(text)

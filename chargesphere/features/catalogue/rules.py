"""Decisions about stations as facts: which copy counts, and which records are one site."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import tzfpy

from chargesphere.core.ids import slug, stable_id
from chargesphere.providers.catalogues.port import Address, ChargePointRecord, SiteRecord

SAME_SITE_M = 30.0
"""Charge points of one operator this near are one station, unless their addresses differ."""

MAX_SITE_M = 100.0
"""No chain of neighbours makes a station longer than this, corner to corner."""

_NEVER = datetime.min.replace(tzinfo=UTC)


def newer_copy(
    site: SiteRecord, point: ChargePointRecord
) -> tuple[datetime, datetime, tuple[int, int, str]]:
    """How new this copy of a charge point is: of several copies, the largest counts.

    The charge point's own time decides, then its location's, then the larger location id.
    """
    return point.since or _NEVER, site.updated_at or _NEVER, id_order(site.source_id)


def id_order(source_id: str) -> tuple[int, int, str]:
    """Ids in order: text by text, then numbers by number."""
    return (1, int(source_id), "") if _is_number(source_id) else (0, 0, source_id)


def _is_number(source_id: str) -> bool:
    return source_id.isascii() and source_id.isdigit()


_FIRST_NUMBER = re.compile(r"(?<![a-z0-9])(?!\d+(?:e|de|ste|st|nd|rd|th)\b)\d{1,5}(?!\d)")
"""A house number: not part of a word (``N33``), not an ordinal (``2e Kade``), not a postcode."""


@dataclass(frozen=True, slots=True)
class AddressKey:
    """What of an address can be compared; empty parts are unknown."""

    street: str
    number: str
    postcode: str


@lru_cache(maxsize=200_000)
def address_key(address: Address) -> AddressKey:
    """The address without case, accents, spaces and punctuation.

    The number keeps its addition: ``6-430`` and ``6-431`` are two plots of one park. It may stand
    before the street (``12 Main Street``) or behind it.
    """
    plain = unicodedata.normalize("NFKD", address.street).encode("ascii", "ignore").decode().lower()
    found = _FIRST_NUMBER.search(plain)
    street, number = plain, ""
    if found:
        before, after = plain[: found.start()], plain[found.end() :]
        leads = not any(c.isalpha() for c in before)
        street, number = (after, found[0]) if leads else (before, plain[found.start() :])
    return AddressKey(
        street="".join(c for c in street if c.isalnum()),
        number="-".join(re.findall(r"\d+|[a-z]+", number)),
        postcode="".join(c for c in address.postcode.upper() if c.isalnum()),
    )


def addresses_differ(a: AddressKey, b: AddressKey) -> bool:
    """Whether two addresses say that these are different sites; what is unknown says nothing.

    Different house numbers do. With the same or no number, a shared street or a shared postcode
    is the same address (feeds misspell either); two known streets or postcodes that differ are not.
    """
    if a.number and b.number and a.number != b.number:
        return True
    same_street, same_postcode = _same(a.street, b.street), _same(a.postcode, b.postcode)
    if same_street or same_postcode:
        return False
    return same_street is False or same_postcode is False


def _same(a: str, b: str) -> bool | None:
    return a == b if a and b else None


@lru_cache(maxsize=50_000)
def operator_id(name: str) -> str:
    """The id of an operator, by its name; spellings that differ in case and accents share it."""
    return slug(name) or stable_id("operator", name)


def time_zone(lat: float, lon: float) -> str:
    """The IANA zone at a point; on open sea the nautical one."""
    return str(tzfpy.get_tz(lon, lat)) or "UTC"

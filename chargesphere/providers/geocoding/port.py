"""What a geocoder gives, whoever it is: places for what somebody typed."""

from dataclasses import dataclass
from typing import Protocol

from chargesphere.core.geo import Box, Point
from chargesphere.providers.catalogues.port import Licence


@dataclass(frozen=True, slots=True)
class Place:
    """A place with a name.

    Attributes:
        id: stays the same, unique within the geocoder.
        name: as it is called where it is.
        detail: where that is, in words (``Texas, United States``).
        lat: degrees north.
        lon: degrees east.
        population: people who live there; 0 when unknown.
        box: how much of the map shows it; None when unknown.
    """

    id: str
    name: str
    detail: str
    lat: float
    lon: float
    population: int
    box: Box | None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a geocoder can do and what it asks of us.

    Attributes:
        autocomplete: it may be asked on every key stroke; otherwise only when the driver is done.
        may_cache: its answers may be kept.
        needs_key: it works with a key of the operator's own only.
        needs_internet: it asks somebody else's server.
        has_addresses: it knows streets and house numbers, not only towns.
    """

    autocomplete: bool
    may_cache: bool
    needs_key: bool
    needs_internet: bool
    has_addresses: bool


class Geocoder(Protocol):
    """Finds places by name."""

    name: str
    licence: Licence
    """Its attribution is shown wherever its answers are."""

    capabilities: Capabilities

    async def prepare(self) -> None:
        """Get ready, so that the first question need not wait; without it, it waits."""
        ...

    async def suggest(self, text: str, near: Point | None, limit: int) -> list[Place]:
        """The places meant by a text, or by its beginning, best first; empty when there are none.

        Args:
            text: as typed, in any spelling.
            near: where the asker is or looks; nearer places rank higher.
            limit: at most so many.

        Raises:
            ProviderUnavailableError: no usable answer.
            ProviderAnswerError: an answer that cannot be used.
        """
        ...

"""A made-up town in the catalogue's own tables, for tests that need stations but no import.

``TOWN`` is the answer sheet: what was written, to check answers against.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from chargesphere.core.ids import stable_id
from chargesphere.core.vocabulary import Status
from chargesphere.database import Database
from chargesphere.features.catalogue.models import (
    Change,
    ChargePoint,
    Connector,
    Feed,
    Operator,
    SourceRecord,
    Station,
    StationAlias,
    Tariff,
)

CENTRE = (52.0907, 5.1214)
NETWORKS = ("Sparkle", "Volt & Co", "Kabelbaas", "Elbe Laden", "Zonnepaal")
STREETS = ("Oudegracht", "Biltstraat", "Maliebaan", "Croeselaan", "Van Asch van Wijckskade")
FEED = "feed"
"""A source with statuses that are true for 15 minutes."""

QUIET = "quiet"
"""A source that publishes no status."""


@dataclass(frozen=True)
class Plug:
    """A plug as written."""

    type: str
    kw: float | None
    tariffs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Point:
    """A charge point as written."""

    id: str
    evse_id: str | None
    status: Status
    plugs: tuple[Plug, ...]


@dataclass(frozen=True)
class Site:
    """A station as written."""

    id: str
    source: str
    name: str
    operator: str | None
    lat: float
    lon: float
    street: str
    city: str
    postcode: str
    access: str
    hours: dict[str, Any] | None
    points: tuple[Point, ...]


TARIFFS: dict[str, dict[str, Any]] = {
    "energy": {"elements": [{"price_components": [{"type": "ENERGY", "price": 0.43, "vat": 21}]}]},
    "session": {
        "elements": [
            {
                "price_components": [
                    {"type": "ENERGY", "price": 0.5, "vat": None},
                    {"type": "FLAT", "price": 0.35, "vat": None},
                ]
            }
        ]
    },
    "nothing": {"elements": [{"price_components": [{"type": "ENERGY", "price": 0}]}]},
    "unpublished": {"elements": [{"price_components": [{"type": "FLAT", "price": 0}]}]},
}

_WEEKDAYS = {"always": False, "periods": [[d, 420, 1320] for d in range(5)], "text": ""}
_HOURS = (None, {"always": True, "periods": [], "text": ""}, _WEEKDAYS)
_KINDS = (("type2", 11.0), ("type2", 22.0), ("ccs2", 150.0), ("chademo", 50.0), ("type2", None))


def make_sites(count: int, seed: int = 7) -> list[Site]:
    """Stations round the centre, of every sort there is."""
    chance = random.Random(seed)
    sites = [_site(number, chance) for number in range(count)]
    # Two on one spot, one on the other side of the date line, one with a name that is a code.
    sites[1] = replace(sites[1], lat=sites[0].lat, lon=sites[0].lon)
    sites[2] = replace(sites[2], lat=-16.8, lon=179.99)
    sites[3] = replace(sites[3], name="TNLP015184", street="Kaaikhof 70", city="Assendelft")
    return sites


def _site(number: int, chance: random.Random) -> Site:
    source = QUIET if number % 10 == 9 else FEED
    street = f"{chance.choice(STREETS)} {number}"
    return Site(
        id=stable_id(source, f"L{number}"),
        source=source,
        name=chance.choice((street, f"Garage {number}", f"EVB-P{1_000_000 + number}")),
        operator=chance.choice((*NETWORKS, None)),
        lat=round(CENTRE[0] + chance.gauss(0, 0.08), 6),
        lon=round(CENTRE[1] + chance.gauss(0, 0.12), 6),
        street=street,
        city="Utrecht",
        postcode=f"35{number % 100:02d} AB",
        access=chance.choice(("public", "public", "public", "unknown", "restricted", "private")),
        hours=chance.choice(_HOURS),
        points=tuple(_point(source, number, p, chance) for p in range(chance.randint(1, 5))),
    )


def _point(source: str, number: int, position: int, chance: random.Random) -> Point:
    evse_id = f"NL*TST*E{number:05d}*{position + 1}"
    status = chance.choice(tuple(Status)) if source == FEED else Status.UNKNOWN
    kinds = chance.sample(_KINDS, chance.randint(1, 2))
    plugs = tuple(Plug(k, kw, chance.choice(((), *((t,) for t in TARIFFS)))) for k, kw in kinds)
    return Point(stable_id(source, "cp", evse_id), evse_id, status, plugs)


async def write_town(
    database: Database, sites: Sequence[Site], now: datetime, *, age: timedelta | None = None
) -> None:
    """Fill an empty catalogue; the statuses were seen ``age`` (default: a minute) before now."""
    observed_at = now - (timedelta(minutes=1) if age is None else age)
    old = datetime(2026, 1, 1, tzinfo=UTC)
    async with database.transaction() as connection:

        async def write(model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
            if rows := list(rows):
                await connection.execute(insert(model), rows)

        await write(Feed, _feeds(observed_at, now))
        await write(
            Operator,
            ({"id": _network_id(n), "name": n, "website": None, "phone": None} for n in NETWORKS),
        )
        await write(Station, (_station(site, old) for site in sites))
        await write(
            SourceRecord,
            (
                {
                    "source": site.source,
                    "source_id": f"L-{site.id}",
                    "station_id": site.id,
                    "url": None,
                    "matched_by": "alone",
                    "updated_at": old,
                    "fetched_at": now,
                    "notes": [],
                }
                for site in sites
            ),
        )
        merged = {"id": "mergedstation1", "station_id": sites[0].id, "reason": "merged"}
        await write(StationAlias, [merged])
        await write(ChargePoint, _charge_points(sites, old))
        await write(Connector, _connectors(sites))
        await write(Tariff, _tariffs(old))
        await write(Change, [{"kind": "feed", "station_id": None, "at": now}])


def _feeds(observed_at: datetime, now: datetime) -> list[dict[str, Any]]:
    common = {
        "homepage": "https://example.org",
        "licence": "CC0",
        "licence_url": "https://example.org/licence",
        "attribution": "Example",
        "demo": False,
        "fetched_at": now,
        "replayed": False,
        "etag": None,
        "last_modified": None,
    }
    return [
        common
        | {
            "source": FEED,
            "title": "A feed",
            "has_status": True,
            "status_valid_for_s": 900,
            "observed_at": observed_at,
        },
        common
        | {
            "source": QUIET,
            "title": "A list",
            "has_status": False,
            "status_valid_for_s": None,
            "observed_at": None,
        },
    ]


def _network_id(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


def _station(site: Site, old: datetime) -> dict[str, Any]:
    return {
        "id": site.id,
        "source": site.source,
        "name": site.name,
        "operator_id": None if site.operator is None else _network_id(site.operator),
        "lat": site.lat,
        "lon": site.lon,
        "street": site.street,
        "city": site.city,
        "postcode": site.postcode,
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "access": site.access,
        "hours": site.hours,
        "amenities": ["cafe"],
        "payment": ["rfid"],
        "parking": ["on_street"],
        "phone": None,
        "price_text": "",
        "directions": "",
        "created_at": old,
        "updated_at": old,
        "fingerprint": site.id,
    }


def _charge_points(sites: Sequence[Site], old: datetime) -> Iterable[dict[str, Any]]:
    for site in sites:
        for position, point in enumerate(site.points):
            yield {
                "id": point.id,
                "station_id": site.id,
                "source": site.source,
                "source_id": point.evse_id or point.id,
                "position": position,
                "evse_id": point.evse_id,
                "label": str(position + 1),
                "status": str(point.status),
                "since": old,
                "directions": "",
                "fingerprint": point.id,
            }


def _connectors(sites: Sequence[Site]) -> Iterable[dict[str, Any]]:
    for site in sites:
        for point in site.points:
            for position, plug in enumerate(point.plugs):
                yield {
                    "charge_point_id": point.id,
                    "position": position,
                    "type": plug.type,
                    "format": "socket",
                    "current": "unknown",
                    "kw": plug.kw,
                    "kw_derived": False,
                    "tariff_ids": list(plug.tariffs),
                }


def _tariffs(old: datetime) -> Iterable[dict[str, Any]]:
    for name, content in TARIFFS.items():
        yield {
            "source": FEED,
            "source_id": name,
            "currency": "EUR",
            "content": {"id": name, "currency": "EUR", **content},
            "updated_at": old,
            "fingerprint": name,
        }

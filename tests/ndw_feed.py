"""Small NDW feeds that tests write themselves: made-up places, OCPI shaped as the real one is."""

import gzip
import itertools
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chargesphere.providers.catalogues.ndw import NdwCatalogue

Json = dict[str, Any]

SEEN = "2026-06-07T19:00:00Z"
OPERATORS = ("Windkracht Laden", "Kabelbaas", "Dijkstroom", "Polderlader")
_LAT_0, _LON_0 = 51.9, 4.5


def connector(**said: Any) -> Json:
    """An 11 kW socket, but for what is said."""
    return {
        "id": "1",
        "format": "SOCKET",
        "standard": "IEC_62196_T2",
        "power_type": "AC_3_PHASE",
        "tariff_ids": ["T1"],
        "max_voltage": 230,
        "max_amperage": 16,
        "max_electric_power": 11040,
        "last_updated": SEEN,
        "terms_and_conditions": None,
    } | said


def evse(evse_id: str | None = "NL*WKL*E1*1", **said: Any) -> Json:
    """A free charge point with one connector, but for what is said."""
    return {
        "uid": f"uid-{evse_id}",
        "evse_id": evse_id,
        "status": "AVAILABLE",
        "connectors": [connector()],
        "capabilities": ["RFID_READER"],
        "parking_restrictions": [],
        "physical_reference": None,
        "directions": None,
        "coordinates": None,
        "floor_level": None,
        "images": None,
        "status_schedule": None,
        "last_updated": SEEN,
    } | said


def location(source_id: str = "L1", **said: Any) -> Json:
    """A site with one charge point, but for what is said."""
    return {
        "country_code": "NL",
        "id": source_id,
        "publish": True,
        "name": f"Site {source_id}",
        "address": "Dorpsstraat 1",
        "city": "Nergenshuizen",
        "postal_code": "1234 AB",
        "country": "NLD",
        "coordinates": {"latitude": str(_LAT_0), "longitude": str(_LON_0)},
        "parking_type": "ON_STREET",
        "operator": {"name": OPERATORS[0], "website": "https://windkracht.example"},
        "owner": {"name": "Gemeente Nergenshuizen"},
        "opening_times": {"twentyfourseven": True},
        "last_updated": SEEN,
        "evses": [evse(f"NL*WKL*E{source_id}*1")],
    } | said


def tariff(source_id: str = "T1", **said: Any) -> Json:
    """45 cents a kWh, but for what is said."""
    return {
        "id": source_id,
        "country_code": "NL",
        "party_id": "WKL",
        "currency": "EUR",
        "type": None,
        "tariff_alt_text": None,
        "elements": [
            {
                "price_components": [{"type": "ENERGY", "price": 0.45, "vat": 21, "step_size": 1}],
                "restrictions": None,
            }
        ],
        "last_updated": SEEN,
    } | said


def at(row: int, *, metres_east: float = 0.0) -> Json:
    """Coordinates of the n-th place of a grid, some 200 m apart."""
    lat = _LAT_0 + (row // 200) * 0.002
    lon = _LON_0 + (row % 200) * 0.003 + metres_east / 68_600
    return {"latitude": f"{lat:.6f}", "longitude": f"{lon:.6f}"}


def town(locations: int, *, seed: int = 1, at_most: int = 4) -> list[Json]:
    """So many different sites with 1 to ``at_most`` charge points each, no two of them near."""
    dice = random.Random(seed)
    return [
        location(
            f"L{row}",
            coordinates=at(row),
            address=f"Laan {row}",
            operator={"name": dice.choice(OPERATORS), "website": None},
            evses=[
                evse(
                    f"NL*WKL*E{row}*{number}",
                    status=dice.choice(("AVAILABLE", "CHARGING", "OUTOFORDER")),
                    last_updated=f"2026-06-07T{dice.randrange(19):02}:00:00Z",
                )
                for number in range(1, dice.randint(2, at_most + 1))
            ],
        )
        for row in range(locations)
    ]


def points_in(locations: Sequence[Json]) -> int:
    """How many charge points the sites have in all."""
    return sum(len(one["evses"]) for one in locations)


_numbers = itertools.count()


def write(folder: Path, records: Sequence[Any], *, packed: bool = True) -> Path:
    """A file with these records, of a name that says nothing."""
    path = folder / f"file{next(_numbers)}"
    data = json.dumps(records).encode()
    path.write_bytes(gzip.compress(data, 1) if packed else data)
    return path


def catalogue(base_url: str = "http://127.0.0.1:9", *, max_bytes: int = 50_000_000) -> NdwCatalogue:
    """The source; without a server its live feed is out of reach."""
    return NdwCatalogue(
        locations_url=f"{base_url}/locations.json.gz",
        tariffs_url=f"{base_url}/tariffs.json.gz",
        timeout_s=5.0,
        max_bytes=max_bytes,
    )

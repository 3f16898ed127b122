"""A small town of chargers in the Dutch feed's own shape, with statuses one can check by eye."""

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

UTRECHT = (52.0907, 5.1214)
LONG_NAME = "Gemeentelijke Laadpaalverordeningskantoor Hoogstraat-Nieuwegrachtzijde Parkeergarage"


def _evse(
    number: int, index: int, status: str, at: str, plug: tuple[str, str, int, int, int | None]
) -> dict[str, Any]:
    standard, power_type, volts, amps, watts = plug
    return {
        "uid": f"{number}-{index}",
        "evse_id": f"NL*TST*E{number:05}*{index}",
        "status": status,
        "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE", "CREDIT_CARD_PAYABLE"],
        "physical_reference": str(index),
        "parking_restrictions": ["EV_ONLY"],
        "last_updated": at,
        "connectors": [
            {
                "id": "1",
                "standard": standard,
                "format": "CABLE" if power_type == "DC" else "SOCKET",
                "power_type": power_type,
                "max_voltage": volts,
                "max_amperage": amps,
                "max_electric_power": watts,
                "tariff_ids": ["T-DC" if power_type == "DC" else "T-AC"],
                "last_updated": at,
            }
        ],
    }


FAST = ("IEC_62196_T2_COMBO", "DC", 500, 600, 300_000)
MIDDLE = ("IEC_62196_T2_COMBO", "DC", 400, 125, 50_000)
SLOW = ("IEC_62196_T2", "AC_3_PHASE", 230, 16, 11_000)


def _location(
    number: int,
    name: str,
    street: str,
    lat: float,
    lon: float,
    evses: list[dict[str, Any]],
    **more: Any,
) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "id": str(number),
        "publish": True,
        "name": name,
        "address": street,
        "city": "Utrecht",
        "postal_code": "3511AB",
        "country": "NLD",
        "coordinates": {"latitude": f"{lat:.6f}", "longitude": f"{lon:.6f}"},
        "operator": {"name": "Stadslaad", "website": "https://example.org/stadslaad"},
        "opening_times": {"twentyfourseven": True},
        "parking_type": "ON_STREET",
        "last_updated": evses[0]["last_updated"],
        "evses": evses,
    } | more


def locations(at: datetime) -> list[dict[str, Any]]:
    """Four stations with known states near the Dom, one far away, and some three hundred around."""
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    lat, lon = UTRECHT
    known = [
        _location(
            1,
            "Domplein Snelladers",
            "Domplein 9",
            lat,
            lon,
            [_evse(1, i, "AVAILABLE" if i < 2 else "CHARGING", stamp, FAST) for i in range(4)],
        ),
        _location(
            2,
            "TSTP000123",
            "Oudegracht 112",
            lat + 0.0012,
            lon + 0.0015,
            [_evse(2, i, "AVAILABLE", stamp, SLOW) for i in range(2)],
        ),
        _location(
            3,
            LONG_NAME,
            "Nieuwegracht 1",
            lat - 0.0015,
            lon + 0.002,
            [_evse(3, i, "CHARGING", stamp, MIDDLE) for i in range(3)],
        ),
        _location(
            4,
            "Lange Viestraat",
            "Lange Viestraat 351",
            lat + 0.002,
            lon - 0.003,
            [_evse(4, 0, "OUTOFORDER", stamp, SLOW)],
            opening_times={"twentyfourseven": False},
        ),
        _location(
            5,
            "Vlieland Haven",
            "Havenweg 2",
            53.2960,
            5.0730,
            [_evse(5, 0, "AVAILABLE", stamp, SLOW)],
            city="Vlieland",
            operator={"name": "Eilandstroom"},
        ),
    ]
    dice = random.Random(7)
    around = [
        _location(
            100 + n,
            f"TSTP{100_000 + n}",
            f"Proefstraat {n}",
            lat + dice.gauss(0, 0.03),
            lon + dice.gauss(0, 0.05),
            [
                _evse(
                    100 + n,
                    i,
                    dice.choice(["AVAILABLE", "AVAILABLE", "CHARGING", "UNKNOWN"]),
                    stamp,
                    SLOW if n % 5 else MIDDLE,
                )
                for i in range(1 + n % 3)
            ],
        )
        for n in range(300)
    ]
    same_spot = [
        _location(
            500 + n,
            f"Garage plek {n}",
            f"Garageweg {n}",
            lat + 0.01,
            lon + 0.012,
            [_evse(500 + n, 0, "AVAILABLE", stamp, SLOW)],
            operator={"name": f"Beheerder {n}"},
        )
        for n in range(12)
    ]
    return known + around + same_spot


TARIFFS = [
    {
        "id": "T-DC",
        "country_code": "NL",
        "party_id": "TST",
        "currency": "EUR",
        "elements": [
            {"price_components": [{"type": "ENERGY", "price": 0.58, "vat": 21, "step_size": 1}]}
        ],
        "last_updated": "2026-01-01T00:00:00Z",
    },
    {
        "id": "T-AC",
        "country_code": "NL",
        "party_id": "TST",
        "currency": "EUR",
        "elements": [
            {
                "price_components": [
                    {"type": "ENERGY", "price": 0.30, "vat": 21, "step_size": 1},
                    {"type": "FLAT", "price": 0.35, "vat": 21, "step_size": 1},
                ]
            }
        ],
        "last_updated": "2026-01-01T00:00:00Z",
    },
]


def write(folder: Path, at: datetime) -> list[Path]:
    """Write the feed's two files, gzipped; the paths."""
    files = []
    for name, value in (("locations", locations(at)), ("tariffs", TARIFFS)):
        path = folder / f"{name}.json.gz"
        path.write_bytes(gzip.compress(json.dumps(value).encode()))
        files.append(path)
    return files

"""Made-up stations in a database of the app's own, for benchmarks of the whole app.

It is written once, and anew when the stations or the tables change.
"""

import asyncio
import hashlib
import math
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench import synthetic
from sqlalchemy import insert
from sqlmodel import SQLModel

from chargesphere.cli.migrating import migrate_database
from chargesphere.database import Database
from chargesphere.features.catalogue import models
from chargesphere.features.catalogue.models import (
    Change,
    ChargePoint,
    Connector,
    Feed,
    Operator,
    Station,
)
from chargesphere.features.discovery.columns import ACCESSES, CONNECTORS, STATUSES, Facts
from chargesphere.features.discovery.hours import Hours

_OLD = datetime(2026, 1, 1, tzinfo=UTC)
_ROWS_AT_ONCE = 20_000

_Row = Mapping[str, Any]


def fill(folder: Path, facts: Facts) -> str:
    """A database in this folder with exactly these stations; its address."""
    url = f"sqlite:///{folder / 'chargesphere.db'}"
    stamp, wanted = folder / "filled.sha256", _fingerprint(facts)
    if stamp.is_file() and stamp.read_text() == wanted:
        return url
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    migrate_database(url)
    asyncio.run(_write(url, facts))
    stamp.write_text(wanted)
    return url


def _fingerprint(facts: Facts) -> str:
    digest = hashlib.sha256()
    for source in (__file__, synthetic.__file__, models.__file__):
        digest.update(Path(source).read_bytes())
    digest.update(facts.lat.tobytes() + facts.lon.tobytes() + facts.point_plugs.tobytes())
    return digest.hexdigest()


async def _write(url: str, facts: Facts) -> None:
    database = Database(url)
    tables: tuple[tuple[type[SQLModel], Iterator[_Row]], ...] = (
        (Feed, _feeds(facts)),
        (Operator, _operators(facts)),
        (Station, _stations(facts)),
        (ChargePoint, _charge_points(facts)),
        (Connector, _connectors(facts)),
        (Change, iter([{"kind": "feed", "station_id": None, "at": _OLD}])),
    )
    try:
        for model, rows in tables:
            while batch := list(islice(rows, _ROWS_AT_ONCE)):
                async with database.transaction() as connection:
                    await connection.execute(insert(model), batch)
    finally:
        await database.close()


def _feeds(facts: Facts) -> Iterator[_Row]:
    for source in facts.words.sources:
        yield {
            "source": source,
            "title": "Made up",
            "homepage": "https://example.org",
            "licence": "CC0",
            "licence_url": "https://example.org/licence",
            "attribution": "Example",
            "has_status": True,
            "fetched_at": _OLD,
        }


def _operators(facts: Facts) -> Iterator[_Row]:
    for operator, name in facts.words.operators:
        yield {"id": operator, "name": name}


def _stations(facts: Facts) -> Iterator[_Row]:
    for row, key in enumerate(facts.ids):
        hours = facts.words.hours[facts.hours[row]]
        yield {
            "id": key.decode(),
            "source": facts.words.sources[0],
            "name": f"Station {row}",
            "operator_id": facts.words.operators[facts.operator[row]][0],
            "lat": float(facts.lat[row]),
            "lon": float(facts.lon[row]),
            "street": "",
            "city": "",
            "postcode": "",
            "country": "XX",
            "time_zone": hours.time_zone if hours and hours.time_zone else "UTC",
            "access": ACCESSES[facts.access[row]].value,
            "hours": _hours(hours),
            "amenities": [],
            "payment": [],
            "parking": [],
            "created_at": _OLD,
            "updated_at": _OLD,
            "fingerprint": "made-up",
        }


def _hours(hours: Hours | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    periods = [list(period) for period in hours.periods]
    return {"always": hours.always, "periods": periods, "text": ""}


def _charge_points(facts: Facts) -> Iterator[_Row]:
    for point, key in enumerate(facts.point_ids):
        yield {
            "id": key.decode(),
            "station_id": facts.ids[facts.point_station[point]].decode(),
            "source": facts.words.sources[facts.point_source[point]],
            "source_id": key.decode(),
            "position": 0,
            "label": "",
            "status": STATUSES[facts.point_status[point]].value,
            "fingerprint": "made-up",
        }


def _connectors(facts: Facts) -> Iterator[_Row]:
    for point, key in enumerate(facts.point_ids):
        first = facts.plug_start[facts.point_plugs[point]]
        end = facts.plug_start[facts.point_plugs[point] + 1]
        for position, plug in enumerate(range(first, end)):
            kw = float(facts.plug_kw[plug])
            yield {
                "charge_point_id": key.decode(),
                "position": position,
                "type": CONNECTORS[facts.plug_type[plug]].value,
                "format": "socket",
                "current": "unknown",
                "kw": None if math.isnan(kw) else kw,
                "tariff_ids": [],
            }

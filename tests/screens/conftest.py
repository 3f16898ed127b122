"""Screen states over a small made-up town, without a browser."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from town import Site, make_sites, write_town

from chargesphere import wiring
from chargesphere.features.discovery.service import DiscoveryService
from chargesphere.providers.geocoding.offline import OfflineGeocoder
from chargesphere.settings import Settings


@pytest.fixture(scope="session")
def gazetteer() -> OfflineGeocoder:
    """One for all: it takes a moment to load."""
    return OfflineGeocoder()


@pytest.fixture
def sites() -> list[Site]:
    """What stands in the town."""
    return make_sites(120)


@pytest.fixture
async def services(
    tmp_path: Path, sqlite_url: str, sites: list[Site], gazetteer: OfflineGeocoder
) -> AsyncIterator[wiring.Services]:
    """The real parts over the town, serving every state of the test."""
    built = wiring.build(
        Settings(_env_file=None, data_dir=tmp_path, database_url=sqlite_url)  # type: ignore[call-arg]  # Pydantic's own.
    )
    await write_town(built.database, sites, datetime.now(UTC))
    await built.live.start()
    built = replace(
        built,
        geocoder=gazetteer,
        discovery=DiscoveryService(built.database, built.live, gazetteer),
    )
    with wiring.using(built):
        yield built
    await built.close()

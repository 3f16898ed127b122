"""Screen states over a small made-up town, without a browser."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from migrated import migrate
from town import Site, make_sites, write_town

from chargesphere import wiring
from chargesphere.features.discovery.service import DiscoveryService
from chargesphere.providers.geocoding.offline import OfflineGeocoder
from chargesphere.settings import Settings


def settings_of(folder: Path) -> Settings:
    """The embedded default, in a folder of the test's own."""
    return Settings(_env_file=None, data_dir=folder)  # type: ignore[call-arg]  # Pydantic's own.


@pytest.fixture(scope="session")
def gazetteer() -> OfflineGeocoder:
    """One for all: it takes a moment to load."""
    return OfflineGeocoder()


@pytest.fixture(scope="session")
def sites() -> list[Site]:
    """What stands in the town."""
    return make_sites(120)


@pytest.fixture(scope="session")
def town_folder(tmp_path_factory: pytest.TempPathFactory, sites: list[Site]) -> Path:
    """The town's database and index, to be copied: building them takes seconds."""
    folder = tmp_path_factory.mktemp("town")
    migrate(settings_of(folder).database)

    async def fill() -> None:
        built = wiring.build(settings_of(folder))
        await write_town(built.database, sites, datetime.now(UTC))
        await built.live.start()
        await built.close()

    asyncio.run(fill())
    return folder


@pytest.fixture
async def services(
    tmp_path: Path, town_folder: Path, gazetteer: OfflineGeocoder
) -> AsyncIterator[wiring.Services]:
    """The real parts over the town, serving every state of the test."""
    shutil.copytree(town_folder, tmp_path / "data")
    built = wiring.build(settings_of(tmp_path / "data"))
    await built.live.start()
    built = replace(
        built,
        geocoder=gazetteer,
        discovery=DiscoveryService(built.database, built.live, gazetteer),
    )
    with wiring.using(built):
        yield built
    await built.close()

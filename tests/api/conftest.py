"""The whole API over a small made-up town, asked without a network."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from starlette.types import ASGIApp
from town import Site, make_sites, write_town

from chargesphere import wiring
from chargesphere.api.app import create_api, map_endpoint
from chargesphere.features.discovery.service import DiscoveryService
from chargesphere.providers.geocoding.offline import OfflineGeocoder
from chargesphere.settings import ROOT, Settings
from chargesphere.wiring import Services

ORIGIN = "https://charge.example.org"


@pytest.fixture(scope="package")
def sites() -> list[Site]:
    """What stands in the town."""
    return make_sites(300)


@pytest.fixture(scope="package")
def geocoder() -> OfflineGeocoder:
    """One for all: its index takes seconds to make."""
    return OfflineGeocoder()


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory, sites: list[Site]) -> Path:
    """A folder with the town's database and index, to be copied."""
    folder = tmp_path_factory.mktemp("town")
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = _settings(folder).database
    command.upgrade(config, "head")

    async def fill() -> None:
        built = wiring.build(_settings(folder))
        await write_town(built.database, sites, datetime.now(UTC) - timedelta(seconds=30))
        await built.live.start()
        await built.close()

    asyncio.run(fill())
    return folder


def _settings(folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=folder,
        rate_limit_api="off",
        public_url="https://here.example.org",
        cors_origins=(ORIGIN,),
        secret_key="a test's secret",
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """No limit, one other page that may call us."""
    return _settings(tmp_path / "data")


@pytest.fixture
async def services(
    settings: Settings, town: Path, geocoder: OfflineGeocoder
) -> AsyncIterator[Services]:
    """The real parts over a copy of the town."""
    shutil.copytree(town, settings.data_dir)
    built = wiring.build(settings)
    discovery = DiscoveryService(built.database, built.live, geocoder, settings.secret_key)
    await built.live.start()
    yield replace(built, geocoder=geocoder, discovery=discovery)
    await built.close()


@pytest.fixture
def api(services: Services) -> FastAPI:
    """The application alone."""
    return create_api(services)


def _client(app: ASGIApp) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 5))
    return httpx.AsyncClient(transport=transport, base_url="https://here.example.org")


@pytest.fixture
async def client(api: FastAPI, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API as it is served: the map in front."""
    async with _client(map_endpoint(api, services)) as opened:
        yield opened


@pytest.fixture
def client_of() -> Callable[[ASGIApp], httpx.AsyncClient]:
    """Clients of other applications."""
    return _client

"""The ``demo`` command: fills what is empty, refuses what is real, says what it did."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from chargesphere import wiring
from chargesphere.cli import demo as command
from chargesphere.features.catalogue.service import CatalogueService
from chargesphere.providers.catalogues.demo import DemoCatalogue
from chargesphere.providers.catalogues.port import Capabilities
from chargesphere.settings import Settings

NOON = datetime(2026, 6, 8, 12, 0, tzinfo=UTC)


class RealCatalogue(DemoCatalogue):
    """Stations that somebody imported: they must not be lost by accident."""

    name = "real"
    title = "A real feed"
    capabilities = Capabilities(
        has_status=True, status_valid_for=None, has_tariffs=True, live_feed=False
    )


@pytest.fixture
async def services(sqlite_url: str, tmp_path: Path) -> AsyncIterator[wiring.Services]:
    built = wiring.build(Settings(data_dir=tmp_path, database_url=sqlite_url, redis_url=""))
    sources = {"demo": DemoCatalogue(stations=60), "real": RealCatalogue(seed=7, stations=40)}
    catalogue = CatalogueService(built.database, built.hub, sources)
    yield replace(built, sources=sources, catalogue=catalogue)
    await built.close()


async def import_real(services: wiring.Services) -> None:
    source = services.sources["real"]
    snapshot = await source.fetch(etag=None, last_modified=None)
    assert snapshot is not None
    await services.catalogue.import_snapshot(source, snapshot, now=NOON)


async def stations(services: wiring.Services) -> dict[str, int]:
    return {feed.source: feed.stations for feed in await services.catalogue.feeds()}


async def test_it_fills_an_empty_database_and_says_so(
    services: wiring.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = await command.fill_demo(services, NOON)
    assert summary.added + summary.superseded == 60
    assert await stations(services) == {"demo": summary.added}
    assert "demo stations in" in capsys.readouterr().err


async def test_a_second_time_adds_nothing(services: wiring.Services) -> None:
    first = await command.fill_demo(services, NOON)
    second = await command.fill_demo(services, NOON)
    assert (second.added, second.removed) == (0, 0)
    assert second.updated + second.unchanged == first.added


async def test_real_stations_are_not_replaced_unasked(
    services: wiring.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    await import_real(services)
    before = await stations(services)
    with pytest.raises(typer.Exit) as refused:
        await command._demo(services, replace=False)
    assert refused.value.exit_code == 2
    assert await stations(services) == before
    said = capsys.readouterr().err.strip()
    assert "--replace" in said
    assert len(said.splitlines()) == 1


async def test_replace_removes_the_real_ones_first(
    services: wiring.Services, capsys: pytest.CaptureFixture[str]
) -> None:
    await import_real(services)
    await command._demo(services, replace=True)
    left = await stations(services)
    assert set(left) == {"demo"}
    assert left["demo"] > 50
    assert "of A real feed" in capsys.readouterr().err


async def test_a_real_import_ends_the_demo(services: wiring.Services) -> None:
    await command.fill_demo(services, NOON)
    await import_real(services)
    assert set(await stations(services)) == {"real"}

"""The facts of a page: few queries, on both engines."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event
from town import FEED, QUIET, Site, make_sites, write_town

from chargesphere.database import Database
from chargesphere.features.discovery import store
from chargesphere.features.discovery.service import DiscoveryService

NOW = datetime(2026, 6, 7, 20, tzinfo=UTC)


@pytest.fixture
def sites() -> list[Site]:
    return make_sites(60)


@pytest.fixture
async def town(database: Database, sites: list[Site]) -> Database:
    await write_town(database, sites, NOW)
    return database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that run inside the block."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_stations_come_with_all_that_stands_there(town: Database, sites: list[Site]) -> None:
    async with town.reading() as connection:
        found = await store.stations(connection, [site.id for site in sites] + ["nosuchstation"])
        feeds = await store.feeds(connection)
    assert set(found) == {site.id for site in sites}
    for site in sites:
        facts = found[site.id]
        assert (facts.name, facts.lat, facts.hours) == (site.name, site.lat, site.hours)
        assert facts.operator_name == (site.operator or "")
        assert [p.evse_id for p in facts.points] == [p.evse_id for p in site.points]
        assert [[(c.type, c.kw, c.tariff_ids) for c in p.connectors] for p in facts.points] == [
            [(plug.type, plug.kw, plug.tariffs) for plug in p.plugs] for p in site.points
        ]
    assert feeds[FEED].freshness.is_fresh(NOW)
    assert not feeds[QUIET].freshness.is_fresh(NOW)


async def test_a_page_of_any_length_takes_the_same_few_queries(
    town: Database, sites: list[Site]
) -> None:
    from chargesphere.features.discovery.rules import Filters

    service = DiscoveryService(town, None, None)  # type: ignore[arg-type]  # Rows need no index.
    for count in (1, 60):
        with counted(town) as statements:
            rows = await service.summaries([s.id for s in sites[:count]], None, Filters(), NOW)
        assert len(rows) == count
        assert len([s for s in statements if s.lstrip().startswith("SELECT")]) == 5


async def test_price_lists_are_found_by_source_and_id(town: Database) -> None:
    async with town.reading() as connection:
        found = await store.tariffs(connection, [(FEED, "energy"), (QUIET, "energy"), (FEED, "x")])
        nothing = await store.tariffs(connection, [])
    assert list(found) == [(FEED, "energy")]
    assert found[FEED, "energy"].content["elements"][0]["price_components"][0]["price"] == 0.43
    assert nothing == {}


async def test_a_merged_id_has_a_successor(town: Database, sites: list[Site]) -> None:
    async with town.reading() as connection:
        assert await store.successor(connection, "mergedstation1") == sites[0].id
        assert await store.successor(connection, "nosuchstation") is None


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("NLTSTE000121", 1),
        ("NLTSTE00012", 1),
        ("NLTSTE0001", 10),
        ("NLTSTE9", 0),
        ("NLOTHE00012", 0),
        ("NLTST_0001", 0),
    ],
)
async def test_a_typed_plug_id_finds_its_station(
    town: Database, sites: list[Site], typed: str, count: int
) -> None:
    async with town.reading() as connection:
        rows = await store.stations_with_plug(
            connection, typed, is_sqlite=town.is_sqlite, limit=100
        )
    expected = {
        site.id
        for site in sites
        for p in site.points
        if p.evse_id and p.evse_id.replace("*", "").startswith(typed)
    }
    assert {station for station, _ in rows} == expected
    assert len(expected) == count

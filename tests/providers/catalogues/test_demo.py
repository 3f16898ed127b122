"""The demo world: the same every time, believable, and nobody's."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from chargesphere.core.geo import Point, distance_m
from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.errors import ImportFailedError
from chargesphere.providers.catalogues.demo import STATIONS, DemoCatalogue
from chargesphere.providers.catalogues.demo_countries import COUNTRIES
from chargesphere.providers.catalogues.demo_places import load_towns
from chargesphere.providers.catalogues.demo_words import BRANDS, LANGUAGES, POSTCODES
from chargesphere.providers.catalogues.port import Reject, SiteRecord, TariffRecord

NOON = datetime(2026, 6, 8, 12, 0, tzinfo=UTC)


def read(
    now: datetime = NOON, seed: int = 1, stations: int = 4000
) -> tuple[list[SiteRecord], list[TariffRecord]]:
    sites, tariffs = [], []
    for record in DemoCatalogue(seed, stations).snapshot(now).records:
        assert not isinstance(record, Reject)
        if isinstance(record, SiteRecord):
            sites.append(record)
        else:
            tariffs.append(record)
    return sites, tariffs


@pytest.fixture(scope="module")
def sites() -> list[SiteRecord]:
    return read()[0]


def plugs(site: SiteRecord) -> set[ConnectorType]:
    return {plug.type for point in site.charge_points for plug in point.connectors}


def test_the_whole_world_is_made() -> None:
    snapshot = DemoCatalogue().snapshot(NOON)
    total = sum(isinstance(record, SiteRecord) for record in snapshot.records)
    assert total == STATIONS == 60_000


def test_a_snapshot_says_what_it_is() -> None:
    snapshot = DemoCatalogue(stations=50).snapshot(NOON)
    assert snapshot.complete
    assert snapshot.observed_at == NOON
    assert snapshot.total_hint == len(list(snapshot.records))
    assert DemoCatalogue.capabilities.demo
    assert DemoCatalogue.capabilities.status_valid_for is None


def test_the_same_seed_and_time_give_the_same_world() -> None:
    assert read(stations=500) == read(stations=500)


def test_another_seed_is_another_world_with_other_ids() -> None:
    ours = {site.source_id for site in read(seed=1, stations=200)[0]}
    theirs = {site.source_id for site in read(seed=2, stations=200)[0]}
    assert not ours & theirs


def test_later_only_statuses_differ() -> None:
    before, after = read(stations=500)[0], read(NOON + timedelta(hours=5), stations=500)[0]
    changed = 0
    for old, new in zip(before, after, strict=True):
        assert (old.name, old.lat, old.lon, old.hours) == (new.name, new.lat, new.lon, new.hours)
        for was, now in zip(old.charge_points, new.charge_points, strict=True):
            assert (was.key, was.connectors) == (now.key, now.connectors)
            changed += was.status != now.status
    assert changed > 100


def test_ids_are_unique(sites: list[SiteRecord]) -> None:
    assert len({site.source_id for site in sites}) == len(sites)
    keys = [point.key for site in sites for point in site.charge_points]
    assert len(set(keys)) == len(keys)


def test_stations_stand_near_their_city(sites: list[SiteRecord]) -> None:
    towns = load_towns()
    by_name: dict[tuple[str, str], list[Point]] = {}
    for name, code, lat, lon in zip(
        towns.name, towns.country.tolist(), towns.lat.tolist(), towns.lon.tolist(), strict=True
    ):
        by_name.setdefault((name, code), []).append(Point(lat, lon))
    away_m = [
        min(
            distance_m(Point(site.lat, site.lon), town)
            for town in by_name[site.address.city, site.address.country]
        )
        for site in sites
    ]
    assert max(away_m) < 30_000
    assert np.median(away_m) < 5_000


def test_europe_america_and_china_have_most(sites: list[SiteRecord]) -> None:
    count = Counter(site.address.country for site in sites)
    assert {"CN", "US", "DE", "NL"} <= {code for code, _ in count.most_common(8)}
    assert len(count) > 60


@pytest.mark.parametrize(
    ("country", "allowed"),
    [
        ("NL", {"type2", "ccs2", "chademo", "schuko"}),
        ("US", {"type1", "ccs1", "nacs", "chademo"}),
        ("CN", {"gbt_ac", "gbt_dc"}),
        ("JP", {"type1", "chademo", "nacs"}),
        ("KR", {"type1", "ccs1", "chademo"}),
    ],
)
def test_plugs_are_those_of_the_region(
    sites: list[SiteRecord], country: str, allowed: set[str]
) -> None:
    seen: set[str] = set().union(*(plugs(s) for s in sites if s.address.country == country))
    assert seen <= allowed
    assert len(seen) >= min(2, len(allowed))


def test_powers_are_those_of_real_plugs(sites: list[SiteRecord]) -> None:
    seen = {
        plug.power_kw for site in sites for point in site.charge_points for plug in point.connectors
    }
    assert seen == {3.7, 7.4, 11.0, 22.0, 50.0, 150.0, 300.0, 350.0}


def test_every_station_has_a_charge_point_and_a_printable_name(sites: list[SiteRecord]) -> None:
    for site in sites:
        assert site.charge_points
        assert site.name.strip() == site.name != ""
        assert "{" not in site.name + site.address.street
        assert site.address.country in COUNTRIES


def test_tariffs_named_by_plugs_exist_and_have_prices() -> None:
    sites, tariffs = read(stations=3000)
    known = {tariff.source_id: tariff for tariff in tariffs}
    assert len(known) == len(tariffs)
    named = {
        tariff
        for site in sites
        for point in site.charge_points
        for plug in point.connectors
        for tariff in plug.tariff_ids
    }
    assert named <= known.keys()
    dutch = known["FLN-NL-dc"]
    assert dutch.currency == "EUR"
    kinds = {
        component["type"]
        for tariff in tariffs
        for element in tariff.content["elements"]
        for component in element["price_components"]
    }
    assert kinds == {"ENERGY", "FLAT", "TIME", "PARKING_TIME"}
    assert any(
        (element["restrictions"] or {}).get("start_time") == "22:00"
        for tariff in tariffs
        for element in tariff.content["elements"]
    )


def test_statuses_began_within_hours_and_never_in_the_future(sites: list[SiteRecord]) -> None:
    for site in sites:
        for point in site.charge_points:
            assert point.since is not None
            assert timedelta(0) <= NOON - point.since <= timedelta(hours=36)


def test_most_cars_at_work_charge_by_day_and_none_of_the_statuses_is_missing() -> None:
    def busy_share(now: datetime) -> float:
        statuses = [
            point.status
            for site in read(now)[0]
            if "Bedrijvenpark" in site.name or "Gewerbepark" in site.name
            for point in site.charge_points
        ]
        return statuses.count(Status.CHARGING) / len(statuses)

    midday = datetime(2026, 6, 8, 10, 0, tzinfo=UTC)
    assert busy_share(midday) > 3 * busy_share(midday - timedelta(hours=8))
    seen = {point.status for site in read()[0] for point in site.charge_points}
    assert seen == set(Status) - {Status.REMOVED}


def test_access_and_hours_vary(sites: list[SiteRecord]) -> None:
    assert {site.access for site in sites} == set(Access)
    assert any(site.hours is None for site in sites)
    assert any(site.hours is not None and site.hours.always for site in sites)
    for site in sites:
        for day, opens, closes in site.hours.periods if site.hours else ():
            assert 0 <= day <= 6
            assert 0 <= opens < closes <= 1440


def test_files_are_refused() -> None:
    with pytest.raises(ImportFailedError, match="needs no file"):
        DemoCatalogue().read_files([Path("stations.json")])


def test_it_can_be_fetched_as_it_is_now() -> None:
    snapshot = asyncio.run(
        DemoCatalogue(stations=10, clock=lambda: NOON).fetch(etag=None, last_modified=None)
    )
    assert snapshot is not None
    assert snapshot.observed_at == NOON


def test_tables_agree_with_each_other() -> None:
    assert {country.language for country in COUNTRIES.values()} <= LANGUAGES.keys()
    assert POSTCODES.keys() <= COUNTRIES.keys()
    assert len({brand.code for brand in BRANDS}) == len(BRANDS) >= 30
    assert all(brand.countries <= COUNTRIES.keys() for brand in BRANDS)

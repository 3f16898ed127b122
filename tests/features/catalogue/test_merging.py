"""Each charge point once, near neighbours as one station, whatever the order of the records."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ndw_feed import catalogue

from chargesphere.core.geo import Point, distance_m
from chargesphere.core.vocabulary import (
    Access,
    ConnectorFormat,
    ConnectorType,
    Current,
    Status,
)
from chargesphere.features.catalogue.merging import Merged, join_sites, merge
from chargesphere.features.catalogue.rules import MAX_SITE_M
from chargesphere.providers.catalogues.port import (
    Address,
    ChargePointRecord,
    ConnectorRecord,
    Operator,
    SiteRecord,
)

NOON = datetime(2026, 6, 7, 12, tzinfo=UTC)
PLUG = ConnectorRecord(ConnectorType.TYPE2, ConnectorFormat.SOCKET, Current.AC_3_PHASE, 11.0)
M_NORTH = 1 / 111_195


def point(
    key: str, since: datetime | None = NOON, status: Status = Status.AVAILABLE
) -> ChargePointRecord:
    return ChargePointRecord(key, key, "", status, since, (PLUG,))


def site(
    source_id: str,
    *points: ChargePointRecord,
    metres_north: float = 0.0,
    street: str = "Laan 1",
    operator: str | None = "Kabelbaas",
    updated_at: datetime | None = NOON,
) -> SiteRecord:
    return SiteRecord(
        source_id=source_id,
        name=source_id,
        operator=Operator(operator) if operator else None,
        lat=52.0 + metres_north * M_NORTH,
        lon=5.0,
        address=Address(street, "Dorp", "1234 AB", "NL"),
        access=Access.PUBLIC,
        hours=None,
        charge_points=points or (point(f"cp-{source_id}"),),
        updated_at=updated_at,
    )


def stations(merged: Merged) -> list[set[str]]:
    return sorted(({s.source_id for s in g.sites} for g in merged.groups), key=sorted)


def joined(*sites: SiteRecord) -> list[list[str]]:
    return sorted(sorted(s.source_id for s in group) for group in join_sites(sites))


def test_the_newest_copy_of_a_charge_point_counts() -> None:
    old, new = NOON - timedelta(days=120), NOON
    merged = merge(
        [
            site("1", point("A", new, Status.CHARGING), point("B", new)),
            site("2", point("A", old), point("B", old)),
        ]
    )
    (group,) = merged.groups
    assert [p.status for p in group.sites[0].charge_points] == [Status.CHARGING, Status.AVAILABLE]
    assert merged.superseded == {"2": "1"}


def test_a_tie_goes_to_the_newer_location_then_to_the_larger_id() -> None:
    later = NOON + timedelta(hours=1)
    tie = [site("9", point("A")), site("10", point("A"))]
    assert merge(tie).superseded == {"9": "10"}, "ids that are numbers are compared as numbers"
    tie = [site("9", point("A"), updated_at=later), site("10", point("A"))]
    assert merge(tie).superseded == {"10": "9"}


def test_a_copy_without_a_time_is_older_than_any() -> None:
    merged = merge([site("2", point("A", None), updated_at=None), site("1", point("A"))])
    assert merged.superseded == {"2": "1"}


def test_a_location_that_keeps_one_charge_point_stays_a_station() -> None:
    old = NOON - timedelta(days=1)
    merged = merge(
        [
            site("1", point("A"), point("B", old)),
            site("2", point("B"), metres_north=500, street="Kade 2"),
        ]
    )
    assert stations(merged) == [{"1"}, {"2"}]
    assert [p.key for g in merged.groups for s in g.sites for p in s.charge_points] == ["A", "B"]


def test_a_superseded_location_follows_most_of_its_charge_points() -> None:
    old = NOON - timedelta(days=1)
    merged = merge(
        [
            site("1", point("A", old), point("B", old), point("C", old)),
            site("2", point("A"), metres_north=500),
            site("3", point("B"), point("C"), metres_north=900),
        ]
    )
    assert merged.superseded == {"1": "3"}


def test_the_same_id_twice_within_a_location_is_one_charge_point() -> None:
    earlier = point("A", NOON - timedelta(hours=2), Status.CHARGING)
    (group,) = merge([site("1", earlier, point("A"), point("B"))]).groups
    assert sorted(p.key for p in group.sites[0].charge_points) == ["A", "B"]
    assert {p.status for p in group.sites[0].charge_points} == {Status.AVAILABLE}


def test_the_same_location_twice_is_one_with_the_newer_facts_and_all_charge_points() -> None:
    newer = site("1", point("A"), street="New 2", updated_at=NOON + timedelta(hours=1))
    for order in ([site("1", point("B")), newer], [newer, site("1", point("B"))]):
        merged = merge(order)
        (group,) = merged.groups
        assert group.sites[0].address.street == "New 2"
        assert sorted(p.key for p in group.sites[0].charge_points) == ["A", "B"]
        assert merged.duplicates == 1


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (site("2", metres_north=29), True),
        (site("2", metres_north=31), False),
        (site("2", metres_north=5, operator="Dijkstroom"), False),
        (site("2", metres_north=5, operator="KABELBAAS"), True),
        (site("2", metres_north=5, street="Laan 3"), False),
        (site("2", metres_north=5, street="Laan"), True),
        (site("2", metres_north=5, operator=None), False),
    ],
)
def test_near_charge_points_of_one_operator_are_one_station(
    other: SiteRecord, together: bool
) -> None:
    assert (joined(site("1"), other) == [["1", "2"]]) is together


def test_nobody_is_not_one_operator() -> None:
    assert joined(site("1", operator=None), site("2", operator=None)) == [["1"], ["2"]]


def test_a_chain_of_neighbours_ends_at_the_largest_extent() -> None:
    chain = [site(str(n), metres_north=25.0 * n) for n in range(40)]
    groups = join_sites(chain)
    assert 40 * 25 / (MAX_SITE_M + 25) <= len(groups) <= 20
    for group in groups:
        lats = [s.lat for s in group]
        assert (max(lats) - min(lats)) / M_NORTH <= MAX_SITE_M


def test_an_address_that_contradicts_one_member_contradicts_the_station() -> None:
    # B says nothing and lies between A and C, which contradict each other: B goes to the nearer.
    a = site("A", street="Laan 1")
    b = site("B", street="", metres_north=8)
    c = site("C", street="Laan 3", metres_north=20)
    assert joined(a, b, c) == [["A", "B"], ["C"]]


def test_the_site_with_most_charge_points_comes_first() -> None:
    ((first, *_),) = join_sites([site("1"), site("2", point("A"), point("B"), metres_north=3)])
    assert first.source_id == "2"


def test_joining_works_at_the_antimeridian_and_far_north() -> None:
    def at(source_id: str, lat: float, lon: float) -> SiteRecord:
        base = site(source_id)
        return SiteRecord(
            **{f: getattr(base, f) for f in base.__slots__} | {"lat": lat, "lon": lon}
        )

    assert joined(at("1", 78.22, 15.65), at("2", 78.22, 15.6508)) == [["1", "2"]]
    assert joined(at("1", 78.22, 15.65), at("2", 78.22, 15.6520)) == [["1"], ["2"]]


def random_sites(dice: random.Random) -> list[SiteRecord]:
    return [
        site(
            str(n),
            *(
                point(f"P{dice.randrange(60)}", NOON - timedelta(hours=dice.randrange(4)))
                for _ in range(dice.randint(1, 3))
            ),
            metres_north=dice.uniform(0, 400),
            street=dice.choice(("Laan 1", "Laan 2", "Laan", "")),
            operator=dice.choice(("Kabelbaas", "Dijkstroom", None)),
            updated_at=NOON - timedelta(hours=dice.randrange(3)),
        )
        for n in range(60)
    ]


def as_text(merged: Merged) -> tuple[list[list[tuple[str, list[str]]]], dict[str, str]]:
    groups = sorted(
        [(s.source_id, sorted(p.key for p in s.charge_points)) for s in g.sites]
        for g in merged.groups
    )
    return groups, merged.superseded


@pytest.mark.parametrize("seed", range(12))
def test_every_charge_point_stands_once_whatever_the_order(seed: int) -> None:
    dice = random.Random(seed)
    sites = random_sites(dice)
    merged = merge(sites)
    keys = [p.key for g in merged.groups for s in g.sites for p in s.charge_points]
    assert sorted(keys) == sorted({p.key for s in sites for p in s.charge_points})
    living = {s.source_id for g in merged.groups for s in g.sites}
    assert living.isdisjoint(merged.superseded)
    assert living | merged.superseded.keys() == {s.source_id for s in sites}
    assert set(merged.superseded.values()) <= living
    _extents_hold(merged)
    shuffled: Sequence[SiteRecord] = dice.sample(sites, len(sites))
    assert as_text(merge(shuffled)) == as_text(merged)


def _extents_hold(merged: Merged) -> None:
    for group in merged.groups:
        for a in group.sites:
            for b in group.sites:
                assert distance_m(Point(a.lat, a.lon), Point(b.lat, b.lon)) <= MAX_SITE_M * 1.01


@pytest.mark.realdata
def test_the_real_feed_leaves_44654_locations(real_data: Path) -> None:
    path = real_data / "ndw" / "charging_point_locations_ocpi.json.gz"
    records = catalogue(max_bytes=500_000_000).read_files([path]).records
    merged = merge([record for record in records if isinstance(record, SiteRecord)])
    assert sum(len(group.sites) for group in merged.groups) == 44_654
    assert len(merged.superseded) == 64_188 - 44_654
    points = sum(len(s.charge_points) for g in merged.groups for s in g.sites)
    assert points == 107_361 + 613
    assert 42_500 < len(merged.groups) < 43_500
    _extents_hold(merged)

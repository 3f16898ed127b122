"""The demo's stations in numbers: where each stands, what kind of site it is, how much it has."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chargesphere.providers.catalogues.demo_countries import COUNTRIES
from chargesphere.providers.catalogues.demo_places import Floats, Ints, Spots, Towns, place_stations

ROADSIDE_SHARE = 0.07
"""How many stations serve the roads between cities."""

KINDS = ("street", "car_park", "market", "mall", "hotel", "work", "hub", "motorway")
STREET, CAR_PARK, MARKET, MALL, HOTEL, WORK, HUB, MOTORWAY = range(8)

KIND_SHARES = {
    "eu": (0.60, 0.12, 0.11, 0.03, 0.05, 0.05, 0.04),
    "na": (0.12, 0.22, 0.18, 0.10, 0.14, 0.14, 0.10),
    "cn": (0.06, 0.40, 0.08, 0.12, 0.06, 0.08, 0.20),
    "jp": (0.04, 0.28, 0.26, 0.12, 0.12, 0.05, 0.13),
    "kr": (0.10, 0.38, 0.16, 0.10, 0.06, 0.08, 0.12),
    "tw": (0.10, 0.38, 0.16, 0.10, 0.06, 0.08, 0.12),
}
"""What kinds of site a region has, roadside apart; by the first seven of ``KINDS``."""

AC_POINTS = ((2, 1), (2, 7), (2, 0), (3, 7), (2, 4), (2, 6), (0, 0), (0, 0))
DC_POINTS = ((0, 0), (0, 0), (1, 4), (0, 4), (0, 0), (0, 0), (2, 8), (4, 14))
"""Charge points by kind: the commonest number and the rarest."""

AC_KW = {
    "eu": (11.0, 11.0, 11.0, 22.0, 22.0, 7.4, 3.7),
    "na": (7.4, 7.4, 7.4, 11.0),
    "cn": (7.4,),
    "jp": (3.7, 3.7, 7.4),
    "kr": (7.4, 7.4, 11.0),
    "tw": (7.4, 11.0),
}
DC_KW = {
    MARKET: (50.0, 50.0, 150.0),
    MALL: (50.0, 150.0),
    CAR_PARK: (50.0, 150.0),
    HUB: (150.0, 150.0, 300.0),
    MOTORWAY: (300.0, 300.0, 350.0, 150.0),
}


@dataclass(frozen=True)
class Plan:
    """Every station in numbers: where, what kind, how many charge points, and dice for the rest."""

    spots: Spots
    country: list[str]
    kind: Ints
    ac: Ints
    dc: Ints
    dice: NDArray[np.float64]


def make_plan(towns: Towns, seed: int, stations: int) -> Plan:
    """Draw a world: the same towns, seed and size give the same plan."""
    rng = np.random.default_rng(seed)
    total = sum(plan.stations for plan in COUNTRIES.values())
    codes = list(COUNTRIES)
    edges = np.cumsum([COUNTRIES[code].stations for code in codes]) * stations // total
    wanted = dict(zip(codes, np.diff(edges, prepend=0).tolist(), strict=True))
    spots = place_stations(towns, wanted, ROADSIDE_SHARE, rng)
    country = towns.country[spots.town].tolist()
    dice = rng.random((len(country), 16))
    kind = _kinds(country, spots.roadside, dice[:, 0])
    ac, dc = _points(kind, AC_POINTS, dice[:, 1]), _points(kind, DC_POINTS, dice[:, 2])
    plugs = np.array([COUNTRIES[code].plugs for code in country])
    # Chinese car parks charge fast too, which is what most drivers there use.
    extra = (kind == CAR_PARK) & (plugs == "cn")
    dc[extra] = (dice[extra, 2] * 5).astype(np.int64)
    return Plan(spots, country, kind, ac, dc, dice)


def _kinds(country: list[str], roadside: NDArray[np.bool_], dice: Floats) -> Ints:
    kind = np.zeros(len(country), dtype=np.int64)
    plugs = np.array([COUNTRIES[code].plugs for code in country])
    for region, shares in KIND_SHARES.items():
        here = (plugs == region) & ~roadside
        kind[here] = np.searchsorted(np.cumsum(shares)[:-1], dice[here], side="right")
    kind[roadside] = np.where(dice[roadside] < 0.75, MOTORWAY, HUB)
    return kind


def _points(kind: Ints, ranges: tuple[tuple[int, int], ...], dice: Floats) -> Ints:
    common, rare = np.array(ranges).T
    span = rare[kind] - common[kind]
    steps = np.floor((np.abs(span) + 1) * dice**2).astype(np.int64)
    return np.asarray(common[kind] + np.sign(span) * steps, dtype=np.int64)

"""Stations made up for measuring: seeded, clustered like the world's, as fast as numpy goes.

85 % stand around 4,000 cities whose sizes follow a power law (the largest holds 0.5 %), 15 % anywhere between 60 degrees
south and 70 degrees north. Plugs, powers, operators, hours and statuses are drawn so that a filter
keeps a realistic share.
"""

import numpy as np
from numpy.typing import NDArray

from chargesphere.core.vocabulary import ConnectorType
from chargesphere.features.discovery.columns import (
    ACCESSES,
    CONNECTORS,
    STATUSES,
    Facts,
    Words,
)
from chargesphere.features.discovery.hours import Hours

_REGIONS = (
    # share, south, north, west, east: Europe, China, the United States, anywhere.
    (0.45, 36.0, 62.0, -9.0, 30.0),
    (0.28, 22.0, 45.0, 100.0, 124.0),
    (0.20, 28.0, 48.0, -122.0, -70.0),
    (0.07, -38.0, 60.0, -120.0, 150.0),
)
_PLUGS: tuple[tuple[tuple[ConnectorType, float], ...], ...] = (
    ((ConnectorType.TYPE2, 11.0),),
    ((ConnectorType.TYPE2, 22.0),),
    ((ConnectorType.TYPE2, float("nan")),),
    ((ConnectorType.CCS2, 50.0), (ConnectorType.CHADEMO, 50.0), (ConnectorType.TYPE2, 43.0)),
    ((ConnectorType.CCS2, 150.0),),
    ((ConnectorType.CCS2, 350.0),),
    ((ConnectorType.GBT_DC, 120.0),),
    ((ConnectorType.GBT_AC, 7.0),),
    ((ConnectorType.NACS, 250.0),),
    ((ConnectorType.TYPE1, 7.2),),
)
_PLUG_SHARE = (0.34, 0.24, 0.05, 0.05, 0.07, 0.04, 0.07, 0.06, 0.03, 0.05)
_STATUS_SHARE = {"AVAILABLE": 0.6, "CHARGING": 0.25, "OUT_OF_ORDER": 0.05, "UNKNOWN": 0.1}


def make_facts(count: int, seed: int = 7) -> Facts:
    """That many stations, all public; the same for the same seed."""
    random = np.random.default_rng(seed)
    lat, lon = _places(count, random)
    points = random.choice([1, 2, 3, 4, 6, 8], count, p=[0.3, 0.4, 0.05, 0.15, 0.06, 0.04])
    station = np.repeat(np.arange(count, dtype=np.int32), points)
    first = random.choice(len(_PLUGS), count, p=_PLUG_SHARE)
    other = random.choice(len(_PLUGS), len(station), p=_PLUG_SHARE)
    # Most stations have one kind of plug.
    plugs = np.where(random.random(len(station)) < 0.12, other, first[station])
    share = [_STATUS_SHARE.get(status, 0.0) for status in STATUSES]
    operators = tuple((f"net-{i}", f"Network {i}") for i in range(400))
    return Facts(
        words=Words(
            operators=operators,
            sources=("synthetic",),
            hours=(None, Hours(True, (), ""), _DAYTIME),
        ),
        ids=np.array([f"s{i:012d}" for i in range(count)], "S13"),
        lat=lat,
        lon=lon,
        operator=(random.zipf(1.3, count) % len(operators)).astype(np.int32),
        access=np.full(count, ACCESSES.index(ACCESSES[0]), np.uint8),
        sources=np.ones(count, np.uint64),
        hours=random.choice(3, count, p=[0.3, 0.6, 0.1]).astype(np.int32),
        point_ids=np.array([f"p{i:012d}" for i in range(len(station))], "S13"),
        point_station=station,
        point_source=np.zeros(len(station), np.uint8),
        point_status=random.choice(len(STATUSES), len(station), p=share).astype(np.uint8),
        point_plugs=plugs.astype(np.int32),
        plug_start=np.cumsum([0, *(len(p) for p in _PLUGS)]).astype(np.int32),
        plug_type=np.array([CONNECTORS.index(t) for p in _PLUGS for t, _ in p], np.uint8),
        plug_kw=np.array([kw for p in _PLUGS for _, kw in p], np.float32),
        plug_no_fee=np.zeros(sum(len(p) for p in _PLUGS), np.uint8),
    )


_DAYTIME = Hours(False, tuple((day, 480, 1200) for day in range(7)), "Europe/Amsterdam")


def _places(
    count: int, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    city_lat, city_lon = [], []
    for share, south, north, west, east in _REGIONS:
        cities = round(4000 * share)
        city_lat.append(random.uniform(south, north, cities))
        city_lon.append(random.uniform(west, east, cities))
    lats, lons = np.concatenate(city_lat), np.concatenate(city_lon)
    # Two cities that the views look at.
    lats[:2], lons[:2] = (52.52, 48.14), (13.405, 11.58)
    weight = 1.0 / (1 + np.arange(len(lats))) ** 0.45
    rank = np.concatenate(([0, 1], 2 + random.permutation(len(lats) - 2)))
    weight = weight[rank] / weight.sum()
    home = random.choice(len(lats), count, p=weight)
    spread = random.uniform(0.03, 0.25, len(lats))
    spread[:2] = 0.15
    spread = spread[home]
    lat = lats[home] + random.normal(0, 1, count) * spread * 0.7
    lon = lons[home] + random.normal(0, 1, count) * spread
    anywhere = random.random(count) < 0.15
    lat = np.where(anywhere, random.uniform(-60, 70, count), lat)
    lon = np.where(anywhere, random.uniform(-180, 180, count), lon)
    rounded = np.round([np.clip(lat, -85, 85), np.clip(lon, -180, 180)], 6).astype(np.float64)
    return rounded[0], rounded[1]

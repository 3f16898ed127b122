"""The clusters are supercluster's, and hold together as a tree."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chargesphere.core.geo import Box
from chargesphere.features.availability.rules import Freshness
from chargesphere.features.discovery.columns import Columns, Facts, Words, build_columns
from chargesphere.features.discovery.index import StationIndex
from chargesphere.features.discovery.pyramid import SINGLES, build_pyramid
from chargesphere.features.discovery.rules import Filters

NOW = datetime(2026, 6, 8, 12, 0, tzinfo=UTC)
GOLDEN = json.loads((Path(__file__).parent / "golden" / "supercluster.json").read_text())


def columns_at(places: list[list[float]], ids: list[str]) -> Columns:
    n = len(places)
    lon, lat = np.array(places).T
    return build_columns(
        Facts(
            words=Words(operators=(), sources=("test",), hours=(None,)),
            ids=np.array([i.encode() for i in ids]),
            lat=lat.copy(),
            lon=lon.copy(),
            operator=np.full(n, -1, np.int32),
            access=np.zeros(n, np.uint8),
            sources=np.ones(n, np.uint64),
            hours=np.zeros(n, np.int32),
            point_ids=np.array([f"p{i}".encode() for i in range(n)]),
            point_station=np.arange(n, dtype=np.int32),
            point_source=np.zeros(n, np.uint8),
            point_status=np.zeros(n, np.uint8),
            point_plugs=np.zeros(n, np.int32),
            plug_start=np.array([0, 1], np.int32),
            plug_type=np.zeros(1, np.uint8),
            plug_kw=np.array([11.0], np.float32),
            plug_no_fee=np.zeros(1, np.uint8),
        )
    )


@pytest.fixture(scope="module")
def columns() -> Columns:
    places = GOLDEN["places"]
    return columns_at(places, [f"s{i:012d}" for i in range(len(places))])


@pytest.fixture(scope="module")
def index(columns: Columns) -> StationIndex:
    return StationIndex(columns, build_pyramid(columns), {"test": Freshness(None, None)})


def test_rows_stand_in_the_order_in_which_supercluster_was_given_them(columns: Columns) -> None:
    assert np.column_stack((columns.lon, columns.lat)).tolist() == GOLDEN["places"]


@pytest.mark.parametrize("view", GOLDEN["views"], ids=lambda v: f"{v['bbox']} z{v['zoom']}")
def test_items_and_counts_equal_those_of_supercluster(
    index: StationIndex, view: dict[str, Any]
) -> None:
    answer = json.loads(index.view(Box(*view["bbox"]), view["zoom"], Filters(), NOW))
    assert sorted(answer["count"]) == view["counts"]


@pytest.mark.parametrize("view", GOLDEN["views"], ids=lambda v: f"{v['bbox']} z{v['zoom']}")
def test_a_filter_makes_nearly_as_many_items_from_the_same_stations(
    index: StationIndex, view: dict[str, Any]
) -> None:
    everyone = Filters(min_points=1)
    answer = json.loads(index.view(Box(*view["bbox"]), view["zoom"], everyone, NOW))
    ours, theirs = len(answer["count"]), len(view["counts"])
    # Of a handful of items one more or less is no difference in kind.
    assert abs(ours - theirs) <= max(1, 0.15 * theirs)


def test_rows_do_not_depend_on_the_order_of_the_facts(columns: Columns) -> None:
    places = GOLDEN["places"]
    order = np.random.default_rng(5).permutation(len(places))
    shuffled = columns_at([places[i] for i in order], [f"s{i:012d}" for i in order])
    assert shuffled.ids.tolist() == columns.ids.tolist()
    assert shuffled.signature.tolist() == columns.signature.tolist()


def test_every_level_holds_every_station_once(columns: Columns) -> None:
    pyramid = build_pyramid(columns)
    for level in range(SINGLES + 1):
        begin, end = pyramid.level_start[level], pyramid.level_start[level + 1]
        nodes = set(pyramid.level_nodes[begin:end].tolist())
        held: Counter[int] = Counter()
        for row in range(len(columns)):
            node = row
            while node not in nodes:
                node = int(pyramid.parent[node])
                assert node >= 0
            held[node] += 1
        assert sum(held.values()) == len(columns)
        assert set(held) == nodes

"""Clusters for every zoom, by supercluster's greedy-radius rule.

The clusters form a forest: a *node* is a station (its row) or a cluster (numbered after all rows),
and ``parent`` leads to the cluster that swallowed it at the next smaller zoom. Each zoom has a
list of the nodes that stand in it, ordered by tile. What a node holds (how many stations, how many
of their charge points are free) is live: it is summed up the forest in one pass, and a changed
status only walks from its station to the root.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from chargesphere.features.discovery.columns import Columns, open_array
from chargesphere.features.discovery.compiled import Array, compiled

RADIUS = 60.0 / 512.0
"""How far a cluster reaches, in tiles of its zoom: 60 pixels of 512."""

MAX_CLUSTER_ZOOM = 16
"""Beyond it every station stands for itself."""

SINGLES = MAX_CLUSTER_ZOOM + 1
"""The level that holds the stations themselves."""

_HASH = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The forest. Level ``z`` is ``level_nodes[level_start[z]:level_start[z + 1]]``.

    ``level_keys`` are the tile numbers they are ordered by; ``x``, ``y`` are web mercator, ``lon``
    and ``lat`` the same in millionths of a degree.
    """

    x: Array
    y: Array
    lon: Array
    lat: Array
    parent: Array
    level_start: Array
    level_nodes: Array
    level_keys: Array

    def save(self, folder: Path) -> None:
        """Write each array as its own file."""
        for field in fields(self):
            np.save(folder / f"tree_{field.name}.npy", getattr(self, field.name))

    @classmethod
    def open(cls, folder: Path) -> "Pyramid":
        """Map what ``save`` wrote."""
        arrays: dict[str, Any] = {
            f.name: open_array(folder / f"tree_{f.name}.npy") for f in fields(cls)
        }
        return cls(**arrays)


def build_pyramid(columns: Columns) -> Pyramid:
    """Cluster the rows that pass the default filter, in the order of the rows."""
    rows, shown = len(columns), int(columns.defaults[0])
    node = np.arange(shown, dtype=np.int32)
    x, y = columns.x[:shown].astype(np.float64), columns.y[:shown].astype(np.float64)
    size = np.ones(shown, np.int32)
    parent = np.full(rows + max(0, shown - 1), -1, np.int32)
    all_x, all_y = np.zeros(len(parent)), np.zeros(len(parent))
    all_x[:rows], all_y[:rows] = columns.x, columns.y
    known = rows
    levels = [_level(node, x, y, SINGLES)]
    for zoom in range(MAX_CLUSTER_ZOOM, -1, -1):
        target, out_x, out_y, out_size, joined = join(x, y, size, RADIUS / 2**zoom)
        node, known = adopt(node, target, joined, parent, known)
        x, y, size = out_x, out_y, out_size
        all_x[node], all_y[node] = x, y
        levels.append(_level(node, x, y, zoom))
    levels.reverse()
    lon, lat = _degrees(columns, all_x[:known], all_y[:known])
    starts = np.zeros(SINGLES + 2, np.int32)
    np.cumsum([len(nodes) for nodes, _ in levels], out=starts[1:])
    return Pyramid(
        x=all_x[:known].astype(np.float32),
        y=all_y[:known].astype(np.float32),
        lon=lon,
        lat=lat,
        parent=parent[:known].copy(),
        level_start=starts,
        level_nodes=np.concatenate([nodes for nodes, _ in levels]),
        level_keys=np.concatenate([keys for _, keys in levels]),
    )


def _level(node: Array, x: Array, y: Array, zoom: int) -> tuple[Array, Array]:
    bits = level_bits(zoom)
    side = 1 << bits
    # Queries see positions as float32, so the order must as well.
    column = np.clip(x.astype(np.float32) * np.float32(side), 0, side - 1).astype(np.uint64)
    row = np.clip(y.astype(np.float32) * np.float32(side), 0, side - 1).astype(np.uint64)
    position = np.arange(len(node), dtype=np.uint64)
    packed = (((row << np.uint64(bits)) | column) << np.uint64(32)) | position
    packed.sort()
    order = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
    return node[order], (packed >> np.uint64(32)).astype(np.uint32)


def _degrees(columns: Columns, x: Array, y: Array) -> tuple[Array, Array]:
    rows = len(columns)
    lon, lat = (x - 0.5) * 360.0, np.degrees(2 * np.arctan(np.exp((1 - 2 * y) * np.pi))) - 90.0
    lon[:rows], lat[:rows] = columns.lon, columns.lat
    return np.rint(lon * 1e6).astype(np.int32), np.rint(lat * 1e6).astype(np.int32)


@compiled
def level_bits(zoom: int) -> int:
    """How finely a level is ordered: tiles of half a screen, at most 16 bits a side."""
    return min(zoom + 1, 16)


@compiled
def join(
    x: Array, y: Array, size: Array, radius: float
) -> tuple[Array, Array, Array, Array, Array]:
    """One zoom of supercluster: each point, in order, swallows all free points in its radius.

    Returns:
        For each input the output it went to, then of each output: x, y, how many stations it
        holds, and how many inputs it is made of (1: the input itself, unchanged).
    """
    count = len(x)
    buckets = 16
    while buckets < 2 * count:
        buckets *= 2
    shift = np.uint64(64)
    rest = buckets
    while rest > 1:
        rest //= 2
        shift -= np.uint64(1)
    per = 1.0 / (radius * (1.0 + 1e-9))  # Cells a hair wider than the radius.
    head = np.full(buckets, -1, np.int32)
    following = np.empty(count, np.int32)
    cells = np.empty(count, np.int64)
    # Neighbours are compared as float32, as supercluster's tree holds them.
    near_x = x.astype(np.float32)
    near_y = y.astype(np.float32)
    for i in range(count - 1, -1, -1):
        key = (np.int64(near_y[i] * per) << np.int64(32)) + np.int64(near_x[i] * per)
        cells[i] = key
        slot = np.int64((np.uint64(key) * _HASH) >> shift)
        following[i] = head[slot]
        head[slot] = i
    target = np.full(count, -1, np.int32)
    out_x = np.empty(count, np.float64)
    out_y = np.empty(count, np.float64)
    out_size = np.empty(count, np.int32)
    joined = np.empty(count, np.int32)
    square = radius * radius
    made = 0
    for i in range(count):
        if target[i] >= 0:
            continue
        target[i] = made
        px, py = x[i], y[i]
        held = np.int64(size[i])
        sum_x, sum_y = px * held, py * held
        members = 1
        column, row = int(px * per), int(py * per)
        for r in range(max(0, row - 1), row + 2):
            for c in range(max(0, column - 1), column + 2):
                key = np.int64((r << 32) + c)
                j = head[np.int64((np.uint64(key) * _HASH) >> shift)]
                while j >= 0:
                    if target[j] < 0 and cells[j] == key:
                        dx, dy = near_x[j] - px, near_y[j] - py
                        if dx * dx + dy * dy <= square:
                            target[j] = made
                            members += 1
                            held += size[j]
                            sum_x += x[j] * size[j]
                            sum_y += y[j] * size[j]
                    j = following[j]
        if members == 1:
            out_x[made], out_y[made] = px, py
        else:
            out_x[made], out_y[made] = sum_x / held, sum_y / held
        out_size[made], joined[made] = held, members
        made += 1
    return target, out_x[:made], out_y[:made], out_size[:made], joined[:made]


@compiled
def adopt(
    node: Array, target: Array, joined: Array, parent: Array, known: int
) -> tuple[Array, int]:
    """Number the new clusters from ``known`` on and make them parents of what they swallowed."""
    out = np.full(len(joined), -1, np.int32)
    for i in range(len(node)):
        into = target[i]
        if joined[into] == 1:
            out[into] = node[i]
            continue
        if out[into] < 0:
            out[into] = known
            known += 1
        parent[node[i]] = out[into]
    return out, known

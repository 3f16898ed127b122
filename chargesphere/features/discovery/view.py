"""What stands on the map in a box at a zoom, and its JSON.

*Items* are seven arrays: longitude and latitude in millionths of a degree, how many stations, the
row where that is one, strongest plug in kW (negative: not known), free charge points, and charge
points (0: no status known, then both are null).
"""

from typing import NamedTuple

import numpy as np

from chargesphere.core.geo import MAX_MERCATOR_LAT
from chargesphere.features.discovery.compiled import Array, compiled
from chargesphere.features.discovery.matching import first_edge
from chargesphere.features.discovery.pyramid import (
    MAX_CLUSTER_ZOOM,
    RADIUS,
    SINGLES,
    join,
    level_bits,
)
from chargesphere.features.discovery.sums import COUNT, FREE, MEMBER, POINTS

MAX_ITEMS = 5_000
"""More than that nobody can tell apart; a smaller zoom is answered instead."""

_MAX_TILE_ROWS = 64
_LON, _LAT, _SIZE, _ID, _KW, _FREE, _POINTS = range(2, 9)
"""The parts of the answer after zoom and total."""

_NO_VALUE = -(2**62)
_NULL = np.frombuffer(b"null,", np.uint8)
_PAIRS = np.array([list(b"%02d" % i) for i in range(100)], np.uint8)
_COMMA, _MINUS, _POINT, _ZERO, _QUOTE = 44, 45, 46, 48, 34
_CELLS = 4.0
"""Filtered stations are first gathered in cells of a quarter of a cluster's radius."""

_HASH = np.uint64(0x9E3779B97F4A7C15)


class Items(NamedTuple):
    """Things on the map; see the module."""

    lon: Array
    lat: Array
    size: Array
    row: Array
    kw: Array
    free: Array
    points: Array


@compiled
def new_items(size: int) -> Items:
    """Room for that many items."""
    return Items(
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size, np.float32),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
    )


@compiled
def project(lat: float) -> float:
    """Web mercator y between 0 (north) and 1."""
    if lat >= 90.0:
        return 0.0
    if lat <= -90.0:
        return 1.0
    sine = np.sin(lat * np.pi / 180)
    return float(min(1.0, max(0.0, 0.5 - 0.25 * np.log((1 + sine) / (1 - sine)) / np.pi)))


@compiled
def mercator_edges(box: Array, part: int) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of one part of a box, open where the map ends."""
    top = -1.0 if box[part, 3] >= MAX_MERCATOR_LAT else project(box[part, 3])
    bottom = 2.0 if box[part, 1] <= -MAX_MERCATOR_LAT else project(box[part, 1])
    return box[part, 0] / 360 + 0.5, box[part, 2] / 360 + 0.5, top, bottom


@compiled
def lower_bound(keys: Array, low: int, high: int, key: int) -> int:
    """The first position from ``low`` whose key is not below ``key``."""
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def nodes_in(
    box: Array,
    zoom: int,
    limit: int,
    x: Array,
    y: Array,
    sums: Array,
    level_start: Array,
    level_nodes: Array,
    level_keys: Array,
    lat: Array,
    lon: Array,
) -> tuple[Array, int]:
    """The nodes of a level that stand in the box and hold a station; at most ``limit`` + 1.

    Clusters and the stations among them are compared as float32, as supercluster does; where all
    are stations, by their own coordinates.
    """
    found = np.empty(limit + 1, np.int32)
    n = 0
    bits = level_bits(zoom)
    side = 1 << bits
    first, last = level_start[zoom], level_start[zoom + 1]
    for b in range(box.shape[0]):
        left, right, top, bottom = mercator_edges(box, b)
        # A hair of margin: positions were rounded to float32 before they were ordered.
        c0 = int(max(0.0, left * side - 1e-6 * side))
        c1 = int(min(right * side + 1e-6 * side, side - 1.0))
        r0 = int(max(0.0, top * side - 1e-6 * side))
        r1 = int(min(bottom * side + 1e-6 * side, side - 1.0))
        steps = r1 - r0 + 1
        # Over many rows of tiles one walk is cheaper than many searches.
        if steps > _MAX_TILE_ROWS:
            steps = 1
        for step in range(steps):
            if steps == 1:
                low_key, high_key = (r0 << bits) + c0, (r1 << bits) + c1
            else:
                low_key, high_key = ((r0 + step) << bits) + c0, ((r0 + step) << bits) + c1
            i = lower_bound(level_keys, first, last, low_key)
            while i < last and level_keys[i] <= high_key:
                node = level_nodes[i]
                i += 1
                if zoom == SINGLES:
                    here = (
                        box[b, 0] <= lon[node] <= box[b, 2] and box[b, 1] <= lat[node] <= box[b, 3]
                    )
                else:
                    here = left <= x[node] <= right and top <= y[node] <= bottom
                if here and sums[node, COUNT] > 0:
                    if n > limit:
                        return found, n
                    found[n] = node
                    n += 1
    return found, n


@compiled
def fitting_nodes(
    box: Array,
    zoom: int,
    limit: int,
    x: Array,
    y: Array,
    sums: Array,
    level_start: Array,
    level_nodes: Array,
    level_keys: Array,
    lat: Array,
    lon: Array,
) -> tuple[Array, int, int]:
    """The nodes in the box at the largest zoom, from ``zoom`` down, where the limit holds."""
    level = min(zoom, SINGLES)
    found, n = nodes_in(
        box, level, limit, x, y, sums, level_start, level_nodes, level_keys, lat, lon
    )
    while n > limit and level > 0:
        level -= 1
        found, n = nodes_in(
            box, level, limit, x, y, sums, level_start, level_nodes, level_keys, lat, lon
        )
        zoom = level
    return found, n, zoom


@compiled
def fill_items(
    items: Items,
    nodes: Array,
    n: int,
    lon: Array,
    lat: Array,
    sums: Array,
    kw: Array,
) -> None:
    """What the nodes hold, as items; a cluster of which one station is left is that station."""
    for i in range(n):
        node = nodes[i]
        if sums[node, COUNT] == 1:
            node = sums[node, MEMBER]
            items.row[i] = node
        else:
            items.row[i] = -1
        items.lon[i] = lon[node]
        items.lat[i] = lat[node]
        items.size[i] = sums[node, COUNT]
        items.kw[i] = kw[node]
        items.free[i] = sums[node, FREE]
        items.points[i] = sums[node, POINTS]


@compiled
def count_rows(
    box: Array,
    lat: Array,
    lon: Array,
    blocks: Array,
    lon_edges: Array,
    lat_edges: Array,
    dead_rows: Array,
) -> int:
    """How many rows of the default filter lie in the box: whole blocks by number, edges by look."""
    total = 0
    for b in range(box.shape[0]):
        west, south, east, north = box[b, 0], box[b, 1], box[b, 2], box[b, 3]
        c0, c1 = first_edge(lon_edges, west), first_edge(lon_edges, east)
        r0, r1 = first_edge(lat_edges, south), first_edge(lat_edges, north)
        # The whole columns of blocks in the box are in0..in1.
        in0 = c0 if lon_edges[c0] >= west else c0 + 1
        in1 = c1 if lon_edges[c1 + 1] <= east else c1 - 1
        for r in range(r0, r1 + 1):
            base = r * (len(lon_edges) - 1)
            whole = lat_edges[r] >= south and lat_edges[r + 1] <= north and in0 <= in1
            begin, end = blocks[base + c0], blocks[base + c1 + 1]
            skip_from, skip_to = end, end
            if whole:
                skip_from, skip_to = blocks[base + in0], blocks[base + in1 + 1]
                total += skip_to - skip_from
            # Without branches, for the processor to do several rows at once.
            for row in range(begin, skip_from):
                total += (
                    (lon[row] >= west)
                    & (lon[row] <= east)
                    & (lat[row] >= south)
                    & (lat[row] <= north)
                )
            for row in range(skip_to, end):
                total += (
                    (lon[row] >= west)
                    & (lon[row] <= east)
                    & (lat[row] >= south)
                    & (lat[row] <= north)
                )
        for row in dead_rows:
            if row < blocks[-1]:
                total -= west <= lon[row] <= east and south <= lat[row] <= north
    return total


@compiled
def put_values(values: Array, items: Items, n: int, part: int, zoom: int, total: int) -> int:
    """One property of all items as whole numbers (decimals in millionths); how many there are."""
    if part > _POINTS:
        return 0
    if part < _LON:
        values[0] = zoom if part == 0 else total
        return 1
    if part == _LON:
        values[:n] = items.lon[:n]
    elif part == _LAT:
        values[:n] = items.lat[:n]
    elif part == _SIZE:
        values[:n] = items.size[:n]
    elif part == _KW:
        for i in range(n):
            thousandths = int(items.kw[i] * 1000.0 + 0.5)
            values[i] = _NO_VALUE if items.kw[i] < 0 else thousandths * 1000
    else:
        numbers = items.free if part == _FREE else items.points
        for i in range(n):
            values[i] = _NO_VALUE if items.points[i] <= 0 else numbers[i]
    return n


@compiled
def write_items(
    items: Items, n: int, zoom: int, total: int, keys: Array, ids: Array, more_ids: Array
) -> Array:
    """The answer of ``/map``: one list per property. ``keys`` are its names with punctuation.

    Ids come from ``ids`` by row, beyond its end from ``more_ids``.
    """
    out = np.empty(256 + n * (80 + max(ids.shape[1], more_ids.shape[1])), np.uint8)
    values = np.empty(max(n, 1), np.int64)
    at = 0
    for part in range(10):
        for k in range(keys.shape[1]):
            out[at] = keys[part, k]
            at += keys[part, k] != 0
        if part == _ID:
            for i in range(n):
                row = items.row[i]
                if row < 0:
                    for k in range(5):
                        out[at + k] = _NULL[k]
                    at += 5
                    continue
                out[at] = _QUOTE
                at += 1
                if row < len(ids):
                    for k in range(ids.shape[1]):
                        out[at] = ids[row, k]
                        at += ids[row, k] != 0
                else:
                    for k in range(more_ids.shape[1]):
                        out[at] = more_ids[row - len(ids), k]
                        at += more_ids[row - len(ids), k] != 0
                out[at] = _QUOTE
                out[at + 1] = _COMMA
                at += 2
            at -= n > 0
            continue
        size = put_values(values, items, n, part, zoom, total)
        decimal = part in (_LON, _LAT, _KW)
        for i in range(size):
            value = values[i]
            if value == _NO_VALUE:
                for k in range(5):
                    out[at + k] = _NULL[k]
                at += 5
                continue
            if value < 0:
                out[at] = _MINUS
                at += 1
                value = -value
            rest = 0
            if decimal:
                whole = value // 1_000_000
                rest = value - whole * 1_000_000
                value = whole
            digits = 1
            power = 10
            while value >= power:
                digits += 1
                power *= 10
            for k in range(at + digits - 1, at - 1, -1):
                tenth = value // 10
                out[k] = _ZERO + value - tenth * 10
                value = tenth
            at += digits
            if rest:
                out[at] = _POINT
                # Two digits at once: half as many divisions, which take most of the time.
                high = rest // 10_000
                low = rest - high * 10_000
                middle = low // 100
                low -= middle * 100
                out[at + 1], out[at + 2] = _PAIRS[high, 0], _PAIRS[high, 1]
                out[at + 3], out[at + 4] = _PAIRS[middle, 0], _PAIRS[middle, 1]
                out[at + 5], out[at + 6] = _PAIRS[low, 0], _PAIRS[low, 1]
                at += 6
                while out[at] == _ZERO:
                    at -= 1
                at += 1
            out[at] = _COMMA
            at += 1
        at -= size > 0
    return out[:at]


KEYS = (
    np.array(
        [
            b'{"zoom":',
            b',"total":',
            b',"lon":[',
            b'],"lat":[',
            b'],"count":[',
            b'],"id":[',
            b'],"kw":[',
            b'],"free":[',
            b'],"points":[',
            b"]}",
        ]
    )
    .view(np.uint8)
    .reshape(10, -1)
)
"""The names and punctuation of the answer, for ``write_items``."""


@compiled
def default_view(
    box: Array,
    zoom: int,
    limit: int,
    x: Array,
    y: Array,
    lon6: Array,
    lat6: Array,
    sums: Array,
    kw: Array,
    level_start: Array,
    level_nodes: Array,
    level_keys: Array,
    lat: Array,
    lon: Array,
    blocks: Array,
    lon_edges: Array,
    lat_edges: Array,
    dead_rows: Array,
    keys: Array,
    ids: Array,
) -> Array:
    """The answer without filters, while nothing was added since the pyramid was built."""
    nodes, n, zoom = fitting_nodes(
        box, zoom, limit, x, y, sums, level_start, level_nodes, level_keys, lat, lon
    )
    items = new_items(n)
    fill_items(items, nodes, n, lon6, lat6, sums, kw)
    total = count_rows(box, lat, lon, blocks, lon_edges, lat_edges, dead_rows)
    return write_items(items, n, zoom, total, keys, ids, ids[:0])


@compiled
def attach(items: Items, n: int, more: Items, m: int, zoom: int) -> int:
    """Put further items among the first: into the nearest within a cluster's radius, or alone.

    Returns:
        How many items there are now; ``items`` must have room for all.
    """
    reach = RADIUS / 2.0**zoom
    x = np.empty(len(items.lon))
    y = np.empty(len(items.lon))
    for i in range(n):
        x[i] = items.lon[i] / 3.6e8 + 0.5
        y[i] = project(items.lat[i] / 1e6)
    for k in range(m):
        px, py = more.lon[k] / 3.6e8 + 0.5, project(more.lat[k] / 1e6)
        best = -1
        least = reach * reach
        if zoom <= MAX_CLUSTER_ZOOM:
            for i in range(n):
                square = (x[i] - px) ** 2 + (y[i] - py) ** 2
                if square <= least:
                    best, least = i, square
        if best < 0:
            best = n
            n += 1
            x[best], y[best] = px, py
            items.lon[best], items.lat[best] = more.lon[k], more.lat[k]
            items.size[best], items.row[best] = more.size[k], more.row[k]
            items.kw[best] = more.kw[k]
            items.free[best], items.points[best] = more.free[k], more.points[k]
        else:
            items.size[best] += more.size[k]
            items.row[best] = -1
            items.kw[best] = max(items.kw[best], more.kw[k])
            items.free[best] += more.free[k]
            items.points[best] += more.points[k]
    return n


@compiled
def gather(x: Array, y: Array, cell: float) -> tuple[Array, int]:
    """Number the cells that hold points: the cell of each point, and how many there are."""
    n = len(x)
    if n == 0:
        return np.empty(0, np.int32), 0
    per = 1.0 / cell
    low_x, high_x, low_y, high_y = 1e9, 0.0, 1e9, 0.0
    for i in range(n):
        low_x, high_x = min(low_x, x[i]), max(high_x, x[i])
        low_y, high_y = min(low_y, y[i]), max(high_y, y[i])
    c0, r0 = np.int64(low_x * per), np.int64(low_y * per)
    wide = np.int64(high_x * per) - c0 + 1
    area = wide * (np.int64(high_y * per) - r0 + 1)
    cells = np.empty(n, np.int32)
    made = 0
    if area <= 4 * n + 4096:
        table = np.full(area, -1, np.int32)
        for i in range(n):
            key = (np.int64(y[i] * per) - r0) * wide + np.int64(x[i] * per) - c0
            if table[key] < 0:
                table[key] = made
                made += 1
            cells[i] = table[key]
        return cells, made
    bits = 4
    while (1 << bits) < 2 * n:
        bits += 1
    mask = (1 << bits) - 1
    slots = np.full(1 << bits, -1, np.int32)
    held = np.empty(1 << bits, np.int64)
    for i in range(n):
        key = (np.int64(y[i] * per) - r0) * wide + np.int64(x[i] * per) - c0
        slot = np.int64((np.uint64(key) * _HASH) >> np.uint64(64 - bits))
        while slots[slot] >= 0 and held[slot] != key:
            slot = (slot + 1) & mask
        if slots[slot] < 0:
            slots[slot], held[slot] = made, key
            made += 1
        cells[i] = slots[slot]
    return cells, made


@compiled
def merged_items(
    box: Array,
    zoom: int,
    limit: int,
    x: Array,
    y: Array,
    lat: Array,
    lon: Array,
    row: Array,
    kw: Array,
    free: Array,
    points: Array,
    inside: Array,
) -> tuple[Items, int, int]:
    """Matching stations as items in the box: clustered at ``zoom``, or smaller until the limit holds.

    Each array has one entry a station. Beyond the zoom of clusters every station stays alone.
    """
    n = len(x)
    cells = np.empty(0, np.int32)
    edges = np.empty((box.shape[0], 4))
    for b in range(box.shape[0]):
        edges[b, 0], edges[b, 1], edges[b, 2], edges[b, 3] = mercator_edges(box, b)
    if zoom > MAX_CLUSTER_ZOOM:
        alone = 0
        for i in range(n):
            alone += inside[i] != 0
        if alone <= limit:
            items = new_items(alone)
            at = 0
            for i in range(n):
                if inside[i]:
                    put_station(items, at, lat[i], lon[i], row[i], kw[i], free[i], points[i])
                    at += 1
            return items, alone, zoom
        zoom = MAX_CLUSTER_ZOOM
    while True:
        cells, made = gather(x, y, RADIUS / 2.0**zoom / _CELLS)
        cx = np.zeros(made)
        cy = np.zeros(made)
        size = np.zeros(made, np.int32)
        for i in range(n):
            c = cells[i]
            cx[c] += x[i]
            cy[c] += y[i]
            size[c] += 1
        for c in range(made):
            cx[c] /= size[c]
            cy[c] /= size[c]
        if zoom < MAX_CLUSTER_ZOOM:
            # One zoom deeper first, as supercluster comes: otherwise a fifth more items remain.
            first, cx, cy, size, _ = join(cx, cy, size, RADIUS / 2.0 ** (zoom + 1))
            cells = first[cells]
        target, out_x, out_y, out_size, _ = join(cx, cy, size, RADIUS / 2.0**zoom)
        # A station alone counts as inside by its own coordinate, as the total does.
        alone_inside = np.zeros(len(out_x), np.uint8)
        for i in range(n):
            if out_size[target[cells[i]]] == 1:
                alone_inside[target[cells[i]]] = inside[i]
        shown = np.full(len(out_x), -1, np.int32)
        count = 0
        for o in range(len(out_x)):
            if alone_inside[o] or (out_size[o] > 1 and in_edges(edges, out_x[o], out_y[o])):
                shown[o] = count
                count += 1
        if count <= limit or zoom == 0:
            break
        zoom -= 1
    items = new_items(count)
    for o in range(len(out_x)):
        if shown[o] >= 0:
            at = shown[o]
            items.lon[at] = np.int32(np.rint((out_x[o] - 0.5) * 3.6e8))
            angle = 2.0 * np.arctan(np.exp((1.0 - 2.0 * out_y[o]) * np.pi))
            items.lat[at] = np.int32(np.rint((angle * 180.0 / np.pi - 90.0) * 1e6))
            items.size[at] = out_size[o]
            items.row[at] = -1
            items.kw[at] = -1.0
            items.free[at] = 0
            items.points[at] = 0
    for i in range(n):
        at = shown[target[cells[i]]]
        if at < 0:
            continue
        if items.size[at] == 1:
            put_station(items, at, lat[i], lon[i], row[i], kw[i], free[i], points[i])
            continue
        items.kw[at] = max(items.kw[at], kw[i])
        if free[i] >= 0:
            items.free[at] += free[i]
            items.points[at] += points[i]
    return items, count, zoom


@compiled
def put_station(
    items: Items, at: int, lat: float, lon: float, row: int, kw: float, free: int, points: int
) -> None:
    """One station as an item."""
    items.lon[at] = np.int32(np.rint(lon * 1e6))
    items.lat[at] = np.int32(np.rint(lat * 1e6))
    items.size[at] = 1
    items.row[at] = row
    items.kw[at] = kw
    items.free[at] = max(free, 0)
    items.points[at] = points if free >= 0 else 0


@compiled
def in_edges(edges: Array, x: float, y: float) -> bool:
    """Whether a place in web mercator lies between ``mercator_edges``."""
    for b in range(edges.shape[0]):
        if edges[b, 0] <= x <= edges[b, 1] and edges[b, 2] <= y <= edges[b, 3]:
            return True
    return False

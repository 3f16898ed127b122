"""Which stations pass a set of filters, and what of them matches: one pass over the columns."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from chargesphere.core.vocabulary import Status
from chargesphere.features.discovery.columns import (
    ACCESSES,
    AVAILABLE,
    CONNECTORS,
    STATUSES,
    UNKNOWN,
    VISIBLE,
    Columns,
)
from chargesphere.features.discovery.compiled import Array, compiled
from chargesphere.features.discovery.hours import OpenHours
from chargesphere.features.discovery.rules import HIDDEN_STATUSES, Filters

NO_MATCH = -2.0
UNKNOWN_KW = -1.0
"""In the kernels' numbers for power: the plugs do not match; they do, at unknown power."""

_VISIBLE_MASK = sum(1 << i for i, s in enumerate(STATUSES) if s not in HIDDEN_STATUSES)
_AVAILABLE_MASK = 1 << STATUSES.index(Status.AVAILABLE)
_UNKNOWN_MASK = 1 << STATUSES.index(Status.UNKNOWN)
_FIRST_HIDDEN = 1 + min(STATUSES.index(s) for s in HIDDEN_STATUSES)
_LAST_HIDDEN = 1 + max(STATUSES.index(s) for s in HIDDEN_STATUSES)


@dataclass(frozen=True, slots=True)
class Question:
    """Filters in the codes of one set of columns.

    ``plugs``: for each plug set the strongest plug that passes, in kW, or NO_MATCH or UNKNOWN_KW.
    ``beyond_default``: rows that the default filter hides may match.
    """

    plugs: Array
    access: Array
    operators: Array
    sources: np.uint64
    statuses: int
    min_points: int
    asks_operator: bool
    asks_hours: bool
    beyond_default: bool


def ask(filters: Filters, columns: Columns) -> Question:
    """Translate the filters."""
    words = columns.words
    statuses = sum(1 << i for i, status in enumerate(STATUSES) if filters.allows_status(status))
    sources = sum(1 << i for i, source in enumerate(words.sources) if source in filters.sources)
    return Question(
        plugs=_matching_plugs(filters, columns),
        access=np.array([access in filters.allowed_access for access in ACCESSES], np.uint8),
        operators=_matching_operators(filters, columns),
        # With sources asked for of which none is here, no bit may match: bit 63 is never a source.
        sources=np.uint64(sources if sources or not filters.sources else 1 << 63),
        statuses=statuses,
        min_points=filters.min_points or 1,
        asks_operator=bool(filters.networks or filters.exclude_networks),
        asks_hours=filters.open_now,
        beyond_default=bool(filters.access or filters.statuses),
    )


def _matching_operators(filters: Filters, columns: Columns) -> Array:
    """One flag per operator, after one for stations without."""
    known = [operator for operator, _ in columns.words.operators]
    if not (filters.networks or filters.exclude_networks):
        return np.ones(1 + len(known), np.uint8)
    allowed = [
        (not filters.networks or operator in filters.networks)
        and operator not in filters.exclude_networks
        for operator in known
    ]
    return np.array([not filters.networks, *allowed], np.uint8)


def _matching_plugs(filters: Filters, columns: Columns) -> Array:
    kinds = sum(1 << CONNECTORS.index(kind) for kind in filters.connectors)
    return best_plugs(
        columns.plug_start,
        columns.plug_type,
        columns.plug_kw,
        columns.plug_no_fee,
        kinds,
        np.float32(-1.0 if filters.min_kw is None else filters.min_kw),
        np.float32(-1.0 if filters.max_kw is None else filters.max_kw),
        filters.no_fee,
    )


@compiled
def best_plugs(
    plug_start: Array,
    plug_type: Array,
    plug_kw: Array,
    plug_no_fee: Array,
    kinds: int,
    min_kw: np.float32,
    max_kw: np.float32,
    no_fee: bool,
) -> Array:
    """The strongest plug of each set that passes; limits below 0 ask nothing."""
    asks_nothing = kinds == 0 and min_kw < 0 and max_kw < 0 and not no_fee
    best = np.empty(len(plug_start) - 1, np.float32)
    for i in range(len(best)):
        # A charge point without plugs passes when nothing is asked of its plugs.
        best[i] = UNKNOWN_KW if asks_nothing else NO_MATCH
        for k in range(plug_start[i], plug_start[i + 1]):
            kw = plug_kw[k]
            if (
                (kinds == 0 or kinds & (1 << plug_type[k]))
                and (min_kw < 0 or kw >= min_kw)
                and (max_kw < 0 or kw <= max_kw)
                and (not no_fee or plug_no_fee[k])
            ):
                best[i] = max(best[i], UNKNOWN_KW if np.isnan(kw) else kw)
    return best


def hours_flags(question: Question, hours: OpenHours, now: datetime, count: int) -> Array:
    """Which opening hours pass: all, or those that are open now."""
    return hours.at(now) if question.asks_hours else np.ones(count, np.uint8)


@compiled
def count_statuses(counts: Array, group: int, statuses: int, is_fresh: bool) -> int:
    """Charge points of the group in any of these statuses.

    Without fresh ones they are UNKNOWN, but for those that describe the site, not the moment.
    """
    here = 0
    for s in range(len(STATUSES)):
        lasting = _FIRST_HIDDEN <= s + 1 <= _LAST_HIDDEN
        if statuses & (1 << s) and (is_fresh or lasting):
            here += int(counts[group, 1 + s])
    if not is_fresh and statuses & _UNKNOWN_MASK:
        here += int(counts[group, VISIBLE])
    return here


@compiled
def first_edge(edges: Array, value: float) -> int:
    """The block that holds a value: the last edge not above it."""
    low, high = 0, len(edges) - 1
    while low < high:
        middle = (low + high) // 2
        if edges[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return min(max(low - 1, 0), len(edges) - 2)


@compiled
def match_rows(
    box: Array,
    wide: Array,
    lat: Array,
    lon: Array,
    dead: Array,
    operator: Array,
    access: Array,
    sources: Array,
    hours: Array,
    group_start: Array,
    group_row: Array,
    group_plugs: Array,
    group_source: Array,
    counts: Array,
    blocks: Array,
    lon_edges: Array,
    lat_edges: Array,
    fresh: Array,
    plugs: Array,
    access_ok: Array,
    operator_ok: Array,
    hours_ok: Array,
    x: Array,
    y: Array,
    wanted_sources: np.uint64,
    statuses: int,
    min_points: int,
    asks_operator: bool,
    asks_hours: bool,
    beyond_default: bool,
) -> tuple[Array, Array, Array, Array, Array, Array, Array, Array, Array, int]:
    """All matching rows in the ranges of ``wide``.

    Both boxes are rows of (west, south, east, north), one or two of them.

    Returns:
        Rows, kW, free (-1: status not known), points, whether inside ``box``, x, y, latitude,
        longitude; how many are inside.
    """
    shown = blocks[-1]
    side = len(lon_edges) - 1
    bound = 0
    most = 0
    for b in range(wide.shape[0]):
        c0, c1 = first_edge(lon_edges, wide[b, 0]), first_edge(lon_edges, wide[b, 2])
        for r in range(first_edge(lat_edges, wide[b, 1]), first_edge(lat_edges, wide[b, 3]) + 1):
            begin, end = blocks[r * side + c0], blocks[r * side + c1 + 1]
            bound += end - begin
            most = max(most, group_start[end] - group_start[begin])
    if beyond_default:
        bound += (len(lat) - shown) * wide.shape[0]
        most = max(most, group_start[len(lat)] - group_start[shown])
    out_row = np.empty(bound, np.int32)
    out_kw = np.empty(bound, np.float32)
    out_free = np.empty(bound, np.int32)
    out_points = np.empty(bound, np.int32)
    out_inside = np.empty(bound, np.uint8)
    candidates = np.empty(most + 1, np.int32)
    found = 0
    total = 0
    for b in range(wide.shape[0]):
        west, south, east, north = wide[b, 0], wide[b, 1], wide[b, 2], wide[b, 3]
        c0, c1 = first_edge(lon_edges, west), first_edge(lon_edges, east)
        r0, r1 = first_edge(lat_edges, south), first_edge(lat_edges, north)
        for r in range(r0, r1 + 2):
            if r <= r1:
                begin, end = blocks[r * side + c0], blocks[r * side + c1 + 1]
            elif beyond_default:
                begin, end = shown, len(lat)
            else:
                break
            # Rows of blocks that lie wholly in the range need no look at their place.
            sure_from, sure_to = 0, 0
            if r <= r1 and south <= lat_edges[r] and lat_edges[r + 1] <= north:
                in0 = c0 if lon_edges[c0] >= west else c0 + 1
                in1 = c1 if lon_edges[c1 + 1] <= east else c1 - 1
                if in0 <= in1:
                    sure_from, sure_to = blocks[r * side + in0], blocks[r * side + in1 + 1]
            # Most filters turn down most plugs: first find the groups whose plugs pass, without a
            # branch that the processor could guess wrong, then look at the stations of those.
            asked = 0
            for g in range(group_start[begin], group_start[end]):
                candidates[asked] = g
                asked += plugs[group_plugs[g]] != NO_MATCH
            i = 0
            while i < asked:
                row = group_row[candidates[i]]
                best = NO_MATCH
                points = 0
                free = 0
                while i < asked and group_row[candidates[i]] == row:
                    g = candidates[i]
                    i += 1
                    is_fresh = fresh[group_source[g]] != 0
                    if statuses == _VISIBLE_MASK:
                        here = int(counts[g, VISIBLE])
                    elif statuses == _AVAILABLE_MASK:
                        here = int(counts[g, AVAILABLE]) if is_fresh else 0
                    else:
                        here = count_statuses(counts, g, statuses, is_fresh)
                    if here == 0:
                        continue
                    best = max(best, plugs[group_plugs[g]])
                    points += here
                    if is_fresh and statuses & _AVAILABLE_MASK:
                        free += int(counts[g, AVAILABLE])
                if points < min_points or dead[row]:
                    continue
                if not (sure_from <= row < sure_to) and not (
                    west <= lon[row] <= east and south <= lat[row] <= north
                ):
                    continue
                # Rows of the default filter have its access.
                if beyond_default and not access_ok[access[row]]:
                    continue
                if asks_operator and not operator_ok[operator[row] + 1]:
                    continue
                if asks_hours and not hours_ok[hours[row]]:
                    continue
                if wanted_sources and not (sources[row] & wanted_sources):
                    continue
                known = False
                for g in range(group_start[row], group_start[row + 1]):
                    if fresh[group_source[g]] and counts[g, VISIBLE] > counts[g, UNKNOWN]:
                        known = True
                inside = False
                for k in range(box.shape[0]):
                    if box[k, 0] <= lon[row] <= box[k, 2] and box[k, 1] <= lat[row] <= box[k, 3]:
                        inside = True
                total += inside
                out_row[found] = row
                out_kw[found] = best
                out_free[found] = free if known else -1
                out_points[found] = points
                out_inside[found] = inside
                found += 1
    out_row = out_row[:found]
    return (
        out_row,
        out_kw[:found],
        out_free[:found],
        out_points[:found],
        out_inside[:found],
        x[out_row],
        y[out_row],
        lat[out_row],
        lon[out_row],
        total,
    )

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
    any_hours: bool
    statuses: int
    min_points: int
    beyond_default: bool


def ask(filters: Filters, columns: Columns) -> Question:
    """Translate the filters."""
    words = columns.words
    statuses = sum(1 << i for i, status in enumerate(STATUSES) if filters.allows_status(status))
    ids = [operator for operator, _ in words.operators]
    sources = sum(1 << i for i, source in enumerate(words.sources) if source in filters.sources)
    return Question(
        plugs=_matching_plugs(filters, columns),
        access=np.array([access in filters.allowed_access for access in ACCESSES], np.uint8),
        operators=np.array(
            [not filters.networks, *(_allows_network(filters, operator) for operator in ids)],
            np.uint8,
        ),
        # With sources asked for of which none is here, no bit may match: bit 63 is never a source.
        sources=np.uint64(sources if sources or not filters.sources else 1 << 63),
        any_hours=not filters.open_now,
        statuses=statuses,
        min_points=filters.min_points or 1,
        beyond_default=bool(filters.access or filters.statuses),
    )


def _allows_network(filters: Filters, operator: str) -> bool:
    if operator in filters.exclude_networks:
        return False
    return not filters.networks or operator in filters.networks


def _matching_plugs(filters: Filters, columns: Columns) -> Array:
    passes = np.ones(len(columns.plug_type), bool)
    if filters.connectors:
        wanted = np.array([kind in filters.connectors for kind in CONNECTORS])
        passes &= wanted[columns.plug_type]
    if filters.min_kw is not None:
        passes &= columns.plug_kw >= np.float32(filters.min_kw)  # Never true of nan.
    if filters.max_kw is not None:
        passes &= columns.plug_kw <= np.float32(filters.max_kw)
    if filters.no_fee:
        passes &= columns.plug_no_fee > 0
    asks_nothing = (
        not filters.connectors
        and filters.min_kw is None
        and filters.max_kw is None
        and not filters.no_fee
    )
    power = np.nan_to_num(columns.plug_kw, nan=UNKNOWN_KW)
    # A charge point without plugs passes when nothing is asked of its plugs.
    best = np.full(len(columns.plug_start) - 1, UNKNOWN_KW if asks_nothing else NO_MATCH)
    owner = np.repeat(np.arange(len(best)), np.diff(columns.plug_start))
    np.maximum.at(best, owner[passes], power[passes])
    return best.astype(np.float32)


def hours_flags(question: Question, hours: OpenHours, now: datetime, count: int) -> Array:
    """Which opening hours pass: all, or those that are open now."""
    return np.ones(count, np.uint8) if question.any_hours else hours.at(now)


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
    wanted_sources: np.uint64,
    statuses: int,
    min_points: int,
    beyond_default: bool,
) -> tuple[Array, Array, Array, Array, Array, int]:
    """All matching rows in the ranges of ``wide``.

    Both boxes are rows of (west, south, east, north), one or two of them.

    Returns:
        Rows, kW, free (-1: status not known), points, whether inside ``box``; how many are inside.
    """
    shown = blocks[-1]
    side = len(lon_edges) - 1
    bound = 0
    for b in range(wide.shape[0]):
        c0, c1 = first_edge(lon_edges, wide[b, 0]), first_edge(lon_edges, wide[b, 2])
        for r in range(first_edge(lat_edges, wide[b, 1]), first_edge(lat_edges, wide[b, 3]) + 1):
            bound += blocks[r * side + c1 + 1] - blocks[r * side + c0]
    if beyond_default:
        bound += (len(lat) - shown) * wide.shape[0]
    out_row = np.empty(bound, np.int32)
    out_kw = np.empty(bound, np.float32)
    out_free = np.empty(bound, np.int32)
    out_points = np.empty(bound, np.int32)
    out_inside = np.empty(bound, np.uint8)
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
            for row in range(begin, end):
                if not (
                    west <= lon[row] <= east
                    and south <= lat[row] <= north
                    and access_ok[access[row]]
                    and operator_ok[operator[row] + 1]
                    and hours_ok[hours[row]]
                ):
                    continue
                if dead[row] or (wanted_sources and not (sources[row] & wanted_sources)):
                    continue
                best = NO_MATCH
                points = 0
                free = 0
                known = False
                for g in range(group_start[row], group_start[row + 1]):
                    is_fresh = fresh[group_source[g]] != 0
                    visible = int(counts[g, VISIBLE])
                    if is_fresh and visible > counts[g, UNKNOWN]:
                        known = True
                    kw = plugs[group_plugs[g]]
                    if kw == NO_MATCH:
                        continue
                    if statuses == _VISIBLE_MASK:
                        here = visible
                    elif statuses == _AVAILABLE_MASK:
                        here = int(counts[g, AVAILABLE]) if is_fresh else 0
                    else:
                        here = count_statuses(counts, g, statuses, is_fresh)
                    if here == 0:
                        continue
                    best = max(best, kw)
                    points += here
                    if is_fresh and statuses & _AVAILABLE_MASK:
                        free += int(counts[g, AVAILABLE])
                if points < min_points:
                    continue
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
    return (
        out_row[:found],
        out_kw[:found],
        out_free[:found],
        out_points[:found],
        out_inside[:found],
        total,
    )

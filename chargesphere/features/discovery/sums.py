"""What each node of the pyramid holds right now: summed up once, then kept by small steps."""

from chargesphere.features.discovery.columns import AVAILABLE, UNKNOWN, VISIBLE
from chargesphere.features.discovery.compiled import Array, compiled

COUNT, MEMBER, FREE, POINTS = 0, 1, 2, 3
"""Columns of the sums: stations; their rows combined by exclusive or (so that of one station its
own row is left); free charge points; charge points of stations whose status is known."""


@compiled
def station_sums(
    row: int,
    group_start: Array,
    group_source: Array,
    counts: Array,
    fresh: Array,
) -> tuple[int, int]:
    """Free and visible charge points of one station; both 0 while its status is not known."""
    free = 0
    points = 0
    known = False
    for g in range(group_start[row], group_start[row + 1]):
        visible = int(counts[g, VISIBLE])
        points += visible
        if fresh[group_source[g]]:
            free += int(counts[g, AVAILABLE])
            known |= visible > counts[g, UNKNOWN]
    return (free, points) if known else (0, 0)


@compiled
def sum_up(
    sums: Array,
    kw: Array,
    parent: Array,
    shown: int,
    dead: Array,
    group_start: Array,
    group_plugs: Array,
    group_source: Array,
    counts: Array,
    best_kw: Array,
    fresh: Array,
) -> None:
    """Fill ``sums`` and ``kw`` of all nodes; ``best_kw`` is the strongest plug of each plug set."""
    sums[:] = 0
    kw[:] = -1.0
    for row in range(shown):
        if dead[row]:
            continue
        sums[row, COUNT] = 1
        sums[row, MEMBER] = row
        free, points = station_sums(row, group_start, group_source, counts, fresh)
        sums[row, FREE] = free
        sums[row, POINTS] = points
        for g in range(group_start[row], group_start[row + 1]):
            if counts[g, VISIBLE]:
                kw[row] = max(kw[row], best_kw[group_plugs[g]])
    # A parent is always numbered after its children.
    for node in range(len(parent)):
        up = parent[node]
        if up >= 0:
            sums[up, COUNT] += sums[node, COUNT]
            sums[up, MEMBER] ^= sums[node, MEMBER]
            sums[up, FREE] += sums[node, FREE]
            sums[up, POINTS] += sums[node, POINTS]
            kw[up] = max(kw[up], kw[node])


@compiled
def put_counts(
    rows: Array,
    new_rows: Array,
    new_start: Array,
    new_counts: Array,
    group_start: Array,
    group_source: Array,
    counts: Array,
    fresh: Array,
    sums: Array,
    parent: Array,
    dead: Array,
    shown: int,
) -> int:
    """Give ``rows`` the counts of ``new_rows`` and carry the difference up to every cluster.

    Returns:
        How many stations had other counts before.
    """
    changed = 0
    for i in range(len(rows)):
        row = rows[i]
        first, source = group_start[row], new_start[new_rows[i]]
        differs = False
        for g in range(group_start[row + 1] - first):
            for s in range(counts.shape[1]):
                if counts[first + g, s] != new_counts[source + g, s]:
                    counts[first + g, s] = new_counts[source + g, s]
                    differs = True
        if not differs:
            continue
        changed += 1
        if row >= shown or dead[row]:
            continue
        free, points = station_sums(row, group_start, group_source, counts, fresh)
        more_free, more_points = free - sums[row, FREE], points - sums[row, POINTS]
        node = row
        while node >= 0 and (more_free or more_points):
            sums[node, FREE] += more_free
            sums[node, POINTS] += more_points
            node = parent[node]
    return changed

"""From what a source publishes to stations: each charge point once, near neighbours as one site.

Pure and deterministic: the order of the records does not matter.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chargesphere.core.geo import EARTH_RADIUS_M
from chargesphere.features.catalogue.rules import (
    MAX_SITE_M,
    SAME_SITE_M,
    AddressKey,
    address_key,
    addresses_differ,
    id_order,
    newer_copy,
    operator_id,
)
from chargesphere.providers.catalogues.port import ChargePointRecord, SiteRecord

_M_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class Group:
    """Records that are one station; the first is the primary one. Each holds only winning copies."""

    sites: tuple[SiteRecord, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """The stations, and the locations left without charge points with those that followed them.

    ``duplicates`` counts records of a location that stands in the source more than once.
    """

    groups: list[Group]
    superseded: dict[str, str]
    duplicates: int


def merge(sites: Iterable[SiteRecord]) -> Merged:
    """All records of one source as stations."""
    single, duplicates = _one_record_a_location(sites)
    living, superseded = _one_copy_a_charge_point(single)
    return Merged([Group(group) for group in join_sites(living)], superseded, duplicates)


def _one_record_a_location(sites: Iterable[SiteRecord]) -> tuple[list[SiteRecord], int]:
    by_id: dict[str, SiteRecord] = {}
    duplicates = 0
    for site in sites:
        known = by_id.get(site.source_id)
        if known is not None:
            duplicates += 1
            site = _pooled(known, site)
        by_id[site.source_id] = site
    return list(by_id.values()), duplicates


def _pooled(a: SiteRecord, b: SiteRecord) -> SiteRecord:
    """Two records of one location: the facts of the newer, the charge points of both."""
    newer, older = (b, a) if _age(b) >= _age(a) else (a, b)
    return replace(newer, charge_points=newer.charge_points + older.charge_points)


def _age(site: SiteRecord) -> float:
    return site.updated_at.timestamp() if site.updated_at else -math.inf


def _one_copy_a_charge_point(
    sites: Sequence[SiteRecord],
) -> tuple[list[SiteRecord], dict[str, str]]:
    """Sites with their winning charge points, and who follows each site left without any."""
    winners: dict[str, tuple[tuple[object, ...], int, int]] = {}
    for row, site in enumerate(sites):
        for position, point in enumerate(site.charge_points):
            copy = (newer_copy(site, point), row, position)
            known = winners.get(point.key)
            if known is None or copy[0] > known[0]:
                winners[point.key] = copy
    living: list[SiteRecord] = []
    superseded: dict[str, str] = {}
    for row, site in enumerate(sites):
        kept = tuple(
            point
            for position, point in enumerate(site.charge_points)
            if winners[point.key][1:] == (row, position)
        )
        if len(kept) == len(site.charge_points):
            living.append(site)
        elif kept:
            living.append(replace(site, charge_points=kept))
        else:
            followers = (sites[winners[p.key][1]].source_id for p in site.charge_points)
            superseded[site.source_id] = _most_frequent(followers)
    return living, superseded


def _most_frequent(source_ids: Iterable[str]) -> str:
    counted = Counter(source_ids)
    return max(counted, key=lambda source_id: (counted[source_id], id_order(source_id)))


def join_sites(sites: Sequence[SiteRecord]) -> list[tuple[SiteRecord, ...]]:
    """The sites as stations: near, of one operator, with addresses that do not contradict.

    The nearest pairs join first; a join that would bring two contradicting addresses together, or
    stretch a station beyond ``MAX_SITE_M``, does not happen. Sites without a known operator stay
    alone. The site with the most charge points comes first in its station.
    """
    by_operator: defaultdict[str, list[SiteRecord]] = defaultdict(list)
    joined: list[tuple[SiteRecord, ...]] = []
    for site in sites:
        if site.operator is None:
            joined.append((site,))
        else:
            by_operator[operator_id(site.operator.name)].append(site)
    for same_operator in by_operator.values():
        joined.extend(_joined(sorted(same_operator, key=lambda s: id_order(s.source_id))))
    return joined


def _joined(sites: Sequence[SiteRecord]) -> Iterable[tuple[SiteRecord, ...]]:
    clusters = _Clusters(sites)
    for _, a, b in sorted(_near_pairs(sites)):
        clusters.join(a, b)
    for rows in clusters.rows():
        members = [sites[row] for row in rows]
        members.sort(key=lambda s: (-len(s.charge_points), id_order(s.source_id)))
        yield tuple(members)


def _near_pairs(sites: Sequence[SiteRecord]) -> Iterable[tuple[float, int, int]]:
    """Pairs of rows within ``SAME_SITE_M``, with their distance, found on a grid of such cells."""
    if not sites:
        return
    places = [_flat(site) for site in sites]
    cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for row, (x, y) in enumerate(places):
        cells[int(x // SAME_SITE_M), int(y // SAME_SITE_M)].append(row)
    for (column, line), rows in cells.items():
        around = [
            other
            for d_column in (-1, 0, 1)
            for d_line in (-1, 0, 1)
            for other in cells.get((column + d_column, line + d_line), ())
        ]
        for a in rows:
            for b in around:
                if a < b and (distance := math.dist(places[a], places[b])) <= SAME_SITE_M:
                    yield distance, a, b


def _flat(site: SiteRecord) -> tuple[float, float]:
    # Equirectangular, scaled by each site's own latitude: exact enough over 100 m anywhere but
    # within metres of a pole, because both sites of a pair share that latitude to a millidegree.
    return _M_PER_DEGREE * site.lon * math.cos(math.radians(site.lat)), _M_PER_DEGREE * site.lat


class _Clusters:
    """Disjoint sets of rows that know their extent and their addresses."""

    def __init__(self, sites: Sequence[SiteRecord]) -> None:
        self._parent = list(range(len(sites)))
        self._members = {row: [row] for row in range(len(sites))}
        self._places = [(site.lat, site.lon) for site in sites]
        self._addresses: dict[int, set[AddressKey]] = {
            row: {address_key(site.address)} for row, site in enumerate(sites)
        }

    def join(self, a: int, b: int) -> None:
        """Make one of the clusters of two rows, if they may be one."""
        a, b = self._root(a), self._root(b)
        if a == b or not self._may_join(a, b):
            return
        a, b = min(a, b), max(a, b)
        self._parent[b] = a
        self._members[a] += self._members.pop(b)
        self._addresses[a] |= self._addresses.pop(b)

    def rows(self) -> Iterable[list[int]]:
        return self._members.values()

    def _root(self, row: int) -> int:
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def _may_join(self, a: int, b: int) -> bool:
        if any(addresses_differ(x, y) for x in self._addresses[a] for y in self._addresses[b]):
            return False
        lats, lons = zip(
            *(self._places[r] for r in self._members[a] + self._members[b]), strict=True
        )
        height = _M_PER_DEGREE * (max(lats) - min(lats))
        width = _M_PER_DEGREE * (max(lons) - min(lons)) * math.cos(math.radians(lats[0]))
        return math.hypot(width, height) <= MAX_SITE_M


def charge_points(group: Group) -> list[ChargePointRecord]:
    """The charge points of a station in the order people count them: by label, then by key."""
    points = [point for site in group.sites for point in site.charge_points]
    return sorted(points, key=lambda p: (p.evse_id or "~", p.key))

"""What the index knows of every station, as columns that processes share.

A *row* is a station. Its charge points are counted, not listed: those with the same plugs and the
same source form a *group* with a count per status, and equal sets of plugs are stored once. Rows
that pass the default filter come first; each part is ordered by blocks of a grid of degrees, so
that a box is a few ranges of rows.
"""

import hashlib
import json
from dataclasses import dataclass, fields
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chargesphere.core.vocabulary import Access, ConnectorType, Status
from chargesphere.features.discovery.compiled import Array
from chargesphere.features.discovery.hours import Hours
from chargesphere.features.discovery.rules import DEFAULT_ACCESS, HIDDEN_STATUSES

STATUSES = tuple(Status)
ACCESSES = tuple(Access)
CONNECTORS = tuple(ConnectorType)
VISIBLE = 0
"""The first count of a group: charge points whose status is not hidden."""

AVAILABLE = 1 + STATUSES.index(Status.AVAILABLE)
UNKNOWN = 1 + STATUSES.index(Status.UNKNOWN)
COUNTS = 1 + len(STATUSES)
"""Counts per group: the visible ones, then one per status."""

MAX_SIDE = 512
"""Most blocks per side of the grid that rows are ordered by."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the codes in the columns stand for. ``hours[0]`` is None: not known."""

    operators: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    hours: tuple[Hours | None, ...]

    def save(self, path: Path) -> None:
        """Write them as JSON."""
        hours = [h and [h.always, h.periods, h.time_zone] for h in self.hours]
        content = {"operators": self.operators, "sources": self.sources, "hours": hours}
        path.write_text(json.dumps(content), encoding="utf-8")

    @classmethod
    def open(cls, path: Path) -> "Words":
        """Read what ``save`` wrote."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            operators=tuple((i, n) for i, n in content["operators"]),
            sources=tuple(content["sources"]),
            hours=tuple(
                h and Hours(h[0], tuple((d, a, b) for d, a, b in h[1]), h[2])
                for h in content["hours"]
            ),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """Stations and charge points as they were read, coded by ``words``.

    ``operator`` is -1 for none; ``sources`` has one bit per source; ``point_station`` is a
    position among the stations, ``point_plugs`` one among the plug sets: set ``i`` holds the plugs
    ``plug_start[i]:plug_start[i + 1]``. ``plug_kw`` is nan when not known.
    """

    words: Words
    ids: Array
    lat: Array
    lon: Array
    operator: Array
    access: Array
    sources: Array
    hours: Array
    point_ids: Array
    point_station: Array
    point_source: Array
    point_status: Array
    point_plugs: Array
    plug_start: Array
    plug_type: Array
    plug_kw: Array
    plug_no_fee: Array


@dataclass(frozen=True, slots=True)
class Columns:
    """The index's columns. Only ``counts`` changes after they are built.

    ``signature`` covers everything about a row but its counts by status; the groups of equal rows
    stand in the same order. ``point_ids`` are sorted, ``point_group`` says where each one counts.
    ``blocks`` are where the blocks of the ``defaults[0]`` first rows begin,
    ``lon_edges`` and ``lat_edges`` what divides them, west to east and south to north.
    """

    words: Words
    ids: Array
    by_id: Array
    lat: Array
    lon: Array
    x: Array
    y: Array
    operator: Array
    access: Array
    sources: Array
    hours: Array
    signature: Array
    group_start: Array
    group_row: Array
    group_plugs: Array
    group_source: Array
    counts: Array
    point_ids: Array
    point_group: Array
    plug_start: Array
    plug_type: Array
    plug_kw: Array
    plug_no_fee: Array
    blocks: Array
    lon_edges: Array
    lat_edges: Array
    defaults: Array

    def __len__(self) -> int:
        return len(self.ids)

    def rows_of(self, ids: Array) -> NDArray[np.int64]:
        """The row of each id, -1 where there is none."""
        return _find(self.ids, ids, self.by_id)

    def groups_of(self, point_ids: Array) -> NDArray[np.int64]:
        """The group in which each charge point counts, -1 where there is none."""
        place = _find(self.point_ids, point_ids, None)
        groups = np.full(len(point_ids), -1, np.int64)
        groups[place >= 0] = self.point_group[place[place >= 0]]
        return groups

    def save(self, folder: Path) -> None:
        """Write each column as its own file."""
        for field in fields(self):
            if field.name == "words":
                self.words.save(folder / "words.json")
            else:
                np.save(folder / f"{field.name}.npy", getattr(self, field.name))

    @classmethod
    def open(cls, folder: Path) -> "Columns":
        """Map what ``save`` wrote: pages are shared until this process writes into one.

        Raises:
            OSError: a file is missing or cut short.
            ValueError: a file is damaged.
        """
        columns: dict[str, Any] = {
            field.name: open_array(folder / f"{field.name}.npy")
            for field in fields(cls)
            if field.name != "words"
        }
        return cls(words=Words.open(folder / "words.json"), **columns)


def _find(own: Array, wanted: Array, sorter: Array | None) -> NDArray[np.int64]:
    """Where each wanted id stands among our own, -1 where it does not."""
    if not len(own) or not len(wanted):
        return np.full(len(wanted), -1, np.int64)
    width = max(wanted.dtype.itemsize, own.dtype.itemsize)
    wanted, own = wanted.astype(f"S{width}", copy=False), own.astype(f"S{width}", copy=False)
    place = np.minimum(np.searchsorted(own, wanted, sorter=sorter), len(own) - 1)
    found = np.asarray(place if sorter is None else sorter[place], np.int64)
    found[own[found] != wanted] = -1
    return found


def open_array(path: Path) -> Array:
    """The array in a file, mapped copy-on-write."""
    if path.stat().st_size <= 128:  # Nothing but the header: an empty file cannot be mapped.
        return np.asarray(np.load(path))
    return np.asarray(np.load(path, mmap_mode="c"))


def build_columns(facts: Facts) -> Columns:
    """Sort, group and code the facts. Equal facts in any order give equal columns."""
    groups = _Groups.of(facts)
    shown = _is_default(facts, groups)
    lon_edges, lat_edges = _edges(facts.lon, 180.0), _edges(facts.lat, 90.0)
    block = _block_of(facts.lat, facts.lon, lat_edges, lon_edges)
    x, y = mercator(facts.lat, facts.lon)
    order = _row_order(facts.ids, shown, block, x, y)
    ids = facts.ids[order]
    group_order, group_start = groups.arranged(order)
    new_group = np.empty(len(group_order), np.int32)
    new_group[group_order] = np.arange(len(group_order), dtype=np.int32)
    by_point = np.argsort(facts.point_ids)
    defaults = int(shown.sum())
    return Columns(
        words=facts.words,
        ids=ids,
        by_id=np.argsort(ids).astype(np.int32),
        lat=facts.lat[order],
        lon=facts.lon[order],
        x=x[order],
        y=y[order],
        operator=facts.operator[order],
        access=facts.access[order],
        sources=facts.sources[order],
        hours=facts.hours[order],
        signature=_signatures(facts, groups)[order],
        group_start=group_start,
        group_row=np.repeat(np.arange(len(ids), dtype=np.int32), np.diff(group_start)),
        group_plugs=groups.plugs[group_order],
        group_source=groups.source[group_order],
        counts=groups.counts[group_order],
        point_ids=facts.point_ids[by_point],
        point_group=new_group[groups.of_point[by_point]],
        plug_start=facts.plug_start,
        plug_type=facts.plug_type,
        plug_kw=facts.plug_kw,
        plug_no_fee=facts.plug_no_fee,
        blocks=_starts(block[order][:defaults], (len(lat_edges) - 1) * (len(lon_edges) - 1)),
        lon_edges=lon_edges,
        lat_edges=lat_edges,
        defaults=np.array([defaults], np.int64),
    )


def mercator(lat: Array, lon: Array) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Web mercator between 0 and 1, x to the east and y to the south, rounded to float32."""
    with np.errstate(divide="ignore"):  # The poles are infinitely far, then clipped.
        sine = np.sin(lat * np.pi / 180)
        y = 0.5 - 0.25 * np.log((1 + sine) / (1 - sine)) / np.pi
    return (lon / 360 + 0.5).astype(np.float32), np.clip(y, 0.0, 1.0).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Groups:
    """Charge points of one station with the same plugs and source, in an order of their own."""

    station: Array
    plugs: Array
    source: Array
    counts: Array
    mark: Array
    of_point: Array

    @classmethod
    def of(cls, facts: Facts) -> "_Groups":
        plug_mark = _plug_marks(facts)
        source_mark = _text_marks(facts.words.sources)
        n_plugs, n_sources = max(1, len(plug_mark)), max(1, len(source_mark))
        key = (
            facts.point_station.astype(np.int64) * n_plugs + facts.point_plugs
        ) * n_sources + facts.point_source
        unique, position = np.unique(key, return_inverse=True)
        plugs = (unique // n_sources % n_plugs).astype(np.int32)
        source = (unique % n_sources).astype(np.uint8)
        mark = mix(plug_mark[plugs] ^ mix(source_mark[source])) if len(unique) else unique
        return cls(
            station=(unique // (n_sources * n_plugs)).astype(np.int32),
            plugs=plugs,
            source=source,
            counts=tally(position, facts.point_status, len(unique)),
            mark=mark.astype(np.uint64),
            of_point=position.astype(np.int32),
        )

    def arranged(self, order: Array) -> tuple[Array, Array]:
        """The order of groups that follows this order of stations, and where each one's begin."""
        row = np.empty(len(order), np.int64)
        row[order] = np.arange(len(order))
        rows = row[self.station]
        return np.lexsort((self.mark, rows)), _starts(np.sort(rows), len(order))


def tally(groups: Array, statuses: Array, count: int) -> NDArray[np.uint16]:
    """The counts of that many groups, from the group and status of each charge point."""
    cells = np.bincount(groups * COUNTS + 1 + statuses, minlength=count * COUNTS)
    counts = cells.reshape(-1, COUNTS)
    hidden = [1 + STATUSES.index(status) for status in HIDDEN_STATUSES]
    counts[:, VISIBLE] = counts.sum(axis=1) - counts[:, hidden].sum(axis=1)
    return np.minimum(counts, np.iinfo(np.uint16).max).astype(np.uint16)


def _starts(ordered: Array, length: int) -> NDArray[np.int32]:
    starts = np.zeros(length + 1, np.int32)
    np.cumsum(np.bincount(ordered, minlength=length), out=starts[1:])
    return starts


def _is_default(facts: Facts, groups: _Groups) -> NDArray[np.bool_]:
    allowed = np.array([access in DEFAULT_ACCESS for access in ACCESSES])
    visible = np.bincount(
        groups.station, weights=groups.counts[:, VISIBLE], minlength=len(facts.ids)
    )
    return np.asarray(allowed[facts.access] & (visible > 0))


def _edges(values: Array, end: float) -> NDArray[np.float64]:
    """Where blocks begin, so that each strip of them holds about as many stations.

    Rows and boxes are compared with the same numbers: a block inside a box holds only rows inside.
    """
    side = min(MAX_SIDE, max(1, isqrt(len(values))))
    places = np.arange(1, side) * len(values) // side
    return np.concatenate(([-end], np.sort(values)[places], [end]))


def _block_of(lat: Array, lon: Array, lat_edges: Array, lon_edges: Array) -> NDArray[np.int64]:
    columns, rows = len(lon_edges) - 1, len(lat_edges) - 1
    column = np.searchsorted(lon_edges, lon, side="right") - 1
    row = np.searchsorted(lat_edges, lat, side="right") - 1
    return np.asarray(np.clip(row, 0, rows - 1) * columns + np.clip(column, 0, columns - 1))


def _row_order(ids: Array, shown: Array, block: Array, x: Array, y: Array) -> NDArray[np.int64]:
    """Default rows first, then by block, inside a block along a curve, then by id."""
    by_id = np.argsort(ids, kind="stable")
    fine_x = np.clip(x.astype(np.float64) * 2**20, 0, 2**20 - 1).astype(np.uint64)
    fine_y = np.clip(y.astype(np.float64) * 2**20, 0, 2**20 - 1).astype(np.uint64)
    inside = _spread(fine_x & np.uint64(1023)) | (_spread(fine_y & np.uint64(1023)) << np.uint64(1))
    key = (
        ((~shown).astype(np.uint64) << np.uint64(60))
        | (block.astype(np.uint64) << np.uint64(20))
        | inside
    )
    return np.asarray(by_id[np.argsort(key[by_id], kind="stable")], np.int64)


def _spread(bits: Array) -> NDArray[np.uint64]:
    """Ten bits with a gap after each (for a Morton curve)."""
    b = bits.astype(np.uint64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        b = (b | (b << np.uint64(shift))) & np.uint64(mask)
    return b


def mix(value: Array) -> NDArray[np.uint64]:
    """Scramble 64 bits (the finaliser of splitmix64), so that sums of marks do not collide."""
    with np.errstate(over="ignore"):
        v = value.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        v = (v ^ (v >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        v = (v ^ (v >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(v ^ (v >> np.uint64(31)))


def _text_marks(texts: tuple[str, ...]) -> NDArray[np.uint64]:
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.array([int.from_bytes(digest) for digest in digests], np.uint64)


def _plug_marks(facts: Facts) -> NDArray[np.uint64]:
    """A mark per plug set that depends on its plugs alone, in any order."""
    kw = np.nan_to_num(facts.plug_kw.astype(np.float32), nan=-1.0).view(np.uint32)
    each = mix(
        kw.astype(np.uint64)
        | (facts.plug_type.astype(np.uint64) << np.uint64(32))
        | (facts.plug_no_fee.astype(np.uint64) << np.uint64(40))
    )
    sums = np.zeros(len(each) + 1, np.uint64)
    np.cumsum(each, out=sums[1:])
    return np.asarray(sums[facts.plug_start[1:]] - sums[facts.plug_start[:-1]])


def _signatures(facts: Facts, groups: _Groups) -> NDArray[np.uint64]:
    words = facts.words
    operators = _text_marks(("", *(f"{i}\n{name}" for i, name in words.operators)))
    hours = _text_marks(tuple(repr(h) for h in words.hours))
    signature = mix(facts.lat.astype(np.float64).view(np.uint64))
    signature = mix(signature ^ facts.lon.astype(np.float64).view(np.uint64))
    signature = mix(signature ^ operators[facts.operator + 1] ^ facts.access.astype(np.uint64))
    signature = mix(signature ^ hours[facts.hours])
    for bit, mark in enumerate(_text_marks(words.sources)):
        has = (facts.sources >> np.uint64(bit)) & np.uint64(1)
        signature = signature + has * mark
    total = groups.counts[:, 1:].sum(axis=1).astype(np.uint64)
    visible = groups.counts[:, VISIBLE].astype(np.uint64)
    each = mix(groups.mark ^ mix(total | (visible << np.uint64(32)))) if len(total) else total
    np.add.at(signature, groups.station, each)
    return np.asarray(mix(signature))

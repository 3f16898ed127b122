"""The station index: every question about many stations, answered from memory.

A *part* is a set of columns with its live state. The base part comes from a snapshot and carries
the cluster pyramid; what changed since stands in a small overlay, and its old row is dead.
"""

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chargesphere.core.geo import (
    EARTH_RADIUS_M,
    MAX_MERCATOR_LAT,
    WORLD,
    Box,
    Point,
    box_around,
    wrap_lon,
)
from chargesphere.features.availability.rules import Freshness
from chargesphere.features.discovery.columns import (
    VISIBLE,
    Columns,
    Facts,
    Words,
    build_columns,
    tally,
)
from chargesphere.features.discovery.compiled import Array
from chargesphere.features.discovery.hours import OpenHours
from chargesphere.features.discovery.matching import (
    UNKNOWN_KW,
    Question,
    ask,
    hours_flags,
    match_rows,
)
from chargesphere.features.discovery.pyramid import MAX_CLUSTER_ZOOM, RADIUS, Pyramid, build_pyramid
from chargesphere.features.discovery.rules import Filters
from chargesphere.features.discovery.sums import put_counts, sum_up
from chargesphere.features.discovery.view import (
    KEYS,
    MAX_ITEMS,
    Items,
    attach,
    count_rows,
    default_view,
    fill_items,
    fitting_nodes,
    merged_items,
    new_items,
    write_items,
)

DEFAULT = Filters()
_NEAR_M = (2_000.0, 15_000.0, 100_000.0, 800_000.0, 5_000_000.0)
_QUESTIONS_KEPT = 128


@dataclass(frozen=True, slots=True)
class Selection:
    """Matching stations, one entry each.

    ``kw`` is the strongest matching plug (nan: not known); ``free`` and ``points`` count the
    matching charge points, ``free`` -1 when the station's status is not known. ``row`` is the
    index's own number of the station, good until the index is swapped.
    """

    ids: NDArray[np.bytes_]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    kw: NDArray[np.float32]
    free: NDArray[np.int32]
    points: NDArray[np.int32]
    row: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, positions: Array) -> "Selection":
        """The entries at these positions, in this order."""
        return Selection(
            self.ids[positions],
            self.lat[positions],
            self.lon[positions],
            self.kw[positions],
            self.free[positions],
            self.points[positions],
            self.row[positions],
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a station is; ``row`` is the index's own number of it."""

    id: str
    lat: float
    lon: float
    row: int


@dataclass(frozen=True, slots=True)
class StatusNews:
    """Newly read statuses: new ``counts`` for the groups of ``rows`` (stations ``ids``).

    ``odd`` are the ids of stations of which more than statuses changed.
    """

    rows: Array
    counts: Array
    ids: Array
    odd: Array


@dataclass(frozen=True, slots=True)
class _Matches:
    """Matching rows, one entry each, and how many of them lie inside the box asked about."""

    row: Array
    kw: Array
    free: Array
    points: Array
    inside: Array
    x: Array
    y: Array
    lat: Array
    lon: Array
    total: int

    @classmethod
    def joined(cls, several: Sequence["_Matches"]) -> "_Matches":
        names = [f.name for f in fields(cls) if f.name != "total"]
        arrays = {name: np.concatenate([getattr(m, name) for m in several]) for name in names}
        return cls(**arrays, total=sum(m.total for m in several))


@dataclass
class Part:
    """Columns with what changes about them in this process."""

    columns: Columns
    dead: Array = field(init=False)
    fresh: Array = field(init=False)
    hours: OpenHours = field(init=False)
    _questions: dict[Filters, Question] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.dead = np.zeros(len(self.columns), np.uint8)
        self.fresh = np.zeros(max(1, len(self.columns.words.sources)), np.uint8)
        self.hours = OpenHours(self.columns.words.hours)

    def question(self, filters: Filters) -> Question:
        """The filters in this part's codes, remembered."""
        known = self._questions.get(filters)
        if known is None:
            if len(self._questions) >= _QUESTIONS_KEPT:
                self._questions.pop(next(iter(self._questions)))
            known = self._questions[filters] = ask(filters, self.columns)
        return known

    @cached_property
    def keys(self) -> Array:
        """The ids as bytes, one row each."""
        ids = np.ascontiguousarray(self.columns.ids)
        return ids.view(np.uint8).reshape(len(ids), ids.dtype.itemsize)

    def refresh(self, fresh: Mapping[str, bool]) -> None:
        """Say whose statuses can be believed."""
        for code, source in enumerate(self.columns.words.sources):
            self.fresh[code] = fresh.get(source, False)

    def matches(
        self, filters: Filters, box: Array, wide: Array, now: datetime, offset: int
    ) -> _Matches:
        """What matches in ``wide``; rows are counted from ``offset``."""
        c, q = self.columns, self.question(filters)
        row, kw, free, points, inside, x, y, lat, lon, total = match_rows(
            box,
            wide,
            c.lat,
            c.lon,
            self.dead,
            c.operator,
            c.access,
            c.sources,
            c.hours,
            c.group_start,
            c.group_row,
            c.group_plugs,
            c.group_source,
            c.counts,
            c.blocks,
            c.lon_edges,
            c.lat_edges,
            self.fresh,
            q.plugs,
            q.access,
            q.operators,
            hours_flags(q, self.hours, now, len(c.words.hours)),
            c.x,
            c.y,
            q.sources,
            q.statuses,
            q.min_points,
            q.asks_operator,
            q.asks_hours,
            q.beyond_default,
        )
        row = row + np.int32(offset) if offset else row
        return _Matches(row, kw, free, points, inside, x, y, lat, lon, total)


class StationIndex:
    """All stations of one moment, and what happened to them since.

    Questions take microseconds to a few milliseconds and never wait. Not for several threads.
    """

    def __init__(
        self,
        columns: Columns,
        pyramid: Pyramid,
        feeds: Mapping[str, Freshness],
        change_number: int = 0,
    ) -> None:
        self.change_number = change_number
        self._base = Part(columns)
        self._overlay: list[Part] = []
        self._overlay_keys = self._base.keys[:0]
        self._pyramid = pyramid
        self._sums = np.zeros((len(pyramid.parent), 4), np.int32)
        self._kw = np.zeros(len(pyramid.parent), np.float32)
        self._dead_rows = np.zeros(0, np.int32)
        self._feeds = dict(feeds)
        self._fresh: dict[str, bool] = {}
        self._deadlines: list[float] = []
        self._era = -1
        self.version = 0

    @property
    def size(self) -> int:
        """How many stations there are, hidden ones included."""
        return len(self._base.columns) - len(self._dead_rows) + self._overlay_alive

    @property
    def overlay_size(self) -> int:
        """How many stations changed their facts since the snapshot (added, moved or removed)."""
        return max(self._overlay_alive, len(self._dead_rows))

    @property
    def overlay_ids(self) -> Array:
        """Their ids, as far as they still are."""
        alive = [part.columns.ids[part.dead == 0] for part in self._overlay]
        return np.concatenate(alive) if alive else self._base.columns.ids[:0]

    @property
    def overlay_parts(self) -> int:
        """How many batches they came in; each costs every question some microseconds."""
        return len(self._overlay)

    def view(self, box: Box, zoom: int, filters: Filters, now: datetime) -> bytes:
        """The body of ``/map``: items in the box as JSON, one list per property."""
        self.age(now)
        parts = box_parts(box)
        if filters == DEFAULT:
            if not self._overlay:
                return self._plain_view(parts, zoom)
            items, count, zoom, total = self._overlaid(parts, zoom, now)
        else:
            items, count, zoom, total = self._filtered(parts, zoom, filters, now)
        keys, more_keys = self._base.keys, self._overlay_keys
        return write_items(items, count, zoom, total, KEYS, keys, more_keys).tobytes()

    def count(self, box: Box | None, filters: Filters, now: datetime) -> int:
        """How many stations match whose own coordinate lies in the box (None: anywhere)."""
        self.age(now)
        parts = box_parts(box or WORLD)
        if filters != DEFAULT:
            return sum(part.matches(filters, parts, parts, now, 0).total for part in self._parts)
        more = sum(part.matches(filters, parts, parts, now, 0).total for part in self._overlay)
        return self._count_base(parts) + more

    def select(self, box: Box | None, filters: Filters, now: datetime) -> Selection:
        """The stations that match whose own coordinate lies in the box (None: anywhere)."""
        self.age(now)
        return self._select(box_parts(box or WORLD), filters, now)

    def nearest(self, point: Point, filters: Filters, now: datetime, limit: int = 1) -> Selection:
        """The matching stations nearest to a place, nearest first, anywhere in the world."""
        self.age(now)
        for radius_m in _NEAR_M:
            found = self._select(box_parts(box_around(point, radius_m)), filters, now)
            distance = distances_m(point, found.lat, found.lon)
            if np.count_nonzero(distance <= radius_m) >= limit:
                break
        else:
            found = self._select(box_parts(WORLD), filters, now)
            distance = distances_m(point, found.lat, found.lon)
        # The id settles ties, so that the answer does not depend on the order of rows.
        return found.take(np.lexsort((found.ids, distance))[:limit])

    def networks(self) -> list[tuple[str, str, int]]:
        """Operators with stations on the map: id, name and how many, by id."""
        tally: dict[str, tuple[str, int]] = {}
        for part in self._parts:
            c = part.columns
            shown = int(c.defaults[0])
            alive = c.operator[:shown][part.dead[:shown] == 0]
            for code, count in enumerate(np.bincount(alive[alive >= 0])):
                if count:
                    operator, name = c.words.operators[code]
                    tally[operator] = (name, tally.get(operator, ("", 0))[1] + int(count))
        return sorted((operator, name, count) for operator, (name, count) in tally.items())

    def find(self, station_id: str) -> Place | None:
        """Where the station is; None when there is none with this id."""
        key = np.array([station_id.encode()])
        offset = 0
        for part in self._parts:
            row = int(part.columns.rows_of(key)[0])
            if row >= 0 and not part.dead[row]:
                c = part.columns
                return Place(station_id, float(c.lat[row]), float(c.lon[row]), offset + row)
            offset += len(part.columns)
        return None

    def place_of(self, row: int) -> Place | None:
        """The station of a row of the snapshot; None when it was removed or changed since."""
        if self._base.dead[row]:
            return self.find(self._base.columns.ids[row].decode())
        c = self._base.columns
        return Place(c.ids[row].decode(), float(c.lat[row]), float(c.lon[row]), row)

    def set_feeds(self, feeds: Mapping[str, Freshness]) -> None:
        """Take note of how fresh each source's statuses are."""
        if feeds != self._feeds:
            self._feeds = dict(feeds)
            self._era = -1
            self.version += 1

    def apply(self, ids: Array, news: Columns) -> int:
        """Replace what is known of the stations ``ids`` by what ``news`` says of them.

        Where only statuses differ the counts change in place; anything else moves the station to
        the overlay. Ids that ``news`` does not know are gone.

        Returns:
            How many stations changed in any way.
        """
        base = self._base
        rows, fresh_rows = base.columns.rows_of(ids), news.rows_of(ids)
        alive = (rows >= 0) & (fresh_rows >= 0)
        same = alive.copy()
        same[alive] = base.columns.signature[rows[alive]] == news.signature[fresh_rows[alive]]
        same &= rows >= 0
        same[same] = base.dead[rows[same]] == 0
        changed = self._put_counts(rows[same], fresh_rows[same], news)
        moved = self._move_to_overlay(ids[~same], rows[~same], news)
        if changed or moved:
            self.version += 1
        return changed + moved

    def compare(
        self, ids: Array, point_ids: Array, station_ids: Array, statuses: Array
    ) -> StatusNews:
        """Where charge points of the stations ``ids`` count, and what does not fit in place.

        All charge points of a station must be there. Reads only what never changes: for a thread.
        """
        c = self._base.columns
        groups = c.groups_of(point_ids)
        known = groups >= 0
        counts = tally(groups[known], statuses[known], len(c.counts))
        here = np.flatnonzero(counts.any(axis=1))
        # In place only statuses change: as many charge points as before, as many of them hidden.
        fits = np.zeros(len(c.counts), bool)
        fits[here] = (counts[here, 1:].sum(axis=1) == c.counts[here, 1:].sum(axis=1)) & (
            counts[here, VISIBLE] == c.counts[here, VISIBLE]
        )
        rows = c.rows_of(ids)
        strangers = np.isin(rows, c.rows_of(np.unique(station_ids[~known])))
        fitting = np.concatenate(([0], np.cumsum(fits)))
        all_fit = fitting[c.group_start[rows + 1]] - fitting[c.group_start[rows]]
        whole = all_fit == c.group_start[rows + 1] - c.group_start[rows]
        fine = (rows >= 0) & whole & ~strangers
        return StatusNews(rows[fine].astype(np.int32), counts, ids[fine], ids[~fine])

    def put(self, news: StatusNews, begin: int, end: int) -> tuple[int, Array]:
        """Take over the statuses of a stretch of ``news.rows``.

        Returns:
            How many stations changed, and the ids of those that are no longer in the snapshot's
            part: what is known of them has to be replaced by ``apply``.
        """
        c = self._base.columns
        rows = news.rows[begin:end]
        gone = self._base.dead[rows] != 0
        changed = self._put_counts(rows[~gone], rows[~gone], replace(c, counts=news.counts))
        self.version += changed > 0
        return changed, news.ids[begin:end][gone]

    def age(self, now: datetime) -> None:
        """Believe each source's statuses as far as ``now`` allows."""
        era = bisect_left(self._deadlines, now.timestamp())
        if era != self._era:
            self._refresh(now)

    @property
    def _parts(self) -> list[Part]:
        return [self._base, *self._overlay]

    def _refresh(self, now: datetime) -> None:
        ends = (feed.expires_at for feed in self._feeds.values())
        self._deadlines = sorted(end.timestamp() for end in ends if end is not None)
        self._era = bisect_left(self._deadlines, now.timestamp())
        self._fresh = {source: feed.is_fresh(now) for source, feed in self._feeds.items()}
        for part in self._parts:
            part.refresh(self._fresh)
        self._sum_up()
        self.version += 1

    def _sum_up(self) -> None:
        c = self._base.columns
        sum_up(
            self._sums,
            self._kw,
            self._pyramid.parent,
            int(c.defaults[0]),
            self._base.dead,
            c.group_start,
            c.group_plugs,
            c.group_source,
            c.counts,
            self._base.question(DEFAULT).plugs,
            self._base.fresh,
        )

    def _plain_view(self, parts: Array, zoom: int) -> bytes:
        c, p = self._base.columns, self._pyramid
        return default_view(
            parts,
            zoom,
            MAX_ITEMS,
            p.x,
            p.y,
            p.lon,
            p.lat,
            self._sums,
            self._kw,
            p.level_start,
            p.level_nodes,
            p.level_keys,
            c.lat,
            c.lon,
            c.blocks,
            c.lon_edges,
            c.lat_edges,
            self._dead_rows,
            KEYS,
            self._base.keys,
        ).tobytes()

    def _count_base(self, parts: Array) -> int:
        c = self._base.columns
        return count_rows(parts, c.lat, c.lon, c.blocks, c.lon_edges, c.lat_edges, self._dead_rows)

    def _overlaid(self, parts: Array, zoom: int, now: datetime) -> tuple[Items, int, int, int]:
        p = self._pyramid
        found = self._matches(self._overlay, DEFAULT, parts, parts, now, len(self._base.columns))
        while True:
            nodes, base_count, zoom = fitting_nodes(
                parts,
                zoom,
                MAX_ITEMS,
                p.x,
                p.y,
                self._sums,
                p.level_start,
                p.level_nodes,
                p.level_keys,
                self._base.columns.lat,
                self._base.columns.lon,
            )
            # Many stations at once, as after an import, come as their own clusters.
            more, more_count, _ = self._merged(parts, zoom, len(found.row), found)
            items = new_items(base_count + more_count)
            fill_items(items, nodes, base_count, p.lon, p.lat, self._sums, self._kw)
            count = attach(items, base_count, more, more_count, zoom)
            if count <= MAX_ITEMS or zoom == 0:
                break
            zoom = min(zoom, MAX_CLUSTER_ZOOM + 1) - 1
        return items, count, zoom, self._count_base(parts) + found.total

    def _filtered(
        self, parts: Array, zoom: int, filters: Filters, now: datetime
    ) -> tuple[Items, int, int, int]:
        wide = parts if zoom > MAX_CLUSTER_ZOOM else _widened(parts, RADIUS / 2**zoom)
        found = self._matches(self._parts, filters, parts, wide, now, 0)
        items, count, zoom = self._merged(parts, zoom, MAX_ITEMS, found)
        return items, count, zoom, found.total

    @staticmethod
    def _merged(parts: Array, zoom: int, limit: int, found: _Matches) -> tuple[Items, int, int]:
        return merged_items(
            parts,
            zoom,
            limit,
            found.x,
            found.y,
            found.lat,
            found.lon,
            found.row,
            found.kw,
            found.free,
            found.points,
            found.inside,
        )

    def _select(self, box: Array, filters: Filters, now: datetime) -> Selection:
        found = self._matches(self._parts, filters, box, box, now, 0)
        found.kw[found.kw == UNKNOWN_KW] = np.nan
        return Selection(
            ids=self._ids_at(found.row),
            lat=found.lat,
            lon=found.lon,
            kw=found.kw,
            free=found.free,
            points=found.points,
            row=found.row,
        )

    def _ids_at(self, rows: Array) -> NDArray[np.bytes_]:
        if not self._overlay:
            return np.asarray(self._base.columns.ids[rows])
        return np.concatenate([part.columns.ids for part in self._parts])[rows]

    @staticmethod
    def _matches(
        parts: Sequence[Part],
        filters: Filters,
        box: Array,
        wide: Array,
        now: datetime,
        offset: int,
    ) -> _Matches:
        """The matches of several parts as one; rows count on from ``offset`` over the parts."""
        found = []
        for part in parts:
            found.append(part.matches(filters, box, wide, now, offset))
            offset += len(part.columns)
        return found[0] if len(found) == 1 else _Matches.joined(found)

    def _put_counts(self, rows: Array, fresh_rows: Array, news: Columns) -> int:
        if not len(rows):
            return 0
        c = self._base.columns
        return put_counts(
            rows.astype(np.int32),
            fresh_rows.astype(np.int32),
            news.group_start,
            news.counts,
            c.group_start,
            c.group_source,
            c.counts,
            self._base.fresh,
            self._sums,
            self._pyramid.parent,
            self._base.dead,
            int(c.defaults[0]),
        )

    def _move_to_overlay(self, ids: Array, rows: Array, news: Columns) -> int:
        dying = rows[rows >= 0]
        dying = dying[self._base.dead[dying] == 0].astype(np.int32)
        gone = len(dying)
        for part in self._overlay:
            old = part.columns.rows_of(ids)
            old = old[old >= 0]
            gone += int(np.count_nonzero(part.dead[old] == 0))
            part.dead[old] = 1
        arriving = news.rows_of(ids)
        arriving = arriving[arriving >= 0]
        if not gone and not len(arriving):
            return 0
        if len(arriving):
            part = Part(news)
            part.dead[:] = 1
            part.dead[arriving] = 0
            self._overlay.append(part)
        if len(dying):
            self._base.dead[dying] = 1
            self._dead_rows = np.concatenate((self._dead_rows, dying))
        self._overlay = [part for part in self._overlay if not part.dead.all()]
        self._overlay_changed(bool(len(dying)))
        return max(gone, len(arriving))

    def _overlay_changed(self, base_too: bool) -> None:
        keys = [part.keys for part in self._overlay]
        width = max((k.shape[1] for k in keys), default=1)
        padded = [np.pad(k, ((0, 0), (0, width - k.shape[1]))) for k in keys]
        self._overlay_keys = np.concatenate(padded) if keys else self._base.keys[:0]
        for part in self._overlay:
            part.refresh(self._fresh)
        if base_too:
            self._sum_up()

    @property
    def _overlay_alive(self) -> int:
        return sum(int(np.count_nonzero(part.dead == 0)) for part in self._overlay)


def box_parts(box: Box) -> NDArray[np.float64]:
    """The box as one or two rows (west, south, east, north) that do not cross the antimeridian.

    Latitudes clamp to web mercator, those of stations too: the outermost edge holds the poles.
    """
    south = -90.0 if box.south <= -MAX_MERCATOR_LAT else min(box.south, MAX_MERCATOR_LAT)
    north = 90.0 if box.north >= MAX_MERCATOR_LAT else max(box.north, -MAX_MERCATOR_LAT)
    west, east = wrap_lon(box.west), wrap_lon(box.east)
    if box.east - box.west >= 360.0:
        west, east = -180.0, 180.0
    if west <= east:
        return np.array([[west, south, east, north]])
    return np.array([[west, south, 180.0, north], [-180.0, south, east, north]])


def _widened(parts: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    """The parts of a box and ``reach`` (a share of the world) around them, without overlap."""
    south, north = _shifted(float(parts[0, 1]), reach), _shifted(float(parts[0, 3]), -reach)
    margin = reach * 360
    ranges = [(max(w - margin, -180.0), min(e + margin, 180.0)) for w, _, e, _ in parts.tolist()]
    if len(ranges) == 2 and ranges[1][1] >= ranges[0][0]:
        ranges = [(-180.0, 180.0)]
    return np.array([(west, south, east, north) for west, east in ranges])


def _shifted(lat: float, by: float) -> float:
    """The latitude ``by`` further south in web mercator, the poles at its ends."""
    if abs(lat) >= 90.0:
        return lat
    sine = math.sin(math.radians(lat))
    y = 0.5 - 0.25 * math.log((1 + sine) / (1 - sine)) / math.pi + by
    moved = math.degrees(2 * math.atan(math.exp((1 - 2 * y) * math.pi))) - 90.0
    return math.copysign(90.0, moved) if abs(moved) >= MAX_MERCATOR_LAT else moved


def distances_m(point: Point, lat: Array, lon: Array) -> NDArray[np.float64]:
    """Great-circle distances in metres from one place to many."""
    lat_a, lat_b = np.radians(point.lat), np.radians(lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = np.radians(lon - point.lon) / 2
    h = np.sin(half_lat) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin(half_lon) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(h))))


def warm_up() -> None:
    """Have every kernel compiled or loaded, so that no question waits for it. Blocks for a while."""
    now = datetime.now(UTC)
    filters = Filters(min_kw=1.0)
    news = build_columns(_ONE_STATION)
    index = StationIndex(news, build_pyramid(news), {"": Freshness(None, None)})
    for _ in range(2):
        for f in (DEFAULT, filters):
            index.view(WORLD, 3, f, now)
            index.count(WORLD, f, now)
        # First a status in place, then, with no columns of its own any more, by the overlay.
        index.apply(news.ids, news)
        index._base.columns.signature[:] = 0


_ONE_STATION = Facts(
    words=Words(operators=(), sources=("",), hours=(None,)),
    ids=np.array([b"a"]),
    lat=np.zeros(1),
    lon=np.zeros(1),
    operator=np.array([-1], np.int32),
    access=np.zeros(1, np.uint8),
    sources=np.ones(1, np.uint64),
    hours=np.zeros(1, np.int32),
    point_ids=np.array([b"a1"]),
    point_station=np.zeros(1, np.int32),
    point_source=np.zeros(1, np.uint8),
    point_status=np.zeros(1, np.uint8),
    point_plugs=np.zeros(1, np.int32),
    plug_start=np.array([0, 1], np.int32),
    plug_type=np.zeros(1, np.uint8),
    plug_kw=np.array([11.0], np.float32),
    plug_no_fee=np.zeros(1, np.uint8),
)

"""The index that keeps up: follows the change log, and swaps in rebuilt snapshots.

Statuses change in place. Anything else about a station moves it to an overlay that is searched
along, and asks for a rebuild in a process of its own; the new snapshot catches up with the log
before it takes the place of the old one, so that nothing in between is lost.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import structlog

from chargesphere.core.clock import utc_now
from chargesphere.database import Database
from chargesphere.errors import ChargeSphereError, StorageError
from chargesphere.events import ChangeHub
from chargesphere.features.discovery import index_store
from chargesphere.features.discovery.columns import Columns, build_columns
from chargesphere.features.discovery.index import StationIndex, warm_up
from chargesphere.features.discovery.snapshot import Snapshot, build_in_child, open_newest
from chargesphere.features.discovery.text import TextIndex

_log = structlog.get_logger(__name__)

_EVERY_S = 1.0
_STATIONS_AT_ONCE = 2_000
_ROWS_AT_ONCE = 4_000
_TOO_MANY_IDS = 5_000
"""From here on reading the statuses of all stations is quicker than asking for these."""

_BACKLOG = 5_000
"""With more to catch up a start does not wait for it."""

_QUIET_S = 5.0
"""A rebuild begins this long after the last change of facts ..."""

_IMPATIENT_S = 9.0
"""... or this long after the first, whatever still comes ..."""

_LONGEST_WAIT_S = 300.0
"""A rebuild that failed is tried again within this time."""

_OVERLAY_LIMIT = 2_000
"""... or at once when the overlay holds so many."""

_OVERLAY_MAX = 60_000
"""More than that waits for the rebuild: the overlay would slow every question down."""

_PARTS_MAX = 40


class LiveIndex:
    """The current index of this process. ``start`` it, then let ``follow`` run for ever."""

    def __init__(self, database: Database, directory: Path, hub: ChangeHub) -> None:
        self._database = database
        self._directory = directory
        self._hub = hub
        self._snapshot: Snapshot | None = None
        self._index: StationIndex | None = None
        self._text: TextIndex | None = None
        self._rebuild: asyncio.Task[None] | None = None
        self._dirty = _Dirt()
        self._failures = 0
        self._not_before = 0.0

    @property
    def ready(self) -> bool:
        """Whether questions can be answered."""
        return self._index is not None

    @property
    def current(self) -> StationIndex:
        """The index to ask.

        Raises:
            RuntimeError: ``start`` has not ended yet.
        """
        if self._index is None:
            raise RuntimeError("the station index is not ready")
        return self._index

    @property
    def text(self) -> TextIndex:
        """The text search over the same stations.

        Raises:
            RuntimeError: ``start`` has not ended yet.
        """
        if self._text is None:
            raise RuntimeError("the station index is not ready")
        return self._text

    @property
    def generation(self) -> str:
        """Changes whenever answers may change (but for opening hours, which change by the minute)."""
        if self._snapshot is None or self._index is None:
            return ""
        return f"{self._snapshot.generation}-{self._index.version}"

    async def start(self) -> None:
        """Open the newest snapshot, or build one, and catch up with the log.

        Raises:
            StorageError: the database or the disk refused.
        """
        snapshot = await asyncio.to_thread(open_newest, self._directory)
        if snapshot is None or not await self._continues(snapshot):
            await build_in_child(self._database.url, self._directory)
            snapshot = await asyncio.to_thread(open_newest, self._directory)
        if snapshot is None:
            raise StorageError("The station index was built but cannot be opened again.")
        await asyncio.to_thread(warm_up)
        index, text = await self._opened(snapshot)
        await asyncio.to_thread(text.warm_up)
        await self._catch_up(index, text, at_most=_BACKLOG)
        self._swap(snapshot, index, text)

    def close(self) -> None:
        """Let go of the snapshot; nothing can be asked afterwards."""
        if self._snapshot is not None:
            self._snapshot.hold.close()
        self._snapshot = self._index = self._text = None

    async def follow(self) -> None:
        """Keep up with the log until cancelled."""
        try:
            async for _ in self._hub.ticks(_EVERY_S):
                with _Logged("index_follow_failed"):
                    await self._tick()
        finally:
            if self._rebuild is not None:
                self._rebuild.cancel()
                with suppress(asyncio.CancelledError, ChargeSphereError):
                    await self._rebuild

    async def _tick(self) -> None:
        index = self.current
        if self._rebuild is not None and self._rebuild.done():
            index = await self._take_over(self._rebuild) or index
        await self._catch_up(index, self.text)
        index.age(utc_now())
        due = time.monotonic() >= self._not_before
        if self._rebuild is None and due and self._dirty.wants_rebuild(index):
            at_least = index.change_number
            self._dirty = _Dirt()
            self._rebuild = asyncio.create_task(
                build_in_child(self._database.url, self._directory, at_least)
            )

    async def _take_over(self, rebuild: asyncio.Task[None]) -> StationIndex | None:
        """The rebuilt index in place of the old one; None when the rebuild failed."""
        self._rebuild = None
        with _Logged("index_rebuild_failed"):
            rebuild.result()
            snapshot = await asyncio.to_thread(open_newest, self._directory)
            if snapshot is not None:
                index, text = await self._opened(snapshot)
                await self._catch_up(index, text)
                self._swap(snapshot, index, text)
                self._failures = 0
                return index
        # Tried again, but later each time: a folder that cannot be written stays so for a while.
        self._failures += 1
        self._not_before = time.monotonic() + min(_QUIET_S * 2**self._failures, _LONGEST_WAIT_S)
        self._dirty.note_facts()
        return None

    def _swap(self, snapshot: Snapshot, index: StationIndex, text: TextIndex) -> None:
        before = self._snapshot
        self._snapshot, self._index, self._text = snapshot, index, text
        if before is not None:
            before.hold.close()

    async def _continues(self, snapshot: Snapshot) -> bool:
        """Whether this snapshot is of our database, and the log since then is still there."""
        async with self._database.reading() as connection:
            if snapshot.change.number == 0:
                return (await index_store.newest_change(connection)).number == 0
            entry = await index_store.change_at(connection, snapshot.change.number)
        return entry == snapshot.change

    async def _opened(self, snapshot: Snapshot) -> tuple[StationIndex, TextIndex]:
        async with self._database.reading() as connection:
            feeds = await index_store.feeds(connection)
        index = StationIndex(snapshot.columns, snapshot.pyramid, feeds, snapshot.change.number)
        index.age(utc_now())
        return index, TextIndex(snapshot.text)

    async def _catch_up(
        self, index: StationIndex, text: TextIndex, at_most: int | None = None
    ) -> None:
        """Apply what was logged since; nothing, where that is more than ``at_most``."""
        async with self._database.reading() as connection:
            changes = await index_store.changes_after(connection, index.change_number)
            # After a change, not only on its word: a feed's time moves with every import.
            feeds = await index_store.feeds(connection) if changes else {}
        if not changes or (at_most is not None and len(changes) > at_most):
            return
        index.set_feeds(feeds)
        index.age(utc_now())
        facts = {c.station_id for c in changes if c.station_id and c.kind != "status"}
        statuses = {c.station_id for c in changes if c.station_id} - facts
        await self._restate(index, sorted(statuses))
        await self._replace(index, text, sorted(facts))
        index.change_number = max(change.newest for change in changes)

    async def _restate(self, index: StationIndex, ids: Sequence[str]) -> None:
        """Read the statuses of these stations again."""
        if not ids:
            return
        async with self._database.reading() as connection:
            wanted = ids if len(ids) < _TOO_MANY_IDS else None
            rows = await index_store.statuses(connection, wanted)
        keys = np.array([key.encode() for key in ids], dtype=np.bytes_)
        news = await asyncio.to_thread(
            lambda: index.compare(keys, *index_store.code_statuses(rows))
        )
        left = [news.odd]
        for begin in range(0, len(news.rows), _ROWS_AT_ONCE):
            _, gone = index.put(news, begin, begin + _ROWS_AT_ONCE)
            left.append(gone)
            await asyncio.sleep(0)
        await self._reload(index, [key.decode() for key in np.concatenate(left)])

    async def _replace(self, index: StationIndex, text: TextIndex, ids: Sequence[str]) -> None:
        """Read all facts of these stations again, unless the overlay would grow too large."""
        if not ids:
            return
        self._dirty.note_facts()
        if len(ids) + index.overlay_size > _OVERLAY_MAX:
            self._dirty.overflowed = True
            return
        await self._reload(index, ids)
        await self._reload_texts(text, ids)
        if index.overlay_parts > _PARTS_MAX:
            ids = [key.decode() for key in index.overlay_ids]
            await self._reload(index, ids, at_once=len(ids))

    async def _reload(
        self, index: StationIndex, ids: Sequence[str], at_once: int = _STATIONS_AT_ONCE
    ) -> None:
        """Read everything about these stations again; each batch is a part of the overlay."""
        for begin in range(0, len(ids), at_once):
            chunk = ids[begin : begin + at_once]
            async with self._database.reading() as connection:
                raw = await index_store.read(connection, chunk)
            news = await asyncio.to_thread(_small_columns, raw)
            keys = np.array([key.encode() for key in chunk], dtype=np.bytes_)
            if index.apply(keys, news):
                await asyncio.sleep(0)

    async def _reload_texts(self, text: TextIndex, ids: Sequence[str]) -> None:
        for begin in range(0, len(ids), _STATIONS_AT_ONCE):
            chunk = ids[begin : begin + _STATIONS_AT_ONCE]
            async with self._database.reading() as connection:
                rows = await index_store.texts(connection, chunk)
            await asyncio.to_thread(text.apply, chunk, rows)


def _small_columns(raw: index_store.Raw) -> Columns:
    return build_columns(index_store.code(raw))


class _Dirt:
    """What speaks for a rebuild."""

    def __init__(self) -> None:
        self._first: float | None = None
        self._last = 0.0
        self.overflowed = False

    def note_facts(self) -> None:
        """Facts of stations changed just now."""
        self._last = time.monotonic()
        self._first = self._first or self._last

    def wants_rebuild(self, index: StationIndex) -> bool:
        """Whether the time has come."""
        if self.overflowed or index.overlay_size > _OVERLAY_LIMIT:
            return True
        if self._first is None:
            return False
        now = time.monotonic()
        return now - self._last >= _QUIET_S or now - self._first >= _IMPATIENT_S


class _Logged:
    """Errors are logged and end the block; the next tick tries again.

    Whatever went wrong, an index that follows again later beats one that stands still for ever.
    """

    def __init__(self, event: str) -> None:
        self._event = event

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, ChargeSphereError):
            _log.warning(self._event, error=str(error))
        elif isinstance(error, Exception):
            _log.error(self._event, exc_info=error)
        return error is None or isinstance(error, Exception)

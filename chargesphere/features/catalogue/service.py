"""The catalogue's use cases: import a snapshot of a source, say what is there, clear demo data."""

import asyncio
import itertools
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from chargesphere.core.clock import utc_now
from chargesphere.database import Database
from chargesphere.errors import ChargeSphereError, ImportFailedError
from chargesphere.events import ChangeHub
from chargesphere.features.catalogue import store
from chargesphere.features.catalogue.merging import Merged, merge
from chargesphere.features.catalogue.pacing import PacedWriter
from chargesphere.features.catalogue.planning import (
    Known,
    Plan,
    StationChange,
    tariff_changes,
)
from chargesphere.providers.catalogues.port import (
    CatalogueSource,
    Record,
    SiteRecord,
    Snapshot,
    TariffRecord,
)

_READ_AT_ONCE = 2_000
_LOOKED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is: ``done`` of ``total`` records, stations or price lists."""

    stage: Literal["reading", "comparing", "writing", "finishing"]
    done: int
    total: int | None = None


Progress = Callable[[ImportProgress], None]


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did.

    ``read`` counts location records (price lists, where only such were read); ``added``,
    ``updated``, ``unchanged`` and ``removed`` count stations; ``superseded`` counts locations
    that another one replaced; ``rejected`` counts records of any kind, by ``reasons``.
    """

    source: str
    read: int
    added: int
    updated: int
    unchanged: int
    removed: int
    superseded: int
    rejected: int
    reasons: dict[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class FeedView:
    """A source as it stands here, and how many stations it has."""

    source: str
    title: str
    homepage: str
    licence: str
    licence_url: str
    attribution: str
    has_status: bool
    status_valid_for_s: int | None
    demo: bool
    observed_at: datetime | None
    fetched_at: datetime | None
    replayed: bool
    stations: int


@dataclass(slots=True)
class _Readout:
    """Everything a snapshot said."""

    sites: list[SiteRecord] = field(default_factory=list)
    tariffs: list[TariffRecord] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    whole_rejects: int = 0
    newest: datetime | None = None

    @property
    def read(self) -> int:
        """Location records read, or price lists where there were only such."""
        return (len(self.sites) or len(self.tariffs)) + self.whole_rejects


class CatalogueService:
    """Imports and what is known about sources.

    Args:
        database: where the catalogue is.
        hub: told after every commit.
        sources: by name, those that a live import can ask.
    """

    def __init__(
        self, database: Database, hub: ChangeHub, sources: Mapping[str, CatalogueSource]
    ) -> None:
        self._database, self._hub, self.sources = database, hub, sources

    async def import_snapshot(
        self,
        source: CatalogueSource,
        snapshot: Snapshot,
        *,
        now: datetime,
        observed_at: datetime | Literal["now"] | None = None,
        progress: Progress | None = None,
        alone: bool = False,
    ) -> ImportSummary:
        """Bring the catalogue to what the snapshot says, in short transactions of whole stations.

        Stopped at any moment, what was committed is whole, and the next import continues.

        Args:
            source: whose snapshot it is.
            snapshot: what it says; it is read to its end before anything is written.
            now: the time of the import.
            observed_at: as of when the statuses are to be taken; None believes the snapshot.
            progress: told how far it is.
            alone: nobody else writes meanwhile, so that no turns are left to others.

        Raises:
            ImportFailedError: nothing usable, or another import is running; nothing was changed.
            StorageError: the database or the disk refused; what was committed stays.
        """
        async with store.one_import_at_a_time(self._database):
            writer = PacedWriter(self._database, self._hub, alone=alone)
            run = _Run(self._database, writer, source, snapshot, now, progress or _silent)
            return await run.whole(observed_at)

    async def import_live(
        self, source: CatalogueSource, *, now: datetime, progress: Progress | None = None
    ) -> ImportSummary | None:
        """Import what the live feed says now; None when it has not changed since the last time.

        Raises:
            ProviderUnavailableError: the feed gave no usable answer.
            ProviderAnswerError: it answered something else than the feed.
            ImportFailedError: as for ``import_snapshot``.
            StorageError: as for ``import_snapshot``.
        """
        async with self._database.reading() as connection:
            last = await store.freshness(connection, source.name)
        snapshot = await source.fetch(
            etag=last.etag if last else None, last_modified=last.last_modified if last else None
        )
        if snapshot is None:
            if last is not None:
                async with self._database.transaction() as connection:
                    fresh = last._replace(fetched_at=now)
                    await store.set_freshness(connection, source.name, fresh, now)
            return None
        return await self.import_snapshot(source, snapshot, now=now, progress=progress)

    async def is_empty(self) -> bool:
        """Whether there is no station at all."""
        async with self._database.reading() as connection:
            return not await store.has_stations(connection)

    async def has_real_data(self) -> bool:
        """Whether there is a station that is no demo data."""
        async with self._database.reading() as connection:
            return await store.has_stations(connection, demo=False)

    async def feeds(self) -> list[FeedView]:
        """All sources that were ever imported here, by name."""
        async with self._database.reading() as connection:
            rows = await store.feeds(connection)
        return [FeedView(**row, stations=stations) for row, stations in rows]

    async def clear(self, source_name: str, *, now: datetime) -> int:
        """Remove a source with all its stations, in short transactions; gives how many there were.

        Raises:
            ImportFailedError: an import is running.
            StorageError: the database refused; what was committed stays.
        """
        async with store.one_import_at_a_time(self._database):
            async with self._database.reading() as connection:
                ids = sorted((await store.load_known(connection, source_name)).stations)
            writer = PacedWriter(self._database, self._hub)
            for piece in writer.pieces(ids):
                await writer.commit(len(piece), partial(store.remove_stations, ids=piece, at=now))
            await writer.commit(0, partial(store.remove_feed, source=source_name, at=now))
        return len(ids)


class _Run:
    """One import, from reading to the transaction that ends it."""

    def __init__(
        self,
        database: Database,
        writer: PacedWriter,
        source: CatalogueSource,
        snapshot: Snapshot,
        now: datetime,
        progress: Progress,
    ) -> None:
        self._database = database
        self._source, self._snapshot = source, snapshot
        self._now, self._progress = now, progress
        self._id = uuid.uuid4().hex
        self._outcomes: Counter[str] = Counter()
        self._writer = writer
        self._started_s = time.monotonic()

    async def whole(self, observed_at: datetime | Literal["now"] | None) -> ImportSummary:
        """Read, compare, write, finish; an end before that is noted in ``import_run``."""
        await self._writer.commit(
            0,
            partial(
                store.begin_run, run_id=self._id, source=self._source.name, started_at=self._now
            ),
        )
        try:
            readout = await self._read()
            merged, known = await self._compare(readout)
            repriced = await self._write_tariffs(readout, known)
            await self._write_stations(readout, merged, known, repriced)
            return await self._finish(readout, merged, observed_at)
        except asyncio.CancelledError:
            await self._note("interrupted")
            raise
        except Exception:
            await self._note("failed")
            raise

    async def _note(self, state: str) -> None:
        # The database may be what failed: then the next run finds the row and says interrupted.
        with suppress(ChargeSphereError):
            async with self._database.transaction() as connection:
                await store.end_run(connection, self._id, state, utc_now(), {})

    async def _read(self) -> _Readout:
        """Everything the snapshot says, read beside the event loop in pieces."""
        readout = _Readout()
        records = iter(self._snapshot.records)
        while piece := await asyncio.to_thread(_piece, records):
            for record in piece:
                _take(readout, record)
            self._tell("reading", readout.read, self._snapshot.total_hint)
        if not readout.sites and not readout.tariffs:
            raise ImportFailedError(_nothing_usable(readout))
        return readout

    async def _compare(self, readout: _Readout) -> tuple[Merged, Known]:
        self._tell("comparing", 0)
        await self._writer.commit(0, partial(store.describe_feed, facts=_facts(self._source)))
        async with self._database.reading() as connection:
            known = await store.load_known(connection, self._source.name)
        merged = await asyncio.to_thread(merge, readout.sites)
        return merged, known

    async def _write_tariffs(self, readout: _Readout, known: Known) -> set[str]:
        """Write the price lists; gives the known stations whose prices they change."""
        source = self._source.name
        rows, named = tariff_changes(source, readout.tariffs, known)
        gone = sorted(known.tariffs.keys() - named) if named and self._snapshot.complete else []
        using = await self._stations_using({row.source_id for row in rows}.union(gone), known)
        for piece in self._writer.pieces(rows):
            repriced = _union(using.get(row.source_id, ()) for row in piece)
            work = partial(store.write_tariffs, rows=piece, repriced=repriced, at=self._now)
            await self._writer.commit(len(piece) + len(repriced), work)
        for ids in self._writer.pieces(gone):
            repriced = _union(using.get(id_, ()) for id_ in ids)
            await self._writer.commit(
                len(ids) + len(repriced),
                partial(
                    store.remove_tariffs, source=source, ids=ids, repriced=repriced, at=self._now
                ),
            )
        return _union(using.values())

    async def _stations_using(self, tariff_ids: set[str], known: Known) -> Mapping[str, set[str]]:
        if not tariff_ids or not known.stations:
            return {}
        async with self._database.reading() as connection:
            return await store.stations_using(connection, self._source.name, tariff_ids)

    async def _write_stations(
        self, readout: _Readout, merged: Merged, known: Known, repriced: set[str]
    ) -> None:
        if not readout.sites:
            self._outcomes.update(
                updated=len(repriced), unchanged=len(known.stations) - len(repriced)
            )
            return
        plan = Plan(
            self._source.name, merged, known, complete=self._snapshot.complete, now=self._now
        )
        async for batch in self._batches(plan, repriced):
            rows = store.gather(batch)
            work = partial(store.write, batch=rows, replaces=self._snapshot.complete, at=self._now)
            await self._writer.commit(len(batch), work)
        self._outcomes.update(removed=len(plan.removed))
        for piece in self._writer.pieces(plan.removed):
            await self._writer.commit(
                len(piece), partial(store.remove_stations, ids=piece, at=self._now)
            )

    async def _batches(self, plan: Plan, repriced: set[str]) -> AsyncIterator[list[StationChange]]:
        self._writer.restart()
        batch: list[StationChange] = []
        for done, change in enumerate(plan.changes()):
            if done % _LOOKED_AT_ONCE == 0:
                self._tell("writing", done, len(plan))
                await asyncio.sleep(0)
            other_prices = change.outcome == "unchanged" and change.station_id in repriced
            self._outcomes["updated" if other_prices else change.outcome] += 1
            if change.writes:
                batch.append(change)
            if len(batch) >= self._writer.size:
                yield batch
                batch = []
        if batch:
            yield batch

    async def _finish(
        self, readout: _Readout, merged: Merged, observed_at: datetime | Literal["now"] | None
    ) -> ImportSummary:
        """The transaction that ends the run; the last of the demo data leaves in it."""
        self._tell("finishing", 0)
        last_demo = await self._all_but_the_last_demo_stations()
        summary = self._summary(readout, merged)
        async with self._database.reading() as connection:
            before = await store.freshness(connection, self._source.name)
        fresh = self._freshness(readout, before, observed_at)

        async def end(connection: AsyncConnection) -> None:
            if last_demo is not None:
                await store.remove_stations(connection, last_demo, self._now)
                await store.remove_demo_feeds(connection)
            await store.set_freshness(connection, self._source.name, fresh, self._now)
            await store.end_run(connection, self._id, "done", utc_now(), asdict(summary))

        await self._writer.commit(0, end)
        return summary

    async def _all_but_the_last_demo_stations(self) -> Sequence[str] | None:
        """Remove demo stations until one piece is left, and give that; None: they may stay."""
        if self._source.capabilities.demo:
            return None
        async with self._database.reading() as connection:
            if not await store.has_stations(connection, demo=False):
                return None
            ids = await store.demo_stations(connection)
        last: Sequence[str] = ()
        for piece in self._writer.pieces(ids):
            if last:
                await self._writer.commit(
                    len(last), partial(store.remove_stations, ids=last, at=self._now)
                )
            last = piece
        return last

    def _freshness(
        self,
        readout: _Readout,
        before: store.Freshness | None,
        observed_at: datetime | Literal["now"] | None,
    ) -> store.Freshness:
        snapshot = self._snapshot
        if not readout.sites and before is not None:
            # Price lists say nothing about statuses.
            return before._replace(
                fetched_at=self._now, etag=snapshot.etag, last_modified=snapshot.last_modified
            )
        observed = self._now if observed_at == "now" else observed_at
        return store.Freshness(
            observed_at=observed or snapshot.observed_at or readout.newest,
            fetched_at=self._now,
            replayed=observed is not None,
            etag=snapshot.etag,
            last_modified=snapshot.last_modified,
        )

    def _summary(self, readout: _Readout, merged: Merged) -> ImportSummary:
        return ImportSummary(
            source=self._source.name,
            read=readout.read,
            added=self._outcomes["added"],
            updated=self._outcomes["updated"],
            unchanged=self._outcomes["unchanged"],
            removed=self._outcomes["removed"],
            superseded=len(merged.superseded) + merged.duplicates,
            rejected=readout.reasons.total(),
            reasons=dict(sorted(readout.reasons.items())),
            seconds=round(time.monotonic() - self._started_s, 2),
        )

    def _tell(
        self,
        stage: Literal["reading", "comparing", "writing", "finishing"],
        done: int,
        total: int | None = None,
    ) -> None:
        self._progress(ImportProgress(stage, done, total))


def _union(sets: Iterable[Iterable[str]]) -> set[str]:
    return set(itertools.chain.from_iterable(sets))


def _piece(records: Iterator[Record]) -> list[Record]:
    return list(itertools.islice(records, _READ_AT_ONCE))


def _take(readout: _Readout, record: Record) -> None:
    if isinstance(record, SiteRecord):
        readout.sites.append(record)
        times = (record.updated_at, *(point.since for point in record.charge_points))
        newest = max((t for t in times if t is not None), default=None)
        if newest is not None and (readout.newest is None or newest > readout.newest):
            readout.newest = newest
    elif isinstance(record, TariffRecord):
        readout.tariffs.append(record)
    else:
        readout.reasons[record.reason] += 1
        # A detail names a part; the record that it is part of is counted by itself.
        readout.whole_rejects += not record.detail


def _nothing_usable(readout: _Readout) -> str:
    if not readout.reasons:
        return "There is not a single record in what was read; nothing was changed."
    said = ", ".join(f"{reason} {count}" for reason, count in readout.reasons.most_common(3))
    return f"Nothing usable: all {readout.reasons.total()} records were rejected ({said})."


def _facts(source: CatalogueSource) -> store.FeedFacts:
    valid_for = source.capabilities.status_valid_for
    return store.FeedFacts(
        source=source.name,
        title=source.title,
        homepage=source.homepage,
        licence=source.licence.name,
        licence_url=source.licence.url,
        attribution=source.licence.attribution,
        has_status=source.capabilities.has_status,
        status_valid_for_s=int(valid_for.total_seconds()) if valid_for is not None else None,
        demo=source.capabilities.demo,
    )


def _silent(_progress: ImportProgress) -> None:
    """Nobody watches."""

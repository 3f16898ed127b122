"""Writing much without making anyone wait: short transactions, and turns for others in between.

A transaction holds SQLite's only writer's place. One who waits for it asks again every 100 ms at
the latest (SQLite's busy handler), so a pause of a little more lets everyone in; there is one after
each quarter of a second of writing. What comes next is prepared during the pause. PostgreSQL's
writers do not wait for each other and need none.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chargesphere.database import Database
from chargesphere.errors import StorageError
from chargesphere.events import ChangeHub

TARGET_S = 0.12
"""How long a transaction should take; twice that is the exception."""

HOLD_S = 0.25
"""After so much writing others get their turn on SQLite, for at least ``PAUSE_S``."""

PAUSE_S = 0.11

_FIRST, _LEAST, _MOST = 100, 10, 5_000

_Item = TypeVar("_Item")


class PacedWriter:
    """Commits pieces of work of the size that takes about ``TARGET_S``.

    Args:
        database: what is written to.
        hub: told after every commit.
        alone: nobody else writes (the first fill, before anything is served): no pauses.

    Attributes:
        size: how many items the next piece should have.
    """

    def __init__(self, database: Database, hub: ChangeHub, *, alone: bool = False) -> None:
        self.size = _FIRST
        self._database, self._hub = database, hub
        self._pause_s = PAUSE_S if database.is_sqlite and not alone else 0.0
        self._held_s, self._last_commit_s = 0.0, 0.0

    async def commit(self, items: int, work: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """Do the work in a transaction of its own, and tell followers.

        Raises:
            StorageError: the database refused; nothing of this piece was kept.
        """
        await self._let_others()
        try:
            async with self._database.transaction() as connection:
                began_s = time.monotonic()
                await work(connection)
        except IntegrityError as error:
            raise StorageError(
                f"The database refused a row ({error.orig}); what was already saved is kept."
            ) from error
        self._last_commit_s = time.monotonic()
        self._held_s += self._last_commit_s - began_s
        self._adapt(items, self._last_commit_s - began_s)
        await self._hub.announce()

    async def _let_others(self) -> None:
        idle_s = time.monotonic() - self._last_commit_s
        if idle_s >= self._pause_s:
            self._held_s = 0.0
        elif self._held_s >= HOLD_S:
            self._held_s = 0.0
            await asyncio.sleep(self._pause_s - idle_s)

    def pieces(self, items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
        """The items in pieces of the size that is right when each is asked for."""
        self.restart()
        start = 0
        while start < len(items):
            size = self.size
            yield items[start : start + size]
            start += size

    def restart(self) -> None:
        """Feel the way again: what comes next is of another weight."""
        self.size = _FIRST

    def _adapt(self, items: int, took_s: float) -> None:
        if items:
            fitting = int(items * TARGET_S / max(took_s, 1e-4))
            self.size = max(_LEAST, min(fitting, self.size * 2, _MOST))

"""The hub of changes inside one process: who writes says so, who follows is woken at once.

Across processes the ``change`` table is the truth; Redis, where configured, only shortens the
wait by passing the wake-up on. Nothing is lost when a message is.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

_CHANNEL = "chargesphere:changed"
_log = structlog.get_logger(__name__)


class ChangeHub:
    """Wakes followers when something was written."""

    def __init__(self, redis_url: str = "") -> None:
        self._listeners: set[asyncio.Event] = set()
        self._redis: Redis | None = Redis.from_url(redis_url) if redis_url else None

    def wake(self) -> None:
        """Wake every follower in this process."""
        for listener in self._listeners:
            listener.set()

    async def announce(self) -> None:
        """Wake every follower here, and in other processes where Redis is configured."""
        self.wake()
        if self._redis is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._redis.publish(_CHANNEL, b"1")

    async def ticks(self, every_s: float) -> AsyncIterator[None]:
        """Yield at once, then whenever woken, and at the latest every ``every_s`` seconds."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            while True:
                listener.clear()
                yield
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(listener.wait(), every_s)
        finally:
            self._listeners.discard(listener)

    async def bridge(self) -> None:
        """Pass wake-ups of other processes on, for as long as the process runs."""
        if self._redis is None:
            return
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(_CHANNEL)
                    async for _ in channel.listen():
                        self.wake()
            except (RedisError, OSError) as error:
                _log.warning("redis_unreachable", error=str(error))
                await asyncio.sleep(5)

    async def close(self) -> None:
        """Give the Redis connection back."""
        if self._redis is not None:
            await self._redis.aclose()

"""How many requests a client may make a minute, and who a client is."""

import ipaddress
import time
from collections.abc import Mapping
from functools import lru_cache

import limits
import structlog
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter as SharedWindow
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter as LocalWindow
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError
from starlette.types import Scope

from chargesphere.errors import RateLimitedError

_REDIS_PAUSE_S = 10.0
_log = structlog.get_logger(__name__)


class RequestLimit:
    """A number of requests a minute, counted here, or in Redis for all processes."""

    def __init__(self, per_minute: int, redis_url: str = "") -> None:
        self._item = limits.RateLimitItemPerMinute(per_minute)
        self._local = LocalWindow(MemoryStorage())
        self._pool = (
            ConnectionPool.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1)
            if redis_url
            else None
        )
        self._shared = None if self._pool is None else _shared_window(self._pool)
        self._redis_away_until = 0.0

    async def count(self, client: str) -> None:
        """Count one request of this client.

        Raises:
            RateLimitedError: it made too many; says when the next may come.
        """
        if self._shared is not None and time.monotonic() >= self._redis_away_until:
            try:
                if not await self._shared.hit(self._item, client):
                    stats = await self._shared.get_window_stats(self._item, client)
                    raise RateLimitedError(_seconds_until(stats.reset_time))
            except (RedisError, OSError) as error:
                # Without Redis each process counts for itself: a limit is no reason to be down,
                # nor to keep every request waiting for a connection.
                self._redis_away_until = time.monotonic() + _REDIS_PAUSE_S
                _log.warning("redis_unreachable", error=str(error))
            else:
                return
        if not self._local.hit(self._item, client):
            stats = self._local.get_window_stats(self._item, client)
            raise RateLimitedError(_seconds_until(stats.reset_time))

    async def close(self) -> None:
        """Give connections back."""
        if self._pool is not None:
            await self._pool.disconnect()


def _shared_window(pool: ConnectionPool) -> SharedWindow:
    # The address is only there to name the scheme: connections come from the pool.
    storage = RedisStorage(
        "async+redis://localhost:6379",
        implementation="redispy",
        connection_pool=pool,  # type: ignore[arg-type]  # Its documentation allows it.
    )
    return SharedWindow(storage)


@lru_cache(maxsize=8)
def request_limit(per_minute: str, redis_url: str) -> RequestLimit | None:
    """The limit of this process, one for all who ask with the same settings; None when off."""
    return None if per_minute == "off" else RequestLimit(int(per_minute), redis_url)


def client_of(scope: Scope, headers: Mapping[bytes, bytes], trusted_proxies: int) -> str:
    """Who asks: the remote address, or what the trusted proxies in front of us say it is.

    Each proxy appends the address it saw, so with ``n`` of them the ``n``-th from the end was
    written by the outermost one; anything before it may be invented. IPv6 clients own a /64.
    """
    remote = scope.get("client")
    address = str(remote[0]) if remote else "unknown"
    if trusted_proxies:
        seen = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        hops = [hop.strip() for hop in seen if hop.strip()]
        if hops:
            address = hops[-min(trusted_proxies, len(hops))]
    return _client_network(address)


def _client_network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if ip.version == 6:
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def _seconds_until(reset_at: float) -> int:
    return max(1, round(reset_at - time.time() + 0.5))

"""Who a client is, and how often it may ask."""

import os
import uuid

import pytest

from chargesphere.api.limits import RequestLimit, client_of
from chargesphere.errors import RateLimitedError


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "client"),
    [
        ("198.51.100.7", "", 0, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.1", 0, "198.51.100.7"),
        ("10.0.0.1", "203.0.113.1", 1, "203.0.113.1"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.1", 1, "203.0.113.1"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.1, 10.0.0.2", 2, "203.0.113.1"),
        ("10.0.0.1", "", 1, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "", 0, "2001:db8:1:2::/64"),
        ("10.0.0.1", "not an address", 1, "not an address"),
        (None, "", 0, "unknown"),
    ],
)
def test_a_client_is_who_the_trusted_proxies_say(
    remote: str | None, forwarded: str, proxies: int, client: str
) -> None:
    scope = {"client": None if remote is None else (remote, 1234)}
    assert client_of(scope, {b"x-forwarded-for": forwarded.encode()}, proxies) == client


async def _refused_after(limit: RequestLimit, client: str) -> int:
    """How many requests are allowed before one is refused."""
    for allowed in range(20):
        wait_s = await _wait_of(limit, client)
        if wait_s:
            assert wait_s <= 61
            return allowed
    return 20


async def _wait_of(limit: RequestLimit, client: str) -> int:
    try:
        await limit.count(client)
    except RateLimitedError as error:
        return error.retry_after_s
    return 0


async def test_each_client_is_counted_by_itself() -> None:
    limit = RequestLimit(3)
    assert await _refused_after(limit, "one") == 3
    assert await _refused_after(limit, "two") == 3


@pytest.mark.postgres
async def test_processes_count_together_through_redis() -> None:
    url = os.environ["TEST_REDIS_URL"]
    client = uuid.uuid4().hex
    one, two = RequestLimit(4, url), RequestLimit(4, url)
    await one.count(client)
    await one.count(client)
    assert await _refused_after(two, client) == 2
    await one.close()
    await two.close()


async def test_without_redis_each_process_counts_for_itself() -> None:
    limit = RequestLimit(2, "redis://127.0.0.1:1/0")
    assert await _refused_after(limit, "one") == 2
    await limit.close()

"""The log of a server: quick to write, and silent about what visitors carry."""

import asyncio
import io
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog
from structlog.testing import capture_logs

from chargesphere.jobs import serving
from chargesphere.wiring import Services


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    before, stderr = structlog.get_config(), io.StringIO()
    monkeypatch.setattr("sys.stderr", stderr)
    serving.write_logs("warning")
    yield stderr
    structlog.configure(**before)


def _fail(cookie: str) -> None:
    raise OverflowError(f"nothing about {len(cookie)} characters")


def test_a_failure_is_logged_without_the_values_it_met(written: io.StringIO) -> None:
    cookie = "-".join(["session", "of", "a", "visitor"])  # No line of source spells it.
    began_s = time.perf_counter()
    try:
        _fail(cookie)
    except OverflowError:
        structlog.get_logger().exception("request_failed", path="/api/v1/map")
    took_s = time.perf_counter() - began_s
    said = written.getvalue()
    assert "OverflowError: nothing about 20 characters" in said
    assert "request_failed" in said
    assert cookie not in said
    assert took_s < 5, "the event loop waits for the log"


def test_what_is_below_the_level_is_not_logged(written: io.StringIO) -> None:
    structlog.get_logger().info("chatter")
    structlog.get_logger().warning("trouble")
    said = written.getvalue()
    assert "trouble" in said
    assert "chatter" not in said


async def test_an_index_that_fails_unexpectedly_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "_RETRY_S", 0.0)
    tries: list[str] = []
    following = asyncio.Event()

    async def start() -> None:
        tries.append("start")
        if len(tries) == 1:
            raise TypeError("a snapshot that nobody expected")
        live.ready = True

    async def follow() -> None:
        following.set()
        await asyncio.Event().wait()

    live = SimpleNamespace(ready=False, start=start, follow=follow)
    services = cast(Services, cast(Any, SimpleNamespace(live=live)))
    with capture_logs() as logs:
        task = asyncio.create_task(serving._keep_following(services))
        await asyncio.wait_for(following.wait(), 5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert tries == ["start", "start"]
    assert [entry["event"] for entry in logs] == ["index_not_following"]

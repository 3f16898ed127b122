"""The live feed by HTTP: conditional, retried with backoff, capped, streamed to unnamed files."""

import asyncio
import errno
import os
import random
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import IO

import httpx
import structlog

from chargesphere.errors import (
    ImportFailedError,
    ProviderAnswerError,
    ProviderError,
    ProviderUnavailableError,
    StorageError,
)
from chargesphere.providers.catalogues.ndw.files import Part, part

_log = structlog.get_logger(__name__)

_ATTEMPTS = 4
_LONGEST_WAIT_S = 30.0
_RETRIED = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Feed:
    """Where the feed is and how much patience it gets; ``max_bytes`` caps each download."""

    locations_url: str
    tariffs_url: str
    timeout_s: float
    max_bytes: int
    backoff_s: float = 1.0


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What changed. The validators are those of both files, locations first, one a line."""

    parts: list[Part]
    observed_at: datetime | None
    etag: str
    last_modified: str


@dataclass(frozen=True, slots=True)
class _Download:
    part: Part | None  # None: not changed.
    etag: str
    last_modified: str


async def fetch_feed(feed: Feed, etag: str | None, last_modified: str | None) -> FeedAnswer | None:
    """Both files as far as they changed; None when neither did.

    Tariffs that cannot be had now do not keep the statuses back: the old ones stay.

    Raises:
        ProviderUnavailableError: no locations after several tries.
        ProviderAnswerError: what came is not the feed, or larger than is taken.
    """
    etags, dates = _pair(etag), _pair(last_modified)
    headers = {"User-Agent": "ChargeSphere"}
    async with httpx.AsyncClient(
        timeout=feed.timeout_s, follow_redirects=True, headers=headers
    ) as client:
        locations = await _download(client, feed, feed.locations_url, etags[0], dates[0])
        try:
            tariffs = await _download(client, feed, feed.tariffs_url, etags[1], dates[1])
        except ProviderError as error:
            _log.warning("tariffs_not_fetched", reason=str(error))
            tariffs = _Download(None, etags[1], dates[1])
    parts = [got.part for got in (locations, tariffs) if got.part is not None]
    if not parts:
        return None
    return FeedAnswer(
        parts,
        observed_at=_date(locations.last_modified) if locations.part else None,
        etag=f"{locations.etag}\n{tariffs.etag}",
        last_modified=f"{locations.last_modified}\n{tariffs.last_modified}",
    )


async def _download(
    client: httpx.AsyncClient, feed: Feed, url: str, etag: str, last_modified: str
) -> _Download:
    failed: Exception | None = None
    wait_s = 0.0
    for attempt in range(_ATTEMPTS):
        await asyncio.sleep(wait_s)
        wait_s = feed.backoff_s * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311  # Jitter.
        try:
            return await _ask(client, feed, url, etag, last_modified)
        except _TryAgainError as error:
            failed, wait_s = error, max(wait_s, min(error.retry_after_s, _LONGEST_WAIT_S))
        except httpx.TransportError as error:
            failed = error
    said = str(failed) or type(failed).__name__
    raise ProviderUnavailableError(
        f"{_host(url)} gave no usable answer in {_ATTEMPTS} tries ({said})."
    ) from failed


class _TryAgainError(Exception):
    def __init__(self, status: int, retry_after_s: float) -> None:
        super().__init__(f"HTTP {status}")
        self.retry_after_s = retry_after_s


async def _ask(
    client: httpx.AsyncClient, feed: Feed, url: str, etag: str, last_modified: str
) -> _Download:
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {name: value for name, value in conditions.items() if value}
    async with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return _Download(None, etag, last_modified)
        if answer.status_code in _RETRIED:
            raise _TryAgainError(answer.status_code, _seconds(answer.headers.get("Retry-After")))
        if answer.status_code != httpx.codes.OK:
            raise ProviderAnswerError(f"{_host(url)} answered HTTP {answer.status_code}.")
        stored = await _stored(answer, feed.max_bytes, url)
        new_etag = answer.headers.get("ETag", "")
        new_date = answer.headers.get("Last-Modified", "")
    try:
        return _Download(part(f"The feed at {_host(url)}", stored), new_etag, new_date)
    except ImportFailedError as error:
        raise ProviderAnswerError(str(error)) from error


async def _stored(answer: httpx.Response, max_bytes: int, url: str) -> Callable[[], IO[bytes]]:
    """The body in a file without a name, which is gone with its last user, however that ends."""
    keeper = tempfile.TemporaryFile()  # noqa: SIM115  # Closed with what reads it, below.

    def opened() -> IO[bytes]:
        keeper.seek(0)
        return os.fdopen(os.dup(keeper.fileno()), "rb")

    weakref.finalize(opened, keeper.close)
    taken = 0
    try:
        async for chunk in answer.aiter_bytes():
            taken += len(chunk)
            if taken > max_bytes:
                raise ProviderAnswerError(
                    f"{_host(url)} sent more than the {max_bytes / 1_000_000:g} MB that are taken"
                    " (NDW_MAX_MB)."
                )
            keeper.write(chunk)
        keeper.flush()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageError("The disk is full; what was already saved is kept.") from error
        raise
    return opened


def _pair(value: str | None) -> tuple[str, str]:
    first, _, second = (value or "").partition("\n")
    return first, second


def _date(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header) if header else None
    except ValueError:
        return None


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isdigit() else 0.0


def _host(url: str) -> str:
    return httpx.URL(url).host

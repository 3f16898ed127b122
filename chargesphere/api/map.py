"""``/api/v1/map``, the one address that every pan of the map asks: as short a way as there is.

It stands in front of the router as a plain ASGI callable: no request object, no model, ready
bytes. The same answers are given through the router, where there is no such front.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from chargesphere.api.door import (
    ApiDoor,
    Asked,
    Headers,
    Ready,
    accepts_gzip,
    etag_of,
    gzipped,
    matches,
    without,
)
from chargesphere.api.parameters import (
    MAP_PARAMETERS,
    MAX_ZOOM,
    box_of,
    names,
    read_box,
    read_filters,
    read_integer,
    read_query,
)
from chargesphere.api.problems import NotReadyError, problem_of
from chargesphere.core.clock import utc_now
from chargesphere.core.geo import WORLD, Box
from chargesphere.errors import ChargeSphereError, InvalidError
from chargesphere.features.discovery.rules import Filters
from chargesphere.features.discovery.service import DiscoveryService
from chargesphere.wiring import Services

PATH = "/api/v1/map"

_NAMES = names(MAP_PARAMETERS)
_NUMBER = rb"(-?\d{1,3}(?:\.\d{1,12})?)"
_USUAL = re.compile(rb"bbox=" + rb",".join([_NUMBER] * 4) + rb"&(.*)", re.DOTALL)
"""A question as our own map writes it."""

_WORTH_COMPRESSING = 1_000
_RESTS_KEPT = 256
_MOST_KEPT = 64
_MOST_KEPT_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class _Rest:
    """What a question asks besides its box; the same for all pans of a map."""

    zoom: int
    filters: Filters


@dataclass(slots=True)
class _Body:
    """A body in the encodings that were asked for so far."""

    plain: bytes
    etag: bytes
    packed: bytes | None = None


class MapAnswers:
    """Answers to map questions, the last few kept for as long as they are true."""

    def __init__(self, discovery: DiscoveryService) -> None:
        self._discovery = discovery
        self._kept: OrderedDict[tuple[str, int, bytes], _Body] = OrderedDict()
        self._kept_bytes = 0

    def answer(self, query: bytes, asked: Asked) -> Ready:
        """Status, headers and body for a query string.

        Raises:
            InvalidError: names the parameter at fault.
            NotReadyError: the index is not open yet.
        """
        body = self._body(query)
        headers: Headers = [
            (b"etag", body.etag),
            # Statuses change at any second: keep it, and ask whether it is still true.
            (b"cache-control", b"no-cache"),
        ]
        if matches(asked.get(b"if-none-match", b""), body.etag):
            return 304, headers, b""
        headers.append((b"content-type", b"application/json"))
        if len(body.plain) < _WORTH_COMPRESSING or not accepts_gzip(
            asked.get(b"accept-encoding", b"")
        ):
            return 200, headers, body.plain
        if body.packed is None:
            body.packed = gzipped(body.plain)
            self._kept_bytes += len(body.packed)
        headers.append((b"content-encoding", b"gzip"))
        return 200, headers, body.packed

    def _body(self, query: bytes) -> _Body:
        if not self._discovery.ready:
            raise NotReadyError("The station index is being opened; try again in a few seconds.")
        now = utc_now()
        # Statuses go stale with time alone, so an answer is kept for this second at most.
        key = (self._discovery.generation, int(now.timestamp()), query)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        box, rest = _read(query)
        plain = self._discovery.view(box, rest.zoom, rest.filters, now)
        return self._keep(key, _Body(plain, etag_of(plain)))

    def _keep(self, key: tuple[str, int, bytes], body: _Body) -> _Body:
        self._kept[key] = body
        self._kept_bytes += len(body.plain)
        while len(self._kept) > _MOST_KEPT or self._kept_bytes > _MOST_KEPT_BYTES:
            _, old = self._kept.popitem(last=False)
            self._kept_bytes -= len(old.plain) + len(old.packed or b"")
            if not self._kept:
                break
        return body


def _read(query: bytes) -> tuple[Box, _Rest]:
    """The box of a query string, and the rest of it.

    Raises:
        InvalidError: names the parameter at fault.
    """
    usual = _USUAL.fullmatch(query)
    if usual is None:
        return _read_any(query)
    try:
        west, south, east, north = map(float, usual.group(1, 2, 3, 4))
        return box_of(west, south, east, north), _rest_of(usual[5])
    except InvalidError:
        return _read_any(query)  # It knows what exactly is wrong.


def _read_any(query: bytes) -> tuple[Box, _Rest]:
    values = read_query(query, _NAMES)
    return read_box(values, required=True) or WORLD, _read_rest(values)


@lru_cache(maxsize=_RESTS_KEPT)
def _rest_of(query: bytes) -> _Rest:
    return _read_rest(read_query(query, _NAMES - {"bbox"}))


def _read_rest(values: Mapping[str, str]) -> _Rest:
    return _Rest(read_integer(values, "zoom", 0, MAX_ZOOM, None), read_filters(values))


def map_endpoint(app: ASGIApp, services: Services) -> ASGIApp:
    """The application with the map answered in front of it; put it on last."""
    answers = MapAnswers(services.discovery)
    door = ApiDoor(app, services.settings)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        asks_map = scope["type"] == "http" and scope["path"] == PATH
        if not asks_map or scope["method"] not in {"GET", "HEAD"}:
            await app(scope, receive, send)
            return
        query: bytes = scope["query_string"]

        def make(asked: Asked) -> Ready:
            try:
                return answers.answer(query, asked)
            except ChargeSphereError as error:
                response = problem_of(error)
                headers = without(response.raw_headers, (b"content-length",))
                return response.status_code, headers, bytes(response.body)

        await door.ready(scope, send, make)

    return front

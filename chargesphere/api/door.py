"""What every request to the API passes: limit, errors, HEAD, validators, compression, headers.

Pure ASGI, because below it stands more than the API: pages, sockets and uploads go through
untouched, and so does a stream of events.
"""

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chargesphere.api.limits import client_of, request_limit
from chargesphere.api.problems import MEDIA_TYPE, problem_body, problem_of
from chargesphere.errors import RateLimitedError
from chargesphere.settings import Settings

Headers = list[tuple[bytes, bytes]]
Asked = dict[bytes, bytes]
"""The headers of a request."""

Ready = tuple[int, Headers, bytes]
"""Status, headers and body."""

SECURITY_HEADERS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
"""On every answer of the API; the documentation page brings its own policy."""

_VARY = (b"vary", b"Accept-Encoding, Origin")
_READY_HEADERS: Headers = [*SECURITY_HEADERS, _VARY]

_UNLIMITED = frozenset({"/api/v1/health", "/api/v1/ready"})
"""Asked by whoever watches over the process, however often."""

_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, Last-Event-ID"),
    (b"access-control-max-age", b"600"),
]
"""To a browser that asks first whether a page from elsewhere may call us."""

_WORTH_COMPRESSING = 1_000
_log = structlog.get_logger(__name__)


class ApiDoor:
    """ASGI middleware for everything under ``/api``."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._limit = request_limit(settings.rate_limit_api, settings.redis_url)
        self._trusted_proxies = settings.trusted_proxies
        self._origins = frozenset(o.encode() for o in (settings.origin, *settings.cors_origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back."""
        if scope["type"] != "http" or not is_api_path(scope["path"]):
            await self._app(scope, receive, send)
            return
        answer = self._answer_to(scope, send)
        try:
            if scope["method"] == "OPTIONS" and b"access-control-request-method" in answer.asked:
                allowed = answer.allowed_origin
                await answer.finish(204 if allowed else 403, _PREFLIGHT if allowed else [], b"")
                return
            await self._count(scope, answer.asked)
            await self._app(_as_get(scope), receive, answer.receive)
        except Exception as error:
            await answer.fail(error, scope["path"])

    async def ready(self, scope: Scope, send: Send, make: Callable[[Asked], Ready]) -> None:
        """Answer with what ``make`` gives: whole, with its own validator and encoding."""
        answer = self._answer_to(scope, send)
        try:
            if self._limit is not None:
                await self._count(scope, answer.asked)
            await answer.send_ready(*make(answer.asked))
        except Exception as error:
            await answer.fail(error, scope["path"])

    def _answer_to(self, scope: Scope, send: Send) -> "_Answer":
        asked = dict(scope["headers"])
        origin = asked.get(b"origin", b"")
        return _Answer(
            scope["method"] == "HEAD", asked, send, origin if origin in self._origins else b""
        )

    async def _count(self, scope: Scope, asked: Asked) -> None:
        if self._limit is not None and scope["path"] not in _UNLIMITED:
            await self._limit.count(client_of(scope, asked, self._trusted_proxies))


class _Answer:
    """The answer on its way out, held back until it is whole."""

    __slots__ = (
        "_body",
        "_head",
        "_headers",
        "_send",
        "_status",
        "_streaming",
        "allowed_origin",
        "asked",
        "request_id",
    )

    def __init__(self, head: bool, asked: Asked, send: Send, allowed_origin: bytes) -> None:
        self.request_id = os.urandom(8).hex()
        self.asked = asked
        self.allowed_origin = allowed_origin
        self._streaming = False
        self._head = head
        self._send = send
        self._status = 0
        self._headers: Headers = []
        self._body: list[bytes] = []

    async def receive(self, message: Message) -> None:
        """Take a message from the application."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = list(message.get("headers", ()))
            if _header(self._headers, b"content-type").startswith(b"text/event-stream"):
                self._streaming = True
                await self._start(self._headers)
        elif self._streaming or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self.finish(self._status, self._headers, b"".join(self._body))

    async def fail(self, error: Exception, path: str) -> None:
        """Answer that it was too often, or that something went wrong and its number in the log."""
        if isinstance(error, RateLimitedError):
            response = problem_of(error)
            await self.finish(response.status_code, list(response.raw_headers), response.body)
            return
        _log.error("request_failed", path=path, request_id=self.request_id, exc_info=error)
        if self._streaming:
            raise error  # Half an answer cannot be taken back; the server closes the connection.
        body = problem_body(500, "Something went wrong on our side.", request_id=self.request_id)
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"cache-control", b"no-store")]
        await self.finish(500, headers, body)

    async def send_ready(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a whole answer to which only what all answers have must be added."""
        headers = [*headers, *_READY_HEADERS, (b"x-request-id", self.request_id.encode())]
        if status != 304:
            headers.append((b"content-length", b"%d" % len(body)))
        if self.allowed_origin:
            headers += self._cross_origin()
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": b"" if self._head else body})

    async def finish(self, status: int, headers: Headers, body: bytes | memoryview) -> None:
        """Send a whole answer."""
        content = bytes(body)
        if status == 200:
            headers = with_etag(headers, content)
            if matches(self.asked.get(b"if-none-match", b""), _header(headers, b"etag")):
                status, content = 304, b""
                headers = without(headers, (b"content-type", b"content-encoding"))
            else:
                headers, content = _compressed(headers, content, self.asked)
        headers = [*without(headers, (b"content-length",)), _VARY]
        if status not in {204, 304}:
            headers.append((b"content-length", str(len(content)).encode()))
        self._status = status
        await self._start(headers)
        shown = b"" if self._head or status == 304 else content
        await self._send({"type": "http.response.body", "body": shown})

    async def _start(self, headers: Headers) -> None:
        present = {name.lower() for name, _ in headers}
        more = [(name, value) for name, value in SECURITY_HEADERS if name not in present]
        more.append((b"x-request-id", self.request_id.encode()))
        if self.allowed_origin:
            more += self._cross_origin()
        await self._send(
            {
                "type": "http.response.start",
                "status": self._status,
                "headers": [*headers, *more],
            }
        )

    def _cross_origin(self) -> Headers:
        return [
            (b"access-control-allow-origin", self.allowed_origin),
            (b"access-control-expose-headers", b"ETag, Retry-After, X-Request-Id"),
        ]


def is_api_path(path: str) -> bool:
    """Whether the API answers it."""
    return path == "/api" or path.startswith("/api/")


def etag_of(body: bytes) -> bytes:
    """A validator of the content, whatever its encoding (therefore weak)."""
    # Today's processors have SHA-256 built in: half the time of BLAKE2.
    return b'W/"' + hashlib.sha256(body).hexdigest()[:18].encode() + b'"'


def matches(if_none_match: bytes, etag: bytes) -> bool:
    """Whether the client has this content already."""
    if not if_none_match or not etag:
        return False
    known = (tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b","))
    return if_none_match.strip() == b"*" or etag.removeprefix(b"W/") in known


def accepts_gzip(accept_encoding: bytes) -> bool:
    """Whether the client takes gzip."""
    if not accept_encoding:
        return False
    for part in accept_encoding.lower().split(b","):
        coding, _, weight = part.partition(b";")
        if coding.strip() in {b"gzip", b"*"}:
            return re.fullmatch(rb"\s*q\s*=\s*0(\.0*)?\s*", weight) is None
    return False


def gzipped(body: bytes) -> bytes:
    """The body as gzip, fast rather than small."""
    compressor = zlib.compressobj(1, zlib.DEFLATED, 31)
    return compressor.compress(body) + compressor.flush()


def with_etag(headers: Headers, body: bytes) -> Headers:
    """The headers with a validator, unless they have one or nobody may keep the answer."""
    kept = b"no-store" not in _header(headers, b"cache-control")
    if _header(headers, b"etag") or not kept:
        return headers
    return [*headers, (b"etag", etag_of(body))]


def without(headers: Headers, names: Iterable[bytes]) -> Headers:
    """The headers but these."""
    dropped = frozenset(names)
    return [(name, value) for name, value in headers if name.lower() not in dropped]


def _compressed(headers: Headers, body: bytes, asked: Asked) -> tuple[Headers, bytes]:
    if len(body) < _WORTH_COMPRESSING or _header(headers, b"content-encoding"):
        return headers, body
    if not accepts_gzip(asked.get(b"accept-encoding", b"")):
        return headers, body
    return [*headers, (b"content-encoding", b"gzip")], gzipped(body)


def _header(headers: Headers, wanted: bytes) -> bytes:
    return next((value for name, value in headers if name.lower() == wanted), b"")


def _as_get(scope: Scope) -> Scope:
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope

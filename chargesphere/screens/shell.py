"""What is served around the compiled app: the map's frame, static files, share previews.

Reflex serves its own build. In front of it stand: ``/map/frame`` (the folium document),
``/static`` (its scripts, styles and the basemap, immutable by content hash), ``/station/{id}``
(the same app with the station's title and preview written into the page, and an honest status
code), and the build's own address file, which must name the port the driver really uses.
"""

import html
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from reflex.utils.precompressed_staticfiles import PrecompressedStaticFiles
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chargesphere import wiring
from chargesphere.core.clock import utc_now
from chargesphere.errors import ChargeSphereError, MovedError, NotFoundError
from chargesphere.features.discovery.views import StationDetail
from chargesphere.screens import words
from chargesphere.screens.front import Page, front_page
from chargesphere.screens.map.document import map_document, map_response
from chargesphere.settings import ROOT

CLIENT = ROOT / ".web" / "build" / "client"
STATIC = ROOT / "build" / "static"

_STATION = re.compile(r"^/station/([a-z0-9-]{6,40})/?$")
_HOST_PORT = re.compile(r":(\d{1,5})$")
_BUILT_ADDRESS = re.compile(r"//localhost:\d+/")
_IMMUTABLE = "public, max-age=31536000, immutable"


def shell(app: ASGIApp) -> ASGIApp:
    """The app with everything around it."""
    static = PrecompressedStaticFiles(directory=STATIC, encodings=["gzip"], check_dir=False)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await app(scope, receive, send)
            return
        path: str = scope["path"]
        request = Request(scope)
        if path == "/map/frame":
            document = map_document(wiring.services().settings)
            await map_response(request, document)(scope, receive, send)
        elif path.startswith("/assets/reflex-env-"):
            await _address_file(request)(scope, receive, send)
        elif (kept := _kept_file(path)) is not None:
            await _immutable(kept, request)(scope, receive, send)
        elif path.startswith("/static/"):
            inner = dict(scope, path=path.removeprefix("/static"), root_path="")
            await static(inner, receive, _with_cache(send))
        elif path == "/" and (page := _built_page()) is not None:
            await _front(page, request)(scope, receive, send)
        elif path.startswith("/assets/"):
            await app(scope, receive, _with_cache(send))
        elif (match := _STATION.match(path)) is not None:
            await (await _station_page(match[1], request))(scope, receive, send)
        elif path.startswith("/station/"):
            await _page("Station not found · ChargeSphere", "", request, 404)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return serve


def _with_cache(send: Send) -> Send:
    """Names with a content hash never change what they mean: keep them for a year."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 304):
            kept = [(k, v) for k, v in message["headers"] if k.lower() != b"cache-control"]
            message["headers"] = [*kept, (b"cache-control", _IMMUTABLE.encode())]
        await send(message)

    return answer


_HASHED = re.compile(r"^/(static|assets)/([\w.-]+[-.][\w-]{8,}\.(js|css|woff2))$", re.ASCII)
_TYPES = {"js": "text/javascript", "css": "text/css", "woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file in memory, and compressed where the build did that."""

    media_type: str
    body: bytes
    gzipped: bytes | None


def _kept_file(path: str) -> _Kept | None:
    """A built file whose name carries its hash: read once, because a first visit waits for these."""
    match = _HASHED.match(path)
    if match is None:
        return None
    try:
        folder = STATIC if match[1] == "static" else CLIENT / "assets"
        return _read_kept(folder / match[2], _TYPES[match[3]])
    except OSError:
        return None


@lru_cache(maxsize=256)
def _read_kept(file: Path, media_type: str) -> _Kept:
    packed = file.with_name(f"{file.name}.gz")
    return _Kept(media_type, file.read_bytes(), packed.read_bytes() if packed.is_file() else None)


def _immutable(kept: _Kept, request: Request) -> Response:
    headers = {"cache-control": _IMMUTABLE, "vary": "accept-encoding"}
    if kept.gzipped is None or "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(kept.body, media_type=kept.media_type, headers=headers)
    headers["content-encoding"] = "gzip"
    return Response(kept.gzipped, media_type=kept.media_type, headers=headers)


def _address_file(request: Request) -> Response:
    """The build names ``localhost`` and the port it was built for; the browser knows better."""
    file = CLIENT / request.url.path.lstrip("/")
    if file.parent != CLIENT / "assets" or not file.is_file():
        return Response(status_code=404)
    match = _HOST_PORT.search(request.headers.get("host", ""))
    port = f":{int(match[1])}" if match else ""
    text = _BUILT_ADDRESS.sub(f"//localhost{port}/", file.read_text())
    return Response(text, media_type="text/javascript", headers={"cache-control": "no-store"})


def _built_page() -> Page | None:
    return front_page(CLIENT / "index.html", wiring.services().settings)


def _front(page: Page, request: Request) -> Response:
    headers = {"cache-control": "no-cache", "etag": page.etag, "vary": "accept-encoding"}
    if page.etag in request.headers.get("if-none-match", "").replace("W/", "").split(", "):
        return Response(status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(page.body, headers=headers)
    return HTMLResponse(page.gzipped, headers={**headers, "content-encoding": "gzip"})


async def _station_page(station_id: str, request: Request) -> Response:
    try:
        station = await wiring.services().discovery.station(station_id, utc_now())
    except MovedError as moved:
        return RedirectResponse(f"/station/{moved.new_id}", status_code=308)
    except NotFoundError:
        return _page("Station not found · ChargeSphere", "", request, 404)
    except ChargeSphereError:
        return _page("ChargeSphere", "", request, 503)
    return _page(f"{station.title} · ChargeSphere", _preview(station), request, 200)


def _preview(station: StationDetail) -> str:
    """One line for a chat: where, what, and what it costs; never how free it is, that ages."""
    plugs = ", ".join(
        f"{p.points} × {words.PLUGS[p.type]} {words.power(p.kw)}".strip() for p in station.plugs[:3]
    )
    where = ", ".join(part for part in (station.address.street, station.address.city) if part)
    price = station.prices[0].lines[0] if station.prices and station.prices[0].lines else ""
    return " · ".join(part for part in (where, plugs, price) if part)


def _page(title: str, description: str, request: Request, status: int) -> Response:
    front = _built_page()
    text = _without_preview(front.text) if front else ""
    origin = wiring.services().settings.origin
    about = description or "Find a charger that works and is free, and know what it costs."
    tags = "".join(
        f'<meta {kind}="{name}" content="{html.escape(value, quote=True)}"/>'
        for kind, name, value in (
            ("property", "og:title", title),
            ("property", "og:description", about),
            ("property", "og:type", "website"),
            ("property", "og:url", origin + request.url.path),
            ("property", "og:image", f"{origin}/share.png"),
            ("name", "description", about),
            ("name", "twitter:card", "summary"),
        )
    )
    head = f"<title>{html.escape(title)}</title>{tags}"
    body = text.replace("<head>", f"<head>{head}", 1) if text else _unbuilt()
    return HTMLResponse(body, status_code=status, headers={"cache-control": "no-cache"})


@lru_cache(maxsize=2)
def _without_preview(text: str) -> str:
    """The built page's own title and preview give way to the station's."""
    return re.sub(r"<title>.*?</title>|<meta [^>]*(?:og:|name=.description)[^>]*/?>", "", text)


def _unbuilt() -> str:
    return f"<!doctype html><title>ChargeSphere</title><p>{json.dumps('The app is not built yet: python -m chargesphere build')}"

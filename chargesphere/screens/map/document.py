"""The map's own document, made by folium and served into a frame of the same origin.

folium's default scripts and styles (Leaflet, jQuery, Bootstrap and more, from other people's
servers) give way to one script and one style of ours. The document fetches its own stations and
paints before the page around it is up; the page and the map then talk by ``postMessage``.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from starlette.requests import Request
from starlette.responses import Response

from chargesphere.core.geo import Box
from chargesphere.features.discovery.rules import FILTER_NAMES
from chargesphere.screens.map.static import Manifest, read_manifest
from chargesphere.settings import Settings

DEFAULT_BOX = Box(west=-10.0, south=36.0, east=24.0, north=59.5)
"""What the map shows on the very first visit, when nothing better is known: western Europe."""

MAX_ZOOM = 20

_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "frame-ancestors 'self'; base-uri 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class MapDocument:
    """The document's bytes and the ETag that stands for them."""

    body: bytes
    etag: str


def map_document(
    settings: Settings, default: Box = DEFAULT_BOX, manifest: Manifest | None = None
) -> MapDocument:
    """The document for these settings; equal arguments give equal bytes.

    Args:
        settings: where tiles come from and whom they credit.
        default: what a first visit shows.
        manifest: the built files; None reads what is built now.

    Raises:
        BuildError: the map's files are not built.
    """
    manifest = manifest or read_manifest()
    return _document(_config(settings, default, manifest), manifest)


def map_response(request: Request, document: MapDocument) -> Response:
    """The document as an answer, or 304 when the browser has it."""
    headers = {**_HEADERS, "ETag": document.etag}
    if document.etag in _etags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(document.body, media_type="text/html", headers=headers)


class _Map(folium.Map):
    """A folium map that loads nothing from anywhere by itself."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []


class _Start(MacroElement):
    """Hands the map that folium's script made to ours."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "chargesphereFrame.start({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )


@lru_cache(maxsize=8)
def _document(config: str, manifest: Manifest) -> MapDocument:
    figure = Figure(title="Map")
    world = _Map(
        location=[0, 0],
        zoom_start=2,
        max_zoom=MAX_ZOOM,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        world_copy_jump=True,
        max_bounds=True,
        min_lat=-85.06,
        max_lat=85.06,
        min_lon=-100_000,  # Round the world as often as one likes.
        max_lon=100_000,
        max_bounds_viscosity=1,
    )
    world.options["maxZoom"] = MAX_ZOOM  # folium keeps max_zoom for its tile layer.
    figure.add_child(world)
    world.add_child(_Start())  # type: ignore[no-untyped-call]  # branca has no types.
    for name, element in _head(config, manifest).items():
        figure.header.add_child(Element(element), name=name)
    body = _normalised(figure.render()).encode()
    return MapDocument(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')


def _head(config: str, manifest: Manifest) -> dict[str, str]:
    """What stands in the head, in order: the early script goes first, so that it asks first."""
    return {
        "config": f'<script type="application/json" id="config">{config}</script>',
        "boot": f"<script>{_inline(manifest.boot)}</script>",
        "style": f'<link rel="stylesheet" href="{manifest.style}"/>',
        "font": f'<link rel="preload" href="{manifest.font}" as="font" type="font/woff2" crossorigin/>',
        "script": f'<script src="{manifest.script}"></script>',
    }


def page_start(
    settings: Settings, default: Box = DEFAULT_BOX, manifest: Manifest | None = None
) -> str:
    """Script text for the page around the frame: asks for the map's stations before the frame can.

    Raises:
        BuildError: the map's files are not built.
    """
    manifest = manifest or read_manifest()
    config = _config(settings, default, manifest, in_page=True)
    return f"chargesphere.config={config};{_inline(manifest.boot)}"


def _config(settings: Settings, default: Box, manifest: Manifest, *, in_page: bool = False) -> str:
    tiles = {
        "url": settings.tiles_url,
        "darkUrl": settings.tiles_dark_url,
        "attribution": settings.tiles_attribution,
        "maxZoom": settings.tiles_max_zoom,
    }
    config = {
        "tiles": None if settings.tiles_url in {"", "none"} else tiles,
        "basemap": manifest.basemap,
        "defaultBox": [default.west, default.south, default.east, default.north],
        "filterNames": sorted(FILTER_NAMES),
        "inPage": in_page,
    }
    return json.dumps(config, ensure_ascii=False).replace("<", "\\u003c")


def _inline(script: str) -> str:
    """The script so that its own text cannot end the element it stands in."""
    return script.replace("</", "<\\/")


_RANDOM_ID = re.compile(r"\b(map|start|figure)_[0-9a-f]{32}\b")
_FORBIDS_ZOOMING = re.compile(r",\s*maximum-scale=1\.0, user-scalable=no")


def _normalised(html: str) -> str:
    """What folium wrote, with the same ids every time, a language, and zooming left to the reader."""
    html = _RANDOM_ID.sub(r"\1", html)
    html = _FORBIDS_ZOOMING.sub("", html)
    return html.replace("<html>", '<html lang="en">', 1)


def _etags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}

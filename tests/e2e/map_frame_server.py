"""A small server for the map's document alone: its files, stations from a list, tiles of its own.

It answers the way the API is described, from points that a test gives it, and can be told to be slow
or to fail.
"""

import json
import math
import struct
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from chargesphere.screens.map.document import MapDocument, map_document
from chargesphere.screens.map.static import STATIC, read_manifest
from chargesphere.settings import Settings

CLUSTER_PX = 60
CLUSTER_UNTIL = 16
SLOW_S = 5.0


@dataclass(frozen=True)
class Spot:
    id: str
    lat: float
    lon: float
    kw: float | None
    free: int | None
    points: int | None


@dataclass
class World:
    """What the server knows and how it behaves; tests change it while it runs."""

    spots: Sequence[Spot] = ()
    tiles: str = "ok"
    api: str = "ok"
    api_delay_s: float = 0.0
    requests: list[str] = field(default_factory=list)

    def asked(self, start: str) -> list[str]:
        return [path for path in self.requests if path.startswith(start)]


@contextmanager
def serve(world: World, settings: Settings | None = None, static: Path = STATIC) -> Iterator[str]:
    """The address of a running server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(world, static))
    server.daemon_threads = True
    origin = f"http://127.0.0.1:{server.server_port}"
    world_settings = settings or Settings(tiles_url=f"{origin}/tiles/{{z}}/{{x}}/{{y}}.png")
    server.document = map_document(world_settings, manifest=read_manifest(static))  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def map_answer(spots: Sequence[Spot], query: Mapping[str, str]) -> dict[str, object]:
    west, south, east, north = (float(side) for side in query["bbox"].split(","))
    zoom = int(query["zoom"])
    least = float(query.get("min_kw", 0))
    chosen = [
        s
        for s in spots
        if south <= s.lat <= north
        and (west <= s.lon <= east if west <= east else s.lon >= west or s.lon <= east)
        and (s.kw or 0) >= least
    ]
    groups: dict[object, list[Spot]] = defaultdict(list)
    for spot in chosen:
        groups[_cell(spot, zoom) if zoom <= CLUSTER_UNTIL else spot.id].append(spot)
    rows = [_row(group) for group in groups.values()]
    names = ("lon", "lat", "count", "id", "kw", "free", "points")
    columns = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    return {"zoom": zoom, "total": len(chosen), **columns}


def _cell(spot: Spot, zoom: int) -> tuple[int, int]:
    scale = 512 * 2**zoom / CLUSTER_PX
    sine = math.sin(math.radians(spot.lat))
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return int((spot.lon / 360 + 0.5) * scale), int(y * scale)


def _row(group: Sequence[Spot]) -> tuple[object, ...]:
    known = [s for s in group if s.free is not None and s.points is not None]
    free = sum(s.free or 0 for s in known) if known else None
    points = sum(s.points or 0 for s in known) if known else None
    if len(group) == 1:
        (only,) = group
        return only.lon, only.lat, 1, only.id, only.kw, free, points
    lon = sum(s.lon for s in group) / len(group)
    lat = sum(s.lat for s in group) / len(group)
    kw = max((s.kw for s in group if s.kw is not None), default=None)
    return round(lon, 6), round(lat, 6), len(group), None, kw, free, points


HOST = """<!doctype html><html lang="en"><title>Host</title><style>html,body,iframe{margin:0;width:100%;
height:100%;border:0;display:block}</style><script>
window.heard = [];
addEventListener("message", (event) => event.data?.source === "chargesphere" && heard.push(event.data));
window.tell = (type, fields = {}) => frames[0].postMessage(
  {source: "chargesphere", type, ...fields}, location.origin);
</script><iframe src="/map/frame" title="Map" allow="geolocation"></iframe></html>"""


def _handler(world: World, folder: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            world.requests.append(self.path)
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
            try:
                self.route(parts.path, query)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def route(self, path: str, query: Mapping[str, str]) -> None:
            if path == "/map/frame":
                document: MapDocument = self.server.document  # type: ignore[attr-defined]
                self.send(document.body, "text/html")
            elif path.startswith("/static/"):
                self.static(path.removeprefix("/static/"))
            elif path.startswith("/api/v1/"):
                self.api(path.removeprefix("/api/v1/"), query)
            elif path.startswith("/tiles/"):
                self.tile(path)
            else:
                self.send(HOST.encode(), "text/html")

        def static(self, name: str) -> None:
            path = (folder / name).resolve()
            if not path.is_relative_to(folder) or not path.is_file():
                self.send(b"", "text/plain", 404)
                return
            kinds = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
            kind = kinds.get(path.suffix, "application/octet-stream")
            packed = path.with_name(f"{path.name}.gz")
            if packed.is_file():
                self.send(packed.read_bytes(), kind, encoding="gzip")
            else:
                self.send(path.read_bytes(), kind)

        def api(self, path: str, query: Mapping[str, str]) -> None:
            time.sleep(world.api_delay_s)
            if world.api == "fail":
                self.json({"title": "Service Unavailable"}, 503)
            elif path == "map":
                self.json(map_answer(world.spots, query))
            elif path.startswith("stations/"):
                found = [s for s in world.spots if s.id == path.removeprefix("stations/")]
                self.json(
                    vars(found[0]) if found else {"title": "Not Found"}, 200 if found else 404
                )
            else:
                west, south, east, north = (float(side) for side in query["bbox"].split(","))
                inside = (
                    s for s in world.spots if south <= s.lat <= north and west <= s.lon <= east
                )
                self.json({"items": [vars(s) for s in inside], "next": None})

        def tile(self, path: str) -> None:
            if world.tiles == "slow":
                time.sleep(SLOW_S)
            if world.tiles == "fail":
                self.send(b"", "text/plain", 500)
                return
            _zoom, x, y = (int(part) for part in path.removesuffix(".png").split("/")[2:])
            shade = 232 if (x + y) % 2 else 226
            self.send(_png((shade, shade + 3, shade - 8)), "image/png")

        def json(self, value: object, status: int = 200) -> None:
            self.send(json.dumps(value).encode(), "application/json", status)

        def send(self, body: bytes, kind: str, status: int = 200, encoding: str = "") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if encoding:
                self.send_header("Content-Encoding", encoding)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Tests are quiet."""

    return Handler


def _png(colour: tuple[int, int, int], size: int = 256) -> bytes:
    """A square PNG of one colour."""
    rows = (b"\0" + bytes(colour) * size) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)

"""What the map screen shows: the view, its list, the selection and the address that says so."""

import math
from typing import Any
from urllib.parse import parse_qsl, urlencode

import reflex as rx

from chargesphere import wiring
from chargesphere.core.clock import utc_now
from chargesphere.core.geo import Box, Point
from chargesphere.errors import ChargeSphereError
from chargesphere.features.discovery.rules import Filters
from chargesphere.features.discovery.service import Sort
from chargesphere.features.discovery.views import Page
from chargesphere.screens import words
from chargesphere.screens.map.filtering import FilterState, parse_query
from chargesphere.screens.map.rows import NearestHit, Relaxed, Row, row_of
from chargesphere.screens.station.state import StationState

PAGE_ROWS = 20
MAX_ROWS = 60
"""More rows than this are never in the state: whoever needs them zooms in."""

_SORTS: dict[str, Sort] = {"distance": "distance", "power": "power", "available": "available"}
TITLE = "ChargeSphere"


class MapState(rx.State):
    """The map, its list and what is selected."""

    mode: str = "list"
    selected: str = ""
    selected_lat: float = 0.0
    selected_lon: float = 0.0
    address: str = ""
    filters_query: str = ""
    page_title: str = f"{TITLE}: chargers that work, near you"

    rows: list[Row] = []
    face: str = "loading"
    error: str = ""
    total: int = 0
    sort: str = "distance"
    more: bool = False
    nearest: list[NearestHit] = []
    relaxed: list[Relaxed] = []

    stop: str = "half"
    stop_seq: int = 0
    command: dict[str, Any] = {}
    notice: str = ""
    trouble: str = ""
    demo: bool = False
    replayed: bool = False
    attribution: str = ""
    banner_hidden: str = rx.LocalStorage("", name="demo_banner", sync=True)
    units: str = rx.LocalStorage("km", name="units", sync=True)

    _lat: float = 0.0
    _lon: float = 0.0
    _zoom: float = 0.0
    _box: tuple[float, float, float, float] | None = None
    _here: tuple[float, float] | None = None
    _cursor: str = ""
    _stop_before: str = "half"

    @rx.var
    def heading(self) -> str:
        """How many stations the view holds."""
        if self.face == "loading" and not self.rows:
            return "Looking around…"
        return (
            words.count(self.total, "station") + " in view" if self.total else "No station in view"
        )

    @rx.var
    def show_label(self) -> str:
        """What the filter panel's button leads to."""
        return f"Show {words.count(self.total, 'station')}" if self.total else "No station in view"

    @rx.event
    async def open(self, station: str, search: str):
        """Take over the address that was opened: view, filters, and a station when it names one."""
        values = dict(parse_qsl(str(search).removeprefix("?")[:2000]))
        filters, complaint = parse_query(values)
        self.notice = complaint
        form = await self.get_state(FilterState)
        form._take(filters)
        self.filters_query = urlencode(filters.to_params())
        await self._read_feeds()
        if station or values.get("station"):
            return MapState.select(str(station or values["station"]))
        return None

    @rx.event
    async def moved(self, view: dict[str, Any]):
        """The map shows another part of the world."""
        parsed = _view_of(view)
        if parsed is None:
            return
        self._lat, self._lon, self._zoom, self._box = parsed
        self._write_address()
        await self._list()

    @rx.event
    async def refilter(self):
        """The filters changed: show what matches now."""
        form = await self.get_state(FilterState)
        self.filters_query = urlencode(form._filters().to_params())
        self._write_address()
        await self._list()

    @rx.event
    async def retry(self):
        """Ask again after something went wrong."""
        self.face, self.error = "loading", ""
        yield
        await self._list()
        self._tell("refresh")

    @rx.event
    async def sort_by(self, order: str):
        """Put the list in another order."""
        if order in _SORTS:
            self.sort = order
            await self._list()

    @rx.event
    async def look_again(self):
        """Some time has passed: what is shown must still be true, the opened station too."""
        await self._read_feeds()
        await self._list(keep=len(self.rows))
        if self.mode == "station" and self.selected:
            detail = await self.get_state(StationState)
            if detail.face == "content":
                await detail._load(self._here, self.units)

    @rx.event
    async def show_more(self):
        """Add the next rows."""
        if self._box is None or not self._cursor or len(self.rows) >= MAX_ROWS:
            return
        if not wiring.services().discovery.ready:
            return
        page = await self._page(self._cursor)
        self.rows = [*self.rows, *self._as_rows(page)][:MAX_ROWS]
        self._cursor = page.next or ""
        self.more = bool(self._cursor) and len(self.rows) < MAX_ROWS

    @rx.event
    async def select(self, station_id: str):
        """Open a station."""
        if self.mode == "list":
            self._stop_before = self.stop
        self.selected = str(station_id)[:40]
        self.mode = "station"
        detail = await self.get_state(StationState)
        detail._begin(self.selected)
        self._rest("half")
        yield
        at = await detail._load(self._here, self.units)
        if at is None:
            self.page_title = f"Station not found · {TITLE}"
            return
        if detail.station_id != self.selected:
            self.selected = detail.station_id
        self.selected_lat, self.selected_lon = at
        self.page_title = f"{detail.card.title} · {TITLE}"
        self._write_address()

    @rx.event
    async def choose(self, station_id: str, lat: float, lon: float):
        """Open a station from the list or the suggestions, and bring it into view."""
        if _is_place(lat, lon):
            self._tell("fly", lat=float(lat), lon=float(lon), zoom=max(16.0, self._zoom))
        return MapState.select(station_id)

    @rx.event
    def deselect(self):
        """Close the station."""
        self.selected = ""
        if self.mode == "station":
            self.mode = "list"
            self._rest(self._stop_before)
        self.page_title = f"{TITLE}: chargers that work, near you"
        self._write_address()

    @rx.event
    def went_back(self, station: str):
        """The browser's back or forward button was used; ``station`` is what the address names."""
        if station and station != self.selected:
            return MapState.select(station)
        return None if station else MapState.deselect

    @rx.event
    def show_filters(self):
        """Open the filter panel."""
        self.mode = "filters"
        self._rest("full")

    @rx.event
    def show_list(self):
        """Back from the filter panel to the list or the station."""
        self.mode = "station" if self.selected else "list"
        self._rest("half")

    @rx.event
    def step_back(self):
        """Escape: close what was opened last."""
        if self.mode == "filters":
            return MapState.show_list
        return MapState.deselect if self.mode == "station" else None

    @rx.event
    def rested(self, stop: str):
        """The driver moved the sheet."""
        if stop in ("peek", "half", "full"):
            self.stop = stop

    @rx.event
    async def located(self, lat: float, lon: float, accuracy_m: float):
        """The browser said where we are."""
        if _is_place(lat, lon):
            self._here = (float(lat), float(lon))
            self.notice = ""
            await self._list()

    @rx.event
    def locate_failed(self, reason: str):
        """The browser would not say where we are; the map stays usable."""
        self.notice = {
            "denied": "Your location is switched off for this site. Search for a place instead.",
            "timeout": "Your location took too long. Try again, or search for a place.",
        }.get(str(reason), "Your location is not available here. Search for a place instead.")

    @rx.event
    def in_trouble(self, kind: str):
        """The map could not reach the server, or can again."""
        self.trouble = (
            "The map is not up to date: the server did not answer. Trying again…"
            if kind == "error"
            else ""
        )

    @rx.event
    def apologise(self):
        """Something failed that should not have; the log has the rest."""
        self.notice = "That did not work, and we have noted why. Please try again."

    @rx.event
    def dismiss(self):
        """Put the notice away."""
        self.notice = ""

    @rx.event
    def hide_banner(self):
        """Put the demo banner away for this browser."""
        self.banner_hidden = "yes"

    @rx.event
    async def switch_units(self):
        """Kilometres or miles."""
        self.units = "km" if self.units == "mi" else "mi"
        await self._list()

    @rx.event
    def go_nearest(self):
        """Show the nearest station that matches."""
        if self.nearest:
            hit = self.nearest[0]
            self._tell("fly", lat=hit.lat, lon=hit.lon, zoom=14.0)

    @rx.event
    def go_to(self, lat: float, lon: float, west: float, south: float, east: float, north: float):
        """Show a place; a box of no size means street zoom around the point."""
        if not _is_place(lat, lon):
            return
        if west != east and all(_is_number(v) for v in (west, south, east, north)):
            self._tell("fit", west=west, south=south, east=east, north=north)
        else:
            self._tell("fly", lat=float(lat), lon=float(lon), zoom=15.0)

    def _tell(self, kind: str, **fields: Any) -> None:
        self.command = {"seq": self.command.get("seq", 0) + 1, "kind": kind, **fields}

    def _rest(self, stop: str) -> None:
        self.stop = stop
        self.stop_seq += 1

    def _write_address(self) -> None:
        if self._box is None:
            return
        view = f"lat={self._lat:.5f}&lon={self._lon:.5f}&zoom={self._zoom:g}"
        self.address = f"/?{view}" + (f"&{self.filters_query}" if self.filters_query else "")

    async def _read_feeds(self) -> None:
        feeds = await wiring.services().catalogue.feeds()
        self.demo = any(f.demo for f in feeds)
        self.replayed = any(f.replayed for f in feeds)
        self.attribution = " · ".join(f.attribution for f in feeds)

    async def _filters(self) -> Filters:
        form = await self.get_state(FilterState)
        return form._filters()

    async def _page(self, cursor: str | None, limit: int = PAGE_ROWS) -> Page:
        assert self._box is not None  # noqa: S101  # Callers looked; the type checker cannot.
        box = Box(*self._box)
        centre = Point(*self._here) if self._here else Point(self._lat, self._lon)
        return await wiring.services().discovery.stations(
            box=box,
            near=centre,
            radius_m=None,
            sort=_SORTS[self.sort],
            filters=await self._filters(),
            limit=limit,
            cursor=cursor or None,
            now=utc_now(),
        )

    def _as_rows(self, page: Page) -> list[Row]:
        # From the middle of the map a distance means nothing to a driver; it is said from where one is.
        return [row_of(s, self.units if self._here else None) for s in page.items]

    async def _list(self, keep: int = 0) -> None:
        """List the view anew; ``keep`` rows at least stay where they were loaded before."""
        if self._box is None:
            return
        if not wiring.services().discovery.ready:
            # A server that has just started; the frame asks again by itself and then reports here.
            self.face = "loading"
            return
        try:
            page = await self._page(None, max(PAGE_ROWS, keep))
        except ChargeSphereError as error:
            self.face, self.error = "error", str(error)
            return
        self.total = page.total
        self.rows = self._as_rows(page)
        self._cursor = page.next or ""
        self.more = bool(self._cursor) and len(self.rows) < MAX_ROWS
        self.face = "content" if self.rows else "empty"
        self.nearest, self.relaxed = [], []
        if not self.rows:
            await self._offer_a_way_out()

    async def _offer_a_way_out(self) -> None:
        discovery, filters, now = wiring.services().discovery, await self._filters(), utc_now()
        hit = discovery.nearest(Point(self._lat, self._lon), filters, now)
        if hit:
            station_id, lat, lon, metres = hit
            self.nearest = [NearestHit(station_id, lat, lon, words.distance(metres, self.units))]
        if self._box is not None and not filters.is_default:
            self.relaxed = [
                Relaxed(
                    r.name, words.FILTER_LABELS.get(r.name, r.name), words.count(r.total, "station")
                )
                for r in discovery.relaxations(Box(*self._box), filters, now)[:3]
            ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_place(lat: object, lon: object) -> bool:
    return _is_number(lat) and _is_number(lon) and abs(lat) <= 90 and abs(lon) <= 540  # type: ignore[operator]


def _view_of(view: object) -> tuple[float, float, float, tuple[float, float, float, float]] | None:
    """A view as the frame reports it, or None when a stranger sent something else."""
    if not isinstance(view, dict):
        return None
    names = ("lat", "lon", "zoom", "west", "south", "east", "north")
    if not all(_is_number(view.get(name)) for name in names):
        return None
    lat, lon, zoom, west, south, east, north = (float(view[name]) for name in names)
    if not (-90 <= lat <= 90 and 0 <= zoom <= 24 and -90 <= south <= north <= 90):
        return None
    if east - west >= 360:
        west, east = -180.0, 180.0
    return lat, _wrapped(lon), zoom, (_wrapped(west), south, _wrapped(east), north)


def _wrapped(lon: float) -> float:
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180

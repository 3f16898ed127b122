"""What the search field shows while one types."""

import json
from dataclasses import dataclass

import reflex as rx

from chargesphere import wiring
from chargesphere.core.clock import utc_now
from chargesphere.core.geo import Point
from chargesphere.errors import ChargeSphereError
from chargesphere.features.discovery.views import SearchHit
from chargesphere.screens import words
from chargesphere.screens.map.state import MapState

MAX_RECENT = 6
_LIMIT = 8


@dataclass(frozen=True)
class Suggestion:
    """A station or place to go to."""

    kind: str
    id: str
    name: str
    detail: str
    distance: str
    lat: float
    lon: float
    west: float
    south: float
    east: float
    north: float


class SearchState(rx.State):
    """What was asked and what it found."""

    answered: str = ""
    hits: list[Suggestion] = []
    face: str = "idle"
    recent_text: str = rx.LocalStorage("[]", name="recent_searches", sync=True)

    @rx.var
    def recents(self) -> list[Suggestion]:
        """Where one went before, newest first; damaged entries are left out."""
        try:
            return [Suggestion(**entry) for entry in json.loads(self.recent_text)][:MAX_RECENT]
        except (ValueError, TypeError):
            return []

    @rx.event
    async def type(self, text: str):
        """Search for what is typed so far."""
        query = str(text).strip()[:120]
        if len(query) < 2:
            self.hits, self.answered, self.face = [], query, "idle"
            return
        screen = await self.get_state(MapState)
        near = Point(screen._lat, screen._lon) if screen._box else None
        discovery = wiring.services().discovery
        if not discovery.ready:
            self.hits, self.answered, self.face = [], query, "error"
            return
        try:
            found = await discovery.search(query, near, _LIMIT, utc_now())
        except ChargeSphereError:
            self.hits, self.answered, self.face = [], query, "error"
            return
        self.hits = [_suggestion(hit, screen.units) for hit in found]
        self.answered, self.face = query, "content" if self.hits else "empty"

    @rx.event
    def take(self, index: int, recent: bool):
        """Go to a suggestion, or to a recent search, by its number in the list shown."""
        shown = self.recents if recent else self.hits
        if not (isinstance(index, int) and 0 <= index < len(shown)):
            return None
        hit = shown[index]
        self._remember(hit)
        if hit.kind == "station":
            return MapState.choose(hit.id, hit.lat, hit.lon)
        return MapState.go_to(hit.lat, hit.lon, hit.west, hit.south, hit.east, hit.north)

    @rx.event
    def forget(self):
        """Clear the recent searches of this browser."""
        self.recent_text = "[]"

    def _remember(self, hit: Suggestion) -> None:
        kept = [r for r in self.recents if r.id != hit.id]
        entries = [vars(r) | {"distance": ""} for r in [hit, *kept][:MAX_RECENT]]
        self.recent_text = json.dumps(entries)


def _suggestion(hit: SearchHit, units: str) -> Suggestion:
    box = hit.box
    edges = (box.west, box.south, box.east, box.north) if box else (0.0, 0.0, 0.0, 0.0)
    away = words.distance(hit.distance_m, units)
    return Suggestion(hit.kind, hit.id, hit.name, hit.detail, away, hit.lat, hit.lon, *edges)

"""What the station's screen shows."""

import reflex as rx

from chargesphere import wiring
from chargesphere.core.clock import utc_now
from chargesphere.errors import ChargeSphereError, MovedError, NotFoundError
from chargesphere.screens.station.card import StationCard, card_of


class StationState(rx.State):
    """One opened station and its four faces."""

    station_id: str = ""
    face: str = "loading"
    error: str = ""
    card: StationCard = StationCard()
    menu: str = ""

    def _begin(self, station_id: str) -> None:
        self.station_id, self.face, self.error, self.menu = station_id, "loading", "", ""

    async def _load(
        self, here: tuple[float, float] | None, units: str
    ) -> tuple[float, float] | None:
        """Read the station; its place, or None when it cannot be shown (the face says why)."""
        discovery, now = wiring.services().discovery, utc_now()
        try:
            try:
                detail = await discovery.station(self.station_id, now)
            except MovedError as moved:
                self.station_id = moved.new_id
                detail = await discovery.station(moved.new_id, now)
        except NotFoundError:
            self.face = "missing"
            return None
        except ChargeSphereError as error:
            self.face, self.error = "error", str(error)
            return None
        self.card = card_of(detail, here, units, now)
        self.face = "content"
        return detail.lat, detail.lon

    @rx.event
    def toggle_menu(self, name: str):
        """Open or close the directions or more menu."""
        if name in ("directions", "more"):
            self.menu = "" if self.menu == name else name

"""The map's route: ``/``, which also serves ``/station/{id}`` (see ``screens/shell.py``)."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from chargesphere.screens.components.pieces import Sheet
from chargesphere.screens.map import filter_panel, parts
from chargesphere.screens.map.state import MapState
from chargesphere.screens.station.parts import station_view


def map_page() -> rx.Component:
    """The whole screen: the map, and what floats above it."""
    return rx.el.main(
        # The keyboard meets the search and the list before the map's many pins.
        parts.top(),
        Sheet.create(
            rx.match(
                MapState.mode,
                ("station", station_view(MapState.deselect, MapState.select(MapState.selected))),
                ("filters", filter_panel.filter_view()),
                parts.list_view(),
            ),
            header=parts.header(),
            footer=rx.cond(MapState.mode == "filters", filter_panel.filter_footer(), rx.fragment()),
            stop=MapState.stop,
            stop_seq=MapState.stop_seq,
            label="Stations",
            body_key=MapState.mode + MapState.selected,
            on_stop=MapState.rested,
        ),
        parts.frame(),
        parts.notices(),
        rx.cond(
            has_connection_errors,
            rx.el.div(
                "The connection is lost. Reconnecting…", class_name="toast toast--top", role="alert"
            ),
            None,
        ),
        class_name="screen",
    )

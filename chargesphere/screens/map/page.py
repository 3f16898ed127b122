"""The map's route: ``/``, which also serves ``/station/{id}`` (see ``screens/shell.py``)."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from chargesphere.screens.components.pieces import Sheet, face
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
            raisable=MapState.mode == "list",
            on_stop=MapState.rested,
            on_escape=MapState.step_back,
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
        rx.el.noscript(
            "ChargeSphere draws its map with JavaScript; please allow it for this site."
        ),
        class_name="screen",
    )


def not_found_page() -> rx.Component:
    """What an unknown address leads to."""
    return rx.el.main(
        face(
            "map-pin-off",
            "There is nothing at this address",
            "The link may be old or incomplete.",
            rx.el.a("Back to the map", href="/", class_name="button button--primary"),
        ),
        class_name="screen",
    )

"""Pieces of the map screen: the frame, the search field, the chips, the list."""

import reflex as rx

from chargesphere.screens.components.pieces import (
    button,
    chip,
    face,
    glyph,
    icon_button,
    skeleton,
)
from chargesphere.screens.map.filtering import FilterState
from chargesphere.screens.map.rows import Relaxed, Row
from chargesphere.screens.map.searching import SearchState, Suggestion
from chargesphere.screens.map.state import MapState


class MapFrame(rx.Component):
    """The map's own document in a frame, bridged to the state."""

    library = f"$/public{rx.asset('frame.jsx', shared=True)}"
    tag = "MapFrame"

    src: rx.Var[str]
    title: rx.Var[str]
    page_title: rx.Var[str]
    address: rx.Var[str]
    filters: rx.Var[str]
    selected: rx.Var[str]
    selected_lat: rx.Var[float]
    selected_lon: rx.Var[float]
    units: rx.Var[str]
    command: rx.Var[dict]
    attribution: rx.Var[str]

    on_open: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]
    on_view: rx.EventHandler[rx.event.passthrough_event_spec(dict)]
    on_select: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_deselect: rx.EventHandler[rx.event.no_args_event_spec]
    on_located: rx.EventHandler[rx.event.passthrough_event_spec(float, float, float)]
    on_locate_failed: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_trouble: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_back: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_minute: rx.EventHandler[rx.event.no_args_event_spec]


class SearchBox(rx.Component):
    """The search field with its suggestions."""

    library = f"$/public{rx.asset('search_box.jsx', shared=True)}"
    tag = "SearchBox"

    hits: rx.Var[list[Suggestion]]
    recents: rx.Var[list[Suggestion]]
    answered: rx.Var[str]
    face: rx.Var[str]
    placeholder: rx.Var[str]

    on_type: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_take: rx.EventHandler[rx.event.passthrough_event_spec(int, bool)]
    on_forget: rx.EventHandler[rx.event.no_args_event_spec]


def frame() -> rx.Component:
    """The map itself."""
    return MapFrame.create(
        src="/map/frame",
        title="Map of charging stations",
        page_title=MapState.page_title,
        address=MapState.address,
        filters=MapState.filters_query,
        selected=MapState.selected,
        selected_lat=MapState.selected_lat,
        selected_lon=MapState.selected_lon,
        units=MapState.units,
        command=MapState.command,
        attribution=MapState.attribution,
        on_open=MapState.open,
        on_view=MapState.moved,
        on_select=MapState.select,
        on_deselect=MapState.deselect,
        on_located=MapState.located,
        on_locate_failed=MapState.locate_failed,
        on_trouble=MapState.in_trouble,
        on_back=MapState.went_back,
        on_minute=MapState.look_again,
    )


def top() -> rx.Component:
    """The search pill and the quick filters."""
    return rx.el.div(
        SearchBox.create(
            rx.el.button(
                "Filters",
                rx.cond(
                    FilterState.asked > 0, rx.el.span(FilterState.asked, class_name="badge"), None
                ),
                type="button",
                class_name="filters-button",
                on_click=MapState.show_filters,
            ),
            hits=SearchState.hits,
            recents=SearchState.recents,
            answered=SearchState.answered,
            face=SearchState.face,
            placeholder="Place, address, station or plug number",
            on_type=SearchState.type,
            on_take=SearchState.take,
            on_forget=SearchState.forget,
        ),
        rx.el.div(
            chip(
                "CCS",
                FilterState.connectors.contains("ccs2"),
                on_click=FilterState.toggle_connector("ccs2"),
            ),
            chip(
                "Type 2",
                FilterState.connectors.contains("type2"),
                on_click=FilterState.toggle_connector("type2"),
            ),
            chip("50 kW or more", FilterState.min_kw == 50, on_click=FilterState.toggle_fast),
            chip("Free now", FilterState.available, on_click=FilterState.toggle_available),
            chip("Open now", FilterState.open_now, on_click=FilterState.toggle_open),
            chip("No fee", FilterState.no_fee, on_click=FilterState.toggle_no_fee),
            class_name="chips",
            role="group",
            custom_attrs={"aria-label": "Quick filters"},
        ),
        class_name="top",
    )


def header() -> rx.Component:
    """The panel's head: who we are, and the settings of this device."""
    return rx.el.header(
        rx.el.span(
            rx.el.span(rx.icon("zap", size=16), class_name="brand__mark"),
            "ChargeSphere",
            class_name="brand",
        ),
        rx.el.div(
            rx.el.button(
                rx.cond(MapState.units == "mi", "mi", "km"),
                type="button",
                class_name="icon-button",
                on_click=MapState.switch_units,
                custom_attrs={
                    "aria-label": "Switch between kilometres and miles",
                    "title": "Kilometres or miles",
                },
            ),
            rx.el.button(
                rx.color_mode_cond(rx.icon("moon", size=20), rx.icon("sun", size=20)),
                type="button",
                class_name="icon-button",
                on_click=rx.toggle_color_mode,
                custom_attrs={
                    "aria-label": "Switch between light and dark",
                    "title": "Light or dark",
                },
            ),
            style={"display": "flex"},
        ),
        class_name="panel__header",
    )


def list_view() -> rx.Component:
    """The stations in view, with the four faces."""
    return rx.fragment(
        _demo_banner(),
        rx.el.div(
            rx.el.h1(MapState.heading),
            # The empty face says it better; a screen reader still hears the count.
            class_name=rx.cond(MapState.face == "empty", "visually-hidden", "list-head"),
            custom_attrs={"aria-live": "polite"},
        ),
        rx.cond(
            FilterState.asked > 0,
            rx.el.p("With ", FilterState.sentence, ".", class_name="list-words"),
            None,
        ),
        rx.cond(MapState.face == "content", _sorts(), None),
        rx.match(
            MapState.face,
            (
                "loading",
                rx.el.div(*[_skeleton_row() for _ in range(7)], custom_attrs={"aria-busy": "true"}),
            ),
            (
                "error",
                face(
                    "cloud-off",
                    "The list did not load",
                    MapState.error,
                    button("Try again", kind="primary", on_click=MapState.retry),
                ),
            ),
            ("empty", _empty()),
            rx.fragment(
                rx.el.ul(rx.foreach(MapState.rows, _row), class_name="rows"),
                rx.cond(
                    MapState.more,
                    button("Show more", kind="quiet", on_click=MapState.show_more),
                    None,
                ),
            ),
        ),
    )


def _sorts() -> rx.Component:
    orders = (("distance", "Nearest"), ("power", "Fastest"), ("available", "Most free"))
    return rx.el.div(
        *[
            rx.el.button(
                label,
                type="button",
                on_click=MapState.sort_by(order),
                custom_attrs={"aria-pressed": rx.cond(MapState.sort == order, "true", "false")},
            )
            for order, label in orders
        ],
        class_name="sort",
        role="group",
        custom_attrs={"aria-label": "Sort by"},
    )


def _row(row: rx.Var[Row]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            glyph(row.tone, row.said),
            rx.el.span(
                rx.el.span(row.title, class_name="row__title"),
                rx.el.span(row.sub, class_name="row__sub"),
                rx.el.span(row.offer, class_name="row__sub"),
                style={"minWidth": "0"},
            ),
            rx.el.span(
                rx.el.span(row.count, class_name="row__count tone-" + row.tone),
                rx.el.span(row.distance, class_name="row__distance"),
                class_name="row__side",
            ),
            type="button",
            class_name="row",
            on_click=MapState.choose(row.id, row.lat, row.lon),
        ),
        key=row.id,
    )


def _skeleton_row() -> rx.Component:
    return rx.el.div(
        skeleton("26px", "26px"),
        rx.el.span(skeleton("70%"), rx.el.br(), skeleton("45%", "11px")),
        skeleton("40px"),
        class_name="skeleton-row",
    )


def _empty() -> rx.Component:
    return face(
        "map-pin-off",
        "No station here",
        rx.cond(
            FilterState.asked > 0,
            "Nothing in this part of the map passes your filters.",
            "No known station in this part of the map.",
        ),
        rx.foreach(MapState.relaxed, _relax),
        rx.foreach(
            MapState.nearest,
            lambda hit: button(
                "Nearest match, ", hit.distance, kind="primary", on_click=MapState.go_nearest
            ),
        ),
        rx.cond(
            FilterState.asked > 0,
            button("Clear all filters", kind="quiet", on_click=FilterState.reset_filters),
            None,
        ),
    )


def _relax(way: rx.Var[Relaxed]) -> rx.Component:
    return button("Without “", way.label, "”: ", way.total, on_click=FilterState.drop(way.name))


def _demo_banner() -> rx.Component:
    return rx.cond(
        MapState.demo & (MapState.banner_hidden != "yes"),
        rx.el.div(
            rx.icon("flask-conical", size=18),
            rx.el.span(
                rx.el.b("This is demo data. "),
                "Stations, brands and prices are made up. Import real ones with one command: ",
                rx.el.code(".venv/bin/python -m chargesphere import ndw"),
            ),
            rx.el.div(
                icon_button("x", "Hide this note", on_click=MapState.hide_banner),
                class_name="notice__close",
            ),
            class_name="notice",
            role="note",
        ),
        None,
    )


def notices() -> rx.Component:
    """What must be said right now: trouble stays until it is over, a notice until it is read."""
    return rx.fragment(
        rx.cond(
            MapState.notice != "",
            rx.el.div(
                MapState.notice,
                rx.el.button("OK", type="button", on_click=MapState.dismiss),
                class_name="toast",
                role="status",
            ),
            None,
        ),
        rx.cond(
            MapState.trouble != "",
            rx.el.div(MapState.trouble, class_name="toast toast--top", role="alert"),
            None,
        ),
    )

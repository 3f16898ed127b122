"""The filter panel: everything one can ask for, with the count it leaves."""

import reflex as rx

from chargesphere.core.vocabulary import Access, ConnectorType
from chargesphere.screens import words
from chargesphere.screens.components.pieces import button, chip, icon_button, switch
from chargesphere.screens.map.filtering import POWER_STEPS, Choice, FilterState, SavedSet
from chargesphere.screens.map.state import MapState

SHOWN_PLUGS = (
    ConnectorType.CCS2,
    ConnectorType.TYPE2,
    ConnectorType.CHADEMO,
    ConnectorType.CCS1,
    ConnectorType.NACS,
    ConnectorType.TYPE1,
    ConnectorType.GBT_DC,
    ConnectorType.GBT_AC,
    ConnectorType.SCHUKO,
    ConnectorType.CEE_RED,
)


def filter_view() -> rx.Component:
    """The form."""
    return rx.fragment(
        rx.el.div(
            rx.el.h1("Filters", class_name="title"),
            icon_button("x", "Close the filters", soft=True, on_click=MapState.show_list),
            class_name="list-head",
        ),
        rx.el.p(
            rx.cond(
                FilterState.asked > 0,
                "Showing stations with " + FilterState.sentence + ".",
                "Showing every public station. What you choose within one group means any of it; groups must all hold.",
            ),
            class_name="list-words",
            custom_attrs={"aria-live": "polite"},
        ),
        _saved(),
        _field(
            "Plug",
            rx.fragment(*[_plug(kind) for kind in SHOWN_PLUGS]),
            "Any of the chosen plugs will do.",
        ),
        _field(
            "At least",
            rx.fragment(
                *[
                    chip(
                        "Any power" if kw == 0 else f"{kw} kW",
                        FilterState.min_kw == kw,
                        flat=True,
                        on_click=FilterState.choose_power(kw),
                    )
                    for kw in POWER_STEPS
                ]
            ),
            "On the same plug as the type above.",
        ),
        _field(
            "At most",
            rx.fragment(
                *[
                    chip(
                        "Any power" if kw == 0 else f"{kw} kW",
                        FilterState.max_kw == kw,
                        flat=True,
                        on_click=FilterState.choose_max_power(kw),
                    )
                    for kw in (0, 11, 22, 50, 150)
                ]
            ),
        ),
        rx.el.div(
            switch(
                "Free now",
                FilterState.available,
                FilterState.toggle_available,
                "A plug that fits all of the above is free.",
            ),
            switch(
                "Open now",
                FilterState.open_now,
                FilterState.toggle_open,
                "Only stations known to be open.",
            ),
            switch(
                "No fee",
                FilterState.no_fee,
                FilterState.toggle_no_fee,
                "Published as costing nothing.",
            ),
            switch(
                "Restricted stations too",
                FilterState.access.contains("restricted"),
                FilterState.toggle_access(Access.RESTRICTED.value),
            ),
            class_name="field",
        ),
        rx.el.div(
            rx.el.p("Matching plugs at one station", class_name="field__label"),
            rx.el.div(
                icon_button("minus", "One plug fewer", on_click=FilterState.step_points(-1)),
                rx.el.output(FilterState.min_points, " or more"),
                icon_button("plus", "One plug more", on_click=FilterState.step_points(1)),
                class_name="stepper",
            ),
            class_name="field",
        ),
        _networks(),
        _keep(),
    )


def filter_footer() -> rx.Component:
    """How many stations remain, always in reach."""
    return rx.el.div(
        button("Clear", on_click=FilterState.reset_filters, disabled=FilterState.asked == 0),
        rx.el.button(
            MapState.show_label,
            type="button",
            class_name="button button--primary button--grow",
            on_click=MapState.show_list,
        ),
        class_name="panel__footer",
    )


def _field(name: str, options: rx.Component, hint: str = "") -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(name),
        rx.el.div(options, class_name="field__options"),
        rx.el.p(hint, class_name="field__hint") if hint else rx.fragment(),
        class_name="field",
    )


def _plug(kind: ConnectorType) -> rx.Component:
    return chip(
        words.PLUGS[kind],
        FilterState.connectors.contains(kind.value),
        flat=True,
        on_click=FilterState.toggle_connector(kind.value),
    )


def _networks() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Networks"),
        rx.el.div(
            rx.foreach(FilterState.chosen_networks, _chosen_network),
            class_name="field__options",
        ),
        rx.el.input(
            type="search",
            class_name="text-input",
            placeholder="Find a network by name",
            value=FilterState.network_query,
            on_change=FilterState.type_network.debounce(120),
            style={"marginBlock": "8px"},
            custom_attrs={"aria-label": "Find a network by name"},
        ),
        rx.el.ul(rx.foreach(FilterState.network_hits, _network_hit)),
        class_name="field",
    )


def _chosen_network(network: rx.Var[Choice]) -> rx.Component:
    return rx.cond(
        network.chosen,
        chip(
            network.label + " ×", True, flat=True, on_click=FilterState.want_network(network.value)
        ),
        chip(
            "not " + network.label + " ×",
            True,
            flat=True,
            on_click=FilterState.avoid_network(network.value),
        ),
    )


def _network_hit(network: rx.Var[Choice]) -> rx.Component:
    return rx.el.li(
        rx.el.span(network.label, style={"flex": "1", "minWidth": "0"}),
        button("Only", kind="quiet", on_click=FilterState.want_network(network.value)),
        button("Not", kind="quiet", on_click=FilterState.avoid_network(network.value)),
        class_name="switch-row",
    )


def _saved() -> rx.Component:
    return rx.cond(
        FilterState.saved_sets.length() > 0,
        rx.el.fieldset(
            rx.el.legend("Your sets"),
            rx.el.div(rx.foreach(FilterState.saved_sets, _saved_set), class_name="field__options"),
            class_name="field",
        ),
        None,
    )


def _saved_set(kept: rx.Var[SavedSet]) -> rx.Component:
    return rx.el.span(
        chip(kept.name, False, flat=True, on_click=FilterState.use_set(kept.name)),
        rx.el.button(
            rx.icon("x", size=14),
            type="button",
            class_name="icon-button",
            on_click=FilterState.forget_set(kept.name),
            style={"width": "32px", "height": "32px"},
            custom_attrs={"aria-label": "Forget the set " + kept.name},
        ),
        style={"display": "inline-flex", "alignItems": "center"},
    )


def _keep() -> rx.Component:
    return rx.cond(
        FilterState.asked > 0,
        rx.el.div(
            rx.el.p("Keep these filters on this device", class_name="field__label"),
            rx.el.div(
                rx.el.input(
                    class_name="text-input",
                    placeholder="Name, e.g. Long trips",
                    value=FilterState.set_name,
                    on_change=FilterState.name_set,
                    max_length=40,
                    custom_attrs={"aria-label": "Name of the set"},
                ),
                button("Keep", on_click=FilterState.save_set, disabled=FilterState.set_name == ""),
                class_name="inline-form",
            ),
            class_name="field",
        ),
        None,
    )

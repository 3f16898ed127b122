"""The station's screen, in the order a driver asks: free, price, go, plugs, good to know, who says so."""

import reflex as rx

from chargesphere.screens.components.pieces import CopyButton, button, face, glyph, skeleton
from chargesphere.screens.station.card import (
    HoursLine,
    PlugLine,
    PriceCard,
    SourceLine,
    StationCard,
)
from chargesphere.screens.station.state import StationState


def station_view(close: rx.event.EventType, retry: rx.event.EventType) -> rx.Component:
    """The opened station, with its faces."""
    faces = rx.match(
        StationState.face,
        ("loading", _loading(close)),
        (
            "missing",
            face(
                "map-pin-off",
                "This station is not known",
                "It may have been removed by its source, or the link is incomplete.",
                button("Back to the map", kind="primary", on_click=close),
            ),
        ),
        (
            "error",
            face(
                "cloud-off",
                "The station did not load",
                StationState.error,
                button("Try again", kind="primary", on_click=retry),
            ),
        ),
        _content(close),
    )
    return rx.fragment(faces)


def _close_button(close: rx.event.EventType) -> rx.Component:
    return rx.el.button(
        rx.icon("x", size=20),
        type="button",
        class_name="icon-button icon-button--soft",
        on_click=close,
        custom_attrs={"aria-label": "Close the station"},
    )


def _loading(close: rx.event.EventType) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(skeleton("75%", "24px"), rx.el.br(), skeleton("55%")),
            _close_button(close),
            class_name="station__head",
        ),
        rx.el.div(skeleton("34px", "34px"), skeleton("50%", "30px"), class_name="honest"),
        skeleton("100%", "72px"),
        rx.el.br(),
        skeleton("100%", "46px"),
        rx.el.br(),
        skeleton("100%", "120px"),
        custom_attrs={"aria-busy": "true"},
    )


def _content(close: rx.event.EventType) -> rx.Component:
    card = StationState.card
    return rx.el.article(
        rx.el.div(
            rx.el.div(
                rx.el.h1(card.title),
                rx.el.p(
                    rx.cond(card.operator != "", card.operator + " · ", ""),
                    card.where,
                    rx.cond(card.distance != "", rx.el.b(" · " + card.distance), None),
                    class_name="station__where",
                ),
                rx.cond(card.code != "", rx.el.p(card.code, class_name="station__code"), None),
                style={"minWidth": "0"},
            ),
            _close_button(close),
            class_name="station__head",
        ),
        rx.el.div(
            glyph(card.tone, "", large=True),
            rx.el.div(
                rx.el.p(card.line, class_name="honest__line tone-" + card.tone),
                rx.el.p(card.age, class_name="honest__age"),
            ),
            class_name="honest",
        ),
        rx.foreach(card.prices, _price),
        _actions(card),
        rx.el.section(
            rx.el.h2("Plugs"),
            rx.foreach(card.plugs, _plug),
            class_name="section",
        ),
        rx.el.section(
            rx.el.h2("Opening hours"),
            rx.el.p(card.open_line, class_name="tone-" + card.open_tone),
            rx.el.dl(
                rx.foreach(card.hours, _hours),
                class_name="lines",
                style={"marginBlockStart": "6px"},
            ),
            class_name="section",
        ),
        rx.cond(
            card.directions != "",
            rx.el.section(rx.el.h2("Finding it"), rx.el.p(card.directions), class_name="section"),
            None,
        ),
        rx.el.section(
            rx.el.h2("Good to know"),
            rx.el.div(
                rx.foreach(card.facts, lambda fact: rx.el.span(fact, class_name="fact")),
                class_name="facts",
            ),
            rx.cond(
                card.payment != "",
                rx.el.p("Pay with: ", card.payment, class_name="field__hint"),
                None,
            ),
            class_name="section",
        ),
        rx.el.div(rx.foreach(card.sources, _source), class_name="fineprint"),
    )


def _price(price: rx.Var[PriceCard]) -> rx.Component:
    return rx.el.div(
        rx.cond(price.plugs != "", rx.el.p(price.plugs, class_name="price__what"), None),
        rx.el.ul(rx.foreach(price.lines, lambda line: rx.el.li(line)), class_name="price__lines"),
        class_name="card",
    )


def _actions(card: StationCard) -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.button(
                rx.icon("navigation", size=18),
                "Directions",
                type="button",
                class_name="button button--primary button--grow",
                on_click=StationState.toggle_menu("directions"),
                custom_attrs={
                    "aria-expanded": rx.cond(StationState.menu == "directions", "true", "false")
                },
            ),
            CopyButton.create(
                rx.icon("share-2", size=18),
                rx.el.span("Share"),
                path="/station/" + card.id,
                share=True,
                done=" ✓",
                class_name="button",
            ),
            rx.el.button(
                rx.icon("ellipsis", size=18),
                type="button",
                class_name="button",
                on_click=StationState.toggle_menu("more"),
                custom_attrs={
                    "aria-label": "More",
                    "aria-expanded": rx.cond(StationState.menu == "more", "true", "false"),
                },
            ),
            class_name="actions",
        ),
        rx.match(
            StationState.menu,
            (
                "directions",
                rx.el.div(
                    _link(card.google, "map", "Google Maps"),
                    _link(card.apple, "map", "Apple Maps"),
                    _link(card.waze, "map", "Waze"),
                    _link(card.osm, "map", "OpenStreetMap"),
                    class_name="menu",
                ),
            ),
            (
                "more",
                rx.el.div(
                    CopyButton.create(
                        rx.icon("copy", size=18), "Copy address", text=card.where, done="Copied"
                    ),
                    CopyButton.create(
                        rx.icon("crosshair", size=18),
                        "Copy coordinates",
                        text=card.coordinates,
                        done="Copied",
                    ),
                    rx.cond(
                        card.phone != "",
                        _link("tel:" + card.phone, "phone", "Call the operator"),
                        None,
                    ),
                    rx.cond(
                        card.operator_url != "",
                        _link(card.operator_url, "globe", "Operator's website"),
                        None,
                    ),
                    rx.cond(
                        card.report_url != "",
                        _link(card.report_url, "flag", "Report wrong data"),
                        None,
                    ),
                    class_name="menu",
                ),
            ),
            rx.fragment(),
        ),
    )


def _link(address: rx.Var[str] | str, icon: str, label: str) -> rx.Component:
    return rx.el.a(
        rx.icon(icon, size=18), label, href=address, target="_blank", rel="noopener noreferrer"
    )


def _plug(plug: rx.Var[PlugLine]) -> rx.Component:
    return rx.el.div(
        glyph(plug.tone, plug.said),
        rx.el.span(
            rx.el.b(plug.name),
            " ",
            rx.el.span(plug.power, class_name="muted"),
            class_name="plug__name",
        ),
        rx.el.span(
            rx.el.b(plug.count, class_name="tone-" + plug.tone),
            "  ",
            plug.state,
            class_name="plug__state",
        ),
        class_name="plug",
    )


def _hours(line: rx.Var[HoursLine]) -> rx.Component:
    return rx.fragment(rx.el.dt(line.days), rx.el.dd(line.hours, class_name="tabular"))


def _source(source: rx.Var[SourceLine]) -> rx.Component:
    return rx.el.p(
        "Source: ",
        rx.cond(
            source.url != "",
            rx.el.a(source.title, href=source.url, target="_blank", rel="noopener noreferrer"),
            rx.el.span(source.title),
        ),
        ", ",
        source.age,
        ". ",
        source.attribution,
        ", ",
        rx.el.a(
            source.licence, href=source.licence_url, target="_blank", rel="noopener noreferrer"
        ),
        ".",
    )

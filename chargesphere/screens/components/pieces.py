"""Building blocks every screen uses: glyphs, faces, buttons, the sheet."""

import reflex as rx


class Sheet(rx.Component):
    """The panel beside the map, a bottom sheet with three stops on a phone."""

    library = f"$/public{rx.asset('sheet.jsx', shared=True)}"
    tag = "Sheet"

    stop: rx.Var[str]
    stop_seq: rx.Var[int]
    label: rx.Var[str]
    body_key: rx.Var[str]
    raisable: rx.Var[bool]
    header: rx.Var[rx.Component]
    footer: rx.Var[rx.Component]

    on_stop: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_escape: rx.EventHandler[rx.event.no_args_event_spec]


class CopyButton(rx.Component):
    """A button that shares a path of this site or copies a text, and says so."""

    library = f"$/public{rx.asset('copy.jsx', shared=True)}"
    tag = "CopyButton"

    text: rx.Var[str]
    path: rx.Var[str]
    done: rx.Var[str]
    share: rx.Var[bool]


def glyph(
    tone: rx.Var[str] | str, said: rx.Var[str] | str = "", large: bool = False
) -> rx.Component:
    """The look of a state, with words for who cannot see it."""
    return rx.el.svg(
        rx.el.svg.use(href=f"/glyphs.svg#{tone}"),
        class_name="glyph glyph--large" if large else "glyph",
        role="img",
        custom_attrs={"aria-label": said},
    )


def icon_button(icon: str, label: str, soft: bool = False, **props) -> rx.Component:
    """A round button with an icon and a name."""
    return rx.el.button(
        rx.icon(icon, size=20),
        type="button",
        class_name="icon-button icon-button--soft" if soft else "icon-button",
        custom_attrs={"aria-label": label, "title": label},
        **props,
    )


def face(
    icon: str, title: rx.Var[str] | str, text: rx.Var[str] | str, *actions: rx.Component
) -> rx.Component:
    """An empty or failed view: what is the matter, and what to do about it."""
    return rx.el.div(
        rx.icon(icon, size=28),
        rx.el.h2(title),
        rx.el.p(text),
        rx.el.div(*actions, class_name="face__actions"),
        class_name="face",
        role="status",
    )


def skeleton(width: str, height: str = "14px") -> rx.Component:
    """A grey bar where text will be."""
    return rx.el.span(class_name="skeleton", style={"width": width, "height": height})


def button(*children: rx.Component | str, kind: str = "", **props) -> rx.Component:
    """A button; ``kind`` is primary, quiet or grow, or several of them."""
    names = " ".join(["button", *(f"button--{k}" for k in kind.split())])
    return rx.el.button(*children, type="button", class_name=names, **props)


def switch(
    label: str, on: rx.Var[bool] | bool, toggle: rx.event.EventType, hint: str = ""
) -> rx.Component:
    """A row that is switched on or off."""
    return rx.el.button(
        rx.el.span(
            label,
            rx.el.span(hint, class_name="field__hint", style={"display": "block"})
            if hint
            else None,
        ),
        rx.el.span(class_name="switch"),
        type="button",
        role="switch",
        class_name="switch-row",
        on_click=toggle,
        custom_attrs={"aria-checked": rx.cond(on, "true", "false")},
    )


def chip(
    label: rx.Var[str] | str, on: rx.Var[bool] | bool, flat: bool = False, **props
) -> rx.Component:
    """A small toggle."""
    return rx.el.button(
        label,
        type="button",
        class_name="chip chip--flat" if flat else "chip",
        custom_attrs={"aria-pressed": rx.cond(on, "true", "false")},
        **props,
    )

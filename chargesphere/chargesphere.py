"""The app: joins screens, API and jobs. No logic."""

import reflex as rx
from starlette.types import ASGIApp

from chargesphere import wiring
from chargesphere.api.app import create_api, map_endpoint
from chargesphere.jobs.serving import run_services
from chargesphere.screens.design import DARK, LIGHT
from chargesphere.screens.faults import report
from chargesphere.screens.map.page import map_page, not_found_page
from chargesphere.screens.shell import shell
from chargesphere.settings import ROOT

_BOOT = ROOT / "assets" / "boot.js"


class _App(rx.App):
    """With the map in front: what Reflex puts around its own API would double the map's time."""

    def __call__(self) -> ASGIApp:
        return map_endpoint(super().__call__(), wiring.services())


app = _App(
    theme=None,
    toaster=None,
    html_lang="en",
    stylesheets=["/styles/tokens.css", "/styles/app.css"],
    head_components=[
        # Inline: a file of its own would hold up the map, which stands further down the page.
        rx.el.script(custom_attrs={"dangerouslySetInnerHTML": {"__html": _BOOT.read_text()}}),
        rx.el.link(rel="icon", href="/icon.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/apple-touch-icon.png"),
        rx.el.meta(
            name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"
        ),
        rx.el.meta(
            name="theme-color",
            content=LIGHT["surface"],
            custom_attrs={"media": "(prefers-color-scheme: light)"},
        ),
        rx.el.meta(
            name="theme-color",
            content=DARK["surface"],
            custom_attrs={"media": "(prefers-color-scheme: dark)"},
        ),
    ],
    app_wraps={},
    backend_exception_handler=report,
    api_transformer=[create_api(wiring.services()), shell],
)
app.register_lifespan_task(run_services)
app.add_page(
    map_page,
    route="/",
    title="ChargeSphere: chargers that work, near you",
    description="Find a charger that works and is free, and know what it costs.",
    image="/share.png",
)
app.add_page(not_found_page, route="404", title="Nothing here · ChargeSphere")

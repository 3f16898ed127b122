"""Take the screenshots of the README and of the release notes from a running app.

    python tests/screenshots.py http://localhost:3000 docs/screenshots

The app must hold the Dutch feed, replayed (`import ndw FILES --observed-at now`).
"""

import sys
from collections.abc import Callable
from pathlib import Path

from browsing import CHROMIUM_FLAGS, DESKTOP, PHONE
from playwright.sync_api import Browser, Page, sync_playwright

CITY = "/?lat=51.5877&lon=4.7790&zoom=15"
COUNTRY = "/?lat=52.2&lon=5.6&zoom=8"
Step = Callable[[Page], None]


def main(base: str, folder: Path) -> None:
    """Write every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS
        )
        for name, path, size, scheme, steps in SHOTS:
            _take(browser, base + path, size, scheme, steps, folder / f"{name}.png")
        browser.close()


def _take(
    browser: Browser, url: str, size: dict[str, int], scheme: str, steps: list[Step], file: Path
) -> None:
    phone = size is PHONE
    context = browser.new_context(
        viewport=size,  # type: ignore[arg-type]  # Playwright has its own name for the two numbers.
        color_scheme=scheme,  # type: ignore[arg-type]  # As above.
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
    )
    page = context.new_page()
    page.goto(url)
    page.locator(".row, .station__head").first.wait_for()
    for step in steps:
        step(page)
    page.wait_for_timeout(1500)
    page.screenshot(path=file)
    context.close()


def _first(page: Page) -> None:
    page.locator(".row").first.click()
    page.locator(".honest__line").wait_for()


def _fast(page: Page) -> None:
    page.get_by_role("button", name="50 kW or more").click()
    page.locator(".list-words").wait_for()
    page.wait_for_timeout(600)


def _filters(page: Page) -> None:
    page.locator(".filters-button").click()


def _search(page: Page) -> None:
    page.get_by_role("combobox").type("haven", delay=20)
    page.get_by_role("option").first.wait_for()


def _empty(page: Page) -> None:
    page.goto(page.url.split("?")[0].rstrip("/") + "/?lat=54.6&lon=4.2&zoom=9&min_kw=50")
    page.locator(".face").wait_for()


SHOTS: list[tuple[str, str, dict[str, int], str, list[Step]]] = [
    ("desktop-light", CITY, DESKTOP, "light", [_first]),
    ("desktop-dark", CITY, DESKTOP, "dark", [_first]),
    ("desktop-country", COUNTRY, DESKTOP, "light", [_fast]),
    ("desktop-filters", CITY, DESKTOP, "light", [_fast, _filters]),
    ("desktop-search", CITY, DESKTOP, "dark", [_search]),
    ("desktop-empty", CITY, DESKTOP, "light", [_empty]),
    ("phone-list", CITY, PHONE, "light", []),
    ("phone-station", CITY, PHONE, "light", [_first]),
    ("phone-dark", CITY.replace("15", "12"), PHONE, "dark", [_fast, _first]),
    ("phone-filters", CITY, PHONE, "dark", [_filters]),
    ("phone-search", CITY, PHONE, "light", [_search]),
]

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

"""A served app over a small town of chargers, and a real browser that cannot leave this machine."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import city
import pytest
from browsing import (
    CHROMIUM_FLAGS,
    DESKTOP,
    PHONE,
    Served,
    Visit,
    free_port,
    open_page,
    serve,
    stop,
    wait_until_ready,
)
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app, running over the small town."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    environment = os.environ | {
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "TILES_URL": "none",
        "RATE_LIMIT_API": "off",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    files = city.write(folder, datetime.now(UTC))
    app = Served(f"http://127.0.0.1:{port}", environment, None, folder / "log.txt")  # type: ignore[arg-type]  # Set two lines down.
    app.command("import", "ndw", *map(str, files), "--observed-at", "now")
    app.process = serve(environment, app.log)
    try:
        wait_until_ready(app.url, app.process, app.log)
        yield app
    finally:
        stop(app.process)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS
        )
        yield program
        program.close()


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Visit]:
    """A page on a desktop; whatever its console complains about fails the test."""
    context = browser.new_context(
        viewport=DESKTOP, permissions=["clipboard-read", "clipboard-write"]
    )
    context.set_default_timeout(10_000)
    visit = open_page(context)
    yield visit
    context.close()
    assert visit.complaints == []


@pytest.fixture
def phone(browser: Browser) -> Iterator[Visit]:
    """The same on a phone, with touch."""
    context = browser.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2
    )
    context.set_default_timeout(10_000)
    visit = open_page(context)
    yield visit
    context.close()
    assert visit.complaints == []

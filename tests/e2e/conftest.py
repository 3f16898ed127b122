"""A served app over a small town of chargers, and a real browser that cannot leave this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(Path(__file__).parent))
import city  # noqa: E402  # Lives beside this file.

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


@dataclass
class Served:
    """A running app."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of ours against the same data."""
        return subprocess.run(
            [sys.executable, "-m", "chargesphere", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Return when the app says that it is ready; fail with its log when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/api/v1/ready", timeout=2) as answer:  # noqa: S310  # Our own server.
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"The app did not become ready:\n{log.read_text()[-4000:]}")


def serve(environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start `python -m chargesphere run` in a process group of its own."""
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "chargesphere", "run"],
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C, as a person would."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)


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
        program = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        yield program
        program.close()


@dataclass
class Visit:
    """A page, and what its console complained about."""

    page: Page
    complaints: list[str]


def open_page(context: BrowserContext) -> Visit:
    page = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return Visit(page, complaints)


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Visit]:
    """A page on a desktop; whatever its console complains about fails the test."""
    context = browser.new_context(viewport=DESKTOP, permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(10_000)
    visit = open_page(context)
    yield visit
    context.close()
    assert visit.complaints == []


@pytest.fixture
def phone(browser: Browser) -> Iterator[Visit]:
    """The same on a phone, with touch."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    context.set_default_timeout(10_000)
    visit = open_page(context)
    yield visit
    context.close()
    assert visit.complaints == []

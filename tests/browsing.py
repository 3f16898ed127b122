"""Serving the app and looking at it, as the browser tests and the benchmarks do."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

ROOT = Path(__file__).resolve().parent.parent

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


def wait_until_ready(
    url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60
) -> None:
    """Return when the app says that it is ready; fail with its log when it never does."""
    wait_for(f"{url}/api/v1/ready", process, log, seconds)


def wait_for(
    address: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60
) -> None:
    """Return when the address answers well; fail with the log when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  # Our own server.
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"{address} did not answer:\n{log.read_text()[-4000:]}")


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

"""The map page in a real browser beside the barest Reflex page, in one run.

    PYTHONPATH=.:tests python -m bench.page_bench

Both are built for production and served by the same server, each from one process; every visit has
a cold cache; visits alternate and figures are medians. Our page shows the 60,000 demo stations
around Utrecht. Times are taken inside the browser. Ends by printing the rows as JSON.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import bare
from browsing import (
    CHROMIUM_FLAGS,
    DESKTOP,
    ROOT,
    free_port,
    serve,
    stop,
    wait_until_ready,
)
from playwright.sync_api import Browser, BrowserContext, Frame, Page, ViewportSize, sync_playwright

VISITS = 9
PANS = 16
EVENTS = 30
DATA = ROOT / "build" / "bench" / "demo"
VIEW = "/?lat=52.0907&lon=5.1214&zoom=12"
_WINDOW = ViewportSize(width=DESKTOP["width"], height=DESKTOP["height"])
BARE = "bare Reflex page"
PINS_MAX_MS, PAN_MAX_MS = 1_500.0, 120.0
PAGE_MAX_KB, FRAME_MAX_KB, STATE_MAX_KB = 200.0, 60.0, 20.0

Row = dict[str, object]
Times = dict[str, list[float]]

# Runs in every document before its own scripts: notes what passes the WebSocket, and when.
_WATCH = """
(() => {
  const watched = (window.watched = { events: [] });
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    if (!this.watched) {
      this.watched = true;
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string" && data.includes('"delta"'))
          watched.events.push(["received", performance.now(), data.length]);
      });
    }
    if (typeof text === "string" && text.startsWith("42"))
      watched.events.push(["sent", performance.now(), text]);
    return send.call(this, text);
  };
})();
"""

# The map marks the moment at which pins stand in its document.
_PINS = "performance.getEntriesByName('pins')[0]"

_TRANSFERRED = """(kinds) => performance.getEntriesByType("resource")
  .filter(({ name, initiatorType }) => kinds.some((kind) => new URL(name).pathname.endsWith(kind)))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""

_RELEASES = """() => addEventListener(
  "pointerup", (event) => (window.released = event.timeStamp), true)"""

_FETCH = """async (url) => {
  const began = performance.now();
  await (await fetch(url, { cache: "no-store" })).arrayBuffer();
  return performance.now() - began;
}"""


def run() -> list[Row]:
    """All rows of ``BENCH=page``."""
    with (
        TemporaryDirectory() as scratch,
        bare.served() as peer,
        _ours(Path(scratch)) as ours,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS
        )
        try:
            return [
                *_visits(chromium, ours, peer),
                *_pans(chromium, ours),
                *_events(chromium, ours, peer),
                _state(Path(scratch) / "states"),
            ]
        finally:
            chromium.close()


@contextmanager
def _ours(scratch: Path) -> Iterator[str]:
    """Our app over the demo stations, which are filled in once."""
    port = free_port()
    url = f"http://localhost:{port}"
    environment = os.environ | {
        "DATA_DIR": str(DATA),
        "PORT": str(port),
        "TILES_URL": "none",
        "RATE_LIMIT_API": "off",
        "PUBLIC_URL": url,
        "REFLEX_STATES_WORKDIR": str(scratch / "states"),
    }
    environment.pop("DATABASE_URL", None)
    environment.pop("REDIS_URL", None)
    log = scratch / "log.txt"
    process = serve(environment, log)
    try:
        wait_until_ready(url, process, log, 240)
        yield url
    finally:
        stop(process)


# --- the first look ---


def _visits(chromium: Browser, ours: str, peer: str) -> Iterator[Row]:
    mine: Times = {"pins": [], "first": []}
    other: Times = {"first": []}
    sizes: dict[str, float] = {}
    for round_ in range(-1, VISITS):  # The first round warms the servers.
        with _visit(chromium, peer, "/") as page:
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint')[0]")
            first = _first_paint(page)
            page.get_by_role("button", name="Add").wait_for()
            sizes["peer"] = page.evaluate(_TRANSFERRED, [".js", ".css"]) / 1e3
        if round_ >= 0:
            other["first"].append(first)
        with _visit(chromium, ours, VIEW) as page:
            frame = _map_frame(page)
            _until(frame, _PINS)
            seen = {"pins": _since_navigation(page, frame, f"{_PINS}.startTime")}
            seen["first"] = _first_paint(page)
            page.locator(".row").first.wait_for()
            sizes["page"] = page.evaluate(_TRANSFERRED, [".js", ".css"]) / 1e3
            sizes["frame"] = frame.evaluate(_TRANSFERRED, [".js", ".css"]) / 1e3
        if round_ >= 0:
            for key, value in seen.items():
                mine[key].append(value)
    against = f"first paint of the {BARE}"
    yield _row("first pins", mine["pins"], other["first"], against, "ms", 1.5)
    yield _most("first pins, in all", statistics.median(mine["pins"]), None, PINS_MAX_MS, "ms")
    yield _row(
        "first paint of the page around the map", mine["first"], other["first"], against, "ms", None
    )
    yield _most("script and style of the page, gzip", sizes["page"], sizes["peer"], PAGE_MAX_KB)
    yield _most("script and style of the map's frame, gzip", sizes["frame"], None, FRAME_MAX_KB)


@contextmanager
def _visit(chromium: Browser, url: str, path: str) -> Iterator[Page]:
    """A visit by somebody who was never here before."""
    context: BrowserContext = chromium.new_context(viewport=_WINDOW)
    context.set_default_timeout(30_000)
    context.add_init_script(_WATCH)
    page = context.new_page()
    try:
        page.goto(url + path, wait_until="commit")
        yield page
    finally:
        context.close()


def _first_paint(page: Page) -> float:
    return float(
        page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    )


def _map_frame(page: Page) -> Frame:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for frame in page.frames:
            if frame.url.endswith("/map/frame"):
                return frame
        page.wait_for_timeout(20)
    raise TimeoutError("the page has no map")


def _since_navigation(page: Page, frame: Frame, moment: str) -> float:
    """A moment on the frame's clock, in milliseconds since the page was asked for."""
    there = float(frame.evaluate(f"performance.timeOrigin + {moment}"))
    return there - float(page.evaluate("performance.timeOrigin"))


def _until(frame: Frame, condition: str) -> None:
    """Wait for a condition that may have to survive the frame's first navigation."""
    end = time.monotonic() + 30
    while not frame.evaluate(condition):
        if time.monotonic() > end:
            raise TimeoutError(condition)
        time.sleep(0.05)


# --- a pan ---


def _pans(chromium: Browser, ours: str) -> Iterator[Row]:
    """From letting go of the map to new pins, beside fetching what the map fetched for it.

    The map asks while it is dragged, as soon as it leaves what it holds: pins that stand when it is
    let go count as no wait. What the request and the pins took is told in any case.
    """
    took: Times = {"pan": [], "wait": [], "fetch": [], "work": [], "bare": []}
    sizes: list[float] = []
    with _visit(chromium, ours, VIEW) as page:
        page.locator(".row").first.wait_for()
        frame = _map_frame(page)
        page.wait_for_timeout(1_500)
        frame.evaluate(_RELEASES)
        for number in range(-2, PANS):
            pan = _pan(page, frame, number)
            pan["bare"] = float(frame.evaluate(_FETCH, pan["url"]))
            sizes.append(float(str(pan["bytes"])))
            if number >= 0:
                for key, values in took.items():
                    values.append(float(str(pan[key])))
    size = f"{statistics.median(sizes) / 1e3:.1f} kB"
    against = f"a bare fetch of the same {size}"
    yield _row("pan: map let go to new pins", took["pan"], took["bare"], against, "ms", 2.0)
    yield _most("pan, in all", statistics.median(took["pan"]), None, PAN_MAX_MS, "ms")
    yield _row(
        "pan: from letting go until the request left",
        took["wait"],
        took["bare"],
        against,
        "ms",
        None,
    )
    yield _row("pan: the request", took["fetch"], took["bare"], against, "ms", None)
    yield _row("pan: from its answer to the pins", took["work"], took["bare"], against, "ms", None)


def _pan(page: Page, frame: Frame, number: int) -> dict[str, object]:
    """Drag the map by more than what it holds in reserve; what that took."""
    frame.evaluate("performance.clearMarks(); performance.clearResourceTimings()")
    forth = number % 4 < 2
    start, end = (1_330, 560) if forth else (560, 1_330)
    page.mouse.move(start, 500)
    page.mouse.down()
    page.mouse.move((start + end) / 2, 470, steps=6)
    page.mouse.move(end, 440 if number % 2 else 560, steps=6)
    page.wait_for_timeout(150)  # Held still: the map does not glide on.
    page.mouse.up()
    page.wait_for_timeout(600)  # Whatever was asked is answered; the next pan begins in quiet.
    _until(frame, "performance.getEntriesByName('pins').length")
    found: dict[str, object] = frame.evaluate(
        """() => {
      const request = performance.getEntriesByType("resource")
        .findLast(({ name }) => name.includes("/api/v1/map"));
      const pins = performance.getEntriesByName("pins").at(-1).startTime;
      const { released } = window;
      return {
        url: request.name,
        bytes: request.encodedBodySize,
        pan: Math.max(0, pins - released),
        wait: request.startTime - released,
        fetch: request.responseEnd - request.startTime,
        work: pins - request.responseEnd,
      };
    }"""
    )
    return found


# --- an event ---


def _events(chromium: Browser, ours: str, peer: str) -> Iterator[Row]:
    """From an event on the wire to its first answer, and from the click to what the driver sees."""
    with _visit(chromium, ours, VIEW) as page, _visit(chromium, peer, "/") as other:
        page.locator(".row").first.wait_for()
        other.get_by_role("button", name="Add").wait_for()
        page.wait_for_timeout(1_500)
        units: Times = {"wire": [], "seen": []}
        chip: Times = {"wire": [], "seen": []}
        bare_: Times = {"wire": [], "seen": []}
        pressed = "document.querySelector('.chip').getAttribute('aria-pressed')"
        unit = "document.querySelector('.panel__header .icon-button').textContent"
        count = "document.querySelector('output').textContent"
        for number in range(-3, EVENTS):
            for where, times, selector, shown in (
                (other, bare_, "button", count),
                (page, chip, ".chip", pressed),
                (page, units, ".panel__header .icon-button", unit),
            ):
                wire, seen = _event(where, selector, shown)
                if number >= 0:
                    times["wire"].append(wire)
                    times["seen"].append(seen)
    against = "the bare counter's"
    yield _row("event on the wire: a filter chip", chip["wire"], bare_["wire"], against, "ms", 1.5)
    yield _row("event on the wire: km or miles", units["wire"], bare_["wire"], against, "ms", None)
    yield _row("click to screen: a filter chip", chip["seen"], bare_["seen"], against, "ms", None)
    yield _row("click to screen: km or miles", units["seen"], bare_["seen"], against, "ms", None)


def _event(page: Page, selector: str, shown: str) -> tuple[float, float]:
    """Click; milliseconds on the wire, and until ``shown`` has another value."""
    page.evaluate("window.watched.events.length = 0")
    seen = page.evaluate(
        """([selector, shown]) => new Promise((done) => {
      const value = new Function(`return ${shown}`);
      const before = value();
      const began = performance.now();
      const observer = new MutationObserver(() => {
        if (value() === before) return;
        observer.disconnect();
        done(performance.now() - began);
      });
      observer.observe(document.body,
        { subtree: true, childList: true, characterData: true, attributes: true });
      document.querySelector(selector).click();
    })""",
        [selector, shown],
    )
    wire = page.evaluate(
        """() => {
      const { events } = window.watched;
      const sent = events.findIndex(([kind]) => kind === "sent");
      const answer = events.slice(sent).find(([kind]) => kind === "received");
      return answer[1] - events[sent][1];
    }"""
    )
    page.wait_for_timeout(700)  # What follows from it (pins, list) is over.
    return float(wire), float(seen)


def _state(folder: Path) -> Row:
    """The largest session of this run, as it lies on the disk."""
    time.sleep(3)  # Sessions are written two seconds late.
    largest = max((file.stat().st_size for file in folder.rglob("*.pkl")), default=0)
    if not largest:
        raise RuntimeError(f"no session was written to {folder}")
    return _most("state of a session, pickled", largest / 1e3, None, STATE_MAX_KB)


# --- rows ---


def _row(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    peer_name: str,
    unit: str,
    most: float | None,
) -> Row:
    """A comparison; ``most`` is how many times the peer's ours may be."""
    mine, other = statistics.median(ours), statistics.median(theirs)
    return {
        "name": name,
        "ours": round(mine, 2),
        "peer": round(other, 2),
        "peer_name": peer_name,
        "unit": unit,
        "ratio": round(other / mine, 2) if mine > 0 else None,
        "goal": None if most is None else f"<= {most:g} x peer",
        "met": most is None or mine <= most * other,
    }


def _most(name: str, ours: float, peer: float | None, most: float, unit: str = "kB") -> Row:
    """A figure with a limit of its own."""
    return {
        "name": name,
        "ours": round(ours, 1),
        "peer": None if peer is None else round(peer, 1),
        "peer_name": "" if peer is None else BARE,
        "unit": unit,
        "ratio": None if peer is None else round(peer / ours, 2),
        "goal": f"<= {most:g} {unit}",
        "met": ours <= most,
    }


if __name__ == "__main__":
    rows = run()
    sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    sys.exit(0 if all(row["met"] for row in rows) else 1)

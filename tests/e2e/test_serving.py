"""`python -m chargesphere run` as its owner meets it: starts, follows, refuses, ends.

Every test starts the real command in a process session of its own and talks to it by HTTP and
WebSocket only.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import city
import psycopg
import pytest
from browsing import ROOT, free_port, serve, wait_until_ready
from wsproto import ConnectionType, WSConnection
from wsproto.events import Event, Request, TextMessage

FIRST_START_S = 240
LATER_START_S = 15
READY_S = 60
STATUS_SHOWS_S = 2
STATION_SHOWS_S = 15
DEMO_STATIONS = 60_000
LAT, LON = city.UTRECHT
_Answer = TypeVar("_Answer")
HYDRATE = "reflex___state____state.hydrate"


@dataclass
class App:
    """A run of the command."""

    url: str
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]

    def get(self, path: str, timeout_s: float = 10) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=timeout_s) as answer:  # noqa: S310  # Our own server.
            body: bytes = answer.read()
        return body

    def json(self, path: str, timeout_s: float = 10) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.get(path, timeout_s))
        return found

    def processes(self) -> dict[int, str]:
        """Everything the command has started and that still runs, itself included."""
        return processes_of(self.process.pid)

    def workers(self) -> list[int]:
        """The processes that answer: neither the first one nor a build of the index."""
        return [
            pid
            for pid, words in self.processes().items()
            if pid != self.process.pid and words.endswith(" run ")
        ]

    def end(self, how: signal.Signals, *, everyone: bool) -> int:
        """Send the signal to the terminal's whole group, or to the command alone; the exit code."""
        if everyone:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        return self.process.wait(20)


def processes_of(session: int) -> dict[int, str]:
    """Running processes of a session by id: builds and index builds have groups of their own."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, _group, of, *_ = stat.read_text().rpartition(") ")[2].split()
            words = stat.with_name("cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # It ended while we looked.
        if int(of) == session and state != "Z":
            found[int(stat.parent.name)] = words
    return found


def settings_for(folder: Path, **more: str) -> dict[str, str]:
    port = free_port()
    return os.environ | {
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "TILES_URL": "none",
        "RATE_LIMIT_API": "off",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        **more,
    }


@contextmanager
def starting(folder: Path, environment: dict[str, str]) -> Iterator[App]:
    """The command, just begun; nothing of it is left afterwards, whatever happens."""
    log = folder / f"log-{environment['PORT']}.txt"
    app = App(environment["PUBLIC_URL"], environment, log, serve(environment, log))
    try:
        yield app
    finally:
        for process in app.processes():
            os.kill(process, signal.SIGKILL)
        app.process.wait(10)


@contextmanager
def running(folder: Path, environment: dict[str, str], within_s: float) -> Iterator[App]:
    """The command, ready to answer."""
    with starting(folder, environment) as app:
        wait_until_ready(app.url, app.process, app.log, within_s)
        yield app


# --- from an empty folder ---


@dataclass(frozen=True)
class FirstStart:
    """What the first start in an empty folder did, and how it ended."""

    folder: Path
    log: str
    world: dict[str, Any]
    code: int
    left: dict[int, str]


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    folder = tmp_path_factory.mktemp("fresh")
    with running(folder, settings_for(folder), FIRST_START_S) as app:
        world = app.json("/api/v1/map?bbox=-180,-85,180,85&zoom=1")
        code = app.end(signal.SIGINT, everyone=True)
        return FirstStart(folder, app.log.read_text(), world, code, app.processes())


def test_a_first_start_makes_the_database_and_fills_it(first_start: FirstStart) -> None:
    assert "Database ready" in first_start.log
    assert "demo stations in" in first_start.log
    assert first_start.world["total"] > 0.9 * DEMO_STATIONS
    assert sum(first_start.world["count"]) == first_start.world["total"]


def test_ctrl_c_ends_everything(first_start: FirstStart) -> None:
    assert first_start.code in (0, 130)
    assert first_start.left == {}
    assert "Traceback" not in first_start.log


@pytest.fixture(scope="module")
def second_start(first_start: FirstStart) -> Iterator[App]:
    with running(first_start.folder, settings_for(first_start.folder), LATER_START_S) as app:
        yield app


def test_a_later_start_only_serves(second_start: App, first_start: FirstStart) -> None:
    log = second_start.log.read_text()
    assert "Database ready" not in log
    assert "demo stations" not in log
    assert "Building" not in log
    assert second_start.json("/api/v1/map?bbox=-180,-85,180,85&zoom=1") == first_start.world


def test_demo_stations_say_that_they_are(second_start: App) -> None:
    (station,) = second_start.json("/api/v1/stations?near=52.37,4.9&limit=1")["items"]
    assert station["demo"] is True
    page = second_start.get(f"/station/{station['id']}").decode()
    assert page.startswith("<!DOCTYPE html>")


def test_sigterm_ends_everything_while_pages_are_open(second_start: App) -> None:
    with page_socket(second_start.url) as page:
        assert "delta" in page.ask(HYDRATE)
        assert second_start.end(signal.SIGTERM, everyone=False) == 0
    assert second_start.processes() == {}
    assert "Traceback" not in second_start.log.read_text()


def test_ctrl_c_ends_everything_in_the_middle_of_a_start(first_start: FirstStart) -> None:
    with starting(first_start.folder, settings_for(first_start.folder)) as app:
        until = time.monotonic() + READY_S
        while "Spawning worker" not in app.log.read_text():
            assert time.monotonic() < until
            time.sleep(0.02)
        assert app.end(signal.SIGINT, everyone=True) in (0, 130)
        assert app.processes() == {}


# --- wrong settings ---


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "70000"),
        ("HOST", "nowhere.invalid"),
        ("WORKERS", "2"),
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "http://x"),
        ("PUBLIC_URL", "charge.example.org"),
        ("TILES_URL", "https://tiles.example.org/"),
        ("RATE_LIMIT_API", "many"),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, name: str, value: str) -> None:
    said = refused(tmp_path, settings_for(tmp_path) | {name: value})
    assert name in said
    assert not (tmp_path / "data").exists()


def test_a_taken_port_stops_the_start(tmp_path: Path) -> None:
    environment = settings_for(tmp_path)
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        said = refused(tmp_path, environment)
    assert f"PORT {environment['PORT']} is taken" in said


def test_a_password_in_a_wrong_address_is_not_said(tmp_path: Path) -> None:
    wrong = settings_for(tmp_path, DATABASE_URL="mysql://user:hunter2@db/x")
    assert "hunter2" not in refused(tmp_path, wrong)


def refused(folder: Path, environment: dict[str, str]) -> str:
    """The one sentence of a start that ends at once."""
    done = subprocess.run(
        [sys.executable, "-m", "chargesphere", "run"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


# --- an import beside the server ---


def status_of(app: App, timeout_s: float = 10) -> list[int | None]:
    """Free charge points of the one station on Vlieland, as the map shows it."""
    free: list[int | None] = app.json("/api/v1/map?bbox=5.0,53.25,5.15,53.35&zoom=14", timeout_s)[
        "free"
    ]
    return free


def total_of(app: App, timeout_s: float = 10) -> int:
    """How many stations the map shows on Terschelling: at first none."""
    total: int = app.json("/api/v1/map?bbox=5.2,53.35,5.5,53.45&zoom=14", timeout_s)["total"]
    return total


def feed(folder: Path, *, busy: bool, island: bool) -> list[str]:
    """The small town's files: with the charger on Vlieland busy, with a station on Terschelling."""
    at = datetime.now(UTC) - timedelta(minutes=1)
    town = city.locations(at)
    (vlieland,) = (site for site in town if site["city"] == "Vlieland")
    if busy:
        vlieland["evses"][0]["status"] = "CHARGING"
    if island:
        evse = vlieland["evses"][0] | {"uid": "9000-0", "evse_id": "NL*TST*E09000*0"}
        place = {"latitude": "53.360000", "longitude": "5.220000"}
        town.append(
            vlieland
            | {"id": "9000", "name": "Terschelling Haven", "city": "West-Terschelling"}
            | {"coordinates": place, "evses": [evse]}
        )
    path = folder / f"locations-{busy}-{island}.json"
    path.write_text(json.dumps(town))
    return [str(path)]


def load(environment: dict[str, str], files: list[str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "chargesphere", "import", "ndw", *files, "--observed-at", "now"],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
    )


def seconds_behind(
    environment: dict[str, str],
    files: list[str],
    committed: Callable[[], bool],
    shown: Callable[[], bool],
    within_s: float,
) -> float:
    """Import in another process; seconds from the commit until the map shows it."""
    importing = subprocess.Popen(
        [sys.executable, "-m", "chargesphere", "import", "ndw", *files, "--observed-at", "now"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not committed():
            assert importing.poll() in (None, 0)
            time.sleep(0.02)
        at = time.monotonic()
        while not shown():
            assert time.monotonic() - at < within_s + 10
            time.sleep(0.02)
        return time.monotonic() - at
    finally:
        assert importing.wait(60) == 0


def asked_sqlite(file: Path) -> Callable[[str], bool]:
    def ask(sql: str) -> bool:
        with closing(sqlite3.connect(file, timeout=10)) as connection:
            return bool(connection.execute(sql).fetchone()[0])

    return ask


VLIELAND_BUSY = (
    "SELECT count(*) FROM charge_point p JOIN station s ON s.id = p.station_id"
    " WHERE s.city = 'Vlieland' AND p.status = 'CHARGING'"
)
TERSCHELLING = "SELECT count(*) FROM station WHERE city = 'West-Terschelling'"


def test_on_sqlite_alone_an_import_shows_beside_the_server(tmp_path: Path) -> None:
    environment = settings_for(tmp_path)
    load(environment, feed(tmp_path, busy=False, island=False))
    asked = asked_sqlite(tmp_path / "data" / "chargesphere.db")
    with running(tmp_path, environment, READY_S) as app:
        assert status_of(app) == [1]
        behind = seconds_behind(
            environment,
            feed(tmp_path, busy=True, island=False),
            lambda: asked(VLIELAND_BUSY),
            lambda: status_of(app) == [0],
            STATUS_SHOWS_S,
        )
        assert behind <= STATUS_SHOWS_S
        assert total_of(app) == 0
        behind = seconds_behind(
            environment,
            feed(tmp_path, busy=True, island=True),
            lambda: asked(TERSCHELLING),
            lambda: total_of(app) == 1,
            STATION_SHOWS_S,
        )
        assert behind <= STATION_SHOWS_S


# --- several processes ---


class PageSocket:
    """The socket a page keeps open, spoken as the browser does."""

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = urllib.parse.urlsplit(url)
        token = uuid.uuid4().hex
        query = urllib.parse.urlencode({"EIO": 4, "transport": "websocket", "token": token})
        self._texts: list[str] = []
        self._spoken = WSConnection(ConnectionType.CLIENT)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout_s)
        try:
            self._send(Request(host=parts.netloc, target=f"/_event/?{query}"))
            self._hear("0{")
            self._send(TextMessage("40/_event,"))
            self._hear("40/_event,")
        except BaseException:
            self._socket.close()
            raise

    def close(self) -> None:
        self._socket.close()

    def ask(self, name: str) -> dict[str, Any]:
        """Send an event, as a page does; the first update that comes back."""
        event = {"name": name, "payload": {}, "router_data": {"pathname": "/", "query": {}}}
        self._send(TextMessage(f"42/_event,{json.dumps(['event', event])}"))
        _kind, update = json.loads(self._hear('42/_event,["event"').removeprefix("42/_event,"))
        found: dict[str, Any] = update
        return found

    def _send(self, event: Event) -> None:
        self._socket.sendall(self._spoken.send(event))

    def _hear(self, start: str) -> str:
        """The next message that begins like this; pings are answered, others dropped."""
        partial = ""
        while True:
            received = self._socket.recv(65_536)
            assert received, "the server closed the connection"
            self._spoken.receive_data(received)
            for event in self._spoken.events():
                if not isinstance(event, TextMessage):
                    continue
                partial += event.data
                if not event.message_finished:
                    continue
                message, partial = partial, ""
                if message == "2":
                    self._send(TextMessage("3"))
                elif message.startswith(start):
                    return message


@contextmanager
def page_socket(url: str, timeout_s: float = 10) -> Iterator[PageSocket]:
    opened = PageSocket(url, timeout_s)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def only(worker: int, others: list[int]) -> Iterator[None]:
    """Whatever is answered now, this worker answers: the others stand still."""
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        yield
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)


def persistently(ask: Callable[[], _Answer]) -> _Answer:
    """Ask until it answers: a connection that a standing worker was given waits for ever."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            return ask()
        except (TimeoutError, urllib.error.URLError):
            time.sleep(0.1)
    pytest.fail("the worker does not answer")


def hydrated(app: App) -> dict[str, Any]:
    with page_socket(app.url, 2) as page:
        return page.ask(HYDRATE)


@pytest.mark.postgres
def test_two_processes_serve_and_follow_on_postgres_and_redis(
    tmp_path: Path, postgres_url: str
) -> None:
    redis_url = os.environ.get("TEST_REDIS_URL")
    assert redis_url, "run `make test`, or python tests/services.py -- pytest"
    environment = settings_for(
        tmp_path, DATABASE_URL=postgres_url, REDIS_URL=f"{redis_url}/7", WORKERS="2"
    )
    load(environment, feed(tmp_path, busy=False, island=False))
    with (
        running(tmp_path, environment, READY_S) as app,
        closing(psycopg.connect(postgres_url, autocommit=True)) as connection,
    ):
        workers = sorted(app.workers())
        assert len(workers) == 2

        def asked(sql: str) -> bool:
            row = connection.execute(sql).fetchone()
            return bool(row and row[0])

        for worker in workers:
            with only(worker, [other for other in workers if other != worker]):
                assert persistently(lambda: status_of(app, 1)) == [1]
        behind = seconds_behind(
            environment,
            feed(tmp_path, busy=True, island=True),
            lambda: asked(VLIELAND_BUSY) and asked(TERSCHELLING),
            lambda: status_of(app) == [0] and total_of(app) == 1,
            STATUS_SHOWS_S,
        )
        assert behind <= STATUS_SHOWS_S
        time.sleep(STATUS_SHOWS_S - behind)
        for worker in workers:
            with only(worker, [other for other in workers if other != worker]):
                assert persistently(lambda: status_of(app, 1)) == [0]
                assert persistently(lambda: total_of(app, 1)) == 1
                assert "delta" in persistently(lambda: hydrated(app))
        assert app.end(signal.SIGINT, everyone=True) in (0, 130)
        assert app.processes() == {}

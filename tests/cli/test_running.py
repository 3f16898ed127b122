"""What ``run`` does before it serves: whether to fill demo stations, and how an interrupted build ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chargesphere.cli.frontend import fingerprint, is_built
from chargesphere.cli.running import wants_demo
from chargesphere.database import Database
from chargesphere.events import ChangeHub
from chargesphere.features.catalogue.pacing import PAUSE_S, PacedWriter
from chargesphere.features.catalogue.service import CatalogueService, ImportProgress
from chargesphere.providers.catalogues.demo import DemoCatalogue
from chargesphere.providers.catalogues.port import Capabilities, CatalogueSource

NOON = datetime(2026, 6, 8, 12, 0, tzinfo=UTC)


class RealCatalogue(DemoCatalogue):
    """Stations that somebody imported."""

    name = "real"
    capabilities = Capabilities(
        has_status=True, status_valid_for=None, has_tariffs=True, live_feed=False
    )


@pytest.fixture
async def catalogue(sqlite_url: str) -> AsyncIterator[CatalogueService]:
    database = Database(sqlite_url)
    yield CatalogueService(database, ChangeHub(), {})
    await database.close()


class Interrupted(Exception):
    pass


async def fill(
    catalogue: CatalogueService, source: CatalogueSource, *, interrupt: bool = False
) -> None:
    def stop(progress: ImportProgress) -> None:
        if interrupt and progress.stage == "finishing":
            raise Interrupted

    snapshot = await source.fetch(etag=None, last_modified=None)
    assert snapshot is not None
    await catalogue.import_snapshot(source, snapshot, now=NOON, progress=stop, alone=True)


async def test_an_empty_database_wants_demo_stations(catalogue: CatalogueService) -> None:
    assert await wants_demo(catalogue)
    await fill(catalogue, DemoCatalogue(stations=30))
    assert not await wants_demo(catalogue)


async def test_an_interrupted_first_start_is_continued(catalogue: CatalogueService) -> None:
    with pytest.raises(Interrupted):
        await fill(catalogue, DemoCatalogue(stations=30), interrupt=True)
    assert not await catalogue.is_empty()
    assert await wants_demo(catalogue)


async def test_real_stations_want_no_demo_beside_them(catalogue: CatalogueService) -> None:
    with pytest.raises(Interrupted):
        await fill(catalogue, DemoCatalogue(stations=30), interrupt=True)
    await fill(catalogue, RealCatalogue(seed=3, stations=10))
    assert not await wants_demo(catalogue)


@pytest.mark.parametrize("alone", [True, False])
async def test_only_who_is_alone_leaves_no_pauses(
    sqlite_url: str, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(sqlite_url)
    writer = PacedWriter(database, ChangeHub(), alone=alone)
    pauses: list[float] = []

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    async def long(_connection: object) -> None:
        time.sleep(0.3)  # noqa: ASYNC251  # The database is busy, not the loop: the pauses are faked.

    await writer.commit(0, long)
    monkeypatch.setattr("chargesphere.features.catalogue.pacing.asyncio.sleep", note)
    await writer.commit(0, long)
    monkeypatch.undo()
    await database.close()
    assert (max(pauses, default=0.0) > PAUSE_S / 2) is not alone


def test_what_is_built_is_known_by_its_sources() -> None:
    assert fingerprint() == fingerprint()
    assert not is_built("of other sources")


_BUILD = """
import signal, sys
from chargesphere.cli import frontend
signal.signal(signal.SIGTERM, signal.default_int_handler)
try:
    frontend._run(["bash", "-c", "sleep 300 & echo $! > " + sys.argv[1] + "; wait"], {})
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_leaves_nothing_running(tmp_path: Path, how: signal.Signals) -> None:
    noted = tmp_path / "pid"
    program = subprocess.Popen([sys.executable, "-c", _BUILD, str(noted)])
    while not (noted.exists() and noted.read_text().endswith("\n")):
        assert program.poll() is None
        time.sleep(0.05)
    program.send_signal(how)
    assert program.wait(10) == 130
    grandchild = int(noted.read_text())
    until = time.monotonic() + 5
    while _runs(grandchild) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _runs(grandchild)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False

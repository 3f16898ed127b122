"""``demo``: fill the database with invented stations, so that there is something to see."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chargesphere import wiring
from chargesphere.cli.migrating import migrate_database
from chargesphere.core.clock import utc_now
from chargesphere.features.catalogue.service import ImportProgress, ImportSummary
from chargesphere.settings import settings

REFUSED = 2
"""The exit code when real data would be lost."""

_STAGES = {
    "reading": "Inventing demo stations",
    "comparing": "Comparing with what is there",
    "writing": "Saving demo stations",
    "finishing": "Finishing",
}
_console = Console(stderr=True)


def demo(
    replace: Annotated[
        bool, typer.Option("--replace", help="Remove the imported stations, then fill.")
    ] = False,
) -> None:
    """Fill demo data; it leaves by itself with the first real import."""
    chosen = settings()
    migrate_database(chosen.database)
    asyncio.run(_demo(wiring.build(chosen), replace=replace))


async def _demo(services: wiring.Services, *, replace: bool) -> None:
    try:
        if await services.catalogue.has_real_data():
            if not replace:
                _console.print(
                    "Real stations are in this database: `demo --replace` removes them first.",
                    soft_wrap=True,
                )
                raise typer.Exit(REFUSED)
            await _clear_real(services)
        await fill_demo(services, utc_now())
    finally:
        await services.close()


async def _clear_real(services: wiring.Services) -> None:
    for feed in await services.catalogue.feeds():
        if not feed.demo:
            removed = await services.catalogue.clear(feed.source, now=utc_now())
            _console.print(f"[green]✓[/] Removed {removed:,} stations of {feed.title}")


async def fill_demo(
    services: wiring.Services, now: datetime, *, alone: bool = False
) -> ImportSummary:
    """Bring the demo stations to how they are at the given time, with a progress bar.

    Args:
        services: where to.
        now: as of when.
        alone: nobody else writes meanwhile, which is faster.

    Raises:
        StorageError: the database or the disk refused.
    """
    source = services.sources["demo"]
    snapshot = await source.fetch(etag=None, last_modified=None)
    if snapshot is None:
        raise RuntimeError("the demo catalogue always has something to say")
    with _progress() as progress:
        summary = await services.catalogue.import_snapshot(
            source, snapshot, now=now, progress=progress, alone=alone
        )
    _console.print(f"[green]✓[/] {_in_words(summary)}", soft_wrap=True)
    return summary


def _in_words(summary: ImportSummary) -> str:
    stations = summary.added + summary.updated + summary.unchanged
    parts = [
        f"{count:,} {what}"
        for count, what in (
            (summary.added, "new"),
            (summary.updated, "changed"),
            (summary.unchanged, "as before"),
            (summary.removed, "removed"),
        )
        if count
    ]
    return f"{stations:,} demo stations in {summary.seconds:.0f} s ({', '.join(parts)})"


@contextmanager
def _progress() -> Iterator[Callable[[ImportProgress], None]]:
    """A bar that follows an import, stage by stage."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=_console, transient=True) as bar:
        task = bar.add_task(_STAGES["reading"], total=None)

        def show(progress: ImportProgress) -> None:
            bar.update(
                task,
                description=_STAGES[progress.stage],
                completed=progress.done,
                total=progress.total,
            )

        yield show

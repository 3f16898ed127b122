"""``import``: bring the catalogue to what a source says, from files or from its live feed."""

import asyncio
import gc
import signal
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from chargesphere.cli.migrating import migrate_database
from chargesphere.core.clock import parse_instant, utc_now
from chargesphere.features.catalogue.service import ImportProgress, ImportSummary
from chargesphere.settings import settings
from chargesphere.wiring import Services, build

_INTERRUPTED = 130

_STAGES = {
    "reading": "Reading",
    "comparing": "Comparing",
    "writing": "Writing stations",
    "finishing": "Finishing",
}


def import_stations(
    source: Annotated[str, typer.Argument(help="Whose data: ndw.")],
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Files of the source in any order, plain or gzip; none means its live feed.",
        ),
    ] = None,
    observed_at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME|now",
            help="As of when the statuses of a file are taken; now replays an old file as new.",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="End with the summary as one line of JSON.")
    ] = False,
) -> None:
    """Import stations, statuses and prices; what the source no longer has is removed.

    Exit codes: 0 done, 1 nothing usable or it failed, 2 wrong usage, 130 interrupted (what was
    imported is kept, and the next run continues).
    """
    seen = _observation(observed_at)
    if seen is not None and not files:
        raise typer.BadParameter(
            "needs a FILE: the live feed says itself how fresh it is.", param_hint="--observed-at"
        )
    services = build(settings())
    if source not in services.sources or services.sources[source].capabilities.demo:
        names = [n for n, s in services.sources.items() if not s.capabilities.demo]
        raise typer.BadParameter(f"is not one of {', '.join(names)}.", param_hint="SOURCE")
    migrate_database(services.settings.database)
    # Hundreds of thousands of small values without cycles, then the process ends: a third faster.
    gc.disable()
    # With --json stdout is for programs; people read the rest on stderr.
    console = Console(stderr=json, highlight=False)
    try:
        summary = asyncio.run(_import(services, source, files or [], seen, console))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("Interrupted: what was imported is kept, and the next run continues.")
        raise typer.Exit(_INTERRUPTED) from None
    console.print(_table(summary))
    if json:
        typer.echo(orjson.dumps(asdict(summary)).decode())


def _observation(text: str | None) -> datetime | Literal["now"] | None:
    if text is None or text == "now":
        return text  # type: ignore[return-value]  # Narrowed to the literal by the comparison.
    try:
        return parse_instant(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is neither now nor a time such as 2026-06-07T21:00:00+02:00.",
            param_hint="--observed-at",
        ) from None


async def _import(
    services: Services,
    source_name: str,
    files: list[Path],
    observed_at: datetime | Literal["now"] | None,
    console: Console,
) -> ImportSummary:
    _cancel_on_sigterm()
    source, catalogue, now = services.sources[source_name], services.catalogue, utc_now()
    try:
        with _Bar(console) as bar:
            if files:
                snapshot = source.read_files(files)
                return await catalogue.import_snapshot(
                    source, snapshot, now=now, observed_at=observed_at, progress=bar.show
                )
            summary = await catalogue.import_live(source, now=now, progress=bar.show)
        return summary or await _nothing_new(services, source_name, console)
    finally:
        await services.close()


async def _nothing_new(services: Services, source: str, console: Console) -> ImportSummary:
    console.print("The feed has not changed since it was last imported.")
    stations = {feed.source: feed.stations for feed in await services.catalogue.feeds()}
    return ImportSummary(source, 0, 0, 0, stations.get(source, 0), 0, 0, 0, {}, 0.0)


def _cancel_on_sigterm() -> None:
    """A polite end counts as Ctrl-C: noted as interrupted, nothing half done."""
    task = asyncio.current_task()
    if task is not None:
        with suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


class _Bar:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("Opening", total=None)

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, progress: ImportProgress) -> None:
        """Draw how far it is."""
        self._progress.update(
            self._task,
            description=_STAGES[progress.stage],
            completed=progress.done,
            total=progress.total,
        )


def _table(summary: ImportSummary) -> Table:
    table = Table(box=None, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("source", summary.source)
    table.add_row("seconds", f"{summary.seconds:.1f}")
    for name in ("read", "added", "updated", "unchanged", "removed", "superseded", "rejected"):
        table.add_row(name, f"{getattr(summary, name):,}")
    for reason, count in summary.reasons.items():
        table.add_row(f"  {reason.replace('_', ' ')}", f"{count:,}")
    return table

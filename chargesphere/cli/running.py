"""``run``: everything from an empty folder to a served app, in one command."""

import asyncio
import os
from datetime import UTC, datetime

from rich.console import Console

from chargesphere import wiring
from chargesphere.cli.demo import fill_demo
from chargesphere.cli.frontend import build
from chargesphere.cli.migrating import migrate_database
from chargesphere.errors import SettingsError
from chargesphere.settings import Settings, settings

_console = Console(stderr=True)


def run() -> None:
    """Set up what is missing (database, demo stations, frontend) and serve the app."""
    chosen = settings()
    if chosen.workers > 1 and not chosen.redis_url:
        raise SettingsError("WORKERS above 1 needs REDIS_URL, so that processes share sessions.")
    if migrate_database(chosen.database):
        _console.print("[green]✓[/] Database ready")
    asyncio.run(_fill_when_empty(chosen))
    build()
    _serve(chosen)


async def _fill_when_empty(chosen: Settings) -> None:
    services = wiring.build(chosen)
    try:
        if await services.catalogue.is_empty():
            await fill_demo(services, datetime.now(UTC), alone=True)
    finally:
        await services.close()


def _serve(chosen: Settings) -> None:
    os.environ |= {
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    _console.print(
        f"[bold]ChargeSphere[/] is on [link={chosen.origin}]{chosen.origin}[/link]  (Ctrl-C stops it)"
    )
    Server(
        target="chargesphere.chargesphere:app",
        factory=True,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.ASGI,
        workers=chosen.workers,
        log_level=LogLevels(chosen.log_level),
        websockets=True,
    ).serve()

"""``run``: everything from an empty folder to a served app, in one command."""

import asyncio
import errno
import os
import signal
import socket
from datetime import UTC, datetime

from rich.console import Console

from chargesphere import wiring
from chargesphere.cli.demo import fill_demo
from chargesphere.cli.frontend import build
from chargesphere.cli.migrating import migrate_database
from chargesphere.errors import ChargeSphereError, SettingsError
from chargesphere.features.catalogue.service import CatalogueService
from chargesphere.settings import Settings, settings

_STOP_WITHIN_S = 5
_console = Console(stderr=True)


def run() -> None:
    """Set up what is missing (database, demo stations, frontend) and serve the app."""
    # Asked to end while still setting up, end as after Ctrl-C; the server has its own ways later.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = settings()
    if chosen.workers > 1 and not chosen.redis_url:
        raise SettingsError("WORKERS above 1 needs REDIS_URL, so that processes share sessions.")
    _check_port(chosen)
    if migrate_database(chosen.database):
        _console.print("[green]✓[/] Database ready")
    asyncio.run(_fill_when_empty(chosen))
    build()
    _serve(chosen)


def _check_port(chosen: Settings) -> None:
    """Find out before the long work that nobody can listen there."""
    family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
    try:
        socket.create_server((chosen.host, chosen.port), family=family).close()
    except OSError as error:
        number = error.errno or 0
        if number == errno.EADDRINUSE:
            said = f"PORT {chosen.port} is taken: stop what listens there, or set another"
        elif number == errno.EADDRNOTAVAIL or number < 0:  # Below nought: no such name.
            said = f"HOST {chosen.host} is no address of this machine"
        else:
            said = f"PORT {chosen.port} on HOST {chosen.host} is refused: {os.strerror(number)}"
        raise SettingsError(f"{said}.") from error


async def _fill_when_empty(chosen: Settings) -> None:
    services = wiring.build(chosen)
    try:
        if await wants_demo(services.catalogue):
            await fill_demo(services, datetime.now(UTC), alone=True)
    finally:
        await services.close()


async def wants_demo(catalogue: CatalogueService) -> bool:
    """Whether there is nothing yet, or only what an interrupted first start has filled in."""
    if await catalogue.is_empty():
        return True
    unfinished = any(feed.demo and feed.fetched_at is None for feed in await catalogue.feeds())
    return unfinished and not await catalogue.has_real_data()


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
    server = Server(
        target="chargesphere.chargesphere:app",
        factory=True,
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.ASGI,
        workers=chosen.workers,
        log_level=LogLevels(chosen.log_level),
        websockets=True,
        workers_kill_timeout=_STOP_WITHIN_S,
    )
    try:
        server.serve()
    except SystemExit as stop:
        # Ctrl-C reaches the workers too, and one that ends first looks like one that failed.
        if not server.interrupt_signal:
            raise ChargeSphereError(
                "The server ended by itself; its last words are above."
            ) from stop

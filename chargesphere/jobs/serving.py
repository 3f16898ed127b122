"""What runs beside the requests of one server process."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator

import structlog

from chargesphere import wiring
from chargesphere.errors import ChargeSphereError

_log = structlog.get_logger(__name__)
_RETRY_S = 5.0


def write_logs(level: str) -> None:
    """Log to stderr from this level on, failures as plain tracebacks.

    structlog's own default draws them with every local variable: that takes seconds, during which
    the event loop answers nobody, and prints what a visitor's cookie says.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@contextlib.asynccontextmanager
async def run_services() -> AsyncIterator[None]:
    """Bring the index up and follow changes until the process ends."""
    services = wiring.services()
    write_logs(services.settings.log_level)
    tasks = [
        asyncio.create_task(_keep_following(services), name="index"),
        asyncio.create_task(services.hub.bridge(), name="hub"),
        asyncio.create_task(services.geocoder.prepare(), name="places"),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await services.close()


async def _keep_following(services: wiring.Services) -> None:
    """Start the index and follow; whatever fails, an index that comes later beats none for ever."""
    while True:
        try:
            if not services.live.ready:
                await services.live.start()
            await services.live.follow()
        except ChargeSphereError as error:
            _log.error("index_not_following", error=str(error), retry_in_s=_RETRY_S)
        except Exception:
            _log.exception("index_not_following", retry_in_s=_RETRY_S)
        await asyncio.sleep(_RETRY_S)

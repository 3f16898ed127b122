"""What runs beside the requests of one server process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from chargesphere import wiring
from chargesphere.errors import ChargeSphereError

_log = structlog.get_logger(__name__)
_RETRY_S = 5.0


@contextlib.asynccontextmanager
async def run_services() -> AsyncIterator[None]:
    """Bring the index up and follow changes until the process ends."""
    services = wiring.services()
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
    """Start the index and follow; a database that is away is waited for, not died of."""
    while True:
        try:
            if not services.live.ready:
                await services.live.start()
            await services.live.follow()
        except ChargeSphereError as error:
            _log.error("index_not_following", error=str(error), retry_in_s=_RETRY_S)
            await asyncio.sleep(_RETRY_S)

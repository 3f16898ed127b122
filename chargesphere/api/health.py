"""Whether the process lives, and whether it can answer."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from chargesphere.api.answers import PARAMETERS_WRONG, described, json
from chargesphere.api.parameters import read_query
from chargesphere.api.shapes import Health, Ready
from chargesphere.api.stations import require_ready
from chargesphere.core.clock import utc_now
from chargesphere.features.discovery.rules import Filters
from chargesphere.wiring import Services


def health_routes(services: Services) -> APIRouter:
    """``/health`` and ``/ready``."""
    routes = APIRouter(tags=["Health"])

    @routes.get(
        "/health",
        summary="The process is alive",
        responses=described(Health, PARAMETERS_WRONG),
        operation_id="getHealth",
    )
    async def health(request: Request) -> Response:
        read_query(request.scope["query_string"], ())
        return json(Health(status="ok"), cache="no-store")

    @routes.get(
        "/ready",
        summary="Database and index are up",
        responses=described(Ready, PARAMETERS_WRONG),
        operation_id="getReady",
    )
    async def ready(request: Request) -> Response:
        read_query(request.scope["query_string"], ())
        await services.database.ping()
        require_ready(services.discovery)
        stations = services.discovery.count(None, Filters(), utc_now())
        return json(Ready(status="ready", stations=stations), cache="no-store")

    return routes

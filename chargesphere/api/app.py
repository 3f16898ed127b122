"""The API as one FastAPI application, to be served alone or with pages mounted below it."""

from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match

from chargesphere.api.answers import PARAMETERS_WRONG, described
from chargesphere.api.docs import POLICY, docs_page
from chargesphere.api.door import ApiDoor
from chargesphere.api.health import health_routes
from chargesphere.api.map import MapAnswers, map_endpoint
from chargesphere.api.parameters import MAP_PARAMETERS, read_query
from chargesphere.api.problems import problem, problem_of
from chargesphere.api.search import search_routes
from chargesphere.api.shapes import MapItems, Problem
from chargesphere.api.stations import station_routes
from chargesphere.errors import ChargeSphereError
from chargesphere.wiring import Services

__all__ = ["create_api", "map_endpoint"]

PREFIX = "/api/v1"

_DESCRIPTION = (
    "Charging stations, what their charge points are doing, and what they cost. Open data: every "
    "fact carries its source and licence. Errors are RFC 9457 `application/problem+json`. "
    "Everything that can be asked with GET can be asked with HEAD. An unknown parameter is an "
    "error (422), so that a typing error is not taken for a filter. Answers carry an `ETag`: "
    "send it back as `If-None-Match` and get 304 while nothing changed."
)
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


def create_api(services: Services) -> FastAPI:
    """The whole API; unknown paths under ``/api`` are answered by it too."""
    api = FastAPI(
        title="ChargeSphere API",
        version="1",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    api.add_middleware(ApiDoor, settings=services.settings)
    api.add_exception_handler(ChargeSphereError, _refused)
    api.add_exception_handler(HTTPException, _http_error)
    api.include_router(_map_routes(services), prefix=PREFIX)
    api.include_router(station_routes(services.discovery), prefix=PREFIX)
    api.include_router(search_routes(services.discovery), prefix=PREFIX)
    api.include_router(health_routes(services), prefix=PREFIX)
    _add_openapi(api)
    _add_catch_all(api)
    return api


def _map_routes(services: Services) -> APIRouter:
    """The map through the router, for whoever serves the API without its front."""
    routes = APIRouter(tags=["Map"])
    answers = MapAnswers(services.discovery)

    @routes.get(
        "/map",
        summary="Stations and clusters in a box, for drawing a map",
        description="At most 5,000 items; where there are more, the answer's `zoom` is the "
        "deepest one that fits.",
        openapi_extra={"parameters": list(MAP_PARAMETERS)},
        responses=described(MapItems, PARAMETERS_WRONG),
        operation_id="getMap",
    )
    async def view(request: Request) -> Response:
        asked = dict(request.scope["headers"])
        status, headers, body = answers.answer(request.scope["query_string"], asked)
        response = Response(body, status)
        response.raw_headers[:] = headers
        return response

    return routes


def _add_openapi(api: FastAPI) -> None:
    def schema() -> dict[str, Any]:
        if api.openapi_schema is None:
            made = get_openapi(
                title=api.title,
                version=api.version,
                description=api.description,
                routes=api.routes,
            )
            shapes = made["components"]["schemas"]
            shapes["Problem"] = Problem.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                shapes.pop(unused, None)
            api.openapi_schema = made
        return api.openapi_schema

    api.openapi = schema  # type: ignore[method-assign]  # FastAPI's documented way to do it.

    @api.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        read_query(request.scope["query_string"], ())
        body = orjson.dumps(schema())
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(body, media_type="application/json", headers=headers)

    @api.get("/api/docs", include_in_schema=False)
    async def docs() -> Response:
        headers = {"Cache-Control": "public, max-age=300", "Content-Security-Policy": POLICY}
        return HTMLResponse(docs_page(schema()), headers=headers)


def _add_catch_all(api: FastAPI) -> None:
    """Paths that are nobody's, and methods that a path does not take."""
    known = list(api.routes)

    async def nowhere(request: Request) -> Response:
        scope = request.scope
        allowed = [
            method
            for method in _METHODS
            if any(r.matches({**scope, "method": method})[0] is Match.FULL for r in known)
        ]
        if allowed:
            return problem(405, "Only GET and HEAD.", {"Allow": ", ".join([*allowed, "HEAD"])})
        return problem(404, "There is nothing at this address; see /api/docs.")

    for path in ("/api", "/api/{rest:path}"):
        api.add_route(path, nowhere, methods=_METHODS, include_in_schema=False)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ChargeSphereError):
        raise error
    return problem_of(error)


async def _http_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem(error.status_code, str(error.detail), error.headers)

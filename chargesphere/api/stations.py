"""Stations: lists and details."""

from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from chargesphere.api.answers import FOUND, MISSING, PARAMETERS_WRONG, described, json
from chargesphere.api.parameters import (
    LIST_PARAMETERS,
    names,
    read_box,
    read_filters,
    read_limit,
    read_near,
    read_query,
    read_radius_m,
)
from chargesphere.api.problems import NotReadyError
from chargesphere.api.shapes import StationList, StationShape
from chargesphere.core.clock import utc_now
from chargesphere.core.geo import Box, Point
from chargesphere.errors import InvalidError, NotFoundError
from chargesphere.features.discovery.service import DiscoveryService, Sort

_LIST_NAMES = names(LIST_PARAMETERS)
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def station_routes(discovery: DiscoveryService) -> APIRouter:
    """``/stations`` and ``/stations/{id}``."""
    routes = APIRouter(tags=["Stations"])

    @routes.get(
        "/stations",
        summary="Stations that match, a page at a time",
        openapi_extra={"parameters": list(LIST_PARAMETERS)},
        responses=described(StationList, PARAMETERS_WRONG),
        operation_id="listStations",
    )
    async def stations(request: Request) -> Response:
        values = read_query(request.scope["query_string"], _LIST_NAMES)
        box, near, radius_m = read_box(values), read_near(values), read_radius_m(values)
        sort, filters, limit = _sort(values, box, near), read_filters(values), read_limit(values)
        require_ready(discovery)
        page = await discovery.stations(
            box=box,
            near=near,
            radius_m=radius_m,
            sort=sort,
            filters=filters,
            limit=limit,
            cursor=values.get("cursor") or None,
            now=utc_now(),
        )
        return json(StationList.of(page))

    @routes.get(
        "/stations/{station_id}",
        summary="Everything about one station",
        responses=described(StationShape, FOUND | MISSING | PARAMETERS_WRONG),
        operation_id="getStation",
    )
    async def station(station_id: str, request: Request) -> Response:
        read_query(request.scope["query_string"], ())
        if not is_id(station_id):
            raise NotFoundError("There is no station with this id.")
        return json(StationShape.of(await discovery.station(station_id, utc_now())))

    return routes


def is_id(text: str) -> bool:
    """Whether it could be one of our ids."""
    return 6 <= len(text) <= 40 and _ID_CHARACTERS.issuperset(text)


def require_ready(discovery: DiscoveryService) -> None:
    """Refuse politely while the index is being opened.

    Raises:
        NotReadyError: it is.
    """
    if not discovery.ready:
        raise NotReadyError("The station index is being opened; try again in a few seconds.")


def _sort(values: dict[str, str], box: Box | None, near: Point | None) -> Sort:
    somewhere = box is not None or near is not None
    asked = values.get("sort") or ("distance" if somewhere else "power")
    for sort in get_args(Sort):
        if asked == sort:
            if sort == "distance" and not somewhere:
                raise InvalidError("sort", "distance needs near or bbox")
            return sort  # type: ignore[no-any-return]  # get_args gives what the Literal lists.
    raise InvalidError("sort", f"must be one of {', '.join(get_args(Sort))}")

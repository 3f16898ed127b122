"""Finding by typing: stations, places and networks."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from chargesphere.api.answers import PARAMETERS_WRONG, described, json
from chargesphere.api.parameters import (
    NETWORK_PARAMETERS,
    SEARCH_PARAMETERS,
    names,
    read_limit,
    read_near,
    read_query,
    read_text,
)
from chargesphere.api.shapes import NetworkItem, NetworkList, SearchItem, SearchList
from chargesphere.api.stations import require_ready
from chargesphere.core.clock import utc_now
from chargesphere.features.discovery.service import DiscoveryService

_SEARCH_NAMES = names(SEARCH_PARAMETERS)
_NETWORK_NAMES = names(NETWORK_PARAMETERS)


def search_routes(discovery: DiscoveryService) -> APIRouter:
    """``/search`` and ``/networks``."""
    routes = APIRouter(tags=["Search"])

    @routes.get(
        "/search",
        summary="Stations and places by what is typed",
        openapi_extra={"parameters": list(SEARCH_PARAMETERS)},
        responses=described(SearchList, PARAMETERS_WRONG),
        operation_id="search",
    )
    async def search(request: Request) -> Response:
        values = read_query(request.scope["query_string"], _SEARCH_NAMES)
        text = read_text(values, "q", required=True)
        near, limit = read_near(values), read_limit(values, default=10)
        require_ready(discovery)
        hits = await discovery.search(text, near, limit, utc_now())
        return json(SearchList(items=[SearchItem.of(hit) for hit in hits]))

    @routes.get(
        "/networks",
        summary="Charging networks, the largest first",
        openapi_extra={"parameters": list(NETWORK_PARAMETERS)},
        responses=described(NetworkList, PARAMETERS_WRONG),
        operation_id="listNetworks",
    )
    async def networks(request: Request) -> Response:
        values = read_query(request.scope["query_string"], _NETWORK_NAMES)
        text, limit = read_text(values, "q", required=False), read_limit(values)
        require_ready(discovery)
        page, following, total = discovery.network_page(text, limit, values.get("cursor") or None)
        items = [NetworkItem(id=n.id, name=n.name, stations=n.stations) for n in page]
        return json(NetworkList(items=items, next=following, total=total))

    return routes

"""The API's promises: shapes, filters, pages, errors, headers."""

import gzip
import math
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send
from town import CENTRE, FEED, Site

from chargesphere import wiring
from chargesphere.api.app import create_api, map_endpoint
from chargesphere.api.shapes import MapItems, Problem, SearchList, StationList, StationShape
from chargesphere.core.vocabulary import Status
from chargesphere.settings import Settings
from chargesphere.wiring import Services

V1 = "/api/v1"
BBOX = "bbox=4,51,6.5,53"
NEAR = f"near={CENTRE[0]},{CENTRE[1]}"
ClientOf = Callable[[ASGIApp], httpx.AsyncClient]


def shown(sites: list[Site]) -> list[Site]:
    """The sites of the default filter, by the answer sheet."""
    hidden = {Status.PLANNED, Status.REMOVED}
    return [
        site
        for site in sites
        if site.access in {"public", "unknown"}
        and any(point.status not in hidden for point in site.points)
    ]


async def items(client: httpx.AsyncClient, query: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{V1}/stations?{query}")
    assert answer.status_code == 200, answer.text
    return list(StationList.model_validate_json(answer.content).model_dump()["items"])


# Shapes.


async def test_the_map_answers_columns(client: httpx.AsyncClient, sites: list[Site]) -> None:
    answer = await client.get(f"{V1}/map?bbox=-180,-85,180,85&zoom=20")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    view = MapItems.model_validate_json(answer.content)
    assert view.total == len(shown(sites)) == sum(view.count)
    assert {len(column) for name, column in view if isinstance(column, list)} == {len(view.count)}
    assert {i for i in view.id if i} <= {site.id for site in shown(sites)}


async def test_the_map_is_the_same_with_and_without_its_front(
    client: httpx.AsyncClient, api: FastAPI, client_of: ClientOf
) -> None:
    query = f"{V1}/map?{BBOX}&zoom=12&connector=ccs2&available=true"
    async with client_of(api) as plain:
        one, two = await client.get(query), await plain.get(query)
    assert one.json() == two.json()
    assert one.headers["etag"] == two.headers["etag"]


async def test_a_station_has_every_member_of_the_contract(
    client: httpx.AsyncClient, sites: list[Site]
) -> None:
    for site in sites[:40]:
        answer = await client.get(f"{V1}/stations/{site.id}")
        assert answer.status_code == 200
        station = StationShape.model_validate_json(answer.content)
        assert station.name == site.name
        assert [p.evse_id for p in station.charge_points] == [p.evse_id for p in site.points]
        expected = [p.status if site.source == FEED else Status.UNKNOWN for p in site.points]
        assert [p.status for p in station.charge_points] == expected
        assert station.sources[0].licence == "CC0"
    members = set(answer.json())
    assert members >= {
        "id", "name", "operator", "lat", "lon", "address", "time_zone", "access", "open", "hours",
        "amenities", "charge_points", "free", "points", "prices", "sources", "demo",
    }  # fmt: skip


async def test_a_code_is_shown_small(client: httpx.AsyncClient, sites: list[Site]) -> None:
    station = (await client.get(f"{V1}/stations/{sites[3].id}")).json()
    assert (station["title"], station["code"]) == ("Kaaikhof 70", "TNLP015184")
    assert station["name"] == "TNLP015184"


async def test_a_merged_station_answers_with_its_new_address(
    client: httpx.AsyncClient, sites: list[Site]
) -> None:
    moved = await client.get(f"{V1}/stations/mergedstation1")
    assert moved.status_code == 308
    assert moved.headers["location"] == f"{V1}/stations/{sites[0].id}"
    assert Problem.model_validate_json(moved.content).id == sites[0].id


# Lists.


async def test_pages_hold_each_station_once(client: httpx.AsyncClient, sites: list[Site]) -> None:
    for sort in ("distance", "power", "available"):
        seen: list[str] = []
        cursor = ""
        while True:
            answer = (await client.get(f"{V1}/stations?{NEAR}&sort={sort}&limit=37{cursor}")).json()
            seen += [item["id"] for item in answer["items"]]
            assert answer["total"] == len(shown(sites))
            if answer["next"] is None:
                break
            cursor = f"&cursor={quote(answer['next'])}"
        assert len(seen) == len(set(seen)) == len(shown(sites))


async def test_lists_are_in_the_order_asked_for(client: httpx.AsyncClient) -> None:
    near = [i["distance_km"] for i in await items(client, f"{NEAR}&limit=200")]
    assert near == sorted(near)
    power = [i["kw"] or 0 for i in await items(client, f"{BBOX}&sort=power&limit=200")]
    assert power == sorted(power, reverse=True)
    free = [i["free"] for i in await items(client, f"{BBOX}&sort=available&limit=200")]
    ranks = [-1 if f is None else f for f in free]
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0] > 0


async def test_a_radius_holds(client: httpx.AsyncClient, sites: list[Site]) -> None:
    within = await items(client, f"{NEAR}&radius_km=5&limit=200")
    assert all(item["distance_km"] <= 5 for item in within)
    expected = sum(
        math.dist((s.lat * 111.19, s.lon * 68.3), (CENTRE[0] * 111.19, CENTRE[1] * 68.3)) <= 4.9
        for s in shown(sites)
    )
    assert expected <= len(within) <= expected + 10


async def test_a_cursor_belongs_to_its_question(client: httpx.AsyncClient) -> None:
    page = (await client.get(f"{V1}/stations?{NEAR}&limit=5")).json()
    cursor = quote(page["next"])
    assert (await client.get(f"{V1}/stations?{NEAR}&limit=9&cursor={cursor}")).status_code == 200
    for query in (f"{NEAR}&sort=power", f"{NEAR}&min_kw=50", "sort=power"):
        refused = await client.get(f"{V1}/stations?{query}&cursor={cursor}")
        assert refused.status_code == 422
        assert refused.json()["parameter"] == "cursor"


async def test_filters_must_hold_on_one_plug_of_one_charge_point(
    client: httpx.AsyncClient, sites: list[Site]
) -> None:
    found = await items(client, f"{BBOX}&min_kw=100&available=true&limit=200")
    expected = {
        site.id: sum(
            p.status is Status.AVAILABLE and any((plug.kw or 0) >= 100 for plug in p.plugs)
            for p in site.points
        )
        for site in shown(sites)
        if 51 <= site.lat <= 53 and 4 <= site.lon <= 6.5
    }
    assert {i["id"]: i["points"] for i in found} == {k: n for k, n in expected.items() if n}
    assert all(item["kw"] >= 100 and item["free"] == item["points"] for item in found)
    assert found


async def test_the_list_and_the_map_count_alike(client: httpx.AsyncClient) -> None:
    for filters in ("", "connector=type2", "no_fee=true", "open=now", "status=CHARGING,PLANNED",
                    "access=private", "network=sparkle", "exclude_network=sparkle", "source=quiet",
                    "min_points=3", "max_kw=22&min_kw=11"):  # fmt: skip
        map_total = (await client.get(f"{V1}/map?{BBOX}&zoom=3&{filters}")).json()["total"]
        page = (await client.get(f"{V1}/stations?{BBOX}&{filters}&limit=200")).json()
        assert page["total"] == map_total == len(page["items"]), filters
        assert all(item["points"] > 0 for item in page["items"]), filters


async def test_stale_statuses_are_unknown(
    client: httpx.AsyncClient, services: Services, sites: list[Site]
) -> None:
    from sqlalchemy import update

    from chargesphere.features.catalogue.models import Change, Feed

    long_ago = datetime.now(UTC) - timedelta(minutes=16)
    async with services.database.transaction() as connection:
        await connection.execute(update(Feed).values(observed_at=long_ago))
        await connection.execute(
            Change.__table__.insert().values(kind="feed", at=long_ago)  # type: ignore[attr-defined]
        )
    await services.live.start()
    station = (await client.get(f"{V1}/stations/{sites[0].id}")).json()
    lasting = {"PLANNED", "REMOVED"}
    assert {p["status"] for p in station["charge_points"]} <= {"UNKNOWN", *lasting}
    assert all(p["since"] is None for p in station["charge_points"] if p["status"] == "UNKNOWN")
    assert station["free"] is None
    assert (await client.get(f"{V1}/stations?available=true")).json()["total"] == 0


# Search.


async def test_search_finds_places_streets_plugs_and_coordinates(
    client: httpx.AsyncClient, sites: list[Site]
) -> None:
    async def search(text: str, more: str = "") -> list[Any]:
        answer = await client.get(f"{V1}/search?q={quote(text)}{more}")
        assert answer.status_code == 200
        return list(SearchList.model_validate_json(answer.content).items)

    places = await search("utrecht")
    assert (places[0].kind, places[0].name) == ("place", "Utrecht")
    assert places[0].bbox is not None
    evse_id = sites[12].points[0].evse_id
    assert evse_id is not None
    for typed in (evse_id, evse_id.replace("*", ""), evse_id.replace("*", "-").lower()):
        assert [hit.id for hit in await search(typed)] == [sites[12].id]
        assert evse_id in (await search(typed))[0].detail
    (spot,) = await search("52.09, 5.12", f"&{NEAR}")
    assert (spot.lat, spot.lon, spot.kind) == (52.09, 5.12, "place")
    assert spot.distance_km < 1
    streets = await search("Maliebaan", "&limit=5")
    assert streets
    assert all(hit.name.startswith("Maliebaan") or "Maliebaan" in hit.detail for hit in streets)
    assert await search("   ") == []


async def test_networks_are_found_by_part_of_their_name(client: httpx.AsyncClient) -> None:
    every = (await client.get(f"{V1}/networks")).json()
    counts = [n["stations"] for n in every["items"]]
    assert counts == sorted(counts, reverse=True)
    assert every["total"] == 5
    (one,) = (await client.get(f"{V1}/networks?q=volt")).json()["items"]
    assert one["id"] == "volt-co"
    first = (await client.get(f"{V1}/networks?limit=3")).json()
    rest = (await client.get(f"{V1}/networks?limit=3&cursor={quote(first['next'])}")).json()
    assert [n["id"] for n in first["items"] + rest["items"]] == [n["id"] for n in every["items"]]


# Errors.


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/map?zoom=3", "bbox"),
        ("/map?bbox=4,51,6,53", "zoom"),
        ("/map?bbox=4,51,6&zoom=3", "bbox"),
        ("/map?bbox=4,51,6,nan&zoom=3", "bbox"),
        ("/map?bbox=4,53,6,51&zoom=3", "bbox"),
        ("/map?bbox=4,51,6,91&zoom=3", "bbox"),
        ("/map?bbox=4,51,600,53&zoom=3", "bbox"),
        ("/map?bbox=4,51,6,53&zoom=3.5", "zoom"),
        ("/map?bbox=4,51,6,53&zoom=23", "zoom"),
        ("/map?bbox=4,51,6,53&zoom=3&conector=ccs2", "conector"),
        ("/map?bbox=4,51,6,53&zoom=3&connector=plug", "connector"),
        ("/map?bbox=4,51,6,53&zoom=3&zoom=4", "zoom"),
        ("/stations?limit=0", "limit"),
        ("/stations?limit=201", "limit"),
        ("/stations?sort=price", "sort"),
        ("/stations?sort=distance", "sort"),
        ("/stations?near=91,5", "near"),
        ("/stations?near=52", "near"),
        ("/stations?radius_km=5", "radius_km"),
        ("/stations?near=52,5&radius_km=0", "radius_km"),
        ("/stations?min_kw=50&max_kw=11", "min_kw"),
        ("/stations?available=yes", "available"),
        ("/stations?open=later", "open"),
        ("/stations?limit=", "limit"),
        ("/map?bbox=4,51,6,53&zoom=3&connector=", "connector"),
        ("/stations?cursor=abc", "cursor"),
        ("/stations?cursor=%00", "cursor"),
        ("/stations?cursor=%C3%A9", "cursor"),
        ("/stations?network=a%20b", "network"),
        ("/stations?%FF=1", "query"),
        ("/search", "q"),
        (f"/search?q={'x' * 201}", "q"),
        ("/search?q=a%00b", "q"),
        ("/networks?limit=many", "limit"),
        ("/health?x=1", "x"),
    ],
)
async def test_what_is_wrong_with_a_parameter_is_said(
    client: httpx.AsyncClient, address: str, parameter: str
) -> None:
    answer = await client.get(f"{V1}{address}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate_json(answer.content)
    assert problem.parameter == parameter
    assert problem.status == 422
    assert parameter in problem.detail


@pytest.mark.parametrize(
    ("address", "longitudes"),
    [("170,-20,-170,-10", 1), ("-190,-20,-170,-10", 1), ("0,-20,170,-10", 0)],
)
async def test_a_box_may_cross_the_antimeridian(
    client: httpx.AsyncClient, address: str, longitudes: int, sites: list[Site]
) -> None:
    filters = "&access=public,unknown,private,restricted&status=" + ",".join(Status)
    answer = (await client.get(f"{V1}/map?bbox={address}&zoom=5{filters}")).json()
    assert answer["total"] == longitudes


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/map", f"{V1}/stations/", f"{V1}/stations/no-such-id", f"{V1}/stations/NOT%20AN%20ID"])  # fmt: skip
async def test_unknown_paths_are_problems_too(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert Problem.model_validate_json(answer.content).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/map", "/stations", "/stations/abcdefgh", "/health"])
async def test_other_methods_are_refused(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, f"{V1}{path}")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_failure_tells_nothing_but_its_number(
    services: Services, api: FastAPI, client_of: ClientOf
) -> None:
    @api.get("/api/v1/broken")
    async def broken() -> None:
        raise RuntimeError("a secret")

    api.router.routes.insert(0, api.router.routes.pop())
    async with client_of(api) as client:
        answer = await client.get("/api/v1/broken")
    assert answer.status_code == 500
    problem = Problem.model_validate_json(answer.content)
    assert problem.request_id == answer.headers["x-request-id"]
    assert "secret" not in answer.text


async def test_a_database_that_is_away_is_not_ready(
    services: Services, client: httpx.AsyncClient, settings: Settings
) -> None:
    await services.database.close()
    shutil.rmtree(settings.data_dir)
    answer = await client.get(f"{V1}/ready")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "chargesphere.db" not in answer.text
    assert (await client.get(f"{V1}/health")).status_code == 200


async def test_before_the_index_is_up_questions_are_put_off(
    settings: Settings, client_of: ClientOf
) -> None:
    built = wiring.build(settings)
    async with client_of(map_endpoint(create_api(built), built)) as client:
        for path in (
            "/ready",
            "/map?bbox=4,51,6,53&zoom=3",
            "/stations",
            "/networks",
            "/search?q=a",
        ):
            answer = await client.get(f"{V1}{path}")
            assert answer.status_code == 503, path
            assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.get(f"{V1}/health")).status_code == 200
    await built.close()


# Headers.

GOOD = [f"/map?{BBOX}&zoom=9", f"/stations?{NEAR}", "/networks", "/search?q=u", "/openapi.json"]


@pytest.mark.parametrize("path", GOOD)
async def test_what_did_not_change_is_not_sent_again(client: httpx.AsyncClient, path: str) -> None:
    first = await client.get(f"{V1}{path}")
    assert first.headers["cache-control"]
    again = await client.get(f"{V1}{path}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    other = await client.get(f"{V1}{path}", headers={"If-None-Match": '"something else"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", GOOD)
async def test_head_is_get_without_the_body(client: httpx.AsyncClient, path: str) -> None:
    plain = {"Accept-Encoding": "identity"}
    get = await client.get(f"{V1}{path}", headers=plain)
    head = await client.head(f"{V1}{path}", headers=plain)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content))
    assert head.headers["etag"] == get.headers["etag"]


async def test_answers_are_compressed_for_those_who_ask(
    client: httpx.AsyncClient,
) -> None:
    for path in (f"/map?{BBOX}&zoom=14", f"/stations?{NEAR}"):
        plain = await client.get(f"{V1}{path}", headers={"Accept-Encoding": "identity"})
        async with client.stream(
            "GET", f"{V1}{path}", headers={"Accept-Encoding": "gzip"}
        ) as answer:
            packed = b"".join([chunk async for chunk in answer.aiter_raw()])
        assert answer.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["vary"]
        assert "content-encoding" not in plain.headers
        assert gzip.decompress(packed) == plain.content
        assert len(packed) < len(plain.content) / 2
        refused = await client.get(f"{V1}{path}", headers={"Accept-Encoding": "gzip;q=0"})
        assert "content-encoding" not in refused.headers


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in (*(V1 + p for p in GOOD), f"{V1}/map", "/api/nowhere", "/api/docs"):
        answer = await client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-request-id"]


async def test_only_known_pages_may_call_from_a_browser(client: httpx.AsyncClient) -> None:
    for path in (f"{V1}/map?{BBOX}&zoom=3", f"{V1}/stations"):
        known = await client.get(path, headers={"Origin": "https://charge.example.org"})
        assert known.headers["access-control-allow-origin"] == "https://charge.example.org"
        strange = await client.get(path, headers={"Origin": "https://evil.example"})
        assert strange.status_code == 200
        assert "access-control-allow-origin" not in strange.headers
        asks = {"Origin": "https://charge.example.org", "Access-Control-Request-Method": "GET"}
        preflight = await client.options(path, headers=asks)
        assert preflight.status_code == 204
        assert "GET" in preflight.headers["access-control-allow-methods"]
        asks["Origin"] = "https://evil.example"
        assert (await client.options(path, headers=asks)).status_code == 403


async def test_a_greedy_client_is_asked_to_wait(
    services: Services, settings: Settings, client_of: ClientOf
) -> None:
    limited = settings.model_copy(update={"rate_limit_api": "7", "trusted_proxies": 1})
    strict = Services(**{**services.__dict__, "settings": limited})
    async with client_of(map_endpoint(create_api(strict), strict)) as client:
        one = {"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}
        paths = [f"{V1}/map?{BBOX}&zoom=3", f"{V1}/networks"] * 4
        answers = [await client.get(path, headers=one) for path in paths]
        assert [a.status_code for a in answers] == [200] * 7 + [429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
        assert answers[-1].headers["content-type"] == "application/problem+json"
        assert (await client.get(f"{V1}/health", headers=one)).status_code == 200
        # What the client wrote itself before the proxy's own entry does not make it another one.
        lies = {"X-Forwarded-For": "2.2.2.2, 203.0.113.9"}
        assert (await client.get(f"{V1}/networks", headers=lies)).status_code == 429
        other = {"X-Forwarded-For": "203.0.113.10"}
        assert (await client.get(f"{V1}/networks", headers=other)).status_code == 200


# Beside other applications.


async def test_what_is_not_ours_passes_through(services: Services, client_of: ClientOf) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a page"})

    api = create_api(services)
    api.mount("", page)
    async with client_of(map_endpoint(api, services)) as client:
        answer = await client.get("/somewhere")
        assert answer.text == "a page"
        assert "x-request-id" not in answer.headers
        assert (await client.get("/api/somewhere")).status_code == 404


async def test_a_stream_of_events_is_never_held_back(
    services: Services, client_of: ClientOf
) -> None:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import StreamingResponse

    async def events() -> AsyncIterator[bytes]:
        yield b": hello\n\n"

    async def live(_request: Request) -> StreamingResponse:
        return StreamingResponse(events(), media_type="text/event-stream")

    api = create_api(services)
    api.add_route("/api/stream", live)
    api.router.routes.insert(0, api.router.routes.pop())
    async with client_of(api) as client:
        answer = await client.get("/api/stream", headers={"Accept-Encoding": "gzip"})
    assert answer.text == ": hello\n\n"
    assert "etag" not in answer.headers
    assert "content-encoding" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_documentation_needs_nobody_else(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text
    schema = (await client.get(f"{V1}/openapi.json")).json()
    assert set(schema["paths"]) == {
        f"{V1}{p}" for p in ("/map", "/stations", "/stations/{station_id}", "/search", "/networks", "/health", "/ready")
    }  # fmt: skip
    for path, operations in schema["paths"].items():
        assert path in page.text
        for operation in operations.values():
            assert {"200", "304", "405", "422", "429", "500", "503"} <= set(operation["responses"])

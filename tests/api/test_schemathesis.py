"""Thousands of made-up requests: no failure of ours, no answer that the OpenAPI does not describe."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
import schemathesis
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from chargesphere import wiring
from chargesphere.api.app import create_api, map_endpoint
from chargesphere.settings import Settings
from chargesphere.wiring import Services

HERE = "https://here.example.org"
Ask = Callable[..., httpx.Response]

# min_kw above max_kw and a cursor that was never given are refused, and JSON Schema cannot say so.
BEYOND_SCHEMA: list[Any] = [positive_data_acceptance]


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    """An event loop of its own: the cases are not asynchronous."""
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture(scope="module")
def ask(portal: BlockingPortal, town: Path) -> Iterator[Ask]:
    """Ask the whole API, the map in front."""

    async def start() -> tuple[Services, httpx.AsyncClient]:
        built = wiring.build(Settings(_env_file=None, data_dir=town, rate_limit_api="off"))
        await built.live.start()
        app = map_endpoint(create_api(built), built)
        # A failure of ours must be seen as an answer, the way a client sees it.
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return built, httpx.AsyncClient(transport=transport, base_url=HERE)

    services, client = portal.call(start)

    def send(method: str, url: str, **more: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            return await client.request(method, url, follow_redirects=False, **more)

        return portal.call(sent)

    yield send
    portal.call(client.aclose)
    portal.call(services.close)


def described() -> dict[str, Any]:
    """The OpenAPI: it depends on no part of the services."""
    nothing = SimpleNamespace(settings=Settings(_env_file=None), discovery=None)
    return create_api(cast(Services, nothing)).openapi()


schema = schemathesis.openapi.from_dict(described())


@schema.parametrize()
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_described(case: schemathesis.Case[Any], ask: Ask) -> None:
    request = case.as_transport_kwargs(base_url=HERE)
    kept = {"params", "headers", "content", "json"}
    answer = ask(
        request["method"],
        request["url"],
        **{name: value for name, value in request.items() if name in kept and value is not None},
    )
    case.validate_response(answer, excluded_checks=BEYOND_SCHEMA)
    assert answer.status_code < 500


def test_the_cases_are_checked_against_what_is_served(ask: Ask) -> None:
    assert ask("GET", "/api/v1/openapi.json").json() == described()

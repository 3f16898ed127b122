"""What is served around the app: previews, honest status codes, files that may be kept."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp
from town import Site

from chargesphere import wiring
from chargesphere.screens import shell as shell_module
from chargesphere.screens.shell import shell


@pytest.fixture
def client_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny build in place of the real one."""
    assets = tmp_path / "client" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "client" / "index.html").write_text(
        '<!DOCTYPE html><html><head><title>Built</title><meta name="description" content="x"/></head><body>app</body></html>'
    )
    (assets / "reflex-env-abc.js").write_text("var e={EVENT:`ws://localhost:3000/_event`};")
    monkeypatch.setattr(shell_module, "CLIENT", tmp_path / "client")
    return tmp_path


@pytest.fixture
async def client(
    services: wiring.Services, client_folder: Path
) -> AsyncIterator[httpx.AsyncClient]:
    app: ASGIApp = shell(PlainTextResponse("reflex"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://here:4000"
    ) as opened:
        yield opened


async def test_a_station_page_carries_its_own_preview(
    client: httpx.AsyncClient, sites: list[Site]
) -> None:
    answer = await client.get(f"/station/{sites[3].id}")
    assert answer.status_code == 200
    assert "<title>Kaaikhof 70 · ChargeSphere</title>" in answer.text
    assert "Built" not in answer.text
    assert answer.text.count('name="description"') == 1
    assert 'property="og:url" content="http://localhost:3000/station/' in answer.text


async def test_what_a_source_writes_cannot_become_markup(
    client: httpx.AsyncClient, services: wiring.Services, sites: list[Site]
) -> None:
    from sqlalchemy import text

    async with services.database.transaction() as connection:
        await connection.execute(
            text("UPDATE station SET name = :name WHERE id = :id"),
            {"name": 'Evil "Garage" <script>alert(1)</script>', "id": sites[5].id},
        )
    answer = await client.get(f"/station/{sites[5].id}")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_a_merged_station_moved_for_good(
    client: httpx.AsyncClient, sites: list[Site]
) -> None:
    answer = await client.get("/station/mergedstation1")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"/station/{sites[0].id}"


@pytest.mark.parametrize("path", ["/station/nosuchstation", "/station/UPPER", "/station/a/b"])
async def test_an_unknown_station_is_a_404_that_still_shows_the_app(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "app" in answer.text


async def test_the_build_learns_the_port_the_driver_uses(client: httpx.AsyncClient) -> None:
    answer = await client.get("/assets/reflex-env-abc.js")
    assert answer.text == "var e={EVENT:`ws://localhost:4000/_event`};"
    assert answer.headers["cache-control"] == "no-store"
    proxied = await client.get("/assets/reflex-env-abc.js", headers={"host": "charge.example.org"})
    assert "ws://localhost/_event" in proxied.text


@pytest.mark.parametrize(
    "path", ["/assets/reflex-env-none.js", "/assets/reflex-env-/../../index.html"]
)
async def test_only_files_of_the_build_are_rewritten(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).text in {"", "reflex"}


async def test_files_with_a_hash_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    answer = await client.get("/assets/app-123.js")
    assert "immutable" in answer.headers["cache-control"]


async def test_everything_else_is_the_apps(client: httpx.AsyncClient) -> None:
    assert (await client.get("/other")).text == "reflex"
    assert (await client.post("/station/abcdefg")).text == "reflex"


async def test_the_front_page_is_the_built_one_and_is_sent_once(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers={"accept-encoding": "identity"})
    packed = await client.get("/", headers={"accept-encoding": "gzip"})
    again = await client.get("/", headers={"if-none-match": answer.headers["etag"]})
    assert "app" in answer.text
    assert packed.text == answer.text
    assert packed.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")

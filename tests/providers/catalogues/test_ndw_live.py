"""The live feed against a real local server: conditional, retried, capped, honest about failure."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ndw_feed import points_in, tariff, town

from chargesphere.errors import ImportFailedError, ProviderAnswerError, ProviderUnavailableError
from chargesphere.providers.catalogues.ndw import NdwCatalogue
from chargesphere.providers.catalogues.ndw.live import Feed
from chargesphere.providers.catalogues.port import SiteRecord, Snapshot, TariffRecord

SEEN = "Sun, 07 Jun 2026 19:21:00 GMT"
TOWN = town(30)


@dataclass
class Answer:
    """What the server says to one request."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # What it says the length is, if not the truth.
    hang_up: bool = False


@dataclass
class Server:
    """A feed whose answers a test writes; it notes what it was asked."""

    url: str
    locations: list[Answer] = field(default_factory=list)
    tariffs: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def next(self, path: str) -> Answer:
        answers = self.locations if "locations" in path else self.tariffs
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def paths(self) -> list[str]:
        return [path.split(".")[0].strip("/") for path, _ in self.asked]


def feed_file(records: list[dict[str, object]]) -> bytes:
    return gzip.compress(json.dumps(records).encode())


LOCATIONS = Answer(feed_file(TOWN), headers={"ETag": '"loc-1"', "Last-Modified": SEEN})
TARIFFS = Answer(feed_file([tariff()]), headers={"ETag": '"tar-1"'})
NOT_MODIFIED = Answer(status=304)


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            answer = served.next(self.path)
            if answer.hang_up:
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            length = len(answer.body) if answer.length is None else answer.length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Server(f"http://127.0.0.1:{listening.server_port}", [LOCATIONS], [TARIFFS])
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield served
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture
def source(server: Server, monkeypatch: pytest.MonkeyPatch) -> NdwCatalogue:
    made = NdwCatalogue(
        locations_url=f"{server.url}/locations.json.gz",
        tariffs_url=f"{server.url}/tariffs.json.gz",
        timeout_s=2.0,
        max_bytes=1_000_000,
    )
    quick = Feed(
        f"{server.url}/locations.json.gz", f"{server.url}/tariffs.json.gz", 2.0, 1_000_000, 0.01
    )
    monkeypatch.setattr(made, "_feed", quick)
    return made


async def fetched(source: NdwCatalogue) -> Snapshot:
    snapshot = await source.fetch(etag=None, last_modified=None)
    assert snapshot is not None
    return snapshot


def sites_in(snapshot: Snapshot) -> int:
    return sum(isinstance(record, SiteRecord) for record in snapshot.records)


async def test_the_whole_feed_comes_with_its_time_and_validators(
    source: NdwCatalogue, server: Server
) -> None:
    snapshot = await fetched(source)
    assert snapshot.complete
    assert snapshot.observed_at == datetime(2026, 6, 7, 19, 21, tzinfo=UTC)
    assert (snapshot.etag, snapshot.last_modified) == ('"loc-1"\n"tar-1"', f"{SEEN}\n")
    records = list(snapshot.records)
    sites = [r for r in records if isinstance(r, SiteRecord)]
    assert sum(len(site.charge_points) for site in sites) == points_in(TOWN)
    assert sum(isinstance(r, TariffRecord) for r in records) == 1
    assert server.paths() == ["locations", "tariffs"]
    assert all("if-none-match" not in headers for _, headers in server.asked)


async def test_what_has_not_changed_is_not_sent_again(source: NdwCatalogue, server: Server) -> None:
    first = await fetched(source)
    server.locations, server.tariffs = [NOT_MODIFIED], [NOT_MODIFIED]
    assert await source.fetch(etag=first.etag, last_modified=first.last_modified) is None
    (_, locations), (_, tariffs) = server.asked[-2:]
    assert (locations["if-none-match"], locations["if-modified-since"]) == ('"loc-1"', SEEN)
    assert tariffs["if-none-match"] == '"tar-1"'
    assert "if-modified-since" not in tariffs


async def test_new_statuses_come_without_old_price_lists(
    source: NdwCatalogue, server: Server
) -> None:
    first = await fetched(source)
    server.tariffs = [NOT_MODIFIED]
    second = await source.fetch(etag=first.etag, last_modified=first.last_modified)
    assert second is not None
    assert second.complete
    assert second.etag == first.etag
    assert sites_in(second) == len(TOWN)


async def test_new_price_lists_alone_remove_nothing(source: NdwCatalogue, server: Server) -> None:
    server.locations = [NOT_MODIFIED]
    snapshot = await fetched(source)
    assert not snapshot.complete
    assert snapshot.observed_at is None
    assert sites_in(snapshot) == 0


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(status=500),
        Answer(status=503, headers={"Retry-After": "0"}),
        Answer(status=429, headers={"Retry-After": "soon"}),
        Answer(LOCATIONS.body[:500], length=len(LOCATIONS.body)),
        Answer(hang_up=True),
    ],
    ids=["500", "503", "429", "cut off", "hung up"],
)
async def test_passing_trouble_is_tried_again(
    source: NdwCatalogue, server: Server, trouble: Answer
) -> None:
    server.locations = [trouble, trouble, LOCATIONS]
    assert sites_in(await fetched(source)) == len(TOWN)
    assert server.paths() == ["locations"] * 3 + ["tariffs"]


async def test_lasting_trouble_is_said_in_one_sentence(
    source: NdwCatalogue, server: Server
) -> None:
    server.locations = [Answer(status=502)]
    with pytest.raises(
        ProviderUnavailableError, match=r"127.0.0.1 gave .* in 4 tries \(HTTP 502\)"
    ):
        await source.fetch(etag=None, last_modified=None)
    assert len(server.asked) == 4


async def test_nobody_there_is_said_in_one_sentence(source: NdwCatalogue, server: Server) -> None:
    monkey = Feed("http://127.0.0.1:9/l", "http://127.0.0.1:9/t", 1.0, 1_000, 0.01)
    source._feed = monkey
    with pytest.raises(ProviderUnavailableError, match="gave no usable answer"):
        await source.fetch(etag=None, last_modified=None)
    assert server.asked == []


async def test_statuses_do_not_wait_for_price_lists(source: NdwCatalogue, server: Server) -> None:
    server.tariffs = [Answer(status=500)]
    snapshot = await fetched(source)
    assert snapshot.etag == '"loc-1"\n'
    assert sites_in(snapshot) == len(TOWN)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(status=404), "answered HTTP 404"),
        (Answer(status=403), "answered HTTP 403"),
        (Answer(b"<html>Maintenance</html>"), "is not the JSON"),
        (Answer(b""), "is empty"),
        (Answer(feed_file([])), "holds neither locations nor tariffs"),
        (Answer(b'{"error": "x"}'), "holds neither locations nor tariffs"),
        (Answer(b"x" * 1_000_001), "sent more than the 1 MB"),
    ],
    ids=["404", "403", "html", "empty", "no records", "an object", "too large"],
)
async def test_an_answer_that_is_not_the_feed_is_refused_at_once(
    source: NdwCatalogue, server: Server, answer: Answer, sentence: str
) -> None:
    server.locations = [answer]
    with pytest.raises(ProviderAnswerError, match=sentence):
        await source.fetch(etag=None, last_modified=None)
    assert server.paths() == ["locations"], "an answer is not asked for twice"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda body: body[: len(body) // 2], "is cut off"),
        (
            lambda body: gzip.compress(
                gzip.decompress(body)[:-1] + b"," + b" " * 2_000_000 + b"7]"
            ),
            "is larger than 1 MB unpacked",
        ),
    ],
    ids=["cut off", "a bomb"],
)
async def test_damage_further_in_is_found_while_reading(
    source: NdwCatalogue, server: Server, spoil: Callable[[bytes], bytes], sentence: str
) -> None:
    server.locations = [Answer(spoil(feed_file(town(300))))]
    snapshot = await fetched(source)
    with pytest.raises(ImportFailedError, match=sentence):
        list(snapshot.records)


async def test_a_feed_packed_by_the_transport_is_unpacked_once(
    source: NdwCatalogue, server: Server
) -> None:
    server.locations = [Answer(LOCATIONS.body, headers={"Content-Encoding": "gzip"})]
    assert sites_in(await fetched(source)) == len(TOWN)
    server.locations = [Answer(gzip.decompress(LOCATIONS.body))]
    assert sites_in(await fetched(source)) == len(TOWN)


async def test_a_feed_without_validators_is_taken_every_time(
    source: NdwCatalogue, server: Server
) -> None:
    server.locations, server.tariffs = [Answer(LOCATIONS.body)], [Answer(TARIFFS.body)]
    first = await fetched(source)
    assert (first.etag, first.last_modified, first.observed_at) == ("\n", "\n", None)
    second = await source.fetch(etag=first.etag, last_modified=first.last_modified)
    assert second is not None
    assert "if-none-match" not in server.asked[-1][1]


async def test_the_feed_may_have_moved(source: NdwCatalogue, server: Server) -> None:
    moved = Answer(status=302, headers={"Location": "/elsewhere/locations.json.gz"})
    server.locations = [moved, LOCATIONS]
    assert sites_in(await fetched(source)) == len(TOWN)

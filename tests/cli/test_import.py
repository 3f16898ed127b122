"""``import`` as a person and a program meet it: exit codes, sentences, the last line of stdout."""

import gc
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ndw_feed import location, tariff, town, write
from sqlalchemy import create_engine, text

from chargesphere.cli.main import main
from chargesphere.settings import settings

FIELDS = [
    "source",
    "read",
    "added",
    "updated",
    "unchanged",
    "removed",
    "superseded",
    "rejected",
    "reasons",
    "seconds",
]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'new' / 'folder' / 'stations.db'}"


@pytest.fixture
def run(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs the command line; gives its exit code, stdout and stderr."""
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "")
    monkeypatch.setenv("NDW_LOCATIONS_URL", "http://127.0.0.1:9/locations")
    monkeypatch.setenv("NDW_TARIFFS_URL", "http://127.0.0.1:9/tariffs")
    monkeypatch.setenv("COLUMNS", "200")
    settings.cache_clear()

    def running(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["chargesphere", "import", *map(str, arguments)])
        code = main()
        said = capsys.readouterr()
        return code, said.out, said.err

    yield running
    settings.cache_clear()
    gc.enable()  # The command switches it off, because its process ends.


def count(url: str, table: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    engine.dispose()
    return found


def test_the_first_import_makes_its_database_and_ends_with_json(
    run: Run, url: str, tmp_path: Path
) -> None:
    bad = location("Z", coordinates={"latitude": "0", "longitude": "0"})
    places = write(tmp_path, [*town(20), bad])
    code, out, err = run("ndw", write(tmp_path, [tariff()]), places, "--json")
    assert code == 0, "rejects do not make a failure"
    (line,) = out.splitlines()
    summary = json.loads(line)
    assert list(summary) == FIELDS
    assert summary["seconds"] > 0
    assert summary | {"seconds": 0} == {
        "source": "ndw",
        "read": 21,
        "added": 20,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "superseded": 0,
        "rejected": 1,
        "reasons": {"null_island": 1},
        "seconds": 0,
    }
    assert "null island" in err
    assert count(url, "station") == 20


def test_people_get_a_table_on_stdout(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("ndw", write(tmp_path, town(12)))
    assert code == 0
    assert ["added", "12"] in [line.split() for line in out.splitlines()]
    assert "{" not in out


def test_a_second_run_reports_nothing_new(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path, town(15))
    run("ndw", file)
    _, out, _ = run("ndw", file, "--json")
    summary = json.loads(out)
    assert (summary["added"], summary["updated"], summary["unchanged"]) == (0, 0, 15)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"[{", "is cut off"),
        (b"<html>", "is not the JSON"),
        (b'[{"a": 1}]', "holds neither locations nor tariffs"),
        (b'[{"evses": 1}]', "Nothing usable: all 1 records were rejected (no_id 1)"),
    ],
)
def test_nothing_usable_is_one_sentence_and_exit_code_1(
    run: Run, tmp_path: Path, data: bytes, sentence: str
) -> None:
    file = tmp_path / "given.json"
    file.write_bytes(data)
    code, out, err = run("ndw", file, "--json")
    assert code == 1
    assert sentence in err
    assert err.count("\n") == 1
    assert out == ""


def test_a_live_feed_out_of_reach_is_exit_code_1(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chargesphere.providers.catalogues.ndw.live._ATTEMPTS", 1)
    code, out, err = run("ndw")
    assert code == 1
    assert "127.0.0.1 gave no usable answer" in err
    assert out == ""


def test_a_database_out_of_reach_is_exit_code_1(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    settings.cache_clear()
    code, _, err = run("ndw", write(tmp_path, town(1)))
    assert code == 1
    assert "The database does not answer" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "is not one of ndw"),
        (["demo"], "is not one of ndw"),
        ([], "Missing argument"),
        (["ndw", "/does/not/exist.json"], "does not exist"),
        (["ndw", "--unknown"], "No such option"),
        (["ndw", "--observed-at", "now"], "needs a FILE"),
    ],
)
def test_wrong_usage_is_exit_code_2(run: Run, url: str, arguments: list[str], said: str) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert said in err
    assert out == ""
    assert not Path(url.removeprefix("sqlite:///")).exists(), "nothing was touched"


def test_a_time_that_is_none_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    code, _, err = run("ndw", write(tmp_path, town(1)), "--observed-at", "yesterday")
    assert code == 2
    assert "'yesterday' is neither now nor a time" in err


@pytest.mark.parametrize(
    ("option", "observed", "replayed"),
    [
        ([], "2026-06-07 19:00:00.000000", 0),
        (["--observed-at", "2026-06-07T21:30:00+02:00"], "2026-06-07 19:30:00.000000", 1),
    ],
)
def test_how_fresh_the_statuses_are_is_what_the_file_or_the_option_says(
    run: Run, url: str, tmp_path: Path, option: list[str], observed: str, replayed: int
) -> None:
    assert run("ndw", write(tmp_path, town(3)), *option)[0] == 0
    engine = create_engine(url)
    with engine.connect() as connection:
        row = connection.execute(text("SELECT observed_at, replayed FROM feed")).one()
    engine.dispose()
    assert tuple(row) == (observed, replayed)

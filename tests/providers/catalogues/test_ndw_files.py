"""Files are recognised by content; damage of every kind ends in one clear sentence."""

import gzip
import json
from pathlib import Path

import pytest
from ndw_feed import catalogue, location, tariff, town, write

from chargesphere.database import Database
from chargesphere.errors import ImportFailedError
from chargesphere.providers.catalogues.port import Reject, SiteRecord, TariffRecord


def counted(*paths: Path, max_bytes: int = 50_000_000) -> tuple[int, int]:
    records = list(catalogue(max_bytes=max_bytes).read_files(paths).records)
    sites = sum(isinstance(r, SiteRecord) for r in records)
    return sites, sum(isinstance(r, TariffRecord) for r in records)


@pytest.mark.parametrize("packed", [True, False])
def test_files_are_recognised_in_any_order_packed_or_not(tmp_path: Path, packed: bool) -> None:
    places = write(tmp_path, town(3), packed=packed)
    prices = write(tmp_path, [tariff("A"), tariff("B")], packed=not packed)
    assert counted(places, prices) == (3, 2)
    assert counted(prices, places) == (3, 2)


def test_only_a_locations_file_is_the_whole_feed(tmp_path: Path) -> None:
    places, prices = write(tmp_path, town(1)), write(tmp_path, [tariff()])
    assert catalogue().read_files([places]).complete
    assert catalogue().read_files([prices, places]).complete
    assert not catalogue().read_files([prices]).complete


def test_a_record_of_the_other_kind_is_refused_not_fatal(tmp_path: Path) -> None:
    path = write(tmp_path, [location("A"), tariff("T"), 7, location("B")])
    records = list(catalogue().read_files([path]).records)
    assert [type(r) for r in records] == [SiteRecord, Reject, Reject, SiteRecord]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty."),
        (b"   \n", "is cut off"),
        (b"[]", "holds neither locations nor tariffs"),
        (b"{}", "holds neither locations nor tariffs"),
        (b"[1, 2]", "holds neither locations nor tariffs"),
        (b'[{"id": 1}]', "holds neither locations nor tariffs"),
        (b'{"evses": []}', "holds neither locations nor tariffs"),
        (b"<html><body>Bad gateway</body></html>", "is not the JSON"),
        (b"id,name\n1,a\n", "is not the JSON"),
        (b"\xff\xfe\x00\x01", "is not the JSON"),
        (b"PK\x03\x04 a zip file", "is not the JSON"),
        (b"\x1f\x8bnonsense", "is damaged"),
        (gzip.compress(b"", mtime=0), "is cut off"),
        (gzip.compress(b"[]", mtime=0), "holds neither"),
        (b"[" * 100_000, "is nested too deep"),
        (b'{"a":' * 100_000, "is nested too deep"),
        (gzip.compress(b'[{"evses":' + b"[" * 50_000, mtime=0), "is nested too deep"),
    ],
)
def test_what_is_not_the_feed_is_said_in_one_sentence(
    tmp_path: Path, data: bytes, sentence: str
) -> None:
    path = tmp_path / "given.bin"
    path.write_bytes(data)
    with pytest.raises(ImportFailedError, match=f"^given.bin {sentence}") as failure:
        counted(path)
    assert "\n" not in str(failure.value)


def test_a_file_cut_off_anywhere_is_said_to_be(tmp_path: Path) -> None:
    for packed in (True, False):
        whole = write(tmp_path, town(200), packed=packed).read_bytes()
        for share in (0.2, 0.5, 0.9, 0.999):
            path = tmp_path / "cut"
            path.write_bytes(whole[: int(len(whole) * share)])
            with pytest.raises(ImportFailedError, match="cut is cut off"):
                counted(path)


def test_a_flipped_bit_in_a_packed_file_is_noticed(tmp_path: Path) -> None:
    whole = bytearray(write(tmp_path, town(200)).read_bytes())
    whole[len(whole) // 2] ^= 0x10
    path = tmp_path / "flipped"
    path.write_bytes(whole)
    with pytest.raises(ImportFailedError, match=r"^flipped is (damaged|not the JSON|cut off)"):
        counted(path)


def test_a_gzip_bomb_ends_at_the_limit(tmp_path: Path) -> None:
    bomb = json.dumps([location("A")]).encode()[:-1] + b", " + b" " * 20_000_000 + b"{}]"
    path = tmp_path / "bomb"
    path.write_bytes(gzip.compress(bomb, 9, mtime=0))
    assert path.stat().st_size < 50_000
    with pytest.raises(ImportFailedError, match="bomb is larger than 1 MB unpacked"):
        counted(path, max_bytes=1_000_000)


def test_a_file_that_is_gone_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(ImportFailedError, match="gone cannot be read: No such file"):
        counted(tmp_path / "gone")
    with pytest.raises(ImportFailedError, match="cannot be read: Is a directory"):
        counted(tmp_path)


async def test_the_source_is_never_asked_inside_a_transaction(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path, town(1))
    async with database.transaction():
        with pytest.raises(RuntimeError, match="inside a database transaction"):
            catalogue().read_files([path])
        with pytest.raises(RuntimeError, match="inside a database transaction"):
            await catalogue().fetch(etag=None, last_modified=None)


def test_a_number_too_large_for_the_quick_parser_costs_one_record_at_most(tmp_path: Path) -> None:
    places = [*town(40), location("H")]
    places[20] = {**location("Z"), "id": 10**30}
    path = tmp_path / "huge"
    path.write_text(json.dumps(places))
    read = list(catalogue().read_files([path]).records)
    assert len(read) == len(places)
    assert sum(isinstance(record, SiteRecord) for record in read) >= len(places) - 1

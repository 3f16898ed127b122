"""Towns found by what people type, without the internet."""

import asyncio
from pathlib import Path

import pytest

from chargesphere.core.geo import Point, distance_m
from chargesphere.providers.geocoding.offline import OfflineGeocoder
from chargesphere.providers.geocoding.port import Geocoder

PARIS_TEXAS = Point(33.66, -95.55)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("places")


@pytest.fixture(scope="module")
def geocoder(folder: Path) -> OfflineGeocoder:
    made = OfflineGeocoder(folder)
    asyncio.run(made.prepare())
    return made


async def first(geocoder: OfflineGeocoder, text: str, near: Point | None = None) -> tuple[str, str]:
    places = await geocoder.suggest(text, near, 5)
    return (places[0].name, places[0].detail) if places else ("", "")


@pytest.mark.parametrize(
    ("text", "name", "detail"),
    [
        ("amster", "Amsterdam", "The Netherlands"),
        ("AMSTERDAM", "Amsterdam", "The Netherlands"),
        ("den haag", "The Hague", "The Netherlands"),
        ("'s-Gravenhage", "The Hague", "The Netherlands"),
        ("koln", "Köln", "Germany"),
        ("Köln", "Köln", "Germany"),
        ("koeln", "Köln", "Germany"),
        ("keulen", "Köln", "Germany"),
        ("münchen", "Munich", "Germany"),
        ("sao paulo", "São Paulo", "Brazil"),
        ("lodz", "Łódź", "Poland"),
        ("москва", "Moscow", "Russia"),
        ("東京", "Tokyo", "Japan"),
        ("xian", "Xi’an", "China"),
        ("york new", "New York City", "New York, United States"),
        ("newyork", "New York City", "New York, United States"),
        ("nyc", "New York City", "New York, United States"),
        ("san fran", "San Francisco", "California, United States"),
        ("paris", "Paris", "France"),
        ("paris texas", "Paris", "Texas, United States"),
        ("paris tx", "Paris", "Texas, United States"),
        ("breda nl", "Breda", "The Netherlands"),
        ("birmingham uk", "Birmingham", "United Kingdom"),
        ("leiden nonsense", "Leiden", "The Netherlands"),
        ("zzzzq", "", ""),
        ("  ", "", ""),
    ],
)
async def test_a_town_is_found(
    geocoder: OfflineGeocoder, text: str, name: str, detail: str
) -> None:
    assert await first(geocoder, text) == (name, detail)


async def test_the_town_next_door_comes_first(geocoder: OfflineGeocoder) -> None:
    assert await first(geocoder, "paris", PARIS_TEXAS) == ("Paris", "Texas, United States")


async def test_a_place_says_where_it_is_and_how_far_it_reaches(geocoder: OfflineGeocoder) -> None:
    (place, *_) = await geocoder.suggest("leiden", None, 1)
    assert place.id == "gn-2751773"
    assert place.population > 100_000
    assert place.box is not None
    assert place.box.contains(Point(place.lat, place.lon))
    assert 0.05 < place.box.north - place.box.south < 0.2


async def test_no_more_places_than_asked_for(geocoder: OfflineGeocoder) -> None:
    assert len(await geocoder.suggest("a", None, 3)) == 3


@pytest.mark.parametrize(
    "point",
    [Point(52.16, 4.49), Point(-17.7, 179.9), Point(-17.7, -179.9), Point(-60, 0), Point(89, 10)],
)
def test_the_nearest_town_is_the_nearest_of_all(geocoder: OfflineGeocoder, point: Point) -> None:
    found = geocoder.nearest_place(point)
    towns = geocoder._opened()._towns
    away_m = min(
        distance_m(point, Point(lat, lon))
        for lat, lon in zip(towns.lat.tolist(), towns.lon.tolist(), strict=True)
    )
    assert distance_m(point, Point(found.lat, found.lon)) == pytest.approx(away_m, abs=5)


def test_the_kept_index_opens_and_answers_the_same(geocoder: OfflineGeocoder, folder: Path) -> None:
    opened = OfflineGeocoder(folder)
    asyncio.run(opened.prepare())
    point = Point(35.0, 135.0)
    assert opened.nearest_place(point) == geocoder.nearest_place(point)


def test_a_damaged_folder_is_made_anew(tmp_path: Path, geocoder: OfflineGeocoder) -> None:
    damaged = tmp_path / next(iter(geocoder_folders(geocoder))).name
    damaged.mkdir()
    (damaged / "letters.npy").write_bytes(b"nonsense")
    here = Point(35.0, 135.0)
    assert OfflineGeocoder(tmp_path).nearest_place(here) == geocoder.nearest_place(here)
    assert len(list(damaged.iterdir())) > 5
    assert [folder.name for folder in tmp_path.iterdir()] == [damaged.name]


def geocoder_folders(geocoder: OfflineGeocoder) -> list[Path]:
    assert geocoder._folder is not None
    return list(geocoder._folder.glob("places-*"))


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert OfflineGeocoder(tmp_path / "file").nearest_place(Point(52.16, 4.49)).name == "Leiden"


def test_every_beginning_of_a_word_is_answered(geocoder: OfflineGeocoder) -> None:
    gazetteer = geocoder._opened()
    for text in ("a", "s", "am", "ber", "new y", "saint", "los ang", "the hague", "москва"):
        for near in (None, PARIS_TEXAS):
            assert gazetteer.suggest(text, near, 8)


def test_it_is_a_geocoder(geocoder: OfflineGeocoder) -> None:
    port: Geocoder = geocoder
    assert port.capabilities.autocomplete
    assert not port.capabilities.needs_key
    assert "GeoNames" in port.licence.attribution

"""Numbers, times and filters read as a driver would say them."""

from datetime import UTC, datetime, timedelta

import pytest

from chargesphere.features.discovery.rules import Filters
from chargesphere.screens import words

NOW = datetime(2026, 6, 7, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("metres", "units", "said"),
    [
        (None, "km", ""),
        (3.0, "km", "10 m"),
        (449.0, "km", "450 m"),
        (1204.0, "km", "1.2 km"),
        (23_456.0, "km", "23 km"),
        (1_234_567.0, "km", "1,235 km"),
        (100.0, "mi", "330 ft"),
        (1609.344, "mi", "1.0 mi"),
        (40_000.0, "mi", "25 mi"),
    ],
)
def test_distance(metres: float | None, units: str, said: str) -> None:
    assert words.distance(metres, units) == said


@pytest.mark.parametrize(
    ("kw", "said"),
    [(None, ""), (3.7, "3.7 kW"), (7.0, "7 kW"), (11.04, "11 kW"), (350.0, "350 kW")],
)
def test_power(kw: float | None, said: str) -> None:
    assert words.power(kw) == said


@pytest.mark.parametrize(
    ("free", "points", "said", "tone"),
    [
        (2, 4, "2 of 4 free", "some"),
        (4, 4, "All 4 free", "free"),
        (0, 4, "All 4 in use", "busy"),
        (1, 1, "Free", "free"),
        (0, 1, "In use", "busy"),
        (None, 1, "1 plug, status not known", "unknown"),
        (0, 0, "Not in service", "broken"),
    ],
)
def test_availability(free: int | None, points: int, said: str, tone: str) -> None:
    assert words.availability(free, points) == said
    assert words.tone(free, points) == tone


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=3), "seen just now"),
        (timedelta(seconds=40), "seen 40 s ago"),
        (timedelta(minutes=14), "seen 14 min ago"),
        (timedelta(hours=5), "seen 5 h ago"),
        (timedelta(days=3), "last seen 4 June"),
        (timedelta(days=400), "last seen 3 May 2025"),
    ],
)
def test_age(ago: timedelta, said: str) -> None:
    assert words.age(NOW - ago, NOW) == said


def test_since_is_said_in_the_stations_own_time() -> None:
    began = datetime(2026, 6, 7, 12, 2, tzinfo=UTC)
    assert words.since(began, "Europe/Amsterdam", NOW) == "since 14:02"
    assert (
        words.since(began - timedelta(days=1), "Europe/Amsterdam", NOW) == "since yesterday 14:02"
    )
    assert words.since(began - timedelta(days=30), "Europe/Amsterdam", NOW) == "since 8 May"
    # Half past eleven in the evening here is already tomorrow there.
    late = datetime(2026, 6, 7, 17, 30, tzinfo=UTC)
    assert words.since(late, "Asia/Tokyo", NOW) == "since 02:30"


def test_a_status_from_the_future_says_nothing() -> None:
    assert words.since(NOW + timedelta(hours=1), "UTC", NOW) == ""


def test_an_unknown_time_zone_falls_back_to_utc() -> None:
    assert str(words.zone_of("Nowhere/Atall")) == "UTC"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, ""),
        ({"connector": "ccs2"}, "CCS"),
        ({"connector": "ccs2,type2"}, "CCS or Type 2"),
        ({"connector": "ccs2", "min_kw": "50"}, "CCS and 50 kW or more, all on one plug"),
        ({"min_kw": "50", "max_kw": "150"}, "50 to 150 kW"),
        (
            {"connector": "ccs2", "available": "true", "min_points": "2", "open": "now"},
            "CCS and free now, all on one plug; and at least 2 such plugs; and known to be open now",
        ),
        ({"network": "fastned", "exclude_network": "x"}, "by Fastned; and not by x"),
        ({"no_fee": "true"}, "published as free of charge"),
    ],
)
def test_filters_say_how_they_combine(query: dict[str, str], said: str) -> None:
    assert words.filters(Filters.parse(query), {"fastned": "Fastned"}) == said


def test_every_word_of_the_vocabulary_can_be_said() -> None:
    for table, kind in (
        (words.PLUGS, words.ConnectorType),
        (words.STATUSES, words.Status),
        (words.STATUS_TONES, words.Status),
        (words.PAYMENTS, words.Payment),
        (words.PARKING, words.Parking),
        (words.AMENITIES, words.Amenity),
        (words.ACCESS, words.Access),
    ):
        assert set(table) == set(kind)

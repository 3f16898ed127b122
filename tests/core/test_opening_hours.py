"""Opening hours are local, weekly, and sometimes not known."""

from datetime import UTC, datetime

import pytest

from chargesphere.core.opening_hours import (
    Week,
    days_in_words,
    is_open,
    next_change,
    week_in_words,
)

OFFICE = Week(periods=tuple((day, 7 * 60, 22 * 60) for day in range(5)))
NIGHT = Week(periods=((4, 22 * 60, 26 * 60), (6, 23 * 60, 25 * 60)))
AMSTERDAM = "Europe/Amsterdam"


def utc(day: int, hour: int, minute: int = 0, month: int = 6) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zone", "now", "expected"),
    [
        (None, AMSTERDAM, utc(8, 12), None),
        (Week(), AMSTERDAM, utc(8, 12), None),
        (Week(always=True), "", utc(8, 3), True),
        (OFFICE, AMSTERDAM, utc(8, 5), True),  # Monday 07:00 in Amsterdam.
        (OFFICE, AMSTERDAM, utc(8, 4, 59), False),
        (OFFICE, AMSTERDAM, utc(8, 19, 59), True),
        (OFFICE, AMSTERDAM, utc(8, 20), False),  # 22:00: closing time is closed.
        (OFFICE, AMSTERDAM, utc(7, 12), False),  # A Sunday.
        (OFFICE, "America/Los_Angeles", utc(9, 4, 30), True),  # Still Monday evening there.
        (OFFICE, AMSTERDAM, utc(12, 6, month=1), True),  # Winter: one hour from UTC.
        (OFFICE, AMSTERDAM, utc(12, 5, 30, month=1), False),
        (NIGHT, "UTC", utc(6, 1, 59), True),  # Friday's night, on Saturday.
        (NIGHT, "UTC", utc(6, 2), False),
        (NIGHT, "UTC", utc(8, 0, 30), True),  # Sunday's night, in the next week.
        (OFFICE, "Nowhere/Land", utc(8, 12), None),
        (OFFICE, "", utc(8, 12), None),
        (OFFICE, "../etc", utc(8, 12), None),
    ],
)
def test_it_is_open_in_its_own_time_zone(
    hours: Week | None, zone: str, now: datetime, expected: bool | None
) -> None:
    assert is_open(hours, zone, now) is expected


def test_the_next_change_is_told_in_local_time() -> None:
    closes = next_change(OFFICE, AMSTERDAM, utc(8, 12))
    opens = next_change(OFFICE, AMSTERDAM, utc(7, 12))
    assert closes is not None
    assert opens is not None
    assert closes.isoformat() == "2026-06-08T22:00:00+02:00"
    assert opens.isoformat() == "2026-06-08T07:00:00+02:00"
    assert next_change(Week(always=True), AMSTERDAM, utc(8, 12)) is None
    assert next_change(None, AMSTERDAM, utc(8, 12)) is None


def test_periods_that_touch_are_no_change() -> None:
    seamless = Week(periods=((0, 0, 720), (0, 720, 1440)))
    change = next_change(seamless, "UTC", utc(8, 6))
    assert change is not None
    assert change.isoformat() == "2026-06-09T00:00:00+00:00"
    all_week = Week(periods=tuple((day, 0, 1440) for day in range(7)))
    assert next_change(all_week, "UTC", utc(8, 6)) is None


def test_the_week_reads_like_a_sign_on_the_door() -> None:
    shop = Week(
        periods=(
            *((day, 420, 1320) for day in range(5)),
            (5, 840, 1080),
            (5, 540, 780),
        )
    )
    assert week_in_words(shop) == (
        ("Monday to Friday", "07:00 to 22:00"),
        ("Saturday", "09:00 to 13:00, 14:00 to 18:00"),
        ("Sunday", "closed"),
    )
    assert week_in_words(Week(always=True)) == (("Every day", "open around the clock"),)
    assert week_in_words(Week()) == ()
    assert week_in_words(None) == ()
    late = Week(periods=tuple((day, 1080, 1560) for day in range(7)))
    assert week_in_words(late) == (("Every day", "18:00 to 02:00"),)
    full = Week(periods=tuple((day, 0, 1440) for day in range(7)))
    assert week_in_words(full) == (("Every day", "all day"),)


def test_days_are_named_together() -> None:
    assert days_in_words([5, 6]) == "Saturday and Sunday"
    assert days_in_words([0, 2, 4]) == "Monday, Wednesday and Friday"
    assert days_in_words([3]) == "Thursday"
    assert days_in_words(range(7)) == "Every day"


def test_the_catalogue_form_reads_back() -> None:
    assert Week.from_json(None) is None
    read = Week.from_json({"always": False, "periods": [[0, 420, 1320]], "text": "weekdays"})
    assert read == Week(False, ((0, 420, 1320),), "weekdays")

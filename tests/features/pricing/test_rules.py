"""Price lists as published, in words a driver understands."""

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargesphere.features.pricing.rules import describe, headline, in_words, is_no_fee

NOW = datetime(2026, 6, 7, 19, tzinfo=UTC)
ZONE = "Europe/Amsterdam"
EVERY_DAY = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]


def element(when: dict[str, Any] | None = None, **prices: float) -> dict[str, Any]:
    """An element: ``energy=0.4`` and its like, under conditions, with 21 % VAT."""
    components = [
        {"type": name.upper(), "price": price, "vat": 21, "step_size": 1}
        for name, price in prices.items()
    ]
    return {"price_components": components, "restrictions": when or {}}


def without_vat(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    for each in elements:
        for component in each["price_components"]:
            component["vat"] = None
    return list(elements)


def words(*elements: dict[str, Any], now: datetime = NOW, **more: Any) -> tuple[str, ...]:
    return in_words(describe({"elements": list(elements), **more}, "EUR", ZONE, now))


def test_prices_are_said_with_vat() -> None:
    assert words(element(energy=0.43)) == ("€ 0.52 per kWh", "VAT included")
    assert words(element(energy=0.7025)) == ("€ 0.85 per kWh", "VAT included")
    assert words(*without_vat(element(energy=0.4))) == ("€ 0.40 per kWh", "VAT not stated")
    zero_rated = {"price_components": [{"type": "ENERGY", "price": 0.4, "vat": 0}]}
    assert words(zero_rated) == ("€ 0.40 per kWh", "VAT included")


def test_what_costs_nothing_is_not_mentioned() -> None:
    lines = words(*without_vat(element(flat=0, time=0, energy=0.42)))
    assert lines == ("€ 0.42 per kWh", "VAT not stated")


def test_session_and_time_are_said_too() -> None:
    lines = words(*without_vat(element(energy=0.49, flat=0.5, time=6)))
    assert lines == (
        "€ 0.49 per kWh",
        "€ 0.10 per minute",
        "€ 0.50 per session",
        "VAT not stated",
    )


@pytest.mark.parametrize(
    ("hourly", "said"),
    [
        (6, "€ 0.10 per minute"),
        (15.03, "€ 0.25 per minute"),
        (2.999, "€ 0.05 per minute"),
        (0.6, "€ 0.60 per hour"),
        (4.956, "€ 4.96 per hour"),
        (0.003, "€ 0.0030 per hour"),
        (360, "€ 6.00 per minute (as published; it looks wrong)"),
    ],
)
def test_time_is_said_by_the_minute_where_that_is_a_round_price(hourly: float, said: str) -> None:
    assert words(*without_vat(element(time=hourly)))[0] == said


def test_a_fee_for_staying_says_when_it_begins() -> None:
    stays = element({"min_duration": 2700}, parking_time=12.4)
    assert words(element(energy=0.5), stays)[1] == (
        "€ 0.25 per minute when no longer charging after 45 min"
    )
    both = element({"min_duration": 18_000}, parking_time=2.479, time=2.479)
    assert words(both, element(energy=0.511)) == (
        "€ 0.62 per kWh",
        "€ 0.05 per minute plugged in after 5 h",
        "VAT included",
    )
    spared = element({"max_duration": 1800}, parking_time=0)
    after = element({"min_duration": 1800}, parking_time=6)
    assert words(*without_vat(element(energy=0.4), spared, after))[1:] == (
        "€ 0.10 per minute when no longer charging after 30 min",
        "VAT not stated",
    )


def test_times_of_day_and_other_times() -> None:
    peak = element({"start_time": "16:00", "end_time": "22:00"}, energy=0.5)
    lines = words(*without_vat(peak, element(energy=0.4)))
    assert lines[:2] == ("16:00 to 22:00: € 0.50 per kWh", "Other times: € 0.40 per kWh")
    workdays = element(
        {"start_time": "07:30", "end_time": "17:00", "day_of_week": EVERY_DAY[:5]}, energy=0.5
    )
    assert words(*without_vat(workdays, element(energy=0.4)))[0] == (
        "Monday to Friday, 07:30 to 17:00: € 0.50 per kWh"
    )
    paid = element({"start_time": "08:00", "end_time": "22:00"}, time=0.3, energy=0.4)
    assert words(*without_vat(paid, element(time=0, energy=0.4))) == (
        "€ 0.40 per kWh",
        "08:00 to 22:00: € 0.30 per hour",
        "VAT not stated",
    )
    spared = element({"start_time": "22:00", "end_time": "08:00"}, parking_time=0)
    lines = words(*without_vat(element(energy=0.4), spared, element(parking_time=6)))
    assert lines[1:3] == (
        "22:00 to 08:00: no charge per hour when no longer charging",
        "Other times: € 0.10 per minute when no longer charging",
    )


def test_neighbouring_hours_at_one_price_are_one() -> None:
    hours = [("00:00", "04:00", 0.36), ("04:00", "08:00", 0.36), ("08:00", "23:00", 0.65),
             ("23:00", "00:00", 0.36)]  # fmt: skip
    windows = [
        element({"start_time": a, "end_time": b, "day_of_week": EVERY_DAY}, energy=price)
        for a, b, price in hours
    ]
    # The last element is never reached: the windows cover the day.
    assert words(*without_vat(*windows, element(energy=0.57))) == (
        "08:00 to 23:00: € 0.65 per kWh",
        "23:00 to 08:00: € 0.36 per kWh",
        "VAT not stated",
    )


@pytest.mark.parametrize("end", ["23:59", "24:00", "00:00"])
def test_a_whole_day_is_no_condition(end: str) -> None:
    always = {"start_time": "00:00", "end_time": end, "day_of_week": EVERY_DAY,
              "min_duration": 0, "max_duration": 86_400, "min_kwh": 0, "min_power": 0}  # fmt: skip
    assert words(element(always, energy=0.5))[0] == "€ 0.61 per kWh"


def test_limits_of_power_and_energy_are_said() -> None:
    assert words(element({"max_power": 150}, energy=0.5))[0] == "€ 0.61 per kWh up to 150 kW"
    assert words(element({"min_kwh": 50}, energy=0.5))[0] == "€ 0.61 per kWh above 50 kWh"
    twice = element({"min_duration": 600, "max_duration": 5700}, time=6)
    assert words(*without_vat(twice))[0] == "€ 0.10 per minute after 10 min until 1 h 35 min"
    booked = element({"reservation": "RESERVATION"}, time=6)
    assert words(*without_vat(booked))[0] == "For a reservation: € 0.10 per minute"


def test_several_prices_for_the_same_moment_are_a_range() -> None:
    same = {"price_components": [{"type": "ENERGY", "price": p} for p in (0.4, 0.62, 0.5)]}
    assert words(same)[0] == "€ 0.40 to 0.62 per kWh"
    assert words(*without_vat(element(energy=0.401), element(energy=0.402)))[0] == "€ 0.40 per kWh"


def _quarter_hours(day: str) -> list[dict[str, Any]]:
    return without_vat(
        *(
            element(
                {
                    "start_time": f"{q // 4:02d}:{q % 4 * 15:02d}",
                    "end_time": f"{(q + 1) // 4 % 24:02d}:{(q + 1) % 4 * 15:02d}",
                    "start_date": day,
                    "end_date": day,
                },
                energy=0.49 + (q * 7 % 23) / 100,
            )
            for q in range(96)
        )
    )


def test_a_price_that_changes_all_day_is_summed_up() -> None:
    today, tomorrow = _quarter_hours("2026-06-07"), _quarter_hours("2026-06-08")
    for price in tomorrow:
        price["price_components"][0]["price"] = 9
    assert words(*today, *tomorrow) == (
        "€ 0.49 to 0.71 per kWh, changes during the day",
        "VAT not stated",
    )
    with_rest = words(*today, *without_vat(element(energy=0.7, flat=1)))
    assert with_rest[0] == "€ 0.49 to 0.71 per kWh, changes during the day"
    assert "€ 1.00 per session" in with_rest


def test_an_old_day_is_named_and_a_coming_one_too() -> None:
    assert words(*_quarter_hours("2025-12-22"))[0] == (
        "€ 0.49 to 0.71 per kWh, changes during the day, as published for 22 December 2025"
    )
    coming = element({"start_date": "2026-07-01"}, energy=0.5)
    assert words(coming)[0] == "From 1 July 2026: € 0.61 per kWh"
    assert words(coming, element({"end_date": "2026-06-30"}, energy=0.4))[0] == "€ 0.48 per kWh"
    # It is already the 8th in Amsterdam.
    late = datetime(2026, 6, 7, 22, 30, tzinfo=UTC)
    ends = element({"end_date": "2026-06-07"}, energy=0.4)
    assert words(ends, element(energy=0.5), now=late)[0] == "€ 0.61 per kWh"


def test_a_lone_flat_zero_is_no_published_price() -> None:
    assert words(element(flat=0)) == ("Price not published",)
    assert words() == ("Price not published",)
    assert not is_no_fee({"elements": [element(flat=0)]})
    assert not is_no_fee({"elements": []})
    assert not is_no_fee({})


def test_published_as_costing_nothing() -> None:
    for free in ([element(energy=0)], [element(flat=0, time=0, energy=0)]):
        assert is_no_fee({"elements": free})
        assert words(*free) == ("Free of charge",)
    assert not is_no_fee({"elements": [element(energy=0, time=1)]})
    assert words(*without_vat(element(energy=0, time=6)))[:2] == (
        "No charge per kWh",
        "€ 0.10 per minute",
    )


def test_the_ends_of_a_list() -> None:
    ended = words(element(energy=0.4), end_date_time="2026-06-01T00:00:00Z")
    assert ended == ("Price not published",)
    limited = words(
        element(energy=0.4),
        min_price={"excl_vat": 1, "incl_vat": 1.21},
        max_price={"excl_vat": 20},
    )
    assert limited[1:3] == ("At least € 1.21 per session", "At most € 20.00 per session")
    told = [{"language": "nl", "text": "Zie bord"}, {"language": "en", "text": "See  sign"}]
    assert words(tariff_alt_text=told) == ("See sign",)


def test_other_currencies() -> None:
    content = {"elements": without_vat(element(energy=30, flat=100))}
    assert in_words(describe(content, "JPY", "Asia/Tokyo", NOW))[:2] == (
        "JPY 30 per kWh",
        "JPY 100 per session",
    )
    assert in_words(describe(content, "GBP", "Europe/London", NOW))[0] == "£ 30.00 per kWh"


def test_a_station_in_one_line() -> None:
    def listed(*elements: dict[str, Any]) -> Any:
        return describe({"elements": list(elements)}, "EUR", ZONE, NOW)

    cheap, dear = listed(element(energy=0.4)), listed(element(energy=0.5, flat=1))
    assert headline([cheap]) == "€ 0.48 per kWh"
    assert headline([cheap, dear]) == "€ 0.48 to 0.61 per kWh plus fees"
    assert headline([listed(element(energy=0))]) == "Free of charge"
    assert headline([listed(element(flat=0)), cheap]) == "€ 0.48 per kWh"
    assert headline([listed(element(flat=0))]) == ""
    assert headline([]) == ""
    assert headline([listed(element(flat=2))]) == "€ 2.42 per session"


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "elements",
                    "price_components",
                    "restrictions",
                    "type",
                    "price",
                    "vat",
                    "start_time",
                    "day_of_week",
                    "min_duration",
                    "tariff_alt_text",
                    "text",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["elements", "min_price", "end_date_time"]), _anything))
def test_nothing_that_is_published_breaks_it(content: dict[str, Any]) -> None:
    described = describe(content, "EUR", ZONE, NOW)
    assert in_words(described)
    assert all(part.low <= part.high for part in described.parts)
    is_no_fee(content)


@pytest.mark.realdata
def test_every_tariff_of_the_national_feed_is_described(real_data: Path) -> None:
    with gzip.open(real_data / "ndw" / "charging_point_tariffs_ocpi.json.gz") as feed:
        tariffs = json.load(feed)
    unpublished = free = 0
    for tariff in tariffs:
        described = describe(tariff, tariff["currency"], ZONE, NOW)
        lines = in_words(described)
        unpublished += not described.published
        free += described.no_fee
        assert described.no_fee == is_no_fee(tariff)
        assert 1 <= len(lines) <= 8, (tariff["id"], lines)
        assert all(len(line) < 120 for line in lines), lines
        if described.published and not described.no_fee:
            assert described.parts, tariff["id"]
            assert all(part.high < Decimal(20) for part in described.parts)
    assert len(tariffs) > 10_000
    assert (unpublished, free) == (33, 2)

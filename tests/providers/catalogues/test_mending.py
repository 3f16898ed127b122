"""Each rule that mends what feeds get wrong, as a table of what is published and what we say."""

import pytest

from chargesphere.core.geo import Point
from chargesphere.core.vocabulary import Current
from chargesphere.providers.catalogues import mending
from chargesphere.providers.catalogues.mending import Place, PlaceRefusedError, Power

AC1, AC3, DC = Current.AC_1_PHASE, Current.AC_3_PHASE, Current.DC


@pytest.mark.parametrize(
    ("current", "volts", "amps", "kw"),
    [
        (AC3, 230, 16, 11.04),  # Voltage of one phase: three times.
        (AC3, 220, 32, 21.12),
        (AC3, 260, 32, 24.96),
        (AC3, 400, 16, 11.09),  # Between two phases: root of three.
        (AC3, 400, 32, 22.17),
        (AC3, 480, 32, 26.6),
        (AC1, 230, 32, 7.36),
        (AC1, 230, 10, 2.3),
        (DC, 500, 300, 150.0),
        (DC, 1000, 500, 500.0),
    ],
)
def test_missing_power_is_derived_from_volts_amps_and_phases(
    current: Current, volts: float, amps: float, kw: float
) -> None:
    for missing in (None, 0, -1):
        power = mending.electric_power(current, missing, volts, amps)
        assert power == Power(kw, derived=True, note="missing_power_derived")


@pytest.mark.parametrize(("volts", "amps"), [(None, 16), (230, None), (0, 16), (230, 0), (-1, 5)])
def test_without_volts_or_amps_missing_power_stays_unknown(
    volts: float | None, amps: float | None
) -> None:
    assert mending.electric_power(AC3, None, volts, amps) == Power(None)


@pytest.mark.parametrize(
    ("current", "watts", "volts", "amps", "kw"),
    [
        (AC3, 7_360_000, 230, 32, 22.08),  # A thousand times too high.
        (AC3, 7_590_000, 230, 33, 22.77),
        (AC3, 111_000, 230, 32, 22.08),  # An AC post that claims 111 kW,
        (AC3, 350_000, 400, 32, 22.17),  # or 350 kW.
        (AC3, 75_600, 400, 63, 43.65),
        (AC1, 22_000, 230, 16, 3.68),
        (AC3, 43_000, 230, 16, 11.04),  # A plug like that exists, but not on these amps.
        (DC, 50_000_000, 500, 125, 62.5),
        (AC3, 11, 230, 16, 11.04),  # Kilowatts where watts belong.
    ],
)
def test_impossible_power_is_recomputed_and_marked(
    current: Current, watts: float, volts: float, amps: float, kw: float
) -> None:
    power = mending.electric_power(current, watts, volts, amps)
    assert power == Power(kw, derived=True, note="impossible_power_recomputed")


@pytest.mark.parametrize(
    ("watts", "volts", "amps"),
    [(120_000, 400, 100), (158_700, 230, 230), (7_360_000, None, 32), (float("nan"), None, None)],
)
def test_impossible_power_that_cannot_be_recomputed_is_unknown(
    watts: float, volts: float | None, amps: float | None
) -> None:
    power = mending.electric_power(AC3, watts, volts, amps)
    assert power == Power(None, note="impossible_power_dropped")


@pytest.mark.parametrize(
    ("current", "watts", "volts", "amps", "kw"),
    [
        (AC3, 11_000, 230, 32, 11.0),  # Limited below what the fuse would give: believed.
        (AC3, 7_360, 230, 32, 7.36),
        (AC3, 17_300, 230, 16, 17.3),  # A little above it: believed.
        (AC3, 44_160, 230, 64, 44.16),
        (DC, 150_000, 500, 300, 150.0),
        (DC, 150_000, 464, 400, 150.0),
        (DC, 400_000, None, None, 400.0),
        (Current.UNKNOWN, 22_000, 230, 32, 22.0),
    ],
)
def test_possible_power_stays_as_published(
    current: Current, watts: float, volts: float | None, amps: float | None, kw: float
) -> None:
    assert mending.electric_power(current, watts, volts, amps) == Power(kw)


def test_coordinates_in_the_country_stay() -> None:
    assert mending.place(52.1, 5.1, "NL") == Place(Point(52.1, 5.1))
    assert mending.place(12.15, -68.27, "") == Place(Point(12.15, -68.27))


@pytest.mark.parametrize(("lat", "lon"), [(5.1, 52.1), (6.99, 53.2)])
def test_swapped_coordinates_are_swapped_back(lat: float, lon: float) -> None:
    assert mending.place(lat, lon, "NL") == Place(Point(lon, lat), "swapped_coordinates")


@pytest.mark.parametrize(
    ("lat", "lon", "country", "reason"),
    [
        (0.0, 0.0, "NL", "null_island"),
        (0.0, 0.0, "", "null_island"),
        (-0.00001, 0.00002, "NL", "null_island"),
        (40.7, -74.0, "NL", "outside_country"),  # Another continent.
        (52.1, -5.1, "NL", "outside_country"),  # A lost sign is not guessed back.
        (48.85, 2.35, "NL", "outside_country"),
        (520.1, 5.1, "NL", "coordinates_out_of_range"),
        (52.1, 181.0, "", "coordinates_out_of_range"),
        (91.0, 5.0, "", "coordinates_out_of_range"),
        (float("nan"), 5.0, "NL", "coordinates_out_of_range"),
        (float("inf"), 5.0, "", "coordinates_out_of_range"),
    ],
)
def test_impossible_places_are_refused_by_name(
    lat: float, lon: float, country: str, reason: str
) -> None:
    with pytest.raises(PlaceRefusedError, match=f"^{reason}$"):
        mending.place(lat, lon, country)


def test_border_places_are_not_refused() -> None:
    for lat, lon in ((50.76, 6.02), (53.48, 6.16), (51.22, 3.37), (52.22, 7.2)):
        assert mending.place(lat, lon, "NL").note is None


@pytest.mark.parametrize(
    ("published", "percent"), [(21, 21), (0.21, 21), (0.09, 9), (0, 0), (9, 9)]
)
def test_vat_is_in_percent_whether_published_as_21_or_as_a_fraction(
    published: float, percent: float
) -> None:
    assert mending.vat_percent(published) == percent


def _tariff(*components: dict[str, object]) -> dict[str, object]:
    return {"id": "T", "elements": [{"price_components": [one]} for one in components]}


def test_a_tariff_with_vat_as_a_fraction_gets_percent_and_a_note() -> None:
    tariff = _tariff({"type": "ENERGY", "price": 0.4, "vat": 0.21}, {"type": "TIME", "price": 0})
    mended = mending.mended_tariff(tariff)
    assert mended["elements"][0]["price_components"][0] == {
        "type": "ENERGY",
        "price": 0.4,
        "vat": 21.0,
    }
    assert mended["elements"][1] == tariff["elements"][1]  # type: ignore[index]  # Made above.
    assert mended["notes"] == ["vat_as_fraction"]
    assert "notes" not in tariff, "what was published is not changed in place"


@pytest.mark.parametrize(
    ("components", "notes"),
    [
        ([{"type": "FLAT", "price": 0.0}], ["zero_flat_price_not_published"]),
        ([{"type": "FLAT", "price": 0}, {"type": "ENERGY", "price": 0.4}], None),
        ([{"type": "FLAT", "price": 0}, {"type": "FLAT", "price": 0}], None),
        ([{"type": "ENERGY", "price": 0.0}], None),  # Says that energy costs nothing.
        ([{"type": "FLAT", "price": 0.35}], None),
        ([{"type": "PARKING_TIME", "price": 360.0}], ["implausible_time_price"]),
        ([{"type": "TIME", "price": 360.0}], ["implausible_time_price"]),
        ([{"type": "TIME", "price": 6.0}], None),
        ([{"type": "ENERGY", "price": 360.0}], None),
    ],
)
def test_prices_stay_as_published_with_a_note_where_they_cannot_be_meant(
    components: list[dict[str, object]], notes: list[str] | None
) -> None:
    tariff = _tariff(*components)
    mended = mending.mended_tariff(tariff)
    assert mended.get("notes") == notes
    assert mended["elements"] == tariff["elements"]

"""Which copy of a charge point counts, and what addresses say about sites."""

import pytest

from chargesphere.features.catalogue.rules import (
    AddressKey,
    address_key,
    addresses_differ,
    id_order,
    operator_id,
    time_zone,
)
from chargesphere.providers.catalogues.port import Address


def key(street: str, postcode: str = "") -> AddressKey:
    return address_key(Address(street=street, postcode=postcode))


@pytest.mark.parametrize(
    ("street", "expected"),
    [
        ("Prins Bernhardlaan 167-171", AddressKey("prinsbernhardlaan", "167-171", "")),
        ("prins bernhardlaan  167 - 171", AddressKey("prinsbernhardlaan", "167-171", "")),
        ("Rietkraag 1B", AddressKey("rietkraag", "1-b", "")),
        ("Rietkraag 1 b", AddressKey("rietkraag", "1-b", "")),
        ("12 Main Street", AddressKey("mainstreet", "12", "")),
        ("2e Hugo de Grootkade 5", AddressKey("2ehugodegrootkade", "5", "")),
        ("Rijksweg N33", AddressKey("rijkswegn33", "", "")),
        ("Côte d'Or 4", AddressKey("cotedor", "4", "")),
        ("", AddressKey("", "", "")),
        ("7", AddressKey("", "7", "")),
    ],
)
def test_addresses_are_compared_without_case_accents_and_spacing(
    street: str, expected: AddressKey
) -> None:
    assert key(street) == expected


@pytest.mark.parametrize(
    ("a", "b", "differ"),
    [
        (("Laan 1", "1234 AB"), ("laan 1", "1234AB"), False),
        (("Laan 1", "1234 AB"), ("Laan 2", "1234 AB"), True),
        (("Laan 6-430", "1234 AB"), ("Laan 6-431", "1234 AB"), True),  # Plots of one park.
        (("Laan 14a", ""), ("Laan 14b", ""), True),
        (("Laan 1", "1234 AB"), ("Laan", "1234 AB"), False),  # No number says nothing.
        (("Laan 1", ""), ("", ""), False),
        (("", ""), ("", ""), False),
        (("Laan 1", "1234 AB"), ("Lan 1", "1234 AB"), False),  # A misspelt street,
        (("Laan 1", "1234 AB"), ("Laan 1", "1234 XY"), False),  # or a mistyped postcode.
        (("Laan 1", "1234 AB"), ("Kade 1", "1234 XY"), True),
        (("Laan 1", ""), ("Kade 1", ""), True),
        (("Laan", "1234 AB"), ("Kade", ""), True),
        (("", "1234 AB"), ("", "1234 XY"), True),
    ],
)
def test_what_addresses_say_about_two_sites(
    a: tuple[str, str], b: tuple[str, str], differ: bool
) -> None:
    assert addresses_differ(key(*a), key(*b)) is differ
    assert addresses_differ(key(*b), key(*a)) is differ


def test_ids_are_ordered_as_numbers_where_they_are_numbers() -> None:
    assert sorted(["10", "9", "b", "a10", "a9", "٣"], key=id_order) == [
        "a10",
        "a9",
        "b",
        "٣",
        "9",
        "10",
    ]


def test_spellings_of_an_operator_share_an_id_and_no_name_is_without_one() -> None:
    assert operator_id("OPCHARGE") == operator_id("Opcharge") == "opcharge"
    assert operator_id("充電") != operator_id("电动")
    assert operator_id("充電") != ""


@pytest.mark.parametrize(
    ("lat", "lon", "zone"),
    [
        (52.37, 4.9, "Europe/Amsterdam"),
        (12.15, -68.27, "America/Kralendijk"),
        (-16.5, 179.99, "Pacific/Fiji"),
        (0.0, -150.0, "Etc/GMT+10"),  # At sea.
    ],
)
def test_time_zones_come_from_coordinates(lat: float, lon: float, zone: str) -> None:
    assert time_zone(lat, lon) == zone

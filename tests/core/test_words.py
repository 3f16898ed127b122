"""Words as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargesphere.core.words import LONGEST_WORD, fold, joined, names_words, readings, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ålesund", "alesund"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Łódź", "lodz"),
        ("Tromsø", "tromso"),
        ("İstanbul", "istanbul"),
        ("Æbeltoft", "aebeltoft"),
        ("Москва", "москва"),
        ("東京", "東京"),
        ("ﬁne", "fine"),
    ],
)
def test_accents_and_case_are_gone(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_are_what_stands_between_punctuation() -> None:
    assert words("St. John's, Water-Lane 12b") == ["st", "john", "s", "water", "lane", "12b"]
    assert words(" \t-- ") == []
    assert words("x" * 100) == ["x" * LONGEST_WORD]


def test_a_name_can_be_asked_for_with_and_without_its_apostrophe() -> None:
    assert names_words("Xi’an") == ["xi", "an", "xian"]
    assert names_words("Leiden") == ["leiden"]


def test_joined_ignores_where_a_code_is_parted() -> None:
    assert joined("1012 AB") == joined("1012ab") == "1012ab"
    assert joined("NL*FLN*E001*1") == "nlflne0011"


def test_readings_join_neighbours() -> None:
    assert readings("1012 AB") == (("1012", "ab"), ("1012ab",))
    assert readings("a b c") == (("a", "b", "c"), ("ab", "c"), ("a", "bc"), ("abc",))
    assert readings("!?") == ()


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_every_reading_has_the_same_letters_in_order(text: str) -> None:
    found = readings(text)
    whole = "".join(found[0]) if found else ""
    assert all("".join(way)[:LONGEST_WORD] == whole[:LONGEST_WORD] for way in found)

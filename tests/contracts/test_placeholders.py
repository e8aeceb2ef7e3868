"""Placeholders: what they stand for, and that the same one is the same value."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.record.placeholders import Bindings, check_placeholders

LEAP = date(2028, 1, 31)


@pytest.fixture
def bindings() -> Bindings:
    return Bindings(LEAP)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("<id>", "100001"),
        ("<key:1>", "100001-AB12"),
        ("<date:+1 month>", "2028-02-29"),
        ("<date:-20 days +1 month>", "2028-02-11"),
        ("<date:+1 year>", "2029-01-31"),
        ("<money>", "12.34"),
        ("<money>", "12.34 EUR"),
        ("<money>", "-3"),
        ("<text>", "two\nlines"),
        ("<any>", ""),
        ("<hex:4>", "0f9a"),
        ("func=<text>", "func=basket"),
        ("<b>bold</b>", "<b>bold</b>"),
    ],
)
def test_a_placeholder_stands_for(bindings: Bindings, expected: str, actual: str) -> None:
    assert bindings.mismatch(expected, actual) == ""


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("<id>", "abc"),
        ("<key:1>", "AB12-100001"),
        ("<date:+1 month>", "2028-03-02"),
        ("<money>", "12,34"),
        ("<text>", ""),
        ("<hex:4>", "0f9ab"),
        ("func=<text>", "func="),
        ("1", "01"),
    ],
)
def test_a_placeholder_does_not_stand_for(bindings: Bindings, expected: str, actual: str) -> None:
    assert bindings.mismatch(expected, actual) != ""


def test_the_same_label_is_the_same_value(bindings: Bindings) -> None:
    assert bindings.mismatch("<id:a>", "1") == ""
    assert bindings.mismatch("<id:a>", "1") == ""
    assert bindings.mismatch("<id:b>", "2") == ""
    assert bindings.mismatch("<id:a>", "2") == 'expected <id:a>, which was "1" before, found "2"'


def test_a_key_begins_with_the_id_of_its_label(bindings: Bindings) -> None:
    assert bindings.mismatch("<id:a>", "17") == ""
    assert bindings.mismatch("<key:a>", "18-AB") != ""
    assert bindings.mismatch("<key:a>", "17-AB") != "", "a key once seen is the key"


def test_a_wrong_relative_day_says_which_day_was_meant(bindings: Bindings) -> None:
    fault = bindings.mismatch("<date:+1 month>", "2028-03-01")
    assert fault == 'expected <date:+1 month>, which is 2028-02-29, found "2028-03-01"'


def test_a_bound_label_fills_a_request(bindings: Bindings) -> None:
    bindings.mismatch("<id:licence>", "100010")
    assert bindings.fill("<id:licence>, 5") == "100010, 5"
    assert bindings.fill("<date:+1 day>") == "2028-02-01"


def test_an_unbound_label_cannot_fill_a_request(bindings: Bindings) -> None:
    with pytest.raises(KeyError, match="<id:nobody>"):
        bindings.fill("<id:nobody>")


def test_a_made_up_key_begins_with_its_made_up_id(bindings: Bindings) -> None:
    number = bindings.fill("<id:a>", sample=True)
    assert bindings.fill("<key:a>", sample=True).startswith(f"{number}-")


@pytest.mark.parametrize("text", ["<idd:1>", "<date:+1 fortnight>", "<date:+1 month nonsense>"])
def test_a_misspelt_placeholder_is_told(text: str) -> None:
    assert check_placeholders(text).startswith(text)


@pytest.mark.parametrize("text", ["<b>name</b>", "a < b > c", "<id>", "<text:x>"])
def test_what_is_no_misspelt_placeholder_is_left_alone(text: str) -> None:
    assert check_placeholders(text) == ""

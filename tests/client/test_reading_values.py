"""Money, dates and numbers are read however they are written, and written as the wire has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reseller_client import Money
from reseller_client.transport.values import (
    read_autoprolong,
    read_date,
    read_flag,
    read_int,
    read_money,
    write_fields,
)

amounts = st.decimals(
    min_value=0, max_value=Decimal("999999999.9999"), places=4, allow_nan=False
) | st.integers(0, 10**9).map(Decimal)


@given(
    amount=amounts,
    mark=st.sampled_from([".", ","]),
    group=st.sampled_from(["", " ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "'"]),
    unit=st.sampled_from([("", ""), (" EUR", "EUR"), (" €", "EUR"), (" RUB / Month", "RUB"),
                          ("\N{NO-BREAK SPACE}руб.", "RUB"), (" $", "USD")]),
    sign=st.sampled_from(["", "-", "\N{MINUS SIGN}"]),
)  # fmt: skip
def test_a_sum_is_read_however_it_is_written(
    amount: Decimal, mark: str, group: str, unit: tuple[str, str], sign: str
) -> None:
    text = f"{amount:,}".replace(".", "|").replace(",", group).replace("|", mark)
    expected = -amount if sign else amount
    assert read_money(f"{sign}{text}{unit[0]}") == Money(expected, unit[1])


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1,234.56", "1234.56"), ("1.234,56", "1234.56"), ("1,234,567", "1234567"), ("€ 5", "5"),
     ("EUR 12.50", "12.50"), ("0.0000", "0.0000"), ("Total: 7,5 EUR.", "7.5")],
)  # fmt: skip
def test_separators_are_told_apart(text: str, amount: str) -> None:
    money = read_money(text, "EUR")
    assert money == Money(Decimal(amount), "EUR")


@given(text=st.text(max_size=40))
def test_any_text_is_a_sum_or_none(text: str) -> None:
    money = read_money(text)
    assert money is None or money.amount.is_finite()


@pytest.mark.parametrize("text", ["", "free", "1,2,3.4.5,6", "6.123.4", "1.2.3"])
def test_a_text_without_a_sum_is_none(text: str) -> None:
    assert read_money(text) is None


@given(day=st.dates())
def test_a_date_is_read_with_or_without_a_time(day: date) -> None:
    assert read_date(day.isoformat()) == read_date(f" {day.isoformat()} 12:00:00") == day


@pytest.mark.parametrize("text", ["", "Daily charges", "0000-00-00", "2026-02-30"])
def test_a_phrase_is_no_date(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize("text", ["off", "no", "NO", "0", "false", "null", "", " "])
def test_a_switch_is_on_only_where_the_text_says_so(text: str) -> None:
    assert not read_flag(text)


@pytest.mark.parametrize("text", ["on", "yes", "Yes", "1", "true", " on "])
def test_a_switch_that_is_on_may_be_written_in_several_ways(text: str) -> None:
    assert read_flag(text)


def test_small_values_are_read_and_written_as_the_wire_has_them() -> None:
    assert [read_int(text) for text in ("12", "-100", "", "x", "3.0000")] == [
        12,
        -100,
        None,
        None,
        3,
    ]
    assert [read_autoprolong(text) for text in ("null", "0", "", "12")] == [None, None, None, 12]
    assert [read_flag(text) for text in ("on", "off", "", "1")] == [True, False, False, True]
    assert write_fields({"a": True, "b": False, "c": None, "d": "", "e": date(2026, 1, 2)}) == {
        "a": "on", "b": "off", "d": "", "e": "2026-01-02",
    }  # fmt: skip

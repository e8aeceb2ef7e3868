from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from emulator.domain.money import exact, plain, reduced, rounded, with_currency

PRICES = st.decimals(0, 1_000_000, places=4)
PERCENT = st.integers(0, 100)


def cents(amount: Fraction) -> int:
    """Whole cents of an amount, half up, without a Decimal."""
    return floor(amount * 100 + Fraction(1, 2))


@given(PRICES, PERCENT)
def test_150_a_discount_is_rounded_half_up_and_once(price: Decimal, percent: int) -> None:
    left = reduced(price, percent)
    assert left * 100 == cents(Fraction(price) * (100 - percent) / 100)
    assert plain(left) == exact(left)[:-2]


@given(PRICES)
def test_150_what_is_shown_is_what_is_charged(price: Decimal) -> None:
    charged = rounded(price)
    assert charged * 100 == cents(Fraction(price))
    assert plain(price) == plain(charged)
    assert with_currency(price, "EUR") == f"{charged} EUR"

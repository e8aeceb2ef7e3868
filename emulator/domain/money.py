"""Amounts of money: always Decimal, written without grouping, rounded half up and only once.

Source: docs/evidence.md 23 and 150.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")
FINE = Decimal("0.0001")
HUNDRED = Decimal(100)


def rounded(amount: Decimal, to: Decimal = CENT) -> Decimal:
    """To the cent, or to another smallest part, half up. Nothing else in the seller rounds."""
    return amount.quantize(to, ROUND_HALF_UP)


def plain(amount: Decimal) -> str:
    """``12.34``: a dot, two decimals, no grouping (docs/evidence.md 23)."""
    return f"{rounded(amount):f}"


def exact(amount: Decimal) -> str:
    """``12.3400``: the four decimals of a price list and of ``item_cost``."""
    return f"{rounded(amount, FINE):f}"


def with_currency(amount: Decimal, currency: str) -> str:
    """``12.34 EUR``: the currency is an ISO code (docs/evidence.md 23)."""
    return f"{plain(amount)} {currency}"


def reduced(amount: Decimal, percent: int) -> Decimal:
    """What is left of ``amount`` less ``percent``, rounded to the cent."""
    return rounded(amount * (HUNDRED - percent) / HUNDRED)

"""Amounts of money: always Decimal, written with two decimals and without grouping.

Source: docs/evidence.md 23.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")


def rounded(amount: Decimal) -> Decimal:
    """To the cent, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def plain(amount: Decimal) -> str:
    """``12.34``: a dot, two decimals, no grouping (docs/evidence.md 23)."""
    return f"{amount:.2f}"


def exact(amount: Decimal) -> str:
    """``12.3400``: the four decimals of a price list and of ``item_cost``."""
    return f"{amount:.4f}"


def with_currency(amount: Decimal, currency: str) -> str:
    """``12.34 EUR``: the currency is an ISO code (docs/evidence.md 23)."""
    return f"{amount:.2f} {currency}"


def pro_rata(amount: Decimal, days: int, of: int) -> Decimal:
    """The share of ``amount`` for ``days`` of a term of ``of`` days, rounded to the cent."""
    return rounded(amount * days / of) if of > 0 else ZERO

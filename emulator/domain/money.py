"""Amounts of money: always Decimal, written without grouping, rounded half up and only once.

Currencies by their numbers and codes. Source: docs/evidence.md 23, 109 and 150.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

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


CURRENCY_IDS: Final = {"EUR": 50, "RUB": 126, "USD": 153}
"""Numbers of currencies that clients and a test kit of the vendor use (observed)."""
_CODES: Final = {number: code for code, number in CURRENCY_IDS.items()}
_FIRST_COMPUTED: Final = 1000
_LETTERS: Final = 26


def currency_id(code: str) -> int:
    """The number of a currency: observed, or computed from its letters (assumed)."""
    if code in CURRENCY_IDS:
        return CURRENCY_IDS[code]
    place = 0
    for letter in code:
        place = place * _LETTERS + ord(letter) - ord("A")
    return _FIRST_COMPUTED + place


def currency_code(text: str) -> str | None:
    """The ISO code of a currency that is named by its number or its code, None for neither."""
    word = text.strip().upper()
    if re.fullmatch("[A-Z]{3}", word):
        return word
    if not re.fullmatch("[0-9]{1,5}", word):
        return None
    number = int(word)
    if number in _CODES:
        return _CODES[number]
    place = number - _FIRST_COMPUTED
    if not 0 <= place < _LETTERS**3:
        return None
    first, rest = divmod(place, _LETTERS**2)
    code = "".join(chr(ord("A") + letter) for letter in (first, *divmod(rest, _LETTERS)))
    return None if code in CURRENCY_IDS else code

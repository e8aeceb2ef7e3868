"""Of several sums in a text the total is the last one that names its currency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reseller_client.transport.values import Money, read_total


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("Traffic 2000 - 0.50 EUR - Month<br/>Total amount: 0.48 EUR", "0.48", "EUR"),
        ("<b>Total amount: 1 234,50 EUR</b>", "1234.50", "EUR"),
        ("0.50", "0.50", ""),
        ("CPU 4<br/>Total: 7.00 EUR<br/>for 12 months", "7.00", "EUR"),
    ],
)
def test_a_total_is_read_behind_what_it_is_made_of(text: str, amount: str, currency: str) -> None:
    assert read_total(text) == Money(Decimal(amount), currency)


def test_a_text_without_a_sum_has_no_total() -> None:
    assert read_total("nothing to pay") is None

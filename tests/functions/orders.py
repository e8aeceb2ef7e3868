"""An order that works, and helpers of the tests of licenses."""

from __future__ import annotations

from typing import Any

from emulator.testing import Seller

ORDER: dict[str, Any] = {
    "pricelist": 55227,
    "period": 1,
    "ip": "10.10.10.10",
    "licname": "name",
    "skipbasket": "on",
    "sok": "ok",
    "clicked_button": "finish",
}


def refusal(seller: Seller, func: str, **params: Any) -> str:
    """``type/object`` of the error."""
    error = seller.call(func, **params).error
    assert error is not None
    return f"{error.type}/{error.object}"


def balance(seller: Seller) -> str:
    return str(seller.account()["balance"])

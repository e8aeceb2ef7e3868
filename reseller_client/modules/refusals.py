"""What a shop of modules does not do, and what a customer is told of what the seller does not."""

from __future__ import annotations

from typing import Final

from reseller_client.errors import Refused

PASSED_ON: Final = frozenset({"exists", "missed", "value", "status"})
"""Types of a seller's refusal that are about the module and the license, not about our account."""


class ShopRefusal(Exception):
    """What the shop does not do: `type`, `object` and `value` as an error of the API has them."""

    def __init__(self, type: str, object: str = "", value: str = "", text: str = "") -> None:
        """Keep the parts; `text` is for people."""
        super().__init__(text or f"{type} {object} {value}".strip())
        self.type, self.object, self.value = type, object, value


def passed_on(refusal: Refused) -> ShopRefusal:
    """What a customer is told of the seller's refusal: nothing of our money and our account."""
    if refusal.type in PASSED_ON:
        text = "The vendor does not sell this module for this license"
        return ShopRefusal(refusal.type, "item", "", text)
    return ShopRefusal("processing", "item", "", "The vendor does not sell it now")

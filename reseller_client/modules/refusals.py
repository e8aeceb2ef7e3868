"""The errors a shop of modules answers with, and which of the seller's it passes on."""

from __future__ import annotations

from typing import Final

from reseller_client.errors import Refused

PASSED_ON: Final = frozenset({"exists", "missed", "value", "status"})
"""Types of the seller's errors that concern the module and the license, not our own account."""


class ShopRefusal(Exception):
    """A request that is refused: `type`, `object` and `value` are those of the API's error."""

    def __init__(self, type: str, object: str = "", value: str = "", text: str = "") -> None:
        """Store the parts; `text` is the message for people."""
        super().__init__(text or f"{type} {object} {value}".strip())
        self.type, self.object, self.value = type, object, value


def make_refusal(refusal: Refused) -> ShopRefusal:
    """Return the customer's error for an error of the seller, without our own account's affairs."""
    if refusal.type in PASSED_ON:
        text = "The vendor does not sell this module for this license"
        return ShopRefusal(refusal.type, "item", "", text)
    return ShopRefusal("processing", "item", "", "The vendor does not sell it now")

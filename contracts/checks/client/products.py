"""What is traded in a lesson: one article for each line of trade, named as the seller sells it.

Codes are the seller's price list's: docs/trade.md 9 and docs/resale.md 2 (documented).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

LICENSES, SERVICES, MODULES = TRADES = ("licences", "services", "modules")
LITE, MACHINE, GUARD = 55227, 6, 55371
"""Codes of what is traded: ISPmanager 6 Lite, a virtual machine, the module BitNinja."""


@dataclass(frozen=True, slots=True)
class Goods:
    """An article. ``itemtype`` is its product type, ``what`` its name for people.

    ``shows`` is the field of a report that proves a delivery.
    """

    trade: str
    itemtype: str
    tariff: int
    what: str
    shows: str

    @property
    def edit(self) -> str:
        """The function of its form."""
        return f"{self.itemtype}.edit"

    def wish(self, reference: str, license: int | None = None) -> dict[str, str | int | bool]:
        """The fields of a step that orders it under the client's own number ``reference``."""
        number = int(reference)
        fields: dict[str, str | int | bool] = {
            "reference": reference,
            "tariff": self.tariff,
            "period": 1,
        }
        if self.trade == LICENSES:
            return {**fields, "ip": address(number), "name": f"web-{number}"}
        if self.trade == SERVICES:
            return {**fields, "domain": f"vm-{number}.example.com"}
        return {**fields, "licence": license or 0}

    def say(self, fields: Mapping[str, str | int | bool]) -> str:
        """The wish in a sentence."""
        rest = {
            LICENSES: f"for {fields.get('ip')}, named {fields.get('name')}",
            SERVICES: f"named {fields.get('domain')}",
            MODULES: f"for license {fields.get('license')}",
        }[self.trade]
        return (
            f"Order {self.what} (tariff {self.tariff}) {rest}, for one month, "
            f"under your number {fields['reference']}, and deliver it."
        )


def address(number: int) -> str:
    """An address of the documentation's network for a license."""
    return f"192.0.2.{200 + number % 50}"


GOODS: Final[Mapping[str, Goods]] = MappingProxyType(
    {
        LICENSES: Goods(LICENSES, "soft", LITE, "a license of ISPmanager 6 Lite", "key"),
        SERVICES: Goods(SERVICES, "vds", MACHINE, "a virtual machine", "ip"),
        MODULES: Goods(MODULES, "addition", GUARD, "the module BitNinja", "id"),
    }
)
"""By trade."""

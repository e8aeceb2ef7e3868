"""The products that lessons trade: one for each line of trade, with the seller's own codes.

Source of the codes: docs/trade.md 9 and docs/resale.md 2 (documented).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts.checks.client.protocol import OrderFields

LICENSES, SERVICES, MODULES = TRADES = ("licences", "services", "modules")
LITE, VIRTUAL_SERVER, BITNINJA = 55227, 6, 55371
"""Tariffs: ISPmanager 6 Lite, a virtual server, the module BitNinja."""
SERVER_BY_THE_DAY, DAILY = 1400, -50
"""A virtual server that is sold by the day, and that period."""


@dataclass(frozen=True, slots=True)
class SampleProduct:
    """A product of one trade. ``itemtype`` is its type on the wire, ``label`` its name for people.

    ``proof`` is the field of a report that proves a delivery: ``key``, ``ip`` or ``id``.
    """

    trade: str
    itemtype: str
    tariff: int
    label: str
    proof: str

    @property
    def edit_function(self) -> str:
        """The function of its form, such as ``soft.edit``."""
        return f"{self.itemtype}.edit"

    @property
    def order_function(self) -> str:
        """The function that orders it, such as ``soft.order.param``."""
        return f"{self.itemtype}.order.param"

    def order_fields(
        self, reference: str, license: int | None = None
    ) -> dict[str, str | int | bool]:
        """The fields of a step that orders it under the client's own number ``reference``."""
        number = int(reference)
        fields: dict[str, str | int | bool] = {
            "reference": reference,
            "tariff": self.tariff,
            "period": 1,
        }
        if self.trade == LICENSES:
            return {**fields, "ip": sample_address(number), "name": f"web-{number}"}
        if self.trade == SERVICES:
            return {**fields, "domain": f"vm-{number}.example.com"}
        return {**fields, "licence": license or 0}

    def describe_order(self, fields: OrderFields) -> str:
        """The order in a sentence for people."""
        details = {
            LICENSES: f"for {fields.get('ip')}, named {fields.get('name')}",
            SERVICES: f"named {fields.get('domain')}",
            MODULES: f"for license {fields.get('licence')}",
        }[self.trade]
        period = fields["period"]
        terms = {1: "for one month", DAILY: f"billed by the day (period {DAILY})"}
        term = terms.get(int(str(period)), f"for {period} months")
        return (
            f"Order {self.label} (tariff {self.tariff}) {details}, {term}, "
            f"under your number {fields['reference']}, and deliver it."
        )


def sample_address(number: int) -> str:
    """An IP address for a license, from the range reserved for documentation."""
    return f"192.0.2.{200 + number % 50}"


PRODUCTS: Final[Mapping[str, SampleProduct]] = MappingProxyType(
    {
        LICENSES: SampleProduct(LICENSES, "soft", LITE, "a license of ISPmanager 6 Lite", "key"),
        SERVICES: SampleProduct(SERVICES, "vds", VIRTUAL_SERVER, "a virtual server", "ip"),
        MODULES: SampleProduct(MODULES, "addition", BITNINJA, "the module BitNinja", "id"),
    }
)
"""By trade."""

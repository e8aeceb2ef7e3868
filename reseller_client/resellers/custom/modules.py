"""A custom billing that resells modules of control panels over the API.

Source: docs/trade.md section 8 (documented).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reseller_client.errors import AlreadyExists, UnknownOutcome
from reseller_client.resellers.custom.products import CustomProducts, check_remoteid
from reseller_client.resellers.unpaid import pay_if_waiting
from reseller_client.services.models import Module, ModuleRow

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.services.ordering import ModuleOrder


class CustomModules(CustomProducts[Module, ModuleRow]):
    """Modules as a custom billing resells them."""

    def __init__(self, client: Client) -> None:
        """Keep the client."""
        super().__init__(client, client.modules)

    def order(self, order: ModuleOrder) -> Module:
        """Order and return the module. The same `remoteid` again returns the same module.

        Raises ValueError without a remoteid, and the errors of `client.modules.order`; after
        UnknownOutcome the same order may be sent again.
        """
        check_remoteid(order.remoteid)
        return self.get(self._repeat(lambda: self._order(order)))

    def _order(self, order: ModuleOrder) -> int:
        existing = self._find(order)
        if existing is not None:
            return existing
        try:
            ordered = self._client.modules.order(replace(order, autoprolong=None, skipbasket=True))
        except AlreadyExists:
            # Another thread or process of ours may have ordered it; somebody else's is refused.
            existing = self._find(order)
            if existing is None:
                raise
            return existing
        if ordered.service_id is None:
            raise UnknownOutcome(f"the order {ordered.order_id} was not opened at once")
        return ordered.service_id

    def _find(self, order: ModuleOrder) -> int | None:
        row = self._client.modules.find(order.remoteid)
        if row is None:
            return None
        if (row.license_id, row.tariff) != (order.license_id, order.tariff):
            raise UnknownOutcome(f"module {row.id} has the remoteid {order.remoteid}, another one")
        pay_if_waiting(self._client, row.id, row.status)
        return row.id

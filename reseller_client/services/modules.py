"""Modules of control panels: order for a license, read, move, delete.

Source: docs/trade.md section 8 (documented: ordering, prolonging, deleting); the rest follows the
naming rule, docs/modules.md section 2. A module is prolonged by
`client.services.prolong(..., itemtype="addition")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.services.models import Module, ModuleRow
from reseller_client.services.ordering import ModuleOrder, place_order, require_number, send_order
from reseller_client.services.product_functions import ProductFunctions
from reseller_client.services.product_types import ADDITION

if TYPE_CHECKING:
    from reseller_client.services.models import Ordered
    from reseller_client.transport.call import Caller


class Modules(ProductFunctions[Module, ModuleRow]):
    """Modules of the account's licenses. Reached as `client.modules`."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        super().__init__(caller, ADDITION)

    def order(self, order: ModuleOrder) -> Ordered:
        """Order a module, once, even if the answer gets lost.

        Charged at once if `order.skipbasket`. Raises ValueError for an `autoprolong` that is not
        the period, NotEnoughMoney, Missed for a license that does not exist, AlreadyExists for a
        module the license has, BadValue for one its edition does not take, WrongState for a
        suspended license, and UnknownOutcome. Source: `addition.order.param` (documented).
        """
        return place_order(self._caller, self.product, order, self.list)

    def order_once(self, order: ModuleOrder) -> Ordered:
        """Send an order a single time, without a search after a lost answer. Raises as `order`."""
        return require_number(send_order(self._caller, self.product, order))

    def of_license(self, license_id: int) -> tuple[ModuleRow, ...]:
        """Return the modules of one license."""
        return tuple(row for row in self.list() if self._license_of(row) == license_id)

    def move(self, module_id: int, license_id: int) -> Module:
        """Bind a module to another license of the account.

        Raises the errors of an order for that license. Source: `addition.edit` with `item`; that
        clients may do it is documented.
        """
        return self._edit(module_id, {"item": license_id})

    def rename(self, module_id: int, remoteid: str) -> Module:
        """Set our own id of a module. Raises Missed."""
        return self._edit(module_id, {"remoteid": remoteid})

    def set_period(self, module_id: int, months: int) -> Module:
        """Change the period of further terms, where the seller lets clients do it.

        Raises AccessDenied where it does not. Source: docs/modules.md section 2 (documented there
        for the newer module of WHMCS; the request is assumed).
        """
        return self._edit(module_id, {"period": months})

    def _license_of(self, row: ModuleRow) -> int | None:
        """Return the license of a row, from its form where the list does not have it."""
        return row.license_id if row.license_id is not None else self.get(row.id).license_id

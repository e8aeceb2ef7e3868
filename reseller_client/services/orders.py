"""The basket of unpaid orders. Source: docs/resale.md section 2.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.services.models import Basket, BasketItem
from reseller_client.transport.call import Area
from reseller_client.transport.values import read_autoprolong, read_int, read_money

if TYPE_CHECKING:
    from reseller_client.transport.document import Node


class Orders(Area):
    """Unpaid orders of the account. Reached as `client.orders`."""

    def view(self) -> Basket:
        """Return the basket; an empty one has no items. Source: `basket` (documented, observed)."""
        answer = self._caller.call("basket")
        currency = answer.value("currency", "currency_str")
        items = (_item(row, currency) for row in answer.table("itemlist"))
        return Basket(
            order_id=read_int(answer.value("billorder")),
            total=read_money(answer.value("total_sum"), currency),
            tax=read_money(answer.value("tax"), currency),
            discount=read_money(answer.value("full_discount"), currency),
            items=tuple(item for item in items if item is not None),
        )

    def remove(self, item_id: int) -> None:
        """Remove a position by its basket id. Raises Missed."""
        self._caller.call("basket", {"id": item_id, "clicked_button": "delete", "sok": "ok"})

    def clear(self, order_id: int | None = None) -> None:
        """Remove all positions, or those of one order."""
        fields = {"id": order_id, "clicked_button": "clearbasket", "sok": "ok"}
        self._caller.call("basket", fields)

    def promo_code(self, code: str) -> None:
        """Apply a promo code. Raises Missed for an unknown one, PromoCodeRefused otherwise."""
        self._caller.call("basket", {"promocode": code, "sok": "ok"})

    def pay_from_balance(self, order_id: int) -> None:
        """Pay an order, or one position, from the balance; its services are opened.

        Raises NotEnoughMoney. The seller refuses a second payment of the same order; after a lost
        answer, look at the basket. Source: button `free` (observed).
        """
        self._caller.call("basket", {"id": order_id, "clicked_button": "free", "sok": "ok"})


def _item(row: Node, currency: str) -> BasketItem | None:
    """Return a position, None for a row without an id."""
    item_id = read_int(row.value("id"))
    if item_id is None:
        return None
    return BasketItem(
        id=item_id,
        service_id=read_int(row.value("item.id")),
        service_type=row.value("item.type"),
        name=row.value("pricelist_name", "name"),
        period=read_int(row.value("item.period")),
        autoprolong=read_autoprolong(row.value("item.autoprolong")),
        cost=read_money(row.value("cost"), currency),
        rolled_back=row.has("rolled_back"),
        description=row.value("desc"),
        full_cost=read_money(row.value("fullcost"), currency),
        discount=read_money(row.value("discount"), currency),
    )

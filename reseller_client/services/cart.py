"""The new cart, which is paid position by position. Source: docs/resale.md section 2.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.services.models import BillOrder, CartLine, ConfiguredPart
from reseller_client.transport.call import Area
from reseller_client.transport.document import inner
from reseller_client.transport.values import read_int, read_money, write_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reseller_client.transport.document import Node
    from reseller_client.transport.values import Field, Money

BALANCE = 0
"""The payment method that is the account's balance (documented)."""


class Cart(Area):
    """The cart of the account. Reached as `client.cart`."""

    def lines(self) -> tuple[CartLine, ...]:
        """Return the unpaid positions. Source: `cart` (observed)."""
        lines = map(_line, self._caller.call("cart").table("lineitems"))
        return tuple(line for line in lines if line is not None)

    def total(self) -> Money | None:
        """Return what all positions cost after discounts, None if the seller does not say."""
        total = self._caller.call("cart").form().first("total")
        return None if total is None else read_money(total.value("cost"), total.value("currency"))

    def pay(self, line_id: int | Sequence[int]) -> int | None:
        """Pay positions from the balance, all or none; returns their order if it is shown.

        Raises NotEnoughMoney, and Missed for a position that is no longer there: after a lost
        answer that means that it is paid. Source: `cartorder.create.confirm` (observed).
        """
        fields: dict[str, Field] = {"elid": write_ids(line_id), "paymethod_id": BALANCE}
        answer = self._caller.call("cartorder.create.confirm", {**fields, "sok": "ok"})
        return read_int(answer.value("billorder", "elid"))

    def remove(self, line_id: int) -> None:
        """Remove a position. Raises Missed."""
        self._caller.call("cart", {"id": line_id, "clicked_button": "delete", "sok": "ok"})

    def empty(self) -> None:
        """Remove all positions. Source: `cart.empty` (observed)."""
        self._caller.call("cart.empty")

    def orders(self) -> tuple[BillOrder, ...]:
        """Return the orders of the account, the unpaid ones first. Source: `order`."""
        answer = self._caller.call("order")
        unpaid = [_order(row, paid=False) for row in answer.table("openlist")]
        paid = [_order(row, paid=True) for row in answer.table("paidlist")]
        return tuple(order for order in (*unpaid, *paid) if order is not None)


def _line(row: Node) -> CartLine | None:
    """Return a position, None for a row without a number. `elid` is what is sent to pay it."""
    number = read_int(row.value("elid", "lineitem.id", "id"))
    if number is None:
        return None
    main, price = inner(row, "main"), inner(inner(row, "price"), "price")
    return CartLine(
        id=number,
        service_id=read_int(row.value("item.id")),
        service_type=row.value("item.type"),
        name=main.value("name"),
        cost=read_money(price.value("cost"), price.value("currency")),
        period=main.value("period"),
        configuration=tuple(map(_configured, row.all("configuration"))),
    )


def _configured(part: Node) -> ConfiguredPart:
    return ConfiguredPart(
        part.value("configuration_name"),
        part.value("configuration_value"),
        read_money(part.value("configuration_price")),
    )


def _order(row: Node, *, paid: bool) -> BillOrder | None:
    number = read_int(row.value("id"))
    if number is None:
        return None
    return BillOrder(number, paid=paid, total=read_money(row.value("amount_iso", "amount")))

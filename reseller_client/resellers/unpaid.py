"""An order that the seller has put into the basket, though it was to be paid at once.

Source: what a seller does where the balance does not cover an order is not known; some leave it in
the basket (docs/trade.md section 11, assumed). Ordered again it would be there twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.client import Client


def pay_if_waiting(client: Client, service_id: int, status: Status) -> None:
    """Pay what is ordered and not paid from the balance; what is anything else is left alone.

    Raises NotEnoughMoney, after which it still waits; UnknownOutcome where the basket does not
    show it.
    """
    if status is not Status.ORDERED:
        return
    waiting = [one.id for one in client.orders.view().items if one.service_id == service_id]
    if not waiting:
        raise UnknownOutcome(f"service {service_id} is not paid, and is not in the basket")
    client.orders.pay_from_balance(waiting[0])

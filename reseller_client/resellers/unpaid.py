"""Pays an order that the seller put into the basket, although it was to be paid at once.

Source: what a seller does if the balance does not cover an order is not known; some leave it in the
basket (docs/trade.md section 11, assumed). Ordered again, it would be there twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.client import Client


def pay_if_waiting(client: Client, service_id: int, status: Status) -> None:
    """Pay a service with the status ORDERED from the balance; do nothing for any other status.

    Raises NotEnoughMoney, after which it still waits, and UnknownOutcome for a service that is not
    in the basket.
    """
    if status is not Status.ORDERED:
        return
    basket = client.orders.view()
    waiting = [item.id for item in basket.items if item.service_id == service_id]
    if not waiting:
        raise UnknownOutcome(f"service {service_id} is not paid, and is not in the basket")
    client.orders.pay_from_balance(waiting[0])

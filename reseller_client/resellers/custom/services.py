"""A custom billing that resells servers, accounts and names over the API.

Source: docs/resale.md sections 2.2 to 2.6 (documented, and observed in clients of this kind).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.resellers.custom.products import CustomProducts, check_remoteid
from reseller_client.resellers.unpaid import pay_if_waiting
from reseller_client.services.models import Service, ServiceRow
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from reseller_client.client import Client
    from reseller_client.services.ordering import ServiceOrder


class CustomServices(CustomProducts[Service, ServiceRow]):
    """Services of one product type as a custom billing resells them.

    `today` returns the current date of the billing.
    """

    def __init__(self, client: Client, itemtype: str, *, today: Callable[[], date]) -> None:
        """Keep the client, the product type and the calendar."""
        self._servers = client.products(itemtype)
        super().__init__(client, self._servers)
        self.itemtype = itemtype
        self._today = today

    def order(self, order: ServiceOrder) -> Service:
        """Order and deliver: returns the service with its access data.

        The same `remoteid` again returns the same service. Raises ValueError without a remoteid;
        NotEnoughMoney, BadValue; NotReady, after which `deliver` goes on; UnknownOutcome, after
        which the same order may be sent again.
        """
        check_remoteid(order.remoteid)
        return self.deliver(self._repeat(lambda: self._order(order)))

    def _order(self, order: ServiceOrder) -> int:
        existing = self._servers.find(order.remoteid)
        if existing is not None:
            status = self._servers.get(existing.id).status
            pay_if_waiting(self._client, existing.id, status)
            return existing.id
        ordered = self._servers.order(replace(order, autoprolong=None, skipbasket=True))
        if ordered.service_id is None:
            raise UnknownOutcome(f"the order {ordered.order_id} was not opened at once")
        return ordered.service_id

    def order_by_cart(self, order: ServiceOrder) -> tuple[Service, ...]:
        """Order `order.count` services by the newer order, pay their positions, and deliver them.

        The same `remoteid` again returns the same services; after NotEnoughMoney it pays those that
        wait in the cart. Raises as `order` does.
        """
        check_remoteid(order.remoteid)
        numbers = self._repeat(lambda: self._order_by_cart(order))
        return tuple(self.deliver(number) for number in numbers)

    def _order_by_cart(self, order: ServiceOrder) -> tuple[int, ...]:
        rows = self._servers.find_all(order.remoteid)
        if len(rows) < order.count:
            missing = order.count - len(rows)
            self._servers.put_in_cart(replace(order, autoprolong=None, count=missing))
            rows = self._servers.find_all(order.remoteid)
        waiting = {row.id for row in rows if row.status is Status.ORDERED}
        cart = self._client.cart
        lines = [line.id for line in cart.lines() if line.service_id in waiting]
        if len(rows) != order.count or len(lines) != len(waiting):
            raise UnknownOutcome(
                f"of {order.remoteid} there are {len(rows)} services and {len(lines)} in the cart"
            )
        if lines:
            cart.pay(lines)
        return tuple(row.id for row in rows)

    def deliver(self, service_id: int) -> Service:
        """Wait until the seller has set the service up, and return it. Raises NotReady."""
        return self._repeat(lambda: self._servers.wait_until_ready(service_id))

    def reconcile(self, remoteid: str) -> Service | None:
        """Return the service, not deleted, that has this id of ours, after an unknown outcome.

        Raises UnknownOutcome if there are several, which a person has to sort out.
        """
        existing = self._repeat(lambda: self._servers.find(remoteid))
        return None if existing is None else self.get(existing.id)

    def resize(self, service_id: int, addons: Mapping[int, int | bool]) -> Service:
        """Change addons; a higher price is charged at once. Repeating it costs nothing more.

        Raises NotEnoughMoney, BadValue.
        """
        return self._repeat(lambda: self._servers.resize(service_id, addons))

    def change_tariff(self, service_id: int, tariff: int) -> Service:
        """Change the tariff, paying the difference, and return the service afterwards.

        Raises NotEnoughMoney, BadValue.
        """

        def change() -> Service:
            if self._servers.get(service_id).tariff != tariff:
                self._client.services.change_tariff(service_id, tariff, itemtype=self.itemtype)
            return self._servers.get(service_id)

        return self._repeat(change)

    def reinstall(self, service_id: int, ostempl: str) -> Service:
        """Install an operating system anew, and wait for the server and its new password.

        Raises BadValue for an unknown template, NotReady.
        """
        before = self.get(service_id)

        def install() -> Service:
            now = self._servers.get(service_id)
            if now.status is Status.PROCESSING or now.password != before.password:
                return now  # an earlier request was carried out
            return self._servers.reinstall(service_id, ostempl)

        self._repeat(install)
        return self.deliver(service_id)

    def suspend(self, service_id: int) -> None:
        """Suspend the service; its paid term keeps running."""
        self._repeat(lambda: self._servers.suspend(service_id))

    def resume(self, service_id: int, period: int = 1) -> Service:
        """Resume the service; one whose term has ended is renewed by `period` instead."""
        service = self.get(service_id)
        if service.expires_on is not None and self._today() >= service.expires_on:
            self.renew(service_id, period, ends_on=service.expires_on)
        else:
            self._repeat(lambda: self._servers.resume(service_id))
        return self.get(service_id)

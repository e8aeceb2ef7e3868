"""The quarter of a reselling BILLmanager: imported tariffs, operations, pulled events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from contracts.journeys.stories.quarter import TYPE, RentedServer, extend
from contracts.journeys.stories.quarter_custom import addon_numbers, price_of, read_quote
from contracts.journeys.stories.script import QuarterEvent, ServerProduct
from reseller_client import Client, NotUnderstood
from reseller_client.resellers.billmanager.models import Operation, OperationState, ProcessingModule
from reseller_client.resellers.billmanager.reseller import BillmanagerReseller
from reseller_client.services.catalogue_models import Tariff
from reseller_client.shop.prices import PriceRule

SELLER: Final = "hoster"
MAX_PULLS: Final = 12
"""How often events are pulled for one operation: an hour of cron."""


@dataclass(slots=True)
class BillmanagerQuarterReseller:
    """A reselling BILLmanager. ``client`` reads quotes at the seller.

    ``wait_five_minutes`` lets time pass at the seller between two pulls.
    """

    reseller: BillmanagerReseller
    client: Client
    markup: Decimal
    wait_five_minutes: Callable[[], None]
    _tariffs: dict[int, int] = field(default_factory=dict)
    _items: dict[int, int] = field(default_factory=dict)
    _sources: dict[int, Tariff] = field(default_factory=dict)
    _amounts: dict[int, dict[str, int]] = field(default_factory=dict)

    def connect(self, products: tuple[ServerProduct, ...]) -> None:
        """Adds a processing module, imports the tariffs and enables them."""
        module = self.reseller.add_module(ProcessingModule(0, TYPE, SELLER, "Machines"))
        self.reseller.catalogue.set_periods((-100, -50, 1, 3, 6, 12))
        for product in products:
            rule = PriceRule(markup=self.markup)
            imported = self.reseller.tariffs.import_tariff(module.id, product.tariff, rule)
            self.reseller.tariffs.enable(imported.id)
            self._tariffs[product.tariff] = imported.id
            self._sources[product.tariff] = self.reseller.catalogue.sources(imported.id)[module.id]

    def arrive(self, customer: str, product: ServerProduct) -> RentedServer:
        """A customer's order: an item, and the operation that opens it. Raises NotUnderstood."""
        params = {"domain": f"{customer}.example", "ostempl": product.ostempl}
        operation = self.reseller.order(
            customer, self._tariffs[product.tariff], params=params, addons=product.addons
        )
        self._complete(operation)
        item = self.reseller.running.item(operation.item)
        if item.seller_id is None or item.expires_on is None or not item.details.get("password"):
            raise NotUnderstood(f"the server of {customer} is not complete")
        self._items[item.seller_id] = item.id
        self._amounts[item.seller_id] = dict(product.addons)
        cost = price_of(self._sources[product.tariff], product.addons)
        return RentedServer(customer, product, item.seller_id, item.expires_on, cost)

    def renew(self, server: RentedServer) -> RentedServer:
        """The operation ``prolong``. Raises NotUnderstood if the item has no end afterwards."""
        self._complete(self.reseller.prolong(self._items[server.number], 1))
        end = self.reseller.running.item(self._items[server.number]).seller_expires_on
        if end is None:
            raise NotUnderstood(f"item {self._items[server.number]} has no end")
        return extend(server, end)

    def resize(self, server: RentedServer, event: QuarterEvent) -> tuple[RentedServer, Decimal]:
        """The operation ``setparam``; the customer pays the seller's quote and the markup."""
        source = self._sources[server.product.tariff]
        amounts = addon_numbers(source, event.addons)
        cost = read_quote(self.client, server.number, amounts)
        price = PriceRule(markup=self.markup).price(cost)
        item = self._items[server.number]
        self._complete(self.reseller.set_params(item, addons=event.addons, price=price))
        self._amounts[server.number] |= event.addons
        return replace(server, cost=price_of(source, self._amounts[server.number])), cost

    def reinstall(self, server: RentedServer, ostempl: str) -> None:
        """The operation ``setparam`` with another template."""
        item = self._items[server.number]
        self._complete(self.reseller.set_params(item, params={"ostempl": ostempl}))

    def suspend(self, server: RentedServer) -> None:
        """The operation ``suspend``."""
        self._complete(self.reseller.suspend(self._items[server.number]))

    def resume(self, server: RentedServer) -> None:
        """The operation ``resume``."""
        self._complete(self.reseller.resume(self._items[server.number]))

    def leave(self, server: RentedServer) -> None:
        """The operation ``close``."""
        self._complete(self.reseller.close(self._items[server.number]))

    def run_daily(self) -> None:
        """Cron pulls the seller's events."""
        self.reseller.tick()

    def sum_sales(self) -> Decimal:
        """What all customers have paid, by the shop's ledger."""
        return sum((margin.sold for margin in self.reseller.books.margins(SELLER)), Decimal(0))

    def _complete(self, operation: Operation) -> None:
        """Runs cron until an operation is over; the operator repeats what failed.

        Raises NotUnderstood, with the operation's reason, if it does not end within an hour.
        """
        for _ in range(MAX_PULLS):
            now = self.reseller.running.operation(operation.id)
            if now.state is OperationState.COMPLETED:
                return
            if now.state is OperationState.FAILED:
                self.reseller.repeat(now.id)
            elif now.state in (OperationState.NEW, OperationState.SENT):
                self.reseller.start_waiting()
            self.wait_five_minutes()
            self.reseller.tick()
        now = self.reseller.running.operation(operation.id)
        raise NotUnderstood(f"operation {now.id} ({now.action}) is {now.state}: {now.reason}")

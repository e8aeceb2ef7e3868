"""The quarter as a reselling BILLmanager plays it: imported tariffs, operations, pulled events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from contracts.journeys.stories.quarter import TYPE, Held, longer
from contracts.journeys.stories.quarter_custom import asked_price, numbered, price_of
from contracts.journeys.stories.quarter_script import Act, Sold
from reseller_client import Client, NotUnderstood
from reseller_client.resellers.billmanager.models import Operation, OperationState, ProcessingModule
from reseller_client.resellers.billmanager.reseller import BillmanagerReseller
from reseller_client.services.models import Tariff
from reseller_client.shop.prices import PriceRule

SELLER: Final = "hoster"
PULLS: Final = 12
"""So many pulls, an hour of them, an operation may take before somebody has to look."""


@dataclass(slots=True)
class BillmanagerSide:
    """A reselling BILLmanager. ``client`` is its line to the seller, for asking prices.

    ``five_minutes`` lets that much time pass at the seller, and so between two pulls.
    """

    reseller: BillmanagerReseller
    client: Client
    markup: Decimal
    five_minutes: Callable[[], None]
    _own: dict[int, int] = field(default_factory=dict)
    _items: dict[int, int] = field(default_factory=dict)
    _sources: dict[int, Tariff] = field(default_factory=dict)
    _amounts: dict[int, dict[str, int]] = field(default_factory=dict)

    def connect(self, products: tuple[Sold, ...]) -> None:
        """A processing module, and the tariffs imported and enabled."""
        module = self.reseller.add_module(ProcessingModule(0, TYPE, SELLER, "Machines"))
        self.reseller.catalogue.set_periods((-100, 1, 3, 6, 12))
        for product in products:
            rule = PriceRule(markup=self.markup)
            own = self.reseller.tariffs.import_tariff(module.id, product.tariff, rule)
            self.reseller.tariffs.enable(own.id)
            self._own[product.tariff] = own.id
            self._sources[product.tariff] = self.reseller.catalogue.sources(own.id)[module.id]

    def arrive(self, customer: str, product: Sold) -> Held:
        """An order of a customer: an item, and the operation that opens it."""
        params = {"domain": f"{customer}.example", "ostempl": product.ostempl}
        operation = self.reseller.order(
            customer, self._own[product.tariff], params=params, addons=product.addons
        )
        self._complete(operation)
        item = self.reseller.running.item(operation.item)
        if item.seller_id is None or item.expires_on is None or not item.details.get("password"):
            raise NotUnderstood(f"the machine of {customer} is not whole")
        self._items[item.seller_id] = item.id
        self._amounts[item.seller_id] = dict(product.addons)
        cost = price_of(self._sources[product.tariff], product.addons)
        return Held(customer, product, item.seller_id, item.expires_on, cost)

    def renew(self, held: Held) -> Held:
        """The operation ``prolong``."""
        self._complete(self.reseller.prolong(self._items[held.number], 1))
        end = self.reseller.running.item(self._items[held.number]).seller_expires_on
        if end is None:
            raise NotUnderstood(f"item {self._items[held.number]} has no end")
        return longer(held, end)

    def resize(self, held: Held, act: Act) -> tuple[Held, Decimal]:
        """The operation ``setparam``; the customer pays what the seller asks, and the markup."""
        source = self._sources[held.product.tariff]
        wanted = numbered(source, act.addons)
        cost = asked_price(self.client, held.number, wanted)
        price = PriceRule(markup=self.markup).price(cost)
        item = self._items[held.number]
        self._complete(self.reseller.set_params(item, addons=act.addons, price=price))
        self._amounts[held.number] |= act.addons
        return replace(held, cost=price_of(source, self._amounts[held.number])), cost

    def reinstall(self, held: Held, ostempl: str) -> None:
        """The operation ``setparam`` with another template."""
        item = self._items[held.number]
        self._complete(self.reseller.set_params(item, params={"ostempl": ostempl}))

    def suspend(self, held: Held) -> None:
        """The operation ``suspend``."""
        self._complete(self.reseller.suspend(self._items[held.number]))

    def resume(self, held: Held) -> None:
        """The operation ``resume``."""
        self._complete(self.reseller.resume(self._items[held.number]))

    def leave(self, held: Held) -> None:
        """The operation ``close``."""
        self._complete(self.reseller.close(self._items[held.number]))

    def passed(self) -> None:
        """Cron pulls what happened at the seller."""
        self.reseller.tick()

    def sold(self) -> Decimal:
        """What customers paid altogether, by the shop's books."""
        return sum((margin.sold for margin in self.reseller.books.margins(SELLER)), Decimal(0))

    def _complete(self, operation: Operation) -> None:
        """Lets cron run until the operation is over; what failed is repeated by its operator.

        Raises NotUnderstood with the reason of an operation that an hour did not bring to its end.
        """
        for _ in range(PULLS):
            now = self.reseller.running.operation(operation.id)
            if now.state is OperationState.COMPLETED:
                return
            if now.state is OperationState.FAILED:
                self.reseller.repeat(now.id)
            elif now.state in (OperationState.NEW, OperationState.SENT):
                self.reseller.start_waiting()
            self.five_minutes()
            self.reseller.tick()
        now = self.reseller.running.operation(operation.id)
        raise NotUnderstood(f"operation {now.id} ({now.action}) is {now.state}: {now.reason}")

"""The quarter of a custom billing: over the API, with a shop of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from contracts.journeys.catalogue_view import CENT, find_month_price
from contracts.journeys.stories.quarter import TYPE, RentedServer, extend
from contracts.journeys.stories.script import QuarterEvent, ServerProduct
from reseller_client import Client, NotUnderstood, ServiceOrder
from reseller_client.resellers import CustomServices
from reseller_client.services.catalogue_models import Addon, Tariff
from reseller_client.shop.prices import PriceRule
from reseller_client.shop.storefront import Storefront
from reseller_client.transport.retry import again


@dataclass(slots=True)
class CustomQuarterReseller:
    """A custom billing."""

    client: Client
    shop: Storefront
    markup: Decimal
    today: Callable[[], date]
    _tariffs: dict[int, Tariff] = field(default_factory=dict)
    _amounts: dict[int, dict[str, int]] = field(default_factory=dict)
    _sales: int = 0

    @property
    def _billing(self) -> CustomServices:
        return CustomServices(self.client, TYPE, today=self.today)

    def arrive(self, customer: str, product: ServerProduct) -> RentedServer:
        """Orders by an id of its own and waits until the server is ready.

        Raises NotUnderstood if it has no end, address or password.
        """
        tariff = self._tariff(product.tariff)
        cost = price_of(tariff, product.addons)
        order = ServiceOrder(
            tariff=product.tariff,
            domain=f"{customer}.example",
            ostempl=product.ostempl,
            addons=addon_numbers(tariff, product.addons),
            remoteid=f"c-{customer}",
        )
        if product.by_cart:
            (service,) = self._billing.order_by_cart(order)
        else:
            service = self._billing.order(order)
        if service.expires_on is None or not service.ip or not service.password:
            raise NotUnderstood(f"server {service.id} of {customer} is not whole")
        self._amounts[service.id] = dict(product.addons)
        server = RentedServer(customer, product, service.id, service.expires_on, cost)
        self._sell(server, cost)
        return server

    def renew(self, server: RentedServer) -> RentedServer:
        """Buys the next month after the known end."""
        bought = self._billing.renew(server.number, ends_on=server.ends_on)
        self._sell(server, server.cost)
        return extend(server, bought.ends_on)

    def resize(self, server: RentedServer, event: QuarterEvent) -> tuple[RentedServer, Decimal]:
        """Reads the quote, buys it, and charges the customer for it."""
        tariff = self._tariff(server.product.tariff)
        amounts = addon_numbers(tariff, event.addons)
        cost = read_quote(self.client, server.number, amounts)
        self._billing.resize(server.number, amounts)
        self._amounts[server.number] |= event.addons
        self._sell(server, cost)
        return replace(server, cost=price_of(tariff, self._amounts[server.number])), cost

    def reinstall(self, server: RentedServer, ostempl: str) -> None:
        """Installs another operating system and waits for the new password."""
        self._billing.reinstall(server.number, ostempl)

    def suspend(self, server: RentedServer) -> None:
        """Suspends it."""
        self._billing.suspend(server.number)

    def resume(self, server: RentedServer) -> None:
        """Resumes it."""
        self._billing.resume(server.number)

    def leave(self, server: RentedServer) -> None:
        """Deletes it."""
        self._billing.close(server.number)

    def run_daily(self) -> None:
        """Nothing: this billing calls the seller only when it has something to do."""

    def sum_sales(self) -> Decimal:
        """What all customers have paid, by the shop's ledger."""
        return sum((margin.sold for margin in self.shop.margins()), Decimal(0))

    def _tariff(self, number: int) -> Tariff:
        if number not in self._tariffs:
            tariff = again(lambda: self.client.catalogue.tariff(number), self.client.retry_policy)
            if tariff is None:
                raise NotUnderstood(f"the price list has no tariff {number}")
            self._tariffs[number] = tariff
        return self._tariffs[number]

    def _sell(self, server: RentedServer, cost: Decimal) -> None:
        price = PriceRule(markup=self.markup).price(cost)
        customer = self.shop.customer(server.customer, self.today())
        self._sales += 1
        self.shop.sell(
            customer, server.number, server.product.tariff, on=self.today(), price=price,
            reference=f"sale-{self._sales}",
        )  # fmt: skip


def read_quote(client: Client, number: int, amounts: Mapping[int, int | bool]) -> Decimal:
    """What the seller would charge now for other amounts of addons."""
    quote = again(lambda: client.products(TYPE).resize_quote(number, amounts), client.retry_policy)
    return Decimal(0) if quote is None else quote.amount


def addon_of(tariff: Tariff, intname: str) -> Addon:
    """An addon by its internal name. Raises NotUnderstood."""
    addon = next((addon for addon in tariff.addons if addon.intname == intname), None)
    if addon is None:
        raise NotUnderstood(f"tariff {tariff.id} has no addon {intname}")
    return addon


def addon_numbers(tariff: Tariff, amounts: Mapping[str, int]) -> dict[int, int | bool]:
    """Amounts by the numbers of addons instead of their names. Raises NotUnderstood."""
    return {addon_of(tariff, name).id: amount for name, amount in amounts.items()}


def price_of(tariff: Tariff, amounts: Mapping[str, int]) -> Decimal:
    """The price of a month of a tariff with amounts of its addons. Raises NotUnderstood."""
    total = _month(tariff)
    for name, amount in amounts.items():
        addon = addon_of(tariff, name)
        beyond = max(Decimal(0), amount - (addon.included or Decimal(0)))
        total += beyond * _month(addon)
    return total.quantize(CENT, ROUND_HALF_UP)


def _month(priced: Tariff | Addon) -> Decimal:
    cost = find_month_price(priced)
    if cost is None:
        raise NotUnderstood(f"{priced.name} has no price for a month")
    return cost

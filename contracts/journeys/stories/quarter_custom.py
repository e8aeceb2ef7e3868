"""The quarter as a custom billing plays it: over the API, with a shop of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from contracts.journeys.stories.quarter import TYPE, Held, longer
from contracts.journeys.stories.quarter_script import Act, Sold
from reseller_client import Client, NotUnderstood, ServiceOrder
from reseller_client.resellers import CustomServices
from reseller_client.services.models import Addon, Tariff
from reseller_client.shop.prices import PriceRule
from reseller_client.shop.storefront import Storefront
from reseller_client.transport.retry import again


@dataclass(slots=True)
class CustomSide:
    """A billing of somebody's own."""

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

    def arrive(self, customer: str, product: Sold) -> Held:
        """Orders under an id of its own, waits for the machine, and hands it over."""
        tariff = self._tariff(product.tariff)
        cost = price_of(tariff, product.addons)
        machine = self._billing.order(
            ServiceOrder(
                tariff=product.tariff,
                domain=f"{customer}.example",
                ostempl=product.ostempl,
                addons=numbered(tariff, product.addons),
                remoteid=f"c-{customer}",
            )
        )
        if machine.expires_on is None or not machine.ip or not machine.password:
            raise NotUnderstood(f"machine {machine.id} of {customer} is not whole")
        self._amounts[machine.id] = dict(product.addons)
        held = Held(customer, product, machine.id, machine.expires_on, cost)
        self._sell(held, cost)
        return held

    def renew(self, held: Held) -> Held:
        """Buys the next month, knowing to which day the last one was paid."""
        bought = self._billing.renew(held.number, ends_on=held.ends_on)
        self._sell(held, held.cost)
        return longer(held, bought.ends_on)

    def resize(self, held: Held, act: Act) -> tuple[Held, Decimal]:
        """Asks what it costs, buys it, and charges the customer for it."""
        tariff = self._tariff(held.product.tariff)
        wanted = numbered(tariff, act.addons)
        cost = asked_price(self.client, held.number, wanted)
        self._billing.resize(held.number, wanted)
        self._amounts[held.number] |= act.addons
        self._sell(held, cost)
        return replace(held, cost=price_of(tariff, self._amounts[held.number])), cost

    def reinstall(self, held: Held, ostempl: str) -> None:
        """Installs, and waits for the new password."""
        self._billing.reinstall(held.number, ostempl)

    def suspend(self, held: Held) -> None:
        """Switches it off."""
        self._billing.suspend(held.number)

    def resume(self, held: Held) -> None:
        """Switches it on."""
        self._billing.resume(held.number)

    def leave(self, held: Held) -> None:
        """Gives it up."""
        self._billing.close(held.number)

    def passed(self) -> None:
        """Nothing runs by itself: this billing asks when it has something to do."""

    def sold(self) -> Decimal:
        """What customers paid altogether, by the shop's books."""
        return sum((margin.sold for margin in self.shop.margins()), Decimal(0))

    def _tariff(self, number: int) -> Tariff:
        if number not in self._tariffs:
            found = again(lambda: self.client.catalogue.tariff(number), self.client.retry_policy)
            if found is None:
                raise NotUnderstood(f"the price list has no tariff {number}")
            self._tariffs[number] = found
        return self._tariffs[number]

    def _sell(self, held: Held, cost: Decimal) -> None:
        price = PriceRule(markup=self.markup).price(cost)
        customer = self.shop.customer(held.customer, self.today())
        self._sales += 1
        self.shop.sell(
            customer, held.number, held.product.tariff, on=self.today(), price=price,
            reference=f"sale-{self._sales}",
        )  # fmt: skip


def asked_price(client: Client, number: int, wanted: Mapping[int, int | bool]) -> Decimal:
    """What the seller would charge for other addons now. A look does no harm done twice."""
    quoted = again(lambda: client.products(TYPE).resize_quote(number, wanted), client.retry_policy)
    return Decimal(0) if quoted is None else quoted.amount


def addon_of(tariff: Tariff, intname: str) -> Addon:
    """An addon by its internal name. Raises NotUnderstood."""
    found = next((addon for addon in tariff.addons if addon.intname == intname), None)
    if found is None:
        raise NotUnderstood(f"tariff {tariff.id} has no addon {intname}")
    return found


def numbered(tariff: Tariff, amounts: Mapping[str, int]) -> dict[int, int | bool]:
    """Amounts by the numbers of the addons."""
    return {addon_of(tariff, name).id: amount for name, amount in amounts.items()}


def price_of(tariff: Tariff, amounts: Mapping[str, int]) -> Decimal:
    """A month of a tariff with so much of its counted addons, by the price list."""
    total = _month(tariff)
    for name, amount in amounts.items():
        addon = addon_of(tariff, name)
        beyond = max(Decimal(0), amount - (addon.included or Decimal(0)))
        total += beyond * _month(addon)
    return total.quantize(Decimal("0.01"))


def _month(priced: Tariff | Addon) -> Decimal:
    found = next((one.cost.amount for one in priced.prices if one.length == 1), None)
    if found is None:
        raise NotUnderstood(f"{priced.name} has no price for a month")
    return found

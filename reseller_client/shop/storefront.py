"""A reseller's storefront: own prices, customers, sales and renewals, cost and margin.

The cost of a license is never computed: it is what the seller's list of expenses shows as charged
for the service. So a lost answer, a discount or a license from the pool cannot make the margin
wrong.

Source: assumed for prices and sales; `expense` for costs, docs/wire.md section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reseller_client.errors import NotUnderstood
from reseller_client.shop.margin import Margin, margins
from reseller_client.shop.prices import AT_COST, Exchange, PriceRule, convert
from reseller_client.shop.store import Cost, Customer, Sale, SaleKind

if TYPE_CHECKING:
    from reseller_client.account.models import Expense
    from reseller_client.client import Client
    from reseller_client.services.catalogue_models import Price
    from reseller_client.shop.store import StorefrontStore

_NONE: Final[Mapping[int, int]] = MappingProxyType({})
_OWN: Final = Exchange()


class Storefront:
    """The shop of one reseller at one seller. `exchange` has the shop's own currency."""

    def __init__(
        self, client: Client, store: StorefrontStore, *, exchange: Exchange = _OWN
    ) -> None:
        """Keep the client, the books and the currency."""
        self._client = client
        self._store = store
        self._exchange = exchange

    def set_price(self, tariff: int, rule: PriceRule) -> None:
        """Price a tariff from now on."""
        self._store.set_price(tariff, rule)

    def list_cost(
        self, tariff: int, *, period: int = 1, extra: Mapping[int, int] = _NONE
    ) -> Decimal:
        """Return the price of the seller's price list, in the own currency.

        `extra` maps addons to quantities beyond those that the tariff includes. Raises
        NotUnderstood for a tariff, addon or period that is not on the list, and ValueError for a
        currency without a rate.
        """
        listed = self._client.catalogue.tariff(tariff)
        if listed is None:
            raise NotUnderstood(f"the price list has no tariff {tariff}")
        cost = self._of_period(listed.prices, period, str(tariff))
        addons = {addon.id: addon.prices for addon in listed.addons}
        for code, quantity in extra.items():
            cost += quantity * self._of_period(addons.get(code, ()), period, f"addon {code}")
        return convert(cost, Decimal(1))

    def _of_period(self, prices: tuple[Price, ...], period: int, name: str) -> Decimal:
        cost = next((price.cost for price in prices if price.length == period), None)
        if cost is None:
            raise NotUnderstood(f"the price list has no price of {name} for {period} months")
        return cost.amount * self._exchange.rate(cost.currency)

    def quote(self, tariff: int, *, period: int = 1, extra: Mapping[int, int] = _NONE) -> Decimal:
        """Return what a customer pays; a tariff without an own price is sold at cost.

        A fixed price includes the addons. Raises the errors of `list_cost`.
        """
        rule = self._store.price(tariff) or AT_COST
        if rule.fixed is not None:
            return rule.price(rule.fixed)
        return rule.price(self.list_cost(tariff, period=period, extra=extra))

    def customer(self, name: str, joined_on: date) -> Customer:
        """Return the customer of that name; a new one joins on that day."""
        return self._store.customer(name, joined_on)

    def sell(
        self,
        customer: Customer,
        service_id: int,
        tariff: int,
        *,
        on: date,
        price: Decimal,
        reference: str = "",
        kind: SaleKind = SaleKind.SALE,
    ) -> Sale:
        """Record a sale of a license at a price. The same reference again changes nothing.

        An empty reference is made of the license, the customer, the kind and the day. Raises
        ValueError if the reference belongs to another sale.
        """
        invoice = reference or f"{service_id}-{customer.id}-{kind.value}-{on.isoformat()}"
        sale = Sale(invoice, customer.id, service_id, tariff, kind, on, price)
        self._store.add_sale(sale)
        return sale

    def renew(
        self, customer: Customer, service_id: int, tariff: int, *, on: date, price: Decimal
    ) -> Sale:
        """Record a further term of a license. Raises ValueError as `sell` does."""
        kind = SaleKind.RENEWAL
        return self.sell(customer, service_id, tariff, on=on, price=price, kind=kind)

    def collect_costs(self) -> int:
        """Read the seller's expenses and add the new ones to the books; returns how many.

        Raises NotUnderstood for a charge without day or sum, and ValueError for one in a currency
        without a rate; then nothing is added.
        """
        return self._store.add_costs(
            [self._cost(expense) for expense in self._client.payments.expenses()]
        )

    def _cost(self, expense: Expense) -> Cost:
        if expense.happened_on is None or expense.amount is None:
            raise NotUnderstood(f"expense {expense.id} has no day or no sum")
        rate = self._exchange.rate(expense.amount.currency)
        sum_of_it, currency = expense.amount.amount, expense.amount.currency
        day, name = expense.happened_on, expense.name
        return Cost(expense.id, expense.service_id, day, sum_of_it, currency, rate, name)

    def margins(self) -> tuple[Margin, ...]:
        """Return cost and margin of each license in each month, by month and license."""
        return margins(self._store.sales(), self._store.costs())

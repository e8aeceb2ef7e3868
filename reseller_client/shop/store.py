"""What a storefront remembers: prices, customers, sales, and what the seller charged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, select

from reseller_client.shop.prices import PriceRule, Rounding
from reseller_client.storage import DAY, EXACT, Rows, Stored, choice, required, values_of


class SaleKind(StrEnum):
    """A first sale, or a further term of the same license."""

    SALE = "sale"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the reseller. Names are unique."""

    id: int
    name: str
    joined_on: date


@dataclass(frozen=True, slots=True)
class Sale:
    """What a customer was charged for a license, in the reseller's own currency.

    `reference` is the number of the reseller's invoice: one invoice is one sale. `service_id` is
    the license's id at the seller, by which its cost is found.
    """

    reference: str
    customer_id: int
    service_id: int
    tariff: int
    kind: SaleKind
    sold_on: date
    price: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """A charge on the seller's list of expenses, and the exchange rate it was booked at."""

    expense_id: int
    service_id: int | None
    charged_on: date
    amount: Decimal
    currency: str
    rate: Decimal
    name: str


_TABLES: Final = MetaData()
_CUSTOMERS: Final = Table(
    "storefront_customer",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("name", Text, unique=True),
    required("joined_on", DAY),
)
_PRICES: Final = Table(
    "storefront_price",
    _TABLES,
    Column("tariff", Integer, primary_key=True),
    Column("fixed", EXACT),
    required("markup", EXACT),
    required("rounding", Stored(Text, Rounding.written, Rounding.read)),
)
_SALES: Final = Table(
    "storefront_sale",
    _TABLES,
    Column("reference", Text, primary_key=True),
    Column("customer_id", Integer, ForeignKey("storefront_customer.id"), nullable=False),
    required("service_id", Integer),
    required("tariff", Integer),
    required("kind", choice(SaleKind)),
    required("sold_on", DAY),
    required("price", EXACT),
)
_COSTS: Final = Table(
    "storefront_cost",
    _TABLES,
    Column("expense_id", Integer, primary_key=True),
    Column("service_id", Integer),
    required("charged_on", DAY),
    required("amount", EXACT),
    required("currency", Text),
    required("rate", EXACT),
    required("name", Text),
)


class StorefrontStore(Rows):
    """The books of a storefront."""

    tables = _TABLES

    def set_price(self, tariff: int, rule: PriceRule) -> None:
        """Price a tariff; what was sold before keeps its price."""
        self._rows.put(_PRICES, {"tariff": tariff, **values_of(rule)})

    def price(self, tariff: int) -> PriceRule | None:
        """Return how a tariff is priced, or None."""
        columns = (_PRICES.c.fixed, _PRICES.c.markup, _PRICES.c.rounding)
        rules = self._rows.read(PriceRule, select(*columns).where(_PRICES.c.tariff == tariff))
        return next(iter(rules), None)

    def customer(self, name: str, joined_on: date) -> Customer:
        """Return the customer of that name; a new one joins on that day."""
        self._rows.add_missing(_CUSTOMERS, {"name": name, "joined_on": joined_on})
        query = select(_CUSTOMERS).where(_CUSTOMERS.c.name == name)
        return self._rows.read(Customer, query)[0]

    def customers(self) -> tuple[Customer, ...]:
        """Return all customers in the order they came."""
        return self._rows.read(Customer, select(_CUSTOMERS).order_by(_CUSTOMERS.c.id))

    def add_sale(self, sale: Sale) -> None:
        """Add a sale; the same sale once more changes nothing.

        Raises ValueError if something else was sold under its reference.
        """
        self._rows.add_missing(_SALES, values_of(sale))
        query = select(_SALES).where(_SALES.c.reference == sale.reference)
        if self._rows.read(Sale, query) != (sale,):
            raise ValueError(f"something else was sold under {sale.reference}")

    def sales(self) -> tuple[Sale, ...]:
        """Return all sales by day."""
        return self._rows.read(Sale, select(_SALES).order_by(_SALES.c.sold_on, _SALES.c.reference))

    def add_costs(self, costs: Iterable[Cost]) -> int:
        """Add the charges that are not in the books yet, all or none; returns how many."""
        rows = [values_of(cost) for cost in costs]
        with self._rows.writing():
            return sum(self._rows.add_missing(_COSTS, row) for row in rows)

    def costs(self) -> tuple[Cost, ...]:
        """Return all charges by day."""
        order = (_COSTS.c.charged_on, _COSTS.c.expense_id)
        return self._rows.read(Cost, select(_COSTS).order_by(*order))

"""What a storefront remembers: prices, customers, sales, and what the seller charged.

Money is kept as the text of a Decimal: SQLite has no exact numbers with a point.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from reseller_client.shop.prices import PriceRule, Rounding


class SaleKind(StrEnum):
    """A first sale, or a further term of the same."""

    SALE = "sale"
    RENEWAL = "renewal"


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys of the reseller. Names are unique."""

    id: int
    name: str
    joined_on: date


@dataclass(frozen=True, slots=True)
class Sale:
    """What a customer was charged for a license. `reference` is our invoice: one, one sale.

    `service_id` is the license's id at the seller, by which its cost is found.
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
    """A charge of the seller, as its list of expenses tells it, and the rate it was booked at."""

    expense_id: int
    service_id: int | None
    charged_on: date
    amount: Decimal
    currency: str
    rate: Decimal
    name: str


_TABLES: Final = """
CREATE TABLE IF NOT EXISTS storefront_customer (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, joined_on TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS storefront_price (
    tariff INTEGER PRIMARY KEY, fixed TEXT, markup TEXT NOT NULL, rounding TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS storefront_sale (
    reference TEXT PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES storefront_customer(id),
    service_id INTEGER NOT NULL, tariff INTEGER NOT NULL, kind TEXT NOT NULL,
    sold_on TEXT NOT NULL, price TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS storefront_cost (
    expense_id INTEGER PRIMARY KEY, service_id INTEGER, charged_on TEXT NOT NULL,
    amount TEXT NOT NULL, currency TEXT NOT NULL, rate TEXT NOT NULL, name TEXT NOT NULL);
"""
_SALES: Final = """
SELECT reference, customer_id, service_id, tariff, kind, sold_on, price
FROM storefront_sale ORDER BY sold_on, reference
"""
_SALE: Final = """
SELECT reference, customer_id, service_id, tariff, kind, sold_on, price
FROM storefront_sale WHERE reference = ?
"""
_COSTS: Final = """
SELECT expense_id, service_id, charged_on, amount, currency, rate, name
FROM storefront_cost ORDER BY charged_on, expense_id
"""
_SET_PRICE: Final = "INSERT OR REPLACE INTO storefront_price VALUES (?, ?, ?, ?)"
_ADD_SALE: Final = "INSERT OR IGNORE INTO storefront_sale VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_COST: Final = "INSERT OR IGNORE INTO storefront_cost VALUES (?, ?, ?, ?, ?, ?, ?)"


class StorefrontStore:
    """The books in a SQLite database the caller opened; call `prepare` once before use."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Keep the connection; nothing is read or written yet."""
        self._connection = connection

    def prepare(self) -> None:
        """Create the tables if they are not there."""
        self._connection.executescript(_TABLES)

    def set_price(self, tariff: int, rule: PriceRule) -> None:
        """Price a tariff; what was sold before keeps its price."""
        fixed = None if rule.fixed is None else str(rule.fixed)
        with self._connection:
            self._connection.execute(
                _SET_PRICE, (tariff, fixed, str(rule.markup), rule.rounding.written())
            )

    def price(self, tariff: int) -> PriceRule | None:
        """Return how a tariff is priced, or None."""
        asked = "SELECT fixed, markup, rounding FROM storefront_price WHERE tariff = ?"
        found = self._connection.execute(asked, (tariff,)).fetchone()
        if found is None:
            return None
        fixed, markup, rounding = found
        price = None if fixed is None else Decimal(fixed)
        return PriceRule(price, Decimal(markup), Rounding.read(rounding))

    def customer(self, name: str, joined_on: date) -> Customer:
        """Return the customer of a name, who joins on that day if nobody is known by it."""
        with self._connection:
            self._connection.execute(
                "INSERT OR IGNORE INTO storefront_customer (name, joined_on) VALUES (?, ?)",
                (name, joined_on.isoformat()),
            )
        return next(one for one in self.customers() if one.name == name)

    def customers(self) -> tuple[Customer, ...]:
        """Return all customers in the order they came."""
        found = self._connection.execute("SELECT id, name, joined_on FROM storefront_customer")
        read = (Customer(number, name, date.fromisoformat(day)) for number, name, day in found)
        return tuple(sorted(read, key=lambda one: one.id))

    def add_sale(self, sale: Sale) -> None:
        """Keep a sale; the same once more changes nothing.

        Raises ValueError if something else was sold under its reference.
        """
        values = (sale.reference, sale.customer_id, sale.service_id, sale.tariff, sale.kind.value)
        with self._connection:
            self._connection.execute(
                _ADD_SALE, (*values, sale.sold_on.isoformat(), str(sale.price))
            )
        kept = self._connection.execute(_SALE, (sale.reference,)).fetchone()
        if _sale(*kept) != sale:
            raise ValueError(f"something else was sold under {sale.reference}")

    def sales(self) -> tuple[Sale, ...]:
        """Return all sales by day."""
        return tuple(_sale(*values) for values in self._connection.execute(_SALES))

    def add_costs(self, costs: Iterable[Cost]) -> int:
        """Keep charges not known yet, all or none; returns how many those were."""
        rows = [
            (c.expense_id, c.service_id, c.charged_on.isoformat(), str(c.amount), c.currency,
             str(c.rate), c.name)
            for c in costs
        ]  # fmt: skip
        with self._connection:
            return self._connection.executemany(_ADD_COST, rows).rowcount

    def costs(self) -> tuple[Cost, ...]:
        """Return all charges by day."""
        return tuple(_cost(*values) for values in self._connection.execute(_COSTS))


def _sale(
    reference: str,
    customer_id: int,
    service_id: int,
    tariff: int,
    kind: str,
    sold_on: str,
    price: str,
) -> Sale:
    day = date.fromisoformat(sold_on)
    return Sale(reference, customer_id, service_id, tariff, SaleKind(kind), day, Decimal(price))


def _cost(
    expense_id: int,
    service_id: int | None,
    charged_on: str,
    amount: str,
    currency: str,
    rate: str,
    name: str,
) -> Cost:
    day = date.fromisoformat(charged_on)
    return Cost(expense_id, service_id, day, Decimal(amount), currency, Decimal(rate), name)

"""The database of a shop of modules: customers and their money, licenses, products, modules.

Everything is a row in SQLite, so that threads, processes and restarts see the same state.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    delete,
    select,
    text,
    update,
)

from reseller_client.storage import DAY, EXACT, Database, Stored, choice, required, values_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


class ModuleState(StrEnum):
    """The state of a module. `OPENING`: the customer has paid, the seller has not confirmed yet."""

    BASKET = "basket"
    OPENING = "opening"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


STATUS: Final[Mapping[ModuleState, int]] = {
    ModuleState.BASKET: 1,
    ModuleState.ACTIVE: 2,
    ModuleState.SUSPENDED: 3,
    ModuleState.CLOSED: 4,
    ModuleState.OPENING: 5,
}
"""The numbers of the states on the wire (docs/trade.md section 10)."""

BUSY: Final = 10.0
"""Seconds to wait for another process that writes."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer of the shop. `secret` is the hash of the password, `balance` is prepaid money."""

    id: int
    login: str
    secret: str
    name: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """A module the reseller sells: its own number, the seller's tariff, prices by months.

    `editions` are the internal names of the panel editions that take it; empty means all.
    """

    id: int
    tariff: int
    intname: str
    name: str
    prices: Mapping[int, Decimal]
    editions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerModule:
    """A module of a customer.

    `number` is the seller's number of it, None until it is open. `price` is what the customer paid
    for a term of `period` months. `remoteid` is the reseller's id of it at the seller, unique.
    """

    id: int
    buyer: int
    license: int
    product: int
    intname: str
    period: int
    price: Decimal
    autoprolong: int | None
    state: ModuleState
    number: int | None
    order_id: int
    created_on: date
    expires_on: date | None
    remoteid: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement of a customer's balance: `amount` is positive when paid in, else negative.

    `kind` is `top-up`, `sale`, `renewal` or `refund`.
    """

    id: int
    buyer: int
    module: int | None
    happened_on: date
    kind: str
    amount: Decimal


_TABLES: Final = MetaData()
BUYERS: Final = Table(
    "module_buyer",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("login", Text, unique=True),
    required("secret", Text),
    required("name", Text),
    required("balance", EXACT, server_default="0.00"),
)
LICENSES: Final = Table(
    "module_licence",
    _TABLES,
    Column("number", Integer, primary_key=True),
    Column("buyer", Integer, ForeignKey("module_buyer.id"), nullable=False),
    required("edition", Text),
)
PRODUCTS: Final = Table(
    "module_product",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("tariff", Integer),
    required("intname", Text),
    required("name", Text),
    required("editions", Stored(Text, " ".join, lambda written: tuple(written.split()))),
)
PRICES: Final = Table(
    "module_price",
    _TABLES,
    Column("product", Integer, ForeignKey("module_product.id"), primary_key=True),
    Column("period", Integer, primary_key=True),
    required("price", EXACT),
)
SESSIONS: Final = Table(
    "module_session",
    _TABLES,
    Column("digest", Text, primary_key=True),
    required("buyer", Integer),
    required("secret", Text),
    required("used_at", Float),
)
FAILURES: Final = Table(
    "module_failure",
    _TABLES,
    Column("who", Text, primary_key=True),
    required("count", Integer),
    required("last", Float),
    required("locked_until", Float),
)
ORDERS: Final = Table(
    "module_order",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("buyer", Integer),
    required("state", Text),
    sqlite_autoincrement=True,
)
MODULES: Final = Table(
    "module_held",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("buyer", Integer, ForeignKey("module_buyer.id"), nullable=False),
    required("licence", Integer, key="license"),
    required("product", Integer),
    required("intname", Text),
    required("period", Integer),
    required("price", EXACT),
    Column("autoprolong", Integer),
    required("state", choice(ModuleState)),
    Column("number", Integer),
    required("order_id", Integer),
    required("created_on", DAY),
    Column("expires_on", DAY),
    required("remoteid", Text),
    Index("module_once", "license", "intname", unique=True, sqlite_where=text("state <> 'closed'")),
    Index("module_by_buyer", "buyer", "state"),
    sqlite_autoincrement=True,
)
TERMS: Final = Table(
    "module_term",
    _TABLES,
    Column("module", Integer, primary_key=True),
    Column("before_on", DAY, primary_key=True, key="before"),
    required("period", Integer),
    required("price", EXACT),
    required("state", Text),
    required("asked_on", DAY, key="requested_on"),
    Column("asked_at", Float, key="requested_at"),
)
LEASES: Final = Table(
    "module_asking",
    _TABLES,
    Column("module", Integer, primary_key=True),
    required("who", Text),
    required("until", Float),
)
ENTRIES: Final = Table(
    "module_entry",
    _TABLES,
    Column("id", Integer, primary_key=True),
    required("buyer", Integer),
    Column("module", Integer),
    required("happened_on", DAY),
    required("kind", Text),
    required("amount", EXACT),
    sqlite_autoincrement=True,
)


class ModuleStore(Database):
    """The rows of one shop, in a file of its own or in memory. Safe for several threads.

    Every method raises sqlite3.Error where the database cannot be read or written.
    """

    def __init__(self, path: str | Path = ":memory:") -> None:
        """Open the database and create what is missing. Raises sqlite3.Error."""
        super().__init__(
            sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=BUSY)
        )
        self.create(_TABLES)

    def buyer(self, number: int) -> Buyer | None:
        """Return a customer by number, or None."""
        return self._buyer(BUYERS.c.id == number)

    def buyer_named(self, login: str) -> Buyer | None:
        """Return a customer by login, or None."""
        return self._buyer(BUYERS.c.login == login)

    def _buyer(self, condition: ColumnElement[bool]) -> Buyer | None:
        return next(iter(self.read(Buyer, select(BUYERS).where(condition))), None)

    def buyers(self) -> tuple[Buyer, ...]:
        """Return all customers, by login."""
        return self.read(Buyer, select(BUYERS).order_by(BUYERS.c.login))

    def set_buyer(self, buyer: int, /, **values: object) -> None:
        """Change columns of a customer."""
        self.run(update(BUYERS).where(BUYERS.c.id == buyer).values(values))

    def book(self, buyer: int, kind: str, amount: Decimal, on: date, module: int | None) -> None:
        """Add an entry and change the balance by it, within `writing`.

        Raises ValueError for a customer that does not exist.
        """
        before = self.buyer(buyer)
        if before is None:
            raise ValueError(f"there is no customer {buyer}")
        entry = {"buyer": buyer, "module": module, "happened_on": on, "kind": kind}
        self.add(ENTRIES, {**entry, "amount": amount})
        self.set_buyer(buyer, balance=before.balance + amount)

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries of all customers, oldest first."""
        return self.read(Entry, select(ENTRIES).order_by(ENTRIES.c.id))

    def edition(self, license: int, buyer: int) -> str | None:
        """Return the edition of a customer's license, None where it is not the customer's."""
        query = select(LICENSES.c.edition).where(
            LICENSES.c.number == license, LICENSES.c.buyer == buyer
        )
        return next((edition for (edition,) in self.rows(query)), None)

    def offer(self, product: Product) -> None:
        """Add or replace a product with its prices."""
        with self.writing():
            self.put(PRODUCTS, values_of(product, "prices"))
            self.run(delete(PRICES).where(PRICES.c.product == product.id))
            for period, price in product.prices.items():
                self.add(PRICES, {"product": product.id, "period": period, "price": price})

    def products(self) -> tuple[Product, ...]:
        """Return all products by number, with their prices by period."""
        prices: dict[int, dict[int, Decimal]] = {}
        for number, period, price in self.rows(select(PRICES).order_by(PRICES.c.period)):
            prices.setdefault(number, {})[period] = price
        columns = ("id", "tariff", "intname", "name", "editions")
        rows = self.rows(select(*(PRODUCTS.c[name] for name in columns)).order_by(PRODUCTS.c.id))
        return tuple(
            Product(number, tariff, intname, name, prices.get(number, {}), editions)
            for number, tariff, intname, name, editions in rows
        )

    def modules(self, *conditions: ColumnElement[bool]) -> tuple[CustomerModule, ...]:
        """Return the modules that meet all conditions on `MODULES.c`, newest first."""
        query = select(MODULES).where(*conditions)
        return self.read(CustomerModule, query.order_by(MODULES.c.id.desc()))

    def set_module(
        self, module: int, /, *conditions: ColumnElement[bool], **values: object
    ) -> bool:
        """Change columns of a module if it meets all conditions; returns whether it did."""
        change = update(MODULES).where(MODULES.c.id == module, *conditions)
        return bool(self.run(change.values(values)).rowcount)

    def move(self, number: int, before: ModuleState, after: ModuleState) -> bool:
        """Change a module's state; False where it was not in the state `before` any more."""
        return self.set_module(number, MODULES.c.state == before, state=after)

    def state(self, number: int) -> ModuleState:
        """Return the state of a module, which must exist."""
        return self.modules(MODULES.c.id == number)[0].state

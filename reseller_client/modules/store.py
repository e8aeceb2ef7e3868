"""What a shop of modules remembers: customers and their money, licenses, products, modules.

Everything is a row in SQLite, so that threads, processes and restarts agree. Money is kept as the
text of a Decimal: SQLite has no exact numbers with a point.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final


class State(StrEnum):
    """Where a module stands. `OPENING`: paid by the customer, not yet confirmed by the seller."""

    BASKET = "basket"
    OPENING = "opening"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


STATUS: Final[Mapping[State, int]] = {
    State.BASKET: 1,
    State.ACTIVE: 2,
    State.SUSPENDED: 3,
    State.CLOSED: 4,
    State.OPENING: 5,
}
"""As on the wire (docs/trade.md section 10)."""

BUSY: Final = 10.0
"""Seconds to wait for another process that writes."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer of the reseller, as far as modules go."""

    id: int
    login: str
    secret: str
    name: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """A module the reseller sells: its own number, the seller's tariff, prices by months.

    `editions` are internal names of panel editions that take it; empty: all do.
    """

    id: int
    tariff: int
    intname: str
    name: str
    prices: Mapping[int, Decimal]
    editions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A module of a customer. `number` is the seller's; `price` is what was charged for a term."""

    id: int
    buyer: int
    license: int
    product: int
    intname: str
    period: int
    price: Decimal
    autoprolong: int | None
    state: State
    number: int | None
    order_id: int
    created_on: date
    expires_on: date | None
    remoteid: str
    """Our id of it at the seller: like no other, since the seller keeps any number of one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Money of a customer: in above nothing, out below. `kind`: top-up, sale, renewal, refund."""

    id: int
    buyer: int
    module: int | None
    happened_on: date
    kind: str
    amount: Decimal


_TABLES: Final = """
CREATE TABLE IF NOT EXISTS module_buyer (
    id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, name TEXT NOT NULL,
    balance TEXT NOT NULL DEFAULT '0.00');
CREATE TABLE IF NOT EXISTS module_licence (
    number INTEGER PRIMARY KEY, buyer INTEGER NOT NULL REFERENCES module_buyer(id),
    edition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS module_product (
    id INTEGER PRIMARY KEY, tariff INTEGER NOT NULL, intname TEXT NOT NULL, name TEXT NOT NULL,
    editions TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS module_price (
    product INTEGER NOT NULL REFERENCES module_product(id), period INTEGER NOT NULL,
    price TEXT NOT NULL, PRIMARY KEY (product, period));
CREATE TABLE IF NOT EXISTS module_session (
    digest TEXT PRIMARY KEY, buyer INTEGER NOT NULL, secret TEXT NOT NULL, used_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS module_failure (
    who TEXT PRIMARY KEY, count INTEGER NOT NULL, last REAL NOT NULL, locked_until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS module_order (
    id INTEGER PRIMARY KEY AUTOINCREMENT, buyer INTEGER NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS module_held (
    id INTEGER PRIMARY KEY AUTOINCREMENT, buyer INTEGER NOT NULL REFERENCES module_buyer(id),
    licence INTEGER NOT NULL, product INTEGER NOT NULL, intname TEXT NOT NULL,
    period INTEGER NOT NULL, price TEXT NOT NULL, autoprolong INTEGER, state TEXT NOT NULL,
    number INTEGER, order_id INTEGER NOT NULL, created_on TEXT NOT NULL, expires_on TEXT,
    remoteid TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS module_once ON module_held (licence, intname)
    WHERE state <> 'closed';
CREATE INDEX IF NOT EXISTS module_by_buyer ON module_held (buyer, state);
CREATE TABLE IF NOT EXISTS module_term (
    module INTEGER NOT NULL, before_on TEXT NOT NULL, period INTEGER NOT NULL,
    price TEXT NOT NULL, state TEXT NOT NULL, asked_on TEXT NOT NULL, asked_at REAL,
    PRIMARY KEY (module, before_on));
CREATE TABLE IF NOT EXISTS module_asking (
    module INTEGER PRIMARY KEY, who TEXT NOT NULL, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS module_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, buyer INTEGER NOT NULL, module INTEGER,
    happened_on TEXT NOT NULL, kind TEXT NOT NULL, amount TEXT NOT NULL);
"""
_BUYER: Final = "SELECT id, login, secret, name, balance FROM module_buyer"
_HELD: Final = (
    "SELECT id, buyer, licence, product, intname, period, price, autoprolong, state, number,"
    " order_id, created_on, expires_on, remoteid FROM module_held"
)


class ModuleStore:
    """The rows of one shop, in a file of its own or in memory. Safe for several threads."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        """Open the database and create what is missing. Raises sqlite3.Error."""
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, timeout=BUSY
        )
        # In one go: of two processes that start at once the second waits, and finds everything.
        self._connection.executescript(f"BEGIN IMMEDIATE;{_TABLES}COMMIT;")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything inside happens or nothing does. Nothing in it may call the seller."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def run(self, sql: str, *values: object) -> int:
        """Do one statement; returns the number of a new row."""
        with self._lock:
            return int(self._connection.execute(sql, values).lastrowid or 0)

    def changed(self, sql: str, *values: object) -> int:
        """Do one statement; returns how many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Read rows."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def move(self, number: int, before: State, after: State) -> bool:
        """Let a module go from one state to the next; False where it was not there any more."""
        moved = "UPDATE module_held SET state = ? WHERE id = ? AND state = ?"
        return bool(self.changed(moved, after.value, number, before.value))

    def state(self, number: int) -> State:
        """Return the state of a module that there is."""
        return State(self.rows("SELECT state FROM module_held WHERE id = ?", number)[0][0])

    def buyer(self, where: str, value: object) -> Buyer | None:
        """Return a customer by `id` or `login`."""
        found = self.rows(f"{_BUYER} WHERE {where} = ?", value)
        return _buyer(found[0]) if found else None

    def buyers(self) -> tuple[Buyer, ...]:
        """Return all customers, by login."""
        found = self.rows(f"{_BUYER} ORDER BY login")
        return tuple(_buyer(row) for row in found)

    def book(self, buyer: int, kind: str, amount: Decimal, on: date, module: int | None) -> None:
        """Add an entry and the balance that follows from it, within `writing`."""
        before = self.buyer("id", buyer)
        assert before is not None  # noqa: S101 - whoever books has read the customer
        self.run(
            "INSERT INTO module_entry (buyer, module, happened_on, kind, amount)"
            " VALUES (?, ?, ?, ?, ?)",
            buyer, module, on.isoformat(), kind, str(amount),
        )  # fmt: skip
        after = str(before.balance + amount)
        self.run("UPDATE module_buyer SET balance = ? WHERE id = ?", after, buyer)

    def entries(self) -> tuple[Entry, ...]:
        """Return all money of all customers in the order it moved."""
        found = self.rows(
            "SELECT id, buyer, module, happened_on, kind, amount FROM module_entry ORDER BY id"
        )
        return tuple(
            Entry(number, buyer, module, date.fromisoformat(day), kind, Decimal(amount))
            for number, buyer, module, day, kind, amount in found
        )

    def products(self) -> tuple[Product, ...]:
        """Return what is sold, by its number."""
        prices: dict[int, dict[int, Decimal]] = {}
        for product, period, price in self.rows(
            "SELECT product, period, price FROM module_price ORDER BY period"
        ):
            prices.setdefault(product, {})[period] = Decimal(price)
        found = self.rows(
            "SELECT id, tariff, intname, name, editions FROM module_product ORDER BY id"
        )
        return tuple(
            Product(number, tariff, intname, name, prices.get(number, {}), tuple(taken.split()))
            for number, tariff, intname, name, taken in found
        )

    def held(self, where: str = "1", *values: object) -> tuple[Held, ...]:
        """Return modules, newest first."""
        found = self.rows(f"{_HELD} WHERE {where} ORDER BY id DESC", *values)
        return tuple(_held(row) for row in found)


def _buyer(row: tuple[Any, ...]) -> Buyer:
    number, login, secret, name, balance = row
    return Buyer(number, login, secret, name, Decimal(balance))


def _held(row: tuple[Any, ...]) -> Held:
    number, buyer, license, product, intname, period, price, *rest = row
    autoprolong, state, at_seller, order_id, created, expires, remoteid = rest
    return Held(
        id=number,
        buyer=buyer,
        license=license,
        product=product,
        intname=intname,
        period=period,
        price=Decimal(price),
        autoprolong=autoprolong,
        state=State(state),
        number=at_seller,
        order_id=order_id,
        created_on=date.fromisoformat(created),
        expires_on=None if expires is None else date.fromisoformat(expires),
        remoteid=remoteid,
    )

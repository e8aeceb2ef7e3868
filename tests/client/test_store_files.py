"""Files of the stores from before they were built on SQLAlchemy are opened and written on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reseller_client.resellers import Owner, PoolRow, SqliteStore
from reseller_client.resellers.bundles.store import Bundle, BundleStore, MachineState
from reseller_client.shop.prices import PriceRule, Rounding
from reseller_client.shop.store import Cost, Customer, Sale, SaleKind, StorefrontStore

if TYPE_CHECKING:
    from collections.abc import Iterator

DUMP = Path(__file__).parent / "data" / "stores_before_sqlalchemy.sql"
DAY = date(2027, 1, 31)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8"))
    return path


@pytest.fixture
def connection(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file)) as opened:
        yield opened


def test_a_shops_books_are_read_and_written_on(connection: sqlite3.Connection) -> None:
    store = StorefrontStore(connection)
    store.prepare()
    assert store.price(55227) == PriceRule(markup=Decimal(40), rounding=Rounding.read(".99"))
    assert store.price(6) == PriceRule(fixed=Decimal("7.50"))
    ada = Customer(1, "ada", DAY)
    assert store.customer("ada", date(2030, 1, 1)) == ada
    sale = Sale("inv-1", 1, 100001, 55227, SaleKind.SALE, DAY, Decimal("6.99"))
    assert store.sales() == (sale,)
    costs = (
        Cost(1, 100001, DAY, Decimal("5.00"), "EUR", Decimal("1.08"), "order"),
        Cost(2, None, date(2027, 2, 1), Decimal("-1.50"), "EUR", Decimal(1), "refund"),
    )
    assert store.costs() == costs
    assert store.add_costs([*costs, replace(costs[0], expense_id=3)]) == 1
    store.add_sale(replace(sale, reference="inv-2", kind=SaleKind.RENEWAL))
    assert [sold.reference for sold in store.sales()] == ["inv-1", "inv-2"]


def test_the_pool_of_whmcs_is_read_and_written_on(connection: sqlite3.Connection) -> None:
    store = SqliteStore(connection)
    store.prepare()
    used = PoolRow(100001, Owner.PRODUCT, 13, date(2027, 2, 28), 55227, 2)
    free = PoolRow(100002, Owner.ADDON, None, date(2027, 3, 1), 3541, 0, date(2027, 12, 31))
    assert store.rows() == (used, free)
    store.save(replace(free, service_id=14))
    store.drop(100001)
    assert store.rows() == (replace(free, service_id=14),)


def test_bundles_are_read_and_written_on(connection: sqlite3.Connection) -> None:
    store = BundleStore(connection)
    store.prepare()
    suspended = Bundle(
        7,
        "web-7",
        "192.0.2.7",
        55227,
        MachineState.SUSPENDED,
        license_id=100003,
        license_ip="192.0.2.7",
        license_runs=True,
        problem="no answer",
    )
    assert store.bundles() == (suspended, Bundle(8, "web-8", "192.0.2.8", 3541))
    assert store.free(3541) == (100004,)
    store.take(100004)
    store.drop(7, freed=100003, tariff=55227)
    assert (store.bundle(7), store.free(3541), store.free(55227)) == (None, (), (100003,))

"""Files of the stores from before they were built on SQLAlchemy are opened and written on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from reseller_client import Money, Status
from reseller_client.modules.store import (
    BUYERS,
    MODULES,
    TERMS,
    CustomerModule,
    ModuleState,
    ModuleStore,
    Product,
)
from reseller_client.resellers import Owner, PoolRow, SqliteStore
from reseller_client.resellers.billmanager.models import (
    Action,
    Item,
    Operation,
    OperationState,
    OwnAddon,
    OwnChoice,
    OwnTariff,
    OwnTemplate,
    ProcessingModule,
    Reason,
)
from reseller_client.resellers.billmanager.running_store import RunningStore
from reseller_client.resellers.billmanager.store import CatalogueStore
from reseller_client.resellers.bundles.store import Bundle, BundleStore, MachineState
from reseller_client.services.catalogue_models import (
    Addon,
    AddonItem,
    AddonKind,
    Datacenter,
    Price,
    Tariff,
)
from reseller_client.shop.prices import PriceRule, Rounding
from reseller_client.shop.store import Cost, Customer, Sale, SaleKind, StorefrontStore
from reseller_client.storage import values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DUMP = Path(__file__).parent / "data" / "stores_before_sqlalchemy.sql"
DAY = date(2027, 1, 31)
NOON = datetime(2027, 1, 31, 12, 30, tzinfo=UTC)


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


def test_the_catalogue_of_a_billmanager_is_read_and_written_on(
    connection: sqlite3.Connection,
) -> None:
    store = CatalogueStore(connection)
    store.prepare()
    module = ProcessingModule(1, "vds", "hoster", "Machines", Decimal("12.50"), 3, "support", 2)
    assert store.modules() == (module,)
    assert (store.periods(), store.rates()) == ((1, 3, 12), {"USD": Decimal("0.92")})
    assert [store.seller_period(1, 3, tariff) for tariff in (1, 2)] == [12, 1]
    tariff = store.tariff(1)
    assert tariff == _own_tariff()
    assert store.sources(1) == {1: _seller_tariff()}
    store.save_tariff(replace(tariff, name="Renamed"), {2: _seller_tariff()})
    assert store.tariffs() == (replace(tariff, name="Renamed"),)
    assert store.sources(1) == {1: _seller_tariff(), 2: _seller_tariff()}


ITEM = Item(
    id=1,
    customer="ada",
    tariff=1,
    module=1,
    period=1,
    price=Decimal("7.99"),
    ordered_on=DAY,
    status=Status.ACTIVE,
    expires_on=date(2027, 2, 28),
    seller_id=100005,
    seller_period=1,
    seller_expires_on=date(2027, 2, 28),
    params={"domain": "ada.example"},
    addons={"ncpu": 2, "panel": "lite"},
    details={"ip": "192.0.2.5"},
    mark="abc",
    own_term=True,
)
OPENING = Operation(
    id=1,
    item=1,
    action=Action.OPEN,
    created_at=NOON,
    state=OperationState.COMPLETED,
    period=1,
    params={"domain": "ada.example"},
    addons={"ncpu": 2},
    price=Decimal("7.99"),
    cost=Decimal("5.00"),
    requested=True,
    sent_at=NOON,
    ended_at=NOON,
)
FAILED = Operation(
    id=2,
    item=1,
    action=Action.PROLONG,
    created_at=NOON,
    state=OperationState.FAILED,
    period=1,
    price=Decimal("7.99"),
    cost=None,
    before_on=date(2027, 2, 28),
    reason=Reason("not_enough_money", "", "no money"),
)


def test_the_operations_of_a_billmanager_are_read_and_written_on(
    connection: sqlite3.Connection,
) -> None:
    store = RunningStore(connection)
    store.prepare()
    assert store.items() == (ITEM,)
    assert store.operations() == (OPENING, FAILED)
    assert [task.operation for task in store.tasks()] == [2]
    assert store.pulled_at() == NOON
    number, added = store.add(replace(ITEM, id=0), replace(FAILED, id=0), department="")
    assert (number, added.id, added.item) == (2, 3, 2)


def _own_tariff() -> OwnTariff:
    lite = OwnChoice("lite", "Lite", prices={1: Decimal("5.6000")})
    cpu = OwnAddon("ncpu", "CPU", included=Decimal(1), prices={1: Decimal("1.4000")})
    panel = OwnAddon(
        "panel",
        "Panel",
        AddonKind.ENUMERATION,
        active=False,
        enumeration="panels",
        choices=(lite,),
    )
    return OwnTariff(
        id=1,
        itemtype="vds",
        name="My VDS",
        enabled=True,
        prices={1: Decimal("7.99"), 3: Decimal("21.00")},
        addons=(cpu, panel),
        templates=(OwnTemplate("debian"), OwnTemplate("windows", linked=False)),
        rule=PriceRule(markup=Decimal(40), rounding=Rounding.read(".99")),
    )


def _seller_tariff() -> Tariff:
    unit = Decimal(1)
    cpu = Addon(10, "CPU", "ncpu", unit, Decimal(8), unit, "Unit", (_month("1.00"),), included=unit)
    panel = Addon(
        id=11,
        name="Panel",
        intname="panel",
        minimum=None,
        maximum=None,
        step=None,
        measure="",
        kind=AddonKind.ENUMERATION,
        enumeration="panels",
        items=(AddonItem(1, "none", "None"), AddonItem(2, "lite", "Lite", (_month("4.00"),))),
    )
    return Tariff(
        id=6,
        name="VDS",
        itemtype="vds",
        orderable=True,
        prices=(_month("5.00"),),
        addons=(cpu, panel),
        datacenters=(Datacenter(1, "Near"),),
        options={"ostempl": ("debian", "windows")},
    )


def _month(amount: str) -> Price:
    return Price("month", 1, Money(Decimal(amount), "EUR"))


def test_a_shop_of_modules_is_read_and_written_on(file: Path) -> None:
    with closing(ModuleStore(file)) as store:
        (ada,) = store.buyers()
        assert (ada.id, ada.login, ada.balance) == (1, "ada", Decimal("18.00"))
        virusdie = Product(
            id=277,
            tariff=955301,
            intname="Virusdie",
            name="Virusdie",
            prices={1: Decimal("12.00"), 12: Decimal("120.00")},
            editions=("ispmanager6_pro",),
        )
        assert store.products() == (virusdie,)
        module = CustomerModule(
            id=1,
            buyer=1,
            license=100002,
            product=277,
            intname="Virusdie",
            period=1,
            price=Decimal("12.00"),
            autoprolong=1,
            state=ModuleState.ACTIVE,
            number=100006,
            order_id=1,
            created_on=DAY,
            expires_on=date(2027, 2, 28),
            remoteid="pm-1",
        )
        assert store.modules() == (module,)
        assert [entry.amount for entry in store.entries()] == [Decimal("30.00"), Decimal("-12.00")]
        assert store.edition(100002, ada.id) == "ispmanager6_pro"
        assert store.rows(select(TERMS.c.before, TERMS.c.state)) == [(date(2027, 2, 28), "begun")]
        with store.writing():
            store.book(ada.id, "refund", Decimal("12.00"), DAY, 1)
        store.move(1, ModuleState.ACTIVE, ModuleState.CLOSED)
        values = values_of(replace(module, remoteid="pm-2"), "id")
        assert store.add(MODULES, values) == 2
        with pytest.raises(sqlite3.IntegrityError):
            store.add(MODULES, values)


def test_the_first_transaction_on_a_store_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    def pay_in_and_fail(store: ModuleStore) -> None:
        with store.writing():
            store.book(2, "top-up", Decimal("5.00"), DAY, None)
            raise LookupError

    with closing(ModuleStore(tmp_path / "new.sqlite")) as store:
        for login in ("ada", "bob"):
            store.add(BUYERS, {"login": login, "secret": "", "name": login})
    with closing(ModuleStore(tmp_path / "new.sqlite")) as store:
        with pytest.raises(LookupError):
            pay_in_and_fail(store)
        assert store.entries() == ()
        assert [buyer.balance for buyer in store.buyers()] == [Decimal("0.00"), Decimal("0.00")]

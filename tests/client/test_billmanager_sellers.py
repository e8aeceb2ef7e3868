"""A reselling BILLmanager with several sellers, and with product types a seller made up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from reseller_client import Status
from reseller_client.resellers.billmanager.models import OperationState, ProcessingModule
from reseller_client.resellers.billmanager.reseller import BillmanagerReseller, SellerAccount
from reseller_client.shop.margin import total
from reseller_client.shop.store import StorefrontStore
from tests.client.billmanager_desk import FROZEN, LITE
from tests.client.emulated import LossyLine, client_of

if TYPE_CHECKING:
    from pathlib import Path

    from emulator.testing import Seller
    from tests.client.conftest import Waits


def test_two_accounts_are_two_sets_of_books(shop: Seller, waits: Waits) -> None:
    shop.clock.freeze(FROZEN)
    logins = {"near": "reseller", "far": "other"}
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        closing(sqlite3.connect(":memory:")) as far_books,
    ):
        books = {"near": StorefrontStore(connection), "far": StorefrontStore(far_books)}
        accounts = {
            name: SellerAccount(client_of(LossyLine(shop), waits, login=login), books[name])
            for name, login in logins.items()
        }
        reseller = BillmanagerReseller(connection, accounts, now=lambda: _now(shop.clock.now))
        reseller.prepare()
        for last, (name, price) in enumerate((("near", "6.00"), ("far", "8.00")), start=211):
            module = reseller.add_module(ProcessingModule(0, "soft", name, f"from {name}"))
            own = reseller.tariffs.import_tariff(module.id, LITE).id
            reseller.tariffs.set_price(own, 1, Decimal(price))
            reseller.tariffs.enable(own)
            panel = {"ip": f"192.0.2.{last}", "licname": name}
            assert reseller.order("ada", own, params=panel).state is OperationState.MANUAL
        assert len(reseller.check_event().completed) == 2
        reseller.books.collect_costs()
        for name, sold in (("near", "6.00"), ("far", "8.00")):
            (number,) = (cost.service_id for cost in reseller.books.expected_costs(name))
            mine = (
                margin for margin in reseller.books.margins(name) if margin.service_id == number
            )
            assert (total(mine).sold, total(reseller.books.margins(name)).sold) == (
                Decimal(sold),
                Decimal(sold),
            )
            assert accounts[name].client.licenses.get(number or 0).licname == name


def test_a_type_of_the_sellers_own_is_sold_like_the_one_it_is_like(
    shop: Seller, waits: Waits
) -> None:
    hoster = shop.world("boxes", "hoster")
    hoster.clock.freeze(FROZEN)
    with closing(sqlite3.connect(":memory:")) as connection:
        client = client_of(LossyLine(shop), waits, login="reseller@boxes")
        reseller = BillmanagerReseller(
            connection,
            {"hoster": SellerAccount(client, StorefrontStore(connection))},
            now=lambda: _now(hoster.clock.now),
            own_types={"forexbox": "vds"},
        )
        reseller.prepare()
        module = reseller.add_module(ProcessingModule(0, "forexbox", "hoster", "Boxes"))
        own = reseller.tariffs.import_tariff(module.id, 9001).id
        reseller.tariffs.enable(own)
        opened = reseller.order("ada", own, params={"domain": "b.example"}, addons={"mem": 8})
        # This seller tells no number, and takes five seconds to bring a machine up.
        assert (opened.state, opened.reason) == (OperationState.MANUAL, None)
        assert reseller.running.item(opened.item).seller_id is None
        assert reseller.check_event().completed == ()
        assert reseller.running.item(opened.item).status is Status.PROCESSING
        shop.time.pass_time(6)
        assert reseller.check_event().completed == (opened.id,)
        box = reseller.running.item(opened.item)
        assert (box.addons["mem"], box.status) == (8, Status.ACTIVE)
        assert opened.price == opened.cost == Decimal("19.00")
        assert box.details["password"]


def test_a_subtype_is_sold_like_its_type_without_being_named(shop: Seller, waits: Waits) -> None:
    seller = shop.world("machines", "subtypes")
    seller.clock.freeze(FROZEN)
    with closing(sqlite3.connect(":memory:")) as connection:
        client = client_of(LossyLine(shop), waits, login="reseller@machines")
        account = {"main": SellerAccount(client, StorefrontStore(connection))}
        reseller = BillmanagerReseller(connection, account, now=lambda: _now(seller.clock.now))
        reseller.prepare()
        reseller.catalogue.set_periods([1, 6, 12])
        module = reseller.add_module(ProcessingModule(0, "vds.vps", "main", "Machines"))
        own = reseller.tariffs.import_tariff(module.id, 9101).id
        reseller.tariffs.enable(own)
        opened = reseller.order("ada", own, params={"domain": "b.example"}, addons={"mem": 3})
        assert reseller.check_event().completed == (opened.id,)
        machine = reseller.running.item(opened.item)
        assert (machine.status, opened.cost) == (Status.ACTIVE, Decimal("4.00"))
        reseller.suspend(machine.id)
        reseller.check_event()
        assert client.products("vds.vps").get(machine.seller_id or 0).status is Status.SUSPENDED


def test_all_it_knows_stands_in_the_rows(shop: Seller, waits: Waits, tmp_path: Path) -> None:
    shop.clock.freeze(FROZEN)
    shop.provisioning("by_hand")
    client = client_of(LossyLine(shop), waits)

    def opened(connection: sqlite3.Connection) -> BillmanagerReseller:
        account = SellerAccount(client, StorefrontStore(connection))
        made = BillmanagerReseller(connection, {"main": account}, now=lambda: _now(shop.clock.now))
        made.prepare()
        return made

    with closing(sqlite3.connect(tmp_path / "rows.sqlite")) as connection:
        reseller = opened(connection)
        reseller.catalogue.set_periods([-100, 1, 3, 6, 12])
        module = reseller.add_module(ProcessingModule(0, "vds", "main", "VDS", Decimal("9.50"), 4))
        own = reseller.tariffs.import_tariff(module.id, 6).id
        reseller.tariffs.enable(own)
        machine = {"domain": "a.example", "ostempl": "ISPsystem__Debian-12-amd64"}
        order = reseller.order("ada", own, params=machine, addons={"ncpu": 2, "panel": "55227"})
        assert order.reason is None
    with closing(sqlite3.connect(tmp_path / "rows.sqlite")) as connection:
        again = opened(connection)
        assert again.catalogue.modules() == (module,)
        assert again.catalogue.periods() == (-100, 1, 3, 6, 12)
        assert again.running.operation(order.id) == order
        assert again.tariffs.sync(own).nothing
        shop.service(again.running.item(order.item).seller_id or 0, status=2)
        assert again.check_event().completed == (order.id,)
        item = again.running.item(order.item)
        assert (item.addons["ncpu"], item.addons["panel"]) == (2, "55227")
        shown = client.products("vds").get(item.seller_id or 0)
        assert shown.fields["datacentername"] == "Moscow"


def _now(text: str) -> datetime:
    return datetime.fromisoformat(text)

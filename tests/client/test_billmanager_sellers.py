"""A reselling BILLmanager with several sellers, and with product types a seller made up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from reseller_client import Status
from reseller_client.resellers.billmanager import BillmanagerReseller, SellerAccount
from reseller_client.resellers.billmanager_models import ProcessingModule, State
from reseller_client.storefront_margin import total
from reseller_client.storefront_store import StorefrontStore
from tests.client.billmanager_desk import FROZEN, LITE
from tests.client.emulated import LossyLine, client_of

if TYPE_CHECKING:
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
            assert reseller.order("ada", own, params=panel).state is State.MANUAL
        assert len(reseller.check_event().completed) == 2
        reseller.books.collect_costs()
        for name, sold in (("near", "6.00"), ("far", "8.00")):
            (number,) = (one.service_id for one in reseller.books.believed(name))
            mine = (one for one in reseller.books.margins(name) if one.service_id == number)
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
        assert (opened.state, opened.reason) == (State.MANUAL, None)
        assert reseller.running.item(opened.item).seller_id is None
        assert reseller.check_event().completed == ()
        assert reseller.running.item(opened.item).status is Status.PROCESSING
        shop.time.pass_time(6)
        assert reseller.check_event().completed == (opened.id,)
        box = reseller.running.item(opened.item)
        assert (box.addons["mem"], box.status) == (8, Status.ACTIVE)
        assert opened.price == opened.cost == Decimal("19.00")
        assert box.given["password"]


def _now(text: str) -> datetime:
    return datetime.fromisoformat(text)

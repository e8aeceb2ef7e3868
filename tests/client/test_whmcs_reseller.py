"""Licenses the WHMCS way: a pool instead of deleting, a daily run, and what it cannot do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import (
    Client,
    KeyNotIssued,
    NotEnoughMoney,
    NotPossible,
    UnknownOutcome,
)
from reseller_client.resellers import (
    FREE_ADDRESS,
    MATRIX,
    Hosted,
    Kind,
    MemoryStore,
    Owner,
    PoolRow,
    SqliteStore,
    Store,
    Trade,
    WhmcsReseller,
    can_resell,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.client.conftest import SmallSeller

SERVICE = Hosted(service_id=12, ip="192.0.2.1", licname="web-1", tariff=3541)
OTHER = replace(SERVICE, service_id=13, ip="192.0.2.2", licname="web-2")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    with closing(sqlite3.connect(":memory:")) as connection:
        store = SqliteStore(connection)
        store.prepare()
        yield store


@pytest.fixture
def whmcs(either: Client, seller: SmallSeller, store: Store) -> WhmcsReseller:
    return WhmcsReseller(either, store, today=lambda: seller.today)


def test_an_account_is_created_as_the_module_orders(
    whmcs: WhmcsReseller, seller: SmallSeller, store: Store
) -> None:
    seller.key_after_reads = 2
    delivery = whmcs.create_account(SERVICE)
    assert (delivery.license_id, delivery.key) == (100001, "100001-KEY")
    assert delivery.due_on == date(2026, 2, 10)
    sent = seller.calls[0]
    assert (sent["remoteid"], sent["pid"], sent["project"]) == ("l12", "12", "1")
    assert (sent["period"], sent["skipbasket"], sent["autoprolong"]) == ("1", "on", "null")
    assert store.rows() == (PoolRow(100001, Owner.PRODUCT, 12, date(2026, 2, 10), 3541),)


@pytest.mark.parametrize(("addon", "nodes"), [(4602, "3"), (3889, "7")])
def test_nodes_come_on_top_of_those_of_the_tariff(
    whmcs: WhmcsReseller, seller: SmallSeller, addon: int, nodes: str
) -> None:
    whmcs.create_account(replace(SERVICE, node_addon=addon, nodes=2, owner=Owner.ADDON))
    assert seller.calls[0][f"addon_{addon}"] == nodes
    assert seller.calls[0]["remoteid"] == "a12"


def test_a_service_has_one_license(whmcs: WhmcsReseller) -> None:
    whmcs.create_account(SERVICE)
    with pytest.raises(ValueError, match="already"):
        whmcs.create_account(SERVICE)
    with pytest.raises(ValueError, match="no license"):
        whmcs.suspend_account(OTHER)


def test_a_product_and_an_addon_of_one_number_have_a_license_each(
    whmcs: WhmcsReseller, seller: SmallSeller
) -> None:
    addon = replace(SERVICE, ip="192.0.2.3", owner=Owner.ADDON)
    licenses = [whmcs.create_account(hosted).license_id for hosted in (SERVICE, addon)]
    assert licenses == [100001, 100002]
    whmcs.suspend_account(addon)
    assert [seller.licenses[number].status for number in licenses] == [2, 3]


def test_terminating_recycles_and_never_deletes(
    whmcs: WhmcsReseller, seller: SmallSeller, store: Store
) -> None:
    whmcs.create_account(SERVICE)
    whmcs.terminate_account(SERVICE)
    sold = seller.licenses[100001]
    assert sold.status == 3
    assert (
        sold.fields.items() >= {"licname": "free.lic", "ip": FREE_ADDRESS, "remoteid": ""}.items()
    )
    assert store.rows()[0].service_id is None
    again = whmcs.create_account(OTHER)
    assert (again.license_id, again.key) == (100001, "100001-KEY")
    assert (sold.status, sold.fields["ip"], sold.fields["remoteid"]) == (
        2,
        "192.0.2.2",
        "l13",
    )
    assert seller.balance == Decimal("95.00")
    assert "soft.delete" not in seller.funcs()


def test_only_a_free_license_of_the_same_tariff_and_nodes_is_taken(
    whmcs: WhmcsReseller, seller: SmallSeller
) -> None:
    whmcs.create_account(SERVICE)
    whmcs.terminate_account(SERVICE)
    whmcs.create_account(replace(OTHER, tariff=4601, node_addon=4602))
    whmcs.create_account(replace(OTHER, service_id=14, node_addon=4602, nodes=1))
    assert sorted(seller.licenses) == [100001, 100002, 100003]


def test_a_free_license_past_its_date_is_prolonged_or_stays_free(
    whmcs: WhmcsReseller, seller: SmallSeller, store: Store
) -> None:
    whmcs.create_account(SERVICE)
    whmcs.terminate_account(SERVICE)
    seller.today, seller.balance = date(2026, 2, 20), Decimal(0)
    with pytest.raises(NotEnoughMoney):
        whmcs.create_account(OTHER)
    assert store.rows()[0].service_id is None
    seller.balance = Decimal("5.00")
    assert whmcs.create_account(OTHER).due_on == date(2026, 3, 23)
    assert store.rows()[0].service_id == 13


def test_suspending_forgets_the_key_and_resuming_reads_it(
    whmcs: WhmcsReseller, seller: SmallSeller
) -> None:
    whmcs.create_account(SERVICE)
    assert whmcs.suspend_account(SERVICE).key == ""
    assert seller.licenses[100001].status == 3
    seller.licenses[100001].fields["licname"] = "changed"
    delivery = whmcs.unsuspend_account(SERVICE)
    assert (delivery.key, delivery.due_on) == ("100001-KEY", date(2026, 2, 10))
    assert seller.licenses[100001].fields["licname"] == "web-1"
    assert seller.balance == Decimal("95.00")


def test_unsuspending_past_the_date_prolongs_instead(
    whmcs: WhmcsReseller, seller: SmallSeller
) -> None:
    whmcs.create_account(SERVICE)
    whmcs.suspend_account(SERVICE)
    seller.today = date(2026, 2, 10)
    assert whmcs.unsuspend_account(SERVICE).due_on == date(2026, 3, 13)
    assert "soft.resume" not in seller.funcs()


def test_the_daily_run_prolongs_what_is_due_tomorrow(
    whmcs: WhmcsReseller, seller: SmallSeller, store: Store
) -> None:
    whmcs.create_account(SERVICE)
    seller.today = date(2026, 2, 8)
    assert whmcs.daily_run().prolonged == ()
    seller.today = date(2026, 2, 9)
    assert whmcs.daily_run().prolonged == (100001,)
    assert store.rows()[0].due_on == date(2026, 3, 13)
    assert whmcs.daily_run().prolonged == ()


def test_one_refusal_does_not_stop_the_daily_run(whmcs: WhmcsReseller, seller: SmallSeller) -> None:
    whmcs.create_account(SERVICE)
    whmcs.create_account(OTHER)
    seller.today = date(2026, 2, 9)
    del seller.licenses[100001]
    report = whmcs.daily_run()
    assert [license_id for license_id, _ in report.failed] == [100001]
    assert report.prolonged == (100002,)


def test_an_addon_past_its_life_is_terminated_by_the_daily_run(
    whmcs: WhmcsReseller, seller: SmallSeller, store: Store
) -> None:
    whmcs.create_account(replace(SERVICE, owner=Owner.ADDON, ends_on=date(2026, 2, 1)))
    seller.today = date(2026, 2, 9)
    assert whmcs.daily_run().terminated == (100001,)
    assert (store.rows()[0].service_id, store.rows()[0].ends_on) == (None, None)


def test_a_free_license_is_forgotten_a_month_past_its_date(
    whmcs: WhmcsReseller, seller: SmallSeller, store: Store
) -> None:
    store.save(PoolRow(7, Owner.PRODUCT, None, date(2026, 1, 31), 3541))
    seller.today = date(2026, 2, 27)
    assert whmcs.daily_run().dropped == ()
    seller.today = date(2026, 2, 28)
    assert whmcs.daily_run().dropped == (7,)
    assert store.rows() == ()


def test_a_key_that_does_not_come_is_read_again_later(
    whmcs: WhmcsReseller, seller: SmallSeller
) -> None:
    seller.key_after_reads = 30
    with pytest.raises(KeyNotIssued):
        whmcs.create_account(SERVICE)
    assert whmcs.deliver_key(SERVICE).key == "100001-KEY"
    assert seller.balance == Decimal("95.00")


def test_a_lost_order_is_lost_as_the_module_loses_it(
    whmcs: WhmcsReseller, seller: SmallSeller, store: Store
) -> None:
    seller.loses("soft.order.param", "after")
    with pytest.raises(UnknownOutcome):
        whmcs.create_account(SERVICE)
    assert store.rows() == ()
    assert list(seller.licenses) == [100001]


def test_parameters_and_key_can_be_changed(whmcs: WhmcsReseller, seller: SmallSeller) -> None:
    whmcs.create_account(SERVICE)
    assert whmcs.change_params(replace(SERVICE, ip="192.0.2.8")).ip == "192.0.2.8"
    assert whmcs.new_key(SERVICE) == "100001-KEY"
    assert seller.calls[-1]["clicked_button"] == "newkey"


def test_renewing_sends_nothing(whmcs: WhmcsReseller, seller: SmallSeller) -> None:
    whmcs.create_account(SERVICE)
    seller.calls.clear()
    assert "l12" in whmcs.renew(SERVICE)
    assert seller.calls == []


def test_what_whmcs_cannot_do_is_refused_by_name(whmcs: WhmcsReseller, seller: SmallSeller) -> None:
    with pytest.raises(NotPossible, match=r"WHMCS cannot resell services, so not vds-1.*licences"):
        whmcs.order_service("vds-1")
    with pytest.raises(NotPossible, match=r"WHMCS cannot resell modules, so not CloudLinux"):
        whmcs.order_module("CloudLinux")
    with pytest.raises(NotPossible, match=r"change the tariff of l12"):
        whmcs.change_package(SERVICE)
    assert seller.calls == []


def test_the_matrix_says_who_can_resell_what() -> None:
    able = {kind: {trade for trade in Trade if can_resell(kind, trade)} for kind in Kind}
    assert able[Kind.WHMCS] == {Trade.LICENSES}
    assert able[Kind.CUSTOM] == able[Kind.BILLMANAGER] == set(Trade)
    assert set(MATRIX) == set(Kind)

"""What a reselling BILLmanager learns of its seller: pulled every five minutes, off the lists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import Status
from reseller_client.resellers.billmanager.models import Amount, OperationState
from tests.client.billmanager_desk import LITE, SellerAndReseller, desk_at

if TYPE_CHECKING:
    from emulator.testing import Seller
    from tests.client.conftest import Waits

MACHINE = {"domain": "a.example.com", "ostempl": "ISPsystem__Debian-12-amd64"}


@pytest.fixture
def desk(shop: Seller, waits: Waits) -> Iterator[SellerAndReseller]:
    made = desk_at(shop, waits, "xml")
    with closing(made.connection):
        yield made


def license(desk: SellerAndReseller, own: int, last: int, period: int = 1) -> int:
    """Sell a license and wait for its key; its item."""
    params = {"ip": f"192.0.2.{last}", "licname": f"web-{last}"}
    opened = desk.reseller.order("ada", own, period=period, params=params)
    desk.reseller.check_event()
    assert desk.reseller.running.operation(opened.id).state is OperationState.COMPLETED
    return opened.item


def count_requests(desk: SellerAndReseller) -> dict[str, int]:
    """How often the seller was asked what, by its own journal."""
    counts: dict[str, int] = {}
    for entry in desk.shop.journal.entries(limit=500):
        counts[entry["func"]] = counts.get(entry["func"], 0) + 1
    return counts


def test_the_seller_is_asked_every_five_minutes_once_for_each_type(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    for last in range(210, 215):
        license(desk, own, last)
    platform = desk.reseller.order("ada", desk.tariff(55163, "platform"), params={"comment": "c"})
    desk.reseller.check_event()
    desk.shop.journal.clear()
    pulls = []
    for _ in range(60):
        desk.shop.clock.advance("1 minute")
        pulls.append(desk.reseller.tick() is not None)
    assert [minute for minute, pulled in enumerate(pulls, start=1) if pulled] == [
        5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60,
    ]  # fmt: skip
    assert count_requests(desk) == {"soft": 12, "platform": 12}
    assert desk.item(platform.item).status is Status.ACTIVE


def test_a_late_cron_asks_once_for_all_it_missed(desk: SellerAndReseller) -> None:
    license(desk, desk.tariff(LITE), 210)
    desk.shop.journal.clear()
    desk.shop.clock.advance("3 hours")
    assert desk.reseller.tick() is not None
    assert desk.reseller.tick() is None
    assert count_requests(desk) == {"soft": 1}


def test_only_what_changed_is_read_by_itself(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    items = [license(desk, own, last) for last in range(210, 216)]
    number = desk.item(items[2]).seller_id or 0
    desk.client.licenses.change(number, ip="192.0.2.250", licname="moved")
    desk.client.licenses.suspend(desk.item(items[4]).seller_id or 0)
    desk.shop.journal.clear()
    assert desk.reseller.check_event().changed == (items[2], items[4])
    assert count_requests(desk) == {"soft": 1, "soft.edit": 2}
    moved = desk.item(items[2])
    assert (moved.details["ip"], moved.params["licname"]) == ("192.0.2.250", "moved")
    assert desk.item(items[4]).shown == "Stopped"
    assert desk.reseller.check_event().changed == ()


def test_a_renewal_at_the_seller_itself_moves_the_end(desk: SellerAndReseller) -> None:
    item = license(desk, desk.tariff(LITE), 210)
    desk.client.licenses.prolong(desk.item(item).seller_id or 0, 1)
    assert desk.reseller.check_event().changed == (item,)
    assert desk.item(item).expires_on == date(2027, 3, 28)


def test_what_the_seller_deleted_is_deleted_here(desk: SellerAndReseller) -> None:
    item = license(desk, desk.tariff(LITE), 210)
    desk.client.licenses.delete(desk.item(item).seller_id or 0)
    assert desk.reseller.check_event().changed == (item,)
    assert desk.item(item).status is Status.DELETED
    desk.shop.journal.clear()
    desk.reseller.check_event()
    assert count_requests(desk) == {}


def test_a_service_missing_in_an_old_list_is_not_taken_for_deleted(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.shop.faults.add("stale", func="soft")
    desk.client.licenses.list()
    opened = desk.reseller.order("ada", own, params={"ip": "192.0.2.210", "licname": "a"})
    desk.reseller.check_event()
    assert desk.item(opened.item).status is Status.PROCESSING
    desk.shop.faults.clear()
    assert desk.reseller.check_event().completed == (opened.id,)


def test_an_operation_on_what_the_seller_deleted_fails(desk: SellerAndReseller) -> None:
    item = license(desk, desk.tariff(LITE), 210)
    prolonged = desk.reseller.prolong(item)
    desk.client.licenses.delete(desk.item(item).seller_id or 0)
    desk.reseller.check_event()
    failed = desk.reseller.running.operation(prolonged.id)
    assert failed.state is OperationState.FAILED
    assert failed.reason is not None
    assert (failed.reason.type, failed.reason.object) == ("missed", "soft")


def test_a_list_that_cannot_be_read_is_told_and_read_the_next_time(desk: SellerAndReseller) -> None:
    item = license(desk, desk.tariff(LITE), 210)
    desk.client.licenses.suspend(desk.item(item).seller_id or 0)
    desk.shop.faults.add("drop", func="soft", times=1)
    pulled = desk.reseller.check_event()
    assert (list(pulled.unread), pulled.changed) == (["soft"], ())
    assert desk.reseller.check_event().changed == (item,)


def test_a_filtered_list_proves_nothing(desk: SellerAndReseller) -> None:
    item = license(desk, desk.tariff(LITE), 210)
    desk.client.licenses.delete(desk.item(item).seller_id or 0)
    desk.line.filtered = True
    assert "filter" in desk.reseller.check_event().unread["soft"]
    assert desk.item(item).status is Status.ACTIVE
    desk.line.filtered = False
    assert desk.reseller.check_event().changed == (item,)


def test_a_shorter_period_of_the_seller_stops_the_service_while_our_own_goes_on(
    desk: SellerAndReseller,
) -> None:
    own = desk.tariff(LITE)
    module = desk.reseller.tariffs.module_of(own).id
    desk.reseller.tariffs.set_price(own, 3, Decimal("14.00"))
    params = {"ip": "192.0.2.210", "licname": "a"}
    refused = desk.reseller.order("ada", own, period=3, params=params)
    assert refused.state is OperationState.FAILED
    assert refused.reason is not None
    assert (refused.reason.type, refused.reason.object) == ("value", "period")

    desk.reseller.compare_periods(module, 3, 1)
    repeated = desk.reseller.repeat(refused.id)
    assert (repeated.state, repeated.cost) == (OperationState.MANUAL, Decimal("5.00"))
    desk.reseller.check_event()
    item = desk.item(refused.item)
    assert (item.period, item.seller_period, item.price) == (3, 1, Decimal("14.00"))
    assert (item.expires_on, item.seller_expires_on) == (date(2027, 4, 30), date(2027, 2, 28))

    desk.shop.clock.advance("29 days")
    desk.reseller.tick()
    item = desk.item(refused.item)
    assert item.shown == "Stopped"
    assert item.expires_on == date(2027, 4, 30)
    assert desk.now().date() < item.expires_on

    desk.reseller.prolong(item.id)
    desk.reseller.check_event()
    item = desk.item(item.id)
    assert (item.shown, item.expires_on) == ("Active", date(2027, 7, 30))


def test_a_comparison_for_one_tariff_goes_before_the_others(desk: SellerAndReseller) -> None:
    own, other = desk.tariff(LITE), desk.tariff(LITE)
    catalogue = desk.reseller.catalogue
    module = desk.reseller.tariffs.module_of(own).id
    desk.reseller.compare_periods(module, 3, 12)
    desk.reseller.compare_periods(module, 3, 1, tariff=own)
    assert [catalogue.seller_period(module, 3, tariff) for tariff in (own, other)] == [1, 12]
    assert catalogue.seller_period(module, 6, own) == 6
    assert catalogue.seller_period(desk.reseller.tariffs.module_of(other).id, 3, own) == 3


def test_orders_without_a_number_are_told_apart_by_one_look_at_each(
    desk: SellerAndReseller,
) -> None:
    desk.shop.rules(order_tells_id=False)
    own = desk.tariff(1500, "instances")
    servers = [{"domain": f"{name}.example.com"} for name in ("a", "b", "c", "d")]
    opened = [desk.reseller.order("ada", own, params=params) for params in servers]
    desk.line.brief = "instances"
    desk.shop.journal.clear()
    assert desk.reseller.check_event().completed == tuple(order.id for order in opened)
    assert count_requests(desk) == {
        "instances": 1,
        "instances.edit": 8,
    }  # whose it is, and what it gives
    names = [desk.item(order.item).details["domain"] for order in opened]
    assert names == [server["domain"] for server in servers]


def test_a_machine_is_delivered_changed_and_installed_anew(desk: SellerAndReseller) -> None:
    desk.shop.provisioning("by_hand")
    opened = desk.reseller.order("ada", desk.tariff(6, "vds"), params=MACHINE)
    desk.reseller.check_event()
    assert "password" not in desk.item(opened.item).details
    desk.shop.provisioning("at_once")
    number = desk.item(opened.item).seller_id or 0
    desk.shop.service(number, status=2)
    assert desk.reseller.check_event().completed == (opened.id,)
    machine = desk.item(opened.item)
    assert {"ip", "username", "password"} <= machine.details.keys()
    assert machine.details["password"] not in repr(machine)

    anew = {"ostempl": "ISPsystem__Ubuntu-24.04-amd64"}
    addons: dict[str, Amount] = {"ncpu": 4, "ddos": 1, "panel": "55228"}
    installed = desk.reseller.set_params(machine.id, params=anew, addons=addons)
    assert (installed.state, installed.reason) == (OperationState.MANUAL, None)
    desk.reseller.check_event()
    after = desk.item(machine.id)
    assert after.params["ostempl"] == anew["ostempl"]
    assert after.details["password"] != machine.details["password"]
    assert {**after.addons, **addons} == after.addons

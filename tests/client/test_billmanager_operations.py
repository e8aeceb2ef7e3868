"""Running operations of a reselling BILLmanager: sent, manual, completed or failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import Status
from reseller_client.resellers.billmanager.models import NotForSale, OperationState
from tests.client.billmanager_desk import LITE, NODES, SellerAndReseller, desk_at

if TYPE_CHECKING:
    from emulator.testing import Seller
    from tests.client.conftest import Waits

pytestmark = pytest.mark.every(2)
"""A short run takes one of both formats, or transports, of each test."""

CERTIFICATE = {
    "crt_type": "generate", "CN": "example.com", "ST": "Region", "L": "City", "O": "Example",
    "field_country": "182", "approver_email_1": "admin@example.com",
}  # fmt: skip
PANEL = {"ip": "192.0.2.201", "licname": "ada"}


@pytest.fixture(params=["xml", "bjson"])
def desk(request: pytest.FixtureRequest, shop: Seller, waits: Waits) -> Iterator[SellerAndReseller]:
    made = desk_at(shop, waits, request.param)
    with closing(made.connection):
        yield made


def test_a_service_is_opened_delivered_and_lives_its_whole_life(desk: SellerAndReseller) -> None:
    reseller, lite = desk.reseller, desk.tariff(LITE)
    opened = reseller.order("ada", lite, params=PANEL)
    assert (opened.state, opened.reason) == (OperationState.MANUAL, None)
    item = desk.item(opened.item)
    assert item.status is Status.PROCESSING
    assert desk.client.licenses.get(item.seller_id or 0).remoteid == str(item.id)
    assert reseller.check_event().completed == (opened.id,)
    item = desk.item(opened.item)
    assert (item.shown, item.details["ip"]) == ("Active", "192.0.2.201")
    assert item.details["lickey"].startswith(f"{item.seller_id}-")
    assert item.expires_on == item.seller_expires_on == date(2027, 2, 28)

    prolonged = reseller.prolong(item.id)
    assert prolonged.state is OperationState.MANUAL
    reseller.check_event()
    assert desk.item(item.id).expires_on == date(2027, 3, 28)
    for act, status in (
        (reseller.suspend, Status.SUSPENDED),
        (reseller.resume, Status.ACTIVE),
        (reseller.close, Status.DELETED),
    ):
        done = act(item.id)
        assert done.state is OperationState.MANUAL
        assert reseller.check_event().completed == (done.id,)
        assert desk.item(item.id).status is status
    assert [operation.state for operation in reseller.running.operations()] == [
        OperationState.COMPLETED
    ] * 5
    assert reseller.running.tasks() == ()


def test_an_order_that_the_seller_left_in_its_basket_is_paid_once(desk: SellerAndReseller) -> None:
    reseller, lite = desk.reseller, desk.tariff(LITE)
    desk.shop.rules(poor_order="basket")
    desk.shop.account(balance="0.10")
    opened = reseller.order("ada", lite, params=PANEL)
    assert opened.state is OperationState.FAILED
    assert opened.reason is not None
    assert opened.reason.type == "not_enough_money"
    assert reseller.check_event().completed == (), "it is not open, and stays with the operator"
    desk.shop.account(balance="500.00")
    again = reseller.repeat(opened.id)
    assert (again.state, again.reason) == (OperationState.MANUAL, None)
    assert reseller.check_event().completed == (opened.id,)
    assert desk.item(opened.item).status is Status.ACTIVE
    assert desk.balance() == Decimal("495.00")
    assert desk.calls("soft.order.param") == 1
    assert desk.client.orders.view().items == ()


@pytest.mark.parametrize(
    ("itemtype", "code", "params", "detail"),
    [
        ("softexternal", 9203, {"ip": "192.0.2.209", "licname": "linux"}, "lickey"),
        ("platform", 55163, {"comment": "cloud"}, "lickey"),
        ("vds", 1400, {"domain": "a.example.com", "ostempl": "ISPsystem__Debian-12-amd64"}, "ip"),
        ("instances", 1500, {"domain": "b.example.com"}, "password"),
        ("dedic", 1600, {"domain": "c.example.com"}, "username"),
        ("vhost", 2, {"domain": "d.example.com"}, "username"),
        ("storage", 170, {"domain": "e.example.com"}, "password"),
        ("colocation", 1700, {"domain": "f.example.com"}, "domain"),
        ("dnshost", 154, {"domain": "g.example.com"}, "username"),
        ("certificate", 3033, CERTIFICATE, "crt"),
        ("domain", 180, {"domain": "h-example.com", "ns0": "ns1.example.com"}, "ns0"),
    ],
)
def test_every_product_type_is_sold_by_its_declaration(
    desk: SellerAndReseller, itemtype: str, code: int, params: dict[str, str], detail: str
) -> None:
    tariff = desk.tariff(code, itemtype)
    period = 12 if itemtype in {"domain", "dnshost", "certificate"} else 1
    opened = desk.reseller.order("ada", tariff, period=period, params=params)
    assert opened.reason is None
    pulled = desk.reseller.check_event()
    assert (pulled.completed, dict(pulled.unread)) == ((opened.id,), {})
    item = desk.item(opened.item)
    assert item.status is Status.ACTIVE
    assert item.details[detail]
    for act in (
        desk.reseller.prolong,
        desk.reseller.suspend,
        desk.reseller.resume,
        desk.reseller.close,
    ):
        done = act(item.id)
        assert (done.state, done.reason) == (OperationState.MANUAL, None)
        assert desk.reseller.check_event().completed == (done.id,)
    assert desk.item(item.id).status is Status.DELETED


def test_a_key_that_comes_later_keeps_the_operation_manual(
    desk: SellerAndReseller, shop: Seller
) -> None:
    shop.provisioning("by_hand")
    opened = desk.reseller.order("ada", desk.tariff(LITE), params=PANEL)
    assert desk.reseller.check_event().completed == ()
    assert desk.reseller.running.operation(opened.id).state is OperationState.MANUAL
    with pytest.raises(NotForSale, match="runs on item"):
        desk.reseller.suspend(opened.item)
    (task,) = desk.reseller.running.tasks()
    assert (task.operation, task.title) == (opened.id, f"open of service {opened.item}")
    shop.service(desk.item(opened.item).seller_id or 0, status=2)
    assert desk.reseller.check_event().completed == (opened.id,)
    assert desk.reseller.running.tasks() == ()


def test_a_key_that_comes_by_being_read_arrives_with_the_pulls(
    desk: SellerAndReseller, shop: Seller
) -> None:
    shop.provisioning("reads", 2)
    opened = desk.reseller.order("ada", desk.tariff(LITE), params=PANEL)
    pulls = [desk.reseller.check_event().completed for _ in range(3)]
    assert pulls == [(), (), (opened.id,)]
    assert desk.item(opened.item).details["lickey"]


def test_what_is_manual_or_over_never_runs_again(desk: SellerAndReseller) -> None:
    opened = desk.reseller.order("ada", desk.tariff(LITE), params=PANEL)
    with pytest.raises(ValueError, match="only failed ones"):
        desk.reseller.repeat(opened.id)
    assert desk.reseller.start_waiting() == ()
    desk.reseller.check_event()
    with pytest.raises(ValueError, match="completed"):
        desk.reseller.repeat(opened.id)
    assert desk.line.sendings("soft.order.param") == 1


def test_a_failure_keeps_its_reason_as_data_and_is_repeated(
    desk: SellerAndReseller, shop: Seller
) -> None:
    tariff = desk.tariff(LITE, department="support")
    shop.account("reseller", balance="0.00")
    failed = desk.reseller.order("ada", tariff, params=PANEL)
    assert failed.state is OperationState.FAILED
    assert failed.reason is not None
    assert failed.reason.message
    if desk.line.calls[-1]["out"] == "xml":
        assert failed.reason.type == "not_enough_money"
    (task,) = desk.reseller.running.tasks()
    assert (task.department, task.closed_at) == ("support", None)
    assert desk.item(failed.item).status is Status.ORDERED
    assert desk.reseller.books.margins("main") == ()

    shop.account("reseller", balance="100.00")
    again = desk.reseller.repeat(failed.id)
    assert (again.id, again.state, again.reason) == (failed.id, OperationState.MANUAL, None)
    assert desk.reseller.check_event().completed == (failed.id,)
    assert desk.item(failed.item).status is Status.ACTIVE


def test_a_renewal_on_a_low_balance_is_refused_before_it_is_sent(
    desk: SellerAndReseller, shop: Seller
) -> None:
    opened = desk.reseller.order("ada", desk.tariff(LITE), params=PANEL)
    desk.reseller.check_event()
    desk.reseller.catalogue.set_minimal_balance(desk.item(opened.item).module, Decimal(50))
    shop.account("reseller", balance="49.99")
    failed = desk.reseller.prolong(opened.item)
    assert failed.reason is not None
    assert failed.reason.type == "minimal_balance"
    assert "49.99" in failed.reason.message
    assert desk.calls("service.prolong") == 0
    shop.account("reseller", balance="50.00")
    assert desk.reseller.repeat(failed.id).state is OperationState.MANUAL
    assert desk.balance() == Decimal("45.00")


def test_parameters_and_addons_are_changed_and_kept(desk: SellerAndReseller) -> None:
    own = desk.tariff(NODES)
    opened = desk.reseller.order("ada", own, params=PANEL, addons={"node": 3})
    desk.reseller.check_event()
    assert desk.item(opened.item).addons["node"] == 3
    before = desk.balance()
    changed = desk.reseller.set_params(
        opened.item, params={"licname": "eve"}, addons={"node": 5}, price=Decimal(20)
    )
    assert changed.state is OperationState.MANUAL
    desk.reseller.check_event()
    item = desk.item(opened.item)
    assert (item.params["licname"], item.addons["node"]) == ("eve", 5)
    assert desk.balance() < before
    shown = desk.client.licenses.get(item.seller_id or 0)
    assert (shown.licname, set(shown.addons.values())) == ("eve", {5})


def test_what_is_not_sold_here_is_refused_before_anything_is_kept(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    for params, wrong in (
        ({"comment": "x"}, "no comment"),
        ({"ostempl": "x"}, "no ostempl"),
    ):
        with pytest.raises(NotForSale, match=wrong):
            desk.reseller.order("ada", own, params=params)
    with pytest.raises(NotForSale, match="no mem"):
        desk.reseller.order("ada", own, params=PANEL, addons={"mem": 1})
    with pytest.raises(NotForSale, match="period 7"):
        desk.reseller.order("ada", own, period=7, params=PANEL)
    desk.reseller.tariffs.enable(own, enabled=False)
    with pytest.raises(NotForSale, match="not enabled"):
        desk.reseller.order("ada", own, params=PANEL)
    assert desk.reseller.running.items() == ()
    assert desk.calls("soft.order.param") == 0


def test_what_never_was_opened_is_given_up_without_asking(
    desk: SellerAndReseller, shop: Seller
) -> None:
    own = desk.tariff(LITE)
    shop.account("reseller", balance="0.00")
    failed = desk.reseller.order("ada", own, params=PANEL)
    with pytest.raises(NotForSale, match="not open"):
        desk.reseller.prolong(failed.item)
    assert desk.reseller.close(failed.item).state is OperationState.COMPLETED
    assert desk.item(failed.item).status is Status.DELETED
    with pytest.raises(NotForSale, match="deleted"):
        desk.reseller.repeat(failed.id)
    assert desk.calls("soft.delete") == 0

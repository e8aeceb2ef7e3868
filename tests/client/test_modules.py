"""Modules resold by a custom billing and by a BILLmanager, on lines that lose answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from emulator.testing import Seller
from reseller_client import (
    AccessDenied,
    AlreadyExists,
    BadValue,
    Client,
    Missed,
    ModuleOrder,
    NotEnoughMoney,
    Status,
    UnknownOutcome,
    WrongState,
)
from reseller_client.resellers import CustomModules
from reseller_client.resellers.billmanager.models import OperationState
from tests.client.billmanager_desk import SellerAndReseller, desk_at
from tests.client.emulated import LossyLine, client_of
from tests.clocks import stopped_clock

if TYPE_CHECKING:
    from tests.client.conftest import Waits

VIRUSDIE, GUARD = 955301, 23221
EXAMPLE_ORDER = ModuleOrder(VIRUSDIE, 100002, remoteid="mod-1")


@pytest.fixture
def seller() -> Iterator[Seller]:
    with Seller(system_clock=stopped_clock()) as made:
        made.clock.freeze("2026-01-10T12:00:00Z")
        yield made


@pytest.fixture
def line(seller: Seller) -> LossyLine:
    return LossyLine(seller)


@pytest.fixture
def client(seller: Seller, line: LossyLine) -> Client:
    return client_of(line, seller.time.pass_time)


@pytest.fixture
def billing(client: Client) -> CustomModules:
    return CustomModules(client)


def balance(seller: Seller) -> Decimal:
    return Decimal(str(seller.account()["balance"]))


def test_a_custom_billing_leads_a_module_from_order_to_close(
    billing: CustomModules, seller: Seller
) -> None:
    module = billing.order(EXAMPLE_ORDER)
    assert (module.license_id, module.status, module.autoprolong) == (100002, Status.ACTIVE, None)
    renewal = billing.renew(module.id)
    assert (renewal.before_on, renewal.ends_on) == (date(2026, 2, 10), date(2026, 3, 10))
    assert balance(seller) == Decimal("982.00")
    billing.close(module.id)
    billing.close(module.id)
    with pytest.raises(Missed):
        billing.get(module.id)


@pytest.mark.parametrize("plan", [["after"], ["after", "after"], ["before"], ["before", "after"]])
def test_a_lost_answer_buys_no_second_module(
    billing: CustomModules, seller: Seller, line: LossyLine, plan: list[str]
) -> None:
    line.plan["addition.order.param"] = deque(plan)
    first = billing.order(EXAMPLE_ORDER)
    assert billing.order(EXAMPLE_ORDER).id == first.id
    assert balance(seller) == Decimal("991.00")


@pytest.mark.parametrize("plan", [["after"], ["before", "after"]])
def test_a_lost_renewal_is_not_bought_again(
    billing: CustomModules, seller: Seller, line: LossyLine, plan: list[str]
) -> None:
    module = billing.order(EXAMPLE_ORDER)
    line.plan["service.prolong"] = deque(plan)
    assert billing.renew(module.id, ends_on=module.expires_on).ends_on == date(2026, 3, 10)
    assert billing.renew(module.id, ends_on=module.expires_on).ends_on == date(2026, 3, 10)
    assert balance(seller) == Decimal("982.00")


def test_a_billing_that_died_in_between_finds_its_module(
    billing: CustomModules, seller: Seller, line: LossyLine
) -> None:
    line.plan["addition.order.param"] = deque(["after"] * 5)
    line.plan["addition"] = deque(["", "", *["before"] * 60])
    with pytest.raises(UnknownOutcome):
        billing.order(EXAMPLE_ORDER)
    line.plan.clear()
    assert billing.order(EXAMPLE_ORDER).status is Status.ACTIVE
    assert balance(seller) == Decimal("991.00")


def test_an_order_without_an_id_of_ours_gets_one_and_is_found_by_it(
    client: Client, seller: Seller, line: LossyLine
) -> None:
    line.plan["addition.order.param"] = deque(["after"])
    ordered = client.modules.order(ModuleOrder(GUARD, 100001))
    assert ordered.found_again
    assert ordered.remoteid.startswith("rc-")
    assert balance(seller) == Decimal("980.00")


def test_a_list_without_internal_names_is_read_all_the_same(
    client: Client, line: LossyLine
) -> None:
    ordered = client.modules.order(EXAMPLE_ORDER)
    line.hide = ("intname",)
    assert [row.id for row in client.modules.of_license(100002)] == [ordered.service_id]
    module = client.modules.find("mod-1")
    assert module is not None
    assert (module.id, module.intname) == (ordered.service_id, "")


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        (ModuleOrder(55371, 100001), AlreadyExists),
        (ModuleOrder(VIRUSDIE, 100009), Missed),
        (ModuleOrder(VIRUSDIE, 100003), BadValue),
        (ModuleOrder(VIRUSDIE, 100005), WrongState),
        (ModuleOrder(VIRUSDIE, 100002, period=5), BadValue),
        (ModuleOrder(VIRUSDIE, 100002, period=6, autoprolong=1), ValueError),
    ],
)
def test_a_refusal_has_its_kind_and_costs_nothing(
    client: Client, seller: Seller, order: ModuleOrder, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        client.modules.order(order)
    assert balance(seller) == Decimal("1000.00")


def test_too_little_money_names_the_sum(client: Client, seller: Seller) -> None:
    seller.account(balance="5.00")
    with pytest.raises(NotEnoughMoney) as refusal:
        client.modules.order(EXAMPLE_ORDER)
    assert refusal.value.amount is not None
    assert refusal.value.amount == Decimal("9.00")


def test_an_unpaid_module_waits_in_the_basket(client: Client) -> None:
    waiting = client.modules.order(ModuleOrder(VIRUSDIE, 100002, skipbasket=False))
    assert (waiting.service_id, waiting.order_id is None) == (None, False)
    client.orders.pay_from_balance(waiting.order_id or 0)
    assert [row.status for row in client.modules.of_license(100002)] == [Status.ACTIVE]


def test_switching_and_periods_are_for_sellers_that_let_clients(
    client: Client, seller: Seller
) -> None:
    for refused in (client.modules.suspend, client.modules.resume):
        with pytest.raises(AccessDenied):
            refused(100023)
    with pytest.raises(AccessDenied):
        client.modules.set_period(100023, 12)
    seller.rules(module_actions="newer")
    client.modules.suspend(100023)
    assert client.modules.get(100023).status is Status.SUSPENDED
    client.modules.resume(100023)
    assert client.modules.set_period(100023, 6).period == 6
    assert client.modules.move(100023, 100003).license_id == 100003
    client.modules.delete(100023)
    assert client.modules.list() == ()


@pytest.fixture(params=["xml", "bjson"])
def desk(request: pytest.FixtureRequest, shop: Seller, waits: Waits) -> Iterator[SellerAndReseller]:
    made = desk_at(shop, waits, request.param)
    with closing(made.connection):
        yield made


def test_a_billmanager_resells_a_module_of_a_license(desk: SellerAndReseller) -> None:
    tariff, before = desk.tariff(VIRUSDIE, "addition"), desk.balance()
    opened = desk.reseller.order("ada", tariff, params={"item": "100002"})
    assert (opened.state, opened.reason) == (OperationState.MANUAL, None)
    assert desk.reseller.check_event().completed == (opened.id,)
    item = desk.item(opened.item)
    assert (item.status, item.details["item"]) == (Status.ACTIVE, "100002")
    assert desk.balance() == before - Decimal("9.00")
    prolonged = desk.reseller.prolong(item.id)
    assert desk.reseller.check_event().completed == (prolonged.id,)
    assert desk.item(item.id).expires_on == date(2027, 3, 28)
    refused = desk.reseller.suspend(item.id)
    assert refused.reason is not None
    assert "access" in str(refused.reason)


def test_a_billmanager_learns_that_the_module_went_with_its_license(
    desk: SellerAndReseller,
) -> None:
    tariff = desk.tariff(VIRUSDIE, "addition")
    opened = desk.reseller.order("ada", tariff, params={"item": "100002"})
    desk.reseller.check_event()
    desk.client.licenses.delete(100002)
    desk.reseller.check_event()
    assert desk.item(opened.item).status is Status.DELETED

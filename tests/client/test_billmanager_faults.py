"""A reselling BILLmanager while answers get lost: nothing is bought twice, nothing is lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client import Status
from reseller_client.resellers.billmanager.models import Action, Operation, OperationState
from tests.client.billmanager_desk import LITE, SellerAndReseller, desk_at

if TYPE_CHECKING:
    from emulator.testing import Seller
    from tests.client.conftest import Waits

pytestmark = pytest.mark.every(2)
"""A short run takes one of both formats, or transports, of each test."""

PANEL = {"ip": "192.0.2.201", "licname": "ada"}
MACHINE = {"domain": "ada.example.com"}
ORDER = "soft.order.param"


@pytest.fixture(params=["xml", "bjson"])
def desk(request: pytest.FixtureRequest, shop: Seller, waits: Waits) -> Iterator[SellerAndReseller]:
    made = desk_at(shop, waits, request.param)
    with closing(made.connection):
        yield made


def under(desk: SellerAndReseller, operation: Operation, itemtype: str = "soft") -> list[int]:
    """The living services at the seller that stand under an item's number."""
    desk.shop.faults.clear()
    desk.line.plan.clear()
    desk.line.hide = ()
    desk.line.brief = ""
    rows = desk.shop.call(itemtype).rows()
    return [int(row["id"]) for row in rows if row["remoteid"] == str(operation.item)]


def test_an_order_whose_answer_was_lost_is_found_and_not_sent_again(
    desk: SellerAndReseller,
) -> None:
    own = desk.tariff(LITE)
    desk.shop.faults.add("drop", func=ORDER, when="after", times=1)
    before = desk.balance()
    opened = desk.reseller.order("ada", own, params=PANEL)
    assert opened.state is OperationState.MANUAL
    assert desk.line.sendings(ORDER) == 1
    assert under(desk, opened) == [desk.item(opened.item).seller_id]
    assert desk.balance() == before - Decimal(5)


def test_an_order_that_never_arrived_is_sent_again(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.shop.faults.add("drop", func=ORDER, when="before", times=1)
    opened = desk.reseller.order("ada", own, params=PANEL)
    assert opened.state is OperationState.MANUAL
    assert desk.line.sendings(ORDER) == 2
    assert len(under(desk, opened)) == 1


def test_while_nobody_can_tell_nothing_is_sent_and_repeating_looks_first(
    desk: SellerAndReseller,
) -> None:
    own = desk.tariff(LITE)
    desk.line.plan = {ORDER: deque(["after"]), "soft": deque(["before"] * 9)}
    failed = desk.reseller.order("ada", own, params=PANEL)
    assert failed.state is OperationState.FAILED
    assert failed.requested
    assert failed.reason is not None
    assert failed.reason.type == "unknown_outcome"
    assert desk.line.sendings(ORDER) == 1

    desk.line.plan.clear()
    again = desk.reseller.repeat(failed.id)
    assert again.state is OperationState.MANUAL
    assert desk.line.sendings(ORDER) == 1
    assert under(desk, again) == [desk.item(again.item).seller_id]


def test_a_pull_finds_what_an_unanswered_order_left(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.line.plan = {ORDER: deque(["after"]), "soft": deque(["before"] * 2)}
    failed = desk.reseller.order("ada", own, params=PANEL)
    assert failed.state is OperationState.FAILED
    desk.line.plan.clear()
    assert desk.reseller.check_event().completed == (failed.id,)
    item = desk.item(failed.item)
    assert (item.status, [item.seller_id]) == (Status.ACTIVE, under(desk, failed))
    assert sum(margin.sold for margin in desk.reseller.books.margins("main")) == Decimal("5.00")


def test_a_filtered_list_never_lets_an_order_be_repeated(shop: Seller, waits: Waits) -> None:
    desk = desk_at(shop, waits, "xml")
    own = desk.tariff(LITE)
    desk.line.plan = {ORDER: deque(["after"])}
    desk.line.filtered = True
    failed = desk.reseller.order("ada", own, params=PANEL)
    assert failed.state is OperationState.FAILED
    assert failed.reason is not None
    assert "filtered" in failed.reason.message
    assert desk.line.sendings(ORDER) == 1
    desk.connection.close()


def test_a_number_the_list_does_not_show_is_read_from_the_forms(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.line.plan = {ORDER: deque(["after"])}
    desk.line.brief = "soft"
    opened = desk.reseller.order("ada", own, params=PANEL)
    assert opened.state is OperationState.MANUAL
    assert desk.line.sendings(ORDER) == 1
    assert [desk.item(opened.item).seller_id] == under(desk, opened)


def test_where_neither_list_nor_form_shows_it_nothing_is_repeated(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.line.plan = {ORDER: deque(["after"])}
    desk.line.hide = ("remoteid",)
    failed = desk.reseller.order("ada", own, params=PANEL)
    assert failed.state is OperationState.FAILED  # neither list nor form tells whose it is
    assert desk.line.sendings(ORDER) == 1
    desk.line.hide = ()
    assert desk.reseller.repeat(failed.id).state is OperationState.MANUAL
    assert len(under(desk, failed)) == 1


def test_several_under_one_number_are_left_to_a_person(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.line.plan = {ORDER: deque(["after"]), "soft": deque(["before"] * 2)}
    failed = desk.reseller.order("ada", own, params=PANEL)
    desk.line.plan.clear()
    twin = desk.shop.order(ip="192.0.2.202", remoteid=failed.item)
    again = desk.reseller.repeat(failed.id)
    assert again.state is OperationState.FAILED
    assert again.reason is not None
    assert f"several services have the remoteid {failed.item}" in again.reason.message
    assert desk.reseller.check_event().completed == ()
    desk.client.licenses.delete(twin)
    assert desk.reseller.repeat(failed.id).state is OperationState.MANUAL


def test_an_older_service_under_the_same_number_is_not_ours(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.shop.order(ip="192.0.2.202", remoteid=1)
    desk.shop.clock.advance("3 days")
    desk.line.plan = {ORDER: deque(["before"])}
    opened = desk.reseller.order("ada", own, params=PANEL)
    assert opened.item == 1
    assert opened.state is OperationState.MANUAL
    assert desk.line.sendings(ORDER) == 2


def test_a_programme_that_died_after_sending_looks_before_it_sends(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.shop.account("reseller", balance="0.00")
    failed = desk.reseller.order("ada", own, params=PANEL)
    desk.shop.account("reseller", balance="100.00")
    # What stands in the rows when the power goes while the request is under way.
    desk.reseller.running.save(operation=replace(failed, state=OperationState.SENT, reason=None))
    desk.shop.order(ip="192.0.2.201", licname="ada", remoteid=failed.item)
    (started,) = desk.reseller.start_waiting()
    assert (started.id, started.state) == (failed.id, OperationState.MANUAL)
    assert desk.line.sendings(ORDER) == 1
    assert under(desk, started) == [desk.item(started.item).seller_id]


def test_what_the_power_cut_off_is_sent_by_the_next_cron(desk: SellerAndReseller) -> None:
    own = desk.tariff(LITE)
    desk.shop.account("reseller", balance="0.00")
    refused = desk.reseller.order("ada", own, params=PANEL)
    desk.shop.account("reseller", balance="100.00")
    assert desk.reseller.check_event().completed == ()
    assert desk.line.sendings(ORDER) == 1  # what has failed waits for a person
    new = replace(refused, state=OperationState.NEW, reason=None, requested=False)
    desk.reseller.running.save(operation=new)
    desk.shop.clock.advance("5 minutes")
    pulled = desk.reseller.tick()
    assert pulled is not None
    assert pulled.completed == (refused.id,)
    assert desk.line.sendings(ORDER) == 2


def test_after_a_fault_inside_the_seller_nothing_is_sent_again_by_itself(
    desk: SellerAndReseller,
) -> None:
    own = desk.tariff(LITE)
    desk.shop.faults.add("error", func=ORDER, when="after", type="internal", times=1)
    desk.shop.faults.add("error", func=ORDER, when="before", type="internal", nth=2, times=1)
    happened = desk.reseller.order("ada", own, params=PANEL)
    other = {"ip": "192.0.2.202", "licname": "eve"}
    failed = desk.reseller.order("eve", own, params=other)
    if desk.line.calls[-1]["out"] == "xml":
        assert (happened.state, failed.state) == (OperationState.MANUAL, OperationState.FAILED)
        assert desk.line.sendings(ORDER) == 2
        assert desk.reseller.repeat(failed.id).state is OperationState.MANUAL
        assert len(under(desk, happened)) == len(under(desk, failed)) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_renewal_is_bought_once_however_it_is_lost(desk: SellerAndReseller, when: str) -> None:
    opened = desk.reseller.order("ada", desk.tariff(LITE), params=PANEL)
    desk.reseller.check_event()
    before = desk.balance()
    desk.shop.faults.add("drop", func="service.prolong", when=when, times=1)
    prolonged = desk.reseller.prolong(opened.item)
    assert prolonged.state is OperationState.MANUAL
    assert desk.reseller.check_event().completed == (prolonged.id,)
    assert desk.balance() == before - Decimal(5)
    assert str(desk.item(opened.item).expires_on) == "2027-03-28"


@pytest.mark.parametrize("when", ["before", "after"])
def test_suspending_resuming_changing_and_closing_survive_a_lost_answer(
    desk: SellerAndReseller, when: str
) -> None:
    opened = desk.reseller.order("ada", desk.tariff(LITE), params=PANEL)
    desk.reseller.check_event()
    number = opened.item
    acts: tuple[tuple[str, Callable[[], Operation]], ...] = (
        ("soft.suspend", lambda: desk.reseller.suspend(number)),
        ("soft.resume", lambda: desk.reseller.resume(number)),
        ("soft.edit", lambda: desk.reseller.set_params(number, params={"licname": "eve"})),
        ("soft.delete", lambda: desk.reseller.close(number)),
    )
    for func, act in acts:
        desk.shop.faults.add("drop", func=func, when=when, times=1)
        done = act()
        assert (done.state, done.reason) == (OperationState.MANUAL, None), func
        assert desk.reseller.check_event().completed == (done.id,), func
    assert desk.item(number).status is Status.DELETED
    assert desk.item(number).params["licname"] == "eve"


def test_an_order_that_tells_no_number_is_linked_by_our_own(desk: SellerAndReseller) -> None:
    desk.shop.rules(order_tells_id=False)
    opened = desk.reseller.order("ada", desk.tariff(1500, "instances"), params=MACHINE)
    assert opened.state is OperationState.MANUAL
    assert desk.item(opened.item).seller_id is None
    assert desk.reseller.check_event().completed == (opened.id,)
    assert under(desk, opened, "instances") == [desk.item(opened.item).seller_id]
    assert sum(margin.sold for margin in desk.reseller.books.margins("main")) == opened.price


def test_a_lossy_month_doubles_and_loses_nothing(desk: SellerAndReseller) -> None:
    """Every tenth answer is lost after the deed; two ledgers agree at the end."""
    license_tariff, server_tariff = desk.tariff(LITE), desk.tariff(1500, "instances")
    desk.shop.faults.add("drop", func="*.order.param", when="after", chance=30, seed=11)
    desk.shop.faults.add("drop", func="service.prolong", when="after", chance=30, seed=12)
    desk.shop.faults.add("drop", func="*.delete", when="after", chance=30, seed=13)
    opened = []
    for last in range(201, 211):
        panel = {"ip": f"192.0.2.{last}", "licname": f"web-{last}"}
        opened.append(desk.reseller.order(f"c{last}", license_tariff, params=panel))
        box = {"domain": f"box-{last}.example.com"}
        opened.append(desk.reseller.order(f"c{last}", server_tariff, params=box))
    desk.shop.clock.advance("5 minutes")
    desk.reseller.tick()
    for item in opened:
        act = desk.reseller.close if item.id % 5 == 0 else desk.reseller.prolong
        act(item.item)
    desk.shop.clock.advance("5 minutes")
    desk.reseller.tick()
    assert sum(int(fault["struck"]) for fault in desk.shop.faults.all()) > 5
    desk.shop.faults.clear()

    done = desk.reseller.running.operations()
    assert {operation.state for operation in done} == {OperationState.COMPLETED}
    ours = {item.id: item.seller_id for item in desk.reseller.running.living()}
    closed = sum(operation.action is Action.CLOSE for operation in done)
    assert len(ours) == 20 - closed
    for itemtype in ("soft", "instances"):
        for row in desk.shop.call(itemtype).rows():
            if row["remoteid"].isdigit():
                assert ours.pop(int(row["remoteid"])) == int(row["id"])
    assert ours == {}

    desk.reseller.books.collect_costs()
    started = min(operation.sent_at for operation in done if operation.sent_at).date()
    numbers = {item.seller_id for item in desk.reseller.running.items()}
    charged = sum(
        expense.amount.amount
        for expense in desk.client.payments.expenses()
        if expense.service_id in numbers and expense.amount and expense.happened_on == started
    )
    believed = sum(cost.amount or 0 for cost in desk.reseller.books.expected_costs("main"))
    assert believed == charged > 0

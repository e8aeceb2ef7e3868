"""A custom billing leads machines through their life, and survives lost answers and restarts."""

from __future__ import annotations

from collections import deque
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from emulator.testing import Seller
from reseller_client import Missed, NotEnoughMoney, ServiceOrder, Status, UnknownOutcome
from reseller_client.resellers import CustomServices
from tests.client.emulated import LossyLine, client_of
from tests.clocks import stopped_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE_ORDER = ServiceOrder(tariff=6, domain="web-1.test", remoteid="svc-1", autoprolong=1)
DEBIAN = "ISPsystem__Debian-12-amd64"


@pytest.fixture
def hoster() -> Iterator[Seller]:
    with Seller("hoster", system_clock=stopped_clock()) as made:
        made.clock.freeze("2026-01-10T12:00:00Z")
        yield made


@pytest.fixture
def line(hoster: Seller) -> LossyLine:
    return LossyLine(hoster)


@pytest.fixture
def billing(hoster: Seller, line: LossyLine) -> CustomServices:
    return CustomServices(
        client_of(line, hoster.time.pass_time), "vds", today=lambda: today(hoster)
    )


def today(hoster: Seller) -> date:
    return date.fromisoformat(hoster.clock.now[:10])


def balance(hoster: Seller) -> Decimal:
    return Decimal(str(hoster.account()["balance"]))


def test_a_machine_lives_from_order_to_close(billing: CustomServices, hoster: Seller) -> None:
    machine = billing.order(EXAMPLE_ORDER)
    assert (machine.status, machine.remoteid, machine.domain) == (
        Status.ACTIVE,
        "svc-1",
        "web-1.test",
    )
    assert machine.autoprolong is None
    renewal = billing.renew(machine.id)
    assert (renewal.before_on, renewal.ends_on) == (date(2026, 2, 10), date(2026, 3, 10))
    assert balance(hoster) == Decimal("994.00")
    assert billing.resize(machine.id, {28: True}).addons[28] == "on"
    assert billing.change_tariff(machine.id, 1400).tariff == 1400
    assert billing.reinstall(machine.id, DEBIAN).password != machine.password
    billing.suspend(machine.id)
    assert billing.resume(machine.id).status is Status.ACTIVE
    billing.close(machine.id)
    with pytest.raises(Missed):
        billing.deliver(machine.id)


def test_what_is_over_is_renewed_by_resuming(billing: CustomServices, hoster: Seller) -> None:
    machine = billing.order(EXAMPLE_ORDER)
    hoster.clock.advance("32 days")
    resumed = billing.resume(machine.id)
    assert (resumed.status, resumed.expires_on) == (Status.ACTIVE, date(2026, 3, 11))


def test_on_the_day_on_which_its_term_ends_a_machine_is_renewed_by_resuming(
    billing: CustomServices, hoster: Seller
) -> None:
    machine = billing.order(EXAMPLE_ORDER)
    billing.suspend(machine.id)
    hoster.clock.freeze("2026-02-10T12:00:00Z")
    resumed = billing.resume(machine.id)
    assert (resumed.status, resumed.expires_on) == (Status.ACTIVE, date(2026, 3, 10))
    assert balance(hoster) == Decimal("994.00")


@pytest.mark.parametrize("plan", [["after"], ["after", "after"], ["before", "after"]])
def test_lost_answers_make_no_second_machine(
    billing: CustomServices, hoster: Seller, line: LossyLine, plan: list[str]
) -> None:
    line.plan["vds.order.param"] = deque(plan)
    first = billing.order(EXAMPLE_ORDER)
    assert billing.order(EXAMPLE_ORDER).id == first.id
    assert balance(hoster) == Decimal("997.00")


@pytest.mark.parametrize("lost", ["vds", "v2.vds.order.param", "cart", "cartorder.create.confirm"])
@pytest.mark.parametrize("plan", [["after"], ["before", "after"]])
def test_three_machines_by_the_newer_order_are_bought_once_though_answers_are_lost(
    billing: CustomServices, hoster: Seller, line: LossyLine, lost: str, plan: list[str]
) -> None:
    line.plan[lost] = deque(plan)
    order = ServiceOrder(tariff=6, remoteid="three", count=3)
    servers = billing.order_by_cart(order)
    assert {(m.status, m.remoteid, bool(m.password)) for m in servers} == {
        (Status.ACTIVE, "three", True)
    }
    again = billing.order_by_cart(order)
    assert {m.id for m in again} == {m.id for m in servers}
    assert (len(servers), balance(hoster)) == (3, Decimal("991.00"))


@pytest.mark.parametrize("present", [1, 2])
def test_an_order_of_several_buys_only_those_that_are_missing(
    billing: CustomServices, hoster: Seller, present: int
) -> None:
    before = balance(hoster)
    first = billing.order_by_cart(ServiceOrder(tariff=6, remoteid="three", count=present))
    every = billing.order_by_cart(ServiceOrder(tariff=6, remoteid="three", count=3))
    assert len(every) == 3
    assert {server.id for server in first} < {server.id for server in every}
    assert before - balance(hoster) == Decimal("9.00")


def test_what_waits_in_the_cart_for_money_is_paid_by_the_same_order(
    billing: CustomServices, hoster: Seller
) -> None:
    hoster.account("reseller", balance="5.00")
    order = ServiceOrder(tariff=6, remoteid="two", count=2)
    with pytest.raises(NotEnoughMoney):
        billing.order_by_cart(order)
    hoster.account("reseller", balance="7.00")
    assert len(billing.order_by_cart(order)) == 2
    assert balance(hoster) == Decimal("1.00")
    with pytest.raises(ValueError, match="remoteid"):
        billing.order_by_cart(ServiceOrder(tariff=6))
    with pytest.raises(UnknownOutcome, match="2 services"):
        billing.order_by_cart(ServiceOrder(tariff=6, remoteid="two"))


def test_a_billing_that_died_in_between_finds_its_machine(
    billing: CustomServices, hoster: Seller, line: LossyLine
) -> None:
    line.plan["vds.order.param"] = deque(["after"])
    line.plan["vds"] = deque(["", "", "before", "before", "before"])
    with pytest.raises(UnknownOutcome):
        billing.order(EXAMPLE_ORDER)
    line.plan.clear()
    assert billing.order(EXAMPLE_ORDER).status is Status.ACTIVE
    assert balance(hoster) == Decimal("997.00")


def test_an_order_needs_an_id_of_ours(billing: CustomServices) -> None:
    with pytest.raises(ValueError, match="remoteid"):
        billing.order(ServiceOrder(tariff=6))


def test_two_under_one_id_are_for_a_person(billing: CustomServices, hoster: Seller) -> None:
    billing.order(EXAMPLE_ORDER)
    hoster.call(
        "vds.order.param", pricelist=6, period=1, remoteid="svc-1", skipbasket="on", sok="ok"
    )
    with pytest.raises(UnknownOutcome, match="several"):
        billing.order(EXAMPLE_ORDER)


def test_a_machine_of_a_subtype_is_resold_by_the_functions_of_its_list() -> None:
    with Seller("subtypes", system_clock=stopped_clock()) as seller:
        client = client_of(LossyLine(seller), seller.time.pass_time)
        servers = CustomServices(client, "vds.vps", today=lambda: today(seller))
        opened = servers.order(ServiceOrder(tariff=9101, domain="web-9.test", remoteid="svc-9"))
        assert servers.reconcile("svc-9") == opened
        servers.renew(opened.id, ends_on=opened.expires_on)
        assert client.products("vds.vps").get(opened.id).expires_on != opened.expires_on
        servers.suspend(opened.id)
        assert client.products("vds.vps").get(opened.id).status is Status.SUSPENDED

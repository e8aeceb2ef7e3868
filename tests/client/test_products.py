"""Machines, accounts and names from the buying side, at a hoster where they take their time."""

from __future__ import annotations

import json
from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from emulator.testing import Seller
from reseller_client import (
    BadValue,
    Client,
    Money,
    NotEnoughMoney,
    NotReady,
    OrderedService,
    ServiceOrder,
    Status,
    UnknownOutcome,
    WrongState,
)
from tests.client.emulated import LossyLine, client_of
from tests.clocks import stopped_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDER = "vds.order.param"
DEBIAN = "ISPsystem__Debian-12-amd64"
EXAMPLE_ORDER = ServiceOrder(
    tariff=6, domain="shop-2.test", ostempl=DEBIAN, addons={10: 2, 28: True}
)
# 3.00, a processor for 1.50, administration for 5.00.
PRICE = Decimal("9.50")


@pytest.fixture
def hoster() -> Iterator[Seller]:
    with Seller("hoster", system_clock=stopped_clock()) as made:
        yield made


@pytest.fixture
def line(hoster: Seller) -> LossyLine:
    return LossyLine(hoster)


@pytest.fixture(params=["xml", "bjson"])
def client(request: pytest.FixtureRequest, hoster: Seller, line: LossyLine) -> Client:
    return client_of(line, hoster.time.pass_time, out=request.param)


def spent(hoster: Seller) -> Decimal:
    return Decimal("1000.00") - Decimal(str(hoster.account()["balance"]))


def named(client: Client, domain: str) -> list[int]:
    return [row.id for row in client.products("vds").list() if row.domain == domain]


def test_an_order_that_tells_no_number_is_found_and_waited_for(
    client: Client, hoster: Seller
) -> None:
    vds = client.products("vds")
    ordered = vds.order(EXAMPLE_ORDER)
    assert ordered.found_again
    assert ordered.service_id == named(client, "shop-2.test")[0]
    assert vds.get(ordered.service_id).status is Status.PROCESSING
    machine = vds.wait_until_ready(ordered.service_id)
    assert machine.status is Status.ACTIVE
    assert machine.ip
    assert (machine.username, len(machine.password)) == ("root", 12)
    assert machine.remoteid == ordered.remoteid
    assert (machine.addons[10], machine.addons[28]) == ("2", "on")
    assert machine.cost == Money(PRICE, "EUR")
    assert spent(hoster) == PRICE
    assert machine.password not in repr(machine)


@pytest.mark.parametrize("plan", [["before"], ["after"], ["after", "before"]])
def test_a_lost_answer_never_makes_two_machines(
    client: Client, hoster: Seller, line: LossyLine, plan: list[str]
) -> None:
    line.plan[ORDER] = deque(plan)
    client.products("vds").order(EXAMPLE_ORDER)
    assert len(named(client, "shop-2.test")) == 1
    assert spent(hoster) == PRICE


def test_a_list_without_our_ids_is_searched_by_name(client: Client, line: LossyLine) -> None:
    line.hide = ("remoteid",)
    ordered = client.products("vds").order(EXAMPLE_ORDER)
    assert ordered.service_id == named(client, "shop-2.test")[0]


def test_without_our_id_and_a_name_nobody_can_tell(client: Client, line: LossyLine) -> None:
    line.hide = ("remoteid",)
    with pytest.raises(UnknownOutcome):
        client.products("vds").order(ServiceOrder(tariff=6))


def test_the_order_form_tells_what_can_be_chosen(client: Client) -> None:
    form = client.products("vds").order_form(6, 3, addon_10=2)
    assert form.choices["ostempl"][DEBIAN] == "Debian 12"
    assert form.choices["datacenter"]["4"] == "Moscow"
    assert form.choices["addon_16"]["163"] == "ispmanager pro"
    assert "13.05 EUR" in form.price


def test_what_the_seller_refuses_is_told_by_its_field(client: Client, hoster: Seller) -> None:
    vds = client.products("vds")
    with pytest.raises(BadValue) as refused:
        vds.order(ServiceOrder(tariff=6, ostempl="OS2"))
    assert refused.value.object == "ostempl"
    with pytest.raises(NotEnoughMoney):
        vds.order(ServiceOrder(tariff=6, period=12, addons={10: 16, 12: 2000, 14: 1000}))
    assert spent(hoster) == 0


def test_the_cart_is_filled_paid_in_part_and_emptied(client: Client, hoster: Seller) -> None:
    vds = client.products("vds")
    first, second = vds.put_in_cart(EXAMPLE_ORDER), vds.put_in_cart(ServiceOrder(tariff=6))
    assert first.service_id is None
    assert [item.id for item in client.cart.lines()] == [first.line_id, second.line_id]
    assert client.cart.lines()[0].cost == Money(PRICE, "EUR")
    assert first.line_id is not None
    paid = client.cart.pay(first.line_id)
    assert spent(hoster) == PRICE
    assert [(item.id, item.paid) for item in client.cart.orders()][-1] == (paid, True)
    assert client.cart.pay(first.line_id) == paid
    assert spent(hoster) == PRICE
    client.cart.empty()
    assert client.cart.lines() == ()
    assert [item.paid for item in client.cart.orders()] == [True]


def test_one_position_is_taken_out(client: Client) -> None:
    put: OrderedService = client.products("vds").put_in_cart(EXAMPLE_ORDER)
    assert put.line_id is not None
    client.cart.remove(put.line_id)
    assert client.cart.lines() == ()


def test_a_machine_is_run_resized_installed_anew_and_deleted(
    client: Client, hoster: Seller
) -> None:
    vds = client.products("vds")
    (row,) = vds.list()
    vds.stop(row.id)
    assert vds.list()[0].state == "2_stop"
    vds.start(row.id)
    hoster.time.pass_time(5)
    before = vds.get(row.id)
    assert vds.resize(row.id, {2190: 3}).addons[2190] == "3"
    assert spent(hoster) > 0
    vds.reinstall(row.id, DEBIAN)
    after = vds.wait_until_ready(row.id)
    assert (after.ostempl, after.ip) == (DEBIAN, before.ip)
    assert after.password != before.password
    assert vds.change(row.id, domain="renamed.test").domain == "renamed.test"
    assert vds.set_autoprolong(row.id, 1).autoprolong == 1
    vds.suspend(row.id)
    with pytest.raises(WrongState):
        vds.reboot(row.id)
    vds.resume(row.id)
    vds.delete(row.id)
    assert vds.list() == ()


def test_addresses_are_added_named_and_given_back(client: Client) -> None:
    vds = client.products("vds")
    number = vds.list()[0].id
    more = client.services.add_address(number, "mail.test")
    assert (more.main, more.domain) == (False, "mail.test")
    client.services.name_address(number, more.id, "mx.test")
    assert client.services.addresses(number)[-1].domain == "mx.test"
    client.services.remove_address(number, more.id)
    (main,) = client.services.addresses(number)
    with pytest.raises(WrongState):
        client.services.remove_address(number, main.id)


def test_a_machine_that_never_comes_up_is_not_waited_for_for_ever(
    client: Client, hoster: Seller
) -> None:
    hoster.faults.add("no_key")
    ordered = client.products("vds").order(EXAMPLE_ORDER)
    assert ordered.service_id is not None
    with pytest.raises(NotReady) as tired:
        client.products("vds").wait_until_ready(ordered.service_id, reads=3)
    assert (tired.value.service_id, tired.value.reads) == (ordered.service_id, 3)


def test_a_type_of_the_sellers_own_needs_no_code(client: Client) -> None:
    boxes = client.products("forexbox")
    ordered = boxes.order(ServiceOrder(tariff=9001, addons={9002: 8}))
    assert ordered.service_id is not None
    box = boxes.wait_until_ready(ordered.service_id)
    assert box.cost == Money(Decimal("19.00"), "EUR")


def test_machines_of_subtypes_are_found_by_the_menu() -> None:
    with Seller("subtypes", system_clock=stopped_clock()) as seller:
        client = client_of(LossyLine(seller), seller.time.pass_time)
        lists = client.products("vds").list_with_subtypes()
        names = {name: [row.name for row in rows] for name, rows in lists.items()}
        assert names == {
            "vds": [],
            "vds.vps": ["vps-2.example.com", "vps-1.example.com"],
            "vds.kvm": ["kvm-1.example.com"],
        }
        machine = client.products("vds.kvm").get(lists["vds.kvm"][0].id)
        assert (machine.domain, machine.username) == ("kvm-1.example.com", "root")


def test_another_name_of_the_same_list_gives_nothing_twice(hoster: Seller, line: LossyLine) -> None:
    """Of a seller whose menu names it."""
    section = {"name": "mainmenuservice", "node": [{"action": n} for n in ("vds", "vds.vps")]}
    body = json.dumps({"mainmenu": {"node": [section]}})
    hoster.faults.add("status", func="menu", code=200, body=body, content_type="application/json")
    client = client_of(line, hoster.time.pass_time, out="bjson")
    lists = client.products("vds").list_with_subtypes()
    assert (len(lists["vds"]), lists["vds.vps"]) == (1, ())


def test_the_newer_order_is_chosen_priced_put_in_the_cart_and_paid(
    client: Client, hoster: Seller
) -> None:
    vds = client.products("vds")
    offer = next(offer for offer in vds.offers() if offer.id == 6)
    assert (offer.prices[3], offer.datacenters[4]) == (Money(Decimal("8.70"), "EUR"), "Moscow")
    assert [each.id for each in vds.offers(datacenter=4)] == [6, 1400]
    form = vds.new_order_form(6, 3, datacenter=4, addon_10=2, order_count=3)
    assert form.total == Money(Decimal("39.15"), "EUR")
    assert form.lines[0].label == "VDS Start"
    assert form.discounts == ()
    assert form.fields["autoprolong"] == "null"
    assert form.recipes[DEBIAN] == ("null", "ISPsystem__ispmanager", "ISPsystem__LAMP")
    order = ServiceOrder(tariff=6, period=3, datacenter=4, addons={10: 2}, count=3)
    put = vds.put_in_cart(order)
    lines = client.cart.lines()
    assert put.line_ids == tuple(line.id for line in lines)
    assert client.cart.total() == form.total
    assert {line.period for line in lines} == {"3 months"}
    processors = next(part for part in lines[0].configuration if part.name == "Processors")
    assert (processors.value, processors.price) == ("2 pcs.", Money(Decimal("4.35"), "EUR"))
    client.cart.pay(put.line_ids)
    assert spent(hoster) == Decimal("39.15")

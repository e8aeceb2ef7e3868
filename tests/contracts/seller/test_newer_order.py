"""Sellers whose newer order is wrong in one way each: found by the name of a step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest

from contracts.journeys.catalogue_view import CatalogueView
from contracts.journeys.journey import JourneyContext, JourneyRun
from contracts.journeys.newer_order import NewerOrder
from contracts.journeys.runs import CUSTOM, SERVICES, WORLD, JourneyOptions, create_client
from contracts.target.seller import connect_wsgi
from contracts.target.transports import RecordingTransport
from contracts.verdicts import Cell, Outcome, Verdict
from emulator.testing import Seller
from tests.contracts.seller.interception import Fault, InterceptedCall, InterceptingApp, refusal

PRICELIST, FORM = "v2.vds.order.pricelist", "v2.vds.order.param"


@pytest.fixture(scope="module")
def honest() -> Iterator[Seller]:
    with Seller() as seller:
        yield seller


def play(honest: Seller, fault: Fault) -> dict[str, Verdict]:
    """The verdicts of the newer order alone, by the names of its steps."""
    cell = Cell(CUSTOM, SERVICES)
    with connect_wsgi(InterceptingApp(honest.wsgi, fault)) as seller:
        recording = RecordingTransport(seller.transport)
        with (
            seller.open_session(WORLD) as session,
            closing(create_client(seller, JourneyOptions(), session, recording)) as client,
        ):
            context = JourneyContext(
                client, lambda: session.bindings.today, CatalogueView(client), own=True, token="t"
            )
            steps = NewerOrder(context, "judge-t-n").list_steps()
            verdicts = list(JourneyRun(cell, context, recording, steps).verdicts())
    return {verdict.name.rpartition("/")[2]: verdict for verdict in verdicts}


def hides_datacenters(call: InterceptedCall) -> bytes | None:
    if call.func != PRICELIST:
        return None
    return re.sub(rb"<value>(Frankfurt|Moscow)", b"<value>", call.forward())


def shows_another_price(call: InterceptedCall) -> bytes | None:
    return call.forward().replace(b">3.00<", b">3.10<") if call.func == PRICELIST else None


def hides_what_is_chosen(call: InterceptedCall) -> bytes | None:
    shown = call.func == FORM and not call.acts
    return re.sub(rb"<ostempl>[^<]*", b"<ostempl>", call.forward()) if shown else None


def sums_up_wrongly(call: InterceptedCall) -> bytes | None:
    if call.func != FORM or call.acts or "sv_field" in call.fields:
        return None
    head, name, tail = call.forward().partition(b'"total_summary"')
    return head + name + tail.replace(b">3.00<", b">2.00<", 1)


def chooses_another_tariff(call: InterceptedCall) -> bytes | None:
    return call.forward(keyvalue="1400_1") if "keyvalue" in call.fields else None


def keeps_the_system(call: InterceptedCall) -> bytes | None:
    changed = call.fields.get("sv_field") == "ostempl"
    return call.forward(ostempl="", recipe="") if changed else None


def counts_one(call: InterceptedCall) -> bytes | None:
    return call.forward(order_count="1") if "order_count" in call.fields else None


def orders_by_looking(call: InterceptedCall) -> bytes | None:
    looks = call.fields.get("sv_field") == "order_count"
    if looks:
        call.forward(sv_field="", sok="ok", clicked_button="order")
    return None


def puts_two_into_the_cart(call: InterceptedCall) -> bytes | None:
    ordered = call.func == FORM and call.acts and "order_count" in call.fields
    return call.forward(order_count="2") if ordered else None


def shows_no_parts(call: InterceptedCall) -> bytes | None:
    if call.func != "cart":
        return None
    return re.sub(rb"<configuration>.*?</configuration>", b"", call.forward())


def shows_another_total(call: InterceptedCall) -> bytes | None:
    return call.forward().replace(b"<cost>9.00<", b"<cost>8.00<") if call.func == "cart" else None


def charges_before_it_is_paid(call: InterceptedCall) -> None:
    if call.func == FORM and call.acts:
        call.take("9.00")


def takes_any_code(call: InterceptedCall) -> bytes | None:
    unknown = call.fields.get("promocode", "").startswith("none")
    return call.forward(promocode="", sok="") if unknown else None


def drops_the_code(call: InterceptedCall) -> bytes | None:
    return call.forward(promocode="", sok="") if call.fields.get("promocode") else None


def charges_without_the_code(call: InterceptedCall) -> None:
    if call.func == "cartorder.create.confirm":
        call.take("0.90")


def pays_for_two(call: InterceptedCall) -> bytes | None:
    lines = call.fields.get("elid", "").split(", ")
    confirmed = call.func == "cartorder.create.confirm"
    return call.forward(elid=", ".join(lines[:2])) if confirmed else None


def delivers_elsewhere(call: InterceptedCall) -> bytes | None:
    return call.forward(datacenter="1") if call.func == FORM and call.acts else None


def forgets_our_id(call: InterceptedCall) -> bytes | None:
    return call.forward(remoteid="") if call.func == FORM and call.acts else None


def delivers_no_password(call: InterceptedCall) -> bytes | None:
    if call.func != "vds.edit":
        return None
    return re.sub(rb"<(user)?password>[^<]*", rb"<\1password>", call.forward())


def lists_no_expense(call: InterceptedCall) -> bytes | None:
    return call.forward(filter="on", item="1") if call.func == "expense" else None


def keeps_what_is_deleted(call: InterceptedCall) -> bytes | None:
    return call.forward(func="vds.suspend") if call.func == "vds.delete" else None


FAULTS = [
    (hides_datacenters, "newer price list", "its datacenters have names"),
    (shows_another_price, "newer price list", "its price of a month"),
    (hides_what_is_chosen, "newer form", "ostempl is among its choices"),
    (sums_up_wrongly, "newer form", "the total of 1"),
    (chooses_another_tariff, "tariff by keyvalue", "the tariff"),
    (keeps_the_system, "recalculation", "ostempl after its change"),
    (counts_one, "recalculation", "the price of 3"),
    (orders_by_looking, "recalculation", "the positions in the cart"),
    (puts_two_into_the_cart, "newer order", "the positions of the answer"),
    (shows_no_parts, "newer order", "they have parts with prices"),
    (shows_another_total, "newer order", "the total of the cart"),
    (charges_before_it_is_paid, "newer order", "the balance before paying"),
    (takes_any_code, "newer order", "an unknown promo code"),
    (drops_the_code, "newer order", "the total after SPRING"),
    (charges_without_the_code, "newer order", "the balance after"),
    (pays_for_two, "newer order", "what is left in the cart"),
    (delivers_elsewhere, "newer order", "the datacenter of"),
    (forgets_our_id, "newer order", "our id of"),
    (delivers_no_password, "newer order", "has an address and a password"),
    (lists_no_expense, "newer order", "their expenses"),
    (keeps_what_is_deleted, "delete what it opened", "the servers that are left"),
]


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(("fault", "name", "message"), FAULTS)
def test_a_newer_order_that_is_wrong_is_found_by_the_step(
    honest: Seller, fault: Fault, name: str, message: str
) -> None:
    verdict = play(honest, fault)[name]
    assert verdict.outcome is Outcome.FAIL
    assert message in str(verdict)
    assert verdict.cells, "a failure counts"


def test_an_honest_seller_passes_and_its_newer_order_alone_fills_no_cell(honest: Seller) -> None:
    verdicts = play(honest, lambda _: None)
    assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.PASS}
    assert not [verdict for verdict in verdicts.values() if verdict.cells]


def test_a_seller_of_ours_without_the_newer_order_fails(honest: Seller) -> None:
    verdicts = play(honest, lambda c: refusal("missed", "func") if "v2." in c.func else None)
    assert verdicts["newer price list"].outcome is Outcome.FAIL

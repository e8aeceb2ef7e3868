"""Sellers whose lists, terms or sums are wrong in one way each: found by the name of a step."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from contracts.journeys.runs import JourneyOptions, run_journeys
from contracts.record.levels import Choice
from contracts.target.seller import connect_wsgi
from contracts.verdicts import Outcome
from emulator.testing import Seller
from tests.contracts.seller.interception import Fault, InterceptedCall, InterceptingApp
from tests.contracts.seller.steps import verdict_on_step

LICENSES, SERVERS, MODULES = "flow/custom/licences", "flow/custom/services", "flow/custom/modules"
BALANCE = "the balance after"


@pytest.fixture(scope="module")
def honest() -> Iterator[Seller]:
    with Seller() as seller:
        yield seller


def holds_other_money(call: InterceptedCall) -> bytes | None:
    return call.forward().replace(b"EUR", b"USD") if call.func == "subaccount" else None


def forgets_pages(call: InterceptedCall) -> bytes | None:
    paged = call.func in {"soft", "vds"} and "p_num" in call.fields
    return call.forward(p_num="1") if paged else None


def counts_a_page(call: InterceptedCall) -> bytes | None:
    if call.func != "soft":
        return None
    answer = call.forward()
    here = str(answer.count(b"<elem>")).encode()
    return re.sub(rb"<p_elems>\d+", rb"<p_elems>" + here, answer)


def sorts_the_other_way(call: InterceptedCall) -> bytes | None:
    turned = {"+id": "-id", "-id": "+id"}
    column = call.fields.get("p_col", "")
    return call.forward(p_col=turned[column]) if column in turned else None


def prolongs_by_itself_afterwards(call: InterceptedCall) -> bytes | None:
    if call.func != "service.prolong" or not call.acts:
        return None
    answer = call.forward()
    call.forward(func="soft.edit", autoprolong="1")
    return answer


def renews_machines_by_itself(call: InterceptedCall) -> bytes | None:
    bought = call.func == "vds.order.param" and call.acts
    return call.forward(autoprolong="1") if bought else None


def renews_modules_by_itself(call: InterceptedCall) -> bytes | None:
    bought = call.func == "addition.order.param" and call.acts
    return call.forward(autoprolong="1") if bought else None


def sells_another_module(call: InterceptedCall) -> bytes | None:
    if call.func != "addition.edit":
        return None
    return re.sub(rb"<pricelist>\d+", b"<pricelist>955302", call.forward())


def names_it_itself(call: InterceptedCall) -> bytes | None:
    bought = call.func == "soft.order.param" and call.acts
    return call.forward(licname="licence") if bought else None


def forgets_our_id_with_the_name(call: InterceptedCall) -> bytes | None:
    if call.func != "soft.edit" or b"<licname>web-2<" not in (answer := call.forward()):
        return None
    return re.sub(rb"<remoteid>[^<]*", b"<remoteid>", answer)


def prolongs_without_what_was_added(call: InterceptedCall) -> None:
    if call.func == "service.prolong" and call.fields.get("period") == "1" and call.acts:
        call.take("-0.50")


def charges_twice_for_what_was_added(call: InterceptedCall) -> None:
    if call.func == "service.prolong" and call.fields.get("period") == "1" and call.acts:
        call.take("0.50")


def sells_thirty_days(call: InterceptedCall) -> bytes | None:
    """Every term that was bought has thirty days, whatever the months are."""
    if call.func not in {"service.prolong", "soft.edit"}:
        return None
    return re.sub(rb"(expiredate>\d{4}-\d\d-)\d\d", rb"\g<1>29", call.forward())


FAULTS = [
    (holds_other_money, f"{LICENSES}/currency", "the balance's currency"),
    (holds_other_money, f"{SERVERS}/currency", "the balance's currency"),
    (forgets_pages, f"{LICENSES}/pages of the list", "rows on no page"),
    (forgets_pages, f"{SERVERS}/pages of the list", "rows on no page"),
    (counts_a_page, f"{LICENSES}/pages of the list", "p_elems of page 1"),
    (sorts_the_other_way, f"{LICENSES}/order of the list", "the numbers by p_col="),
    (prolongs_by_itself_afterwards, f"{LICENSES}/prolong", "its renewal by the seller"),
    (renews_machines_by_itself, f"{SERVERS}/order", "its renewal by the seller"),
    (renews_modules_by_itself, f"{MODULES}/order", "its renewal by the seller"),
    (renews_machines_by_itself, "flow/billmanager/services/order", "its renewal by the seller"),
    (sells_another_module, f"{MODULES}/order", "its tariff"),
    (names_it_itself, f"{LICENSES}/order", "its name"),
    (forgets_our_id_with_the_name, f"{LICENSES}/rename", "our id of it"),
    (prolongs_without_what_was_added, f"{SERVERS}/prolong", BALANCE),
    (charges_twice_for_what_was_added, f"{SERVERS}/prolong", BALANCE),
    (sells_thirty_days, f"{LICENSES}/order", "its end"),
]


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(("fault", "name", "message"), FAULTS)
def test_a_seller_that_trades_wrongly_is_found_by_the_step(
    honest: Seller, fault: Fault, name: str, message: str
) -> None:
    verdict = verdict_on_step(honest, fault, name)
    assert verdict.outcome is Outcome.FAIL
    assert message in str(verdict)
    assert verdict.proof, "with what was asked and answered"


def test_a_seller_that_sends_all_rows_on_each_page_hides_none(honest: Seller) -> None:
    def ignores_sizes(call: InterceptedCall) -> bytes | None:
        return call.forward(p_cnt="1000", p_num="1") if call.func == "soft" else None

    with connect_wsgi(InterceptingApp(honest.wsgi, ignores_sizes)) as seller:
        verdicts = {
            verdict.name: verdict
            for verdict in run_journeys(seller, Choice(only=LICENSES), JourneyOptions())
        }
    assert verdicts[f"{LICENSES}/pages of the list"].outcome is Outcome.PASS
    assert verdicts[f"{LICENSES}/order of the list"].outcome is Outcome.PASS

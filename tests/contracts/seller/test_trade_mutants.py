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
from tests.contracts.seller.meddling import Asked, Fault, Meddler

LICENSES, MACHINES, MODULES = "flow/custom/licences", "flow/custom/services", "flow/custom/modules"
BALANCE = "the balance after"


@pytest.fixture(scope="module")
def honest() -> Iterator[Seller]:
    with Seller() as seller:
        yield seller


def holds_other_money(asked: Asked) -> bytes | None:
    return asked.forward().replace(b"EUR", b"USD") if asked.func == "subaccount" else None


def forgets_pages(asked: Asked) -> bytes | None:
    paged = asked.func in {"soft", "vds"} and "p_num" in asked.fields
    return asked.forward(p_num="1") if paged else None


def counts_a_page(asked: Asked) -> bytes | None:
    if asked.func != "soft":
        return None
    answer = asked.forward()
    here = str(answer.count(b"<elem>")).encode()
    return re.sub(rb"<p_elems>\d+", rb"<p_elems>" + here, answer)


def sorts_the_other_way(asked: Asked) -> bytes | None:
    turned = {"+id": "-id", "-id": "+id"}
    column = asked.fields.get("p_col", "")
    return asked.forward(p_col=turned[column]) if column in turned else None


def prolongs_by_itself_afterwards(asked: Asked) -> bytes | None:
    if asked.func != "service.prolong" or not asked.acts:
        return None
    answer = asked.forward()
    asked.forward(func="soft.edit", autoprolong="1")
    return answer


def renews_machines_by_itself(asked: Asked) -> bytes | None:
    bought = asked.func == "vds.order.param" and asked.acts
    return asked.forward(autoprolong="1") if bought else None


def renews_modules_by_itself(asked: Asked) -> bytes | None:
    bought = asked.func == "addition.order.param" and asked.acts
    return asked.forward(autoprolong="1") if bought else None


def sells_another_module(asked: Asked) -> bytes | None:
    if asked.func != "addition.edit":
        return None
    return re.sub(rb"<pricelist>\d+", b"<pricelist>955302", asked.forward())


def names_it_itself(asked: Asked) -> bytes | None:
    bought = asked.func == "soft.order.param" and asked.acts
    return asked.forward(licname="licence") if bought else None


def forgets_our_id_with_the_name(asked: Asked) -> bytes | None:
    if asked.func != "soft.edit" or b"<licname>web-2<" not in (answer := asked.forward()):
        return None
    return re.sub(rb"<remoteid>[^<]*", b"<remoteid>", answer)


def prolongs_without_what_was_added(asked: Asked) -> None:
    if asked.func == "service.prolong" and asked.fields.get("period") == "1" and asked.acts:
        asked.take("-0.50")


def charges_twice_for_what_was_added(asked: Asked) -> None:
    if asked.func == "service.prolong" and asked.fields.get("period") == "1" and asked.acts:
        asked.take("0.50")


def sells_thirty_days(asked: Asked) -> bytes | None:
    """Every term that was bought has thirty days, whatever the months are."""
    if asked.func not in {"service.prolong", "soft.edit"}:
        return None
    return re.sub(rb"(expiredate>\d{4}-\d\d-)\d\d", rb"\g<1>29", asked.forward())


FAULTS = [
    (holds_other_money, f"{LICENSES}/currency", "the balance's currency"),
    (holds_other_money, f"{MACHINES}/currency", "the balance's currency"),
    (forgets_pages, f"{LICENSES}/pages of the list", "rows on no page"),
    (forgets_pages, f"{MACHINES}/pages of the list", "rows on no page"),
    (counts_a_page, f"{LICENSES}/pages of the list", "p_elems of page 1"),
    (sorts_the_other_way, f"{LICENSES}/order of the list", "the numbers by p_col="),
    (prolongs_by_itself_afterwards, f"{LICENSES}/prolong", "its renewal by the seller"),
    (renews_machines_by_itself, f"{MACHINES}/order", "its renewal by the seller"),
    (renews_modules_by_itself, f"{MODULES}/order", "its renewal by the seller"),
    (renews_machines_by_itself, "flow/billmanager/services/order", "its renewal by the seller"),
    (sells_another_module, f"{MODULES}/order", "its tariff"),
    (names_it_itself, f"{LICENSES}/order", "its name"),
    (forgets_our_id_with_the_name, f"{LICENSES}/rename", "our id of it"),
    (prolongs_without_what_was_added, f"{MACHINES}/prolong", BALANCE),
    (charges_twice_for_what_was_added, f"{MACHINES}/prolong", BALANCE),
    (sells_thirty_days, f"{LICENSES}/order", "its end"),
]


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(("fault", "name", "told"), FAULTS)
def test_a_seller_that_trades_wrongly_is_found_by_the_step(
    honest: Seller, fault: Fault, name: str, told: str
) -> None:
    with connect_wsgi(Meddler(honest.wsgi, fault)) as seller:
        led = run_journeys(seller, Choice(only=name.rpartition("/")[0]), JourneyOptions())
        verdicts = {one.name: one for one in led}
    assert verdicts[name].outcome is Outcome.FAIL
    assert told in str(verdicts[name])
    assert verdicts[name].proof, "with what was asked and answered"


def test_a_seller_that_sends_all_rows_on_each_page_hides_none(honest: Seller) -> None:
    def ignores_sizes(asked: Asked) -> bytes | None:
        return asked.forward(p_cnt="1000", p_num="1") if asked.func == "soft" else None

    with connect_wsgi(Meddler(honest.wsgi, ignores_sizes)) as seller:
        verdicts = {
            one.name: one for one in run_journeys(seller, Choice(only=LICENSES), JourneyOptions())
        }
    assert verdicts[f"{LICENSES}/pages of the list"].outcome is Outcome.PASS
    assert verdicts[f"{LICENSES}/order of the list"].outcome is Outcome.PASS

"""Sellers that behave wrongly in one way each: every one is found, by the name of a step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from contracts.journeys.runs import JourneyOptions, run_journeys
from contracts.record.exchange import FOLDER, read_file
from contracts.record.levels import Choice
from contracts.target.replay import replay
from contracts.target.seller import connect_wsgi
from contracts.verdicts import Outcome
from emulator.testing import Seller
from tests.contracts.seller.interception import Fault, InterceptedCall, InterceptingApp, document
from tests.contracts.seller.steps import verdict_on_step


@pytest.fixture(scope="module")
def honest() -> Iterator[Seller]:
    with Seller() as seller:
        yield seller


def charges_twice(call: InterceptedCall) -> None:
    if call.func == "soft.order.param" and call.acts:
        call.take("5.00")


def charges_for_a_look(call: InterceptedCall) -> None:
    if call.func == "soft.order.param" and not call.acts:
        call.take("1.00")


def hides_what_was_ordered(call: InterceptedCall) -> bytes | None:
    if call.func != "soft":
        return None
    return re.sub(rb"<elem>(?:(?!</elem>).)*<id>100024</id>.*?</elem>", b"", call.forward())


def prolongs_from_today(call: InterceptedCall) -> bytes | None:
    if call.func != "service.prolong" or not call.acts:
        return None
    return re.sub(rb"<newexpiredate>[^<]*", b"<newexpiredate>2001-01-01", call.forward())


def deletes_instead_of_suspending(call: InterceptedCall) -> bytes | None:
    return call.forward(func="soft.delete") if call.func == "soft.suspend" else None


def charges_for_a_refusal(call: InterceptedCall) -> None:
    if call.func == "service.prolong" and call.fields.get("period") == "7":
        call.take("3.00")


def gives_another_key_each_time(call: InterceptedCall) -> None:
    if call.func == "soft.edit" and not call.acts:
        call.forward(clicked_button="newkey", sok="ok")


def keeps_the_old_key(call: InterceptedCall) -> bytes | None:
    if call.fields.get("clicked_button") != "newkey":
        return None
    return call.forward(clicked_button="", sok="")


def forgets_an_expense(call: InterceptedCall) -> bytes | None:
    if call.func != "expense":
        return None
    return re.sub(rb"<elem>.*?</elem>", b"", call.forward(), count=1)


def prolongs_the_dead(call: InterceptedCall) -> bytes | None:
    answer = call.forward()
    if call.func == "service.prolong" and b'type="missed"' in answer:
        return document(ok="", newexpiredate="2031-01-01")
    return answer


def sells_modules_to_nobody(call: InterceptedCall) -> bytes | None:
    nobodys = call.fields.get("item") == "999999999"
    return document(ok="", id="100777") if nobodys and call.acts else None


def charges_every_resize(call: InterceptedCall) -> None:
    if call.func == "vds.edit" and call.acts and "addon_7" in call.fields:
        call.take("0.50")


def forgets_our_id(call: InterceptedCall) -> bytes | None:
    if call.func == "soft.order.param" and call.acts:
        return call.forward(remoteid="")
    return None


def refunds_what_is_deleted(call: InterceptedCall) -> None:
    if call.func == "soft.delete":
        call.take("-5.00")


def ignores_a_change_of_tariff(call: InterceptedCall) -> bytes | None:
    if call.func == "service.changepricelist" and call.acts:
        return document(ok="")
    return None


def suspends_nothing(call: InterceptedCall) -> bytes | None:
    return document(ok="") if call.func == "soft.suspend" else None


def resumes_for_money(call: InterceptedCall) -> None:
    if call.func == "vds.resume":
        call.take("1.00")


def moves_the_end_with_the_address(call: InterceptedCall) -> bytes | None:
    if call.func != "soft.edit" or "ip" not in call.fields:
        return None
    call.forward(func="service.prolong", period="1", sok="ok")
    call.take("-5.00")
    return call.forward()


def renews_by_itself(call: InterceptedCall) -> bytes | None:
    if call.func != "soft.order.param" or not call.acts:
        return None
    return call.forward(autoprolong="1")


def lists_what_is_off_as_on(call: InterceptedCall) -> bytes | None:
    if call.func != "soft":
        return None
    answer = re.sub(rb"<status>3<", b"<status>2<", call.forward())
    return answer.replace(b'orig="3"', b'orig="2"')


LICENSES, SERVERS, MODULES = "flow/custom/licences", "flow/custom/services", "flow/custom/modules"
BALANCE = "the balance after"
FAULTS = [
    (charges_twice, f"{LICENSES}/order", BALANCE),
    (charges_twice, "flow/whmcs/licences/order", BALANCE),
    (charges_twice, "flow/billmanager/licences/order", BALANCE),
    (renews_by_itself, f"{LICENSES}/order", "its renewal by the seller"),
    (lists_what_is_off_as_on, f"{LICENSES}/suspend", "its state in the list"),
    (charges_for_a_look, f"{LICENSES}/price", BALANCE),
    (hides_what_was_ordered, f"{LICENSES}/order", "rows of it in the list: expected 1, found 0"),
    (prolongs_from_today, f"{LICENSES}/prolong", "the new end in the answer"),
    (deletes_instead_of_suspending, f"{LICENSES}/suspend", "Missed"),
    (charges_for_a_refusal, f"{LICENSES}/refused prolongation", BALANCE),
    (charges_for_a_refusal, "flow/billmanager/services/refused prolongation", BALANCE),
    (gives_another_key_each_time, f"{LICENSES}/key", "its key, read again"),
    (keeps_the_old_key, f"{LICENSES}/new key", "it is another key: expected True, found False"),
    (keeps_the_old_key, "flow/whmcs/licences/new key", "it is another key"),
    (forgets_an_expense, f"{LICENSES}/ledger", "the sum of its expenses"),
    (forgets_an_expense, "flow/billmanager/modules/ledger", "the sum of its expenses"),
    (prolongs_the_dead, f"{LICENSES}/prolong what is deleted", "prolonging it: was not refused"),
    (sells_modules_to_nobody, f"{MODULES}/order without a licence", "was not refused"),
    (charges_every_resize, f"{SERVERS}/resize", BALANCE),
    (forgets_our_id, f"{LICENSES}/order", "our id of it"),
    (refunds_what_is_deleted, f"{LICENSES}/delete", BALANCE),
    (ignores_a_change_of_tariff, f"{LICENSES}/change of tariff", "its tariff"),
    (suspends_nothing, f"{LICENSES}/suspend", "its state"),
    (suspends_nothing, "flow/whmcs/licences/put in the pool", "its state"),
    (resumes_for_money, f"{SERVERS}/resume", BALANCE),
    (moves_the_end_with_the_address, f"{LICENSES}/re-address", "its end"),
]


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(("fault", "name", "message"), FAULTS)
def test_a_seller_that_misbehaves_is_found_by_the_step(
    honest: Seller, fault: Fault, name: str, message: str
) -> None:
    verdict = verdict_on_step(honest, fault, name)
    assert verdict.outcome is Outcome.FAIL
    assert message in str(verdict)
    assert verdict.proof, "with what was asked and answered"


@pytest.mark.every(5)
@pytest.mark.parametrize("name", [LICENSES, SERVERS, MODULES, "flow/whmcs", "flow/billmanager"])
def test_none_of_these_is_found_at_an_honest_seller(honest: Seller, name: str) -> None:
    with connect_wsgi(honest.wsgi) as seller:
        verdicts = list(run_journeys(seller, Choice(only=name), JourneyOptions()))
    assert {verdict.outcome for verdict in verdicts} == {Outcome.PASS}


def shows_what_is_anothers(call: InterceptedCall) -> bytes | None:
    foreign = call.func == "soft.edit" and call.fields.get("elid") == "100009"
    return call.forward(authinfo="other:secret") if foreign else None


def accepts_any_password(call: InterceptedCall) -> bytes | None:
    is_reseller = call.func == "auth" and call.fields.get("username") == "reseller"
    return call.forward(password="secret") if is_reseller else None


def answers_errors_by_status(call: InterceptedCall) -> bytes:
    answer = call.forward()
    if b"<error" in answer:
        call.status = "500 Internal Server Error"
    return answer


EXCHANGE_FAULTS = [
    (shows_what_is_anothers, "soft.edit/foreign-id", "/doc/error: missing"),
    (accepts_any_password, "auth/wrong-password", "/doc/auth: must not be there"),
    (answers_errors_by_status, "soft.edit/unknown-id", "HTTP status: expected 200"),
]


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(("fault", "name", "message"), EXCHANGE_FAULTS)
def test_a_seller_that_misbehaves_is_found_by_the_exchange(
    honest: Seller, fault: Fault, name: str, message: str
) -> None:
    exchange = read_file(FOLDER / f"{name}.yaml")
    with connect_wsgi(honest.wsgi) as seller:
        assert replay(exchange, "xml", seller).outcome is Outcome.PASS
    with connect_wsgi(InterceptingApp(honest.wsgi, fault)) as seller:
        verdict = replay(exchange, "xml", seller)
    assert verdict.outcome is Outcome.FAIL
    assert message in str(verdict)


def test_a_world_whose_making_was_interrupted_is_taken_away(honest: Seller) -> None:
    def interrupted(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        answer = honest.wsgi(environ, start)
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", "/_mockseller/worlds"):
            raise KeyboardInterrupt
        return answer

    seller = connect_wsgi(interrupted)
    with pytest.raises(KeyboardInterrupt), seller.open_session("small"):
        raise AssertionError("it was not interrupted")
    seller.close()
    worlds = honest.control("GET", "/worlds")
    assert [world["name"] for world in worlds if world["name"].startswith("judge-")] == []

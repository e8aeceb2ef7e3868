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
from contracts.verdicts import Outcome, Verdict
from emulator.testing import Seller
from tests.contracts.seller.meddling import Asked, Fault, Meddler, document


@pytest.fixture(scope="module")
def honest() -> Iterator[Seller]:
    with Seller() as seller:
        yield seller


def led(honest: Seller, fault: Fault, name: str) -> list[Verdict]:
    """The course of a name at a seller with this fault."""
    with connect_wsgi(Meddler(honest.wsgi, fault)) as seller:
        return list(run_journeys(seller, Choice(only=name), JourneyOptions()))


def charges_twice(asked: Asked) -> None:
    if asked.func == "soft.order.param" and asked.acts:
        asked.take("5.00")


def charges_for_a_look(asked: Asked) -> None:
    if asked.func == "soft.order.param" and not asked.acts:
        asked.take("1.00")


def hides_what_was_ordered(asked: Asked) -> bytes | None:
    if asked.func != "soft":
        return None
    return re.sub(rb"<elem>(?:(?!</elem>).)*<id>100024</id>.*?</elem>", b"", asked.forward())


def prolongs_from_today(asked: Asked) -> bytes | None:
    if asked.func != "service.prolong" or not asked.acts:
        return None
    return re.sub(rb"<newexpiredate>[^<]*", b"<newexpiredate>2001-01-01", asked.forward())


def deletes_instead_of_suspending(asked: Asked) -> bytes | None:
    return asked.forward(func="soft.delete") if asked.func == "soft.suspend" else None


def charges_for_a_refusal(asked: Asked) -> None:
    if asked.func == "service.prolong" and asked.fields.get("period") == "7":
        asked.take("3.00")


def gives_another_key_each_time(asked: Asked) -> None:
    if asked.func == "soft.edit" and not asked.acts:
        asked.forward(clicked_button="newkey", sok="ok")


def keeps_the_old_key(asked: Asked) -> bytes | None:
    if asked.fields.get("clicked_button") != "newkey":
        return None
    return asked.forward(clicked_button="", sok="")


def forgets_an_expense(asked: Asked) -> bytes | None:
    if asked.func != "expense":
        return None
    return re.sub(rb"<elem>.*?</elem>", b"", asked.forward(), count=1)


def prolongs_the_dead(asked: Asked) -> bytes | None:
    answer = asked.forward()
    if asked.func == "service.prolong" and b'type="missed"' in answer:
        return document(ok="", newexpiredate="2031-01-01")
    return answer


def sells_modules_to_nobody(asked: Asked) -> bytes | None:
    nobodys = asked.fields.get("item") == "999999999"
    return document(ok="", id="100777") if nobodys and asked.acts else None


def charges_every_resize(asked: Asked) -> None:
    if asked.func == "vds.edit" and asked.acts and "addon_7" in asked.fields:
        asked.take("0.50")


def forgets_our_id(asked: Asked) -> bytes | None:
    if asked.func == "soft.order.param" and asked.acts:
        return asked.forward(remoteid="")
    return None


def refunds_what_is_deleted(asked: Asked) -> None:
    if asked.func == "soft.delete":
        asked.take("-5.00")


def ignores_a_change_of_tariff(asked: Asked) -> bytes | None:
    if asked.func == "service.changepricelist" and asked.acts:
        return document(ok="")
    return None


def suspends_nothing(asked: Asked) -> bytes | None:
    return document(ok="") if asked.func == "soft.suspend" else None


def resumes_for_money(asked: Asked) -> None:
    if asked.func == "vds.resume":
        asked.take("1.00")


def moves_the_end_with_the_address(asked: Asked) -> bytes | None:
    if asked.func != "soft.edit" or "ip" not in asked.fields:
        return None
    asked.forward(func="service.prolong", period="1", sok="ok")
    asked.take("-5.00")
    return asked.forward()


def renews_by_itself(asked: Asked) -> bytes | None:
    if asked.func != "soft.order.param" or not asked.acts:
        return None
    return asked.forward(autoprolong="1")


def lists_what_is_off_as_on(asked: Asked) -> bytes | None:
    if asked.func != "soft":
        return None
    answer = re.sub(rb"<status>3<", b"<status>2<", asked.forward())
    return answer.replace(b'orig="3"', b'orig="2"')


LICENSES, MACHINES, MODULES = "flow/custom/licences", "flow/custom/services", "flow/custom/modules"
BALANCE = "the balance after"
FAULTS = [
    (charges_twice, f"{LICENSES}/order", BALANCE),
    (charges_twice, "flow/whmcs/licences/order", BALANCE),
    (charges_twice, "flow/billmanager/licences/order", BALANCE),
    (renews_by_itself, f"{LICENSES}/order", "its renewal by the seller"),
    (lists_what_is_off_as_on, f"{LICENSES}/suspend", "its state in the list"),
    (charges_for_a_look, f"{LICENSES}/price", BALANCE),
    (hides_what_was_ordered, f"{LICENSES}/order", "rows of it in the list: expected 1, found 0"),
    (prolongs_from_today, f"{LICENSES}/prolong", "the end that is told"),
    (deletes_instead_of_suspending, f"{LICENSES}/suspend", "Missed"),
    (charges_for_a_refusal, f"{LICENSES}/refused prolongation", BALANCE),
    (charges_for_a_refusal, "flow/billmanager/services/refused prolongation", BALANCE),
    (gives_another_key_each_time, f"{LICENSES}/key", "its key, read again"),
    (keeps_the_old_key, f"{LICENSES}/new key", "it is another key: expected True, found False"),
    (keeps_the_old_key, "flow/whmcs/licences/new key", "it is another key"),
    (forgets_an_expense, f"{LICENSES}/ledger", "what it charged"),
    (forgets_an_expense, "flow/billmanager/modules/ledger", "what it charged"),
    (prolongs_the_dead, f"{LICENSES}/prolong what is deleted", "prolonging it: was not refused"),
    (sells_modules_to_nobody, f"{MODULES}/order without a licence", "was not refused"),
    (charges_every_resize, f"{MACHINES}/resize", BALANCE),
    (forgets_our_id, f"{LICENSES}/order", "our id of it"),
    (refunds_what_is_deleted, f"{LICENSES}/delete", BALANCE),
    (ignores_a_change_of_tariff, f"{LICENSES}/change of tariff", "its tariff"),
    (suspends_nothing, f"{LICENSES}/suspend", "its state"),
    (suspends_nothing, "flow/whmcs/licences/put in the pool", "its state"),
    (resumes_for_money, f"{MACHINES}/resume", BALANCE),
    (moves_the_end_with_the_address, f"{LICENSES}/re-address", "its end"),
]


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(("fault", "name", "told"), FAULTS)
def test_a_seller_that_misbehaves_is_found_by_the_step(
    honest: Seller, fault: Fault, name: str, told: str
) -> None:
    verdicts = {one.name: one for one in led(honest, fault, name.rpartition("/")[0])}
    assert verdicts[name].outcome is Outcome.FAIL
    assert told in str(verdicts[name])
    assert verdicts[name].proof, "with what was asked and answered"


@pytest.mark.parametrize("name", [LICENSES, MACHINES, MODULES, "flow/whmcs", "flow/billmanager"])
def test_none_of_these_is_found_at_an_honest_seller(honest: Seller, name: str) -> None:
    outcomes = {one.outcome for one in led(honest, lambda _: None, name)}
    assert outcomes == {Outcome.PASS}


def shows_what_is_anothers(asked: Asked) -> bytes | None:
    foreign = asked.func == "soft.edit" and asked.fields.get("elid") == "100009"
    return asked.forward(authinfo="other:secret") if foreign else None


def accepts_any_password(asked: Asked) -> bytes | None:
    known = asked.func == "auth" and asked.fields.get("username") == "reseller"
    return asked.forward(password="secret") if known else None


def answers_errors_by_status(asked: Asked) -> bytes:
    answer = asked.forward()
    if b"<error" in answer:
        asked.status = "500 Internal Server Error"
    return answer


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(
    ("fault", "name", "told"),
    [
        (shows_what_is_anothers, "soft.edit/foreign-id", "/doc/error: missing"),
        (accepts_any_password, "auth/wrong-password", "/doc/auth: must not be there"),
        (answers_errors_by_status, "soft.edit/unknown-id", "HTTP status: expected 200"),
    ],
)
def test_a_seller_that_misbehaves_is_found_by_the_exchange(
    honest: Seller, fault: Fault, name: str, told: str
) -> None:
    exchange = read_file(FOLDER / f"{name}.yaml")
    with connect_wsgi(honest.wsgi) as seller:
        assert replay(exchange, "xml", seller).outcome is Outcome.PASS
    with connect_wsgi(Meddler(honest.wsgi, fault)) as seller:
        verdict = replay(exchange, "xml", seller)
    assert verdict.outcome is Outcome.FAIL
    assert told in str(verdict)


def test_a_world_whose_making_was_interrupted_is_taken_away(honest: Seller) -> None:
    def interrupted(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        answer = honest.wsgi(environ, start)
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", "/_mockseller/worlds"):
            raise KeyboardInterrupt
        return answer

    seller = connect_wsgi(interrupted)
    with pytest.raises(KeyboardInterrupt), seller.world("small"):
        raise AssertionError("it was not interrupted")
    seller.close()
    worlds = honest.control("GET", "/worlds")
    assert [one["name"] for one in worlds if one["name"].startswith("judge-")] == []

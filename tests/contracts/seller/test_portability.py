"""Exchanges on record, asked of a seller that is not ours: how many, for how much, and how well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from contracts.record.levels import Choice
from contracts.target.spending_guard import SpendingRules
from contracts.verdicts import Outcome, Verdict
from tests.contracts.seller.interception import Fault, InterceptedCall, document, refusal
from tests.contracts.seller.second_seller import RECORDS, Second, budget, second_seller

ANSWERED = (Outcome.PASS, Outcome.WARN, Outcome.FAIL)


def asked_of(second: Second, name: str, amount: str = "60") -> list[Verdict]:
    """The verdicts on exchanges of a name."""
    verdicts, _ = second.judge_all(budget(amount), Choice(only=name), flows=False)
    return [verdict for verdict in verdicts if verdict.name.startswith(name)]


def answered(verdicts: list[Verdict]) -> set[str]:
    """The exchanges that this seller was judged by, in one format at least."""
    return {verdict.name for verdict in verdicts if verdict.outcome in ANSWERED} & {
        exchange.name for exchange in RECORDS
    }


@dataclass(frozen=True)
class Run:
    """A whole run: what was said, what it cost, and whether all is as it was."""

    verdicts: list[Verdict]
    spent: Decimal
    clean: bool


whole_run = pytest.mark.timeout(600)
"""Some thousand calls, made once for all that is asked about them."""
one_whole_run = pytest.mark.one_of("whole runs on a third-party seller")


@pytest.fixture(scope="module")
def whole() -> Iterator[Run]:
    with second_seller() as made:
        before, there = made.balance, made.services()
        verdicts, notes = made.judge_all(budget("300"), flows=False)
        clean = made.services() == there and notes.details["left"] == []
        yield Run(verdicts, before - made.balance, clean)


@one_whole_run
@whole_run
def test_two_thirds_of_the_record_judge_a_stranger_for_little_money(whole: Run) -> None:
    certain = {exchange.name for exchange in RECORDS if exchange.evidence != "assumed"}
    assert len(answered(whole.verdicts)) >= 415
    assert len(answered(whole.verdicts) & certain) >= 175
    assert whole.spent < Decimal(115)


@one_whole_run
@whole_run
def test_an_honest_stranger_fails_nothing_and_is_left_as_it_was(whole: Run) -> None:
    wrong = (Outcome.FAIL, Outcome.ERROR)
    assert [str(verdict) for verdict in whole.verdicts if verdict.outcome in wrong] == []
    assert whole.clean


@one_whole_run
@whole_run
def test_read_only_judges_by_what_is_there(second: Second) -> None:
    verdicts, _ = second.judge_all(SpendingRules(read_only=True), flows=False)
    assert len(answered(verdicts)) >= 140
    assert "vds.edit/read" in answered(verdicts), "a machine of the account's own is looked at"


def test_a_service_of_the_accounts_own_is_looked_at_and_nothing_is_bought(second: Second) -> None:
    verdicts, notes = second.judge_all(budget("60"), Choice(only="vds.edit/read"), flows=False)
    assert {verdict.outcome for verdict in verdicts} == {Outcome.PASS}
    assert notes.details["bought"] == []


@pytest.mark.parametrize(
    "name", ["instances.suspend/one", "softexternal.edit/rename", "basket/one"]
)
def test_without_a_budget_the_skip_tells_what_it_would_cost(second: Second, name: str) -> None:
    verdicts, _ = second.judge_all(choice=Choice(only=name), flows=False)
    (message,) = {verdict.messages[-1] for verdict in verdicts}
    assert {verdict.outcome for verdict in verdicts} == {Outcome.SKIP}
    assert re.search(r"it costs \d+\.\d\d EUR|no budget was given", message)


def test_a_budget_that_is_too_small_is_a_skip_that_tells_the_cost(second: Second) -> None:
    before = second.balance
    (first, *_) = asked_of(second, "platform.suspend/one", "12.99")
    assert first.outcome is Outcome.SKIP
    assert "it costs 13.00 EUR, and of 12.99 EUR only 12.99 is left" in str(first)
    assert second.balance == before


def test_a_preparation_that_fails_is_an_error_and_no_pass(second: Second) -> None:
    second.fault = lambda call: (
        refusal("conflict", "shop") if call.func == "vhost.order.param" and call.acts else None
    )
    verdicts = asked_of(second, "vhost.suspend/one")
    assert {verdict.outcome for verdict in verdicts} == {Outcome.ERROR}
    assert "could not be prepared" in str(verdicts[0])


def test_one_service_serves_many_exchanges(second: Second) -> None:
    verdicts, notes = second.judge_all(budget("60"), Choice(only="softexternal.edit"), flows=False)
    assert len(answered(verdicts)) >= 5
    bought = notes.details["bought"]
    assert isinstance(bought, list)
    # The other one is of another type, to be asked for under a wrong name.
    assert sorted(purchase["family"] for purchase in bought) == ["soft", "softexternal"]


def test_a_basket_with_something_in_it_is_left_alone(second: Second) -> None:
    second.own.call("soft.order.param", pricelist="700017", period=1, ip="192.0.2.9", sok="ok")
    verdicts = asked_of(second, "basket/")
    outcomes = {verdict.name: verdict.outcome for verdict in verdicts}
    assert outcomes["basket/delete"] is Outcome.SKIP
    assert "of the account's own" in str(verdicts)
    assert second.own.call("basket").text.count("<item.id>") == 1


def test_what_was_put_into_the_basket_is_taken_out_again(second: Second) -> None:
    before, there = second.balance, second.services()
    verdicts = asked_of(second, "basket/one-position")
    assert {verdict.outcome for verdict in verdicts} == {Outcome.PASS}
    assert "<item.id>" not in second.own.call("basket").text
    assert (second.balance, second.services()) == (before, there)


def test_a_basket_that_cannot_be_emptied_is_told_and_used_no_more(second: Second) -> None:
    def keeps(call: InterceptedCall) -> bytes | None:
        taken_out = call.func in ("basket", "cart") and call.fields.get("clicked_button")
        return document(ok="") if taken_out else None

    second.fault = keeps
    verdicts, notes = second.judge_all(budget("60"), Choice(only="basket/"), flows=False)
    assert [remark for remark in notes.remarks if "delete it by hand" in remark]
    assert "could not be emptied after an order" in str(verdicts)


def test_a_key_to_the_account_is_not_left_behind(second: Second) -> None:
    verdicts, _ = second.judge_all(choice=Choice(only="key"), flows=False)
    left = {call["key"] for call in second.calls if call["func"] == "session.newkey"}
    used = {call["key"] for call in second.calls if call["func"] == "auth" and "key" in call}
    assert left == used != set()
    assert "auth/one-time-key" in answered(verdicts)


def hides_rows(func: str) -> Fault:
    return lambda call: (
        re.sub(rb"<elem>.*</elem>", b"", call.forward(), flags=re.DOTALL)
        if call.func == func and "p_cnt" not in call.fields
        else None
    )


def lacks(func: str, field: str) -> Fault:
    """Its answer lacks a field."""

    def answer(call: InterceptedCall) -> bytes | None:
        if call.func != func:
            return None
        name = field.encode()
        return re.sub(rb"<%b[ >].*?</%b>|<%b/>" % (name, name, name), b"", call.forward())

    return answer


def refuses(func: str) -> Fault:
    """It is not done, for no reason."""
    return lambda call: refusal("value", "elid") if call.func == func and _acts(call) else None


def _acts(call: InterceptedCall) -> bool:
    return call.acts or call.func.endswith((".suspend", ".resume", ".delete", ".empty"))


def accepts(func: str, parameter: str, wrong: str) -> Fault:
    """It takes what it should refuse."""

    def answer(call: InterceptedCall) -> bytes | None:
        mistaken = re.fullmatch(wrong, call.fields.get(parameter, ""))
        return document(ok="", id="100777") if call.func == func and mistaken else None

    return answer


def without(func: str, *names: str) -> Fault:
    """It passes over some parameters."""

    def answer(call: InterceptedCall) -> bytes | None:
        if call.func != func:
            return None
        return call.forward(**dict.fromkeys(names, ""))

    return answer


def ok_only(func: str) -> Fault:
    return lambda call: document(ok="") if call.func == func else None


FAULTS = [
    (hides_rows("vhost"), "vhost/list", "/doc/elem: missing"),
    (hides_rows("storage"), "storage/list", "/doc/elem: missing"),
    (hides_rows("user"), "user/list", "/doc/elem: missing"),
    (hides_rows("account"), "account/own", "/doc/elem: missing"),
    (hides_rows("softexternal"), "softexternal/list", "/doc/elem: missing"),
    (lacks("profile.edit", "name"), "profile.edit/read", "/doc/name: missing"),
    (lacks("user.edit", "email"), "user.edit/read", "/doc/email: missing"),
    (lacks("instances.edit", "domain"), "instances.edit/read", "/doc/domain: missing"),
    (lacks("dnshost.edit", "status"), "dnshost.edit/read", "/doc/status: missing"),
    (lacks("payment", "subaccountamount_iso"), "payment/rows", "subaccountamount_iso: missing"),
    (lacks("vds.order.param", "orderinfo"), "vds.order.param/form", "/doc/orderinfo: missing"),
    (lacks("basket", "total_sum"), "basket/one-position", "/doc/total_sum: missing"),
    (lacks("cart", "elid"), "cart/one", "/elid: missing"),
    (lacks("auth", "auth"), "auth/password", "/doc/auth"),
    (without("soft", "filter"), "soft/filtered", "/doc/p_elems"),
    (without("vds", "filter"), "vds/filtered", "/doc/p_elems"),
    (without("softexternal.edit", "licname"), "softexternal.edit/rename", "/doc/licname"),
    (without("platform.edit", "comment"), "platform.edit/comment", "/doc/comment"),
    (refuses("cart.empty"), "cart.empty/all", "expected no error"),
    (refuses("soft.filter"), "soft.filter/session", "expected no error"),
    (refuses("addition.delete"), "addition.delete/one", "expected no error"),
    (refuses("softexternal.suspend"), "softexternal.suspend/one", "expected no error"),
    (refuses("vhost.delete"), "vhost.delete/one", "expected no error"),
    (refuses("addition.order.param"), "addition.order.param/by-the-client", "expected no error"),
    (accepts("soft.order.param", "period", "7"), "soft.order.param/bad-period", "/doc/error: mis"),
    (
        accepts("soft.order.param", "ip", "999.*"),
        "soft.order.param/malformed-address",
        "/doc/error",
    ),
    (
        accepts("vhost.order.param", "period", "7"),
        "vhost.order.param/period-not-sold",
        "/doc/error",
    ),
    (accepts("platform.edit", "elid", ".*"), "platform.edit/other-type", "/doc/error: missing"),
    (ok_only("gotoserver"), "gotoserver/one", "/doc/ok"),
    (ok_only("session.newkey"), "auth/one-time-key", "expected no error"),
]


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(("fault", "name", "message"), FAULTS, ids=[f"{n}" for _, n, _ in FAULTS])
def test_what_a_stranger_gets_wrong_is_found_by_name(
    second: Second, fault: Fault, name: str, message: str
) -> None:
    second.fault = fault
    (record,) = (exchange for exchange in RECORDS if exchange.name == name)
    wrong = Outcome.WARN if record.evidence == "assumed" else Outcome.FAIL
    failures = [
        verdict
        for verdict in asked_of(second, name)
        if verdict.name == name and verdict.outcome is wrong
    ]
    assert failures, name
    assert message in str(failures[0])


@one_whole_run
@whole_run
def test_the_honest_stranger_has_none_of_these_faults(whole: Run) -> None:
    names = {name for _, name, _ in FAULTS}
    wrong = {
        verdict.name
        for verdict in whole.verdicts
        if verdict.outcome in (Outcome.FAIL, Outcome.WARN)
    }
    assert not names & wrong
    assert names <= {verdict.name for verdict in whole.verdicts if verdict.outcome is Outcome.PASS}

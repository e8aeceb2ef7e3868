"""A seller that is not ours is judged by ordinary calls, within a budget, and left as it was."""

from __future__ import annotations

from decimal import Decimal

import pytest

from contracts.checks.seller.judge import Notes, Task, judge
from contracts.record.levels import CORE, Choice, family_of
from contracts.target.seller import CannotRun, connect_wsgi
from contracts.target.spending import changes, spends
from contracts.target.spending_guard import SpendingRules
from contracts.verdicts import Cell, Outcome, Verdict, exit_code
from tests.contracts.seller.interception import InterceptedCall, document, refusal
from tests.contracts.seller.second_seller import CODES, RECORDS, Second, budget

LICENSES = Choice(only="flow/custom/licences")
SERVERS = Choice(only="flow/custom/services")


def named(verdicts: list[Verdict], name: str) -> Verdict:
    return next(verdict for verdict in verdicts if verdict.name == name)


@pytest.mark.one_of("whole runs on a third-party seller")
def test_it_passes_core_spends_what_it_says_and_is_left_as_it_was(second: Second) -> None:
    before, there = second.balance, second.services()
    verdicts, notes = second.judge_all(budget("150.00"), Choice(level=CORE))
    assert exit_code(verdicts) == 0, [str(v) for v in verdicts if v.outcome is Outcome.FAIL]
    spent = before - second.balance
    assert (notes.details["spent"], notes.details["left"]) == (f"{spent:.2f}", [])
    assert Decimal(0) < spent <= Decimal("150.00")
    assert second.services() == there
    filled = {
        cell for verdict in verdicts if verdict.outcome is Outcome.PASS for cell in verdict.cells
    }
    assert {Cell("custom", "licences"), Cell("custom", "services")} <= filled
    assert any(f"spent {spent:.2f} EUR of 150.00 EUR" in remark for remark in notes.remarks)


def test_what_is_bought_is_its_own_tariff_at_its_own_price(second: Second) -> None:
    verdicts, notes = second.judge_all(budget("30.00"), SERVERS)
    bought = notes.details["bought"]
    assert isinstance(bought, list)
    assert [purchase["tariff"] for purchase in bought] == [str(CODES + 6)]
    assert "3.90" in str(named(verdicts, "flow/custom/services/order"))


def test_nothing_is_left_to_be_prolonged_by_the_seller(second: Second) -> None:
    before = second.services()
    verdicts, notes = second.judge_all(budget("60.00"), Choice(only="flow/custom"))
    orders = [
        call for call in second.calls if call["func"].endswith("order.param") and "sok" in call
    ]
    switched = {(call["func"].startswith("v2."), call["autoprolong"]) for call in orders}
    assert switched == {(False, "null"), (True, "off")}
    assert named(verdicts, "flow/custom/services/newer order").outcome is Outcome.PASS
    assert (second.services(), notes.details["left"]) == (before, [])


@pytest.mark.one_of("whole runs on a third-party seller")
def test_without_a_budget_nothing_that_spends_is_sent(second: Second) -> None:
    before, there = second.balance, second.services()
    verdicts, notes = second.judge_all()
    assert not [call for call in second.calls if spends(call["func"], call)]
    assert (second.balance, second.services()) == (before, there)
    order = named(verdicts, "flow/custom/licences/order")
    assert order.outcome is Outcome.SKIP
    assert "no budget was given" in str(order)
    assert not [
        cell
        for verdict in verdicts
        if verdict.outcome is Outcome.PASS
        for cell in verdict.cells
        if cell.system != "whmcs"
    ]
    assert notes.details["bought"] == []


@pytest.mark.one_of("whole runs on a third-party seller")
def test_what_is_the_accounts_own_is_never_changed(second: Second) -> None:
    second.judge_all(budget("150"), Choice())
    acting = [call for call in second.calls if changes(call["func"], call)]
    assert {call.get("elid", "") for call in acting}.isdisjoint(second.services())
    families = {family_of(call["func"]) for call in acting}
    assert families.isdisjoint(
        {"account", "clientticket", "payment", "profile", "user", "register"}
    )
    filters = [call for call in acting if call["func"].endswith(".filter")]
    assert filters
    assert second.saved_filters() == [], "a filter that stays would hide rows from others"


def test_a_filter_of_the_accounts_own_is_left_alone(second: Second) -> None:
    second.own.call("soft.filter", licname="web", sok="ok")
    verdicts, _ = second.judge_all(budget("0"), Choice(only="soft.filter/"), flows=False)
    verdict = named(verdicts, "soft.filter/session")
    assert verdict.outcome is Outcome.SKIP
    assert "the account has saved a filter of its own" in str(verdict)
    assert second.own.call("soft.filter").field("licname") == "web"


def test_what_sets_people_to_work_is_ordered_only_where_it_is_named(second: Second) -> None:
    verdicts, _ = second.judge_all(budget("300"), Choice(only="dedic"), flows=False)
    assert not [
        call for call in second.calls if call["func"] == "dedic.order.param" and "sok" in call
    ]
    read = named(verdicts, "dedic.edit/read")
    assert read.outcome is Outcome.SKIP
    assert "its tariff has to be named (--tariff-of dedic=CODE): it costs 91.00 EUR" in str(read)
    assert named(verdicts, "dedic.order.param/form").outcome is Outcome.PASS


@pytest.mark.one_of("whole runs on a third-party seller")
def test_read_only_sends_nothing_that_changes_anything(second: Second) -> None:
    verdicts, _ = second.judge_all(
        SpendingRules(read_only=True, limit=budget("100").limit), flows=True
    )
    assert not [call for call in second.calls if changes(call["func"], call)]
    assert exit_code(verdicts) == 0


@pytest.mark.parametrize("limit", ["0.00", "2.59", "2.60", "4.00", "6.00"])
def test_what_would_exceed_the_budget_is_not_sent_and_never_a_pass(
    second: Second, limit: str
) -> None:
    before = second.balance
    verdicts, notes = second.judge_all(budget(limit), LICENSES)
    assert exit_code(verdicts) == 0
    assert before - second.balance <= Decimal(limit)
    assert notes.details["spent"] == f"{before - second.balance:.2f}"
    ordered = named(verdicts, "flow/custom/licences/order").outcome
    assert ordered is (Outcome.PASS if Decimal(limit) >= Decimal("2.60") else Outcome.SKIP)
    prolonged = named(verdicts, "flow/custom/licences/prolong")
    assert prolonged.outcome is (Outcome.PASS if limit == "6.00" else Outcome.SKIP)
    assert any("is left" in str(verdict) for verdict in verdicts)


@pytest.mark.every(3)
@pytest.mark.parametrize("limit", ["3", "12", "21"])
def test_a_budget_that_ends_in_the_middle_fails_no_step_behind_it(
    second: Second, limit: str
) -> None:
    there = second.services()
    verdicts, notes = second.judge_all(budget(limit), Choice(only="flow/billmanager"))
    assert [str(verdict) for verdict in verdicts if verdict.outcome is Outcome.FAIL] == []
    assert any("was not sent, and still runs" in str(verdict) for verdict in verdicts)
    assert (second.services(), notes.details["left"]) == (there, [])


def test_a_budget_in_another_currency_buys_nothing(second: Second) -> None:
    before = second.balance
    rubles = budget("1000").limit
    assert rubles is not None
    verdicts, _ = second.judge_all(
        SpendingRules(limit=type(rubles)(rubles.amount, "RUB")), LICENSES
    )
    assert second.balance == before
    assert "the budget is in RUB" in str(named(verdicts, "flow/custom/licences/order"))


def test_what_it_does_not_have_is_shown_and_fails_nothing(second: Second) -> None:
    verdicts, _ = second.judge_all(choice=Choice(frozenset({"menu", "dashboard"})))
    lacking = {
        verdict.name: str(verdict) for verdict in verdicts if verdict.outcome is Outcome.UNSUPPORTED
    }
    assert set(lacking) == {"menu/services", "dashboard.info/plain", "dashboard.info/row"}
    assert "no such function" in lacking["dashboard.info/plain"]
    assert "closed to this account" in lacking["menu/services"]


def test_a_step_whose_function_is_missing_is_unsupported(second: Second) -> None:
    second.fault = lambda call: (
        refusal("missed", "func") if call.func == "service.changepricelist" else None
    )
    verdicts, _ = second.judge_all(budget("20"), LICENSES)
    step = named(verdicts, "flow/custom/licences/change of tariff")
    assert step.outcome is Outcome.UNSUPPORTED
    assert "service.changepricelist" in str(step)


def no_deleting(call: InterceptedCall) -> bytes | None:
    return refusal("access", call.func) if call.func.endswith(".delete") else None


def test_what_cannot_be_deleted_is_listed(second: Second) -> None:
    second.fault = no_deleting
    there = second.services()
    verdicts, notes = second.judge_all(budget("20"), LICENSES)
    (number,) = second.services() - there
    (left,) = (remark for remark in notes.remarks if "could not be cleaned up" in remark)
    assert f"soft {number}" in left
    assert "access" in left
    assert named(verdicts, "clean-up").outcome is Outcome.WARN
    listed = notes.details["left"]
    assert isinstance(listed, list)
    assert [str(purchase["number"]) for purchase in listed] == [number]


def test_an_order_whose_answer_is_lost_is_found_and_given_back(second: Second) -> None:
    there = second.services()
    lost: list[str] = []

    def once(call: InterceptedCall) -> bytes | None:
        if call.func == "soft.order.param" and call.acts and not lost:
            lost.append("answer")
            call.forward()
            raise OSError("the line is dead")
        return None

    second.fault = once
    before = second.balance
    verdicts, notes = second.judge_all(budget("30"), LICENSES)
    assert lost
    assert named(verdicts, "flow/custom/licences/order").outcome is Outcome.PASS
    assert second.services() == there
    assert notes.details["spent"] == f"{before - second.balance:.2f}"


def test_an_interrupted_run_gives_back_what_it_bought(second: Second) -> None:
    there = second.services()

    def at_the_prolongation(call: InterceptedCall) -> bytes | None:
        if call.func == "service.prolong" and call.acts and call.fields["period"] == "1":
            raise KeyboardInterrupt
        return None

    second.fault = at_the_prolongation
    verdicts, notes = second.judge_all(budget("30"), LICENSES)
    assert second.services() == there
    assert exit_code(verdicts) == 2
    assert named(verdicts, "the judgement").messages == ("it was interrupted",)
    assert any("1 orders" in remark for remark in notes.remarks)


def test_a_service_that_was_there_is_never_taken_for_one_that_was_bought(second: Second) -> None:
    there = second.services()
    theirs = min(there)

    def another_number(call: InterceptedCall) -> bytes | None:
        if call.func == "soft.order.param" and call.acts:
            return document(ok="", id=theirs)
        return None

    second.fault = another_number
    second.judge_all(budget("30"), LICENSES)
    deleted = [call["elid"] for call in second.calls if call["func"].endswith(".delete")]
    assert theirs not in deleted
    assert second.services() == there


def test_what_is_held_already_may_not_be_prolonged_by_the_seller(second: Second) -> None:
    second.judge_all(budget("100"), Choice(frozenset({"soft", "vds"}), only="autoprolong"))
    on = [
        call for call in second.calls if call.get("autoprolong", "null") not in ("null", "off", "")
    ]
    assert not [call for call in on if changes(call["func"], call)]


def test_a_wrong_password_is_told_before_anything_else(second: Second) -> None:
    with (
        connect_wsgi(second.application(), login="reseller", password="wrong") as seller,
        pytest.raises(CannotRun, match="cannot log in"),
    ):
        list(judge(RECORDS, seller, Task(), Notes()))
    assert {call["func"] for call in second.calls} <= {"", "whoami"}


def test_a_page_for_every_address_is_not_taken_for_our_control_api(second: Second) -> None:
    with second.seller() as seller:
        assert not seller.own
        assert not seller.guard.rules.play_money


def test_what_the_seller_is_still_at_work_on_is_told_to_go_again(second: Second) -> None:
    there = second.services()
    refused: list[str] = []

    def busy(call: InterceptedCall) -> bytes | None:
        if call.func == "soft.delete" and len(refused) < 3:
            refused.append(call.fields["elid"])
            return refusal("conflict", "runningoperation")
        return None

    second.fault = busy
    _, notes = second.judge_all(budget("30"), LICENSES)
    assert second.services() == there
    assert notes.details["left"] == []


def test_who_interrupts_the_cleaning_up_is_told_what_is_left(second: Second) -> None:
    there = second.services()

    def twice(call: InterceptedCall) -> bytes | None:
        if call.func == "soft.delete":
            raise KeyboardInterrupt
        return None

    second.fault = twice
    _, notes = second.judge_all(budget("30"), LICENSES)
    (number,) = second.services() - there
    assert [
        remark
        for remark in notes.remarks
        if f"soft {number} " in remark and "interrupted" in remark
    ]


def test_without_an_account_no_course_is_led(second: Second) -> None:
    with connect_wsgi(second.application(), login="", password="") as seller:
        verdicts = list(judge(RECORDS, seller, Task(Choice(only="flow/")), Notes()))
    outcomes = {verdict.name: verdict.outcome for verdict in verdicts}
    assert outcomes["flow/custom/licences"] is Outcome.SKIP
    assert outcomes["flow/whmcs/modules/order"] is Outcome.PASS
    assert not second.calls

"""What becomes of a lesson: held, failed, not come to, or not to be judged."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from contracts.checks.client.adapter import Adapter, CustomAdapter, WhmcsAdapter
from contracts.checks.client.drivers import AdapterDriver
from contracts.checks.client.environment import CaseEnvironment
from contracts.checks.client.judge import UnknownLessonError, grade, select_lessons
from contracts.checks.client.lessons import LESSONS, lists
from contracts.checks.client.products import LICENSES, MODULES
from contracts.checks.client.protocol import Action, ClientReport, ClientStep, StepResult
from contracts.target.seller import CannotRun
from contracts.verdicts import EVIDENCE, Cell, Outcome, Verdict

Behaviour = Callable[[ClientStep], ClientReport]


class Scripted:
    """A client that does what a test says; it has nothing to keep."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def begin(self, lesson: str) -> None:
        """Nothing to begin with."""

    def end(self) -> None:
        """Nothing to end."""

    def do(self, step: ClientStep) -> ClientReport:
        return self._behaviour(step)


def _graded(
    environment: CaseEnvironment, only: str, behaviour: Behaviour, trade: str = LICENSES
) -> Verdict:
    lessons = select_lessons(only)
    (verdict,) = grade(
        environment, Scripted(behaviour), kind="custom", trade=trade, lessons=lessons
    )
    return verdict


def _bought(environment: CaseEnvironment, step: ClientStep) -> ClientReport:
    """Orders by hand, with the password in the address."""
    form = {
        "func": "soft.order.param", "pricelist": "55227", "period": "1", "skipbasket": "on",
        "ip": str(step.fields["ip"]), "licname": "x", "sok": "ok", "authinfo": "reseller:secret",
    }  # fmt: skip
    with httpx.Client(transport=httpx.WSGITransport(app=environment.middleware)) as http:
        text = http.get(step.seller.url, params=form).text
    match = re.search(r"<id>(\d+)</id>", text)
    return (
        ClientReport(StepResult.OK, id=int(match[1]))
        if match
        else ClientReport(StepResult.FAILED, reason=text)
    )


def test_what_a_client_cannot_do_is_not_exercised(environment: CaseEnvironment) -> None:
    cannot = ClientReport(StepResult.CANNOT, reason="no orders here")
    verdict = _graded(environment, "confirms", lambda _: cannot)
    assert verdict.outcome is Outcome.NOT_EXERCISED
    assert verdict.messages == ("the client cannot do step 1 (order): no orders here",)


def test_a_client_that_never_comes_to_the_trap_is_not_graded_by_it(
    environment: CaseEnvironment,
) -> None:
    def only_orders(step: ClientStep) -> ClientReport:
        return (
            _bought(environment, step)
            if step.action is Action.ORDER
            else ClientReport(StepResult.OK)
        )

    verdict = _graded(environment, "inner-doc", only_orders)
    assert verdict.outcome is Outcome.NOT_EXERCISED
    assert verdict.messages == ("the client never came to where the trap is",)


def test_a_client_that_cannot_be_asked_is_an_error_and_no_pass(
    environment: CaseEnvironment,
) -> None:
    def gone(_: ClientStep) -> ClientReport:
        raise CannotRun("it went home")

    verdict = _graded(environment, "confirms", gone)
    assert (verdict.outcome, verdict.messages) == (Outcome.ERROR, ("it went home",))


def test_calls_are_believed_and_reports_are_not(environment: CaseEnvironment) -> None:
    verdict = _graded(
        environment,
        "lost-reply-ordered-once",
        lambda _: ClientReport(StepResult.OK, id=100001, key="1-A"),
    )
    assert verdict.outcome is Outcome.NOT_EXERCISED
    assert verdict.messages == ("no confirmed order was sent",)


def test_a_verdict_is_proved_without_a_secret(environment: CaseEnvironment) -> None:
    verdict = _graded(environment, "password", lambda step: _bought(environment, step))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.cells == {Cell("custom", LICENSES)}
    (proof,) = verdict.proof
    assert (proof.method, proof.status) == ("GET", 200)
    assert proof.request["authinfo"] == "reseller:***"
    assert "secret" not in str(verdict.proof)


def test_what_a_client_says_is_masked(environment: CaseEnvironment) -> None:
    report = ClientReport(StepResult.CANNOT, reason="login reseller with secret refused")
    verdict = _graded(environment, "confirms", lambda _: report)
    assert verdict.messages == (
        "the client cannot do step 1 (order): login reseller with *** refused",
    )


def test_the_worlds_of_lessons_are_gone_afterwards(environment: CaseEnvironment) -> None:
    def gone(_: ClientStep) -> ClientReport:
        raise CannotRun("it went home")

    _graded(environment, "orders-under", lambda step: _bought(environment, step))
    _graded(environment, "orders-under", gone)
    names = {world["name"] for world in environment.seller.control("GET", "/worlds")}
    assert names == {"default"}


def test_a_lesson_is_played_only_with_the_trade_it_applies_to(environment: CaseEnvironment) -> None:
    lessons = select_lessons("address-changes")
    driver = Scripted(lambda _: ClientReport(StepResult.CANNOT))
    assert list(grade(environment, driver, kind="custom", trade=MODULES, lessons=lessons)) == []


def test_lessons_are_chosen_by_a_part_of_their_name() -> None:
    assert {lesson.id for lesson in select_lessons("lost-reply")} == {
        "lost-reply-ordered-once",
        "lost-reply-found-again",
    }
    with pytest.raises(UnknownLessonError, match='no lesson has "no such" in its name; --lessons'):
        select_lessons("no such")


def test_every_lesson_says_why_and_how_that_is_known() -> None:
    names = [lesson.id for lesson in LESSONS]
    assert len(names) == len(set(names))
    for lesson in LESSONS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", lesson.id)
        assert lesson.about
        assert lesson.cost
        assert lesson.evidence in EVIDENCE
        assert f"({lesson.evidence})" in lesson.source, lesson.id


def test_a_lesson_does_not_apply_to_a_kind_that_never_comes_to_it(
    environment: CaseEnvironment,
) -> None:
    def graded(kind: str, adapter: type[Adapter]) -> Verdict:
        driver, lessons = AdapterDriver(environment, adapter), select_lessons("list-of-one")
        (verdict,) = grade(environment, driver, kind=kind, trade=LICENSES, lessons=lessons)
        return verdict

    idle = graded("whmcs", WhmcsAdapter)
    assert idle.outcome is Outcome.DOES_NOT_APPLY
    assert idle.messages == (lists.LIST_OF_ONE.not_for["whmcs"],)
    assert graded("whmcs", CustomAdapter).outcome is Outcome.PASS, "who does it is graded"
    assert graded("custom", WhmcsAdapter).outcome is Outcome.NOT_EXERCISED

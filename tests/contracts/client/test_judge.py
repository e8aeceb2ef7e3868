"""What becomes of a lesson: held, failed, not come to, or not to be judged."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from contracts.checks.client.environment import Stage
from contracts.checks.client.judge import NoLessonError, chosen, grade
from contracts.checks.client.lessons import LESSONS
from contracts.checks.client.products import LICENSES, MODULES
from contracts.checks.client.steps import Do, Report, Result, Step
from contracts.target.seller import CannotRun
from contracts.verdicts import EVIDENCE, Cell, Outcome, Verdict

Deed = Callable[[Step], Report]


class Scripted:
    """A client that does what a test says; it has nothing to keep."""

    def __init__(self, deed: Deed) -> None:
        self._deed = deed

    def begin(self, lesson: str) -> None:
        """Nothing to begin with."""

    def end(self) -> None:
        """Nothing to end."""

    def do(self, step: Step) -> Report:
        return self._deed(step)


def _graded(stage: Stage, only: str, deed: Deed, trade: str = LICENSES) -> Verdict:
    lessons = chosen(only)
    (verdict,) = grade(stage, Scripted(deed), kind="custom", trade=trade, lessons=lessons)
    return verdict


def _bought(stage: Stage, step: Step) -> Report:
    """Orders by hand, with the password in the address."""
    form = {
        "func": "soft.order.param", "pricelist": "55227", "period": "1", "skipbasket": "on",
        "ip": str(step.goods["ip"]), "licname": "x", "sok": "ok", "authinfo": "reseller:secret",
    }  # fmt: skip
    with httpx.Client(transport=httpx.WSGITransport(app=stage.ear)) as http:
        text = http.get(step.account.url, params=form).text
    found = re.search(r"<id>(\d+)</id>", text)
    return Report(Result.OK, id=int(found[1])) if found else Report(Result.FAILED, reason=text)


def test_what_a_client_cannot_do_is_not_exercised(stage: Stage) -> None:
    cannot = Report(Result.CANNOT, reason="no orders here")
    verdict = _graded(stage, "confirms", lambda _: cannot)
    assert verdict.outcome is Outcome.NOT_EXERCISED
    assert verdict.messages == ("the client cannot do step 1 (order): no orders here",)


def test_a_client_that_never_comes_to_the_trap_is_not_graded_by_it(stage: Stage) -> None:
    def only_orders(step: Step) -> Report:
        return _bought(stage, step) if step.do is Do.ORDER else Report(Result.OK)

    verdict = _graded(stage, "inner-doc", only_orders)
    assert verdict.outcome is Outcome.NOT_EXERCISED
    assert verdict.messages == ("the client never came to where the trap is",)


def test_a_client_that_cannot_be_asked_is_an_error_and_no_pass(stage: Stage) -> None:
    def gone(_: Step) -> Report:
        raise CannotRun("it went home")

    verdict = _graded(stage, "confirms", gone)
    assert (verdict.outcome, verdict.messages) == (Outcome.ERROR, ("it went home",))


def test_a_deed_is_believed_and_a_word_is_not(stage: Stage) -> None:
    verdict = _graded(
        stage, "lost-reply-ordered-once", lambda _: Report(Result.OK, id=100001, key="1-A")
    )
    assert verdict.outcome is Outcome.NOT_EXERCISED
    assert verdict.messages == ("no confirmed order was sent",)


def test_a_verdict_is_proved_without_a_secret(stage: Stage) -> None:
    verdict = _graded(stage, "password", lambda step: _bought(stage, step))
    assert verdict.outcome is Outcome.FAIL
    assert verdict.cells == {Cell("custom", LICENSES)}
    (proof,) = verdict.proof
    assert (proof.method, proof.status) == ("GET", 200)
    assert proof.request["authinfo"] == "reseller:***"
    assert "secret" not in str(verdict.proof)


def test_what_a_client_says_is_masked(stage: Stage) -> None:
    said = Report(Result.CANNOT, reason="login reseller with secret refused")
    verdict = _graded(stage, "confirms", lambda _: said)
    assert verdict.messages == (
        "the client cannot do step 1 (order): login reseller with *** refused",
    )


def test_the_worlds_of_lessons_are_gone_afterwards(stage: Stage) -> None:
    def gone(_: Step) -> Report:
        raise CannotRun("it went home")

    _graded(stage, "orders-under", lambda step: _bought(stage, step))
    _graded(stage, "orders-under", gone)
    names = {one["name"] for one in stage.seller.control("GET", "/worlds")}
    assert names == {"default"}


def test_a_lesson_is_played_only_with_what_it_is_for(stage: Stage) -> None:
    lessons = chosen("address-changes")
    player = Scripted(lambda _: Report(Result.CANNOT))
    assert list(grade(stage, player, kind="custom", trade=MODULES, lessons=lessons)) == []


def test_lessons_are_chosen_by_a_part_of_their_name() -> None:
    assert {one.name for one in chosen("lost-reply")} == {
        "lost-reply-ordered-once",
        "lost-reply-found-again",
    }
    with pytest.raises(NoLessonError, match='no lesson is called "no such": confirms-with-sok'):
        chosen("no such")


def test_every_lesson_says_why_and_how_that_is_known() -> None:
    names = [one.name for one in LESSONS]
    assert len(names) == len(set(names))
    for lesson in LESSONS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", lesson.name)
        assert lesson.title
        assert lesson.why
        assert lesson.evidence in EVIDENCE
        assert f"({lesson.evidence})" in lesson.source, lesson.name

"""A judge is judged by the bad clients it catches: each by the lesson that is meant for it."""

from __future__ import annotations

import pytest

from contracts.checks.client.drivers import InProcess
from contracts.checks.client.environment import Stage
from contracts.checks.client.judge import chosen, grade
from contracts.checks.client.lesson import Lesson
from contracts.checks.client.lessons import LESSONS
from contracts.verdicts import Outcome
from tests.contracts.client.mutants import MUTANTS, Mutant

WRONG = {Outcome.FAIL, Outcome.WARN, Outcome.ERROR}
"""What rests on an assumption alone warns: ours is not the only way to sell."""


TURNS = 6
"""Of the lessons it should pass a bad client is given every sixth, the next one the next ones."""


def lessons_for(mutant: Mutant) -> tuple[Lesson, ...]:
    turn = MUTANTS.index(mutant) % TURNS
    meant = {mutant.lesson} | mutant.also
    return tuple(one for n, one in enumerate(LESSONS) if n % TURNS == turn or one.name in meant)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.make.__name__)
def test_a_bad_client_is_caught_by_its_lesson_and_no_other(stage: Stage, mutant: Mutant) -> None:
    player = InProcess(stage, mutant.make, out=mutant.out)
    lessons = lessons_for(mutant)
    verdicts = list(grade(stage, player, kind="custom", trade=mutant.trade, lessons=lessons))
    caught = {one.name: one for one in verdicts if one.outcome in WRONG}
    assert set(caught) == {mutant.lesson} | mutant.also, [str(one) for one in caught.values()]
    proof = caught[mutant.lesson]
    assert proof.messages
    assert proof.proof, "a fault is shown by what was asked and answered"


def test_every_lesson_has_a_client_that_fails_it() -> None:
    assert {one.lesson for one in MUTANTS} == {one.name for one in LESSONS}


def test_what_is_only_assumed_warns(stage: Stage) -> None:
    (mutant,) = (one for one in MUTANTS if one.lesson == "balance-is-read")
    player = InProcess(stage, mutant.make)
    lessons = chosen("balance-is-read")
    (verdict,) = grade(stage, player, kind="custom", trade=mutant.trade, lessons=lessons)
    assert (verdict.outcome, verdict.evidence) == (Outcome.WARN, "assumed")

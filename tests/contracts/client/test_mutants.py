"""Every bad client is caught by the lesson that is meant for it, and by no other."""

from __future__ import annotations

import re

import pytest

from contracts.checks.client.drivers import AdapterDriver
from contracts.checks.client.environment import CaseEnvironment
from contracts.checks.client.judge import grade, select_lessons
from contracts.checks.client.lesson import Lesson
from contracts.checks.client.lessons import LESSONS
from contracts.checks.client.lessons.requests import carries
from contracts.verdicts import Outcome
from tests.contracts.client.mutants import MUTANTS, Mutant

WRONG = {Outcome.FAIL, Outcome.WARN, Outcome.ERROR}
"""Outcomes that catch a bad client; what rests on an assumption only warns."""


TURNS = 6
"""In a full run a bad client gets every sixth lesson that it passes; the next one the next ones."""


def lessons_for(mutant: Mutant, *, with_others: bool) -> tuple[Lesson, ...]:
    """The lessons that it must fail, and in a full run some that it must pass."""
    turn = MUTANTS.index(mutant) % TURNS if with_others else TURNS
    expected = {mutant.lesson} | mutant.also
    return tuple(
        lesson
        for place, lesson in enumerate(LESSONS)
        if place % TURNS == turn or lesson.id in expected
    )


@pytest.mark.counts("planted faults, client")
@pytest.mark.counts("lessons", "mutant.lesson")
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.make.__name__)
def test_a_bad_client_is_caught_by_its_lesson_and_no_other(
    environment: CaseEnvironment, mutant: Mutant, *, full_run: bool
) -> None:
    driver = AdapterDriver(environment, mutant.make, out=mutant.out)
    lessons = lessons_for(mutant, with_others=full_run)
    verdicts = list(grade(environment, driver, kind="custom", trade=mutant.trade, lessons=lessons))
    caught = {each.name: each for each in verdicts if each.outcome in WRONG}
    assert set(caught) == {mutant.lesson} | mutant.also, [str(each) for each in caught.values()]
    proof = caught[mutant.lesson]
    assert proof.messages
    assert proof.proof, "a fault is proved by its calls"


def test_every_lesson_has_a_client_that_fails_it() -> None:
    assert {mutant.lesson for mutant in MUTANTS} == {lesson.id for lesson in LESSONS}


def test_151_who_counts_months_itself_loses_three_terms(environment: CaseEnvironment) -> None:
    lessons = select_lessons("renews-at-the-ends-of-months")
    (mutant,) = (each for each in MUTANTS if each.lesson == lessons[0].id)
    driver = AdapterDriver(environment, mutant.make)
    (verdict,) = grade(environment, driver, kind="custom", trade=mutant.trade, lessons=lessons)
    ends = [re.findall("ended on ([0-9-]+)", message) for message in verdict.messages]
    assert ends == [["2025-02-28"], ["2024-02-29"], ["2025-02-28"]]


@pytest.mark.parametrize("own_number", ["101", "l101", "shop-101"])
def test_152_a_number_of_an_order_contains_what_was_asked_for(own_number: str) -> None:
    assert carries(own_number, "101")
    for other in ("None", "1010", "2101", "shop", ""):
        assert not carries(other, "101"), other


def test_a_failure_that_is_only_assumed_warns(environment: CaseEnvironment) -> None:
    (mutant,) = (each for each in MUTANTS if each.lesson == "balance-is-read")
    driver = AdapterDriver(environment, mutant.make)
    lessons = select_lessons("balance-is-read")
    (verdict,) = grade(environment, driver, kind="custom", trade=mutant.trade, lessons=lessons)
    assert (verdict.outcome, verdict.evidence) == (Outcome.WARN, "assumed")

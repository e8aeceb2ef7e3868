"""Walks through lives of services: what they must reach, and what they say of it."""

from __future__ import annotations

import pytest

from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.judge import list_products
from contracts.checks.fuzz.lifecycle import LifecycleRun
from contracts.checks.fuzz.run import Plan
from contracts.checks.fuzz.state_coverage import ALLOWED, STATES, StateCoverage
from contracts.checks.fuzz.target import FuzzTarget
from contracts.target.seller import Seller as JudgedSeller
from contracts.verdicts import Outcome


@pytest.fixture(scope="module")
def everything() -> Declarations:
    return Declarations()


@pytest.mark.one_of("long fuzzing")
def test_every_product_type_goes_through_every_state(
    judged: JudgedSeller, everything: Declarations
) -> None:
    products = list_products(everything, Plan())
    with FuzzTarget(judged, everything) as target:
        life = LifecycleRun(target, products)
        life.run_scripted(lambda: False)
    assert [verdict.name for verdict in life.verdicts if verdict.outcome is not Outcome.PASS] == []
    assert len(products) == 13
    for product in products:
        assert life.coverage.states[product] == set(STATES), product
    # A run that never gets past the login reaches none of this.
    assert life.coverage.numbers["transitions"] >= 110
    steps = life.coverage.steps
    assert steps["service.prolong"] >= 13
    assert steps["service.prolong refused"] == 13, "what is deleted was not prolonged"
    assert steps["service.changepricelist"] >= 4


def test_a_service_by_the_day_lives_stops_and_lives_on(
    judged: JudgedSeller, everything: Declarations
) -> None:
    with FuzzTarget(judged, everything) as target:
        life = LifecycleRun(target, ("instances",))
        life.run_daily(lambda: False)
        LifecycleRun(target, ("soft",)).run_daily(lambda: False)  # sells no days, and walks none
    assert [(v.name, v.outcome) for v in life.verdicts] == [("life/by-the-day", Outcome.PASS)]
    assert {(2, 3), (3, 2)} <= set(life.coverage.transitions["instances"])


@pytest.mark.one_of("long fuzzing")
def test_random_walks_reach_more_than_the_first_state(
    judged: JudgedSeller, everything: Declarations
) -> None:
    with FuzzTarget(judged, everything) as target:
        life = LifecycleRun(target, ("soft", "vds"))
        life.run_random(3, lambda: False, walks=25)
    assert [verdict.outcome for verdict in life.verdicts] == [Outcome.PASS], life.verdicts
    assert life.coverage.numbers["transitions"] >= 6
    assert len(life.coverage.states["soft"]) >= 3


@pytest.mark.one_of("long fuzzing")
def test_the_same_seed_walks_the_same(judged: JudgedSeller, everything: Declarations) -> None:
    def walked(seed: int) -> dict[str, object]:
        with FuzzTarget(judged, everything) as target:
            life = LifecycleRun(target, ("soft",))
            life.run_random(seed, lambda: False, walks=6)
        return life.coverage.as_dict()

    assert walked(5) == walked(5)
    assert walked(5) != walked(6)


def test_time_that_is_over_is_no_pass(judged: JudgedSeller, everything: Declarations) -> None:
    with FuzzTarget(judged, everything) as target:
        life = LifecycleRun(target, ("soft",))
        life.run_scripted(lambda: True)
        life.run_random(0, lambda: True)
        daily = LifecycleRun(target, ("instances",))
        daily.run_daily(lambda: True)
    assert [verdict.outcome for verdict in daily.verdicts] == [Outcome.SKIP]
    assert {verdict.outcome for verdict in life.verdicts} == {Outcome.SKIP}


def test_nothing_leads_out_of_deletion() -> None:
    assert ALLOWED[4] == frozenset()
    coverage = StateCoverage()
    assert coverage.add_transition("soft", 0, 2)
    assert coverage.add_transition("soft", 2, 4)
    assert not coverage.add_transition("soft", 4, 2)
    assert coverage.numbers == {"products": 1, "states": 2, "transitions": 3, "steps": 0}

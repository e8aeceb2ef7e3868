"""Walks through lives of services: what they must reach, and what they say of it."""

from __future__ import annotations

import pytest

from contracts.checks.fuzz.declarations import Declared
from contracts.checks.fuzz.judge import products_of
from contracts.checks.fuzz.lifecycle import Life
from contracts.checks.fuzz.run import Plan
from contracts.checks.fuzz.state_coverage import ALLOWED, STATES, Reached
from contracts.checks.fuzz.target import Bench
from contracts.target.seller import Seller as Judged
from contracts.verdicts import Outcome


@pytest.fixture(scope="module")
def everything() -> Declared:
    return Declared()


def test_every_product_type_goes_through_every_state(judged: Judged, everything: Declared) -> None:
    products = products_of(everything, Plan())
    with Bench(judged, everything) as bench:
        life = Life(bench, products)
        life.by_heart(lambda: False)
    assert [verdict.name for verdict in life.verdicts if verdict.outcome is not Outcome.PASS] == []
    assert len(products) == 13
    for product in products:
        assert life.reached.states[product] == set(STATES), product
    # A run that never gets past the login reaches none of this.
    assert life.reached.numbers["transitions"] >= 110
    steps = life.reached.steps
    assert steps["service.prolong"] >= 13
    assert steps["service.prolong refused"] == 13, "what is deleted was not prolonged"
    assert steps["service.changepricelist"] >= 4


def test_random_walks_reach_more_than_the_first_state(judged: Judged, everything: Declared) -> None:
    with Bench(judged, everything) as bench:
        life = Life(bench, ("soft", "vds"))
        life.at_random(3, lambda: False, walks=25)
    assert [verdict.outcome for verdict in life.verdicts] == [Outcome.PASS], life.verdicts
    assert life.reached.numbers["transitions"] >= 6
    assert len(life.reached.states["soft"]) >= 3


def test_the_same_seed_walks_the_same(judged: Judged, everything: Declared) -> None:
    def walked(seed: int) -> dict[str, object]:
        with Bench(judged, everything) as bench:
            life = Life(bench, ("soft",))
            life.at_random(seed, lambda: False, walks=6)
        return life.reached.told()

    assert walked(5) == walked(5)
    assert walked(5) != walked(6)


def test_time_that_is_over_is_no_pass(judged: Judged, everything: Declared) -> None:
    with Bench(judged, everything) as bench:
        life = Life(bench, ("soft",))
        life.by_heart(lambda: True)
        life.at_random(0, lambda: True)
    assert {verdict.outcome for verdict in life.verdicts} == {Outcome.SKIP}


def test_nothing_leads_out_of_deletion() -> None:
    assert ALLOWED[4] == frozenset()
    reached = Reached()
    assert reached.went("soft", 0, 2)
    assert reached.went("soft", 2, 4)
    assert not reached.went("soft", 4, 2)
    assert reached.numbers == {"products": 1, "states": 2, "transitions": 3, "steps": 0}

"""Every planted fault is found by the rule of its name, and by no other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.checks.modules import RULES
from contracts.verdicts import ASSUMED, Outcome
from emulator.testing import Seller
from tests.clocks import stopped_clock
from tests.contracts.modules.mutants import ELSEWHERE, Mutant
from tests.contracts.modules.mutants import MUTANTS as OF_ANSWERS
from tests.contracts.modules.stand import FILE, Stand, before, examined, standing, wrong
from tests.contracts.modules.trade_mutants import TRADE_MUTANTS

MUTANTS = (*OF_ANSWERS, *TRADE_MUTANTS)
PRICES_ONLY = [mutant for mutant in MUTANTS if mutant.options.mode != "automatic"]
WITH_A_LOGIN = [mutant for mutant in MUTANTS if mutant.options.mode == "automatic"]


def named(mutant: Mutant) -> str:
    return f"{mutant.rule}: {mutant.name}"


@pytest.fixture(scope="module")
def seller() -> Iterator[Seller]:
    with Seller(system_clock=stopped_clock()) as made:
        yield made


@pytest.fixture(scope="module")
def filled(seller: Seller, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a shop in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("filled")
    with before(seller, folder):
        return folder / FILE


@pytest.fixture
def stand(seller: Seller, filled: Path, tmp_path: Path) -> Iterator[Stand]:
    """A shop for one test: a copy of the file, and a new world of the same seller."""
    seller.reset()
    shutil.copyfile(filled, tmp_path / FILE)
    with before(seller, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """One shop for all who only ask for prices, which changes nothing."""
    with standing(tmp_path_factory.mktemp("shown")) as made:
        yield made


@pytest.mark.counts("planted faults, endpoint")
@pytest.mark.counts("rules of endpoints", "mutant.rule")
@pytest.mark.parametrize("mutant", PRICES_ONLY, ids=named)
def test_a_fault_of_prices_is_found_by_the_rule_of_its_name(shown: Stand, mutant: Mutant) -> None:
    assert_found(shown, mutant)


@pytest.mark.counts("planted faults, endpoint")
@pytest.mark.counts("rules of endpoints", "mutant.rule")
@pytest.mark.parametrize("mutant", WITH_A_LOGIN, ids=named)
def test_a_fault_of_a_cart_is_found_by_the_rule_of_its_name(stand: Stand, mutant: Mutant) -> None:
    assert_found(stand, mutant)


def assert_found(stand: Stand, mutant: Mutant) -> None:
    run = examined(stand.endpoint, mutant.options, mutant.fault())
    graver = {
        name: Outcome.WARN if RULES[name].evidence == ASSUMED else Outcome.FAIL
        for name in (mutant.rule, *mutant.also)
    }
    assert wrong(run) == graver


def test_every_rule_has_a_fault_that_breaks_it_or_says_where() -> None:
    assert {mutant.rule for mutant in MUTANTS} | set(ELSEWHERE) == set(RULES)
    assert not {mutant.rule for mutant in MUTANTS} & set(ELSEWHERE)

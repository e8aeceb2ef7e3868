"""The whole judgement: made-up requests and walks through lives, in one budget of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from contracts import clock
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.lifecycle import LifecycleRun
from contracts.checks.fuzz.run import FuzzRun, Plan, in_silence
from contracts.checks.fuzz.state_coverage import StateCoverage
from contracts.checks.fuzz.target import ChangePermission, FuzzTarget
from contracts.target.seller import Seller
from contracts.verdicts import DOCUMENTED, Outcome, Run, Verdict

FOR_LIVES: Final = 0.4
"""The part of the time that walks may take; what they leave over made-up requests have."""
ORDER: Final = ".order.param"


@dataclass(frozen=True, slots=True)
class FuzzResult:
    """What came of it; ``reached`` is told beside the verdicts."""

    run: Run
    coverage: StateCoverage


def judge(
    seller: Seller,
    plan: Plan,
    *,
    address: str,
    permission: ChangePermission | None = None,
    token: str = "",
    declared: Declarations | None = None,
    tell: Callable[[str], None] = in_silence,
) -> FuzzResult:
    """Asks a seller until the time of the plan is over; ``tell`` gets a line now and then.

    Lives are walked at a seller of ours alone: elsewhere they would be bought, with money.
    """
    began = clock.now()
    over = _Clock(clock.elapsed(), plan.seconds)
    declared = declared or Declarations()
    target = FuzzTarget(seller, declared, permission=permission, address=address)
    with _giving_back(seller) as bought, target:
        target.check_login()
        life = LifecycleRun(target, products_of(declared, plan), token=token)
        if seller.own and life.products:
            tell("walks through lives of services")
            life.run_scripted(over.after(FOR_LIVES))
            life.run_random(plan.seed, over.after(FOR_LIVES))
            tell(f"walks through lives of services: {_in_numbers(life.coverage)}")
        elif not seller.own:
            told = ("needs a world of its own: elsewhere services would be bought and deleted",)
            life.verdicts.append(Verdict("life", "walk", Outcome.SKIP, DOCUMENTED, told))
        made_up = FuzzRun(target, replace(plan, seconds=over.left()), tell)
        asked = made_up.run(seller.name)
    remarks = (*asked.remarks, *_remarks(life.coverage, target), *bought)
    run = replace(
        asked,
        began=began,
        seconds=over.gone(),
        verdicts=(*life.verdicts, *asked.verdicts),
        remarks=remarks,
        details={**asked.details, "lives": life.coverage.told()},
    )
    return FuzzResult(run, life.coverage)


def products_of(declared: Declarations, plan: Plan) -> tuple[str, ...]:
    """The product types whose lives are walked: all, or those of the families that are named."""
    if plan.functions:
        return ()
    found = (name.removesuffix(ORDER) for name in declared.functions if name.endswith(ORDER))
    return tuple(
        sorted(
            name
            for name in found
            if not name.startswith("v2.") and (not plan.families or name in plan.families)
        )
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    """A budget of seconds that began at a moment."""

    began: float
    seconds: float

    def gone(self) -> float:
        return clock.elapsed() - self.began

    def left(self) -> float:
        return max(self.seconds - self.gone(), 0.0)

    def after(self, part: float) -> Callable[[], bool]:
        return lambda: self.gone() >= self.seconds * part


def _remarks(coverage: StateCoverage, target: FuzzTarget) -> Iterator[str]:
    if coverage.states:
        yield f"lives of {_in_numbers(coverage)}"
    if target.seller.own:
        return
    yield f"{target.permission.held_back} requests were held back"


def _in_numbers(coverage: StateCoverage) -> str:
    numbers = coverage.numbers
    states = f"{numbers['products']} product types: {numbers['states']} states"
    return f"{states}, {numbers['transitions']} transitions, {numbers['steps']} steps"


@contextmanager
def _giving_back(seller: Seller) -> Iterator[list[str]]:
    """What was bought is given back, whatever happens; yields the lines that tell of it."""
    told: list[str] = []
    try:
        yield told
    finally:
        guard = seller.guard
        if guard.purchases.all:
            left = guard.purchases.clean_up(guard.ask, _wait_no_longer)
            told.append(
                f"{len(guard.purchases.all)} orders were sent, {guard.budget.spent:.2f} was spent"
            )
            told += [f"could not be cleaned up: {one}" for one in left]


def _wait_no_longer() -> None:
    """A seller that is busy with a service keeps it: the time of the plan is over."""

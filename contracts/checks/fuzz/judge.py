"""The whole judgement: walks through lives and generated requests, in one budget of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from contracts import clock
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.lifecycle import DAILY_WALK, RANDOM_WALK, LifecycleRun
from contracts.checks.fuzz.run import FuzzRun, Plan, ignore_progress
from contracts.checks.fuzz.state_coverage import StateCoverage
from contracts.checks.fuzz.target import ChangePermission, FuzzTarget
from contracts.checks.scope import Scope, without_cells
from contracts.target.seller import Seller
from contracts.verdicts import DOCUMENTED, Outcome, Run, Verdict

FOR_LIVES: Final = 0.4
"""The part of the time that walks may take; generated requests have the rest."""
ORDER: Final = ".order.param"
NEEDS_WORLD: Final = "needs a world of its own: elsewhere services would be bought and deleted"


@dataclass(frozen=True, slots=True)
class FuzzResult:
    """The run with its verdicts, and the states that its walks reached."""

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
    report: Callable[[str], None] = ignore_progress,
) -> FuzzResult:
    """Judges a seller until the time of the plan is over; ``report`` gets lines of progress.

    Lives are walked only at a seller of ours: elsewhere they would cost money. Raises CannotRun.
    """
    began = clock.now()
    budget = _TimeBudget(clock.elapsed(), plan.seconds)
    declared = declared or Declarations()
    target = FuzzTarget(seller, declared, permission=permission, address=address)
    with _cleaning_up(seller) as bought, target:
        target.check_login()
        lives = LifecycleRun(target, list_products(declared, plan), token=token)
        if seller.own and lives.products:
            report("walks through lives of services")
            lives.run_scripted(budget.is_spent(FOR_LIVES), plan.takes)
            if plan.takes(DAILY_WALK):
                lives.run_daily(budget.is_spent(FOR_LIVES))
            if plan.takes(RANDOM_WALK):
                lives.run_random(plan.seed, budget.is_spent(FOR_LIVES))
            report(f"walks through lives of services: {_in_words(lives.coverage)}")
        elif not seller.own:
            lives.verdicts.append(Verdict("life", "walk", Outcome.SKIP, DOCUMENTED, (NEEDS_WORLD,)))
        requests = FuzzRun(target, replace(plan, seconds=budget.left()), report)
        generated = requests.run(seller.name)
    run = replace(
        generated,
        began=began,
        seconds=budget.spent(),
        verdicts=(*lives.verdicts, *generated.verdicts),
        remarks=(
            *generated.remarks,
            *_remarks(lives.coverage, target),
            *seller.list_remarks(),
            *bought,
        ),
        details={**generated.details, "lives": lives.coverage.as_dict()},
    )
    return FuzzResult(run, lives.coverage)


def list_products(declared: Declarations, plan: Plan) -> tuple[str, ...]:
    """The product types whose lives are walked: all, or those of the plan's families."""
    if plan.functions:
        return ()
    names = (name.removesuffix(ORDER) for name in declared.functions if name.endswith(ORDER))
    return tuple(
        sorted(
            name
            for name in names
            if not name.startswith("v2.") and (not plan.families or name in plan.families)
        )
    )


def scope_of(declared: Declarations) -> Scope:
    """Every function, and the walks through the life of every product type."""
    walks = [f"life/{product}" for product in list_products(declared, Plan())]
    names = (*declared.functions, *walks, DAILY_WALK, RANDOM_WALK)
    return without_cells("functions and walks", names)


@dataclass(frozen=True, slots=True)
class _TimeBudget:
    """So many seconds since ``began``, a moment of `clock.elapsed`."""

    began: float
    seconds: float

    def spent(self) -> float:
        return clock.elapsed() - self.began

    def left(self) -> float:
        return max(self.seconds - self.spent(), 0.0)

    def is_spent(self, part: float) -> Callable[[], bool]:
        return lambda: self.spent() >= self.seconds * part


def _remarks(coverage: StateCoverage, target: FuzzTarget) -> Iterator[str]:
    if coverage.states:
        yield f"lives of {_in_words(coverage)}"
    if not target.seller.own:
        yield f"{target.permission.blocked} requests were held back"


def _in_words(coverage: StateCoverage) -> str:
    numbers = coverage.numbers
    states = f"{numbers['products']} product types: {numbers['states']} states"
    return f"{states}, {numbers['transitions']} transitions, {numbers['steps']} steps"


@contextmanager
def _cleaning_up(seller: Seller) -> Iterator[list[str]]:
    """Gives back at the end what was bought; the list then has the lines that say so."""
    lines: list[str] = []
    try:
        yield lines
    finally:
        guard = seller.guard
        orders = len(guard.purchases.all)
        if orders:
            left = guard.purchases.clean_up(guard.ask, _do_not_wait)
            lines.append(f"{orders} orders were sent, {guard.budget.spent:.2f} was spent")
            lines += [f"could not be cleaned up: {purchase}" for purchase in left]


def _do_not_wait() -> None:
    """A service that the seller is still busy with is left: the time of the plan is over."""

"""The whole judgement: made-up requests and walks through lives, in one budget of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from contracts import clock
from contracts.checks.fuzz.declarations import Declared
from contracts.checks.fuzz.lifecycle import Life
from contracts.checks.fuzz.run import Campaign, Plan, in_silence
from contracts.checks.fuzz.state_coverage import Reached
from contracts.checks.fuzz.target import Bench, Permit
from contracts.target.seller import Seller
from contracts.verdicts import DOCUMENTED, Outcome, Run, Verdict

FOR_LIVES: Final = 0.4
"""The part of the time that walks may take; what they leave over made-up requests have."""
ORDER: Final = ".order.param"


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it; ``reached`` is told beside the verdicts."""

    run: Run
    reached: Reached


def judge(
    seller: Seller,
    plan: Plan,
    *,
    address: str,
    permit: Permit | None = None,
    token: str = "",
    declared: Declared | None = None,
    tell: Callable[[str], None] = in_silence,
) -> Judged:
    """Asks a seller until the time of the plan is over; ``tell`` gets a line now and then.

    Lives are walked at a seller of ours alone: elsewhere they would be bought, with money.
    """
    began = clock.now()
    over = _Clock(clock.elapsed(), plan.seconds)
    declared = declared or Declared()
    bench = Bench(seller, declared, permit=permit, address=address)
    with _giving_back(seller) as bought, bench:
        bench.check_login()
        life = Life(bench, products_of(declared, plan), token=token)
        if seller.own and life.products:
            tell("walks through lives of services")
            life.by_heart(over.after(FOR_LIVES))
            life.at_random(plan.seed, over.after(FOR_LIVES))
            tell(f"walks through lives of services: {_in_numbers(life.reached)}")
        elif not seller.own:
            told = ("needs a world of its own: elsewhere services would be bought and deleted",)
            life.verdicts.append(Verdict("life", "walk", Outcome.SKIP, DOCUMENTED, told))
        made_up = Campaign(bench, replace(plan, seconds=over.left()), tell)
        asked = made_up.run(seller.name)
    remarks = (*asked.remarks, *_remarks(life.reached, bench), *bought)
    run = replace(
        asked,
        began=began,
        seconds=over.gone(),
        verdicts=(*life.verdicts, *asked.verdicts),
        remarks=remarks,
        details={**asked.details, "lives": life.reached.told()},
    )
    return Judged(run, life.reached)


def products_of(declared: Declared, plan: Plan) -> tuple[str, ...]:
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


def _remarks(reached: Reached, bench: Bench) -> Iterator[str]:
    if reached.states:
        yield f"lives of {_in_numbers(reached)}"
    if bench.seller.own:
        return
    yield f"{bench.permit.held_back} requests were held back"


def _in_numbers(reached: Reached) -> str:
    numbers = reached.numbers
    states = f"{numbers['products']} product types: {numbers['states']} states"
    return f"{states}, {numbers['transitions']} transitions, {numbers['steps']} steps"


@contextmanager
def _giving_back(seller: Seller) -> Iterator[list[str]]:
    """What was bought is given back, whatever happens; yields the lines that tell of it."""
    told: list[str] = []
    try:
        yield told
    finally:
        gate = seller.gate
        if gate.purchases.all:
            left = gate.purchases.clean_up(gate.ask, _wait_no_longer)
            told.append(
                f"{len(gate.purchases.all)} orders were sent, {gate.purse.spent:.2f} was spent"
            )
            told += [f"could not be cleaned up: {one}" for one in left]


def _wait_no_longer() -> None:
    """A seller that is busy with a service keeps it: the time of the plan is over."""

"""Judges a seller: exchanges on record, courses of reselling, scenarios; then gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from contracts.checks.seller.capabilities import Absence
from contracts.checks.seller.portability import Mover
from contracts.checks.seller.resources import Stock
from contracts.checks.seller.schedule import turn_of
from contracts.checks.seller.scripts import play
from contracts.journeys.runs import Wishes, client_at, lead
from contracts.record.exchange import Exchange
from contracts.record.levels import EVERYTHING, Choice
from contracts.target.purchases import Purchase
from contracts.target.replay import replay
from contracts.target.seller import CannotRun, Seller
from contracts.target.spending_guard import SpendingGuard
from contracts.verdicts import NO_EVIDENCE, Outcome, Verdict

CLEAN_UP: Final = "clean-up"


@dataclass(frozen=True, slots=True)
class Task:
    """What is judged: ``choice`` of it, with or without courses and scenarios."""

    choice: Choice = EVERYTHING
    wishes: Wishes = field(default_factory=Wishes)
    flows: bool = True
    scenarios: bool = False


@dataclass(slots=True)
class Notes:
    """What is told at the end, for people and for machines; both grow as the judge works."""

    remarks: list[str] = field(default_factory=list)
    details: dict[str, object] = field(default_factory=dict)


def judge(
    exchanges: tuple[Exchange, ...], seller: Seller, task: Task, notes: Notes
) -> Iterator[Verdict]:
    """Every verdict as it falls. Whatever happens on the way, what was bought is given back.

    CannotRun: the account cannot log in.
    """
    try:
        if not seller.own:
            _knock(seller)
        yield from _everything(exchanges, seller, task)
    except KeyboardInterrupt:
        yield Verdict("the judgement", "", Outcome.ERROR, NO_EVIDENCE, ("it was interrupted",))
    finally:
        left = () if seller.own else _give_back(seller, task, notes)
        _tell(seller.guard, notes)
    if seller.guard.purchases.all and not seller.own:
        outcome = Outcome.WARN if left else Outcome.PASS
        told = tuple(map(str, left))
        yield Verdict(CLEAN_UP, "", outcome, NO_EVIDENCE, told)


def _everything(exchanges: tuple[Exchange, ...], seller: Seller, task: Task) -> Iterator[Verdict]:
    """What a budget is spent on first are the courses: they say more than any exchange alone."""
    chosen = [one for one in exchanges if task.choice.takes(one.name, one.func)]
    if task.flows:
        yield from lead(seller, task.choice, task.wishes)
    if not seller.own:
        yield from _moved(chosen, seller, task)
    for exchange in chosen if seller.own else ():
        for out in exchange.formats:
            yield replay(exchange, out, seller)
    if task.scenarios:
        yield from play(seller, task.choice)


def _moved(chosen: list[Exchange], seller: Seller, task: Task) -> Iterator[Verdict]:
    """Exchanges at a seller that has no worlds: about what is bought for them."""
    stock, absence = Stock(seller, task.wishes), Absence(seller)
    mover = Mover(seller, stock)
    turns = ((one, out) for one in chosen for out in one.formats)
    for exchange, out in sorted(turns, key=lambda turn: turn_of(turn[0], turn[1], stock)):
        yield absence.reconsidered(mover.ask(exchange, out))


def _knock(seller: Seller) -> None:
    """Whether the account can log in. Raises CannotRun with what the seller says."""
    if not seller.has_account:
        return
    _, refusal = seller.ask({"func": "whoami"})
    if refusal and not refusal.startswith("missed"):
        raise CannotRun(f"{seller.name}: the account cannot log in: {refusal}")


def _give_back(seller: Seller, task: Task, notes: Notes) -> tuple[Purchase, ...]:
    retry_policy = client_at(seller, task.wishes).retry_policy

    def pause() -> None:
        retry_policy.wait(retry_policy.pause)

    left = tuple(seller.guard.purchases.clean_up(seller.guard.ask, pause))
    notes.remarks += [f"could not be cleaned up: {one}" for one in left]
    notes.details["left"] = [_as_fact(one) for one in left]
    return left


def _tell(guard: SpendingGuard, notes: Notes) -> None:
    """What was spent and bought."""
    bought = [one for one in guard.purchases.all if not one.refused]
    notes.details["bought"] = [_as_fact(one) for one in bought]
    notes.details["spent"] = f"{guard.budget.spent:.2f}"
    limit = guard.rules.limit
    if limit is not None:
        told = f"spent {guard.budget.spent:.2f} {guard.budget.currency} of {limit}"
        notes.remarks.append(f"{told}; {len(bought)} orders")
    if guard.budget.pending:
        told = (
            f"{guard.budget.pending:.2f} more was told to be charged, and is not: it may still come"
        )
        notes.remarks.append(told)
    notes.remarks += guard.budget.remarks


def _as_fact(one: Purchase) -> dict[str, object]:
    return {
        "family": one.family,
        "number": one.number,
        "remoteid": one.remoteid,
        "tariff": one.tariff,
        "left": one.left,
    }

"""Judges a seller by journeys, exchanges and scenarios, and deletes what was bought for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Final

from contracts.checks.scope import Scope
from contracts.checks.seller.basket import Basket
from contracts.checks.seller.capabilities import Capabilities
from contracts.checks.seller.portability import PortabilityAdapter
from contracts.checks.seller.resources import Resources
from contracts.checks.seller.scenarios import SCENARIOS, play_scenarios
from contracts.checks.seller.schedule import rank_exchange
from contracts.journeys.runs import (
    JOURNEY_NAMES,
    JourneyOptions,
    create_client,
    run_journeys,
)
from contracts.record.exchange import Exchange
from contracts.record.levels import EVERYTHING, Choice, select_names
from contracts.target.purchases import Purchase
from contracts.target.replay import replay
from contracts.target.seller import CannotRun, Seller
from contracts.target.spending_guard import SpendingGuard
from contracts.verdicts import NO_EVIDENCE, Cell, Outcome, Verdict

CLEAN_UP: Final = "clean-up"


@dataclass(frozen=True, slots=True)
class Task:
    """What is judged: the exchanges of ``choice``, with journeys (``flows``) and scenarios."""

    choice: Choice = EVERYTHING
    options: JourneyOptions = field(default_factory=JourneyOptions)
    flows: bool = True
    scenarios: bool = False


@dataclass(slots=True)
class Notes:
    """Further results, which grow while the judge works.

    ``remarks``: lines for people. ``details``: facts for the report, in JSON's own types.
    """

    remarks: list[str] = field(default_factory=list)
    details: dict[str, object] = field(default_factory=dict)


def judge(
    exchanges: tuple[Exchange, ...], seller: Seller, task: Task, notes: Notes
) -> Iterator[Verdict]:
    """Yields verdicts as they are reached. Whatever happens, what was bought is deleted again.

    Raises CannotRun if the account cannot log in.
    """
    notes.remarks += seller.list_remarks()
    try:
        if not seller.own:
            _check_login(seller)
        yield from _judge_all(exchanges, seller, task)
    except KeyboardInterrupt:
        yield Verdict("the judgement", "", Outcome.ERROR, NO_EVIDENCE, ("it was interrupted",))
    finally:
        left = () if seller.own else _clean_up(seller, task, notes)
        _note_spending(seller.guard, notes)
    if seller.guard.purchases.all and not seller.own:
        outcome = Outcome.WARN if left else Outcome.PASS
        yield Verdict(CLEAN_UP, "", outcome, NO_EVIDENCE, tuple(map(str, left)))


def scope_of(exchanges: tuple[Exchange, ...], *, scenarios: bool) -> Scope:
    """All exchanges and journeys, and the scenarios if they are to be played."""
    names: dict[str, frozenset[Cell]] = {exchange.name: frozenset() for exchange in exchanges}
    names |= {name: frozenset({cell}) for name, cell in JOURNEY_NAMES.items()}
    if scenarios:
        names |= {each.name: frozenset({each.cell}) for each in SCENARIOS}
    return Scope(
        "exchanges, journeys and scenarios" if scenarios else "exchanges and journeys", names
    )


def _judge_all(exchanges: tuple[Exchange, ...], seller: Seller, task: Task) -> Iterator[Verdict]:
    """Journeys come first: a budget is best spent on them, they say more than any exchange."""
    names = set(select_names(task.choice.only, (exchange.name for exchange in exchanges)))
    chosen = [
        (exchange, tuple(out for out in exchange.formats if task.choice.out in ("", out)))
        for exchange in exchanges
        if exchange.name in names and task.choice.takes(exchange.name, exchange.func)
    ]
    if task.flows:
        basket = nullcontext if seller.guard.rules.play_money else Basket(seller.guard).open
        yield from run_journeys(seller, task.choice, replace(task.options, open_basket=basket))
    if not seller.own:
        yield from _judge_adapted(chosen, seller, task)
    for exchange, formats in chosen if seller.own else ():
        for out in formats:
            yield replay(exchange, out, seller)
    if task.scenarios:
        yield from play_scenarios(seller, task.choice)


def _judge_adapted(
    chosen: list[tuple[Exchange, tuple[str, ...]]], seller: Seller, task: Task
) -> Iterator[Verdict]:
    """Exchanges at a seller without worlds, adapted to services that are bought for them."""
    resources, capabilities = Resources(seller, task.options), Capabilities(seller)
    adapter = PortabilityAdapter(seller, resources)
    pairs = [(exchange, out) for exchange, formats in chosen for out in formats]
    for exchange, out in sorted(pairs, key=lambda pair: rank_exchange(pair[0], pair[1], resources)):
        yield capabilities.review(adapter.judge(exchange, out))


def _check_login(seller: Seller) -> None:
    """Raises CannotRun, with the seller's message, if the account cannot log in."""
    if not seller.has_account:
        return
    _, refusal = seller.ask({"func": "whoami"})
    if refusal and not refusal.startswith("missed"):
        raise CannotRun(f"{seller.name}: the account cannot log in: {refusal}")


def _clean_up(seller: Seller, task: Task, notes: Notes) -> tuple[Purchase, ...]:
    retry_policy = create_client(seller, task.options).retry_policy

    def pause() -> None:
        retry_policy.wait(retry_policy.pause)

    left = tuple(seller.guard.purchases.clean_up(seller.guard.ask, pause))
    notes.remarks += [f"could not be cleaned up: {purchase}" for purchase in left]
    notes.details["left"] = [_as_dict(purchase) for purchase in left]
    return left


def _note_spending(guard: SpendingGuard, notes: Notes) -> None:
    bought = [purchase for purchase in guard.purchases.all if not purchase.refused]
    budget, limit = guard.budget, guard.rules.limit
    notes.details["bought"] = [_as_dict(purchase) for purchase in bought]
    notes.details["spent"] = f"{budget.spent:.2f}"
    if limit is not None:
        spent = f"spent {budget.spent:.2f} {budget.currency} of {limit}"
        notes.remarks.append(f"{spent}; {len(bought)} orders")
    if budget.pending:
        notes.remarks.append(
            f"{budget.pending:.2f} more was to be charged and does not show in the balance yet"
        )
    notes.remarks += budget.remarks


def _as_dict(purchase: Purchase) -> dict[str, object]:
    return {
        "family": purchase.family,
        "number": purchase.number,
        "remoteid": purchase.remoteid,
        "tariff": purchase.tariff,
        "left": purchase.left,
    }

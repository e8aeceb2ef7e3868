"""Steps of a journey, what they record, and the verdicts they come to.

A step records what it did, what it should have cost and what was expected. The balance before and
after each step is compared to the cent, so a seller that charges twice, or for a refusal, is found
by that step. `perform` runs one step; stories print the records, `JourneyRun` makes verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from contracts.journeys.catalogue_view import CatalogueView, NotSold
from contracts.record.levels import select_names
from contracts.registry import Check, read_checks
from contracts.target.curl import Lines, add_lines
from contracts.target.spending_guard import CallBlocked
from contracts.target.transports import RecordingTransport
from contracts.verdicts import ASSUMED, CallRecord, Cell, Outcome, Verdict
from reseller_client import (
    AccessDenied,
    Client,
    DeletionForbidden,
    LimitReached,
    MinimumTerm,
    Refused,
    ResellerError,
    UnknownFunction,
    WrongState,
)

NOTHING: Final = Decimal(0)
TOO_EARLY: Final = (MinimumTerm, DeletionForbidden)
"""Refusals of a deletion that a seller may have: too early, or not by the reseller."""
TOO_OFTEN: Final = (WrongState, LimitReached)
"""Refusals of what a seller may allow once a month only (docs/trade.md section 6.1)."""
STEPS: Final = read_checks(Path(__file__).with_name("steps.yaml"))
"""What the steps of all journeys expect of the seller, by name."""
OUT: Final = "flow"
"""Takes the place of the format in verdicts on steps."""


class Unreached(Exception):
    """A step cannot be done because an earlier one failed; one line that names it."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that has to be so. ``message`` says what was expected and what was found."""

    what: str
    met: bool
    message: str = ""

    @classmethod
    def compare(cls, what: str, actual: object, expected: object) -> Expectation:
        """Expects two values to be equal."""
        return cls(what, actual == expected, f"expected {expected}, found {actual}")

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.what}: {self.message}"


@dataclass(slots=True)
class StepRecord:
    """What one step did. ``cost`` is what it should cost, ``says`` are lines for people."""

    title: str = ""
    cost: Decimal = NOTHING
    says: list[str] = field(default_factory=list)
    expectations: list[Expectation] = field(default_factory=list)
    before: Decimal = NOTHING
    after: Decimal = NOTHING

    def expect(self, what: str, actual: object, expected: object) -> None:
        """Expects two values to be equal."""
        self.expectations.append(Expectation.compare(what, actual, expected))

    def expect_refusal(
        self, what: str, act: Callable[[], object], *kinds: type[Refused]
    ) -> Refused | None:
        """Expects the seller to refuse an act, with one of ``kinds`` if any are given."""
        try:
            act()
        except Refused as refusal:
            self.says.append(f"{what}: refused, {refusal}")
            expected = " or ".join(kind.__name__ for kind in kinds)
            met = not kinds or isinstance(refusal, kinds)
            message = f"expected {expected}, refused with {refusal}"
            self.expectations.append(Expectation(what, met, message))
            return refusal
        self.expectations.append(Expectation(what, met=False, message="was not refused"))
        return None

    @property
    def met(self) -> bool:
        """Whether everything was as expected."""
        return all(expectation.met for expectation in self.expectations)

    @property
    def problems(self) -> list[str]:
        """One line for each expectation that was not met."""
        return [str(expectation) for expectation in self.expectations if not expectation.met]


Act = Callable[[StepRecord], None]


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """A step by name, with what it does. What it expects of the seller is declared in `STEPS`.

    ``needed``: the steps after it are impossible without it. ``seldom``: a seller may allow it once
    a month only. ``optional``: a seller may not have it, so only its failure counts for the cell.
    """

    name: str
    act: Act
    needed: bool = False
    seldom: bool = False
    optional: bool = False

    @property
    def check(self) -> Check:
        """What it expects. Raises KeyError for a step that `STEPS` lacks."""
        return STEPS[self.name]


def perform(title: str, act: Act, read_balance: Callable[[], Decimal]) -> StepRecord:
    """Does a step and compares the balance before and after. Raises what the act raises."""
    record = StepRecord(title, before=read_balance())
    act(record)
    record.after = read_balance()
    record.expect("the balance after", record.after, record.before - record.cost)
    return record


@dataclass(frozen=True, slots=True)
class JourneyContext:
    """The reseller's client at a seller, the seller's date, and what may be bought.

    ``own``: the seller is ours, so assumptions count as well. ``token`` makes ids unique among
    runs. ``advance`` moves the seller's clock by a span such as ``10 days``; None if it cannot be
    moved. Orders may wait unpaid inside ``open_basket``, which raises CallBlocked.
    """

    client: Client
    today: Callable[[], date]
    catalogue: CatalogueView
    own: bool
    token: str
    advance: Callable[[str], None] | None = None
    open_basket: Callable[[], AbstractContextManager[None]] = nullcontext

    def read_balance(self) -> Decimal:
        """The account's balance, in its own currency."""
        return self.client.account.balance().amount

    def sum_expenses(self, numbers: frozenset[int]) -> Decimal:
        """What the seller's list of expenses says of some services."""
        return sum(
            (
                expense.amount.amount
                for expense in self.client.payments.expenses()
                if expense.amount and expense.service_id in numbers
            ),
            NOTHING,
        )


@dataclass(slots=True)
class JourneyRun:
    """Runs the steps of a journey; its verdicts count for one cell of the matrix.

    ``world``: the lines for the shell that make a world for its requests, and that delete it.
    """

    cell: Cell
    context: JourneyContext
    recording: RecordingTransport
    steps: tuple[JourneyStep, ...]
    world: tuple[Lines, Lines] = ((), ())

    def verdicts(self, only: str = "") -> Iterator[Verdict]:
        """Runs the steps and yields the verdicts that ``only`` selects; the last one ends it."""
        names = list(map(self._name, self.steps))
        chosen = select_names(only, names)
        last = max((place for place, name in enumerate(names) if name in chosen), default=-1)
        for verdict in islice(self._all_verdicts(), last + 1):
            if verdict.name in chosen:
                yield verdict

    def _all_verdicts(self) -> Iterator[Verdict]:
        """Runs all steps and yields a verdict after each.

        A failure counts for the cell at once. Success counts by the last step only, and only if no
        step was skipped: reading a price sells nothing yet.
        """
        broken, complete = "", True
        for step in self.steps:
            if broken:
                verdict = self._verdict(step, Outcome.SKIP, [f"not reached: {broken}"])
            else:
                verdict = self._run(step)
            if step.optional and verdict.outcome is not Outcome.FAIL:
                yield replace(verdict, cells=frozenset())
                continue
            complete = complete and verdict.outcome is not Outcome.SKIP
            if step.needed and verdict.outcome is not Outcome.PASS and not broken:
                broken = f"{step.name}: {verdict.outcome.value}"
            counts = verdict.outcome is not Outcome.PASS or (complete and step is self.steps[-1])
            yield verdict if counts else replace(verdict, cells=frozenset())

    def _run(self, step: JourneyStep) -> Verdict:
        with self.recording.record() as calls:
            outcome, messages = self._judge(step)
        verdict = self._verdict(step, outcome, messages, calls)
        return add_lines(verdict, self.recording.lines, self.world)

    def _judge(self, step: JourneyStep) -> tuple[Outcome, list[str]]:
        try:
            record = perform(step.name, step.act, self.context.read_balance)
        except (CallBlocked, NotSold, Unreached) as reason:
            return Outcome.SKIP, [str(reason)]
        except Refused as refusal:
            return self._judge_refusal(step, refusal)
        except (ResellerError, ValueError, LookupError) as problem:
            # An answer may be such that the reseller's own program fails on it.
            return self._fail(step, problem)
        if record.met:
            return Outcome.PASS, record.says
        return self._failure(step), record.problems

    def _judge_refusal(self, step: JourneyStep, refusal: Refused) -> tuple[Outcome, list[str]]:
        if isinstance(refusal, TOO_EARLY) or (step.seldom and isinstance(refusal, TOO_OFTEN)):
            # Other sellers may have such a rule; a mockseller has none in the judge's worlds.
            if self.context.own:
                return self._fail(step, refusal)
            return Outcome.SKIP, [f"the seller has a rule of its own: {refusal}"]
        if isinstance(refusal, UnknownFunction) or self._is_closed(refusal):
            outcome = Outcome.FAIL if self.context.own else Outcome.UNSUPPORTED
            return outcome, [f"the seller does not have {refusal.func}: {refusal}"]
        return self._fail(step, refusal)

    def _fail(self, step: JourneyStep, problem: Exception) -> tuple[Outcome, list[str]]:
        return self._failure(step), [f"{type(problem).__name__}: {problem}"]

    def _failure(self, step: JourneyStep) -> Outcome:
        is_assumed = step.check.evidence == ASSUMED and not self.context.own
        return Outcome.WARN if is_assumed else Outcome.FAIL

    def _is_closed(self, refusal: Refused) -> bool:
        """Whether a function is closed to the whole account: refused even without parameters."""
        if self.context.own or not refusal.func or not isinstance(refusal, AccessDenied):
            return False
        try:
            self.context.client.call(refusal.func)
        except AccessDenied:
            return True
        except ResellerError:
            return False
        return False

    def _name(self, step: JourneyStep) -> str:
        return f"flow/{self.cell.system}/{self.cell.trade}/{step.name}"

    def _verdict(
        self,
        step: JourneyStep,
        outcome: Outcome,
        messages: list[str],
        calls: list[CallRecord] | None = None,
    ) -> Verdict:
        return step.check.verdict(
            OUT, outcome, messages, calls or (), name=self._name(step), cells=frozenset({self.cell})
        )

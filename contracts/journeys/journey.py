"""One course of reselling: its steps in order, each a verdict with the money it moved.

A step says what it did, what it should cost, and what must be so. Every balance is compared with
the one before to the cent, so a seller that charges twice, or for a refusal, is found by the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from contracts.journeys.catalogue_view import CatalogueView, NotSold
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
"""Refusals that a seller may well give to a deletion: too early, or not by us."""
TOO_OFTEN: Final = (WrongState, LimitReached)
"""And to what may be done once a month only (docs/trade.md section 6.1)."""
OUT: Final = "flow"
"""What stands where an exchange has its format."""


class Unreached(Exception):
    """A step cannot be done, since one before it did not hold; one line that names it."""


@dataclass(frozen=True, slots=True)
class JourneyContext:
    """Where a course is led: the reseller's client, the seller's day, and what is bought.

    ``own``: the seller is ours, so what is only assumed counts as well. ``advance`` moves its
    clock, or is None where nobody can.
    """

    client: Client
    recording: RecordingTransport
    today: Callable[[], date]
    catalogue: CatalogueView
    own: bool
    token: str

    def balance(self) -> Decimal:
        """The money with the seller."""
        return self.client.account.balance().amount

    def spent_on(self, numbers: frozenset[int]) -> Decimal:
        """What the seller's list of expenses says of some services."""
        rows = self.client.payments.expenses()
        return sum(
            (one.amount.amount for one in rows if one.amount and one.service_id in numbers),
            NOTHING,
        )


@dataclass(slots=True)
class Step:
    """What one step does. ``cost`` is what it should; ``faults`` what is not so."""

    cost: Decimal = NOTHING
    says: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def must(self, what: str, found: object, wanted: object) -> None:
        """Notes what is not as it must be."""
        if found != wanted:
            self.faults.append(f"{what}: expected {wanted}, found {found}")

    def must_be_refused(self, what: str, act: Callable[[], object], *kinds: type[Refused]) -> None:
        """Something the seller may not do. Without ``kinds`` any refusal will do."""
        try:
            act()
        except Refused as refusal:
            self.says.append(f"{what}: refused, {refusal}")
            if kinds and not isinstance(refusal, kinds):
                wanted = " or ".join(kind.__name__ for kind in kinds)
                self.faults.append(f"{what}: expected {wanted}, refused with {refusal}")
            return
        self.faults.append(f"{what}: was not refused")


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """A step by name, with how we know what it holds the seller to.

    ``needed``: without it the steps behind it cannot be done. ``seldom``: sellers may allow it
    once a month only.
    """

    name: str
    act: Callable[[Step], None]
    evidence: str
    source: str
    needed: bool = False
    seldom: bool = False


@dataclass(slots=True)
class Journey:
    """A system reselling one trade: ``steps`` done one after the other."""

    cell: Cell
    context: JourneyContext
    steps: tuple[JourneyStep, ...]

    def verdicts(self) -> Iterator[Verdict]:
        """Leads it; a verdict for each step as it is done.

        What does not hold speaks of the matrix's cell at once. That it holds is said by the last
        step, and only if no step was left out: a price that can be read sells nothing yet.
        """
        broken, whole = "", True
        for deed in self.steps:
            if broken:
                verdict = self._verdict(deed, Outcome.SKIP, [f"not reached: {broken}"])
            else:
                verdict = self._done(deed)
            whole = whole and verdict.outcome is not Outcome.SKIP
            if deed.needed and verdict.outcome is not Outcome.PASS and not broken:
                broken = f"{deed.name}: {verdict.outcome.value}"
            silent = verdict.outcome is Outcome.PASS and not (whole and deed is self.steps[-1])
            yield replace(verdict, cells=frozenset()) if silent else verdict

    def _done(self, deed: JourneyStep) -> Verdict:
        step = Step()
        with self.context.recording.record() as seen:
            outcome, told = self._outcome(deed, step)
        return self._verdict(deed, outcome, told, seen)

    def _outcome(self, deed: JourneyStep, step: Step) -> tuple[Outcome, list[str]]:
        try:
            self._acted(deed, step)
        except (CallBlocked, NotSold, Unreached) as reason:
            return Outcome.SKIP, [str(reason)]
        except Refused as refusal:
            return self._refused(deed, refusal)
        except (ResellerError, ValueError, LookupError) as problem:
            # What a seller answers may be such that a reseller's own program gives up.
            return self._failed(deed, problem)
        return (self._wrong(deed), step.faults) if step.faults else (Outcome.PASS, step.says)

    def _refused(self, deed: JourneyStep, refusal: Refused) -> tuple[Outcome, list[str]]:
        """What a step comes to that the seller refuses."""
        if isinstance(refusal, TOO_EARLY) or (deed.seldom and isinstance(refusal, TOO_OFTEN)):
            return self._ruled(deed, refusal)
        if isinstance(refusal, UnknownFunction) or self._closed(refusal):
            return self._lacking(refusal)
        return self._failed(deed, refusal)

    def _acted(self, deed: JourneyStep, step: Step) -> None:
        """Does it, and compares the money before and after."""
        before = self.context.balance()
        deed.act(step)
        step.must("the balance after", self.context.balance(), before - step.cost)

    def _failed(self, deed: JourneyStep, problem: Exception) -> tuple[Outcome, list[str]]:
        return self._wrong(deed), [f"{type(problem).__name__}: {problem}"]

    def _ruled(self, deed: JourneyStep, refusal: Refused) -> tuple[Outcome, list[str]]:
        """A rule that other sellers may have; ours has none of them in the worlds of the judge."""
        if self.context.own:
            return self._failed(deed, refusal)
        return Outcome.SKIP, [f"the seller has a rule of its own: {refusal}"]

    def _wrong(self, deed: JourneyStep) -> Outcome:
        assumed = deed.evidence == ASSUMED and not self.context.own
        return Outcome.WARN if assumed else Outcome.FAIL

    def _lacking(self, refusal: Refused) -> tuple[Outcome, list[str]]:
        """A function that is not there: of ours a fault, of anybody else's a fact to be shown."""
        outcome = Outcome.FAIL if self.context.own else Outcome.UNSUPPORTED
        return outcome, [f"the seller does not have {refusal.func}: {refusal}"]

    def _closed(self, refusal: Refused) -> bool:
        """Whether a function is closed to this account as a whole: it is when asked for nothing."""
        if self.context.own or not refusal.func or not isinstance(refusal, AccessDenied):
            return False
        try:
            self.context.client.call(refusal.func)
        except AccessDenied:
            return True
        except ResellerError:
            return False
        return False

    def _verdict(
        self,
        deed: JourneyStep,
        outcome: Outcome,
        told: list[str],
        seen: list[CallRecord] | None = None,
    ) -> Verdict:
        return Verdict(
            name=f"flow/{self.cell.system}/{self.cell.trade}/{deed.name}",
            out=OUT,
            outcome=outcome,
            evidence=deed.evidence,
            messages=tuple(told),
            proof=tuple(seen or ()),
            source=deed.source,
            cells=frozenset({self.cell}),
        )

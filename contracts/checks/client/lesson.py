"""A lesson: what it costs to get something wrong, the play that shows it, and who grades it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from contracts.checks.client.products import TRADES, Goods
from contracts.checks.client.recorded_calls import Heard
from contracts.checks.client.steps import Report, Result, Step
from contracts.verdicts import OBSERVED, Outcome

if TYPE_CHECKING:
    from contracts.checks.client.case_context import Scene

Play = Callable[["Scene"], None]
"""Prepares a world, asks the client, and lets things happen meanwhile."""


@dataclass(frozen=True, slots=True)
class Performance:
    """One play, as it went: steps with reports, everything heard, and what is there at its end.

    ``owned`` are the services of the article's type, as the control API tells them; ``charges``
    what each of the account's services was charged, by its number. ``facts`` are what the play
    wants its grader to know; ``trapped`` whether every trap struck.
    """

    goods: Goods
    steps: tuple[Step, ...]
    reports: tuple[Report, ...]
    heard: tuple[Heard, ...]
    owned: tuple[Mapping[str, Any], ...]
    charges: Mapping[int, tuple[Decimal, ...]]
    facts: Mapping[str, Any]
    trapped: bool

    def during(self, step: int) -> tuple[Heard, ...]:
        """What was heard during a step, counted from 1."""
        return tuple(one for one in self.heard if one.step == step)

    def orders(self, step: int | None = None) -> tuple[Heard, ...]:
        """The confirmed orders, of one step or of all."""
        heard = self.heard if step is None else self.during(step)
        return tuple(one for one in heard if one.is_order)

    @property
    def last(self) -> Report:
        """What the client said last."""
        return self.reports[-1]

    @property
    def is_delivered(self) -> bool:
        """Whether the client told, at any time, what its customer gets, and it is so."""
        if len(self.owned) != 1:
            return False
        return any(_shows(self.goods, report, self.owned[0]) for report in self.reports)


def _shows(goods: Goods, report: Report, owned: Mapping[str, Any]) -> bool:
    if report.result is not Result.OK:
        return False
    if goods.shows == "key":
        return bool(report.key) and report.key == str(owned["lickey"])
    if goods.shows == "ip":
        return bool(report.ip) and report.ip == str(owned["ip"])
    return report.id == int(owned["id"])


@dataclass
class Finding:
    """What a grader found: every fault in a line, with the requests that prove it.

    ``proof`` is what shows that it held, where it did.
    """

    faults: list[str] = field(default_factory=list)
    proof: list[Heard] = field(default_factory=list)
    idle: str = ""

    def wrong(self, told: str, *heard: Heard) -> None:
        """Notes a fault."""
        self.faults.append(told)
        self.proof.extend(one for one in heard if one not in self.proof)

    def shown(self, *heard: Heard) -> None:
        """Adds requests to the proof."""
        self.proof.extend(one for one in heard if one not in self.proof)

    @property
    def outcome(self) -> Outcome:
        """The verdict: a deed that is wrong weighs more than a trap that was not met."""
        if self.faults:
            return Outcome.FAIL
        return Outcome.NOT_EXERCISED if self.idle else Outcome.PASS

    @property
    def told(self) -> tuple[str, ...]:
        """What to say of it."""
        return tuple(self.faults) or ((self.idle,) if self.idle else ())


Grade = Callable[[Sequence[Performance], Finding], None]
"""Notes what it finds. A pure function: it sees what happened and touches nothing."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson. ``why`` is what it costs a reseller who gets it wrong.

    ``evidence`` and ``source`` are of the fact of the real seller that it rests on. Each of
    ``plays`` is played in a world of its own; ``trades`` are those it can be played in.
    """

    name: str
    title: str
    why: str
    source: str
    plays: tuple[Play, ...]
    grade: Grade
    evidence: str = OBSERVED
    trades: frozenset[str] = frozenset(TRADES)

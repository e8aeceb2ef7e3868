"""Verdicts: what every judge reports, one for each thing it checks.

A seller, a client and a module endpoint are judged by different means, and reported alike.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

PASSED, FAILED, NOT_JUDGED = 0, 1, 2
"""Exit codes: everything passed, something failed, it could not be judged."""
RECORDED, DOCUMENTED, OBSERVED, ASSUMED = EVIDENCE = (
    "recorded", "documented", "observed", "assumed"
)  # fmt: skip
"""How a fact is known, from captured traffic down to a choice of ours."""
JUDGES: Final = ("seller", "client", "modules", "drift", "fuzz")
"""The names of the judges."""
NO_EVIDENCE: Final = "none"
"""Of a verdict that claims nothing about the API, such as: the judging was interrupted."""


class Outcome(enum.Enum):
    """The result of one check."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    WARN = "warn"
    """It does not hold, but this is only assumed to be wrong, and the judged is not ours."""
    KNOWN = "known"
    """It does not hold, and a known deviation explains why."""
    STALE = "stale"
    """It holds although a known deviation says that it does not: the deviation is outdated."""
    SKIP = "skip"
    """It was not judged; the verdict says why."""
    NOT_EXERCISED = "not exercised"
    """The judged never came to where it would have shown."""
    DOES_NOT_APPLY = "does not apply"
    """This way of reselling never does what it is about; the verdict says why."""
    UNSUPPORTED = "unsupported"
    """The judged does not have this at all, and says so with an error document."""
    ERROR = "error"
    """It could not be judged: the state it needs could not be prepared. Never a pass."""


WRONG: Final = frozenset({Outcome.FAIL, Outcome.WARN, Outcome.KNOWN, Outcome.STALE, Outcome.ERROR})
"""Outcomes that somebody wants to see again: reports say how to repeat them."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A cell of the matrix: a reselling system, and what it resells.

    ``system``: billmanager, custom, whmcs. ``trade``: services, modules, licences.
    """

    system: str
    trade: str


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One request with its answer, secrets masked; it proves a verdict.

    ``status`` 0: no answer came. ``note``: what was done to it, such as a planned fault. ``line``:
    for the shell, sends the request again; empty where the request itself is not there.
    """

    method: str
    address: str
    request: Mapping[str, str]
    status: int
    answer: str
    note: str = ""
    line: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Deviation:
    """What is known not to hold, why, and since when; after ``until`` it has no effect."""

    what: str
    reason: str
    noted_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one check.

    ``name``: the exchange, lesson or rule. ``out``: the format or variant it was judged in.
    ``source``: where the evidence is. ``about``: what has to hold, in a sentence; ``cost``: what a
    mistake costs; both are empty where the judge does not declare them. ``cells``: the cells of the
    matrix it is about. ``deviation``: what explains it (``KNOWN``) or is outdated (``STALE``).
    ``seconds``: how long it took, 0 where this was not measured. ``repeat``: of what does not hold,
    lines for the shell that show it again: the command that judges this alone, as far as there is
    one, and the requests in their order, secrets left to the environment.
    """

    name: str
    out: str
    outcome: Outcome
    evidence: str
    messages: tuple[str, ...] = ()
    proof: tuple[CallRecord, ...] = ()
    source: str = ""
    cells: frozenset[Cell] = frozenset()
    deviation: Deviation | None = None
    seconds: float = 0.0
    about: str = ""
    cost: str = ""
    repeat: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line, then the messages, indented."""
        head = f"{self.name} [{self.out}] {self.outcome.value} ({self.evidence})"
        return "\n".join([head, *(f"  {line}" for line in self.messages)])


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of what a judge has was run.

    ``unit``: what is counted, in the plural: lessons, rules. ``count`` of ``total`` were run to
    their end; ``cells``: the same two numbers of what is about each cell of the matrix.
    """

    unit: str
    count: int
    total: int
    cells: Mapping[Cell, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """Whether something was not run."""
        return self.count < self.total

    def __str__(self) -> str:
        """As ``1 of 41 lessons``."""
        return f"{self.count} of {self.total} {self.unit}"


@dataclass(frozen=True, slots=True)
class Run:
    """All verdicts of one judge on one target.

    ``judge``: one of `JUDGES`. ``began``: with a time zone, by the judge's own clock. ``remarks``:
    lines for people, such as what was spent or left behind.
    """

    judge: str
    target: str
    began: datetime
    seconds: float
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)
    """Further facts for programs, in JSON types. ``kind``: the kind of reseller that was judged."""
    extent: Extent | None = None
    """How much was run; None where that is not known."""


_STRICT_FAILURES: Final = frozenset({Outcome.FAIL, Outcome.WARN, Outcome.STALE})
_JUDGED: Final = frozenset({Outcome.PASS, Outcome.WARN, Outcome.KNOWN, Outcome.STALE})


def is_failure(outcome: Outcome, *, strict: bool = False) -> bool:
    """Whether an outcome fails a run; warnings and outdated deviations only if strict."""
    return outcome in _STRICT_FAILURES if strict else outcome is Outcome.FAIL


def is_broken_off(verdicts: Iterable[Verdict]) -> bool:
    """Whether something ended the judging before its end."""
    return any(v.outcome is Outcome.ERROR and v.evidence == NO_EVIDENCE for v in verdicts)


def exit_code(verdicts: Iterable[Verdict], *, strict: bool = False) -> int:
    """The exit code that verdicts come to. No verdict at all is not a success.

    A failure that was found weighs more than a check that could not be judged, and less than what
    ended the judging.
    """
    collected = tuple(verdicts)
    outcomes = {verdict.outcome for verdict in collected}
    if is_broken_off(collected):
        return NOT_JUDGED
    if any(is_failure(outcome, strict=strict) for outcome in outcomes):
        return FAILED
    if Outcome.ERROR in outcomes:
        return NOT_JUDGED
    return PASSED if outcomes & _JUDGED else NOT_JUDGED

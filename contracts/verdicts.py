"""What every judge says: one verdict for each thing that was held against the record.

A seller, a client and a module endpoint are judged by different means, and reported alike.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

HELD, DID_NOT, COULD_NOT = 0, 1, 2
"""Exit codes: all held, something did not, it could not be judged."""
RECORDED, DOCUMENTED, OBSERVED, ASSUMED = EVIDENCE = (
    "recorded", "documented", "observed", "assumed"
)  # fmt: skip
"""How we know, from what was captured down to what is our choice."""
JUDGES: Final = ("seller", "client", "modules", "drift", "fuzz")
"""Who judges."""
NO_EVIDENCE: Final = "none"
"""Of a verdict that claims nothing of the API, such as: the judging could not go on."""


class Outcome(enum.Enum):
    """What became of one thing that was judged."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    WARN = "warn"
    """It does not hold, but how we know is only that we assume it, and the judged is not ours."""
    KNOWN = "known"
    """It does not hold, and a known deviation says so with its reason."""
    STALE = "stale"
    """It holds although a known deviation says that it does not: the deviation is out of date."""
    SKIP = "skip"
    """It was not asked, and the verdict says why."""
    NOT_EXERCISED = "not exercised"
    """The judged never came to where it would have shown."""
    UNSUPPORTED = "unsupported"
    """The judged does not have it at all, and says so by an error document."""
    ERROR = "error"
    """It could not be asked: the state before it could not be prepared. Never a pass."""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A cell of the matrix: a reselling system, and what it resells.

    ``system``: billmanager, custom, whmcs; ``trade``: services, modules, licenses.
    """

    system: str
    trade: str


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One request with its answer, secrets masked already; what proves a verdict.

    ``status`` 0: no answer came. ``note``: what was done to it, such as a planned fault.
    """

    method: str
    address: str
    request: Mapping[str, str]
    status: int
    answer: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deviation:
    """What is known not to hold, why, and since when; after ``until`` it excuses nothing."""

    what: str
    reason: str
    noted_on: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing, judged.

    ``name`` is the exchange, lesson or rule; ``out`` the format or variant it was tried in;
    ``source`` where it stands how we know; ``cells`` what of the matrix it speaks for;
    ``deviation`` what excuses it (``KNOWN``) or no longer needs to (``STALE``); ``seconds`` how
    long it took, 0 where nobody measured.
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

    def __str__(self) -> str:
        """One line, then what was found, indented."""
        head = f"{self.name} [{self.out}] {self.outcome.value} ({self.evidence})"
        return "\n".join([head, *(f"  {line}" for line in self.messages)])


@dataclass(frozen=True, slots=True)
class Run:
    """All verdicts of one judge on one target.

    ``judge``: seller, client, modules, drift, fuzz. ``began`` is the judge's own time, with a zone.
    ``details`` may name the ``kind`` of reseller, for which some deviations only are known.
    ``remarks`` are lines for people: what was spent, what could not be cleaned up.
    """

    judge: str
    target: str
    began: datetime
    seconds: float
    verdicts: tuple[Verdict, ...]
    remarks: tuple[str, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict)
    """Further facts for machines, in JSON's own types."""


_STRICTLY: Final = frozenset({Outcome.FAIL, Outcome.WARN, Outcome.STALE})
_SOMETHING: Final = frozenset({Outcome.PASS, Outcome.WARN, Outcome.KNOWN, Outcome.STALE})


def wrong(outcome: Outcome, *, strict: bool = False) -> bool:
    """Whether this is held against the judged; warnings and outdated excuses only if strict."""
    return outcome in _STRICTLY if strict else outcome is Outcome.FAIL


def exit_code(verdicts: Iterable[Verdict], *, strict: bool = False) -> int:
    """What the verdicts come to. Nothing judged at all is no success."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if Outcome.ERROR in outcomes:
        return COULD_NOT
    if any(wrong(outcome, strict=strict) for outcome in outcomes):
        return DID_NOT
    return HELD if outcomes & _SOMETHING else COULD_NOT

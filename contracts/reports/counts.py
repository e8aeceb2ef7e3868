"""What the verdicts of runs come to, in numbers and in words; every report counts here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from contracts.verdicts import COULD_NOT, DID_NOT, HELD, Outcome, Run, Verdict, exit_code

WORST_FIRST: Final = (
    Outcome.FAIL,
    Outcome.ERROR,
    Outcome.STALE,
    Outcome.WARN,
    Outcome.KNOWN,
    Outcome.UNSUPPORTED,
    Outcome.NOT_EXERCISED,
    Outcome.SKIP,
    Outcome.PASS,
)
"""Every outcome, in the order in which people want to read them."""
MEANINGS: Final[Mapping[int, str]] = {
    HELD: "all held",
    DID_NOT: "something did not hold",
    COULD_NOT: "it could not be judged",
}
"""Exit codes in words."""


def counts_of(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    """How many there are of each outcome that occurs, in the order of ``Outcome``."""
    counted = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}


def in_words(counts: Mapping[Outcome, int]) -> str:
    """``3 pass, 1 fail``."""
    told = [f"{number} {outcome.value}" for outcome, number in counts.items()]
    return ", ".join(told) or "nothing was asked"


def exit_code_of(runs: Iterable[Run], *, strict: bool = False) -> int:
    """What several runs come to: the worst of them. No run at all could not be judged."""
    codes = [exit_code(run.verdicts, strict=strict) for run in runs]
    return max(codes, default=COULD_NOT)

"""How verdicts are counted, in numbers and in words, for all reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from contracts.verdicts import (
    FAILED,
    NOT_JUDGED,
    PASSED,
    Outcome,
    Run,
    Verdict,
    exit_code,
    is_broken_off,
)

WORST_FIRST: Final = (
    Outcome.FAIL,
    Outcome.ERROR,
    Outcome.STALE,
    Outcome.WARN,
    Outcome.KNOWN,
    Outcome.UNSUPPORTED,
    Outcome.NOT_EXERCISED,
    Outcome.DOES_NOT_APPLY,
    Outcome.SKIP,
    Outcome.PASS,
)
"""Every outcome, in the order in which reports list them."""
MEANINGS: Final[Mapping[int, str]] = {
    PASSED: "everything passed",
    FAILED: "something failed",
    NOT_JUDGED: "it could not be judged",
}
"""Exit codes in words."""


def count_outcomes(verdicts: Iterable[Verdict]) -> dict[Outcome, int]:
    """The number of verdicts of each outcome that occurs, in the order of ``Outcome``."""
    counted = Counter(verdict.outcome for verdict in verdicts)
    return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}


def in_words(counts: Mapping[Outcome, int]) -> str:
    """Counts as ``3 pass, 1 fail``."""
    parts = [f"{number} {outcome.value}" for outcome, number in counts.items()]
    return ", ".join(parts) or "nothing was tested"


def describe_result(runs: Iterable[Run], *, strict: bool = False) -> str:
    """What runs come to, in words, and how much of what there is was run."""
    collected = tuple(runs)
    code = exit_code_of(collected, strict=strict)
    extents = [run.extent for run in collected if run.extent is not None]
    partial = [extent for extent in extents if extent.is_partial]
    meaning = "what was run passed" if partial and code == PASSED else MEANINGS[code]
    if not extents:
        return meaning
    how = "partial: " if partial else ""
    return f"{meaning}; {how}{', '.join(map(str, partial or extents))} were run"


def exit_code_of(runs: Iterable[Run], *, strict: bool = False) -> int:
    """The exit code of several runs, as that of one. No run at all is not judged."""
    collected = tuple(runs)
    codes = [exit_code(run.verdicts, strict=strict) for run in collected]
    if FAILED in codes and not any(is_broken_off(run.verdicts) for run in collected):
        return FAILED
    return max(codes, default=NOT_JUDGED)

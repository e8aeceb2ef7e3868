"""A badge: the result of runs as a small picture that loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from contracts.checks.matrix import CellState, count_holding, fill_from_runs
from contracts.reports.counts import count_outcomes, exit_code_of
from contracts.reports.plaintext import one_line
from contracts.verdicts import FAILED, NOT_JUDGED, PASSED, Outcome, Run, is_failure

GOOD, POOR, BAD, NONE = "#2d7d46", "#8a6100", "#b3362b", "#5f5f5f"
"""Colours on which white text can be read."""
COLOURS: Final = {PASSED: GOOD, FAILED: BAD, NOT_JUDGED: NONE}
CHARACTER_WIDTH: Final = 6.6
"""Units at a font size of eleven; text is stretched to the width computed with it."""
PADDING: Final = 10


def to_badge(runs: Sequence[Run], *, strict: bool = False) -> str:
    """The badge as SVG: of the matrix if a run is about it, else of the verdicts.

    ``strict``: warnings and outdated deviations count as failures.
    """
    label, text, colour = describe(runs, strict=strict)
    loader = PackageLoader("contracts.reports")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    widths = [round(len(part) * CHARACTER_WIDTH) + 2 * PADDING for part in (label, text)]
    return pages.get_template("badge.svg").render(
        label=label, text=text, colour=colour, widths=widths, space=PADDING
    )


def describe(runs: Sequence[Run], *, strict: bool = False) -> tuple[str, str, str]:
    """The text on the left of the badge, the text on its right, and its colour.

    Where a part was not run the text says how much was.
    """
    label, text, colour = _describe_all(runs, strict=strict)
    partial = [str(run.extent) for run in runs if run.extent and run.extent.is_partial]
    if not partial:
        return label, text, colour
    return (
        label,
        f"{text}, partial: {one_line(', '.join(partial))}",
        POOR if colour == GOOD else colour,
    )


def _describe_all(runs: Sequence[Run], *, strict: bool) -> tuple[str, str, str]:
    code = exit_code_of(runs, strict=strict)
    verdicts = [verdict for run in runs for verdict in run.verdicts]
    cells = fill_from_runs(runs)
    if any(cell.state is not CellState.NOT_RUN for cell in cells):
        holding, total = count_holding(cells)
        colour = COLOURS[code] if code != PASSED or holding == total else POOR
        return "reselling", f"{holding} of {total} cells", colour
    label = one_line(", ".join(dict.fromkeys(run.judge for run in runs))) or "verify"
    counts = count_outcomes(verdicts)
    if code == NOT_JUDGED:
        return label, "not judged", NONE
    if code == FAILED:
        bad = sum(
            number for outcome, number in counts.items() if is_failure(outcome, strict=strict)
        )
        return label, f"{bad} of {len(verdicts)} do not hold", BAD
    doubtful = {Outcome.WARN, Outcome.STALE} & set(counts)
    return label, f"{counts.get(Outcome.PASS, 0)} held", POOR if doubtful else GOOD

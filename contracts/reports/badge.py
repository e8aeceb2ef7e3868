"""A badge: what runs come to, on a few signs, as a picture that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from contracts.checks.matrix import State, filled, matrix
from contracts.reports.counts import counts_of, exit_code_of
from contracts.reports.plaintext import one_line
from contracts.verdicts import COULD_NOT, DID_NOT, HELD, Outcome, Run, wrong

GOOD, POOR, BAD, NONE = "#2d7d46", "#8a6100", "#b3362b", "#5f5f5f"
"""Colours on which white text can be read."""
COLOURS: Final = {HELD: GOOD, DID_NOT: BAD, COULD_NOT: NONE}
SIGN: Final = 6.6
"""Units a sign is wide, at eleven units of height; text is fitted to what is reckoned from it."""
SPACE: Final = 10


def to_badge(runs: Sequence[Run], *, strict: bool = False) -> str:
    """The picture as SVG. Of the matrix where a run speaks of it, else of the verdicts."""
    label, text, colour = told(runs, strict=strict)
    loader = PackageLoader("contracts.reports")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    widths = [round(len(one) * SIGN) + 2 * SPACE for one in (label, text)]
    return pages.get_template("badge.svg").render(
        label=label, text=text, colour=colour, widths=widths, space=SPACE
    )


def told(runs: Sequence[Run], *, strict: bool = False) -> tuple[str, str, str]:
    """What the badge says on its left, on its right, and its colour."""
    code = exit_code_of(runs, strict=strict)
    verdicts = [verdict for run in runs for verdict in run.verdicts]
    cells = matrix(verdicts)
    if any(cell.state is not State.NOT_RUN for cell in cells):
        held, total = filled(cells)
        colour = COLOURS[code] if code != HELD or held == total else POOR
        return "reselling", f"{held} of {total} cells", colour
    label = one_line(", ".join(dict.fromkeys(run.judge for run in runs))) or "verify"
    counts = counts_of(verdicts)
    if code == COULD_NOT:
        return label, "not judged", NONE
    if code == DID_NOT:
        bad = sum(number for one, number in counts.items() if wrong(one, strict=strict))
        return label, f"{bad} of {len(verdicts)} do not hold", BAD
    doubtful = {Outcome.WARN, Outcome.STALE} & set(counts)
    return label, f"{counts.get(Outcome.PASS, 0)} held", POOR if doubtful else GOOD

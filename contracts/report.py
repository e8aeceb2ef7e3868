"""Verdicts as a table in the terminal, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.replay import Outcome, Verdict

HELD, DID_NOT, COULD_NOT = 0, 1, 2
"""Exit codes: all held, something did not, it could not be judged."""
COLOURS: Final = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.WARN: "yellow",
    Outcome.SKIP: "dim",
    Outcome.ERROR: "magenta",
}


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """What the verdicts come to. Nothing judged at all is no success."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if Outcome.ERROR in outcomes:
        return COULD_NOT
    if Outcome.FAIL in outcomes:
        return DID_NOT
    return HELD if outcomes & {Outcome.PASS, Outcome.WARN} else COULD_NOT


def print_table(
    console: Console, name: str, verdicts: Sequence[Verdict], *, everything: bool = True
) -> None:
    """One row for each exchange with the outcome in every format; then every difference.

    Unless ``everything``, an exchange that held in all its formats has no row.
    """
    table = Table(title=f"Exchanges against {escape(name)}")
    table.add_column("exchange")
    table.add_column("evidence")
    formats = tuple(dict.fromkeys(verdict.out for verdict in verdicts))
    for out in formats:
        table.add_column(out)
    listed = [v.exchange for v in verdicts if everything or v.outcome is not Outcome.PASS]
    for exchange in dict.fromkeys(listed):
        mine = {v.out: v for v in verdicts if v.exchange == exchange}
        cells = [_cell(mine[out].outcome) if out in mine else "" for out in formats]
        table.add_row(exchange, next(iter(mine.values())).evidence, *cells)
    if listed:
        console.print(table)
    for verdict in verdicts:
        if verdict.outcome in (Outcome.FAIL, Outcome.WARN, Outcome.ERROR):
            colour = COLOURS[verdict.outcome]
            console.print(f"[{colour}]{escape(str(verdict))}[/{colour}]", highlight=False)
    counts = Counter(verdict.outcome for verdict in verdicts)
    told = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]]
    console.print(f"{name}: {', '.join(told) or 'nothing was asked'}", highlight=False)


def _cell(outcome: Outcome) -> str:
    return f"[{COLOURS[outcome]}]{outcome.value}[/{COLOURS[outcome]}]"

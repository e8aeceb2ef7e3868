"""Verdicts as a table in the terminal, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.verdicts import Outcome, Verdict

COLOURS: Final = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.WARN: "yellow",
    Outcome.KNOWN: "yellow",
    Outcome.STALE: "yellow",
    Outcome.SKIP: "dim",
    Outcome.NOT_EXERCISED: "dim",
    Outcome.UNSUPPORTED: "cyan",
    Outcome.ERROR: "magenta",
}


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
    listed = [v.name for v in verdicts if everything or v.outcome is not Outcome.PASS]
    for exchange in dict.fromkeys(listed):
        mine = {v.out: v for v in verdicts if v.name == exchange}
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

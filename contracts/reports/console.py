"""Runs in the terminal: a table of what did not hold, why, what it comes to, and the matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.checks.matrix import SYSTEMS, TRADES, Filled, State, filled
from contracts.reports.counts import MEANINGS, counts_of, in_words
from contracts.reports.plaintext import one_line, shown
from contracts.verdicts import Outcome, Run, Verdict, exit_code

COLOURS: Final = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.WARN: "yellow",
    Outcome.KNOWN: "yellow",
    Outcome.STALE: "bold yellow",
    Outcome.SKIP: "dim",
    Outcome.NOT_EXERCISED: "dim",
    Outcome.UNSUPPORTED: "cyan",
    Outcome.ERROR: "magenta",
}
CELLS: Final = {
    State.HOLDS: "green",
    State.BROKEN: "red",
    State.ONLY_ASSUMED: "yellow",
    State.UNSUPPORTED: "cyan",
    State.NOT_RUN: "dim",
}
TOLD: Final = (Outcome.KNOWN, Outcome.STALE, Outcome.WARN, Outcome.FAIL, Outcome.ERROR)
"""What is told in full below the table; the worst comes last, where people look."""
QUIET: Final = frozenset({Outcome.PASS, Outcome.SKIP})
"""What has a row only if everything is listed; skips are told by their reasons."""

UNASKED: Final = {Outcome.SKIP: "skipped", Outcome.NOT_EXERCISED: "not exercised"}
"""What is told by its reasons, and how it is called there."""
MOST_REASONS: Final = 12
"""A foreign seller has seventy reasons, more than anybody reads on the way to a verdict."""


def print_table(
    console: Console, name: str, verdicts: Sequence[Verdict], *, everything: bool = True
) -> None:
    """One row for each name with the outcome in every format; then what did not hold, in full.

    Unless ``everything``, a name that held or was not asked in all its formats has no row, and
    of the reasons for not asking only the most common are told.
    """
    listed = {v.name: v for v in verdicts if everything or v.outcome not in QUIET}
    if listed:
        console.print(_table(name, [v for v in verdicts if v.name in listed]))
    for outcome in TOLD:
        for verdict in verdicts:
            if verdict.outcome is outcome:
                _print(console, "\n".join(_in_full(verdict)), COLOURS[outcome])
    for outcome, word in UNASKED.items():
        reasons = Counter("; ".join(v.messages) for v in verdicts if v.outcome is outcome)
        most = None if everything else MOST_REASONS
        for reason, number in reasons.most_common(most):
            _print(console, f"{number} {word}: {reason or 'no reason was given'}", "dim")
        if rest := reasons.most_common()[most or len(reasons) :]:
            number = sum(number for _, number in rest)
            _print(console, f"{number} {word} for {len(rest)} more reasons (--all)", "dim")
    _print(console, f"{one_line(name)}: {in_words(counts_of(verdicts))}")


def print_run(console: Console, run: Run, *, everything: bool = True, strict: bool = False) -> None:
    """The table of a run, its remarks, and what it comes to."""
    print_table(console, run.target, run.verdicts, everything=everything)
    for remark in run.remarks:
        _print(console, f"note: {one_line(remark)}")
    code = exit_code(run.verdicts, strict=strict)
    _print(console, f"verify {run.judge}: {MEANINGS[code]} (exit code {code})")


def print_matrix(console: Console, cells: Iterable[Filled]) -> None:
    """The matrix, a row for each reselling system, and what fills it."""
    found = {one.cell: one for one in cells}
    table = Table(title="Reselling system and what it resells")
    table.add_column("system")
    for trade in TRADES:
        table.add_column(trade.value)
    for kind in SYSTEMS:
        row = [one for one in found.values() if one.cell.system == kind.name.lower()]
        table.add_row(kind.value, *(_cell(one) for one in row))
    console.print(table)
    held, total = filled(found.values())
    _print(console, f"matrix: {held} of {total} cells hold")


def _table(name: str, verdicts: Sequence[Verdict]) -> Table:
    table = Table(title=Text(f"Verdicts on {one_line(name)}"))
    table.add_column("name", overflow="fold")
    table.add_column("evidence", overflow="fold")
    formats = tuple(dict.fromkeys(verdict.out for verdict in verdicts))
    for out in formats:
        table.add_column(Text(one_line(out)), overflow="fold")
    by_name: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_name.setdefault(verdict.name, []).append(verdict)
    for called, mine in by_name.items():
        cells = [_outcomes([v for v in mine if v.out == out]) for out in formats]
        table.add_row(Text(one_line(called)), mine[0].evidence, *cells)
    return table


def _outcomes(verdicts: Sequence[Verdict]) -> Text:
    """All outcomes of one name in one format: a judge may try the same thing twice."""
    found = [Text(v.outcome.value, style=COLOURS[v.outcome]) for v in verdicts]
    return Text("\n").join(found)


def _in_full(verdict: Verdict) -> list[str]:
    lines = str(verdict).splitlines()
    known = verdict.deviation
    if known is not None:
        lines.insert(1, f"  known since {known.noted_on}: {known.what} ({known.reason})")
    return lines


def _cell(one: Filled) -> Text:
    expected = "" if one.expected or one.state is State.HOLDS else " (ought to be refused)"
    proof = f"\n{len(one.names)} shown" if one.state is State.HOLDS else ""
    others: dict[Outcome, int] = {
        outcome: number
        for outcome, number in one.counts.items()
        if outcome not in (Outcome.PASS, Outcome.SKIP)
    }
    counted = f"\n{in_words(others)}" if others else ""
    return Text(f"{one.word}{expected}{proof}{counted}", style=CELLS[one.state])


def _print(console: Console, text: str, style: str = "") -> None:
    # As Text, so that nothing of a foreign answer is taken for markup or obeyed by the terminal.
    console.print(Text(shown(text), style=style), soft_wrap=True)

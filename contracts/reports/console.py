"""Runs in the terminal: a table of what failed, the reasons, a summary, and the matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.checks.matrix import SYSTEMS, TRADES, CellState, MatrixCell, matrix_in_words
from contracts.reports.counts import count_outcomes, describe_result, in_words
from contracts.reports.plaintext import one_line, shown
from contracts.sources import explain_command
from contracts.verdicts import Outcome, Run, Verdict, exit_code

COLOURS: Final = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.WARN: "yellow",
    Outcome.KNOWN: "yellow",
    Outcome.STALE: "bold yellow",
    Outcome.SKIP: "dim",
    Outcome.NOT_EXERCISED: "dim",
    Outcome.DOES_NOT_APPLY: "dim",
    Outcome.UNSUPPORTED: "cyan",
    Outcome.ERROR: "magenta",
}
CELLS: Final = {
    CellState.HOLDS: "green",
    CellState.PARTIAL: "yellow",
    CellState.BROKEN: "red",
    CellState.ONLY_ASSUMED: "yellow",
    CellState.UNSUPPORTED: "cyan",
    CellState.NOT_RUN: "dim",
}
PRINTED: Final = (Outcome.KNOWN, Outcome.STALE, Outcome.WARN, Outcome.FAIL, Outcome.ERROR)
"""Outcomes whose messages are printed below the table; the worst comes last, where people look."""
QUIET: Final = frozenset({Outcome.PASS, Outcome.SKIP})
"""Outcomes that have a row only if everything is listed; skips are summed up by reason."""

SUMMED_UP: Final = {
    Outcome.SKIP: "skipped",
    Outcome.NOT_EXERCISED: "not exercised",
    Outcome.DOES_NOT_APPLY: "not applicable",
}
"""Outcomes that are summed up by reason, and the word for them."""
MAX_REASONS: Final = 12
"""Reasons printed: another seller may have seventy, more than anybody reads."""


def print_table(
    console: Console, name: str, verdicts: Sequence[Verdict], *, everything: bool = True
) -> None:
    """Print a row for each name with its outcome in every format, then what failed, in full.

    Unless ``everything``, a name that passed or was skipped in all its formats has no row, and only
    the most common reasons for skipping are printed.
    """
    listed = {v.name: v for v in verdicts if everything or v.outcome not in QUIET}
    if listed:
        console.print(_table(name, [v for v in verdicts if v.name in listed]))
    for outcome in PRINTED:
        for verdict in verdicts:
            if verdict.outcome is outcome:
                _print(console, "\n".join(_in_full(verdict)), COLOURS[outcome])
    for outcome, word in SUMMED_UP.items():
        reasons = Counter("; ".join(v.messages) for v in verdicts if v.outcome is outcome)
        most = None if everything else MAX_REASONS
        for reason, number in reasons.most_common(most):
            _print(console, f"{number} {word}: {reason or 'no reason was given'}", "dim")
        if rest := reasons.most_common()[most or len(reasons) :]:
            number = sum(number for _, number in rest)
            _print(console, f"{number} {word} for {len(rest)} more reasons (--all)", "dim")
    _print(console, f"{one_line(name)}: {in_words(count_outcomes(verdicts))}")


def print_run(console: Console, run: Run, *, everything: bool = True, strict: bool = False) -> None:
    """Print the table of a run, its remarks, and its result."""
    print_table(console, run.target, run.verdicts, everything=everything)
    for remark in run.remarks:
        _print(console, f"note: {one_line(remark)}")
    code = exit_code(run.verdicts, strict=strict)
    result = one_line(describe_result([run], strict=strict))
    _print(console, f"verify {run.judge}: {result} (exit code {code})")


def print_matrix(console: Console, cells: Iterable[MatrixCell]) -> None:
    """Print the matrix: a row for each reselling system."""
    all_cells = tuple(cells)
    table = Table(title="Reselling system and what it resells")
    table.add_column("system")
    for trade in TRADES:
        table.add_column(trade.value)
    for kind in SYSTEMS:
        row = [each for each in all_cells if each.cell.system == kind.name.lower()]
        table.add_row(kind.value, *(_cell(each) for each in row))
    console.print(table)
    _print(console, f"matrix: {matrix_in_words(all_cells)}")


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
    for verdict_name, group in by_name.items():
        cells = [_outcomes([v for v in group if v.out == out]) for out in formats]
        table.add_row(Text(one_line(verdict_name)), group[0].evidence, *cells)
    return table


def _outcomes(verdicts: Sequence[Verdict]) -> Text:
    """All outcomes of one name in one format: a judge may check the same thing twice."""
    lines = [Text(v.outcome.value, style=COLOURS[v.outcome]) for v in verdicts]
    return Text("\n").join(lines)


def _in_full(verdict: Verdict) -> list[str]:
    head, *messages = str(verdict).splitlines()
    lines = [head]
    if verdict.about:
        lines.append(f"  what has to hold: {verdict.about}")
    if verdict.cost:
        lines.append(f"  what a mistake costs: {verdict.cost}")
    if verdict.source:
        lines.append(f"  known from: {verdict.source}")
    if command := explain_command(verdict.source):
        lines.append(f"  to read it: {command}")
    deviation = verdict.deviation
    if deviation is not None:
        reason = f"{deviation.what} ({deviation.reason})"
        lines.append(f"  known since {deviation.noted_on}: {reason}")
    return lines + messages


def _cell(cell: MatrixCell) -> Text:
    holds = cell.state in (CellState.HOLDS, CellState.PARTIAL)
    expected = "" if cell.expected or holds else " (should be refused)"
    proof = f"\n{len(cell.names)} shown" if holds else ""
    count, total = cell.extent
    run = f"\n{count} of {total} run" if total else ""
    others: dict[Outcome, int] = {
        outcome: number
        for outcome, number in cell.counts.items()
        if outcome not in (Outcome.PASS, Outcome.SKIP)
    }
    counted = f"\n{in_words(others)}" if others else ""
    return Text(f"{cell.word}{expected}{proof}{run}{counted}", style=CELLS[cell.state])


def _print(console: Console, text: str, style: str = "") -> None:
    # As Text: an answer must not be interpreted as markup or control the terminal.
    console.print(Text(shown(text), style=style), soft_wrap=True)

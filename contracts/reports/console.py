"""Runs in the terminal: a table of what failed, the reasons, a summary, and the matrix.

A table that does not fit, so that it would break words, is printed as lines instead.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from contracts.checks.matrix import SYSTEMS, TRADES, CellState, MatrixCell, matrix_in_words
from contracts.reports.counts import WORST_FIRST, count_outcomes, describe_result, in_words
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
MIN_WIDTH: Final = 20
"""Columns that lines are wrapped at, at least: a terminal may say that it has none."""
_NO_BREAK: Final = "\u00a0"
MAX_REASONS: Final = 12
"""Reasons printed: another seller may have seventy, more than anybody reads."""


MAX_LINES: Final = 40
"""Lines printed of how to repeat one verdict: a walk through a life has hundreds."""


def print_table(
    console: Console, name: str, verdicts: Sequence[Verdict], *, everything: bool = True
) -> None:
    """Print each name with its outcome in every format, then what failed, in full.

    Unless ``everything``, a name that passed or was skipped in all its formats has no row, and only
    the most common reasons for skipping are printed.
    """
    listed = {v.name: v for v in verdicts if everything or v.outcome not in QUIET}
    if listed:
        _print_outcomes(console, name, [v for v in verdicts if v.name in listed])
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


def _print_outcomes(console: Console, name: str, verdicts: Sequence[Verdict]) -> None:
    """Print a table, or lines where the width would break words of it."""
    title = f"Verdicts on {one_line(name)}"
    formats = tuple(dict.fromkeys(verdict.out for verdict in verdicts))
    by_name: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_name.setdefault(verdict.name, []).append(verdict)
    if _least_width(by_name, formats) <= console.width:
        console.print(_table(title, by_name, formats))
        return
    _print(console, title, "italic")
    for verdict_name, group in by_name.items():
        _print(console, f"{one_line(verdict_name)} ({group[0].evidence})")
        for line in _lines(group, console.width):
            console.print(line, soft_wrap=True)


def _least_width(by_name: Mapping[str, Sequence[Verdict]], formats: Iterable[str]) -> int:
    """The width of a table in which names are whole and nothing breaks but between words."""
    names = max(cell_len(one_line(name)) for name in by_name)
    evidence = max(cell_len(v.evidence) for group in by_name.values() for v in group)
    columns = [names, max(evidence, len("evidence"))]
    for out in formats:
        texts = [v.outcome.value for group in by_name.values() for v in group if v.out == out]
        words = " ".join((one_line(out), *texts)).split()
        columns.append(max(map(cell_len, words)))
    return sum(columns) + 3 * len(columns) + 1


def _table(title: str, by_name: Mapping[str, Sequence[Verdict]], formats: Sequence[str]) -> Table:
    table = Table(title=Text(title))
    table.add_column("name", no_wrap=True)
    table.add_column("evidence", no_wrap=True)
    for out in formats:
        table.add_column(Text(one_line(out)))
    for verdict_name, group in by_name.items():
        cells = [_outcomes([v for v in group if v.out == out]) for out in formats]
        table.add_row(Text(one_line(verdict_name)), group[0].evidence, *cells)
    return table


def _outcomes(verdicts: Sequence[Verdict]) -> Text:
    """All outcomes of one name in one format: a judge may check the same thing twice."""
    lines = [Text(v.outcome.value, style=COLOURS[v.outcome]) for v in verdicts]
    return Text("\n").join(lines)


def _lines(verdicts: Sequence[Verdict], width: int) -> Iterator[Text]:
    """The outcomes of one name, a line for each: the formats that have it, the worst first."""
    for outcome in WORST_FIRST:
        outs = Counter(one_line(v.out) for v in verdicts if v.outcome is outcome)
        if not outs:
            continue
        listed = (out if number == 1 else f"{out} ({number})" for out, number in outs.items())
        # A no-break space keeps the words of one format in one line.
        text = f"{outcome.value}: {', '.join(out.replace(' ', _NO_BREAK) for out in listed)}"
        wrapped = textwrap.wrap(
            text,
            max(width, MIN_WIDTH),
            initial_indent="  ",
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        line = Text("\n".join(wrapped).replace(_NO_BREAK, " "))
        line.stylize(COLOURS[outcome], 2, 2 + len(outcome.value))
        yield line


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
    return [*lines, *messages, *_repeat(verdict)]


def _repeat(verdict: Verdict) -> list[str]:
    """How to see it again: all lines, or the first and the last ones where there are many."""
    lines, left = list(verdict.repeat), len(verdict.repeat) - MAX_LINES
    if left > 0:
        rest = f"# {left} more lines before these: --html and --save write all of them"
        lines = [*lines[:2], rest, *lines[left + 2 :]]
    return ["  to repeat it:", *(f"    {line}" for line in lines)] if lines else []


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

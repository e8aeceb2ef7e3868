"""A run as tables for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.benchmarks.goals import Figures


def show(figures: Figures, console: Console) -> None:
    """Prints what was measured, and the goals beside it."""
    machine = figures["machine"]
    console.print(
        f"{machine['cores']} cores, load average {machine['load_average']} before, "
        f"Python {machine['python']}; load by {figures['generator']}",
        highlight=False,
    )
    for missing in figures["left_out"]:
        console.print(f"left out: {missing}", highlight=False)
    if figures.get("load"):
        _show_load(figures, console)
    if figures.get("worlds"):
        _rows(MANY_WORLDS, figures["worlds"], COLUMNS, console)
    if figures.get("sizes"):
        columns = ("call", "licenses", "p50_ms", "of_smallest")
        _rows("p50, 1 connection", figures["sizes"], columns, console)
    _show_rest(figures, console)
    _show_goals(figures, console)


COLUMNS = ("subject", "connections", "rate", "p50_ms", "p99_ms", "longest_ms", "wrong")
MANY_WORLDS = "as many clients in one world, and in as many worlds"


def _show_load(figures: Figures, console: Console) -> None:
    _rows("answers a second (rate), medians of rounds", figures["load"], COLUMNS, console)
    compared = ("subject", "other", "connections", "ratio")
    _rows("ratios of rates, medians of the ratios of rounds", figures["ratios"], compared, console)


def _rows(
    title: str, rows: list[dict[str, object]], columns: tuple[str, ...], console: Console
) -> None:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name.replace("_", " "), justify="left" if name in TEXTS else "right")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in columns))
    console.print(table)


TEXTS = {"subject", "other", "call", "what"}


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _show_rest(figures: Figures, console: Console) -> None:
    table = Table("what", "figure", title="the rest", title_justify="left")
    for name in ("start_s", "fixture_ms", "verify_own_s", "worlds_memory_mb"):
        if name in figures:
            table.add_row(name.replace("_", " "), _cell(figures[name]))
    for part in ("memory", "calls_us", "actions", "clock", "pages_ms"):
        for name, value in figures.get(part, {}).items():
            table.add_row(f"{part.replace('_', ' ')}: {name.replace('_', ' ')}", _cell(value))
    if table.row_count:
        console.print(table)


def _show_goals(figures: Figures, console: Console) -> None:
    table = Table("goal", "limit", "value", "", title="goals", title_justify="left")
    for row in figures["goals"]:
        limit = f"{'≥' if row['at_least'] else '≤'} {row['limit']:g}"
        value = "not measured" if row["value"] is None else _cell(row["value"])
        reached = {True: "reached", False: "[bold]missed[/bold]", None: ""}[row["reached"]]
        table.add_row(row["goal"], limit, value, reached)
    console.print(table)

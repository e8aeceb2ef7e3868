"""Shows a count as a table, as lists of what is missing, and as a gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from contracts.coverage.counting import CoverageCount
from contracts.record.levels import level_of
from emulator.app import create_registry
from emulator.openapi import PARTS, Share

ALL: Final = "all"
GATES: Final = (ALL, *PARTS)
"""Parts that a threshold can be about: all points together, or those of one part."""


@dataclass(frozen=True, slots=True)
class CoverageSelection:
    """The families and functions that shares are computed for; all where none is named."""

    families: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()

    def at(self, level: str) -> CoverageSelection:
        """The selection, restricted to functions of a level, one of `contracts.record.levels`.

        Raises ValueError where none of the functions is of that level.
        """
        names = [function.name for function in create_registry()]
        named = tuple(
            name
            for name in names
            if level_of(name) == level and (not self.functions or name in self.functions)
        )
        if not named:
            raise ValueError(f"none of these functions is of the level {level}")
        return CoverageSelection(self.families, named)


def compute_shares(counted: CoverageCount, chosen: CoverageSelection) -> dict[str, Share]:
    """The share of each part that was exercised, by part, and of all parts under ``all``."""
    return counted.coverage.shares(*chosen.families, functions=chosen.functions)


def as_dict(counted: CoverageCount, chosen: CoverageSelection) -> dict[str, Any]:
    """For JSON: all counts, and under ``chosen`` the shares that a gate compares."""
    shares_of = compute_shares(counted, chosen)
    return {
        **counted.coverage.as_dict(),
        "chosen": {
            "families": list(chosen.families),
            "functions": list(chosen.functions),
            "shares": {
                part: {
                    "exercised": share.exercised,
                    "declared": share.declared,
                    "percent": share.percent,
                }
                for part, share in shares_of.items()
            },
        },
        "notes": list(counted.notes),
        "is_whole": counted.is_whole,
    }


def show(
    console: Console, counted: CoverageCount, chosen: CoverageSelection, *, missing: bool
) -> None:
    """Prints a row for each family that was called, the total, formats and login styles."""
    table = Table(title="What of the API was exercised", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("family", *PARTS, ALL):
        table.add_column(heading, justify="left" if heading == "family" else "right")
    families = counted.coverage.as_dict()["families"]
    listed = [name for name in families if not chosen.families or name in chosen.families]
    silent = []
    for name in listed:
        shares_of = counted.coverage.shares(name, functions=chosen.functions)
        if not shares_of["functions"].declared:
            continue
        if shares_of["functions"].exercised:
            table.add_row(name, *(_cell(share) for share in shares_of.values()))
        else:
            silent.append(name)
    table.add_section()
    table.add_row("together", *(_cell(share) for share in compute_shares(counted, chosen).values()))
    console.print(table)
    for line in (*_lines(counted, silent), *(list_gaps(counted, chosen) if missing else ())):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _cell(share: Share) -> str:
    return f"{share.exercised}/{share.declared}  {share.percent:g}%"


def _lines(counted: CoverageCount, silent: Sequence[str]) -> Iterator[str]:
    coverage = counted.coverage
    yield f"calls: {coverage.calls}"
    for name, counter in (
        ("formats", coverage.formats),
        ("logins", coverage.logins),
        ("refused as any call may be", coverage.refusals),
        ("asked for and not declared", coverage.unknown),
        ("refused as not declared", coverage.undeclared),
    ):
        if counter:
            yield f"{name}: {', '.join(f'{value} {n}' for value, n in sorted(counter.items()))}"
    if silent:
        yield f"never called: {', '.join(silent)}"
    yield from (f"note: {note}" for note in counted.notes)


def list_gaps(counted: CoverageCount, chosen: CoverageSelection) -> Iterator[str]:
    """What was not exercised: a line for each function and part, one for uncalled functions."""
    never: list[str] = []
    for name in counted.coverage.points:
        if (
            compute_shares(counted, CoverageSelection(chosen.families, (name,)))["all"].declared
            == 0
        ):
            continue
        if chosen.functions and name not in chosen.functions:
            continue
        missing = counted.coverage.missing(name)
        if "functions" in missing:
            never.append(name)
            continue
        for part, points in missing.items():
            yield f"missing: {name} {part}: {', '.join(points)}"
    if never:
        yield f"missing: functions: {', '.join(never)}"


def check_gate(
    counted: CoverageCount, chosen: CoverageSelection, least: float, parts: Sequence[str]
) -> list[str]:
    """The parts below the threshold, one line each; empty where the gate is passed.

    Nothing of nothing passes no gate, and neither does a suite that called nothing.
    """
    reached = compute_shares(counted, chosen)
    names = "" if counted.is_whole else ", as far as it is known"
    short = []
    for part in parts or (ALL,):
        share = reached[part]
        if not share.declared:
            short.append(f"{part}: nothing of that is declared, so nothing can be counted")
        elif not counted.coverage.calls:
            short.append(f"{part}: nothing was called")
        elif share.percent < least:
            short.append(
                f"{part}: {share.percent:g}% ({share.exercised} of {share.declared}) is less than "
                f"{least:g}%{names}"
            )
    return short

"""A count as tables, as lists of what is missing, and as a gate."""

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
"""What a threshold can be about: all points together, or those of one part."""


@dataclass(frozen=True, slots=True)
class CoverageSelection:
    """Of what the shares are told; everything where nothing is named."""

    families: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()

    def at(self, level: str) -> CoverageSelection:
        """The same, only functions of a level: ``core`` is what several clients call."""
        known = [function.name for function in create_registry()]
        named = tuple(
            one
            for one in known
            if level_of(one) == level and (not self.functions or one in self.functions)
        )
        return CoverageSelection(self.families, named)


def shares(counted: CoverageCount, chosen: CoverageSelection) -> dict[str, Share]:
    """The share of each part among what was chosen, and of all."""
    return counted.coverage.shares(*chosen.families, functions=chosen.functions)


def told(counted: CoverageCount, chosen: CoverageSelection) -> dict[str, Any]:
    """For JSON: all counts, and ``chosen`` with the shares that a gate looks at."""
    found = shares(counted, chosen)
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
                for part, share in found.items()
            },
        },
        "notes": list(counted.notes),
        "is_whole": counted.is_whole,
    }


def show(
    console: Console, counted: CoverageCount, chosen: CoverageSelection, *, missing: bool
) -> None:
    """A row for each family that was called, the total, and how it was asked."""
    table = Table(title="What of the API was exercised", box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("family", *PARTS, ALL):
        table.add_column(heading, justify="left" if heading == "family" else "right")
    families = counted.coverage.as_dict()["families"]
    listed = [name for name in families if not chosen.families or name in chosen.families]
    silent = []
    for name in listed:
        found = counted.coverage.shares(name, functions=chosen.functions)
        if not found["functions"].declared:
            continue
        if found["functions"].exercised:
            table.add_row(name, *(_cell(share) for share in found.values()))
        else:
            silent.append(name)
    table.add_section()
    table.add_row("together", *(_cell(share) for share in shares(counted, chosen).values()))
    console.print(table)
    for line in (*_lines(counted, silent), *(gaps(counted, chosen) if missing else ())):
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
            yield f"{name}: {', '.join(f'{one} {n}' for one, n in sorted(counter.items()))}"
    if silent:
        yield f"never called: {', '.join(silent)}"
    yield from (f"note: {note}" for note in counted.notes)


def gaps(counted: CoverageCount, chosen: CoverageSelection) -> Iterator[str]:
    """What was not exercised: a line for each function and part; functions never called in one."""
    never: list[str] = []
    for name in counted.coverage.points:
        if shares(counted, CoverageSelection(chosen.families, (name,)))["all"].declared == 0:
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


def gate(
    counted: CoverageCount, chosen: CoverageSelection, least: float, parts: Sequence[str]
) -> list[str]:
    """Which parts stay under the threshold, one line each; empty where the gate is passed."""
    found = shares(counted, chosen)
    short = [(part, found[part]) for part in parts or (ALL,) if found[part].percent < least]
    known = "" if counted.is_whole else ", as far as it is known"
    return [
        f"{part}: {share.percent:g}% ({share.exercised} of {share.declared}) is less than "
        f"{least:g}%{known}"
        for part, share in short
    ]

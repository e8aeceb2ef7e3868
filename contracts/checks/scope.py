"""What a judge has to judge altogether, so that a part of it is not taken for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.verdicts import Cell, Extent, Outcome, Verdict

NOT_RUN: Final = frozenset({Outcome.SKIP, Outcome.ERROR})
"""Outcomes of what was not run, or not to its end."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that a judge has, by name, with the cells of the matrix that each is about.

    ``unit`` is what is counted, in the plural: lessons. A verdict belongs to the name that it has,
    or that its name continues after a ``/``.
    """

    unit: str
    names: Mapping[str, frozenset[Cell]]

    def measure(self, verdicts: Iterable[Verdict]) -> Extent:
        """How much of it the verdicts show: what has one, and none that says it was not run."""
        by_name: dict[str, list[Verdict]] = {}
        for verdict in verdicts:
            name = verdict.name
            while name and name not in self.names:
                name = name.rpartition("/")[0]
            if name:
                by_name.setdefault(name, []).append(verdict)
        cells: dict[Cell, tuple[int, int]] = {}
        for name, about in self.names.items():
            for cell in about:
                count, total = cells.get(cell, (0, 0))
                of_cell = [each for each in by_name.get(name, ()) if cell in each.cells]
                cells[cell] = (count + _is_run(of_cell), total + 1)
        return Extent(self.unit, sum(map(_is_run, by_name.values())), len(self.names), cells)


MakeScope = Callable[[], Scope]


def without_cells(unit: str, names: Iterable[str]) -> Scope:
    """The scope of a judge that says nothing about the matrix."""
    return Scope(unit, dict.fromkeys(names, frozenset()))


def _is_run(verdicts: list[Verdict]) -> bool:
    return bool(verdicts) and not any(each.outcome in NOT_RUN for each in verdicts)

"""The matrix *reselling system by services, modules, licenses*: filled by verdicts only.

What is expected is the vendor's table (``reseller_client.resellers.MATRIX``). A cell that
says yes holds once something was shown to work and nothing was shown not to; a cell that says no
holds once the refusal was shown. Verdicts that are only assumed show nothing.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from contracts.verdicts import ASSUMED, EVIDENCE, Cell, Outcome, Run, Verdict
from reseller_client.resellers import MATRIX, Kind, Trade

SYSTEMS: Final = (Kind.BILLMANAGER, Kind.CUSTOM, Kind.WHMCS)
TRADES: Final = (Trade.SERVICES, Trade.MODULES, Trade.LICENSES)
EXPECTED: Final[Mapping[Cell, bool]] = {
    Cell(kind.name.lower(), trade.value): trade in MATRIX[kind]
    for kind in SYSTEMS
    for trade in TRADES
}
"""Every cell in the order of rows, and whether the system can resell that."""
POSITIVE: Final = frozenset({Outcome.PASS, Outcome.STALE})
"""Outcomes in favour of a cell."""
GRADES: Final = frozenset(EVIDENCE) - {ASSUMED}


class CellState(enum.Enum):
    """What the verdicts show of a cell."""

    HOLDS = "holds"
    PARTIAL = "holds in part"
    """What was run holds, and not everything about it was run."""
    BROKEN = "does not hold"
    ONLY_ASSUMED = "only assumed"
    """It passed or warned, but every verdict rests on an assumption: not filled."""
    UNSUPPORTED = "unsupported"
    NOT_RUN = "not run"
    """Nothing was judged, or what it needs could not be prepared."""


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell: what is ``expected`` and what was shown (``state``).

    ``proof``: the verdicts that decide the state. ``counts``: of all verdicts about the cell.
    ``extent``: how much about it was run, of how much there is; zeros where that is not known.
    """

    cell: Cell
    expected: bool
    state: CellState
    proof: tuple[Verdict, ...]
    counts: Mapping[Outcome, int]
    extent: tuple[int, int] = (0, 0)

    @property
    def word(self) -> str:
        """The state in words; where the cell says no, it holds if the refusal was shown."""
        if self.state is CellState.HOLDS and not self.expected:
            return "refused, as it should be"
        return self.state.value

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the verdicts that prove it, each once."""
        return tuple(dict.fromkeys(verdict.name for verdict in self.proof))


def fill_matrix(verdicts: Iterable[Verdict]) -> tuple[MatrixCell, ...]:
    """Every cell, in the order of rows: billmanager, custom, whmcs; services, modules, licenses.

    Raises KeyError for a verdict of a cell that the vendor's table does not have.
    """
    by_cell: dict[Cell, list[Verdict]] = {cell: [] for cell in EXPECTED}
    for verdict in verdicts:
        for cell in verdict.cells:
            by_cell[cell].append(verdict)
    return tuple(_decide(cell, verdicts) for cell, verdicts in by_cell.items())


def fill_from_runs(runs: Iterable[Run]) -> tuple[MatrixCell, ...]:
    """The cells as `fill_matrix` fills them; one of which a part was not run holds in part."""
    collected = tuple(runs)
    return tuple(
        _limit_to_extent(each, [run.extent.cells for run in collected if run.extent])
        for each in fill_matrix(verdict for run in collected for verdict in run.verdicts)
    )


def _limit_to_extent(cell: MatrixCell, extents: list[Mapping[Cell, tuple[int, int]]]) -> MatrixCell:
    numbers = [extent[cell.cell] for extent in extents if cell.cell in extent]
    count, total = sum(run for run, _ in numbers), sum(of for _, of in numbers)
    is_partial = cell.state is CellState.HOLDS and count < total
    state = CellState.PARTIAL if is_partial else cell.state
    return replace(cell, state=state, extent=(count, total))


def _decide(cell: Cell, verdicts: list[Verdict]) -> MatrixCell:
    """The worst counts first: a cell with a failure is broken, whatever else passed."""

    def with_outcome(*outcomes: Outcome) -> list[Verdict]:
        return [verdict for verdict in verdicts if verdict.outcome in outcomes]

    positive = with_outcome(*POSITIVE)
    candidates = (
        (CellState.BROKEN, with_outcome(Outcome.FAIL)),
        (CellState.NOT_RUN, with_outcome(Outcome.ERROR)),
        (CellState.HOLDS, [verdict for verdict in positive if verdict.evidence in GRADES]),
        (CellState.BROKEN, with_outcome(Outcome.KNOWN)),
        (CellState.ONLY_ASSUMED, [*positive, *with_outcome(Outcome.WARN)]),
        (CellState.UNSUPPORTED, with_outcome(Outcome.UNSUPPORTED)),
    )
    state, proof = next((each for each in candidates if each[1]), (CellState.NOT_RUN, []))
    counts = Counter(verdict.outcome for verdict in verdicts)
    return MatrixCell(cell, EXPECTED[cell], state, tuple(proof), counts)


def count_holding(cells: Iterable[MatrixCell]) -> tuple[int, int]:
    """How many cells hold, and how many there are."""
    states = [cell.state for cell in cells]
    return states.count(CellState.HOLDS), len(states)


def matrix_in_words(cells: Iterable[MatrixCell]) -> str:
    """As ``3 of 9 cells hold, 2 in part``."""
    all_cells = tuple(cells)
    holding, total = count_holding(all_cells)
    partial = [cell.state for cell in all_cells].count(CellState.PARTIAL)
    return f"{holding} of {total} cells hold" + (f", {partial} in part" if partial else "")

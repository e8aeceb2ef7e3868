"""The matrix *reselling system by services, modules, licenses*: filled only by what was run.

What ought to stand in it is the vendor's table (``reseller_client.resellers.MATRIX``). A cell that
says yes holds once something of it was shown to work, and nothing of it was shown not to; a cell
that says no holds once the refusal was shown. What is only assumed shows nothing.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.verdicts import ASSUMED, EVIDENCE, Cell, Outcome, Verdict
from reseller_client.resellers import MATRIX, Kind, Trade

SYSTEMS: Final = (Kind.BILLMANAGER, Kind.CUSTOM, Kind.WHMCS)
TRADES: Final = (Trade.SERVICES, Trade.MODULES, Trade.LICENSES)
EXPECTED: Final[Mapping[Cell, bool]] = {
    Cell(kind.name.lower(), trade.value): trade in MATRIX[kind]
    for kind in SYSTEMS
    for trade in TRADES
}
"""Every cell in the order of rows, and whether that system can resell that."""
SHOWN: Final = frozenset({Outcome.PASS, Outcome.STALE})
"""Outcomes that speak for a cell."""
GRADES: Final = frozenset(EVIDENCE) - {ASSUMED}


class State(enum.Enum):
    """What was shown of a cell."""

    HOLDS = "holds"
    BROKEN = "does not hold"
    ONLY_ASSUMED = "only assumed"
    """It passed, or warned, but nothing of it stands on more than an assumption: not filled."""
    UNSUPPORTED = "unsupported"
    NOT_RUN = "not run"
    """Nothing was asked, or what had to be there first could not be prepared."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One cell: what ought to be (``expected``), what was shown, and by which verdicts.

    ``proof`` are the verdicts that decide the state; ``counts`` all that speak of the cell.
    """

    cell: Cell
    expected: bool
    state: State
    proof: tuple[Verdict, ...]
    counts: Mapping[Outcome, int]

    @property
    def word(self) -> str:
        """The state in words; where the cell says no, holding means that it is refused."""
        if self.state is State.HOLDS and not self.expected:
            return "refused, as it should be"
        return self.state.value

    @property
    def names(self) -> tuple[str, ...]:
        """What proves it, each name once."""
        return tuple(dict.fromkeys(verdict.name for verdict in self.proof))


def matrix(verdicts: Iterable[Verdict]) -> tuple[Filled, ...]:
    """Every cell, in the order of rows: billmanager, custom, whmcs; services, modules, licenses.

    Verdicts of cells that the vendor's table does not have are a mistake of the judge: KeyError.
    """
    spoken: dict[Cell, list[Verdict]] = {cell: [] for cell in EXPECTED}
    for verdict in verdicts:
        for cell in verdict.cells:
            spoken[cell].append(verdict)
    return tuple(_filled(cell, said) for cell, said in spoken.items())


def _filled(cell: Cell, said: list[Verdict]) -> Filled:
    state, proof = _decided(said)
    counts = Counter(verdict.outcome for verdict in said)
    return Filled(cell, EXPECTED[cell], state, tuple(proof), counts)


def _decided(said: list[Verdict]) -> tuple[State, list[Verdict]]:
    """The worst counts first: a cell with a failure is broken, whatever else passed."""

    def of(*outcomes: Outcome) -> list[Verdict]:
        return [verdict for verdict in said if verdict.outcome in outcomes]

    spoke = of(*SHOWN)
    found = (
        (State.BROKEN, of(Outcome.FAIL)),
        (State.NOT_RUN, of(Outcome.ERROR)),
        (State.HOLDS, [verdict for verdict in spoke if verdict.evidence in GRADES]),
        (State.BROKEN, of(Outcome.KNOWN)),
        (State.ONLY_ASSUMED, [*spoke, *of(Outcome.WARN)]),
        (State.UNSUPPORTED, of(Outcome.UNSUPPORTED)),
    )
    return next(((state, proof) for state, proof in found if proof), (State.NOT_RUN, []))


def filled(cells: Iterable[Filled]) -> tuple[int, int]:
    """How many cells hold, and of how many."""
    states = [cell.state for cell in cells]
    return states.count(State.HOLDS), len(states)

"""Counts the service states and transitions that walks through lives of services reached.

The states are those of the wire (docs/trade.md section 10): 1 ordered, 2 active, 3 suspended,
4 deleted, 5 processing. 0 stands for a service that does not exist yet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from rich.table import Table

NEW, ORDERED, ACTIVE, SUSPENDED, DELETED, PROCESSING = range(6)
STATES: Final = (ORDERED, ACTIVE, SUSPENDED, DELETED, PROCESSING)
ALLOWED: Final[Mapping[int, frozenset[int]]] = MappingProxyType(
    {
        NEW: frozenset({ORDERED, ACTIVE, PROCESSING}),
        ORDERED: frozenset({ACTIVE, PROCESSING, DELETED}),
        PROCESSING: frozenset({ACTIVE, SUSPENDED, DELETED}),
        ACTIVE: frozenset({SUSPENDED, DELETED, PROCESSING}),
        SUSPENDED: frozenset({ACTIVE, DELETED, PROCESSING}),
        DELETED: frozenset(),
    }
)
"""The states that may follow each state; none follows deletion."""


@dataclass(slots=True)
class StateCoverage:
    """States, and counts of transitions, by product type; ``steps`` counts calls by function.

    A call that was refused is counted as ``soft.edit refused``.
    """

    states: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    transitions: defaultdict[str, Counter[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    steps: Counter[str] = field(default_factory=Counter)

    def add_transition(self, product: str, before: int, after: int) -> bool:
        """Counts the state of a service after a step; returns whether the transition is allowed."""
        self.states[product].add(after)
        if before == after:
            return True
        self.transitions[product][before, after] += 1
        return after in ALLOWED[before]

    @property
    def numbers(self) -> dict[str, int]:
        """How many product types, states, transitions and steps there are altogether."""
        return {
            "products": len(self.states),
            "states": sum(len(states) for states in self.states.values()),
            "transitions": sum(len(counts) for counts in self.transitions.values()),
            "steps": sum(self.steps.values()),
        }

    def as_dict(self) -> dict[str, object]:
        """For JSON: ``numbers``, ``states``, ``transitions`` and ``steps``."""
        return {
            "numbers": self.numbers,
            "states": {product: sorted(states) for product, states in sorted(self.states.items())},
            "transitions": {
                product: {f"{a}-{b}": count for (a, b), count in sorted(counts.items())}
                for product, counts in sorted(self.transitions.items())
            },
            "steps": dict(sorted(self.steps.items())),
        }

    def as_table(self) -> Table:
        """A row for each product type: its states, and how often each transition was made."""
        table = Table(title="Lives of services: states and transitions reached")
        for heading in ("product", "states", "transitions"):
            table.add_column(heading)
        for product in sorted(self.states):
            states = " ".join(str(s) if s in self.states[product] else "·" for s in STATES)
            counts = sorted(self.transitions[product].items())
            table.add_row(product, states, ", ".join(f"{a}→{b} ×{n}" for (a, b), n in counts))
        return table

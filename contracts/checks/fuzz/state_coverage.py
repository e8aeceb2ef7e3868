"""What a run through the lives of services reached: states, and ways from one to another.

The states are those of the wire (docs/trade.md section 10): 1 ordered, 2 active, 3 suspended,
4 deleted, 5 processing. 0 stands for what is not there yet.
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
"""From a state to the next; nothing leads out of deletion."""


@dataclass(slots=True)
class StateCoverage:
    """Counts by product type."""

    states: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    ways: defaultdict[str, Counter[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    steps: Counter[str] = field(default_factory=Counter)
    """How often each function was carried out, and how often refused (``soft.edit refused``)."""

    def went(self, product: str, before: int, after: int) -> bool:
        """Notes where a service stands now; whether the way there is allowed."""
        self.states[product].add(after)
        if before == after:
            return True
        self.ways[product][before, after] += 1
        return after in ALLOWED[before]

    @property
    def numbers(self) -> dict[str, int]:
        """How many states, ways and steps, of all product types together."""
        return {
            "products": len(self.states),
            "states": sum(len(states) for states in self.states.values()),
            "transitions": sum(len(ways) for ways in self.ways.values()),
            "steps": sum(self.steps.values()),
        }

    def told(self) -> dict[str, object]:
        """For JSON."""
        return {
            "numbers": self.numbers,
            "states": {product: sorted(states) for product, states in sorted(self.states.items())},
            "transitions": {
                product: {f"{a}-{b}": count for (a, b), count in sorted(ways.items())}
                for product, ways in sorted(self.ways.items())
            },
            "steps": dict(sorted(self.steps.items())),
        }

    def table(self) -> Table:
        """A row for each product type: its states, and how often each way was gone."""
        table = Table(title="Lives of services: states and transitions reached")
        for heading in ("product", "states", "transitions"):
            table.add_column(heading)
        for product in sorted(self.states):
            states = " ".join(str(s) if s in self.states[product] else "·" for s in STATES)
            ways = ", ".join(f"{a}→{b} ×{n}" for (a, b), n in sorted(self.ways[product].items()))
            table.add_row(product, states, ways)
        return table

"""What the figures are to be, and whether a run reached it. A run never fails because of a goal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
"""The results of a run, as in the file of ``--json``."""

RATIOS: Mapping[tuple[str, str], Mapping[int, float]] = {
    ("read", "bare Flask"): {1: 0.65, 16: 0.55},
    ("order", "Flask + insert"): {1: 0.60, 16: 0.55},
    ("read", "ministack GetItem"): {1: 1.5, 16: 1.5},
    ("order", "ministack PutItem"): {1: 1.2, 16: 1.2},
    ("read", "moto GetItem"): {},
    ("order", "moto PutItem"): {},
    ("bare Flask", "bare WSGI"): {},
}
"""Ratios of requests a second that are printed, with the least that each is to be."""
SMOOTH = ("read", "list", "order", "prolong")
"""Calls that are to be answered without pauses. The export is long, and nobody asks it often."""
BUSY = 16


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit of one figure; ``value`` raises LookupError where that was not measured."""

    name: str
    limit: float
    value: Callable[[Figures], float]
    at_least: bool = False

    def as_dict(self, figures: Figures) -> dict[str, object]:
        """For JSON: ``value`` and ``reached`` are null where the figure was not measured."""
        row: dict[str, object] = {
            "goal": self.name, "limit": self.limit, "at_least": self.at_least,
            "value": None, "reached": None,
        }  # fmt: skip
        try:
            value = self.value(figures)
        except LookupError:
            return row
        reached = value >= self.limit if self.at_least else value <= self.limit
        return {**row, "value": round(value, 3), "reached": reached}


def check(figures: Figures) -> list[dict[str, object]]:
    """Every goal with its figure."""
    return [goal.as_dict(figures) for goal in _goals()]


def _goals() -> list[Goal]:
    ratios = [
        Goal(f"{ours} / {other}, {count} conn.", least, _ratio(ours, other, count), at_least=True)
        for (ours, other), limits in RATIOS.items()
        for count, least in limits.items()
    ]
    sizes = [
        Goal(f"p50 of {call}: 100,000 / 100 licenses", 1.2, _growth(call))
        for call in ("read", "list", "order")
    ]
    pauses = [
        Goal(f"{title} ms of {call}, {BUSY} conn.", limit, _busy(call, column))
        for column, title, limit in (("p99_ms", "p99", 30), ("longest_ms", "longest", 100))
        for call in SMOOTH
    ]
    return [
        *ratios,
        *pauses,
        *sizes,
        Goal("reset ms of 10,000 services over HTTP", 10, lambda f: _get(f, "actions", "reset_ms")),
        Goal("ms of the slowest page of the console", 100, lambda f: max(f["pages_ms"].values())),
        Goal("MB of a worker after many calls", 70, lambda f: _get(f, "memory", "after_mb")),
        Goal("fixture seller, ms a test", 5, lambda f: _get(f, "fixture_ms")),
    ]


def _get(figures: Figures, *path: str) -> float:
    value: Any = figures
    for name in path:
        value = value[name]
    if value is None:
        raise LookupError(path)
    return float(value)


def _ratio(ours: str, other: str, connections: int) -> Callable[[Figures], float]:
    def value(figures: Figures) -> float:
        for row in figures["ratios"]:
            if (row["subject"], row["other"], row["connections"]) == (ours, other, connections):
                return float(row["ratio"])
        raise LookupError(ours)

    return value


def _busy(call: str, column: str) -> Callable[[Figures], float]:
    def value(figures: Figures) -> float:
        for row in figures["load"]:
            if (row["subject"], row["connections"]) == (call, BUSY):
                return float(row[column])
        raise LookupError(call)

    return value


def _growth(call: str) -> Callable[[Figures], float]:
    def value(figures: Figures) -> float:
        for row in figures["sizes"]:
            if (row["call"], row["licenses"]) == (call, 100_000):
                return float(row["of_smallest"])
        raise LookupError(call)

    return value

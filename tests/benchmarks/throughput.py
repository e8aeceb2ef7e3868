"""Calls under load: every round runs each subject once, so that ratios are of the same minutes."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.benchmarks.load import Generator, Result, run_python
from tests.benchmarks.subjects import Subject

CONNECTIONS = (1, 16)
WARM_UP = 0.3
SPACING = 1000
"""Numbers left between two runs, for requests that were sent and not answered."""


@dataclass(slots=True)
class Series:
    """The results of one subject at a number of connections, one a round."""

    results: list[Result] = field(default_factory=list)

    def median(self, column: str) -> float:
        """The median of a column over the rounds."""
        return float(statistics.median(getattr(result, column) for result in self.results))

    def as_dict(self) -> dict[str, float]:
        """For JSON: medians of rounds; the longest answer and wrong ones of all rounds."""
        return {
            "rate": round(self.median("rate"), 1),
            "p50_ms": round(self.median("p50_ms"), 3),
            "p99_ms": round(self.median("p99_ms"), 3),
            "longest_ms": round(max(result.longest_ms for result in self.results), 3),
            "wrong": sum(result.wrong for result in self.results),
            "calls": sum(result.calls for result in self.results),
        }


Table = Mapping[tuple[str, int], Series]
"""Series by the name of the subject and the number of connections."""


def measure(
    subjects: Iterable[Subject],
    ports: Mapping[str, int],
    generator: Generator,
    *,
    rounds: int,
    seconds: float,
    until: float,
    connections: Iterable[int] = CONNECTIONS,
) -> Table:
    """Runs every subject at every number of connections in every round, after a warm-up.

    No round but the first begins after ``until`` of `time.perf_counter`.
    """
    subjects = list(subjects)
    numbers: defaultdict[str, int] = defaultdict(int)
    table: defaultdict[tuple[str, int], Series] = defaultdict(Series)

    def run(load: Generator, subject: Subject, count: int, duration: float) -> Result:
        port, begin = ports[subject.server], numbers[subject.name]
        result = load(port, subject.call, count, duration, begin)
        numbers[subject.name] = begin + result.calls + SPACING
        return result

    for subject in subjects:
        run(run_python, subject, max(connections), min(WARM_UP, seconds))
    for place in range(rounds):
        if place and time.perf_counter() > until:
            break
        for count in connections:
            for subject in subjects:
                table[subject.name, count].results.append(run(generator, subject, count, seconds))
    return table


def ratio(table: Table, subject: str, other: str, connections: int, column: str = "rate") -> float:
    """The median of the ratios of the rounds. Raises KeyError for what was not measured."""
    pairs = zip(table[subject, connections].results, table[other, connections].results, strict=True)
    return float(statistics.median(getattr(a, column) / getattr(b, column) for a, b in pairs))

"""What a day and a year cost a large world.

Days are of worlds of few and of many licenses, by which the same number falls due, and of the large
one with twice as many. The first ratio is one if the cost does not grow with the world, the second
two if it grows with what is due. In the year every license but the first renews itself, once or
each month.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from emulator.control.api import clock
from emulator.settings import Settings
from emulator.worlds.worlds import Worlds
from tests.benchmarks.growth import grow
from tests.benchmarks.world import FIXTURE

FEW = 1_000
DUE = 400
ROUNDS = 3


def measure(folder: Path, licenses: int, *, monthly: bool) -> dict[str, float]:
    """Milliseconds of days, seconds of a year, and ratios. Raises RuntimeError on missing events.

    ``monthly``: in the year licenses renew for a month, not for a year.
    """
    fixture = folder / "bench.yaml"
    fixture.write_text(FIXTURE)
    worlds = Worlds(Settings(data=folder, seeds=folder / "seeds"))
    days = {"few": (FEW, DUE), "many": (licenses, DUE), "twice": (licenses, 2 * DUE)}
    for name, (size, due) in days.items():
        _make(worlds, name, fixture, size, due=due)
    _make(worlds, "year", fixture, licenses, term=1 if monthly else 12)
    took: dict[str, list[float]] = {name: [] for name in days}
    for _ in range(ROUNDS):
        for name, (_, due) in days.items():
            worlds.restore(name, "grown")
            took[name].append(_advance(worlds, name, "1 day", due))
    day = {name: statistics.median(times) * 1000 for name, times in took.items()}
    year = _advance(worlds, "year", "1 year", licenses - 1)
    worlds.close()
    return {
        "licenses": licenses,
        "due": DUE,
        "day_ms": round(day["many"], 1),
        "day_of_few_ms": round(day["few"], 1),
        "day_twice_due_ms": round(day["twice"], 1),
        "larger_world": round(day["many"] / day["few"], 2),
        "twice_due": round(day["twice"] / day["many"], 2),
        "year_s": round(year, 1),
        "year_terms_in_months": 1 if monthly else 12,
    }


def _make(
    worlds: Worlds, name: str, fixture: Path, size: int, *, due: int = 0, term: int = 1
) -> None:
    worlds.create(name, str(fixture))
    clock.freeze(worlds, name)
    grow(worlds, name, size, due=due, term=term)
    worlds.snapshot(name, "grown")


def _advance(worlds: Worlds, name: str, span: str, due: int) -> float:
    """Seconds of a move, on which at least ``due`` licenses renew themselves."""
    begun = time.perf_counter()
    state = clock.advance(worlds, name, span)
    took = time.perf_counter() - begun
    renewed = sum(event.what == "prolong" for event in state.happened) + state.left_off
    if renewed < due:
        raise RuntimeError(f"{name}: {renewed} renewed, {due} were due")
    return took

"""``python -m tests.benchmarks.advance``: what a day costs a large world.

Prints milliseconds and their ratios: worlds of few and of many licenses, moved by one day on which
the same number falls due, and the large one by a day on which twice as many do. The first ratio is
one if the cost does not grow with the world, the second two if it grows with what is due.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import bindparam, insert, select, update

from emulator.clock import add_months
from emulator.control.api import clock
from emulator.domain import world
from emulator.domain.services import services
from emulator.settings import Settings
from emulator.store import tables
from emulator.store.engine import Statement
from emulator.worlds.worlds import Worlds
from tests.benchmarks.world import WORLD

FUTURE = 300
"""The others fall due one by one over so many days, none before the day is over."""

V = tables.service.c
_FIRST = Statement(select(*V).limit(1))
_ADD = Statement(
    insert(tables.service).values({c.name: bindparam(c.name) for c in V if c.name != "id"})
)
_WAKE = Statement(update(tables.world).values(next_due_at=bindparam("at")))


def main() -> int:
    """Measures and prints; exit code 1 where not everything that was due has happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--licences", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--due", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    few, many, due = options.few, options.licenses, options.due
    if 2 * due > min(few, many):
        parser.error("--due: at most half of the smaller world")
    subjects = {"small": (few, due), "large": (many, due), "twice": (many, 2 * due)}
    took: dict[str, list[float]] = {name: [] for name in subjects}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        worlds = _worlds(Path(folder), subjects)
        for _ in range(options.rounds):
            for name, (_, falling) in subjects.items():
                took[name].append(_day(worlds, name, falling))
        worlds.close()
    return _report(subjects, {name: statistics.median(times) for name, times in took.items()})


def _worlds(folder: Path, subjects: dict[str, tuple[int, int]]) -> Worlds:
    fixture = folder / "bench.yaml"
    fixture.write_text(WORLD.format(each=0))
    worlds = Worlds(Settings(data=folder, seeds=folder / "seeds"))
    for name, (size, due) in subjects.items():
        worlds.create(name, str(fixture))
        clock.freeze(worlds, name)
        _grow(worlds, name, size, due)
        worlds.snapshot(name, "grown")
    return worlds


def _grow(worlds: Worlds, name: str, size: int, due: int) -> None:
    """Rows straight into the table: ``due`` end tomorrow, the others when the day is long over."""
    with worlds.locked(name) as db, db.writing():
        row = db.row(_FIRST)
        if row is None:
            raise LookupError(name)
        today = world.read(db).clock.now(worlds.system_clock).date()
        tomorrow, later = today + timedelta(days=1), add_months(today, 2)
        like = dict(zip((c.name for c in V), row, strict=True))
        del like["id"]
        made = []
        for number in range(size):
            end = tomorrow if number < due else later + timedelta(days=number % FUTURE)
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            own = {"ip": address, "expires_on": end, "due_at": services.midnight(end)}
            made.append({**like, "autoprolong": 1, **own})
        db.many(_ADD, made)
        db.run(_WAKE, at=services.midnight(tomorrow))


def _day(worlds: Worlds, name: str, due: int) -> float:
    """Milliseconds of one day, from the state in which the world was grown."""
    worlds.restore(name, "grown")
    begun = time.perf_counter()
    state = clock.advance(worlds, name, "1 day")
    took = (time.perf_counter() - begun) * 1000
    prolonged = sum(event.what == "prolong" for event in state.happened)
    if prolonged < due:
        raise RuntimeError(f"{name}: {prolonged} prolonged, {due} were due")
    return took


def _report(subjects: dict[str, tuple[int, int]], took: dict[str, float]) -> int:
    for name, (size, due) in subjects.items():
        line = f"{name:6}{size:8} licences{due:6} due{took[name]:9.1f} ms"
        sys.stdout.write(f"{line}{took[name] / due:8.3f} ms each\n")
    sys.stdout.write(
        f"a larger world, the same due: {took['large'] / took['small']:.2f}\n"
        f"the same world, twice as many due: {took['twice'] / took['large']:.2f}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

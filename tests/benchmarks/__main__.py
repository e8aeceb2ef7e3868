"""``make bench``: the seller beside its floors and peers, in one run (docs/performance.md)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from emulator.cli.signals import interrupt_on_signals
from emulator.settings import Settings
from emulator.worlds.worlds import DEFAULT, Worlds
from tests.benchmarks import (
    calls,
    clock_moves,
    commands,
    console_pages,
    goals,
    memory,
    report,
    servers,
    throughput,
    world_actions,
)
from tests.benchmarks.growth import grow
from tests.benchmarks.load import Generator, generators
from tests.benchmarks.subjects import (
    FORMS,
    Subject,
    all_subjects,
    in_many_worlds,
    of_seller,
    world_name,
)
from tests.benchmarks.world import FIXTURE

MILLION = 1_000_000
ROUNDS_END = 0.5
"""Share of the limit after which no further round of load begins."""
ACTIONS = "actions"
"""The world that is reset and copied; it resets to its many services."""
SIZED = ("read", "list", "order")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured. Times in seconds."""

    limit: float = 480
    """What the whole run may take; on a busy computer rounds and parts are left out."""
    reserve: float = 130
    """What the longest part takes on a busy computer: no part begins so near the end."""
    seconds: float = 2.0
    rounds: int = 3
    licenses: int = 10_000
    sizes: tuple[int, ...] = (100, 10_000, 100_000)
    clock_licenses: int = 100_000
    repeats: int = 7
    """Starts, resets and rounds of calls in process."""
    worlds: int = 100
    """Worlds that as many clients use at once."""
    calls: int = 0
    """Calls after which the memory of a worker is read, at least."""
    monthly: bool = False
    """Whether licenses renew each month in the year that is measured."""
    verify: bool = True


QUICK = Extent(
    limit=90,
    reserve=15,
    seconds=1,
    rounds=1,
    sizes=(100, 10_000),
    clock_licenses=10_000,
    repeats=3,
    verify=False,
)
LONG = Extent(limit=24 * 3600, seconds=5, rounds=5, calls=MILLION, monthly=True)


class Run:
    """One run: its parts in order, each of which adds to ``figures``."""

    def __init__(
        self, folder: Path, extent: Extent, generator: str, shape: tuple[int, int]
    ) -> None:
        self._begun = time.perf_counter()
        self._folder = folder
        self._extent = extent
        self._generator: Generator = generators()[generator]
        self._workers, self._threads = shape
        self.figures: dict[str, Any] = {
            "format": 1,
            "generator": generator,
            "machine": {
                "cores": os.cpu_count(),
                "load_average": round(os.getloadavg()[0], 2),
                "python": platform.python_version(),
            },
            "left_out": [],
        }
        self.parts: Mapping[str, Callable[[], None]] = {
            "load": self._load,
            "worlds": self._worlds,
            "calls": self._calls,
            "fixture": self._fixture,
            "start": self._start,
            "clock": self._clock,
            "pages": self._pages,
            "verify": self._verify,
        }

    def measure(self, only: Collection[str]) -> None:
        """Runs the parts of these names; what there is no time for is named in ``left_out``."""
        for name, part in self.parts.items():
            begun = time.perf_counter()
            if name not in only:
                continue
            if begun - self._begun > self._extent.limit - self._extent.reserve:
                self.figures["left_out"].append(f"{name}: no time left")
                continue
            part()
            sys.stderr.write(f"{name}: {time.perf_counter() - begun:.0f} s\n")

    def _rounds_end(self) -> float:
        return self._begun + self._extent.limit * ROUNDS_END

    def _sub(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir()
        return folder

    def _load(self) -> None:
        extent, data = self._extent, self._sub("load")
        _make_worlds(data, extent)
        peers = servers.installed_peers()
        missing = {"ministack", "moto"} - set(peers)
        self.figures["left_out"] += [f"{peer}: not installed" for peer in sorted(missing)]
        subjects = all_subjects(extent.licenses, peers)
        with ExitStack() as stack:
            shape = ("--workers", str(self._workers), "--threads", str(self._threads))
            seller = stack.enter_context(servers.seller(data, *shape))
            commands.first_answer(seller.port)
            at_rest = memory.worker_megabytes(seller.process.pid)
            ports = {"seller": seller.port}
            for name in ("wsgi", "flask", "insert"):
                floor = servers.floor(name, self._folder, self._workers, self._threads)
                ports[name] = stack.enter_context(floor).port
            for name in peers:
                ports[name] = stack.enter_context(servers.peer(name, self._sub(name))).port
            self.figures["actions"] = world_actions.measure(seller.port, ACTIONS, extent.repeats)
            self._sizes(ports)
            self._throughput(subjects, ports)
            self._memory(seller, at_rest)

    def _throughput(self, subjects: list[Subject], ports: Mapping[str, int]) -> None:
        table = throughput.measure(
            subjects, ports, self._generator,
            rounds=self._extent.rounds, seconds=self._extent.seconds, until=self._rounds_end(),
        )  # fmt: skip
        self.figures["load"] = [
            {"subject": name, "connections": count, **series.as_dict()}
            for (name, count), series in sorted(table.items(), key=lambda row: row[0][1])
        ]
        self.figures["ratios"] = [
            {
                "subject": ours, "other": other, "connections": count,
                "ratio": round(throughput.ratio(table, ours, other, count), 3),
            }
            for ours, other in goals.RATIOS
            for count in throughput.CONNECTIONS
            if (other, count) in table
        ]  # fmt: skip

    def _sizes(self, ports: Mapping[str, int]) -> None:
        names = {
            (call, size): Subject(f"{call} of {size}", "seller", of_seller(call, size, _path(size)))
            for size in self._extent.sizes
            for call in SIZED
        }
        table = throughput.measure(
            names.values(), ports, self._generator,
            rounds=self._extent.rounds, seconds=self._extent.seconds / 2, connections=(1,),
            until=self._rounds_end(),
        )  # fmt: skip
        smallest = self._extent.sizes[0]
        self.figures["sizes"] = [
            {
                "call": call,
                "licenses": size,
                **table[subject.name, 1].as_dict(),
                "of_smallest": round(
                    throughput.ratio(table, subject.name, f"{call} of {smallest}", 1, "p50_ms"), 3
                ),
            }
            for (call, size), subject in names.items()
        ]

    def _memory(self, seller: servers.Running, at_rest: float | None) -> None:
        rows = (*self.figures["load"], *self.figures["sizes"])
        calls_made = sum(
            row["calls"] for row in rows if row.get("call", row.get("subject")) in FORMS
        )
        read = of_seller("read", self._extent.licenses)
        while calls_made < self._extent.calls:
            calls_made += self._generator(seller.port, read, 16, 30, calls_made).calls
        after = memory.worker_megabytes(seller.process.pid)
        self.figures["memory"] = {"at_rest_mb": at_rest, "after_mb": after, "calls": calls_made}

    def _worlds(self) -> None:
        """As many clients in one world, and in as many worlds."""
        data, count = self._sub("worlds"), self._extent.worlds
        _make_many_worlds(data, count)
        shape = ("--workers", str(self._workers), "--threads", str(self._threads))
        with servers.seller(data, *shape) as seller:
            commands.first_answer(seller.port)
            subjects = in_many_worlds(count)
            table = throughput.measure(
                subjects, {"seller": seller.port}, self._generator,
                rounds=self._extent.rounds, seconds=self._extent.seconds, connections=(count,),
                until=self._rounds_end(),
            )  # fmt: skip
            self.figures["worlds_memory_mb"] = memory.worker_megabytes(seller.process.pid)
        self.figures["worlds"] = [
            {"subject": subject.name, "connections": count, **table[subject.name, count].as_dict()}
            for subject in subjects
        ]

    def _start(self) -> None:
        data = self._sub("start")
        commands.start_seconds(data)  # makes the world, and compiles what is not compiled
        self.figures["start_s"] = commands.median_of(
            lambda: commands.start_seconds(data), self._extent.repeats
        )

    def _calls(self) -> None:
        with calls.process({"PYTHONPATH": servers.import_path()}, self._folder) as process:
            process.measure()
            rounds = [process.measure() for _ in range(self._extent.repeats)]
        self.figures["calls_us"] = calls.medians(rounds)

    def _clock(self) -> None:
        self.figures["clock"] = clock_moves.measure(
            self._sub("clock"), self._extent.clock_licenses, monthly=self._extent.monthly
        )

    def _pages(self) -> None:
        folder, licenses = self._sub("pages"), self._extent.clock_licenses
        self.figures["pages_ms"] = console_pages.measure(folder, licenses)

    def _fixture(self) -> None:
        self.figures["fixture_ms"] = commands.fixture_milliseconds(self._sub("fixture"))

    def _verify(self) -> None:
        if self._extent.verify:
            self.figures["verify_own_s"] = commands.verify_own_seconds(self._sub("verify"))
        else:
            self.figures["left_out"].append("verify own: not in the quick form")


def _make_worlds(data: Path, extent: Extent) -> None:
    """The world under load, one for each size, and one that is reset and copied."""
    fixture = data / "bench.yaml"
    fixture.write_text(FIXTURE)
    worlds = Worlds(Settings(data=data, seeds=data / "seeds", fixture=str(fixture)))
    for name, size in {DEFAULT: extent.licenses, **{f"s{n}": n for n in extent.sizes}}.items():
        worlds.create(name, str(fixture))
        grow(worlds, name, size)
    worlds.fork(DEFAULT, ACTIONS)
    worlds.close()


def _make_many_worlds(data: Path, count: int) -> None:
    fixture = data / "bench.yaml"
    fixture.write_text(FIXTURE)
    worlds = Worlds(Settings(data=data, seeds=data / "seeds", fixture=str(fixture)))
    worlds.create(DEFAULT, str(fixture))
    for number in range(count):
        worlds.create(world_name(number), str(fixture))
    worlds.close()


def _path(size: int) -> str:
    return f"/w/s{size}/billmgr"


def main() -> int:
    """Measures and prints. Exit code 1: an answer was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--quick", action="store_true", help="at most 90 seconds")
    form.add_argument(
        "--long", action="store_true", help="a million calls, a year by months: hours"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    parser.add_argument("--only", action="append", metavar="PART", help="may be repeated")
    parser.add_argument("--generator", choices=generators(), default=next(iter(generators())))
    parser.add_argument("--workers", type=int, default=Settings().workers)
    parser.add_argument("--threads", type=int, default=Settings().threads)
    options = parser.parse_args()
    extent = QUICK if options.quick else LONG if options.long else Extent()
    if options.json:
        options.json.touch()  # rather refused now than after all the measuring
    interrupt_on_signals()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        run = Run(Path(folder), extent, options.generator, (options.workers, options.threads))
        if unknown := set(options.only or ()) - set(run.parts):
            parser.error(f"--only: no {', '.join(sorted(unknown))}; {', '.join(run.parts)}")
        run.measure(options.only or run.parts)
    figures = {**run.figures, "goals": goals.check(run.figures)}
    report.show(figures, Console(width=100))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    rows = [row for part in ("load", "sizes", "worlds") for row in figures.get(part, ())]
    return 1 if any(row["wrong"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

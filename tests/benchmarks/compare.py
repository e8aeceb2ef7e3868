"""``python -m tests.benchmarks.compare BASE [NEW]``: two commits side by side, in turns.

Prints processor time of calls in process, seconds from the start to the first answer, and seconds
of ``mockseller verify own``, each with the ratio of new to base. Both are measured in the same way,
by the code of this tree, with the packages of this environment; only our own packages differ. BASE
and NEW are revisions, which are checked out into a temporary folder, or folders; NEW is by default
the tree that this file is in.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from emulator.cli.signals import interrupt_on_signals
from tests.benchmarks import calls, commands

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Side:
    """One of the two trees, with what was measured of it, one figure a round."""

    name: str
    tree: Path
    folder: Path
    """A folder of its own to work in."""
    figures: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def environ(self) -> Mapping[str, str]:
        """For its commands: where our way of measuring is, and the packages of its tree."""
        paths = (str(self.folder / "measuring"), str(self.tree))
        return {"PYTHONPATH": os.pathsep.join(paths)}

    def prepare(self) -> None:
        """Makes its folders, and lets the first start compile everything and make the world."""
        tests = self.folder / "measuring" / "tests"
        tests.mkdir(parents=True)
        (tests / "benchmarks").symlink_to(Path(__file__).parent)
        (self.folder / "data").mkdir()
        self.start()

    def start(self) -> float:
        """Seconds to the first answer."""
        return commands.start_seconds(self.folder / "data", self.environ)


@contextmanager
def _tree(name: str, folder: Path) -> Iterator[Path]:
    """The folder of that name, or a worktree of the revision. Raises CalledProcessError."""
    if Path(name).is_dir():
        yield Path(name).resolve()
        return
    git = ("git", "-C", str(ROOT), "worktree")
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), name], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def _measure(sides: list[Side], rounds: int, judged: int) -> None:
    with ExitStack() as stack:
        processes = [
            stack.enter_context(calls.process(side.environ, side.folder)) for side in sides
        ]
        for side, process in zip(sides, processes, strict=True):
            if Path(process.code) != side.tree:
                raise RuntimeError(f"{side.name}: measured {process.code}, not {side.tree}")
            process.measure()
        for place in range(rounds):
            turns = list(zip(sides, processes, strict=True))
            for side, process in turns if place % 2 == 0 else reversed(turns):
                for name, value in process.measure().items():
                    side.figures[f"{name}, µs"].append(value)
    for _ in range(max(3, rounds // 4)):
        for side in sides:
            side.figures["start to first answer, s"].append(side.start())
    for _ in range(judged):
        for side in sides:
            took = commands.verify_own_seconds(side.folder, side.environ)
            side.figures["verify own, s"].append(took)


def compare(base: Side, new: Side) -> list[dict[str, object]]:
    """Of each figure the medians of both, and the median of the ratios of the rounds."""
    return [
        {
            "figure": name,
            "base": round(statistics.median(base.figures[name]), 3),
            "new": round(statistics.median(values), 3),
            "ratio": round(
                statistics.median(b / a for a, b in zip(base.figures[name], values, strict=True)), 3
            ),
        }
        for name, values in new.figures.items()
    ]


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.compare", description=__doc__)
    parser.add_argument("base", help="revision or folder")
    parser.add_argument("new", nargs="?", default=str(ROOT), help="revision or folder")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--verify", type=int, default=1, metavar="COUNT", help="runs of verify own")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file")
    options = parser.parse_args()
    interrupt_on_signals()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        sides = []
        for place, tree in enumerate((options.base, options.new)):
            checkout = stack.enter_context(_tree(tree, folder / f"tree-{place}"))
            sides.append(Side(tree, checkout, folder / f"side-{place}"))
        for side in sides:
            side.prepare()
        _measure(sides, options.rounds, options.verify)
    rows = compare(*sides)
    table = Table("", "base", "new", "new / base", title=f"{options.base}, {options.new}")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console(width=100).print(table)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

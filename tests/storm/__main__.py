"""``make storm``: a seller whose workers are killed while clients buy (docs/survival.md)."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import click

from emulator.cli.signals import interrupt_on_signals
from tests.postgres import running_engine
from tests.storm.run import SHORT, Extent, Outcome, run

LONG = 3600
"""Seconds within which a number of kills has to be reached."""


def main() -> int:
    """Runs a storm and prints its table. Exit code 0: no difference, 1: some."""
    parser = argparse.ArgumentParser(prog="make storm", description=__doc__)
    parser.add_argument("--seconds", type=float, help="how long; without it 110")
    parser.add_argument("--kills", type=int, help="end after so many kills")
    parser.add_argument("--seed", type=int, default=0, help="where chance begins")
    parser.add_argument(
        "--engine", choices=("sqlite", "postgresql"), default="sqlite", help="where worlds are"
    )
    options = parser.parse_args()
    seconds = options.seconds or (LONG if options.kills else SHORT)
    interrupt_on_signals()
    began = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mockseller-storm-"))
        extent = Extent(seconds, options.kills)
        on_postgres = options.engine == "postgresql"
        engine = stack.enter_context(running_engine()) if on_postgres else None
        outcome = run(Path(folder), extent, options.seed, engine)
    click.echo(table(outcome, time.monotonic() - began))
    if outcome.differences:
        bound = f" KILLS={options.kills}" if options.kills else f" SECONDS={seconds:g}"
        click.echo(f"again: make storm SEED={options.seed}{bound} ENGINE={options.engine}")
    return 1 if outcome.differences else 0


def table(outcome: Outcome, seconds: float) -> str:
    """The closing table, and every difference above it."""
    kills = sum(n for what, n in outcome.counts.items() if what.startswith("kills"))
    rows = {
        "seconds": round(seconds),
        "kills": kills,
        **outcome.counts,
        "differences": len(outcome.differences),
    }
    lines = [f"difference: {line}" for line in outcome.differences]
    return "\n".join([*lines, *(f"{what:<26}{number:>8}" for what, number in rows.items())])


if __name__ == "__main__":
    sys.exit(main())

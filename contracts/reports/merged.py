"""Runs that were saved apart, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from contracts import clock
from contracts.checks import deviations
from contracts.reports.saved import SavedFault, read_file
from contracts.verdicts import Run


def merged(paths: Sequence[Path], known: Path | None = None) -> tuple[Run, ...]:
    """The runs of all files in their order; known deviations are applied if a file is given.

    Raises SavedFault: a file is none of ours, or a run stands in two of them, which would count
    it twice. Raises DeviationFault: that file has a fault.
    """
    entries = deviations.read_file(known) if known else ()
    met: list[tuple[Path, Run]] = []
    for path in paths:
        for run in read_file(path):
            first = next((where for where, other in met if other == run), None)
            if first is not None:
                raise SavedFault(f"{path}: runs: {run.judge}: stands in {first} as well")
            met.append((path, run))
    return tuple(_excused(entries, run) for _, run in met)


def _excused(entries: tuple[deviations.Entry, ...], run: Run) -> Run:
    kind = str(run.details.get("kind", ""))
    verdicts, told = deviations.apply(
        entries, run.verdicts, judge=run.judge, kind=kind, today=clock.now().date()
    )
    return replace(run, verdicts=verdicts, remarks=(*run.remarks, *told))

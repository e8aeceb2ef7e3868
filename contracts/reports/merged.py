"""Runs that were saved separately, combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from contracts import clock
from contracts.checks import deviations
from contracts.reports.saved import SavedReportError, read_file
from contracts.verdicts import Run


def merge_files(paths: Sequence[Path], deviations_file: Path | None = None) -> tuple[Run, ...]:
    """The runs of all files in their order; known deviations are applied if a file is given.

    Raises SavedReportError for a file that is not a saved report, and for a run that is in two of
    them, which would count it twice. Raises DeviationError for an invalid file of deviations.
    """
    entries = deviations.read_file(deviations_file) if deviations_file else ()
    located: list[tuple[Path, Run]] = []
    for path in paths:
        for run in read_file(path):
            first = next((where for where, other in located if other == run), None)
            if first is not None:
                raise SavedReportError(f"{path}: runs: {run.judge}: is in {first} as well")
            located.append((path, run))
    return tuple(_apply(entries, run) for _, run in located)


def _apply(entries: tuple[deviations.KnownDeviation, ...], run: Run) -> Run:
    kind = str(run.details.get("kind", ""))
    verdicts, notes = deviations.apply(
        entries, run.verdicts, judge=run.judge, kind=kind, today=clock.now().date()
    )
    return replace(run, verdicts=verdicts, remarks=(*run.remarks, *notes))

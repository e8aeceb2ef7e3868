"""``mockseller verify report``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from contracts.cli.options import FILE
from contracts.cli.runs import ReportOptions, print_runs, report_options


@click.command()
@click.argument("saved", nargs=-1, required=True, type=FILE, metavar="FILE...")
@report_options
def report(*, saved: tuple[Path, ...], reports: ReportOptions) -> None:
    """Combine runs that were saved with --save into one report.

    Prints a table of which reselling system can resell what.

    Exit code 0: everything passed, 1: something failed, 2: it could not be judged.
    """
    from contracts.checks.deviations import DeviationError
    from contracts.reports import files
    from contracts.reports.merged import merge_files
    from contracts.reports.saved import SavedReportError
    from contracts.verdicts import NOT_JUDGED

    try:
        files.check_writable(reports.paths)
        runs = merge_files(saved, reports.deviations)
    except (SavedReportError, DeviationError, files.Unwritable) as problem:
        click.echo(str(problem), err=True)
        sys.exit(NOT_JUDGED)
    sys.exit(print_runs(list(runs), reports))

"""``mockseller verify report``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from contracts.cli.options import FILE
from contracts.cli.runs import Reports, report_options, show


@click.command()
@click.argument("saved", nargs=-1, required=True, type=FILE, metavar="FILE...")
@report_options
def report(*, saved: tuple[Path, ...], reports: Reports) -> None:
    """Puts runs that were saved with --save into one report, and prints the matrix.

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.checks.deviations import DeviationFault
    from contracts.reports import files
    from contracts.reports.merged import merged
    from contracts.reports.saved import SavedFault
    from contracts.verdicts import COULD_NOT

    try:
        files.check(reports.paths)
        runs = merged(saved, reports.known)
    except (SavedFault, DeviationFault, files.Unwritable) as problem:
        click.echo(str(problem), err=True)
        sys.exit(COULD_NOT)
    sys.exit(show(list(runs), reports))

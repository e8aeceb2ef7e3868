"""``mockseller verify own``: all three judges on this installation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.progress import Progress, part_by_trade
from contracts.cli.runs import (
    ReportOptions,
    collect_run,
    is_interrupted,
    print_runs,
    report_options,
)

if TYPE_CHECKING:
    from contracts.checks.client.judge import DeviationsOnDay
    from contracts.checks.seller.judge import Notes
    from contracts.verdicts import Run, Verdict


@click.command()
@options.scenarios(default=True)
@report_options
def own(*, scenarios: bool, reports: ReportOptions) -> None:
    """Test mockseller itself: its seller, client and endpoint.

    Prints a result of each, and a table of which reselling system can resell what. This is what
    `make verify` does.

    Exit code 0: everything passed, 1: something failed, 2: it could not be judged.
    """
    from contracts import clock
    from contracts.checks.client.judge import DeviationsOnDay
    from contracts.checks.deviations import OURS, DeviationError, read_file
    from contracts.reports import files
    from contracts.verdicts import NOT_JUDGED

    try:
        deviations = DeviationsOnDay(read_file(reports.deviations or OURS), clock.now().date())
        files.check_writable(reports.paths)
    except (DeviationError, files.Unwritable) as problem:
        click.echo(str(problem), err=True)
        sys.exit(NOT_JUDGED)
    judges: tuple[Callable[[], Run], ...] = (
        lambda: _seller(deviations, scenarios=scenarios),
        lambda: _client(deviations),
        lambda: _modules(deviations),
    )
    runs: list[Run] = []
    for judge in judges:
        runs.append(judge())
        if is_interrupted(runs[-1]):
            break
    sys.exit(print_runs(runs, reports))


def _seller(deviations: DeviationsOnDay, *, scenarios: bool) -> Run:
    from contracts.checks.seller.judge import Notes

    notes = Notes()
    return collect_run(
        "seller",
        "our own seller",
        _of_seller(notes, scenarios=scenarios),
        entries=deviations.entries,
        remarks=notes.remarks,
        details=notes.details,
    )


def _of_seller(notes: Notes, *, scenarios: bool) -> Iterator[Verdict]:
    from contracts.checks.seller.judge import Task, judge
    from contracts.record.exchange import read_all
    from contracts.target import own as ours

    exchanges = read_all()
    with ours.start_in_process() as judged:
        yield from judge(exchanges, judged, Task(scenarios=scenarios), notes)


def _client(deviations: DeviationsOnDay) -> Run:
    from contracts.checks.client.judge import grade_kinds
    from contracts.checks.client.lessons import LESSONS
    from contracts.cli.verify_client import KINDS, TRADES

    remarks: list[str] = []
    verdicts = grade_kinds(LESSONS, KINDS, TRADES, deviations, remarks)
    target = "our own client as every kind of reseller"
    return collect_run(
        "client", target, verdicts, remarks=remarks, progress=Progress(part_by_trade)
    )


def _modules(deviations: DeviationsOnDay) -> Run:
    remarks: list[str] = []
    verdicts = _of_modules(remarks)
    target = "our own endpoint for panels"
    progress = Progress(lambda _: "endpoint for panels")
    return collect_run(
        "modules", target, verdicts, entries=deviations.entries, remarks=remarks, progress=progress
    )


def _of_modules(remarks: list[str]) -> Iterator[Verdict]:
    from contracts.checks.modules import examine
    from contracts.checks.modules.own import URL, own_endpoint

    with own_endpoint() as (transport, options):
        run = examine(URL, options, transport=transport)
    remarks.extend(run.remarks)
    yield from run.verdicts

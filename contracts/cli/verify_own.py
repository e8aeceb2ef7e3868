"""``mockseller verify own``: all three judges on what is ours."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.progress import Progress, trade
from contracts.cli.runs import Reports, report_options, run_of, show, was_interrupted

if TYPE_CHECKING:
    from contracts.checks.client.judge import KnownDeviations
    from contracts.checks.seller.judge import Notes
    from contracts.verdicts import Run, Verdict


@click.command()
@options.scenarios(default=True)
@report_options
def own(*, scenarios: bool, reports: Reports) -> None:
    """Judges the seller, the client and the module endpoint of this installation, in process.

    Prints three verdicts and the matrix. This is what `make verify` does.

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts import clock
    from contracts.checks.client.judge import KnownDeviations
    from contracts.checks.deviations import OURS, DeviationFault, read_file
    from contracts.reports import files
    from contracts.verdicts import COULD_NOT

    try:
        known = KnownDeviations(read_file(reports.known or OURS), clock.now().date())
        files.check(reports.paths)
    except (DeviationFault, files.Unwritable) as problem:
        click.echo(str(problem), err=True)
        sys.exit(COULD_NOT)
    judges: tuple[Callable[[], Run], ...] = (
        lambda: _seller(known, scenarios=scenarios),
        lambda: _client(known),
        lambda: _modules(known),
    )
    runs: list[Run] = []
    for judge in judges:
        runs.append(judge())
        if was_interrupted(runs[-1]):
            break
    sys.exit(show(runs, reports))


def _seller(known: KnownDeviations, *, scenarios: bool) -> Run:
    from contracts.checks.seller.judge import Notes

    notes = Notes()
    return run_of(
        "seller",
        "our own seller",
        _of_seller(notes, scenarios=scenarios),
        entries=known.entries,
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


def _client(known: KnownDeviations) -> Run:
    from contracts.checks.client.judge import grade_kinds
    from contracts.checks.client.lessons import LESSONS
    from contracts.cli.verify_client import KINDS, TRADES

    remarks: list[str] = []
    verdicts = grade_kinds(LESSONS, KINDS, TRADES, known, remarks)
    target = "our own client as every kind of reseller"
    return run_of("client", target, verdicts, remarks=remarks, progress=Progress(trade))


def _modules(known: KnownDeviations) -> Run:
    remarks: list[str] = []
    verdicts = _of_modules(remarks)
    target = "our own endpoint for panels"
    progress = Progress(lambda _: "endpoint for panels")
    return run_of(
        "modules", target, verdicts, entries=known.entries, remarks=remarks, progress=progress
    )


def _of_modules(remarks: list[str]) -> Iterator[Verdict]:
    from contracts.checks.modules import examine
    from contracts.checks.modules.own import URL, own_endpoint

    with own_endpoint() as (transport, options):
        run = examine(URL, options, transport=transport)
    remarks.extend(run.remarks)
    yield from run.verdicts

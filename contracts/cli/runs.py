"""What all judges have in common on the command line: options, a run, its reports, its exit code.

A command of a judge looks like this::

    @click.command()
    @report_options
    def seller(*, reports: Reports, ...) -> None:
        spent: list[str] = []                      # may grow while judging
        sys.exit(conclude("seller", url, judge_it(url, spent), reports, remarks=spent))
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from contracts.cli.options import FILE, gathered
from contracts.cli.progress import Progress

if TYPE_CHECKING:
    from contracts.checks.deviations import Entry
    from contracts.verdicts import Run, Verdict

_BROKEN_OFF: Final = "the judgement"
"""The verdict that says why judging could not go on."""
_INTERRUPTED: Final = "it was interrupted"


@dataclass(frozen=True, slots=True)
class Reports:
    """Which reports are wanted, and where.

    ``everything``: what held is listed as well; ``as_json``: what is printed is the report that
    ``save`` would hold, and nothing else.
    """

    html: Path | None = None
    junit: Path | None = None
    save: Path | None = None
    badge: Path | None = None
    known: Path | None = None
    strict: bool = False
    everything: bool = False
    as_json: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that will be written."""
        named = (self.html, self.junit, self.save, self.badge)
        return tuple(path for path in named if path is not None)


report_options = gathered(
    "reports",
    Reports,
    click.option("--html", type=FILE, metavar="FILE", help="Write every request and answer."),
    click.option("--junit", type=FILE, metavar="FILE", help="Write JUnit XML, for CI systems."),
    click.option("--save", type=FILE, metavar="FILE",
                 help="Write all of it as JSON, for machines and `verify report`."),
    click.option("--badge", type=FILE, metavar="FILE", help="Write a small picture (SVG)."),
    click.option("--known", type=FILE, metavar="FILE", help="Known deviations, in YAML."),
    click.option("--strict", is_flag=True, help="Warnings and outdated deviations fail as well."),
    click.option("--all", "everything", is_flag=True, help="List what held as well."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON: what --save writes."),
)  # fmt: skip
"""The options of all reports; a command gets them as one ``reports``."""


def conclude(
    judge: str,
    target: str,
    verdicts: Iterable[Verdict],
    reports: Reports | None = None,
    *,
    remarks: Iterable[str] = (),
    details: Mapping[str, object] | None = None,
    known: Path | None = None,
    progress: Progress | None = None,
) -> int:
    """Judges, applies known deviations, prints, writes the reports; the exit code.

    ``judge`` is one of ``contracts.verdicts.JUDGES``. ``verdicts`` are taken one by one as they
    come; ``remarks`` and ``details`` are read after the last, so they may be filled while judging.
    ``details["kind"]`` names the kind of reseller that was judged, for its known deviations;
    ``known`` is their file where ``--known`` names none. ``progress`` tells how far it is.
    What cannot run (``CannotRun``, a file on record with a fault, no network) is told in one line;
    the reports then say so beside the verdicts there were until then.
    """
    from contracts.checks.deviations import DeviationFault, read_file
    from contracts.reports import files
    from contracts.target.redact import mask_links
    from contracts.verdicts import COULD_NOT

    reports = reports or Reports()
    # An address may hold a login; it would stand in every report.
    target = mask_links(target)
    path = reports.known or known
    try:
        entries = read_file(path) if path else ()
        files.check(reports.paths)
    except (DeviationFault, files.Unwritable) as problem:
        click.echo(f"{target} cannot be judged: {problem}", err=True)
        return COULD_NOT
    # An empty one is filled while judging: it must stay the same.
    told = {} if details is None else details
    run = run_of(
        judge, target, verdicts, entries=entries, remarks=remarks, details=told, progress=progress
    )
    if reports.as_json or [verdict.name for verdict in run.verdicts] != [_BROKEN_OFF]:
        _print([run], reports)
    return _written([run], reports)


def show(runs: list[Run], reports: Reports) -> int:
    """Prints runs that were judged before, with the matrix, and writes their reports; the code."""
    _print(runs, reports, matrix=True)
    return _written(runs, reports)


def run_of(
    judge: str,
    target: str,
    verdicts: Iterable[Verdict],
    *,
    entries: tuple[Entry, ...] = (),
    remarks: Iterable[str] = (),
    details: Mapping[str, object] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Takes the verdicts as they come, excuses what is known; what breaks off says so in the run.

    The arguments are those of `conclude`; ``entries`` are known deviations that were read.
    """
    from contracts import clock
    from contracts.checks import deviations
    from contracts.record.fields import ExchangeError
    from contracts.target.redact import mask_links
    from contracts.target.seller import CannotRun
    from contracts.verdicts import NO_EVIDENCE, Outcome, Run, Verdict

    began, start = clock.now(), clock.elapsed()
    taken: list[Verdict] = []
    try:
        for verdict in (progress or Progress()).watched(target, verdicts):
            taken.append(verdict)  # noqa: PERF402 - those before a problem are kept
    except (CannotRun, ExchangeError, RuntimeError, OSError) as problem:
        told = mask_links(str(problem))
        click.echo(f"{target} cannot be judged: {told}", err=True)
        lines = tuple(told.splitlines())
        taken.append(Verdict(_BROKEN_OFF, "", Outcome.ERROR, NO_EVIDENCE, lines))
    except KeyboardInterrupt:
        # Not 1, which would say that something did not hold; what was judged is reported.
        click.echo(f"{target}: interrupted", err=True)
        taken.append(Verdict(_BROKEN_OFF, "", Outcome.ERROR, NO_EVIDENCE, (_INTERRUPTED,)))
    finally:
        if isinstance(verdicts, Generator):
            # Servers and worlds that it holds go now, not when somebody forgets it.
            verdicts.close()
    details = {} if details is None else details
    kind = str(details.get("kind", ""))
    applied, notes = deviations.apply(
        entries, taken, judge=judge, kind=kind, today=clock.now().date()
    )
    took = round(clock.elapsed() - start, 3)
    return Run(judge, target, began, took, applied, (*remarks, *notes), dict(details))


def was_interrupted(run: Run) -> bool:
    """Whether somebody broke it off; then nothing further is to begin."""
    return any(one.name == _BROKEN_OFF and one.messages == (_INTERRUPTED,) for one in run.verdicts)


def _print(runs: list[Run], reports: Reports, *, matrix: bool = False) -> None:
    """The matrix is printed where ``matrix`` asks for it, or a verdict speaks of a cell."""
    from rich.console import Console

    from contracts.checks import matrix as cells
    from contracts.reports import console
    from contracts.reports.saved import to_json

    if reports.as_json:
        click.echo(to_json(runs, strict=reports.strict))
        return
    screen = Console()
    for run in runs:
        console.print_run(screen, run, everything=reports.everything, strict=reports.strict)
    verdicts = [verdict for run in runs for verdict in run.verdicts]
    if matrix or any(verdict.cells for verdict in verdicts):
        console.print_matrix(screen, cells.matrix(verdicts))


def _written(runs: list[Run], reports: Reports) -> int:
    """Writes the reports; the exit code."""
    from contracts.reports import files
    from contracts.reports.counts import exit_code_of
    from contracts.verdicts import COULD_NOT

    try:
        _write(runs, reports)
    except files.Unwritable as problem:
        click.echo(str(problem), err=True)
        return COULD_NOT
    return exit_code_of(runs, strict=reports.strict)


def _write(runs: list[Run], reports: Reports) -> None:
    from contracts.reports import files
    from contracts.reports.badge import to_badge
    from contracts.reports.html import to_html
    from contracts.reports.junit import to_junit
    from contracts.reports.saved import to_json

    writers = (
        (reports.html, to_html),
        (reports.junit, to_junit),
        (reports.save, to_json),
        (reports.badge, to_badge),
    )
    for path, written in writers:
        if path is not None:
            files.write(path, written(runs, strict=reports.strict))
            click.echo(f"written: {path}", err=reports.as_json)

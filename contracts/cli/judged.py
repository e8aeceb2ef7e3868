"""What all judges have in common on the command line: options, a run, its reports, its exit code.

A command of a judge looks like this::

    @click.command()
    @report_options
    def seller(*, reports: Reports, ...) -> None:
        spent: list[str] = []                      # may grow while judging
        sys.exit(conclude("seller", url, judge_it(url, spent), reports, remarks=spent))
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from contracts.deviations import Entry
    from contracts.verdicts import Run, Verdict

_BROKEN_OFF: Final = "the judgement"
"""The verdict that says why judging could not go on."""
_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_OPTIONS: Final = (
    click.option("--html", type=_FILE, metavar="FILE", help="Write every request and answer."),
    click.option("--junit", type=_FILE, metavar="FILE", help="Write JUnit XML, for CI systems."),
    click.option("--json", type=_FILE, metavar="FILE", help="Write all of it for machines."),
    click.option("--badge", type=_FILE, metavar="FILE", help="Write a small picture (SVG)."),
    click.option("--known", type=_FILE, metavar="FILE", help="Known deviations, in YAML."),
    click.option("--strict", is_flag=True, help="Warnings and outdated deviations fail as well."),
    click.option("--all", "everything", is_flag=True, help="List what held as well."),
)


@dataclass(frozen=True, slots=True)
class Reports:
    """Which reports are wanted, and where; ``everything``: what held is listed as well."""

    html: Path | None = None
    junit: Path | None = None
    json: Path | None = None
    badge: Path | None = None
    known: Path | None = None
    strict: bool = False
    everything: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that will be written."""
        named = (self.html, self.junit, self.json, self.badge)
        return tuple(path for path in named if path is not None)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of all reports to a command, which gets them as one ``reports``."""

    @functools.wraps(command)
    def called(*args: Any, **given: Any) -> Any:  # noqa: ANN401 - whatever the command takes
        chosen = Reports(**{name: given.pop(name) for name in Reports.__dataclass_fields__})
        return command(*args, reports=chosen, **given)

    for option in reversed(_OPTIONS):
        called = option(called)
    return called


def conclude(
    judge: str,
    target: str,
    verdicts: Iterable[Verdict],
    reports: Reports | None = None,
    *,
    remarks: Iterable[str] = (),
    details: Mapping[str, object] | None = None,
    known: Path | None = None,
) -> int:
    """Judges, applies known deviations, prints, writes the reports; the exit code.

    ``judge`` is one of ``contracts.verdicts.JUDGES``. ``verdicts`` are taken one by one as they
    come; ``remarks`` and ``details`` are read after the last, so they may be filled while judging.
    ``details["kind"]`` names the kind of reseller that was judged, for its known deviations;
    ``known`` is their file where ``--known`` names none.
    What cannot run (``CannotRun``, a file on record with a fault, no network) is told in one line;
    the reports then say so beside the verdicts there were until then.
    """
    from contracts.deviations import DeviationFault, read_file
    from contracts.masking import masked_links
    from contracts.reports import files
    from contracts.verdicts import COULD_NOT

    reports = reports or Reports()
    # An address may hold a login; it would stand in every report.
    target = masked_links(target)
    path = reports.known or known
    try:
        entries = read_file(path) if path else ()
        files.check(reports.paths)
    except (DeviationFault, files.Unwritable) as problem:
        click.echo(f"{target} cannot be judged: {problem}", err=True)
        return COULD_NOT
    # An empty one is filled while judging: it must stay the same.
    told = {} if details is None else details
    run = run_of(judge, target, verdicts, entries=entries, remarks=remarks, details=told)
    if [verdict.name for verdict in run.verdicts] != [_BROKEN_OFF]:
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
) -> Run:
    """Takes the verdicts as they come, excuses what is known; what breaks off says so in the run.

    The arguments are those of `conclude`; ``entries`` are known deviations that were read.
    """
    from contracts import deviations, moments
    from contracts.fields import ExchangeFault
    from contracts.masking import masked_links
    from contracts.target import CannotRun
    from contracts.verdicts import NO_EVIDENCE, Outcome, Run, Verdict

    began, start = moments.now(), moments.elapsed()
    taken: list[Verdict] = []
    try:
        for verdict in _watched(target, verdicts):
            taken.append(verdict)  # noqa: PERF402 - those before a problem are kept
    except (CannotRun, ExchangeFault, RuntimeError, OSError) as problem:
        told = masked_links(str(problem))
        click.echo(f"{target} cannot be judged: {told}", err=True)
        lines = tuple(told.splitlines())
        taken.append(Verdict(_BROKEN_OFF, "", Outcome.ERROR, NO_EVIDENCE, lines))
    except KeyboardInterrupt:
        # Not 1, which would say that something did not hold; what was judged is reported.
        click.echo(f"{target}: interrupted", err=True)
        taken.append(Verdict(_BROKEN_OFF, "", Outcome.ERROR, NO_EVIDENCE, ("it was interrupted",)))
    finally:
        if isinstance(verdicts, Generator):
            # Servers and worlds that it holds go now, not when somebody forgets it.
            verdicts.close()
    details = {} if details is None else details
    kind = str(details.get("kind", ""))
    applied, notes = deviations.apply(
        entries, taken, judge=judge, kind=kind, today=moments.now().date()
    )
    took = round(moments.elapsed() - start, 3)
    return Run(judge, target, began, took, applied, (*remarks, *notes), dict(details))


def _watched(target: str, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """The verdicts with the time each took; how far they are is shown on a terminal only."""
    from dataclasses import replace

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from contracts import moments
    from contracts.reports.plaintext import one_line
    from contracts.reports.size import bounded

    screen = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed} {task.fields[now]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("judging", total=None, now=one_line(target))
        start = moments.elapsed()
        for verdict in verdicts:
            now = moments.elapsed()
            bar.update(task, advance=1, now=one_line(verdict.name))
            yield replace(bounded(verdict), seconds=verdict.seconds or round(now - start, 6))
            start = moments.elapsed()


def _print(runs: list[Run], reports: Reports, *, matrix: bool = False) -> None:
    """The matrix is printed where ``matrix`` asks for it, or a verdict speaks of a cell."""
    from rich.console import Console

    from contracts import matrix as cells
    from contracts.reports import console

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
        (reports.json, to_json),
        (reports.badge, to_badge),
    )
    for path, written in writers:
        if path is not None:
            files.write(path, written(runs, strict=reports.strict))
            click.echo(f"written: {path}")

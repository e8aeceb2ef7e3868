"""What the commands of all judges share: report options, a run, its reports, and its exit code.

A command of a judge looks like this::

    @click.command(cls=JudgeCommand)
    @report_options
    def seller(*, reports: ReportOptions, ...) -> None:
        remarks: list[str] = []                    # may grow while judging
        sys.exit(conclude("seller", url, judge_it(url, remarks), reports, remarks=remarks))
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from contracts.cli.options import FILE, option_group
from contracts.cli.progress import Progress
from contracts.cli.repeat import ChooseCheck, Repetition, choose_by_name

if TYPE_CHECKING:
    from contracts.checks.deviations import KnownDeviation
    from contracts.checks.scope import MakeScope, Scope
    from contracts.verdicts import Run, Verdict

BROKEN_OFF: Final = "the judgement"
"""The name of the verdict that says why judging could not go on."""
_INTERRUPTED: Final = "it was interrupted"


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """Which reports are written, and where.

    ``deviations``: a file of known deviations. ``everything``: list what passed as well.
    ``as_json``: print the report that ``save`` would hold, and nothing else.
    """

    html: Path | None = None
    junit: Path | None = None
    save: Path | None = None
    badge: Path | None = None
    deviations: Path | None = None
    strict: bool = False
    everything: bool = False
    as_json: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files that will be written."""
        named = (self.html, self.junit, self.save, self.badge)
        return tuple(path for path in named if path is not None)


report_options = option_group(
    "reports",
    ReportOptions,
    click.option("--html", type=FILE, metavar="FILE",
                 help="Write a page with every request and answer."),
    click.option("--junit", type=FILE, metavar="FILE", help="Write JUnit XML, for CI systems."),
    click.option("--save", type=FILE, metavar="FILE",
                 help="Write everything as JSON, for programs and `verify report`."),
    click.option("--badge", type=FILE, metavar="FILE", help="Write a badge (SVG)."),
    click.option("--known", "deviations", type=FILE, metavar="FILE",
                 help="Known deviations, in YAML."),
    click.option("--strict", is_flag=True, help="Warnings and outdated deviations fail as well."),
    click.option("--all", "everything", is_flag=True, help="List what passed as well."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON: what --save writes."),
)  # fmt: skip
"""The options of all reports; a command gets them as one ``reports``."""


def conclude(
    judge: str,
    target: str,
    verdicts: Iterable[Verdict],
    reports: ReportOptions | None = None,
    *,
    remarks: Iterable[str] = (),
    details: Mapping[str, object] | None = None,
    deviations: Path | None = None,
    progress: Progress | None = None,
    scope: MakeScope | None = None,
    choose: ChooseCheck = choose_by_name,
) -> int:
    """Judge, apply known deviations, print, write the reports; return the exit code.

    ``judge`` is one of `contracts.verdicts.JUDGES`. ``verdicts`` are taken one by one as they come;
    ``remarks`` and ``details`` are read after the last, so they may grow while judging.
    ``details["kind"]`` names the kind of reseller that was judged, for its known deviations;
    ``deviations`` is their file where ``--known`` names none. ``progress`` shows how far it is.
    ``scope`` makes what the judge has altogether, so that reports say how much of it was run.
    ``choose`` names the options that choose the check of a verdict, to judge it alone again.
    What cannot be judged (``CannotRun``, an invalid file on record, no network) is printed in one
    line; the reports then say so beside the verdicts until then.
    """
    from contracts.checks.deviations import DeviationError, read_file
    from contracts.reports import files
    from contracts.target.redact import mask_links
    from contracts.verdicts import NOT_JUDGED

    reports = reports or ReportOptions()
    # A URL may contain a login, which must not be in a report.
    target = mask_links(target)
    path = reports.deviations or deviations
    try:
        entries = read_file(path) if path else ()
        files.check_writable(reports.paths)
    except (DeviationError, files.Unwritable) as problem:
        click.echo(f"{target} cannot be judged: {problem}", err=True)
        return NOT_JUDGED
    run = collect_run(
        judge, target, verdicts, entries=entries, remarks=remarks, details=details,
        progress=progress, scope=scope, repeat=_make_commands(choose),
    )  # fmt: skip
    try:
        if reports.as_json or [verdict.name for verdict in run.verdicts] != [BROKEN_OFF]:
            _print([run], reports)
    finally:  # the reader of what is printed may have gone: SystemExit
        exit_code = _write_reports([run], reports)
    return exit_code


def print_runs(runs: list[Run], reports: ReportOptions) -> int:
    """Print finished runs with the matrix, and write their reports; return the exit code."""
    try:
        _print(runs, reports, matrix=True)
    finally:  # the reader of what is printed may have gone: SystemExit
        exit_code = _write_reports(runs, reports)
    return exit_code


def collect_run(
    judge: str,
    target: str,
    verdicts: Iterable[Verdict],
    *,
    entries: tuple[KnownDeviation, ...] = (),
    remarks: Iterable[str] = (),
    details: Mapping[str, object] | None = None,
    progress: Progress | None = None,
    scope: MakeScope | None = None,
    repeat: Callable[[Verdict], str] = lambda _: "",
) -> Run:
    """Take the verdicts as they come and apply the known deviations in ``entries``.

    The arguments are those of `conclude`; ``repeat`` writes the command that judges the check of a
    verdict again. A problem that ends the judging becomes a verdict.
    """
    from contracts import clock
    from contracts.checks.deviations import apply
    from contracts.verdicts import Run

    began, start = clock.now(), clock.elapsed()
    collected: list[Verdict] = []
    everything: Scope | None = None
    with _broken_off_at(target, collected):
        everything = scope() if scope else None
        try:
            for verdict in (progress or Progress()).watch(target, verdicts):
                collected.append(verdict)  # noqa: PERF402 - those before a problem are kept
        finally:
            if isinstance(verdicts, Generator):
                # Closes the servers and worlds that it holds now, not at garbage collection.
                verdicts.close()
    facts = dict(details or {})
    kind, today = str(facts.get("kind", "")), clock.now().date()
    applied, notes = apply(entries, collected, judge=judge, kind=kind, today=today)
    return Run(
        judge=judge,
        target=target,
        began=began,
        seconds=round(clock.elapsed() - start, 3),
        verdicts=tuple(_add_command(verdict, repeat) for verdict in applied),
        remarks=(*remarks, *notes),
        details=facts,
        extent=everything.measure(applied) if everything else None,
    )


@contextmanager
def _broken_off_at(target: str, collected: list[Verdict]) -> Iterator[None]:
    """Makes a verdict of a problem that ends the judging, and prints it in one line."""
    from contracts.record.fields import ExchangeError
    from contracts.target.redact import mask_links
    from contracts.target.seller import CannotRun

    try:
        yield
    except (CannotRun, ExchangeError, RuntimeError, OSError) as problem:
        message = mask_links(str(problem))
        click.echo(f"{target} cannot be judged: {message}", err=True)
        collected.append(_broken_off(*message.splitlines()))
    except KeyboardInterrupt:
        # Exit code 2: code 1 would say that something failed. What was judged is reported.
        click.echo(f"{target}: interrupted", err=True)
        collected.append(_broken_off(_INTERRUPTED))


def _make_commands(choose: ChooseCheck) -> Callable[[Verdict], str]:
    """Writes the present command line, with the options that choose the check of a verdict."""
    context = click.get_current_context(silent=True)
    typed = Repetition.of(context) if context else None
    return lambda verdict: typed.format(choose(verdict)) if typed else ""


def _add_command(verdict: Verdict, repeat: Callable[[Verdict], str]) -> Verdict:
    """The verdict with the command first; unchanged where it holds, or is about no check."""
    from contracts.verdicts import NO_EVIDENCE, WRONG

    if verdict.outcome not in WRONG or verdict.evidence == NO_EVIDENCE:
        return verdict
    command = repeat(verdict)
    return replace(verdict, repeat=(command, *verdict.repeat)) if command else verdict


def is_interrupted(run: Run) -> bool:
    """Whether somebody interrupted it; then no further judge is to start."""
    return any(v.name == BROKEN_OFF and v.messages == (_INTERRUPTED,) for v in run.verdicts)


def _broken_off(*messages: str) -> Verdict:
    from contracts.verdicts import NO_EVIDENCE, Outcome, Verdict

    return Verdict(BROKEN_OFF, "", Outcome.ERROR, NO_EVIDENCE, messages)


def _print(runs: list[Run], reports: ReportOptions, *, matrix: bool = False) -> None:
    """Print runs, with the matrix if ``matrix`` or if a verdict is about a cell of it."""
    from rich.console import Console

    from contracts.checks.matrix import fill_from_runs
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
        console.print_matrix(screen, fill_from_runs(runs))


def _write_reports(runs: list[Run], reports: ReportOptions) -> int:
    """Write the reports; return the exit code."""
    from contracts.reports import files
    from contracts.reports.badge import to_badge
    from contracts.reports.counts import exit_code_of
    from contracts.reports.html import to_html
    from contracts.reports.junit import to_junit
    from contracts.reports.saved import to_json
    from contracts.verdicts import NOT_JUDGED

    writers = (
        (reports.html, to_html),
        (reports.junit, to_junit),
        (reports.save, to_json),
        (reports.badge, to_badge),
    )
    try:
        for path, make_report in writers:
            if path is not None:
                files.write(path, make_report(runs, strict=reports.strict))
                click.echo(f"written: {path}", err=reports.as_json)
    except files.Unwritable as problem:
        click.echo(str(problem), err=True)
        return NOT_JUDGED
    return exit_code_of(runs, strict=reports.strict)

"""``mockseller verify client``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import click

from contracts.cli.judged import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.grading.lesson import Lesson
    from contracts.verdicts import Verdict

KINDS = ("custom", "billmanager", "whmcs")
TRADES = ("licences", "services", "modules")


@click.command(short_help="Grade a reseller's integration, whatever it is written in.")
@click.option("--command", metavar="WORDS", help="Grade this command, run once for every step.")
@click.option("--manual", is_flag=True, help="Grade a person: the steps are a page in a browser.")
@click.option("--serve", is_flag=True, help="Grade whoever answers here, in the terminal.")
@click.option("--own", is_flag=True, help="Grade the client of this installation, in process.")
@click.option("--records", is_flag=True, help="Hold that client against the exchanges on record.")
@click.option("--kind", type=click.Choice(KINDS), help="Which way of reselling it is.")
@click.option("--family", type=click.Choice(TRADES), help="What it is to resell.")
@click.option("--only", default="", metavar="TEXT", help="Lessons whose name contains this.")
@click.option(
    "--patience",
    type=click.FloatRange(0, 600),
    default=5.0,
    show_default=True,
    help="Seconds for which a slow answer or a late key keeps the client waiting.",
)
@click.option(
    "--limit",
    type=click.FloatRange(1, 3600),
    default=120.0,
    show_default=True,
    help="Seconds a command has for one step.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where to serve; 0: any.")
@click.option("--by-login", is_flag=True, help="Choose the world by login, not by path.")
@click.option("--lessons", is_flag=True, help="List the lessons, and what each is about.")
@report_options
def client(
    *,
    command: str | None,
    manual: bool,
    serve: bool,
    own: bool,
    records: bool,
    kind: str | None,
    family: str | None,
    only: str,
    patience: float,
    limit: float,
    port: int,
    by_login: bool,
    lessons: bool,
    reports: Reports,
) -> None:
    """Grades a reseller's integration: serves it a world, asks for something, plays difficult.

    The integration is a command (--command './adapter', docs/grading.md tells what it is given and
    answers) or a person (--manual, --serve).

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.deviations import OURS
    from contracts.grading import runs
    from contracts.grading.judge import NoLessonError, chosen
    from contracts.grading.runs import Serving, Wanted

    if lessons:
        _list_lessons()
        return
    if sum((command is not None, manual, serve, own, records)) != 1:
        raise click.UsageError(
            "say whom to grade: one of --command, --manual, --serve, --own, --records"
        )
    if command is not None and not _words(command):
        raise click.UsageError(f"--command: {command!r} is no command")
    if records:
        sys.exit(conclude("client", "the client", _recorded(only), reports))
    try:
        taught = chosen(only)
    except NoLessonError as problem:
        raise click.UsageError(str(problem)) from None
    if own:
        _conclude_own(taught, kind, family, reports)
    verdicts: Iterator[Verdict]
    wanted = Wanted(taught, kind or "custom", family or "licences")
    serving = Serving(port, patience, by_login)
    if command is not None:
        verdicts = runs.grade_command(command, wanted, serving, limit=limit)
    elif manual:
        verdicts = runs.grade_at_desk(wanted, serving, sys.stdout)
    else:
        verdicts = runs.grade_at_terminal(wanted, serving, sys.stdout, sys.stdin)
    sys.exit(
        conclude(
            "client",
            command or "the client",
            verdicts,
            reports,
            details={"kind": wanted.kind},
            known=OURS,
        )
    )


def _conclude_own(
    lessons: tuple[Lesson, ...], kind: str | None, family: str | None, reports: Reports
) -> NoReturn:
    """Our own client in one run: as each kind, held against what is known of that kind."""
    from contracts import moments
    from contracts.deviations import OURS, DeviationFault, read_file
    from contracts.grading.lessons import LESSONS
    from contracts.grading.runs import Excuses, grade_kinds

    try:
        known = read_file(reports.known or OURS)
    except DeviationFault as problem:
        raise click.UsageError(str(problem)) from None
    remarks: list[str] = []
    kinds, trades = (kind,) if kind else KINDS, (family,) if family else TRADES
    excuses = Excuses(known, moments.now().date())
    verdicts = grade_kinds(lessons, kinds, trades, excuses, remarks)
    # Of a part, most of what is known is not judged: nothing can be said of it.
    whole = len(lessons) == len(LESSONS) and not family
    told = remarks if whole else ()
    target = f"our own client as {kind or 'every kind of reseller'}"
    sys.exit(conclude("client", target, verdicts, replace(reports, known=None), remarks=told))


def _words(command: str) -> list[str]:
    """A command in words, as a shell takes it apart; none where it cannot be."""
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _recorded(only: str) -> Iterator[Verdict]:
    from contracts.client_target import READS, judge_client
    from contracts.exchange import read_all

    records = {exchange.name: exchange for exchange in read_all()}
    for exchange in records.values():
        for out in READS:
            if out in exchange.formats and only in exchange.name:
                yield judge_client(exchange, out, records)


def _list_lessons() -> None:
    from contracts.grading.lessons import LESSONS

    for lesson in LESSONS:
        click.echo(f"{lesson.name}: {lesson.title}. {lesson.why} [{lesson.evidence}]")

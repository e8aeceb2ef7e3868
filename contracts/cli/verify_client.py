"""``mockseller verify client``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import click

from contracts.cli import options
from contracts.cli.options import PORT, SECONDS
from contracts.cli.progress import Progress, part_by_lesson, part_by_trade
from contracts.cli.repeat import Chosen, JudgeCommand
from contracts.cli.runs import ReportOptions, conclude, report_options

if TYPE_CHECKING:
    from contracts.checks.client.judge import GradingRequest, ServerOptions
    from contracts.checks.client.lesson import Lesson
    from contracts.checks.scope import Scope
    from contracts.verdicts import Verdict

KINDS = ("custom", "billmanager", "whmcs")
TRADES = ("licences", "services", "modules")


@click.command(cls=JudgeCommand, short_help="Grade your integration, whatever it is written in.")
@click.option("--command", metavar="WORDS", help="Grade this command, run for every step.")
@click.option("--manual", is_flag=True, help="Grade a person: a page says what to do.")
@click.option("--terminal", is_flag=True, help="Grade a person or program in the terminal.")
@options.in_process
@click.option("--records", is_flag=True,
              help="Check that mockseller's own client reads every recorded answer.")  # fmt: skip
@click.option("--kind", type=click.Choice(KINDS), help="The kind of billing that is graded.")
@click.option("--trade", type=click.Choice(TRADES), help="What it resells.")
@options.only("lessons")
@click.option("--patience", "delay", type=SECONDS, default=5.0, show_default=True,
              metavar="SECONDS", help="How late slow answers and late keys come.")  # fmt: skip
@click.option("--timeout", type=SECONDS, default=120.0, show_default=True, metavar="SECONDS",
              help="A command that takes longer for one step is stopped.")  # fmt: skip
@click.option("--port", type=PORT, default=0, show_default=True, metavar="PORT",
              help="Port to serve the seller at; 0 takes a free one.")  # fmt: skip
@click.option(
    "--by-login", is_flag=True, help="Keep one address and change the login from lesson to lesson."
)
@click.option("--lessons", "list_lessons", is_flag=True,
              help="List the lessons, and what each is about.")  # fmt: skip
@report_options
def client(
    *,
    command: str | None,
    manual: bool,
    terminal: bool,
    in_process: bool,
    records: bool,
    kind: str | None,
    trade: str | None,
    only: str,
    delay: float,
    timeout: float,
    port: int,
    by_login: bool,
    list_lessons: bool,
    reports: ReportOptions,
) -> None:
    """Grade your integration with a seller that causes trouble on purpose.

    Answers get lost, keys come late, sessions end. The integration is a command (--command
    './adapter'; docs/grading.md describes its input and output) or a person (--manual, --terminal).
    It is told what to do, such as to order a license; what it did is read from the seller.

    Exit code 0: everything passed, 1: something failed, 2: it could not be judged.
    """
    from contracts.checks.client.judge import (
        GradingRequest,
        ServerOptions,
        UnknownLessonError,
        select_lessons,
    )

    if list_lessons:
        _list_lessons()
        return
    _check_choice(command, manual, terminal, in_process, records)
    if records:
        verdicts = _judge_records(only)
        sys.exit(conclude("client", "the client", verdicts, reports, scope=_scope_of_records))
    try:
        lessons = select_lessons(only)
    except UnknownLessonError as problem:
        raise click.UsageError(str(problem)) from None
    if in_process:
        _conclude_own(lessons, kind, trade, reports)
    request = GradingRequest(lessons, kind or "custom", trade or "licences")
    server = ServerOptions(port, delay, by_login)
    verdicts = _grade_other(command, request, server, reports, manual=manual, timeout=timeout)
    _conclude_other(command or "the client", request, verdicts, reports)


def _check_choice(command: str | None, *others: bool) -> None:
    """Raise UsageError unless exactly one client is chosen, and the command can be split."""
    if sum((command is not None, *others)) != 1:
        raise click.UsageError(
            "say whom to grade: one of --command, --manual, --terminal, --in-process, --records"
        )
    if command is not None and not _words(command):
        raise click.UsageError(f"--command: {command!r} is not a command")


def _grade_other(
    command: str | None,
    request: GradingRequest,
    server: ServerOptions,
    reports: ReportOptions,
    *,
    manual: bool,
    timeout: float,
) -> Iterator[Verdict]:
    """A client outside this process. Raises UsageError where the terminal is needed twice."""
    from contracts.checks.client import judge

    if command is not None:
        return judge.grade_command(command, request, server, limit=timeout)
    if manual:
        return judge.grade_manually(request, server, sys.stderr if reports.as_json else sys.stdout)
    if reports.as_json:
        raise click.UsageError("--terminal and --json would both write to the terminal")
    return judge.grade_in_terminal(request, server, sys.stdout, sys.stdin)


def _conclude_other(
    target: str, request: GradingRequest, verdicts: Iterator[Verdict], reports: ReportOptions
) -> NoReturn:
    from contracts.checks.client.judge import scope_of
    from contracts.checks.deviations import OURS

    code = conclude(
        "client",
        target,
        verdicts,
        reports,
        details={"kind": request.kind},
        deviations=OURS,
        progress=Progress(part_by_lesson),
        scope=lambda: scope_of((request.kind,), (request.trade,)),
        choose=choose_lesson,
    )
    sys.exit(code)


def _conclude_own(
    lessons: tuple[Lesson, ...], kind: str | None, trade: str | None, reports: ReportOptions
) -> NoReturn:
    """Our own client in one run, as every kind, each with its own known deviations."""
    from contracts import clock
    from contracts.checks.client.judge import DeviationsOnDay, grade_kinds, scope_of
    from contracts.checks.client.lessons import LESSONS
    from contracts.checks.deviations import OURS, DeviationError, read_file

    try:
        entries = read_file(reports.deviations or OURS)
    except DeviationError as problem:
        raise click.UsageError(str(problem)) from None
    notes: list[str] = []
    kinds, trades = (kind,) if kind else KINDS, (trade,) if trade else TRADES
    deviations = DeviationsOnDay(entries, clock.now().date())
    verdicts = grade_kinds(lessons, kinds, trades, deviations, notes)
    # Of a part of the lessons most deviations have no effect: nothing can be said about them.
    is_complete = len(lessons) == len(LESSONS) and not trade
    code = conclude(
        "client",
        f"our own client as {kind or 'every kind of reseller'}",
        verdicts,
        replace(reports, deviations=None),
        remarks=notes if is_complete else (),
        progress=Progress(part_by_trade),
        scope=lambda: scope_of(kinds, trades),
        choose=choose_lesson,
    )
    sys.exit(code)


def choose_lesson(verdict: Verdict) -> Chosen:
    """The options that grade a lesson again, as the same kind of reseller in the same trade."""
    kind, _, trade = verdict.out.partition(" ")
    return {"only": verdict.name, "kind": kind, "trade": trade}


def _words(command: str) -> list[str]:
    """A command in words, as a shell splits it; none if it cannot be split."""
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _judge_records(only: str) -> Iterator[Verdict]:
    from contracts.checks.client.exchanges import FORMATS, judge_client
    from contracts.record.exchange import read_all
    from contracts.record.levels import select_names

    records = {exchange.name: exchange for exchange in read_all()}
    for name in select_names(only, records):
        exchange = records[name]
        for out in FORMATS:
            if out in exchange.formats:
                yield judge_client(exchange, out, records)


def _scope_of_records() -> Scope:
    from contracts.checks.client.exchanges import FORMATS
    from contracts.checks.scope import without_cells
    from contracts.record.exchange import read_all

    names = (each.name for each in read_all() if set(each.formats) & set(FORMATS))
    return without_cells("exchanges", names)


def _list_lessons() -> None:
    from contracts.checks.client.lessons import LESSONS

    for lesson in LESSONS:
        click.echo(f"{lesson.id}: {lesson.about}. {lesson.cost} [{lesson.evidence}]")

"""``mockseller verify client``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

import click

from contracts.cli import options
from contracts.cli.options import PORT, SECONDS, gathered
from contracts.cli.progress import Progress, lesson, trade
from contracts.cli.runs import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.checks.client.lesson import Lesson
    from contracts.verdicts import Verdict

KINDS = ("custom", "billmanager", "whmcs")
TRADES = ("licences", "services", "modules")


@dataclass(frozen=True, slots=True)
class Whom:
    """Who is graded: one of these."""

    command: str | None
    manual: bool
    terminal: bool
    in_process: bool
    records: bool

    def check(self) -> None:
        """UsageError: none or several, or a command that is no words."""
        one = (self.command is not None, self.manual, self.terminal, self.in_process, self.records)
        if sum(one) != 1:
            raise click.UsageError(
                "say whom to grade: one of --command, --manual, --terminal, --in-process, --records"
            )
        if self.command is not None and not _words(self.command):
            raise click.UsageError(f"--command: {self.command!r} is no command")


@dataclass(frozen=True, slots=True)
class Wishes:
    """In what it is graded, and how a client outside this process is served."""

    kind: str | None
    trade: str | None
    only: str
    patience: float
    timeout: float
    port: int
    by_login: bool


whom_options = gathered(
    "whom",
    Whom,
    click.option("--command", metavar="WORDS", help="Grade this command, run for every step."),
    click.option("--manual", is_flag=True, help="Grade a person: a page says what to do."),
    click.option("--terminal", is_flag=True, help="Grade whoever answers here, in the terminal."),
    options.in_process,
    click.option("--records", is_flag=True,
                 help="Hold our own client against the exchanges on record."),
)  # fmt: skip
wishes_options = gathered(
    "wishes",
    Wishes,
    click.option("--kind", type=click.Choice(KINDS), help="Which way of reselling it is."),
    click.option("--trade", type=click.Choice(TRADES), help="What it is to resell."),
    options.only("lessons"),
    click.option("--patience", type=SECONDS, default=5.0, show_default=True, metavar="SECONDS",
                 help="How long a slow answer or a late key keeps the client waiting."),
    click.option("--timeout", type=SECONDS, default=120.0, show_default=True, metavar="SECONDS",
                 help="A command that takes longer for one step is stopped."),
    click.option("--port", type=PORT, default=0, show_default=True, metavar="PORT",
                 help="Port to serve it at; 0 takes a free one."),
    click.option("--by-login", is_flag=True, help="Choose the world by login, not by path."),
)  # fmt: skip


@click.command(short_help="Grade a reseller's integration, whatever it is written in.")
@whom_options
@wishes_options
@click.option("--lessons", is_flag=True, help="List the lessons, and what each is about.")
@report_options
def client(*, whom: Whom, wishes: Wishes, lessons: bool, reports: Reports) -> None:
    """Grades a reseller's integration: serves it a world, asks for something, plays difficult.

    The integration is a command (--command './adapter', docs/grading.md tells what it is given and
    answers) or a person (--manual, --terminal).

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.checks.client.judge import UnknownLessonError, select_lessons

    if lessons:
        _list_lessons()
        return
    whom.check()
    if whom.records:
        sys.exit(conclude("client", "the client", _recorded(wishes.only), reports))
    try:
        taught = select_lessons(wishes.only)
    except UnknownLessonError as problem:
        raise click.UsageError(str(problem)) from None
    if whom.in_process:
        _conclude_own(taught, wishes, reports)
    _conclude_other(taught, whom, wishes, reports)


def _conclude_other(
    lessons: tuple[Lesson, ...], whom: Whom, wishes: Wishes, reports: Reports
) -> NoReturn:
    """Somebody outside this process, over the network."""
    from contracts.checks.client import judge
    from contracts.checks.deviations import OURS

    wanted = judge.GradingRequest(lessons, wishes.kind or "custom", wishes.trade or "licences")
    serving = judge.ServerOptions(wishes.port, wishes.patience, wishes.by_login)
    verdicts: Iterator[Verdict]
    if whom.command is not None:
        verdicts = judge.grade_command(whom.command, wanted, serving, limit=wishes.timeout)
    elif whom.manual:
        out = sys.stderr if reports.as_json else sys.stdout
        verdicts = judge.grade_manually(wanted, serving, out)
    elif reports.as_json:
        raise click.UsageError("--terminal and --json would both write to the terminal")
    else:
        verdicts = judge.grade_in_terminal(wanted, serving, sys.stdout, sys.stdin)
    target = whom.command or "the client"
    details = {"kind": wanted.kind}
    progress = Progress(lesson)
    sys.exit(
        conclude(
            "client", target, verdicts, reports, details=details, known=OURS, progress=progress
        )
    )


def _conclude_own(lessons: tuple[Lesson, ...], wishes: Wishes, reports: Reports) -> NoReturn:
    """Our own client in one run: as each kind, held against what is known of that kind."""
    from contracts import clock
    from contracts.checks.client.judge import KnownDeviations, grade_kinds
    from contracts.checks.client.lessons import LESSONS
    from contracts.checks.deviations import OURS, DeviationFault, read_file

    try:
        known = read_file(reports.known or OURS)
    except DeviationFault as problem:
        raise click.UsageError(str(problem)) from None
    remarks: list[str] = []
    kinds = (wishes.kind,) if wishes.kind else KINDS
    trades = (wishes.trade,) if wishes.trade else TRADES
    excuses = KnownDeviations(known, clock.now().date())
    verdicts = grade_kinds(lessons, kinds, trades, excuses, remarks)
    # Of a part, most of what is known is not judged: nothing can be said of it.
    whole = len(lessons) == len(LESSONS) and not wishes.trade
    told = remarks if whole else ()
    target = f"our own client as {wishes.kind or 'every kind of reseller'}"
    asked, progress = replace(reports, known=None), Progress(trade)
    sys.exit(conclude("client", target, verdicts, asked, remarks=told, progress=progress))


def _words(command: str) -> list[str]:
    """A command in words, as a shell takes it apart; none where it cannot be."""
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _recorded(only: str) -> Iterator[Verdict]:
    from contracts.checks.client.exchanges import READS, judge_client
    from contracts.record.exchange import read_all

    records = {exchange.name: exchange for exchange in read_all()}
    for exchange in records.values():
        for out in READS:
            if out in exchange.formats and only in exchange.name:
                yield judge_client(exchange, out, records)


def _list_lessons() -> None:
    from contracts.checks.client.lessons import LESSONS

    for declared in LESSONS:
        click.echo(f"{declared.id}: {declared.about}. {declared.cost} [{declared.evidence}]")

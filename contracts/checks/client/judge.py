"""The judge of clients: runs lessons, each scenario in a world of its own, with any driver."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final, TextIO

from contracts import clock
from contracts.checks.client.adapter import ADAPTERS
from contracts.checks.client.case import (
    FURTHER_PASSWORD,
    ActionNotSupported,
    ClientDriver,
    Execution,
)
from contracts.checks.client.drivers import (
    AdapterDriver,
    CommandDriver,
    ManualPageDriver,
    TerminalDriver,
)
from contracts.checks.client.environment import CaseEnvironment, in_process, served
from contracts.checks.client.lesson import ORDER, Lesson, Scenario
from contracts.checks.client.lessons import LESSONS
from contracts.checks.client.lessons.unsupported import unsupported_trade
from contracts.checks.client.products import LICENSES, PRODUCTS, TRADES, SampleProduct
from contracts.checks.client.protocol import BadReport
from contracts.checks.deviations import KnownDeviation, apply
from contracts.checks.runner import Findings, run_check
from contracts.checks.scope import Scope
from contracts.record.exchange import OUR_PASSWORD
from contracts.record.levels import select_names
from contracts.target.seller import CannotRun
from contracts.verdicts import Cell, Outcome, Verdict
from emulator.testing import ControlError

KINDS: Final = ("custom", "billmanager", "whmcs")
"""Ways of reselling, as the matrix names them."""
OUR_DAY: Final = datetime(2027, 1, 31, 12, tzinfo=UTC)
"""The day on which our own client is graded: months of different lengths meet there."""


class UnknownLessonError(ValueError):
    """No lesson has such a name; the text is one line."""


def trades_of(kind: str) -> tuple[str, ...]:
    """The trades that a kind of reseller can resell. Source: docs/resale.md 3 (documented)."""
    return (LICENSES,) if kind == "whmcs" else TRADES


def select_lessons(only: str = "") -> tuple[Lesson, ...]:
    """The lesson of this name, or those whose name contains it.

    Raises UnknownLessonError where there is none.
    """
    every = {lesson.id: lesson for lesson in LESSONS}
    if only == unsupported_trade.id:
        return (unsupported_trade,)
    lessons = tuple(every[name] for name in select_names(only, every))
    if not lessons:
        raise UnknownLessonError(f'no lesson has "{only}" in its name; --lessons lists them all')
    return lessons


def grade(
    environment: CaseEnvironment,
    driver: ClientDriver,
    *,
    kind: str,
    trade: str,
    lessons: Iterable[Lesson] = LESSONS,
) -> Iterator[Verdict]:
    """One verdict for each lesson that applies to the trade; known deviations are not applied.

    For a trade that this kind cannot resell there is one lesson: that the client says so.
    """
    applicable = lessons if trade in trades_of(kind) else (unsupported_trade,)
    for lesson in applicable:
        if trade in lesson.trades:
            yield run_check(
                lesson,
                _Grading(environment, driver, lesson, PRODUCTS[trade], kind),
                out=f"{kind} {trade}",
                cells=frozenset({Cell(kind, trade)}),
                secrets=(OUR_PASSWORD, FURTHER_PASSWORD),
                errors=(CannotRun, ControlError),
            )


def scope_of(kinds: Iterable[str], trades: Iterable[str]) -> Scope:
    """All lessons that `grade` has for these kinds of reseller in these trades."""
    cells = [Cell(kind, trade) for kind in kinds for trade in trades]
    about: dict[str, frozenset[Cell]] = {}
    for cell in cells:
        for lesson in LESSONS if cell.trade in trades_of(cell.system) else (unsupported_trade,):
            if cell.trade in lesson.trades:
                about[lesson.id] = about.get(lesson.id, frozenset()) | {cell}
    return Scope("lessons", about)


@dataclass(frozen=True, slots=True)
class _Grading:
    """One lesson of one client: runs its scenarios and calls its check."""

    environment: CaseEnvironment
    driver: ClientDriver
    lesson: Lesson
    product: SampleProduct
    kind: str

    def __call__(self, findings: Findings) -> None:
        """Note what the lesson shows. Raises ControlError of the seller, ClientUnusable."""
        executions = [self._run(scenario, findings) for scenario in self.lesson.scenarios]
        if self.lesson.unable_is_judged:
            findings.messages.pop(Outcome.NOT_EXERCISED, None)
        if not findings.messages:
            self._decide(executions, findings)
        if findings.outcome is Outcome.NOT_EXERCISED and self.kind in self.lesson.not_for:
            findings.messages.clear()
            findings.note(Outcome.DOES_NOT_APPLY, self.lesson.not_for[self.kind])
        if not findings.proof:
            findings.prove(*(c for each in executions for c in each.calls if c.confirmed))

    def _run(self, scenario: Scenario, findings: Findings) -> Execution:
        case = self.environment.open_case(
            self.lesson.id, self.product, self.driver, self.lesson.fixture
        )
        self.driver.begin(self.lesson.id)
        try:
            try:
                scenario(case)
            except ActionNotSupported as problem:
                findings.not_exercised(str(problem))
            except BadReport as problem:
                findings.fail(f"step {case.step_count}: no readable report: {problem}")
            except ControlError as problem:
                if not case.step_count:
                    raise
                # What this client left behind: with an honest one the lesson goes on.
                findings.fail(f"after step {case.step_count} the lesson cannot go on: {problem}")
            return case.finish()
        finally:
            self.driver.end()
            case.discard()

    def _decide(self, executions: Sequence[Execution], findings: Findings) -> None:
        if ORDER in self.lesson.needs and not executions[0].orders():
            findings.not_exercised("no confirmed order was sent")
            return
        self.lesson.decide(findings, *executions)
        if not findings.messages and not all(each.hooks_applied for each in executions):
            findings.not_exercised("the client never came to where the trap is")


@dataclass(frozen=True, slots=True)
class GradingRequest:
    """What is graded: lessons, the kind of client, and the trade."""

    lessons: tuple[Lesson, ...]
    kind: str
    trade: str

    def run(self, environment: CaseEnvironment, driver: ClientDriver) -> Iterator[Verdict]:
        """The verdicts."""
        yield from grade(
            environment, driver, kind=self.kind, trade=self.trade, lessons=self.lessons
        )


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the seller is served to a client in another process.

    ``port`` 0 takes a free one. ``delay``: seconds that slow answers take. ``by_login``: the
    login names the world, not the path.
    """

    port: int = 0
    delay: float = 5.0
    by_login: bool = False

    def serve(self) -> AbstractContextManager[CaseEnvironment]:
        """The environment, at the present time. Raises OSError where the port is taken."""
        return served(clock.now(), delay=self.delay, port=self.port, by_login=self.by_login)


@dataclass(frozen=True, slots=True)
class DeviationsOnDay:
    """Known deviations, and the day on which they are applied."""

    entries: tuple[KnownDeviation, ...]
    today: date


def grade_kinds(
    lessons: tuple[Lesson, ...],
    kinds: Iterable[str],
    trades: Iterable[str],
    deviations: DeviationsOnDay,
    remarks: list[str],
) -> Iterator[Verdict]:
    """Our own client as each kind in each trade, with the known deviations of that kind applied.

    ``remarks`` grows by lines on known deviations without effect.
    """
    all_trades = tuple(trades)
    graded = (
        (kind, [v for t in all_trades for v in grade_own(GradingRequest(lessons, kind, t))])
        for kind in kinds
    )
    yield from apply_to_kinds(graded, deviations, remarks)


def apply_to_kinds(
    verdicts: Iterable[tuple[str, list[Verdict]]], deviations: DeviationsOnDay, remarks: list[str]
) -> Iterator[Verdict]:
    """The verdicts on each kind of our own client, with its known deviations applied.

    ``remarks`` grows by lines on known deviations without effect.
    """
    for kind, of_kind in verdicts:
        applied, notes = apply(
            deviations.entries, of_kind, judge="client", kind=kind, today=deviations.today
        )
        remarks.extend(notes)
        yield from applied


def grade_own(request: GradingRequest) -> Iterator[Verdict]:
    """Our own client, in this process."""
    with in_process(OUR_DAY) as environment:
        driver = AdapterDriver(environment, ADAPTERS[request.kind])
        start = clock.elapsed()
        for verdict in request.run(environment, driver):
            # Measured here: verdicts are held back until all of a kind are there.
            yield replace(verdict, seconds=clock.elapsed() - start)
            start = clock.elapsed()


def grade_command(
    command: str, request: GradingRequest, server: ServerOptions, *, limit: float
) -> Iterator[Verdict]:
    """A command that is started for every step, for at most ``limit`` seconds.

    Raises ClientUnusable where it cannot be graded, OSError where the port is taken.
    """
    with server.serve() as environment:
        words, has_called = shlex.split(command), environment.middleware.has_calls
        yield from request.run(
            environment, CommandDriver(words, limit=limit, has_called=has_called)
        )


def grade_manually(
    request: GradingRequest, server: ServerOptions, out: TextIO
) -> Iterator[Verdict]:
    """A person with a browser: a page says what to do next. Raises OSError for a taken port."""
    with server.serve() as environment, ManualPageDriver(out) as driver:
        yield from request.run(environment, driver)


def grade_in_terminal(
    request: GradingRequest, server: ServerOptions, out: TextIO, lines: TextIO
) -> Iterator[Verdict]:
    """A person or program at the terminal. Raises ClientUnusable at the end of the input."""
    with server.serve() as environment:
        yield from request.run(environment, TerminalDriver(out, lines))

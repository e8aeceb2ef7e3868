"""Whole gradings, from a stage that is set to the last verdict, by who plays the client."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final, TextIO

from contracts import clock
from contracts.checks.client.adapter import ADAPTERS
from contracts.checks.client.case_context import Player
from contracts.checks.client.drivers import Command, InProcess
from contracts.checks.client.environment import Stage, in_process, served
from contracts.checks.client.judge import grade
from contracts.checks.client.lesson import Lesson
from contracts.checks.client.manual_drivers import AtDesk, AtTerminal
from contracts.checks.deviations import Entry, apply
from contracts.verdicts import Verdict

OUR_DAY: Final = datetime(2027, 1, 31, 12, tzinfo=UTC)
"""The day of our own client's gradings: months of different lengths meet there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be graded: lessons, the kind of client, and the line of trade."""

    lessons: tuple[Lesson, ...]
    kind: str
    trade: str

    def graded(self, stage: Stage, player: Player) -> Iterator[Verdict]:
        """The verdicts."""
        yield from grade(stage, player, kind=self.kind, trade=self.trade, lessons=self.lessons)


@dataclass(frozen=True, slots=True)
class Serving:
    """How a seller is served to a client outside: the port (0: any), seconds of patience.

    ``by_login`` chooses worlds by login in place of the path.
    """

    port: int = 0
    patience: float = 5.0
    by_login: bool = False

    def stage(self) -> AbstractContextManager[Stage]:
        """The stage, on which it is now."""
        begins = clock.now()
        return served(begins, patience=self.patience, port=self.port, by_login=self.by_login)


@dataclass(frozen=True, slots=True)
class Excuses:
    """What is known of each kind of reseller, and on which day that is judged."""

    known: tuple[Entry, ...]
    today: date


def grade_kinds(
    lessons: tuple[Lesson, ...],
    kinds: Iterable[str],
    trades: Iterable[str],
    excuses: Excuses,
    remarks: list[str],
) -> Iterator[Verdict]:
    """Our own client as each kind in each trade, held against what is known of that kind.

    ``remarks`` grows by what is to be said of the known deviations themselves.
    """
    several = tuple(trades)
    for kind in kinds:
        found = [one for trade in several for one in grade_own(Wanted(lessons, kind, trade))]
        applied, told = apply(excuses.known, found, judge="client", kind=kind, today=excuses.today)
        remarks.extend(told)
        yield from applied


def grade_own(wanted: Wanted) -> Iterator[Verdict]:
    """Our own client, in this process."""
    with in_process(OUR_DAY) as stage:
        player = InProcess(stage, ADAPTERS[wanted.kind])
        begun = clock.elapsed()
        for verdict in wanted.graded(stage, player):
            # Told here: they are held back until all of a kind are there.
            yield replace(verdict, seconds=clock.elapsed() - begun)
            begun = clock.elapsed()


def grade_command(
    words: str, wanted: Wanted, serving: Serving, *, limit: float
) -> Iterator[Verdict]:
    """A command, started once for every step. Raises CannotRun, and OSError for a taken port."""
    with serving.stage() as stage:
        yield from wanted.graded(stage, Command(shlex.split(words), limit=limit))


def grade_at_desk(wanted: Wanted, serving: Serving, out: TextIO) -> Iterator[Verdict]:
    """A person with a browser, who is told on a page what to do next."""
    with serving.stage() as stage, AtDesk(out) as player:
        yield from wanted.graded(stage, player)


def grade_at_terminal(
    wanted: Wanted, serving: Serving, out: TextIO, lines: TextIO
) -> Iterator[Verdict]:
    """Whoever reads and writes in the terminal: steps as lines of JSON, answers likewise."""
    with serving.stage() as stage:
        yield from wanted.graded(stage, AtTerminal(out, lines))

"""Moves the clock of a world and reports the events on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from emulator import events
from emulator.clock import END, WorldClock, add_span
from emulator.domain import lifecycle
from emulator.domain.lifecycle import DueEvent
from emulator.domain.world import read, set_clock
from emulator.results import ClockInfo
from emulator.store.engine import Database
from emulator.store.moments import count_later
from emulator.worlds.worlds import Worlds

NEXT = "to next renewal"
"""Instead of a span: to the instant of the next due event."""
MOST_EVENTS = 10_000
"""Events an answer lists; the others are counted."""


class NothingDueError(ValueError):
    """The clock was to go to the next renewal, and there is none."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """A world's time: ``mode`` real, shifted or frozen; ``happened``: the events of a move.

    Of more than MOST_EVENTS events the first are listed and ``left_off`` counts the others; the
    journal has the latest. ``ahead``: see `count_later`.
    """

    now: datetime
    mode: str
    next_due_at: datetime | None
    happened: tuple[DueEvent, ...] = ()
    left_off: int = 0
    ahead: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> ClockInfo:
        """For JSON."""
        due = self.next_due_at
        state: ClockInfo = {
            "now": self.now.isoformat(),
            "mode": self.mode,
            "next_due_at": None if due is None else due.isoformat(),
            "happened": [event.as_dict() for event in self.happened],
        }
        if self.left_off:
            state["left_off"] = self.left_off
        if self.ahead:
            state["ahead"] = dict(self.ahead)
        return state


def show(worlds: Worlds, name: str) -> ClockState:
    """The world's time. Reading it triggers no event. Raises NoWorld."""
    return _moment(worlds, worlds.connect(name), _Progress())


def advance(worlds: Worlds, name: str, span: str) -> ClockState:
    """Moves the clock forward: ``31 days``, ``1 month``, or ``to next renewal``.

    A frozen clock stays frozen, a running one runs on from there. Raises ValueError for a bad
    span, NothingDueError where nothing is due, NoWorld.
    """
    with worlds.locked(name) as db:
        progress = _catch_up(worlds, db, _Progress())
        with db.writing():
            world = read(db)
            now = world.clock.now(worlds.system_clock)
            target = _next(world.next_due_at) if span.strip() == NEXT else add_span(now, span)
            if target >= END:
                msg = f'"{span}" from {now:%Y-%m-%d} leaves the calendar'
                raise ValueError(msg)
            set_clock(db, world.clock.moved_to(target, worlds.system_clock))
        return _moment(worlds, db, _catch_up(worlds, db, progress))


def freeze(worlds: Worlds, name: str, at: datetime | None = None) -> ClockState:
    """Stops the clock, now or at ``at``; events due by then take place. Raises NoWorld."""
    with worlds.locked(name) as db:
        with db.writing():
            clock = read(db).clock
            set_clock(db, WorldClock("frozen", frozen_at=at or clock.now(worlds.system_clock)))
        return _moment(worlds, db, _catch_up(worlds, db, _Progress()))


def set_to(worlds: Worlds, name: str, at: datetime) -> ClockState:
    """Sets the clock to ``at``, past or future; a running one runs on. Raises NoWorld."""
    with worlds.locked(name) as db:
        with db.writing():
            set_clock(db, read(db).clock.moved_to(at, worlds.system_clock))
        return _moment(worlds, db, _catch_up(worlds, db, _Progress()))


def run_real(worlds: Worlds, name: str) -> ClockState:
    """Makes the world's clock show real time again. Raises NoWorld."""
    with worlds.locked(name) as db:
        with db.writing():
            set_clock(db, WorldClock("real"))
        return _moment(worlds, db, _catch_up(worlds, db, _Progress()))


def _next(due: datetime | None) -> datetime:
    if due is None:
        raise NothingDueError("nothing is due in this world: there is no next renewal")
    return due


@dataclass(slots=True)
class _Progress:
    """The first events and the number of the others: a jump of a century fits in memory."""

    happened: list[DueEvent] = field(default_factory=list)
    left_off: int = 0

    def add(self, batch: list[DueEvent]) -> None:
        """Adds a batch."""
        room = MOST_EVENTS - len(self.happened)
        self.happened += batch[:room]
        self.left_off += len(batch[room:])


def _moment(worlds: Worlds, db: Database, progress: _Progress) -> ClockState:
    world = read(db)
    now, due = world.clock.now(worlds.system_clock), world.next_due_at
    return ClockState(
        now,
        world.clock.mode,
        due,
        tuple(progress.happened),
        progress.left_off,
        count_later(db, now),
    )


def _catch_up(worlds: Worlds, db: Database, progress: _Progress) -> _Progress:
    """Lets everything due happen, each batch in its own commit."""
    while True:
        with db.writing():
            shop = worlds.shop(db, read(db))
            if not lifecycle.is_due(shop):
                return progress
            batch = events.catch_up(shop, worlds.bounds)
        progress.add(batch)

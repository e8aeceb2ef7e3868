"""Moving the clock of a world, and telling what happened on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from emulator import events
from emulator.clock import END, WorldClock, add_span
from emulator.domain import lifecycle
from emulator.domain.lifecycle import DueEvent
from emulator.domain.world import read, set_clock
from emulator.store.engine import Database
from emulator.worlds.worlds import Worlds

NEXT = "to next renewal"
"""Instead of a span: to the moment at which something falls due next."""
MOST_TOLD = 10_000
"""Happenings an answer tells; the others are counted."""


class NothingDueError(ValueError):
    """The clock was to go to the next renewal, and there is none."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A world's time: ``mode`` real, shifted or frozen; ``happened`` since the call before.

    Of more than MOST_TOLD happenings the first are told; ``left_off`` counts the others, which
    the journal tells as far back as it goes.
    """

    now: datetime
    mode: str
    next_due_at: datetime | None
    happened: tuple[DueEvent, ...] = ()
    left_off: int = 0

    def told(self) -> dict[str, object]:
        """For JSON."""
        due = self.next_due_at
        return {
            "now": self.now.isoformat(),
            "mode": self.mode,
            "next_due_at": None if due is None else due.isoformat(),
            "happened": [happening.told() for happening in self.happened],
            **({"left_off": self.left_off} if self.left_off else {}),
        }


def show(worlds: Worlds, name: str) -> Moment:
    """The world's time. Nothing falls due by looking at it."""
    return _moment(worlds, worlds.connect(name), _Told())


def advance(worlds: Worlds, name: str, span: str) -> Moment:
    """Moves the clock forward: ``31 days``, ``1 month``, or ``to next renewal``.

    A frozen clock stays frozen, a running one runs on from there. Raises ValueError for what is
    no span, NothingDueError where nothing is due.
    """
    with worlds.locked(name) as db:
        told = _catch_up(worlds, db, _Told())
        with db.writing():
            world = read(db)
            now = world.clock.now(worlds.machine)
            target = _next(world.next_due_at) if span.strip() == NEXT else add_span(now, span)
            if target >= END:
                msg = f'"{span}" from {now:%Y-%m-%d} leaves the calendar'
                raise ValueError(msg)
            set_clock(db, world.clock.moved_to(target, worlds.machine))
        return _moment(worlds, db, _catch_up(worlds, db, told))


def freeze(worlds: Worlds, name: str, at: datetime | None = None) -> Moment:
    """Stops the clock, now or at ``at``; what is due by then happens."""
    with worlds.locked(name) as db:
        with db.writing():
            clock = read(db).clock
            set_clock(db, WorldClock("frozen", frozen_at=at or clock.now(worlds.machine)))
        return _moment(worlds, db, _catch_up(worlds, db, _Told()))


def set_to(worlds: Worlds, name: str, at: datetime) -> Moment:
    """Puts the clock to ``at``, before or after now; a running one runs on from there."""
    with worlds.locked(name) as db:
        with db.writing():
            set_clock(db, read(db).clock.moved_to(at, worlds.machine))
        return _moment(worlds, db, _catch_up(worlds, db, _Told()))


def run_real(worlds: Worlds, name: str) -> Moment:
    """Lets the world's clock be the machine's again."""
    with worlds.locked(name) as db:
        with db.writing():
            set_clock(db, WorldClock("real"))
        return _moment(worlds, db, _catch_up(worlds, db, _Told()))


def _next(due: datetime | None) -> datetime:
    if due is None:
        raise NothingDueError("nothing is due in this world: there is no next renewal")
    return due


@dataclass(slots=True)
class _Told:
    """The first of what happened, and how much more: a jump of a century stays in memory."""

    happened: list[DueEvent] = field(default_factory=list)
    left_off: int = 0

    def add(self, batch: list[DueEvent]) -> None:
        """One batch more."""
        room = MOST_TOLD - len(self.happened)
        self.happened += batch[:room]
        self.left_off += len(batch[room:])


def _moment(worlds: Worlds, db: Database, told: _Told) -> Moment:
    world = read(db)
    now, due = world.clock.now(worlds.machine), world.next_due_at
    return Moment(now, world.clock.mode, due, tuple(told.happened), told.left_off)


def _catch_up(worlds: Worlds, db: Database, told: _Told) -> _Told:
    """Everything that is due, each batch a commit of its own."""
    while True:
        with db.writing():
            shop = worlds.shop(db, read(db))
            if not lifecycle.is_due(shop):
                return told
            batch = events.catch_up(shop, worlds.bounds)
        told.add(batch)

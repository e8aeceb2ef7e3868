"""Moving the clock of a world, and telling what happened on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from emulator import happenings
from emulator.clock import END, WorldClock, add_span
from emulator.domain import lifecycle
from emulator.domain.lifecycle import Happening
from emulator.domain.world import read, set_clock
from emulator.store.engine import Database
from emulator.worlds import Worlds

NEXT = "to next renewal"
"""Instead of a span: to the moment at which something falls due next."""
MOST_TOLD = 10_000
"""Happenings an answer tells; the others are counted."""


class NothingDueError(ValueError):
    """The clock was to go to the next renewal, and there is none."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A world's time: ``mode`` real, shifted or frozen; ``happened`` since the call before."""

    now: datetime
    mode: str
    next_due_at: datetime | None
    happened: tuple[Happening, ...] = ()

    def told(self) -> dict[str, object]:
        """For JSON."""
        due = self.next_due_at
        left = len(self.happened) - MOST_TOLD
        return {
            "now": self.now.isoformat(),
            "mode": self.mode,
            "next_due_at": None if due is None else due.isoformat(),
            "happened": [happening.told() for happening in self.happened[:MOST_TOLD]],
            **({"left_off": left} if left > 0 else {}),
        }


def show(worlds: Worlds, name: str) -> Moment:
    """The world's time. Nothing falls due by looking at it."""
    return _moment(worlds, worlds.connect(name), ())


def advance(worlds: Worlds, name: str, span: str) -> Moment:
    """Moves the clock forward: ``31 days``, ``1 month``, or ``to next renewal``.

    A frozen clock stays frozen, a running one runs on from there. Raises ValueError for what is
    no span, NothingDueError where nothing is due.
    """
    with worlds.locked(name) as db:
        happened = _catch_up(worlds, db)
        with db.writing():
            world = read(db)
            now = world.clock.now(worlds.machine)
            target = _next(world.next_due_at) if span.strip() == NEXT else add_span(now, span)
            if target >= END:
                msg = f'"{span}" from {now:%Y-%m-%d} leaves the calendar'
                raise ValueError(msg)
            set_clock(db, world.clock.moved_to(target, worlds.machine))
        happened += _catch_up(worlds, db)
        return _moment(worlds, db, tuple(happened))


def freeze(worlds: Worlds, name: str, at: datetime | None = None) -> Moment:
    """Stops the clock, now or at ``at``; what is due by then happens."""
    with worlds.locked(name) as db:
        with db.writing():
            clock = read(db).clock
            set_clock(db, WorldClock("frozen", frozen_at=at or clock.now(worlds.machine)))
        return _moment(worlds, db, tuple(_catch_up(worlds, db)))


def set_to(worlds: Worlds, name: str, at: datetime) -> Moment:
    """Puts the clock to ``at``, before or after now; a running one runs on from there."""
    with worlds.locked(name) as db:
        with db.writing():
            set_clock(db, read(db).clock.moved_to(at, worlds.machine))
        return _moment(worlds, db, tuple(_catch_up(worlds, db)))


def run_real(worlds: Worlds, name: str) -> Moment:
    """Lets the world's clock be the machine's again."""
    with worlds.locked(name) as db:
        with db.writing():
            set_clock(db, WorldClock("real"))
        return _moment(worlds, db, tuple(_catch_up(worlds, db)))


def _next(due: datetime | None) -> datetime:
    if due is None:
        raise NothingDueError("nothing is due in this world: there is no next renewal")
    return due


def _moment(worlds: Worlds, db: Database, happened: tuple[Happening, ...]) -> Moment:
    world = read(db)
    return Moment(world.clock.now(worlds.machine), world.clock.mode, world.next_due_at, happened)


def _catch_up(worlds: Worlds, db: Database) -> list[Happening]:
    """Everything that is due, each batch a commit of its own."""
    happened: list[Happening] = []
    while True:
        with db.writing():
            shop = worlds.shop(db, read(db))
            if not lifecycle.is_due(shop):
                return happened
            happened += happenings.catch_up(shop, worlds.bounds)

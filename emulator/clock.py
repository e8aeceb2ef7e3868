"""Time. The only module that reads the time of the computer.

Two clocks (docs/evidence.md 1 and 2). The *world's* clock dates services and money: real,
shifted or frozen, per world, kept in the world's row. The *elapsed* clock measures
sessions, login locks and "key after N seconds", and nobody can move it: else a lock would
never open in a frozen world, and a jump would end every session.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

Mode = Literal["real", "shifted", "frozen"]


def current_time() -> datetime:
    """The time of the computer, UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The time of the computer; tests pass their own."""

    now: Callable[[], datetime] = current_time
    elapsed: Callable[[], float] = time.time
    """Seconds that only real time moves. Shared by all workers, hence not monotonic()."""
    wait: Callable[[float], None] = time.sleep
    """Lets real time pass; tests let their own pass."""


def __getattr__(name: str) -> type[SystemClock]:
    """The former name of `SystemClock`. Raises AttributeError for any other name."""
    if name != "Machine":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    warnings.warn("Machine is now SystemClock", DeprecationWarning, stacklevel=2)
    return SystemClock


@dataclass(frozen=True, slots=True)
class WorldClock:
    """The clock of a world: ``frozen_at`` when frozen, else real time + ``offset``."""

    mode: Mode
    offset: timedelta = timedelta(0)
    frozen_at: datetime | None = None

    def now(self, system_clock: SystemClock) -> datetime:
        """The world's time, UTC, whole seconds."""
        if self.frozen_at is not None:
            return self.frozen_at
        return system_clock.now() + self.offset

    def moved_to(self, instant: datetime, system_clock: SystemClock) -> WorldClock:
        """The clock set to ``instant``; a running clock continues from there."""
        if self.mode == "frozen":
            return WorldClock("frozen", frozen_at=instant)
        return WorldClock("shifted", offset=instant - system_clock.now())


END = datetime(9000, 1, 1, tzinfo=UTC)
"""The last year of worlds' clocks: terms that begin before it must still fit the calendar."""
SPAN = re.compile(r"\s*(\d{1,6})\s*(second|minute|hour|day|week|month|year)s?\s*\Z", re.ASCII)


def add_span(instant: datetime, span: str) -> datetime:
    """``instant`` moved by a span such as ``31 days``, ``1 month`` or ``90 seconds``.

    Raises ValueError with one clear line when the span cannot be read or leaves the calendar.
    """
    match = SPAN.match(span.lower())
    if match is None:
        msg = (
            f'"{span}" is not a length of time; write for example "31 days", "1 month" or "2 hours"'
        )
        raise ValueError(msg)
    count, unit = int(match[1]), match[2]
    try:
        moved = instant + _delta(unit, count)
    except (OverflowError, ValueError):
        moved = END
    if moved >= END:
        msg = f'"{span}" from {instant:%Y-%m-%d} leaves the calendar'
        raise ValueError(msg)
    return moved


def _delta(unit: str, count: int) -> relativedelta:
    units = {
        "second": relativedelta(seconds=count),
        "minute": relativedelta(minutes=count),
        "hour": relativedelta(hours=count),
        "day": relativedelta(days=count),
        "week": relativedelta(weeks=count),
        "month": relativedelta(months=count),
        "year": relativedelta(years=count),
    }
    return units[unit]


def add_months(day: date, months: int) -> date:
    """``day`` plus calendar months; the 31st becomes the last day of a shorter month."""
    return day + relativedelta(months=months)


def read_instant(text: str) -> datetime:
    """An ISO date or instant as UTC; a date means its midnight. Raises ValueError with one line."""
    try:
        instant = datetime.fromisoformat(text)
        aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        utc = aware.astimezone(UTC).replace(microsecond=0)
    except (OverflowError, ValueError):
        msg = f'"{text}" is not an instant; write for example 2027-01-31T00:00:00Z'
        raise ValueError(msg) from None
    if utc >= END:
        msg = f'"{text}" is too far away: the calendar of a world ends with the year {END.year - 1}'
        raise ValueError(msg)
    return utc

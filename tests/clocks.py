"""System clocks for a seller in this process, on which time passes only where a test lets it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from emulator.clock import SystemClock, current_time


def stopped_clock() -> SystemClock:
    """Return a clock that stands at this second: no midnight comes, no login lock opens."""
    return _clock_at(current_time())


def noon_of(day: date) -> SystemClock:
    """Return a clock that stands at noon of a day, for what depends on the ends of months."""
    return _clock_at(datetime.combine(day, time(12), UTC))


def _clock_at(instant: datetime) -> SystemClock:
    return SystemClock(now=lambda: instant, elapsed=instant.timestamp)

"""A machine for sellers in this process, on which time passes only where a test lets it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from emulator.clock import SystemClock, current_time


def stopped() -> SystemClock:
    """It is today, and stays this very second: no midnight comes, no slow test lets a lock open."""
    return _at(current_time())


def noon(day: date) -> SystemClock:
    """It is noon of a day, for what comes out otherwise where months end."""
    return _at(datetime.combine(day, time(12), UTC))


def _at(instant: datetime) -> SystemClock:
    return SystemClock(now=lambda: instant, elapsed=instant.timestamp)

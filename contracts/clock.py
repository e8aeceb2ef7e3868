"""The judge's own clock: when a run began, how long it took. The one place that looks at it.

A seller's time is asked of the seller, never of this machine.
"""

from __future__ import annotations

from datetime import UTC, datetime
from time import monotonic


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Seconds on a clock that only goes forward."""
    return monotonic()

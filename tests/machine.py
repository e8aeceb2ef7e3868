"""A machine for sellers in this process, on which time passes only where a test lets it."""

from __future__ import annotations

from emulator.clock import Machine, machine_now


def stopped() -> Machine:
    """It is today, and stays this very second: no midnight comes, no slow test lets a lock open."""
    at = machine_now()
    return Machine(now=lambda: at, elapsed=at.timestamp)

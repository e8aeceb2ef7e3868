"""Whether a process that a test did not start itself has ended."""

from __future__ import annotations

import os
from select import select

SECONDS = 30
"""Long enough for a loaded machine: a killed process closes its files before it counts as ended."""


def has_ended(number: int) -> bool:
    """Wait until a process has ended; False if it still runs after `SECONDS`.

    One that nobody has reaped yet has ended, though ``/proc`` still shows it.
    """
    try:
        process = os.pidfd_open(number)
    except ProcessLookupError:
        return True
    try:
        return bool(select([process], [], [], SECONDS)[0])
    finally:
        os.close(process)

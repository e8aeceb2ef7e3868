"""Faults that are planned: when something goes wrong, and what. Rows of the world.

`kinds` says what can go wrong, `plan` when it does; what a kind does to a request on the wire is
told in ``protocol.strikes``. Source: docs/faults.md.
"""

from emulator.faults.kinds import (
    KINDS,
    Delay,
    Drop,
    Garbage,
    Kind,
    Long,
    NoKey,
    OneRow,
    RateLimit,
    Refuse,
    Stale,
    Status,
    Truncate,
)
from emulator.faults.plan import BadFault, Fault, FaultHit, NoFault, read
from emulator.faults.rows import (
    add,
    clear,
    held,
    hold,
    matching,
    planned,
    remove,
    stale_token,
    strike,
)

__all__ = [
    "KINDS",
    "BadFault",
    "Delay",
    "Drop",
    "Fault",
    "FaultHit",
    "Garbage",
    "Kind",
    "Long",
    "NoFault",
    "NoKey",
    "OneRow",
    "RateLimit",
    "Refuse",
    "Stale",
    "Status",
    "Truncate",
    "add",
    "clear",
    "held",
    "hold",
    "matching",
    "planned",
    "read",
    "remove",
    "stale_token",
    "strike",
]

"""Planned faults: when something goes wrong, and what. They are rows of the world.

`kinds` holds one class for each thing that can go wrong, `plan` the rule that says which calls a
fault hits, `rows` stores and counts them. `magic` names values of an order
that fail without a rule. Source: docs/faults.md.
"""

from emulator.faults.kinds import KINDS, FaultedCall, FaultKind, waiting_page
from emulator.faults.magic import MAGIC_VALUES, find_magic
from emulator.faults.plan import (
    BadFault,
    Fault,
    FaultHit,
    NoFault,
    innermost_first,
    is_own_answer,
    outermost_first,
    read,
)
from emulator.faults.rows import add, clear, count_call, match_any, planned, remove

__all__ = [
    "KINDS",
    "MAGIC_VALUES",
    "BadFault",
    "Fault",
    "FaultHit",
    "FaultKind",
    "FaultedCall",
    "NoFault",
    "add",
    "clear",
    "count_call",
    "find_magic",
    "innermost_first",
    "is_own_answer",
    "match_any",
    "outermost_first",
    "planned",
    "read",
    "remove",
    "waiting_page",
]

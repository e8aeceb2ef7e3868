"""What is said of a call once it is answered, to whoever counts calls or writes a log."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from emulator.api.reply import Reply


class AnsweredCall(NamedTuple):
    """One call with its reply. Beside the reply nothing in it is secret.

    A NamedTuple, since one is created for each call.
    """

    reply: Reply
    func: str
    world: str
    """The name of the world, as the call named it: there may be none."""
    login: str | None
    """The login of the account that called, or None."""
    outcome: str
    """What became of it: one of `journal.OUTCOMES`, perhaps with a sum or an error."""
    seconds: float
    """From the first look at its parameters to the rendered answer, faults included."""
    lock_wait: float
    """How many of them it waited for the lock of its world."""


Observer = Callable[[AnsweredCall], None]
"""Is called in the thread of a call, before the answer is sent: it has to be quick."""

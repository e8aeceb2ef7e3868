"""What was heard: requests of a client with their answers, in order, secrets masked already."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.verdicts import CallRecord

ORDERS: Final = (".order.param", "cartorder.create.confirm")
"""What ends so buys, when it is confirmed."""
CREDENTIALS: Final = frozenset({"authinfo", "password", "passwd"})


@dataclass(frozen=True, slots=True)
class Heard:
    """One request and what was answered. Its ``form`` is masked.

    ``at`` is the seller's elapsed time in seconds, ``step`` the step during which it came, from 1.
    ``in_query`` are the names of the parameters that stood in the address. ``status`` 0: no answer
    reached the client. ``error`` is ``type/object`` of a refusal. ``note`` tells what the judge did
    to it.
    """

    step: int
    at: float
    method: str
    address: str
    form: Mapping[str, str]
    in_query: frozenset[str]
    status: int
    answer: str
    error: str = ""
    note: str = ""

    @property
    def func(self) -> str:
        """The function that was called."""
        return self.form.get("func", "")

    @property
    def confirmed(self) -> bool:
        """Whether it asks to act: a ``sok`` that is not empty. Source: docs/wire.md 4.2."""
        return bool(self.form.get("sok", "").strip())

    @property
    def is_order(self) -> bool:
        """Whether it would buy, if it was taken."""
        return self.confirmed and self.func.endswith(ORDERS)

    @property
    def is_renewal(self) -> bool:
        """Whether it would buy another term, if it was taken."""
        return self.confirmed and self.func == "service.prolong"

    @property
    def is_login(self) -> bool:
        """Whether it asks for a session."""
        return self.func == "auth"

    def seen(self) -> CallRecord:
        """As proof."""
        return CallRecord(self.method, self.address, self.form, self.status, self.answer, self.note)


def most_in(heard: Iterable[Heard], seconds: float) -> int:
    """The most requests that fall into any window of so many seconds."""
    moments = sorted(one.at for one in heard)
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] < moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def without_pause(heard: Iterable[Heard], least: float) -> int:
    """How many followed the one before it by less than ``least`` seconds."""
    moments = sorted(one.at for one in heard)
    return sum(later - earlier < least for earlier, later in itertools.pairwise(moments))

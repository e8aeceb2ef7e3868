"""What the judge does to requests and answers on the way, each a small class.

What the seller can do by itself is a fault of its own (docs/faults.md), planned for exactly the
call that a lesson means; what no seller of ours does is written into the answer (`rewriting`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from contracts.checks.client.recorded_calls import ORDERS

DEAD: Final = 3700.0
"""Seconds: a session is over after an hour without a call. Source: docs/wire.md 2.2."""


@dataclass
class Asked:
    """A request on its way to the seller, with its secrets: it never leaves the ear unmasked."""

    method: str
    path: str
    form: Mapping[str, str]
    in_query: frozenset[str]
    cookie: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def func(self) -> str:
        """The function that is called."""
        return self.form.get("func", "")

    @property
    def confirmed(self) -> bool:
        """Whether it asks to act."""
        return bool(self.form.get("sok", "").strip())

    @property
    def buys(self) -> bool:
        """Whether it is an order that is confirmed."""
        return self.confirmed and self.func.endswith(ORDERS)

    @property
    def in_session(self) -> bool:
        """Whether it names a session."""
        return bool(self.form.get("auth")) or "billmgrses5=" in self.cookie


Which = Callable[[Asked], bool]
"""Chooses requests."""


class Planner(Protocol):
    """Who plans faults: `emulator.testing.World.faults`."""

    def add(self, what: str, **rule: object) -> int:
        """Plans one."""
        ...


class Trick:
    """The base: does nothing. ``struck`` counts how often it did something."""

    struck: int = 0

    def before(self, asked: Asked) -> None:
        """Before the seller hears of it."""

    def after(self, asked: Asked, body: bytes) -> bytes:  # noqa: ARG002 - for those that look
        """The answer as the client gets it."""
        return body

    def kind(self, asked: Asked, kind: str) -> str:  # noqa: ARG002 - for those that look
        """The ``Content-Type`` under which it gets it."""
        return kind


class Plan(Trick):
    """Plans a fault of the seller's for the chosen call just before it arrives, ``times`` times."""

    def __init__(
        self, faults: Planner, which: Which, what: str, *, times: int = 1, **settings: object
    ) -> None:
        self._faults = faults
        self._which = which
        self._what = what
        self._times = times
        self._settings = settings

    def before(self, asked: Asked) -> None:
        """Plans it."""
        if self.struck < self._times and self._which(asked):
            self.struck += 1
            self._faults.add(self._what, func=asked.func, times=1, **self._settings)
            when = self._settings.get("when", "")
            asked.notes.append(f"planned: {self._what} {when}".strip())


class EndSession(Trick):
    """Lets the session of the first call in one be over just before that call."""

    def __init__(self, pass_time: Callable[[float], None]) -> None:
        self._pass_time = pass_time

    def before(self, asked: Asked) -> None:
        """Lets an hour pass, once."""
        if not self.struck and asked.in_session:
            self.struck += 1
            self._pass_time(DEAD)
            asked.notes.append("its session is over")


class Slow(Trick):
    """Lets time pass before the answer to the chosen call, once."""

    def __init__(self, which: Which, wait: Callable[[float], None], seconds: float) -> None:
        self._which = which
        self._wait = wait
        self._seconds = seconds

    def after(self, asked: Asked, body: bytes) -> bytes:
        """Waits."""
        if not self.struck and self._which(asked):
            self.struck += 1
            asked.notes.append(f"answered after {self._seconds:g} s")
            self._wait(self._seconds)
        return body


class Instead(Trick):
    """The seller has acted, and something else than its answer arrives, once."""

    def __init__(self, which: Which, body: bytes, kind: str) -> None:
        self._which = which
        self._body = body
        self._kind = kind
        self._now = False

    def after(self, asked: Asked, body: bytes) -> bytes:
        """Puts it in place of the answer."""
        self._now = not self.struck and self._which(asked)
        if not self._now:
            return body
        self.struck += 1
        asked.notes.append(f"{len(self._body)} bytes of {self._kind} in place of the answer")
        return self._body

    def kind(self, asked: Asked, kind: str) -> str:  # noqa: ARG002 - as the base has it
        """Its own, where it was put."""
        return self._kind if self._now else kind


class Mislabelled(Trick):
    """Every answer is served under another ``Content-Type`` than it has."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def kind(self, asked: Asked, kind: str) -> str:
        """That one."""
        self.struck += 1
        asked.notes.append(f"{kind.partition(';')[0]} was called {self._kind}")
        return self._kind


class Meanwhile(Trick):
    """Something else happens at the seller between the chosen call and its answer, once."""

    def __init__(self, which: Which, happen: Callable[[], None]) -> None:
        self._which = which
        self._happen = happen

    def after(self, asked: Asked, body: bytes) -> bytes:
        """Lets it happen."""
        if not self.struck and self._which(asked):
            self.struck += 1
            asked.notes.append("something else was ordered meanwhile")
            self._happen()
        return body


class OtherText(Trick):
    """A text of the answers is written otherwise, in every format."""

    def __init__(self, text: str, instead: str) -> None:
        self._text = text.encode()
        self._instead = instead.encode()

    def after(self, asked: Asked, body: bytes) -> bytes:
        """Writes it."""
        if self._text in body:
            self.struck += 1
            asked.notes.append(f"{self._text.decode()} was written as {self._instead.decode()}")
        return body.replace(self._text, self._instead)


class Torn(ConnectionResetError):
    """The line breaks in the middle of an answer; ``sent`` is what came."""

    def __init__(self, sent: bytes) -> None:
        super().__init__("the line broke in the middle of an answer")
        self.sent = sent


class Tear(Trick):
    """Breaks the line a few bytes into the value of a field of the chosen answer, once."""

    INTO: Final = 12
    """Bytes behind the field's name: in every format somewhere in its value."""

    def __init__(self, which: Which, names: tuple[str, ...]) -> None:
        self._which = which
        self._names = names

    def after(self, asked: Asked, body: bytes) -> bytes:
        """Breaks it, where there is such a field with something in it. Raises Torn."""
        if self.struck or not self._which(asked):
            return body
        for name in self._names:
            found = re.search(rb'[<"]%b[">:]+"?[^<"]{4}' % name.encode(), body)
            if found is not None:
                self.struck += 1
                asked.notes.append(f"torn in {name}")
                raise Torn(body[: found.start() + len(name) + self.INTO])
        return body

"""What a file of an exercise says, as dataclasses; `emulator.exercises.files` reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from emulator import faults, journal
from emulator.clock import read_instant
from emulator.domain.limits import Between, BothLanguages, Matches, NotEmpty
from emulator.domain.world import Provisioning, Rules
from emulator.worlds.fixtures import world_names
from emulator.worlds.fixtures.reading import Place, ReadBy, Unreadable, record, word

ID = re.compile(r"[a-z0-9-]{1,40}\Z", re.ASCII)
MOST_CALLS, MOST_MINUTES = 1000, 600

Id = Annotated[str, Matches(ID, "a name of a-z, 0-9 and -")]
Texts = Annotated[Mapping[str, str], BothLanguages]
"""A text in English and in Russian."""


def _checked_by(of: type[Any]) -> ReadBy:
    """A mapping that is checked as the dataclass ``of`` and stays a mapping of what was written."""

    def read(value: object) -> object:
        record(cast("Any", of))(value)
        return value

    return ReadBy(read, {"type": "object"})


def _fault(value: object) -> object:
    if not isinstance(value, dict):
        raise Unreadable("is not a mapping")
    faults.read(value)
    return value


def _fixture(value: object) -> str:
    name = word(value)
    if name not in world_names():
        raise Unreadable(f'there is no world "{name}"; there are {", ".join(world_names())}')
    return name


def _instant(value: object) -> datetime:
    return read_instant(word(value))


def _outcome(value: object) -> str:
    return journal.require_outcome(word(value))


def _expression(value: object) -> str:
    try:
        re.compile(word(value))
    except re.error as error:
        raise Unreadable(f"is not a regular expression: {error}") from None
    return word(value)


_TEXT = {"type": "string"}
Fault = Annotated[Mapping[str, Any], ReadBy(_fault, {"type": "object"})]
Outcome = Annotated[str, ReadBy(_outcome, _TEXT)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party in the picture."""

    id: Id
    name: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """What one party sends to another; ``lost``: it does not arrive."""

    source: Id = field(metadata={"key": "from"})
    target: Id = field(metadata={"key": "to"})
    text: Texts
    lost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Who talks to whom: parties side by side, and messages from top to bottom."""

    nodes: tuple[Party, ...]
    arrows: tuple[Arrow, ...]

    def contradictions(self) -> Iterator[tuple[Place, str]]:
        """Arrows that begin or end nowhere."""
        names = [node.id for node in self.nodes]
        for place, arrow in enumerate(self.arrows):
            for key, end in (("from", arrow.source), ("to", arrow.target)):
                if end not in names:
                    yield ("arrows", place, key), f'there is no node "{end}"'
        if len(set(names)) < len(names) or len(names) < 2:  # noqa: PLR2004 - a talk needs two
            yield ("nodes",), "needs two nodes or more, each with an id of its own"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStart:
    """What an account has at the start."""

    login: Annotated[str, NotEmpty]
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPrices:
    """Prices that a tariff has from the start on, by currency and period in months."""

    tariff: Annotated[int, Between(1, 2**53)]
    prices: Mapping[str, Mapping[Annotated[int, Between(-100, 36)], Decimal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The world in which an exercise begins.

    ``as_of``: where its clock stands; without it the clock shows real time. ``new_prices``: changes
    of the price list after services were sold from it.
    """

    fixture: Annotated[str, ReadBy(_fixture, _TEXT)]
    as_of: Annotated[datetime, ReadBy(_instant, _TEXT)] | None = None
    rules: Annotated[Mapping[str, Any], _checked_by(Rules)] = field(default_factory=dict)
    provisioning: Annotated[Mapping[str, Any], _checked_by(Provisioning)] | None = None
    accounts: tuple[AccountStart, ...] = ()
    new_prices: tuple[NewPrices, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPattern:
    """Which entries of the journal are meant; what is left out matches everything.

    ``func``: names or patterns with ``*``, one of which matches. ``outcome``: one of them, in full
    or without its sum. ``params``: patterns of values that were sent. ``answer``: a regular
    expression that the answer contains. ``same_as``: parameters sent with the same value as in the
    call of an earlier step; ``from_answer``: parameters whose value stands in the answer to it.
    ``count``: how many entries it takes; the last of them is that of the step.
    """

    func: tuple[Annotated[str, NotEmpty], ...]
    kind: Literal["call", "event"] = "call"
    login: str | None = None
    outcome: tuple[Outcome, ...] = ()
    params: Mapping[str, str] = field(default_factory=dict)
    answer: Annotated[str, ReadBy(_expression, _TEXT)] | None = None
    hit_by_fault: bool | None = None
    same_as: Mapping[str, Id] = field(default_factory=dict)
    from_answer: Mapping[str, Id] = field(default_factory=dict)
    count: Annotated[int, Between(1, 100)] = 1

    def contradictions(self) -> Iterator[tuple[Place, str]]:
        """A pattern that no entry could match."""
        if not self.func:
            yield ("func",), "is empty; write for example [soft.order.param]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what to do, how it is recognised, and what is shown when it is done.

    ``after``: steps whose calls must lie before this one; by default the step above, with an empty
    list none. ``without``: calls that may not lie between; after one of them the step cannot be
    done any more, and ``missed`` says why. A hint is shown after so many calls without progress, or
    so many minutes of real time.
    """

    id: Id
    title: Texts
    task: Texts
    call: CallPattern
    seen: Texts
    real_seller: Texts | None = None
    after: tuple[Id, ...] | None = None
    without: tuple[CallPattern, ...] = ()
    missed: Texts | None = None
    hint: Texts
    hint_after_calls: Annotated[int, Between(1, MOST_CALLS)] = 6
    hint_after_minutes: Annotated[int, Between(0, MOST_MINUTES)] = 3

    def contradictions(self) -> Iterator[tuple[Place, str]]:
        """A step that can be missed says what that means."""
        if self.without and self.missed is None:
            yield ("missed",), "missing; a step with `without` says what went wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """An exercise. ``login``: with which the trainee works."""

    id: Id
    title: Texts
    about: Texts
    login: Annotated[str, NotEmpty] = "reseller"
    picture: Picture
    world: Start
    steps: tuple[Step, ...]

    def contradictions(self) -> Iterator[tuple[Place, str]]:
        """References to steps that do not stand above."""
        above: list[str] = []
        for place, step in enumerate(self.steps):
            if step.id in above:
                yield ("steps", place, "id"), f'"{step.id}" is there twice'
            for where, name in _references(step):
                if name not in above:
                    yield ("steps", place, *where), f'there is no step "{name}" above this one'
            above.append(step.id)
        if not self.steps:
            yield ("steps",), "is empty"

    def anchors(self, place: int) -> tuple[str, ...]:
        """The steps that must be done before the one at this place."""
        chosen = self.steps[place].after
        if chosen is not None:
            return chosen
        return (self.steps[place - 1].id,) if place else ()

    def functions(self) -> frozenset[str]:
        """All functions and patterns that its steps look for."""
        return frozenset(
            name
            for step in self.steps
            for pattern in (step.call, *step.without)
            for name in pattern.func
        )


def _references(step: Step) -> Iterator[tuple[Place, str]]:
    for number, name in enumerate(step.after or ()):
        yield ("after", number), name
    places: list[tuple[Place, CallPattern]] = [(("call",), step.call)]
    places += [(("without", number), each) for number, each in enumerate(step.without)]
    for place, pattern in places:
        for key, names in (("same_as", pattern.same_as), ("from_answer", pattern.from_answer)):
            for parameter, name in names.items():
                yield (*place, key, parameter), name

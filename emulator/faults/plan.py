"""The rule of a planned fault: which calls it counts, and which of them it hits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, cast

from emulator.faults.kinds import KINDS, LONGEST_BODY, FaultKind, OwnAnswer, When
from emulator.results import FaultInfo

FUNC = re.compile(r"[A-Za-z0-9_.*]{1,100}\Z")
UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document can hold."""
HUNDRED = 100
MOST = 1_000_000


class BadFault(ValueError):
    """A rule that cannot be planned. The text is one line: which key, and what is wrong with it."""


class NoFault(LookupError):
    """There is no fault of this number."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A planned fault."""

    id: int
    func: str
    """A pattern of functions: ``soft.order.param``, ``soft.*``; ``*``, the default, is all."""
    account: str
    """A login; empty, the default: every login."""
    nth: int
    """The first matching call that can be hit, counted from 1."""
    times: int | None
    """How many calls are hit; null, the default: no limit."""
    chance: int
    """Per cent of matching calls that are hit; default 100."""
    seed: int
    """The chance is drawn from it and the number of the call, so that a run can be repeated."""
    when: When
    """Before the call is carried out, or after it was committed; default: what its kind can."""
    kind: FaultKind
    """Its kind; further keys are the settings of this kind."""
    matched: int = 0
    """How many calls it has counted."""
    hit_count: int = 0
    """How many calls it has hit."""
    created_at: datetime | None = None

    def covers(self, func: str) -> bool:
        """Whether a function matches its pattern."""
        return fnmatchcase(func, self.func)

    def matches(self, func: str, login: str) -> bool:
        """Whether a call is one of those it counts."""
        return self.covers(func) and self.account in ("", login)

    def hits(self, number: int, hit_count: int) -> bool:
        """Whether it hits the ``number``-th matching call after ``hit_count`` hits."""
        if number < self.nth or (self.times is not None and hit_count >= self.times):
            return False
        if self.chance >= HUNDRED:
            return True
        dice = hashlib.sha256(f"{self.seed}/{number}".encode()).digest()
        return int.from_bytes(dice[:8], "big") % HUNDRED < self.chance

    def rule(self) -> dict[str, object]:
        """The rule as a row stores it, and as :func:`read` takes it."""
        return {
            "what": self.kind.name,
            "when": self.when,
            "func": self.func,
            "account": self.account,
            "nth": self.nth,
            "times": self.times,
            "chance": self.chance,
            "seed": self.seed,
            **self.kind.settings(),
        }

    def as_dict(self) -> FaultInfo:
        """The rule with its number, its counts and its date, for JSON."""
        at = None if self.created_at is None else self.created_at.isoformat()
        counts = {"matched": self.matched, "struck": self.hit_count, "created_at": at}
        return cast("FaultInfo", {"id": self.id, **self.rule(), **counts})


@dataclass(frozen=True, slots=True)
class FaultHit:
    """One fault that hit the call at hand.

    ``fault`` is its number, ``number`` counts its hits from 1. Of a magic value (`faults.magic`)
    both are 0, and ``magic`` is the parameter with its value.
    """

    fault: int
    when: When
    kind: FaultKind
    number: int = 1
    magic: str = ""

    def __str__(self) -> str:
        if self.magic:
            return f"magic {self.kind.name} {self.when} {self.magic}"
        return f"#{self.fault} {self.kind.name} {self.when}"


def is_own_answer(hits: str | None) -> bool:
    """Whether the hits of a journal's entry, as text, have an answer that a user wrote."""
    return any(hit.split()[1:2] == [OwnAnswer.name] for hit in (hits or "").split(", "))


_NESTING = {kind: place for place, kind in enumerate(KINDS.values())}


def outermost_first(hits: Iterable[FaultHit]) -> list[FaultHit]:
    """In the order in which they act before the call; of one kind, the oldest fault first."""
    return sorted(hits, key=lambda hit: _NESTING[type(hit.kind)])


def innermost_first(hits: Iterable[FaultHit]) -> list[FaultHit]:
    """In the order in which they act after the call; of one kind, the oldest fault first."""
    return sorted(hits, key=lambda hit: _NESTING[type(hit.kind)], reverse=True)


def read(rule: Mapping[str, Any], number: int = 0) -> Fault:
    """A fault from a rule: the body of a request, the options of a command, or a row.

    Raises BadFault.
    """
    rest = dict(rule)
    what = rest.pop("what", None)
    kind = KINDS.get(what) if isinstance(what, str) else None
    if kind is None:
        raise BadFault(f"what: there is no fault {_quoted(what)}; choose one of {', '.join(KINDS)}")
    when = rest.pop("when", None) or kind.applies[0]
    if when not in kind.applies:
        raise BadFault(
            f"when: {kind.name} applies {' or '.join(kind.applies)}, not {_quoted(when)}"
        )
    func = rest.pop("func", "*")
    if not isinstance(func, str) or not FUNC.match(func):
        raise BadFault(f"func: {_quoted(func)} is not a pattern of functions such as soft.*")
    account = rest.pop("account", "")
    account = _text("account", account, f"{_quoted(account)} is not a login")
    times = rest.pop("times", None)
    fault = Fault(
        id=number,
        func=func,
        account=account,
        nth=_whole(rest.pop("nth", 1), "nth", 1, MOST),
        times=None if times is None else _whole(times, "times", 1, MOST),
        chance=_whole(rest.pop("chance", HUNDRED), "chance", 1, HUNDRED),
        seed=_whole(rest.pop("seed", 1), "seed", 0, 2**53),
        when=cast("When", when),
        kind=_with_settings(kind, rest),
    )
    if kind.always and fault.chance < HUNDRED:
        raise BadFault(f"chance: {kind.name} always applies: leave it out")
    return fault


def _quoted(value: object) -> str:
    return repr(value)[:100]


def _whole(value: object, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadFault(f"{name}: {_quoted(value)} is not a whole number from {least} to {most}")
    return value


def _text(name: str, value: object, otherwise: str) -> str:
    if not isinstance(value, str):
        raise BadFault(f"{name}: {otherwise}")
    if len(value) > LONGEST_BODY or UNSENDABLE.search(value):
        raise BadFault(f"{name}: is too long or holds control characters")
    return value


def _with_settings(kind: type[FaultKind], settings: Mapping[str, Any]) -> FaultKind:
    types = {field.name: str(field.type) for field in fields(kind)}
    values: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in types:
            hint = f"; it has {', '.join(types)}" if types else ""
            raise BadFault(f"{str(name)[:100]}: {kind.name} has no such setting{hint}")
        values[name] = _value(name, value, types[name])
    fault = kind(**values)
    try:
        fault.check()
    except ValueError as refusal:
        raise BadFault(str(refusal)) from None
    return fault


def _value(name: str, value: object, type_: str) -> object:
    if type_ == "str":
        return _text(name, value, f"{_quoted(value)} is not a text")
    if value is None and type_.endswith("None"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadFault(f"{name}: {_quoted(value)} is not a number")
    if type_.startswith("int") and not isinstance(value, int):
        raise BadFault(f"{name}: {value} is not a whole number")
    return float(value) if isinstance(value, Decimal) else value

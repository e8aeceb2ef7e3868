"""When a fault strikes: which calls it looks at, and which of them it hits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, cast

from emulator.faults.kinds import KINDS, LONGEST_BODY, Kind, RateLimit, When

FUNC = re.compile(r"[A-Za-z0-9_.*]{1,100}\Z")
UNSENDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML document can hold."""
HUNDRED = 100
MOST = 1_000_000


class BadFault(ValueError):
    """A rule that cannot be planned; the text is one line: what, and where."""


class NoFault(LookupError):
    """There is no fault of this number."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A planned fault.

    ``func`` pattern of functions (``soft.*``); ``account`` a login, or empty for all; ``nth`` the
    first matching call that can be hit, from 1; ``times`` how often it strikes, None without end;
    ``chance`` in percent, thrown from ``seed`` and the number of the call, so that a run can be
    repeated; ``when`` before anything happens, or after the commit.
    """

    id: int
    func: str
    account: str
    nth: int
    times: int | None
    chance: int
    seed: int
    when: When
    kind: Kind
    matched: int = 0
    struck: int = 0
    created_at: datetime | None = None

    def means(self, func: str) -> bool:
        """Whether a function is one of its pattern."""
        return fnmatchcase(func, self.func)

    def looks_at(self, func: str, login: str) -> bool:
        """Whether a call is one of those it counts."""
        return self.means(func) and self.account in ("", login)

    def hits(self, number: int, struck: int) -> bool:
        """Whether it strikes the ``number``-th matching call, having struck so often."""
        if number < self.nth or (self.times is not None and struck >= self.times):
            return False
        if self.chance >= HUNDRED:
            return True
        dice = hashlib.sha256(f"{self.seed}/{number}".encode()).digest()
        return int.from_bytes(dice[:8], "big") % HUNDRED < self.chance

    def rule(self) -> dict[str, object]:
        """As a row keeps it, and as :func:`read` takes it."""
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

    def told(self) -> dict[str, object]:
        """For JSON."""
        at = None if self.created_at is None else self.created_at.isoformat()
        return {
            "id": self.id,
            **self.rule(),
            "matched": self.matched,
            "struck": self.struck,
            "created_at": at,
        }


@dataclass(frozen=True, slots=True)
class FaultHit:
    """One fault that hit the call at hand."""

    fault: int
    when: When
    kind: Kind

    def __str__(self) -> str:
        return f"#{self.fault} {self.kind.name} {self.when}"


def read(given: Mapping[str, Any], number: int = 0) -> Fault:
    """A fault from what came through a door or stands in a row. Raises BadFault."""
    rest = dict(given)
    what = rest.pop("what", None)
    made = KINDS.get(what) if isinstance(what, str) else None
    if made is None:
        raise BadFault(f"what: {_short(what)} is none of {', '.join(KINDS)}")
    when = rest.pop("when", None) or made.strikes[0]
    if when not in made.strikes:
        raise BadFault(f"when: {made.name} strikes {' or '.join(made.strikes)}, not {_short(when)}")
    func = rest.pop("func", "*")
    if not isinstance(func, str) or not FUNC.match(func):
        raise BadFault(f"func: {_short(func)} is no pattern of functions such as soft.*")
    account = rest.pop("account", "")
    account = _text("account", account, f"{_short(account)} is not a login")
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
        kind=_kind(made, rest),
    )
    if isinstance(fault.kind, RateLimit) and fault.chance < HUNDRED:
        raise BadFault("chance: a rate limit leaves nothing to chance")
    return fault


def _short(value: object) -> str:
    return repr(value)[:100]


def _whole(value: object, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadFault(f"{name}: {_short(value)} is not a whole number from {least} to {most}")
    return value


def _text(name: str, value: object, why: str) -> str:
    if not isinstance(value, str):
        raise BadFault(f"{name}: {why}")
    if len(value) > LONGEST_BODY or UNSENDABLE.search(value):
        raise BadFault(f"{name}: is too long or holds control characters")
    return value


def _kind(made: type[Kind], settings: Mapping[str, Any]) -> Kind:
    known = {field.name: field for field in fields(made)}
    values: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in known:
            raise BadFault(f"{str(name)[:100]}: {made.name} has no such setting")
        values[name] = _value(name, value, str(known[name].type))
    kind = made(**values)
    try:
        kind.check()
    except ValueError as fault:
        raise BadFault(str(fault)) from None
    return kind


def _value(name: str, value: object, wanted: str) -> object:
    if wanted == "str":
        return _text(name, value, f"{_short(value)} is not a text")
    if value is None and wanted.endswith("None"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise BadFault(f"{name}: {_short(value)} is not a number")
    if wanted.startswith("int") and not isinstance(value, int):
        raise BadFault(f"{name}: {value} is not a whole number")
    return float(value) if isinstance(value, Decimal) else value

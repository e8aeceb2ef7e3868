"""Finds the journal entries that match an expected call, and those that nearly do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from emulator import journal
from emulator.journal import Entry
from emulator.results import VerificationInfo
from emulator.store.engine import Database

MOST = 100_000
NEAREST = 5


@dataclass(frozen=True, slots=True)
class Expected:
    """The call that is expected; None stands for anything.

    ``func``: a function or a pattern such as ``soft.*``. ``params`` as sent. ``error``:
    ``type/object`` of the refusal, or its type alone, or an empty text for a call that succeeded.
    ``outcome`` in full (``bought 5.00``), or without its sum or error.
    """

    func: str | None = None
    login: str | None = None
    out: str | None = None
    method: str | None = None
    error: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    outcome: str | None = None

    def differences(self, entry: Entry) -> list[str]:
        """How an entry differs from the expected call, one line each; empty for a match."""
        differences = []
        if self.func is not None and not fnmatchcase(entry.func, self.func):
            differences.append(_difference("func", self.func, entry.func))
        differences += [
            _difference(name, expected, actual)
            for name, expected, actual in (
                ("login", self.login, entry.login or ""),
                ("out", self.out, entry.out),
                ("method", self.method, entry.method),
            )
            if expected is not None and expected != actual
        ]
        if self.error is not None and self.error not in _errors(entry):
            differences.append(_difference("error", self.error, entry.error or ""))
        if self.outcome is not None and not entry.came_to(self.outcome):
            differences.append(_difference("outcome", self.outcome, entry.outcome))
        sent = json.loads(entry.params)
        for name, expected in self.params.items():
            if name not in sent:
                differences.append(f"params.{name}: was not sent")
            elif sent[name] != expected:
                differences.append(_difference(f"params.{name}", expected, sent[name]))
        return differences


def _errors(entry: Entry) -> tuple[str, ...]:
    return (entry.error, entry.error.partition("/")[0]) if entry.error else ("",)


def _difference(name: str, expected: str, actual: str) -> str:
    return f"{name}: {actual!r} instead of {expected!r}"


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the expectation holds, the matching entries, and the nearest others with reasons."""

    holds: bool
    matches: Sequence[Entry]
    near: Sequence[tuple[Entry, list[str]]]
    expected: str
    """How many calls were expected: ``1``, ``at least 1``, ``2 to 3``."""

    @property
    def line(self) -> str:
        """How many calls match, and how many were expected."""
        return f"calls that match: {len(self.matches)}, expected: {self.expected}"

    def as_dict(self) -> VerificationInfo:
        """For JSON."""
        return {
            "held": self.holds,
            "count": len(self.matches),
            "found": [entry.as_dict() for entry in self.matches],
            "near": [{**entry.as_dict(), "differs": why} for entry, why in self.near],
        }


def verify(
    db: Database, expected: Expected, *, least: int = 1, most: int | None = None, after: int = 0
) -> Verification:
    """Checks that the call was made ``least`` to ``most`` times after entry number ``after``."""
    matches: list[Entry] = []
    near: list[tuple[Entry, list[str]]] = []
    for entry in journal.find(db, after=after, limit=MOST):
        differences = expected.differences(entry)
        if not differences:
            matches.append(entry)
        elif len(differences) <= _fields(expected):
            near.append((entry, differences))
    near.sort(key=lambda pair: len(pair[1]))  # the newest first among equals
    holds = least <= len(matches) and (most is None or len(matches) <= most)
    return Verification(holds, matches, [] if holds else near[:NEAREST], _count(least, most))


def _count(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return str(most) if least == most else f"{least} to {most}"


def _fields(expected: Expected) -> int:
    """How many differences a near miss may have: one field at least has to match."""
    named = (
        expected.func,
        expected.login,
        expected.out,
        expected.method,
        expected.error,
        expected.outcome,
    )
    return sum(value is not None for value in named) + len(expected.params) - 1

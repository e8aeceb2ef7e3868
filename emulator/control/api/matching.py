"""Which journal entries are the ones that were meant, and which nearly are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from emulator import journal
from emulator.journal import Entry
from emulator.store.engine import Database

MOST = 100_000
NEAREST = 5


@dataclass(frozen=True, slots=True)
class Expected:
    """What a call looked like; what is None does not matter.

    ``params`` as they were sent, as text. ``error``: ``type/object`` of the refusal, or only its
    type, or the empty text for a call that was not refused.
    """

    func: str | None = None
    login: str | None = None
    out: str | None = None
    method: str | None = None
    error: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    def differences(self, entry: Entry) -> list[str]:
        """Where an entry is not what was expected, in words; empty where it is."""
        found = [
            _difference(name, wanted, actual)
            for name, wanted, actual in (
                ("func", self.func, entry.func),
                ("login", self.login, entry.login or ""),
                ("out", self.out, entry.out),
                ("method", self.method, entry.method),
            )
            if wanted is not None and wanted != actual
        ]
        if self.error is not None and self.error not in _errors(entry):
            found.append(_difference("error", self.error, entry.error or ""))
        sent = json.loads(entry.params)
        for name, wanted in self.params.items():
            if name not in sent:
                found.append(f"params.{name}: was not sent")
            elif sent[name] != wanted:
                found.append(_difference(f"params.{name}", wanted, sent[name]))
        return found


def _errors(entry: Entry) -> tuple[str, ...]:
    return (entry.error, entry.error.partition("/")[0]) if entry.error else ("",)


def _difference(name: str, wanted: str, actual: str) -> str:
    return f"{name}: {actual!r} instead of {wanted!r}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it held; the entries that match; the nearest that do not, and why not."""

    held: bool
    found: Sequence[Entry]
    near: Sequence[tuple[Entry, list[str]]]

    def told(self) -> dict[str, object]:
        """For JSON."""
        return {
            "held": self.held,
            "count": len(self.found),
            "found": [entry.told() for entry in self.found],
            "near": [{**entry.told(), "differs": why} for entry, why in self.near],
        }


def verify(
    db: Database, expected: Expected, *, least: int = 1, most: int | None = None, after: int = 0
) -> Verdict:
    """Whether such a call was made at least ``least`` and at most ``most`` times."""
    found: list[Entry] = []
    near: list[tuple[Entry, list[str]]] = []
    for entry in journal.find(db, after=after, limit=MOST):
        differences = expected.differences(entry)
        if not differences:
            found.append(entry)
        elif len(differences) <= _fields(expected):
            near.append((entry, differences))
    near.sort(key=lambda pair: len(pair[1]))  # the newest first among equals
    held = least <= len(found) and (most is None or len(found) <= most)
    return Verdict(held, found, [] if held else near[:NEAREST])


def _fields(expected: Expected) -> int:
    """How many differences a near miss may have: something at least has to be the same."""
    named = (expected.func, expected.login, expected.out, expected.method, expected.error)
    return sum(value is not None for value in named) + len(expected.params) - 1

"""Counts which part of the declared API was exercised by the calls of a journal.

A point is one thing that can be exercised: a function called, a parameter sent, a value of a
parameter or a button sent, a declared refusal met, a field of an answer read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from emulator.api import fields
from emulator.api.registry import Function, Kind, Registry
from emulator.openapi.answers import ANYWHERE
from emulator.openapi.field_names import names_in
from emulator.openapi.schemas import COMMON, errors_of

Json = dict[str, Any]

PARTS: Final = ("functions", "parameters", "values", "errors", "answers")
CALLED: Final = "called"
NOT_FOUND: Final = "missed"
"""The error type for a function that does not exist."""


class Share(NamedTuple):
    """How many points are declared, and how many of them were exercised."""

    exercised: int
    declared: int

    @property
    def percent(self) -> float:
        """0 to 100 with one decimal, never rounded up to 100; 100 where nothing is declared."""
        if self.exercised == self.declared:
            return 100.0
        return min(round(100 * self.exercised / self.declared, 1), 99.9)


@dataclass(frozen=True, slots=True)
class Called:
    """One call: ``error`` is the type of its refusal or empty, ``login`` its caller or empty."""

    func: str
    params: Mapping[str, str]
    out: str
    error: str
    answer: str
    login: str = ""


class Coverage:
    """Counts calls against the declarations of a registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.points: dict[str, dict[str, Counter[str]]] = {
            function.name: _points(function) for function in registry
        }
        """By function and part: how often each point was exercised, zeros included."""
        self.formats: Counter[str] = Counter()
        self.logins: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter({error.type: 0 for error in COMMON})
        """Errors that any function may answer, counted over all functions."""
        self.unknown: Counter[str] = Counter()
        """Functions that were called and are not declared."""
        self.undeclared: Counter[str] = Counter()
        """Refusals whose type the function does not declare: ``soft.edit: internal``."""
        self.unread: Counter[str] = Counter()
        """Answers whose field names could not be read, by format: cut short, or without names."""
        self.calls = 0

    def add(self, called: Called) -> None:
        """Counts one call."""
        self.calls += 1
        self.formats[called.out] += 1
        self.logins[_login_style(called)] += 1
        function = self._registry.find(called.func)
        if function is None:
            self.unknown[called.func] += 1
            return
        points = self.points[function.name]
        points["functions"][CALLED] += 1
        for name in _sent(function, called.params):
            points["parameters"][name] += 1
        for name in _values(called.params, points["values"]):
            points["values"][name] += 1
        if called.error:
            self._refused(function, called.error)
        elif points["answers"]:
            self._answered(function, called)

    def _refused(self, function: Function, error: str) -> None:
        errors = self.points[function.name]["errors"]
        if error in errors:
            errors[error] += 1
        if error in self.refusals:
            self.refusals[error] += 1
        declared = {refusal.type for refusal in errors_of(function)} | {*ANYWHERE}
        if error not in declared:
            self.undeclared[f"{function.name}: {error}"] += 1

    def _answered(self, function: Function, called: Called) -> None:
        names = names_in(called.answer, called.out)
        if names is None:
            self.unread[called.out] += 1
            return
        answers = self.points[function.name]["answers"]
        for name in names & set(answers):
            answers[name] += 1

    def merge(self, other: Json) -> None:
        """Adds another count (`as_dict`); functions that are not declared here are skipped."""
        self.calls += int(other["calls"])
        for name, counts in other["functions"].items():
            for part in PARTS if name in self.points else ():
                points = self.points[name][part]
                points.update({point: n for point, n in counts[part].items() if point in points})
        for name, counter in self._counters():
            counter.update(other[name])

    def _counters(self) -> Iterator[tuple[str, Counter[str]]]:
        yield "formats", self.formats
        yield "logins", self.logins
        yield "refusals", self.refusals
        yield "unknown", self.unknown
        yield "undeclared", self.undeclared
        yield "unread", self.unread

    def as_dict(self) -> Json:
        """For JSON: each point with its count, and the shares."""
        families = {family.name: self.shares(family.name) for family in self._registry.families}
        return {
            "calls": self.calls,
            "total": _shares_told(self.shares()),
            "families": {name: _shares_told(shares) for name, shares in families.items()},
            **{name: dict(counter) for name, counter in self._counters()},
            "functions": {
                name: {part: dict(counts) for part, counts in parts.items()}
                for name, parts in self.points.items()
            },
        }

    def shares(self, *families: str, functions: Iterable[str] = ()) -> dict[str, Share]:
        """The share of each part and of ``all``, for some families and functions or all."""
        chosen_names = frozenset(functions)
        chosen = [
            self.points[function.name]
            for function in self._registry
            if (not families or function.family.name in families)
            and (not chosen_names or function.name in chosen_names)
        ]
        out = {part: _share(points[part] for points in chosen) for part in PARTS}
        return {**out, "all": Share(*(sum(numbers) for numbers in zip(*out.values(), strict=True)))}

    def missing(self, function: str) -> dict[str, list[str]]:
        """The points of a function not exercised yet, by part; complete parts are left out."""
        gaps = {
            part: sorted(point for point, count in counts.items() if not count)
            for part, counts in self.points[function].items()
        }
        return {part: names for part, names in gaps.items() if names}


def _share(parts: Iterable[Counter[str]]) -> Share:
    counts = [count for counter in parts for count in counter.values()]
    return Share(sum(1 for count in counts if count), len(counts))


def _shares_told(shares: Mapping[str, Share]) -> Json:
    return {
        part: {"exercised": share.exercised, "declared": share.declared, "percent": share.percent}
        for part, share in shares.items()
    }


def _points(function: Function) -> dict[str, Counter[str]]:
    """All points of a function, counted zero."""
    wire = function.takes.wire_fields
    parameters = [_point(name, field) for name, field in wire.items() if _is_named(field)]
    is_form = function.kind is Kind.FORM
    values = [
        *(f"{name}={word}" for name, field in wire.items() for word in _words(field)),
        *(f"clicked_button={button}" for button in (function.buttons if is_form else ())),
    ]
    answer = {} if function.returns is None else function.returns.wire_fields
    answered = [
        name for name, f in answer.items() if not isinstance(f, fields.Rest | fields.Numbered)
    ]
    named: Mapping[str, Iterable[str]] = {
        "functions": (CALLED,),
        "parameters": [*parameters, *(("sok",) if is_form else ())],
        "values": values,
        "errors": [error.type for error in function.fails],
        "answers": answered,
    }
    return {part: Counter(dict.fromkeys(named[part], 0)) for part in PARTS}


def _is_named(field: fields.WireField) -> bool:
    return not isinstance(field, fields.Rest)


def _point(name: str, field: fields.WireField) -> str:
    """The name of a point; open names are one: ``addon_*``."""
    return f"{field.prefix}*" if isinstance(field, fields.Numbered) else name


def _words(field: fields.WireField) -> tuple[str, ...]:
    if isinstance(field, fields.Flag):
        return ("on", "off")
    return field.words if isinstance(field, fields.OneOf) else ()


def _sent(function: Function, params: Mapping[str, str]) -> Iterator[str]:
    for name, field in function.takes.wire_fields.items():
        if isinstance(field, fields.Numbered):
            if any(sent.startswith(field.prefix) and text for sent, text in params.items()):
                yield _point(name, field)
        elif _is_named(field) and name in params and (params[name] or field.keeps_empty):
            yield name
    if function.kind is Kind.FORM and params.get("sok"):
        yield "sok"


def _values(params: Mapping[str, str], points: Mapping[str, int]) -> Iterator[str]:
    for name, text in params.items():
        word = text.strip()
        meant = {word, "on" if word.lower() in fields.Flag.ON else "off"}
        points_of_word = (f"{name}={value}" for value in meant)
        yield from (point for point in points_of_word if point in points and word)


def _login_style(called: Called) -> str:
    """How a call logged in; ``cookie``: it has a caller, but no parameter with a login."""
    if called.params.get("authinfo"):
        return "authinfo"
    if called.params.get("auth"):
        return "session"
    return "cookie" if called.login else "none"

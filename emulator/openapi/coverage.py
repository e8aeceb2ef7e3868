"""Which of what is declared was exercised: functions, parameters, values, refusals, answers.

Counted from calls as the journal keeps them. A point is something that can be exercised once: a
function called, a parameter sent, a word of a parameter or a button sent, a declared refusal
met, a field of an answer read.
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
"""How a function that is not there is refused."""


class Share(NamedTuple):
    """How many of how many points were exercised."""

    exercised: int
    declared: int

    @property
    def percent(self) -> float:
        """0 to 100, with one decimal, never rounded up to 100; of nothing it is 100."""
        if self.exercised == self.declared:
            return 100.0
        return min(round(100 * self.exercised / self.declared, 1), 99.9)


@dataclass(frozen=True, slots=True)
class Called:
    """One call: ``error`` is the type of its refusal or empty, ``login`` whose it was, if any's."""

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
        """By function and part: how often each point was exercised, 0 too."""
        self.formats: Counter[str] = Counter()
        self.logins: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter({error.type: 0 for error in COMMON})
        """What any function may refuse with, whichever did."""
        self.unknown: Counter[str] = Counter()
        """Functions that were asked for and are not declared."""
        self.undeclared: Counter[str] = Counter()
        """Refusals whose type the function does not declare: ``soft.edit: internal``."""
        self.unread: Counter[str] = Counter()
        """Answers whose fields could not be told, by format: cut short, or without names."""
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
        known = {one.type for one in errors_of(function)} | {*ANYWHERE}
        if error not in known:
            self.undeclared[f"{function.name}: {error}"] += 1

    def _answered(self, function: Function, called: Called) -> None:
        names = names_in(called.answer, called.out)
        if names is None:
            self.unread[called.out] += 1
            return
        answers = self.points[function.name]["answers"]
        for name in names & set(answers):
            answers[name] += 1

    def merge(self, counts_before: Json) -> None:
        """Adds what another count told; of functions that are not declared here, nothing."""
        self.calls += int(counts_before["calls"])
        for name, counts in counts_before["functions"].items():
            for part in PARTS if name in self.points else ():
                points = self.points[name][part]
                points.update({point: n for point, n in counts[part].items() if point in points})
        for name, counter in self._counters():
            counter.update(counts_before[name])

    def _counters(self) -> Iterator[tuple[str, Counter[str]]]:
        yield "formats", self.formats
        yield "logins", self.logins
        yield "refusals", self.refusals
        yield "unknown", self.unknown
        yield "undeclared", self.undeclared
        yield "unread", self.unread

    def as_dict(self) -> Json:
        """Everything, for JSON: each point with its count, and the shares."""
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
        """The share of each part, and ``all``: of some families and functions, or of everything."""
        wanted = frozenset(functions)
        chosen = [
            self.points[function.name]
            for function in self._registry
            if (not families or function.family.name in families)
            and (not wanted or function.name in wanted)
        ]
        out = {part: _share(points[part] for points in chosen) for part in PARTS}
        return {**out, "all": Share(*(sum(numbers) for numbers in zip(*out.values(), strict=True)))}

    def missing(self, function: str) -> dict[str, list[str]]:
        """What of a function was not exercised, by part; parts without a gap are left out."""
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
    """Everything of a function that can be exercised, not yet exercised."""
    wire = function.takes.wire_fields
    parameters = [_point(name, field) for name, field in wire.items() if _is_named(field)]
    is_form = function.kind is Kind.FORM
    values = [
        *(f"{name}={word}" for name, field in wire.items() for word in _words(field)),
        *(f"clicked_button={button}" for button in (function.buttons if is_form else ())),
    ]
    answer = {} if function.returns is None else function.returns.wire_fields
    told = [name for name, f in answer.items() if not isinstance(f, fields.Rest | fields.Numbered)]
    named: Mapping[str, Iterable[str]] = {
        "functions": (CALLED,),
        "parameters": [*parameters, *(("sok",) if is_form else ())],
        "values": values,
        "errors": [error.type for error in function.fails],
        "answers": told,
    }
    return {part: Counter(dict.fromkeys(named[part], 0)) for part in PARTS}


def _is_named(field: fields.WireField) -> bool:
    return not isinstance(field, fields.Rest)


def _point(name: str, field: fields.WireField) -> str:
    """Open names are one point: ``addon_*``."""
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
        yield from (f"{name}={one}" for one in meant if f"{name}={one}" in points and word)


def _login_style(called: Called) -> str:
    """``cookie``: somebody is known to have asked, and no parameter says how."""
    if called.params.get("authinfo"):
        return "authinfo"
    if called.params.get("auth"):
        return "session"
    return "cookie" if called.login else "none"

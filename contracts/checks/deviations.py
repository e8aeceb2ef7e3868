"""Known deviations: what somebody is known to do otherwise than it should. Never a pass.

They stand in a file, so that nobody has to change a program to say "we know"::

    deviations:
      - judge:  client                  seller | client | modules | drift | fuzz
        kind:   whmcs                   of a run on this kind of reseller only (may be left out)
        name:   lost-answer/*           a verdict's name, or a pattern with * and ?
        out:    xml                     the same for its format or variant (may be left out)
        what:   the order is not looked for
        reason: the module keeps a license only once the answer is there
        date:   2026-11-26              since when it is known
        until:  2027-06-01              the last day on which it excuses (may be left out)

Ours is ``known_deviations.yaml``; what it says is shown against the seller in
``tests/contracts/test_known_deviations.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import yaml

from contracts.record.fields import ExchangeError, FieldReader
from contracts.verdicts import JUDGES, Deviation, Outcome, Verdict
from reseller_client.resellers import Kind

OURS: Final = Path(__file__).parents[1] / "known_deviations.yaml"
KINDS: Final = tuple(kind.name.lower() for kind in Kind)
_EXCUSED: Final = frozenset({Outcome.FAIL, Outcome.WARN})


class DeviationFault(ValueError):
    """The file cannot be used; the text is one line: file, place, fault."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known deviation, and the verdicts it speaks of."""

    place: str
    judge: str
    kind: str
    name: str
    out: str
    deviation: Deviation

    def concerns(self, judge: str, kind: str) -> bool:
        """Whether it speaks of a run of this judge on this kind of reseller."""
        return self.judge == judge and self.kind in ("", kind)

    def matches(self, verdict: Verdict) -> bool:
        """Whether it speaks of this verdict."""
        return _like(verdict.name, self.name) and _like(verdict.out, self.out)

    def over(self, today: date) -> bool:
        """Whether it excuses nothing any more."""
        return self.deviation.until is not None and today > self.deviation.until


def read_file(path: Path) -> tuple[Entry, ...]:
    """Every entry of a file. Raises DeviationFault: file, place and what is wrong, in one line."""
    try:
        given = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
    except yaml.YAMLError as problem:
        raise DeviationFault(f"{path}: not yaml: {' '.join(str(problem).split())}") from None
    except RecursionError:
        raise DeviationFault(f"{path}: not yaml: it is too deep") from None
    except OSError as problem:
        raise DeviationFault(f"{path}: cannot be read: {problem.strerror}") from None
    except UnicodeError:
        raise DeviationFault(f"{path}: cannot be read: it is not UTF-8") from None
    try:
        top = FieldReader(given)
        top.value("deviations")
        entries = tuple(_entry(path, one) for one in top.readers("deviations"))
        top.finish()
        _no_doubles(entries)
    except ExchangeError as fault:
        raise DeviationFault(f"{path}: {fault}") from None
    return entries


def apply(
    entries: Iterable[Entry], verdicts: Sequence[Verdict], *, judge: str, kind: str, today: date
) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
    """The verdicts with what is known taken into account, and lines on entries without effect.

    What does not hold and is known becomes KNOWN, what holds although it is known not to STALE.
    The first entry that speaks of a verdict counts. ``kind``: of reseller, "" where it is none.
    """
    mine = [entry for entry in entries if entry.concerns(judge, kind)]
    live = [entry for entry in mine if not entry.over(today)]
    told = [
        f"{entry.place}: ended on {entry.deviation.until} and excuses nothing any more: "
        f"{entry.name}"
        for entry in mine
        if entry.over(today)
    ]
    told += [
        f"{entry.place}: speaks of nothing that was judged: {entry.name} [{entry.out}]"
        for entry in live
        if not any(entry.matches(verdict) for verdict in verdicts)
    ]
    return tuple(_applied(live, verdict) for verdict in verdicts), tuple(told)


def _applied(entries: Iterable[Entry], verdict: Verdict) -> Verdict:
    entry = next((one for one in entries if one.matches(verdict)), None)
    if entry is None:
        return verdict
    if verdict.outcome in _EXCUSED:
        return replace(verdict, outcome=Outcome.KNOWN, deviation=entry.deviation)
    if verdict.outcome is Outcome.PASS:
        told = (*verdict.messages, f"it holds: take {entry.place} out of the known deviations")
        return replace(verdict, outcome=Outcome.STALE, deviation=entry.deviation, messages=told)
    return verdict


def _entry(path: Path, given: FieldReader) -> Entry:
    noted_on = date.fromisoformat(given.day("date"))
    until = date.fromisoformat(given.day("until")) if given.has("until") else None
    if until is not None and until < noted_on:
        raise ExchangeError(f"{given.where('until')}: lies before its date")
    entry = Entry(
        place=f"{path.name}: {given.where('name').removesuffix('.name')}",
        judge=given.word("judge", JUDGES),
        kind=given.word("kind", KINDS) if given.has("kind") else "",
        name=given.text("name"),
        out=given.text("out") if given.has("out") else "*",
        deviation=Deviation(given.text("what"), given.text("reason"), noted_on, until),
    )
    given.finish()
    return entry


def _no_doubles(entries: Iterable[Entry]) -> None:
    places: dict[tuple[str, ...], str] = {}
    for entry in entries:
        key = (entry.judge, entry.kind, entry.name, entry.out)
        if key in places:
            where = entry.place.partition(": ")[2]
            raise ExchangeError(f"{where}.name: {entry.name} stands there twice")
        places[key] = entry.place


def _like(text: str, pattern: str) -> bool:
    return text == pattern or fnmatchcase(text, pattern)

"""Known deviations: what is known not to hold, with a reason. A known deviation is never a pass.

They are read from a file, so that no program has to be changed for them::

    deviations:
      - judge:  client                  seller | client | modules | drift | fuzz
        kind:   whmcs                   of a run on this kind of reseller only (may be left out)
        name:   lost-answer/*           a verdict's name, or a pattern with * and ?
        out:    xml                     a format or variant, or a pattern (may be left out)
        what:   the order is not looked for
        reason: the module keeps a license only once the answer is there
        date:   2026-11-26              since when it is known
        until:  2027-06-01              the last day on which it applies (may be left out)

Ours is ``known_deviations.yaml``; ``tests/contracts/test_known_deviations.py`` shows that each of
its entries is true.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from contracts.record.fields import FieldReader
from contracts.verdicts import JUDGES, Deviation, Outcome, Verdict
from mockseller.files import FileError, read_yaml, show_place
from reseller_client.resellers import Kind

OURS: Final = Path(__file__).parents[1] / "known_deviations.yaml"
KINDS: Final = tuple(kind.name.lower() for kind in Kind)
_EXPLAINED: Final = frozenset({Outcome.FAIL, Outcome.WARN})


class DeviationError(FileError):
    """The file cannot be used; each problem is one line: file, place, problem."""


@dataclass(frozen=True, slots=True)
class KnownDeviation:
    """One known deviation, and the verdicts it applies to. ``place``: where it is in its file."""

    place: str
    judge: str
    kind: str
    name: str
    out: str
    deviation: Deviation

    def concerns(self, judge: str, kind: str) -> bool:
        """Whether it applies to a run of this judge on this kind of reseller."""
        return self.judge == judge and self.kind in ("", kind)

    def matches(self, verdict: Verdict) -> bool:
        """Whether it applies to this verdict."""
        return _matches(verdict.name, self.name) and _matches(verdict.out, self.out)

    def has_ended(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.deviation.until is not None and today > self.deviation.until


def read_file(path: Path) -> tuple[KnownDeviation, ...]:
    """Read every entry of a file. Raises DeviationError."""
    source = read_yaml(path, DeviationError, texts=True)
    top = FieldReader(source.document)
    top.value("deviations")
    entries = tuple(_entries(path, top))
    top.finish()
    source.check(top.problems)
    return entries


def apply(
    entries: Iterable[KnownDeviation],
    verdicts: Sequence[Verdict],
    *,
    judge: str,
    kind: str,
    today: date,
) -> tuple[tuple[Verdict, ...], tuple[str, ...]]:
    """Apply known deviations; return the verdicts, and notes on entries without effect.

    A failure or warning that is known becomes KNOWN, a pass of what is known not to hold STALE. The
    first entry that matches a verdict applies. ``kind``: of reseller, empty for other targets.
    """
    concerning = [entry for entry in entries if entry.concerns(judge, kind)]
    active = [entry for entry in concerning if not entry.has_ended(today)]
    notes = [
        f"{entry.place}: ended on {entry.deviation.until} and does not apply any more: {entry.name}"
        for entry in concerning
        if entry.has_ended(today)
    ]
    notes += [
        f"{entry.place}: matches nothing that was judged: {entry.name} [{entry.out}]"
        for entry in active
        if not any(entry.matches(verdict) for verdict in verdicts)
    ]
    return tuple(_applied(active, verdict) for verdict in verdicts), tuple(notes)


def _applied(entries: Iterable[KnownDeviation], verdict: Verdict) -> Verdict:
    entry = next((each for each in entries if each.matches(verdict)), None)
    if entry is None:
        return verdict
    if verdict.outcome in _EXPLAINED:
        return replace(verdict, outcome=Outcome.KNOWN, deviation=entry.deviation)
    if verdict.outcome is Outcome.PASS:
        note = f"it holds: remove {entry.place} from the known deviations"
        return replace(
            verdict,
            outcome=Outcome.STALE,
            deviation=entry.deviation,
            messages=(*verdict.messages, note),
        )
    return verdict


def _entries(path: Path, top: FieldReader) -> Iterator[KnownDeviation]:
    keys: set[tuple[str, ...]] = set()
    for reader in top.readers("deviations"):
        entry = _entry(path, reader)
        key = (entry.judge, entry.kind, entry.name, entry.out)
        if reader.is_sound():
            if key in keys:
                reader.refuse("name", f"{entry.name} is listed twice")
            keys.add(key)
        yield entry


def _entry(path: Path, reader: FieldReader) -> KnownDeviation:
    noted_on = date.fromisoformat(reader.day("date"))
    until = date.fromisoformat(reader.day("until")) if reader.has("until") else None
    if until is not None and until < noted_on and reader.is_sound("date", "until"):
        reader.refuse("until", "is before its date")
    entry = KnownDeviation(
        place=f"{path.name}: {show_place(reader.place)}",
        judge=reader.word("judge", JUDGES),
        kind=reader.word("kind", KINDS) if reader.has("kind") else "",
        name=reader.text("name"),
        out=reader.text("out") if reader.has("out") else "*",
        deviation=Deviation(reader.text("what"), reader.text("reason"), noted_on, until),
    )
    reader.finish()
    return entry


def _matches(text: str, pattern: str) -> bool:
    return text == pattern or fnmatchcase(text, pattern)

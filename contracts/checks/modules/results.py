"""What the judge of modules writes down while it asks, and the verdicts that follow from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from contracts.checks.modules.rules import RULES
from contracts.target.redact import mask_text
from contracts.verdicts import ASSUMED, CallRecord, Outcome, Verdict

MOST_LINES: Final = 8
"""Findings told for one rule; the rest is counted."""
MOST_SEEN: Final = 3
LONGEST: Final = 300
"""Signs of a finding: endpoints answer what they like."""


@dataclass(slots=True)
class _Mark:
    """What became of one rule so far; the same finding is kept once."""

    held: bool = False
    told: dict[Outcome, dict[str, None]] = field(default_factory=dict)
    seen: list[CallRecord] = field(default_factory=list)


class Sheet:
    """Findings by rule. ``secrets`` are blotted out of everything that is told."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        self.remarks: list[str] = []
        self._secrets = secrets
        self._marks = {name: _Mark() for name in RULES}

    def aside(self) -> Sheet:
        """An empty sheet, for an answer that is judged by one rule of its own."""
        return Sheet(self._secrets)

    def check(self, rule: str, holds: object, told: str, *seen: CallRecord) -> bool:
        """Writes down whether a rule held in one place, and if not, what was found there."""
        if not holds:
            self._note(rule, Outcome.FAIL, told, seen)
            return False
        mark = self._marks[rule]
        mark.held = True
        if not mark.seen:
            mark.seen.extend(seen[:1])
        return True

    def broken(self, rule: str, told: str, *seen: CallRecord) -> None:
        """Writes down that a rule does not hold."""
        self.check(rule, holds=False, told=told)
        self._marks[rule].seen.extend(seen)

    def skip(self, reason: str, *rules: str) -> None:
        """Writes down why rules were not asked; what was found about them stands above it."""
        for rule in rules:
            self._note(rule, Outcome.SKIP, reason, ())

    def skip_group(self, group: str, reason: str) -> None:
        """The same for every rule of a group."""
        self.skip(reason, *(rule.name for rule in RULES.values() if rule.group == group))

    def unsupported(self, told: str, *rules: str, seen: tuple[CallRecord, ...] = ()) -> None:
        """Writes down that the endpoint says it does not have what rules are about."""
        for rule in rules:
            self._note(rule, Outcome.UNSUPPORTED, told, seen)

    def error(self, told: str, *rules: str, seen: tuple[CallRecord, ...] = ()) -> None:
        """Writes down that rules could not be asked, for what had to be there before was not."""
        for rule in rules:
            self._note(rule, Outcome.ERROR, told, seen)

    def remark(self, told: str) -> None:
        """A line for people."""
        self.remarks.append(mask_text(told, self._secrets))

    def findings(self) -> list[str]:
        """Everything that is broken, a line each, with the name of its rule."""
        return [
            f"{name}: {line}"
            for name, mark in self._marks.items()
            for line in mark.told.get(Outcome.FAIL, {})
        ]

    def verdicts(self) -> Iterator[Verdict]:
        """One verdict for each rule."""
        for name, mark in self._marks.items():
            rule = RULES[name]
            outcome, told = _outcome(mark)
            if outcome is Outcome.FAIL:
                told = [f"{rule.says} ({rule.source})", *told]
                if rule.evidence == ASSUMED:
                    outcome = Outcome.WARN
            seen = tuple(mark.seen[:MOST_SEEN])
            yield Verdict(name, "xml", outcome, rule.evidence, tuple(told), seen, rule.source)

    def _note(self, rule: str, outcome: Outcome, told: str, seen: tuple[CallRecord, ...]) -> None:
        mark = self._marks[rule]
        lines = mark.told.setdefault(outcome, {})
        line = mask_text(told, self._secrets)
        lines[line if len(line) <= LONGEST else f"{line[:LONGEST]}…"] = None
        if outcome is Outcome.FAIL and len(lines) == 1:
            mark.seen.clear()  # what proves the fault, not where it held before
        mark.seen.extend(seen)


def _outcome(mark: _Mark) -> tuple[Outcome, list[str]]:
    """The gravest of what was written down, with its lines."""
    for outcome in (Outcome.FAIL, Outcome.ERROR, Outcome.UNSUPPORTED):
        if outcome in mark.told:
            return outcome, _cut(list(mark.told[outcome]))
    if mark.held:
        return Outcome.PASS, []
    return Outcome.SKIP, list(mark.told.get(Outcome.SKIP, ["it did not come to this"]))


def _cut(lines: list[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more"]

"""What differs between runs, written as ``<kind>`` or ``<kind:label>`` in an exchange.

``<id:1>`` a number; ``<key:1>`` a license key, which begins with the number ``<id:1>`` and a
dash; ``<date:+1 month>`` a day counted from today, ``<date:x>`` any day; ``<money>`` an amount
with or without its currency; ``<number>``; ``<text>`` something, ``<any>`` anything or nothing;
``<hex:24>`` so many hexadecimal digits, ``<hex:24:x>`` the same by name. ``<totp:SECRET>`` is for
requests only: the code of that second factor, now. The same label is the same value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyotp
from dateutil.relativedelta import relativedelta

SHAPES = {
    "id": r"[0-9]+",
    "key": r"[0-9]+-[^\s<>]+",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "money": r"-?[0-9]+(?:\.[0-9]+)?(?: ?[A-Z]{3})?",
    "number": r"-?[0-9]+(?:\.[0-9]+)?",
    "text": r"(?s:.+)",
    "any": r"(?s:.*)",
    "hex": r"[0-9a-f]+",
    "totp": r"[0-9]{6}",
}
SAMPLES = {
    "date": "2031-05-06",
    "money": "12.34",
    "number": "7",
    "text": "something",
    "any": "",
}
PLACEHOLDER = re.compile(r"<([a-z]+)(?::([^<>]*))?>")
SPAN = re.compile(r"([+-][0-9]{1,4}) (day|week|month|year)s?")
FIRST_SAMPLE_ID = 100_501


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder: its kind, its label (what binds it), and what was said besides."""

    kind: str
    label: str = ""
    digits: int = 0
    spans: tuple[tuple[int, str], ...] | None = None

    def __str__(self) -> str:
        """As it is written, without what was said besides."""
        return f"<{self.kind}:{self.label}>" if self.label else f"<{self.kind}>"

    @property
    def pattern(self) -> str:
        """What it may stand for, as a regular expression."""
        return f"[0-9a-f]{{{self.digits}}}" if self.digits else SHAPES[self.kind]


def parse_placeholder(kind: str, details: str) -> Placeholder | None:
    """The placeholder, or None where the word is none (``<b>`` in a description)."""
    if kind not in SHAPES:
        return None
    if kind == "hex":
        digits, _, label = details.partition(":")
        return (
            Placeholder(kind, label, int(digits))
            if digits.isdigit()
            else Placeholder(kind, details)
        )
    if kind == "date" and details[:1] in ("+", "-"):
        return Placeholder(kind, spans=_spans(details))
    return Placeholder(kind, details)


def _spans(details: str) -> tuple[tuple[int, str], ...]:
    """``+1 month`` or ``-20 days +1 month``; nothing where it cannot be read."""
    found = SPAN.findall(details)
    if " ".join(details.split()) != " ".join(m[0] for m in SPAN.finditer(details)):
        return ()
    return tuple((int(count), unit) for count, unit in found)


def placeholders_in(text: str) -> Iterator[Placeholder]:
    """Every placeholder in a text, in order."""
    for found in PLACEHOLDER.finditer(text):
        placeholder = parse_placeholder(found[1], found[2] or "")
        if placeholder is not None:
            yield placeholder


def placeholder_error(text: str) -> str:
    """What is wrong with the placeholders of a text, or nothing."""
    for found in PLACEHOLDER.finditer(text):
        placeholder = parse_placeholder(found[1], found[2] or "")
        if placeholder is None and found[2] is not None:
            return f"{found[0]} is no placeholder; there are {', '.join(SHAPES)}"
        if placeholder is not None and placeholder.spans == ():
            return f'{found[0]}: write for example "<date:+1 month>" or "<date:-20 days +1 month>"'
    return ""


@dataclass(slots=True)
class Bindings:
    """The values labels stand for in one run, and the day it happens on."""

    today: date
    values: dict[tuple[str, str], str] = field(default_factory=dict)

    def copy(self) -> Bindings:
        """A copy to try something with."""
        return Bindings(self.today, dict(self.values))

    def mismatch(self, expected: str, found: str) -> str:
        """What is wrong with a text, or nothing; a text that matches binds its labels."""
        wanted = list(placeholders_in(expected))
        if not wanted:
            return "" if expected == found else f'expected "{expected}", found "{found}"'
        match = re.fullmatch(self._pattern(expected), found)
        if match is None:
            return f'expected {expected}, found "{found}"'
        for placeholder, value in zip(wanted, match.groups(), strict=True):
            if mismatch := self._bind(placeholder, value):
                return f"expected {expected}, {mismatch}"
        return ""

    @staticmethod
    def _pattern(expected: str) -> str:
        parts: list[str] = []
        end = 0
        for found in PLACEHOLDER.finditer(expected):
            placeholder = parse_placeholder(found[1], found[2] or "")
            if placeholder is not None:
                parts += [re.escape(expected[end : found.start()]), f"({placeholder.pattern})"]
                end = found.end()
        return "".join([*parts, re.escape(expected[end:])])

    def _bind(self, placeholder: Placeholder, value: str) -> str:
        if placeholder.spans is not None:
            day = self.day(placeholder.spans).isoformat()
            return "" if value == day else f'which is {day}, found "{value}"'
        if not placeholder.label:
            return ""
        known = self.values.setdefault((placeholder.kind, placeholder.label), value)
        if known != value:
            return f'which was "{known}" before, found "{value}"'
        if placeholder.kind == "key":
            return self._bind(Placeholder("id", placeholder.label), value.partition("-")[0])
        return ""

    def day(self, spans: tuple[tuple[int, str], ...]) -> date:
        """Today moved by spans, one after the other."""
        day = self.today
        for count, unit in spans:
            if unit in ("month", "year"):
                day += relativedelta(months=count * (12 if unit == "year" else 1))
            else:
                day += timedelta(days=count * (7 if unit == "week" else 1))
        return day

    def filled(self, text: str, *, sample: bool = False) -> str:
        """The text with values for its placeholders. ``sample``: made up where none is known.

        KeyError names a label that nothing has bound.
        """

        def value(found: re.Match[str]) -> str:
            placeholder = parse_placeholder(found[1], found[2] or "")
            return found[0] if placeholder is None else self._value(placeholder, sample=sample)

        return PLACEHOLDER.sub(value, text)

    def _value(self, placeholder: Placeholder, *, sample: bool) -> str:
        if placeholder.spans is not None:
            return self.day(placeholder.spans).isoformat()
        if placeholder.kind == "totp":
            return pyotp.TOTP(placeholder.label).now()
        known = (
            self.values.get((placeholder.kind, placeholder.label)) if placeholder.label else None
        )
        if known is None and not sample:
            raise KeyError(str(placeholder))
        if known is None:
            known = self._sample(placeholder)
            if placeholder.label:
                self.values[(placeholder.kind, placeholder.label)] = known
        return known

    def _sample(self, placeholder: Placeholder) -> str:
        if placeholder.kind == "id":
            return str(FIRST_SAMPLE_ID + len(self.values))
        if placeholder.kind == "key":
            number = self._value(Placeholder("id", placeholder.label), sample=True)
            return f"{number}-0A1B2C3D-4E5F6071"
        if placeholder.kind == "hex":
            return ("0123456789abcdef" * 8)[: placeholder.digits or 12]
        return SAMPLES[placeholder.kind]

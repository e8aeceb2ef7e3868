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
PLACE = re.compile(r"<([a-z]+)(?::([^<>]*))?>")
SPAN = re.compile(r"([+-][0-9]{1,4}) (day|week|month|year)s?")
FIRST_SAMPLE_ID = 100_501


@dataclass(frozen=True, slots=True)
class Place:
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


def read_place(kind: str, said: str) -> Place | None:
    """The placeholder, or None where the word is none (``<b>`` in a description)."""
    if kind not in SHAPES:
        return None
    if kind == "hex":
        digits, _, label = said.partition(":")
        return Place(kind, label, int(digits)) if digits.isdigit() else Place(kind, said)
    if kind == "date" and said[:1] in ("+", "-"):
        return Place(kind, spans=_spans(said))
    return Place(kind, said)


def _spans(said: str) -> tuple[tuple[int, str], ...]:
    """``+1 month`` or ``-20 days +1 month``; nothing where it cannot be read."""
    found = SPAN.findall(said)
    if " ".join(said.split()) != " ".join(m[0] for m in SPAN.finditer(said)):
        return ()
    return tuple((int(count), unit) for count, unit in found)


def places(text: str) -> Iterator[Place]:
    """Every placeholder in a text, in order."""
    for found in PLACE.finditer(text):
        place = read_place(found[1], found[2] or "")
        if place is not None:
            yield place


def fault_of(text: str) -> str:
    """What is wrong with the placeholders of a text, or nothing."""
    for found in PLACE.finditer(text):
        place = read_place(found[1], found[2] or "")
        if place is None and found[2] is not None:
            return f"{found[0]} is no placeholder; there are {', '.join(SHAPES)}"
        if place is not None and place.spans == ():
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

    def fault(self, expected: str, found: str) -> str:
        """What is wrong with a text, or nothing; a text that matches binds its labels."""
        wanted = list(places(expected))
        if not wanted:
            return "" if expected == found else f'expected "{expected}", found "{found}"'
        match = re.fullmatch(self._pattern(expected), found)
        if match is None:
            return f'expected {expected}, found "{found}"'
        for place, value in zip(wanted, match.groups(), strict=True):
            if fault := self._bind(place, value):
                return f"expected {expected}, {fault}"
        return ""

    @staticmethod
    def _pattern(expected: str) -> str:
        parts: list[str] = []
        end = 0
        for found in PLACE.finditer(expected):
            place = read_place(found[1], found[2] or "")
            if place is not None:
                parts += [re.escape(expected[end : found.start()]), f"({place.pattern})"]
                end = found.end()
        return "".join([*parts, re.escape(expected[end:])])

    def _bind(self, place: Place, value: str) -> str:
        if place.spans is not None:
            day = self.day(place.spans).isoformat()
            return "" if value == day else f'which is {day}, found "{value}"'
        if not place.label:
            return ""
        known = self.values.setdefault((place.kind, place.label), value)
        if known != value:
            return f'which was "{known}" before, found "{value}"'
        if place.kind == "key":
            return self._bind(Place("id", place.label), value.partition("-")[0])
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
            place = read_place(found[1], found[2] or "")
            return found[0] if place is None else self._value(place, sample=sample)

        return PLACE.sub(value, text)

    def _value(self, place: Place, *, sample: bool) -> str:
        if place.spans is not None:
            return self.day(place.spans).isoformat()
        if place.kind == "totp":
            return pyotp.TOTP(place.label).now()
        known = self.values.get((place.kind, place.label)) if place.label else None
        if known is None and not sample:
            raise KeyError(str(place))
        if known is None:
            known = self._sample(place)
            if place.label:
                self.values[(place.kind, place.label)] = known
        return known

    def _sample(self, place: Place) -> str:
        if place.kind == "id":
            return str(FIRST_SAMPLE_ID + len(self.values))
        if place.kind == "key":
            number = self._value(Place("id", place.label), sample=True)
            return f"{number}-0A1B2C3D-4E5F6071"
        if place.kind == "hex":
            return ("0123456789abcdef" * 8)[: place.digits or 12]
        return SAMPLES[place.kind]

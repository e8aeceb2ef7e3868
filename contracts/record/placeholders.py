"""Placeholders: what differs between runs, written as ``<kind>`` or ``<kind:label>``.

``<id:1>`` a number; ``<key:1>`` a license key, which begins with the number ``<id:1>`` and a
dash; ``<date:+1 month>`` a day counted from today, ``<date:x>`` any day; ``<money>`` an amount
with or without its currency; ``<number>``; ``<text>`` a text that is not empty, ``<any>`` any text;
``<hex:24>`` 24 hexadecimal digits, ``<hex:24:x>`` the same with a label. ``<totp:SECRET>`` is for
requests only: the present code of that second factor. ``<service:soft>`` and ``<tariff:soft>``
name roles (contracts.record.roles). The same label is the same value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyotp
from dateutil.relativedelta import relativedelta

from contracts.record.roles import KINDS, OWN_WORLD

PATTERNS = {
    "id": r"[0-9]+",
    "key": r"[0-9]+-[^\s<>]+",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "money": r"-?[0-9]+(?:\.[0-9]+)?(?: ?[A-Z]{3})?",
    "number": r"-?[0-9]+(?:\.[0-9]+)?",
    "text": r"(?s:.+)",
    "any": r"(?s:.*)",
    "hex": r"[0-9a-f]+",
    "totp": r"[0-9]{6}",
    "service": r"[0-9]+",
    "tariff": r"[0-9]+",
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

Spans = tuple[tuple[int, str], ...]
"""Counts of days, weeks, months or years, added one after the other."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder: its kind, the label that binds it, and details of some kinds.

    ``digits``: of ``hex``, 0 for any number of them; ``spans``: of a date counted from today.
    """

    kind: str
    label: str = ""
    digits: int = 0
    spans: Spans | None = None

    def __str__(self) -> str:
        """As it is written, without digits and spans."""
        return f"<{self.kind}:{self.label}>" if self.label else f"<{self.kind}>"

    @property
    def pattern(self) -> str:
        """The regular expression of the values it may stand for."""
        return f"[0-9a-f]{{{self.digits}}}" if self.digits else PATTERNS[self.kind]


def parse_placeholder(kind: str, details: str) -> Placeholder | None:
    """The placeholder ``<kind:details>``; None where the word is no kind, as in ``<b>``."""
    if kind not in PATTERNS:
        return None
    if kind == "hex":
        digits, _, label = details.partition(":")
        return (
            Placeholder(kind, label, int(digits))
            if digits.isdigit()
            else Placeholder(kind, details)
        )
    if kind == "date" and details[:1] in ("+", "-"):
        return Placeholder(kind, spans=_parse_spans(details))
    return Placeholder(kind, details)


def _parse_spans(text: str) -> Spans:
    """``+1 month`` or ``-20 days +1 month``; empty where the text is anything else."""
    if " ".join(text.split()) != " ".join(match[0] for match in SPAN.finditer(text)):
        return ()
    return tuple((int(count), unit) for count, unit in SPAN.findall(text))


def find_placeholders(text: str) -> Iterator[Placeholder]:
    """Every placeholder in a text, in order."""
    for match in PLACEHOLDER.finditer(text):
        placeholder = parse_placeholder(match[1], match[2] or "")
        if placeholder is not None:
            yield placeholder


def check_placeholders(text: str) -> str:
    """What is wrong with the placeholders of a text, in one line; empty where nothing is."""
    for match in PLACEHOLDER.finditer(text):
        placeholder = parse_placeholder(match[1], match[2] or "")
        if placeholder is None and match[2] is not None:
            return f"{match[0]} is no placeholder; there are {', '.join(PATTERNS)}"
        is_role = placeholder is not None and placeholder.kind in KINDS
        if is_role and (match[1], match[2]) not in OWN_WORLD:
            return f"{match[0]} is no role; see contracts/record/roles.py"
        if placeholder is not None and placeholder.spans == ():
            return f'{match[0]}: write for example "<date:+1 month>" or "<date:-20 days +1 month>"'
    return ""


@dataclass(slots=True)
class Bindings:
    """The values that labels stand for in one run, and the seller's date at its beginning.

    ``values`` is keyed by kind and label.
    """

    today: date
    values: dict[tuple[str, str], str] = field(default_factory=dict)

    def copy(self) -> Bindings:
        """A copy that can be changed without changing this one."""
        return Bindings(self.today, dict(self.values))

    def mismatch(self, expected: str, actual: str) -> str:
        """How a text differs from the expected one; empty where it matches, which binds labels."""
        placeholders = list(find_placeholders(expected))
        if not placeholders:
            return "" if expected == actual else f'expected "{expected}", found "{actual}"'
        match = re.fullmatch(self._pattern(expected), actual)
        if match is None:
            return f'expected {expected}, found "{actual}"'
        for placeholder, value in zip(placeholders, match.groups(), strict=True):
            if conflict := self._bind(placeholder, value):
                return f"expected {expected}, {conflict}"
        return ""

    @staticmethod
    def _pattern(expected: str) -> str:
        parts: list[str] = []
        end = 0
        for match in PLACEHOLDER.finditer(expected):
            placeholder = parse_placeholder(match[1], match[2] or "")
            if placeholder is not None:
                parts += [re.escape(expected[end : match.start()]), f"({placeholder.pattern})"]
                end = match.end()
        return "".join([*parts, re.escape(expected[end:])])

    def _bind(self, placeholder: Placeholder, value: str) -> str:
        """Binds the label to the value; returns the conflict with an earlier value, or nothing."""
        if placeholder.spans is not None:
            day = self.day(placeholder.spans).isoformat()
            return "" if value == day else f'which is {day}, found "{value}"'
        if not placeholder.label:
            return ""
        key = (placeholder.kind, placeholder.label)
        if key in OWN_WORLD:
            return "" if value == OWN_WORLD[key] else f'which is {OWN_WORLD[key]}, found "{value}"'
        bound = self.values.setdefault(key, value)
        if bound != value:
            return f'which was "{bound}" before, found "{value}"'
        if placeholder.kind == "key":
            return self._bind(Placeholder("id", placeholder.label), value.partition("-")[0])
        return ""

    def day(self, spans: Spans) -> date:
        """Today moved by spans, one after the other."""
        day = self.today
        for count, unit in spans:
            if unit in ("month", "year"):
                day += relativedelta(months=count * (12 if unit == "year" else 1))
            else:
                day += timedelta(days=count * (7 if unit == "week" else 1))
        return day

    def fill(self, text: str, *, sample: bool = False) -> str:
        """The text with values in place of its placeholders.

        ``sample``: invents values for labels that are not bound; without it they raise KeyError
        with the placeholder.
        """

        def value(match: re.Match[str]) -> str:
            placeholder = parse_placeholder(match[1], match[2] or "")
            return match[0] if placeholder is None else self._value(placeholder, sample=sample)

        return PLACEHOLDER.sub(value, text)

    def _value(self, placeholder: Placeholder, *, sample: bool) -> str:
        if placeholder.spans is not None:
            return self.day(placeholder.spans).isoformat()
        if placeholder.kind == "totp":
            return pyotp.TOTP(placeholder.label).now()
        key = (placeholder.kind, placeholder.label)
        if key in OWN_WORLD:
            return OWN_WORLD[key]
        if placeholder.label and key in self.values:
            return self.values[key]
        if not sample:
            raise KeyError(str(placeholder))
        value = self._sample(placeholder)
        if placeholder.label:
            self.values[key] = value
        return value

    def _sample(self, placeholder: Placeholder) -> str:
        if placeholder.kind == "id":
            return str(FIRST_SAMPLE_ID + len(self.values))
        if placeholder.kind == "key":
            number = self._value(Placeholder("id", placeholder.label), sample=True)
            return f"{number}-0A1B2C3D-4E5F6071"
        if placeholder.kind == "hex":
            return ("0123456789abcdef" * 8)[: placeholder.digits or 12]
        return SAMPLES[placeholder.kind]

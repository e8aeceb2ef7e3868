"""Replaces what a session refers to by placeholders: numbers, keys, session ids and days.

A number in an answer gets a label, which replaces it in every later request: so the session can be
replayed where the numbers are different. Numbers of the catalogue (tariffs, payment methods,
countries) are codes and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from dateutil.relativedelta import relativedelta

from contracts.record.document import Node, map_values
from contracts.recording.pseudonymizer import KEYS

NUMBERS: Final = frozenset({
    "id", "elid", "plid", "item", "item.id", "main_item", "billorder", "billorder.id",
    "payment_id", "lineitem.id",
})  # fmt: skip
"""Parameters and fields with the number of an element of the account."""
_CATALOGUE: Final = re.compile(
    r"pricelist\.export|country|tld|project|currency|menu|(v2\.)?\w+\.order(\.pricelist)?"
)
_TABLES: Final = frozenset({"itemlist", "lineitems", "openlist", "paidlist"})
"""Tables inside a form whose rows are elements of the account."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SESSION: Final = re.compile(r"0{4}[0-9a-f]+")
_LINK: Final = re.compile(r"(?<=[?&])(elid|id|billorder|payment_id)=([0-9]+)")
_LABEL: Final = re.compile(r"<(id|key):([0-9]+(?:-[0-9]+)?)>")
_SMALL: Final = 4
"""Numbers with fewer digits are counted by family, and refer to an element of theirs only."""
MOST_DAYS, MOST_MONTHS = 9999, 120


class References:
    """The labels of one session, numbered in the order in which the values first appear."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str, str], str] = {}
        self._keys: dict[str, str] = {}
        self._foreign: set[tuple[str, str]] = set()
        self._last = 0

    def observe(self, func: str, doc: Node, answer: Node) -> None:
        """Adopts the labels in a document on record for the values of an answer like it."""
        for placeholder, value in _pairs(doc, answer):
            match = _LABEL.fullmatch(placeholder)
            if match is None or not value:
                continue
            if match[1] == "key":
                self._keys[value] = match[2]
            else:
                self._labels[_thing(func, value)] = match[2]
            self._last = max(self._last, int(match[2].partition("-")[0]))

    def request(self, func: str, params: dict[str, str], today: date) -> dict[str, str]:
        """The parameters, with placeholders for numbers and keys of earlier answers."""
        return {name: self._param(func, name, text, today) for name, text in params.items()}

    def answer(self, func: str, doc: Node, today: date) -> Node:
        """The document with placeholders; numbers that appear for the first time get new labels."""

        def change(path: tuple[Node, ...], attribute: str, value: str) -> str:
            return self._value(func, path, attribute, value, today)

        return map_values(doc, change)

    def _param(self, func: str, name: str, text: str, today: date) -> str:
        if name in NUMBERS:
            return re.sub("[0-9]+", lambda m: self._label(func, m[0]), text)
        if name in KEYS and text in self._keys:
            return f"<key:{self._keys[text]}>"
        return replace_day(text, today) if _DAY.fullmatch(text) else text

    def _label(self, func: str, number: str) -> str:
        """The placeholder of a number; the number itself where no answer had it."""
        thing = _thing(func, number)
        if thing in self._labels:
            return f"<id:{self._labels[thing]}>"
        self._foreign.add(thing)
        return number

    def _value(
        self, func: str, path: tuple[Node, ...], attribute: str, value: str, today: date
    ) -> str:
        name = path[-1].name
        if name == "v" and len(path) > 1:
            # In bjson the text of an element is one level deeper.
            name = path[-2].name
        if name == "auth" and attribute in ("", "id") and _SESSION.fullmatch(value):
            return f"<hex:{len(value)}:session{int(value, 16)}>"
        return value if attribute else self._text(func, path, name, value, today)

    def _text(self, func: str, path: tuple[Node, ...], name: str, value: str, today: date) -> str:
        if name in KEYS and "-" in value:
            return self._key(func, value)
        if name in NUMBERS and value.isdigit() and value != "0":
            return self._number(func, path, value)
        if _DAY.fullmatch(value):
            return replace_day(value, today)
        return _LINK.sub(lambda m: f"{m[1]}={self._label(func, m[2])}", value)

    def _number(self, func: str, path: tuple[Node, ...], value: str) -> str:
        thing = _thing(func, value)
        tables = [node.attrs.get("name", "") for node in path if node.name == "list"]
        code = _CATALOGUE.fullmatch(func) or any(name not in _TABLES for name in tables)
        if thing not in self._labels and (thing in self._foreign or code):
            return value
        if thing not in self._labels:
            self._labels[thing] = self._new()
        return f"<id:{self._labels[thing]}>"

    def _key(self, func: str, value: str) -> str:
        """The placeholder of a key, with its license's label if an answer had the number."""
        thing = _thing(func, value.partition("-")[0])
        if thing not in self._labels and thing in self._foreign:
            return "<key>"
        if value not in self._keys:
            if thing not in self._labels:
                self._labels[thing] = self._new()
            own = self._labels[thing]
            before = sum(label.partition("-")[0] == own for label in self._keys.values())
            self._keys[value] = f"{own}-{before + 1}" if before else own
        return f"<key:{self._keys[value]}>"

    def _new(self) -> str:
        self._last += 1
        return str(self._last)


def _pairs(doc: Node, answer: Node) -> Iterator[tuple[str, str]]:
    """The texts at the same places of two trees, as far as the trees match."""
    if doc.text and answer.text:
        yield doc.text, answer.text
    for name in dict.fromkeys(child.name for child in doc.children):
        for mine, other in zip(doc.all(name), answer.all(name), strict=False):
            yield from _pairs(mine, other)


def _thing(func: str, number: str) -> tuple[str, str]:
    family = func.removeprefix("v2.").partition(".")[0]
    return ("" if len(number) >= _SMALL else family, number)


def replace_day(text: str, today: date) -> str:
    """A day as a placeholder, counted from today: in months where it fits, else in days."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    months = (day.year - today.year) * 12 + day.month - today.month
    if months and abs(months) <= MOST_MONTHS and today + relativedelta(months=months) == day:
        return f"<date:{months:+} month{'' if abs(months) == 1 else 's'}>"
    days = (day - today).days
    return f"<date:{days:+} days>" if abs(days) <= MOST_DAYS else text

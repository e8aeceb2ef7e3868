"""Reads the fields of a file on record, and collects everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from mockseller.files import FileError, Place, Problem, show_place

_MISSING = object()
_SOME_DAY = "2000-01-01"
"""Takes the place of a day that is refused."""


class ExchangeError(FileError):
    """A file on record cannot be used; each problem is one line: file, place, reason."""


class FieldReader:
    """Reads a mapping field by field. A field without a default must be present.

    A field that is wrong is added to ``problems``, and a harmless value returned in its place:
    whoever has read everything raises an error of all problems (``Source.check``).
    """

    def __init__(
        self, mapping: object, place: Place = (), problems: list[Problem] | None = None
    ) -> None:
        """``place``: of the mapping in its file; ``problems``: the list that is added to."""
        self.place = place
        self.problems: list[Problem] = [] if problems is None else problems
        self._read: set[str] = set()
        self._refused: set[str] = set()
        # Of what is no mapping, no field is reported as missing.
        self._is_lost = not isinstance(mapping, Mapping)
        self._mapping: Mapping[str, object] = mapping if isinstance(mapping, Mapping) else {}
        if self._is_lost and not self._is_reported():
            self.problems.append((place, "must be a mapping"))

    def _is_reported(self) -> bool:
        return any(place == self.place for place, _ in self.problems)

    def where(self, name: str) -> str:
        """The place of a field in the file, for messages."""
        return show_place((*self.place, name))

    def refuse(self, name: str, what: str) -> None:
        """Adds a problem of a field."""
        self._refused.add(name)
        self.problems.append(((*self.place, name), what))

    def is_sound(self, *names: str) -> bool:
        """Whether no problem of these fields, of all if none is named, was reported so far."""
        places = [(*self.place, name) for name in names] or [self.place]
        return not self._is_lost and not any(
            place[: len(above)] == above for place, _ in self.problems for above in places
        )

    def has(self, name: str) -> bool:
        """Whether the field is present."""
        return name in self._mapping

    def value(self, name: str, default: object = _MISSING) -> object:
        """The field as YAML has it; None where it is missing and has no default."""
        self._read.add(name)
        value = self._mapping.get(name, default)
        if value is not _MISSING:
            return value
        if self._is_lost:
            self._refused.add(name)
        else:
            self.refuse(name, "is missing")
        return None

    def text(self, name: str, default: object = _MISSING) -> str:
        """A text on one line, not empty unless it has a default."""
        value = self.value(name, default)
        if name in self._refused:
            return ""
        if not isinstance(value, str) or (not value.strip() and default is _MISSING):
            self.refuse(name, "must be a text")
            return ""
        return " ".join(value.split())

    def word(self, name: str, choices: Sequence[str], default: object = _MISSING) -> str:
        """One of ``choices``."""
        word = self.text(name, default)
        return word if self._check_choice(name, word, choices) else choices[0]

    def words(self, name: str, choices: Sequence[str]) -> tuple[str, ...]:
        """At least one of ``choices``."""
        words = self.list(name)
        if not words and name not in self._refused:
            self.refuse(name, "is empty")
        return tuple(word for word in words if self._check_choice(name, word, choices))

    def _check_choice(self, name: str, word: str, choices: Sequence[str]) -> bool:
        if word not in choices and name not in self._refused:
            self.refuse(name, f'"{word}" is not one of {", ".join(choices)}')
        return word in choices

    def list(self, name: str) -> list[str]:
        """A list of texts, empty where the field is missing."""
        value = self.value(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(name, "must be a list of texts")
            return []
        return value

    def texts(self, name: str) -> dict[str, str]:
        """A mapping of texts, empty where the field is missing."""
        value = self.value(name, {})
        if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
            self.refuse(name, "must be a mapping of texts")
            return {}
        return dict(value)

    def flag(self, name: str) -> bool:
        """``true`` or ``false``; false where the field is missing."""
        return self.word(name, ("false", "true"), "false") == "true"

    def number(self, name: str, default: object = "0") -> int:
        """A whole number that is not negative."""
        text = self.text(name, default)
        if text.isdecimal():
            return int(text)
        if name not in self._refused:
            self.refuse(name, f'"{text}" is not a count')
        return 0

    def day(self, name: str) -> str:
        """A day, ``YYYY-MM-DD``."""
        text = self.text(name)
        if name in self._refused:
            return _SOME_DAY
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            self.refuse(name, f'"{text}" is not a day')
            return _SOME_DAY

    def reader(self, name: str) -> FieldReader:
        """A reader of the mapping in a field."""
        return FieldReader(self.value(name), (*self.place, name), self.problems)

    def readers(self, name: str) -> Iterator[FieldReader]:
        """Readers of the mappings in a list, none without the field."""
        value = self.value(name, [])
        if not isinstance(value, list):
            if name not in self._refused:
                self.refuse(name, "must be a list")
            return
        for number, item in enumerate(value):
            yield FieldReader(item, (*self.place, name, number), self.problems)

    def finish(self) -> None:
        """Reports every field that was not read: it may be misspelt."""
        for name in sorted(set(self._mapping) - self._read):
            self.refuse(name, "there is no such field")

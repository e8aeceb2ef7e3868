"""Reads the fields of a file on record and says in one line what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

_MISSING = object()


class ExchangeError(ValueError):
    """A file on record cannot be used; the text is one line: file, place, reason."""


class FieldReader:
    """Reads a mapping field by field. A field without a default must be present."""

    def __init__(self, mapping: object, path: str = "") -> None:
        """Raises ExchangeError where ``mapping`` is none; ``path`` is its place in the file."""
        if not isinstance(mapping, Mapping):
            raise ExchangeError(f"{path or 'the file'}: must be a mapping")
        self._mapping = mapping
        self._path = path
        self._read: set[str] = set()

    def where(self, name: str) -> str:
        """The place of a field in the file, for messages."""
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        """Whether the field is present."""
        return name in self._mapping

    def value(self, name: str, default: object = _MISSING) -> object:
        """The field as YAML has it. Raises ExchangeError."""
        self._read.add(name)
        value = self._mapping.get(name, default)
        if value is _MISSING:
            raise ExchangeError(f"{self.where(name)}: is missing")
        return value

    def text(self, name: str, default: object = _MISSING) -> str:
        """A text on one line, not empty unless it has a default. Raises ExchangeError."""
        value = self.value(name, default)
        if not isinstance(value, str) or (not value.strip() and default is _MISSING):
            raise ExchangeError(f"{self.where(name)}: must be a text")
        return " ".join(value.split())

    def word(self, name: str, choices: Sequence[str], default: object = _MISSING) -> str:
        """One of ``choices``. Raises ExchangeError."""
        word = self.text(name, default)
        self._check_choice(name, word, choices)
        return word

    def words(self, name: str, choices: Sequence[str]) -> tuple[str, ...]:
        """At least one of ``choices``. Raises ExchangeError."""
        words = self.list(name)
        for word in words:
            self._check_choice(name, word, choices)
        if not words:
            raise ExchangeError(f"{self.where(name)}: is empty")
        return tuple(words)

    def _check_choice(self, name: str, word: str, choices: Sequence[str]) -> None:
        if word not in choices:
            raise ExchangeError(f'{self.where(name)}: "{word}" is not one of {", ".join(choices)}')

    def list(self, name: str) -> list[str]:
        """A list of texts, empty where the field is missing. Raises ExchangeError."""
        value = self.value(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ExchangeError(f"{self.where(name)}: must be a list of texts")
        return value

    def texts(self, name: str) -> dict[str, str]:
        """A mapping of texts, empty where the field is missing. Raises ExchangeError."""
        value = self.value(name, {})
        if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
            raise ExchangeError(f"{self.where(name)}: must be a mapping of texts")
        return dict(value)

    def flag(self, name: str) -> bool:
        """``true`` or ``false``; false where the field is missing. Raises ExchangeError."""
        return self.word(name, ("true", "false"), "false") == "true"

    def number(self, name: str, default: int = 0) -> int:
        """A whole number that is not negative. Raises ExchangeError."""
        text = self.text(name, str(default))
        if not text.isdigit():
            raise ExchangeError(f'{self.where(name)}: "{text}" is not a count')
        return int(text)

    def day(self, name: str) -> str:
        """A day, ``YYYY-MM-DD``. Raises ExchangeError."""
        text = self.text(name)
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ExchangeError(f'{self.where(name)}: "{text}" is not a day') from None

    def reader(self, name: str) -> FieldReader:
        """A reader of the mapping in a field. Raises ExchangeError."""
        return FieldReader(self.value(name), self.where(name))

    def readers(self, name: str) -> Iterator[FieldReader]:
        """Readers of the mappings in a list, none without the field. Raises ExchangeError."""
        value = self.value(name, [])
        if not isinstance(value, list):
            raise ExchangeError(f"{self.where(name)}: must be a list")
        for number, item in enumerate(value, start=1):
            yield FieldReader(item, f"{self.where(name)}[{number}]")

    def finish(self) -> None:
        """Raises ExchangeError for a field that was not read: it may be misspelt."""
        unknown = sorted(set(self._mapping) - self._read)
        if unknown:
            raise ExchangeError(f"{self.where(unknown[0])}: there is no such field")

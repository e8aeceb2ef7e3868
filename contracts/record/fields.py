"""Reads the fields of a file on record, and tells in one line what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

_MISSING = object()


class ExchangeError(ValueError):
    """A file on record cannot be used; the text is one line: file, place, fault."""


class FieldReader:
    """A mapping of a file, read field by field; :meth:`done` refuses what nobody asked for."""

    def __init__(self, given: object, path: str = "") -> None:
        if not isinstance(given, Mapping):
            raise ExchangeError(f"{path or 'the file'}: must be a mapping")
        self._given = given
        self._path = path
        self._asked: set[str] = set()

    def where(self, name: str) -> str:
        """The place of a field, for people."""
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self._given

    def value(self, name: str, default: object = _MISSING) -> object:
        """The field as it stands; a fault where it is missing and has no default."""
        self._asked.add(name)
        found = self._given.get(name, default)
        if found is _MISSING:
            raise ExchangeError(f"{self.where(name)}: is missing")
        return found

    def text(self, name: str, default: object = _MISSING) -> str:
        """A text that says something."""
        found = self.value(name, default)
        if not isinstance(found, str) or (not found.strip() and default is _MISSING):
            raise ExchangeError(f"{self.where(name)}: must be a text")
        return " ".join(found.split())

    def word(self, name: str, known: Sequence[str], default: object = _MISSING) -> str:
        """One of these words."""
        found = self.text(name, default)
        if found not in known:
            raise ExchangeError(f'{self.where(name)}: "{found}" is not one of {", ".join(known)}')
        return found

    def words(self, name: str, known: Sequence[str]) -> tuple[str, ...]:
        """At least one of these words."""
        found = self.list(name)
        for word in found:
            if word not in known:
                raise ExchangeError(
                    f'{self.where(name)}: "{word}" is not one of {", ".join(known)}'
                )
        if not found:
            raise ExchangeError(f"{self.where(name)}: is empty")
        return tuple(found)

    def list(self, name: str) -> list[str]:
        """A list of texts, empty where the field is missing."""
        found = self.value(name, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise ExchangeError(f"{self.where(name)}: must be a list of texts")
        return found

    def texts(self, name: str) -> dict[str, str]:
        """A mapping of texts, empty where the field is missing."""
        found = self.value(name, {})
        if not isinstance(found, Mapping) or not all(isinstance(v, str) for v in found.values()):
            raise ExchangeError(f"{self.where(name)}: must be a mapping of texts")
        return dict(found)

    def flag(self, name: str) -> bool:
        """``true`` or ``false``; false where the field is missing."""
        return self.word(name, ("true", "false"), "false") == "true"

    def number(self, name: str, default: int = 0) -> int:
        """A count."""
        found = self.text(name, str(default))
        if not found.isdigit():
            raise ExchangeError(f'{self.where(name)}: "{found}" is not a count')
        return int(found)

    def day(self, name: str) -> str:
        """A day, ``YYYY-MM-DD``."""
        found = self.text(name)
        try:
            return date.fromisoformat(found).isoformat()
        except ValueError:
            raise ExchangeError(f'{self.where(name)}: "{found}" is not a day') from None

    def reader(self, name: str) -> FieldReader:
        """A mapping inside this one."""
        return FieldReader(self.value(name), self.where(name))

    def readers(self, name: str) -> Iterator[FieldReader]:
        """A list of mappings, empty where the field is missing."""
        found = self.value(name, [])
        if not isinstance(found, list):
            raise ExchangeError(f"{self.where(name)}: must be a list")
        for number, one in enumerate(found, start=1):
            yield FieldReader(one, f"{self.where(name)}[{number}]")

    def done(self) -> None:
        """Refuses fields nobody asked for: a misspelt one would be silently without effect."""
        unknown = sorted(set(self._given) - self._asked)
        if unknown:
            raise ExchangeError(f"{self.where(unknown[0])}: there is no such field")

"""One neutral tree for an answer, whatever format it came in.

Sellers differ: one row or many, fields above or in an inner `doc`, select lists by attribute or by
key. Those differences end here; the rest of the package asks by name.

Source: docs/wire.md sections 3 and 4 (observed in clients of several formats).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Node:
    """A named element: its text, its attributes, and the elements inside it."""

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: _NO_ATTRIBUTES)
    children: tuple[Node, ...] = ()

    def all(self, name: str) -> tuple[Node, ...]:
        """Return the children of that name: none, one or many."""
        return tuple(child for child in self.children if child.name == name)

    def first(self, name: str) -> Node | None:
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def has(self, name: str) -> bool:
        """Tell whether a child or an attribute of that name is there, even if empty."""
        return name in self.attributes or self.first(name) is not None

    def value(self, *names: str) -> str:
        """Return the first non-empty text among children and attributes of these names, else ""."""
        for name in names:
            for child in self.all(name):
                if child.text:
                    return child.text
            if self.attributes.get(name):
                return self.attributes[name]
        return ""

    def is_empty(self) -> bool:
        """Tell whether there is nothing at all in it."""
        return not (self.text or self.attributes or self.children)

    def fields(self) -> dict[str, str]:
        """Return every leaf child as name and text; of a repeated name the first counts."""
        found: dict[str, str] = {}
        for child in self.children:
            if not child.children:
                found.setdefault(child.name, child.text)
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a select list: the value to send and its label."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of the seller that is not an error."""

    root: Node

    def _levels(self) -> tuple[Node, ...]:
        """Return the outer document and the inner ones a submit may wrap its form in."""
        return (self.root, *self.root.all("doc"))

    def field(self, name: str) -> Node | None:
        """Return a field of the outer document, or of the inner one if the outer has no text."""
        found = [node for level in self._levels() if (node := level.first(name)) is not None]
        return next((node for node in found if not node.is_empty()), found[0] if found else None)

    def value(self, *names: str) -> str:
        """Return the text of the first of these fields that has one, else ""."""
        for name in names:
            for level in self._levels():
                if text := level.value(name):
                    return text
        return ""

    def form(self) -> Node:
        """Return all fields, outer before inner, as one node."""
        levels = self._levels()
        children = tuple(child for level in levels for child in level.children)
        return Node("doc", children=tuple(child for child in children if child.name != "doc"))

    def rows(self) -> tuple[Node, ...]:
        """Return the rows of a listing; an absent or empty `elem` is no row."""
        for level in self._levels():
            if rows := tuple(row for row in level.all("elem") if not row.is_empty()):
                return rows
        return ()

    def table(self, name: str) -> tuple[Node, ...]:
        """Return the rows of a table inside a form, such as the items of the basket."""
        for level in self._levels():
            for table in level.all("list"):
                if table.attributes.get("name") == name:
                    return tuple(row for row in table.all("elem") if not row.is_empty())
                if rows := tuple(row for row in table.all(name) if not row.is_empty()):
                    return _unwrapped(rows)
        return ()

    def choices(self, name: str) -> tuple[Choice, ...]:
        """Return the options of a select field."""
        for level in self._levels():
            for select in level.all("slist"):
                if select.attributes.get("name") == name:
                    return _choices(select.all("val"))
                if options := select.all(name):
                    return _choices(options)
        return ()


def _unwrapped(rows: tuple[Node, ...]) -> tuple[Node, ...]:
    """Take rows that came one level deeper, as `elem` inside the named table."""
    inner = tuple(elem for row in rows for elem in row.all("elem"))
    return inner or rows


def _choices(options: tuple[Node, ...]) -> tuple[Choice, ...]:
    """Read options that carry their key as an attribute or as a field."""
    return tuple(
        Choice(key=option.value("key", "k"), label=option.text or option.value("v"))
        for option in options
        if not option.is_empty()
    )

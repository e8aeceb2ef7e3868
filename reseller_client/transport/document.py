"""The tree of an answer, the same for all formats.

Sellers differ: one row or many, fields in the document or in an inner `doc`, select lists by
attribute or by key. The rest of the package reads fields by name and does not see that.

Source: docs/wire.md sections 3 and 4 (observed in clients of several formats).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Node:
    """An element: its name, text, attributes and child elements."""

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: NO_ATTRIBUTES)
    children: tuple[Node, ...] = ()

    def all(self, name: str) -> tuple[Node, ...]:
        """Return the children of that name."""
        return tuple(child for child in self.children if child.name == name)

    def first(self, name: str) -> Node | None:
        """Return the first child of that name, or None."""
        return next((child for child in self.children if child.name == name), None)

    def has(self, name: str) -> bool:
        """Tell whether there is a child or an attribute of that name, even an empty one."""
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
        """Tell whether it has no text, no attributes and no children."""
        return not (self.text or self.attributes or self.children)

    def fields(self) -> dict[str, str]:
        """Return the texts of childless children by name; of a repeated name the first."""
        texts: dict[str, str] = {}
        for child in self.children:
            if not child.children:
                texts.setdefault(child.name, child.text)
        return texts


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select list: the value to send and its label.

    `depend` is the key of another select that it goes with, if the seller says so.
    """

    key: str
    label: str
    depend: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call."""

    root: Node

    def _levels(self) -> tuple[Node, ...]:
        """Return the document and its inner ones, which may contain the form after a submit."""
        return (self.root, *self.root.all("doc"))

    def field(self, name: str) -> Node | None:
        """Return a field of the document, or of an inner one if the first is empty or missing."""
        nodes = [node for level in self._levels() if (node := level.first(name)) is not None]
        return next((node for node in nodes if not node.is_empty()), nodes[0] if nodes else None)

    def value(self, *names: str) -> str:
        """Return the first text among these fields, else ""."""
        for name in names:
            for level in self._levels():
                if text := level.value(name):
                    return text
        return ""

    def form(self) -> Node:
        """Return all fields of the document and its inner ones as one node."""
        levels = self._levels()
        children = tuple(child for level in levels for child in level.children)
        return Node("doc", children=tuple(child for child in children if child.name != "doc"))

    def rows(self) -> tuple[Node, ...]:
        """Return the rows of a listing; an empty `elem` is not a row."""
        for level in self._levels():
            if rows := tuple(row for row in level.all("elem") if not row.is_empty()):
                return rows
        return ()

    def table(self, name: str) -> tuple[Node, ...]:
        """Return the rows of a table in a form, such as the positions of the basket."""
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


def inner(node: Node, name: str) -> Node:
    """Return the first child of that name, an empty one where there is none."""
    return node.first(name) or Node(name)


def _unwrapped(rows: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the `elem` rows inside these rows, or the rows themselves."""
    inner = tuple(elem for row in rows for elem in row.all("elem"))
    return inner or rows


def _choices(options: tuple[Node, ...]) -> tuple[Choice, ...]:
    """Return the options; a key may be an attribute or a field."""
    return tuple(
        Choice(option.value("key", "k"), option.text or option.value("v"), option.value("depend"))
        for option in options
        if not option.is_empty()
    )

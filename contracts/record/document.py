"""The judge's own tree of a document: what is expected, and what was read, in any format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ABSENT = "<absent>"
"""As a text on record: there must be no such node."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element. ``text`` is None where the record does not say what it must be.

    ``optional``: need not be there, but if it is, it must match.
    """

    name: str
    text: str | None = None
    attrs: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Node, ...] = ()
    optional: bool = False

    def all(self, name: str) -> tuple[Node, ...]:
        """The children of that name."""
        return tuple(child for child in self.children if child.name == name)

    def first(self, name: str) -> Node | None:
        """The first child of that name, or None."""
        return next(iter(self.all(name)), None)

    @property
    def is_absent(self) -> bool:
        """Whether the record says that there is no such node."""
        return self.text == ABSENT

    def texts(self) -> Iterator[str]:
        """Every text and attribute in it, depth first."""
        if self.text is not None:
            yield self.text
        yield from self.attrs.values()
        for child in self.children:
            yield from child.texts()


class DocumentError(ValueError):
    """A tree on record cannot be read; the text says where and why, in one line."""


def from_record(name: str, value: object, where: str = "") -> tuple[Node, ...]:
    """The nodes a YAML value stands for: a text, a list (the name repeated) or a mapping.

    In a mapping ``@name`` is an attribute, ``$`` the text, everything else a child.
    """
    path = f"{where}/{name}"
    if isinstance(value, str):
        return (Node(name, value),)
    if isinstance(value, list):
        return tuple(node for item in value for node in from_record(name, item, where))
    if not isinstance(value, Mapping):
        raise DocumentError(f"{path}: {value!r} is neither a text, a list nor a mapping")
    attrs: dict[str, str] = {}
    text: str | None = None
    children: list[Node] = []
    for key, item in value.items():
        if key == "$" or key.startswith("@"):
            if not isinstance(item, str):
                raise DocumentError(f"{path}/{key}: must be a text")
            if key == "$":
                text = item
            else:
                attrs[key[1:]] = item
        else:
            children.extend(from_record(str(key), item, path))
    return (Node(name, text, attrs, tuple(children)),)

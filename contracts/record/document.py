"""The judge's own tree of a document: what is on record, and what was read from any format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

ABSENT = "<absent>"
"""As a text on record: there must be no such node."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element. ``text`` is None where the record does not say what it must be.

    ``optional``: need not be present, but if it is, it must match.
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

    def text_of(self, name: str) -> str:
        """The text of the first child of that name; empty where there is none."""
        child = self.first(name)
        return (child.text or "") if child is not None else ""

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

    In a mapping ``@name`` is an attribute, ``$`` the text, everything else a child. Raises
    DocumentError where the value is something else.
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


def read_document(value: object) -> Node:
    """The document that a YAML value stands for. Raises DocumentError: it is not one document."""
    if isinstance(value, list):
        raise DocumentError("/doc: is a list, not one document")
    (document,) = from_record("doc", value)
    return document


def document_to_record(doc: Node) -> dict[str, object]:
    """A whole document as a file has it: a mapping even where it is empty."""
    value = to_record(doc)
    return value if isinstance(value, dict) else {}


def to_record(node: Node) -> object:
    """A node as a file has it; :func:`from_record` reads it back."""
    if not node.children and not node.attrs:
        return node.text or ""
    value: dict[str, object] = {f"@{name}": text for name, text in node.attrs.items()}
    if node.text:
        value["$"] = node.text
    for name in dict.fromkeys(child.name for child in node.children):
        items = [to_record(child) for child in node.all(name)]
        value[name] = items if len(items) > 1 else items[0]
    return value


ValueChange = Callable[[tuple[Node, ...], str, str], str]
"""Gets the nodes from the root to the value's own, the attribute (empty: text) and the value."""


def map_values(node: Node, change: ValueChange) -> Node:
    """The tree with every text and attribute replaced by what ``change`` returns for it."""
    return _map_values((node,), change)


def _map_values(path: tuple[Node, ...], change: ValueChange) -> Node:
    node = path[-1]
    text = node.text and change(path, "", node.text)
    attrs = {name: change(path, name, value) for name, value in node.attrs.items()}
    children = tuple(_map_values((*path, child), change) for child in node.children)
    return replace(node, text=text, attrs=attrs, children=children)

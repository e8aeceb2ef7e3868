"""Which fields an answer has, and of what kind each is: what can be compared between sellers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from contracts.record.document import ABSENT, Node
from contracts.record.formats import ECHO, LAYOUT
from contracts.record.placeholders import placeholders_in

KINDS: Final = ("empty", "flag", "date", "number", "money", "text", "any", "inner")
"""What a value looks like. ``any``: a record does not say; ``inner``: there are fields in it."""
_SKIPPED: Final = ECHO | LAYOUT | {
    "stack", "group", "detail", "filter", "p_possible_filters", "func", "page",
}  # fmt: skip
_NAMED: Final = frozenset({"slist", "list", "flist", "param"})
"""Told apart by their attribute ``name``."""
MANY: Final = frozenset({"elem", "val", "param", "slist", "list", "node", "item", "msg"})
"""There may be as many as there are."""
_OPEN: Final = re.compile(r"(addon|ns|approver_email|dns_record|stock)_?[0-9]+")
"""Names with a number in them that differs by tariff."""
_NUMBERED: Final = r"\1_N"
_LOOKS: Final = (
    ("flag", re.compile(r"on|off")),
    ("date", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    ("number", re.compile(r"-?[0-9]+(?:, ?[0-9]+)*")),
    ("money", re.compile(r"-?[0-9]+\.[0-9]+(?: ?[A-Z]{3})?|-?[0-9]+ ?[A-Z]{3}")),
)
_PLACES: Final = {
    "id": "number", "number": "number", "money": "money", "date": "date", "any": "any",
    "key": "text", "text": "text", "hex": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an answer. ``several``: it came more than once where one is usual."""

    path: str
    kind: str
    several: bool = False

    @property
    def parent(self) -> str:
        """The field it stands in; nothing at the top."""
        return self.path.rpartition("/")[0]


def kind_of(text: str) -> str:
    """The kind of a value by its looks; ``null`` is the wire's word for nothing."""
    if text in ("", "null"):
        return "empty"
    return next((kind for kind, looks in _LOOKS if looks.fullmatch(text)), "text")


def promised_kind(text: str | None) -> str:
    """The kind of a value on record, placeholders and all.

    A switch that is on there may be a word elsewhere: only schemas say that a field is a flag.
    """
    if text is None or text in ("on", "off"):
        return "any"
    found = list(placeholders_in(text))
    if found and str(found[0]).partition(":")[0].rstrip(">") == text.partition(":")[0].rstrip(">"):
        return _PLACES.get(found[0].kind, "text")
    return "text" if found else kind_of(text)


def fields(doc: Node, *, promised: bool = False) -> Iterator[Field]:
    """Every field under a document. ``promised``: it is one on record, with placeholders."""
    yield from _inside(doc, "", promised=promised)


def _inside(node: Node, above: str, *, promised: bool) -> Iterator[Field]:
    for name in dict.fromkeys(child.name for child in node.children):
        if name in _SKIPPED:
            continue
        many = [child for child in node.all(name) if not (promised and child.is_absent)]
        for child in many:
            yield from _one(child, above, promised=promised, several=len(many) > 1)


def _one(node: Node, above: str, *, promised: bool, several: bool) -> Iterator[Field]:
    if promised and (node.optional or node.text == ABSENT):
        return
    path = f"{above}/{_name(node)}" if above else _name(node)
    kind = promised_kind(node.text) if promised else kind_of(node.text or "")
    inner = bool(node.children)
    yield Field(path, "inner" if inner else kind, several and node.name not in MANY)
    for name, text in node.attrs.items():
        if not (node.name in _NAMED and name == "name"):
            yield Field(f"{path}/@{name}", promised_kind(text) if promised else kind_of(text))
    yield from _inside(node, path, promised=promised)


def _name(node: Node) -> str:
    told = node.attrs.get("name", "") if node.name in _NAMED else ""
    return f"{normal(node.name)}[{normal(told)}]" if told else normal(node.name)


def normal(name: str) -> str:
    """A name without the number that tells an addon, or a name server, from the next."""
    return _OPEN.sub(_NUMBERED, name)


def is_free(path: str) -> bool:
    """Whether a field may hold anything: what an addon counts, what an error is about."""
    return "addon_N" in path or path.startswith("error/param")


def accepts(known: frozenset[str], found: str) -> bool:
    """Whether a value of this kind is no surprise where those kinds are known."""
    if found == "empty" or found in known or not known & {"flag", "date", "number", "money"}:
        return True
    if known & {"any", "text"}:
        return True
    return found == "number" and "money" in known

"""Which fields an answer has and of what kind each is: the part that sellers are compared by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from contracts.record.document import ABSENT, Node
from contracts.record.formats import ECHO, LAYOUT
from contracts.record.placeholders import find_placeholders

KINDS: Final = ("empty", "flag", "date", "number", "money", "text", "any", "inner")
"""Kinds of values. ``any``: a record does not say; ``inner``: the field has fields of its own."""
_SKIPPED: Final = ECHO | LAYOUT | {
    "stack", "group", "detail", "filter", "p_possible_filters", "func", "page",
}  # fmt: skip
_NAMED: Final = frozenset({"slist", "list", "flist", "param"})
"""Elements that their attribute ``name`` tells apart."""
MANY: Final = frozenset({"elem", "val", "param", "slist", "list", "node", "item", "msg"})
"""Elements that may come any number of times."""
_OPEN: Final = re.compile(r"(addon|ns|approver_email|dns_record|stock)_?[0-9]+")
"""Names with a number in them that differs by tariff."""
_NUMBERED: Final = r"\1_N"
_LOOKS: Final = (
    ("flag", re.compile(r"on|off")),
    ("date", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    ("number", re.compile(r"-?[0-9]+(?:, ?[0-9]+)*")),
    ("money", re.compile(r"-?[0-9]+\.[0-9]+(?: ?[A-Z]{3})?|-?[0-9]+ ?[A-Z]{3}")),
)
# ``<number>`` may have decimals: it is a sum without its currency.
_OF_PLACEHOLDERS: Final = {
    "id": "number", "number": "money", "money": "money", "date": "date", "any": "any",
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
        """The path of the field that contains it; empty at the top."""
        return self.path.rpartition("/")[0]


def guess_kind(text: str) -> str:
    """The kind of a value by its looks; ``null`` is the wire's word for an empty value."""
    if text in ("", "null"):
        return "empty"
    return next((kind for kind, looks in _LOOKS if looks.fullmatch(text)), "text")


def guess_recorded_kind(text: str | None) -> str:
    """The kind of a value on record, which may have placeholders.

    ``on`` there may be a word elsewhere: only schemas say that a field is a flag.
    """
    if text is None or text in ("on", "off"):
        return "any"
    placeholders = list(find_placeholders(text))
    if not placeholders:
        return guess_kind(text)
    first = placeholders[0]
    is_whole = str(first).partition(":")[0].rstrip(">") == text.partition(":")[0].rstrip(">")
    return _OF_PLACEHOLDERS.get(first.kind, "text") if is_whole else "text"


def list_fields(doc: Node, *, on_record: bool = False) -> Iterator[Field]:
    """Every field under a document; ``on_record``: its values may have placeholders."""
    yield from _inside(doc, "", on_record=on_record)


def _inside(node: Node, above: str, *, on_record: bool) -> Iterator[Field]:
    for name in dict.fromkeys(child.name for child in node.children):
        if name in _SKIPPED:
            continue
        children = [child for child in node.all(name) if not (on_record and child.is_absent)]
        for child in children:
            yield from _field(child, above, on_record=on_record, several=len(children) > 1)


def _field(node: Node, above: str, *, on_record: bool, several: bool) -> Iterator[Field]:
    if on_record and (node.optional or node.text == ABSENT):
        return
    path = f"{above}/{_name(node)}" if above else _name(node)
    kind = guess_recorded_kind(node.text) if on_record else guess_kind(node.text or "")
    yield Field(path, "inner" if node.children else kind, several and node.name not in MANY)
    for name, text in node.attrs.items():
        if not (node.name in _NAMED and name == "name"):
            yield Field(
                f"{path}/@{name}", guess_recorded_kind(text) if on_record else guess_kind(text)
            )
    yield from _inside(node, path, on_record=on_record)


def _name(node: Node) -> str:
    label = node.attrs.get("name", "") if node.name in _NAMED else ""
    return (
        f"{normalize_name(node.name)}[{normalize_name(label)}]"
        if label
        else normalize_name(node.name)
    )


def normalize_name(name: str) -> str:
    """A name without the number that tells one addon, or name server, from the next."""
    return _OPEN.sub(_NUMBERED, name)


def is_free(path: str) -> bool:
    """Whether a field may hold anything: what an addon counts, what an error is about."""
    return "addon_N" in path or path.startswith("error/param")


def accepts(kinds: frozenset[str], kind: str) -> bool:
    """Whether a value of this kind is compatible with the kinds seen or declared so far."""
    if kind == "empty" or kind in kinds or not kinds & {"flag", "date", "number", "money"}:
        return True
    if kinds & {"any", "text"}:
        return True
    return kind == "number" and "money" in kinds

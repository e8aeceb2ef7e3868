"""Compares an answer with what is on record, and tells every difference by its path.

What is listed must be there and match; what is not listed may be there too, unless the record is
``exact``. Rows on record are looked for among the rows that came, in any place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.record.document import Node
from contracts.record.formats import ECHO, LAYOUT, UnreadableBody, expected, read
from contracts.record.placeholders import Bindings

MOST_DIFFERENCES = 12
"""More of them say nothing more to a reader."""
FRAME = ECHO | LAYOUT | {"doc"}


@dataclass(frozen=True, slots=True)
class ExpectedDocument:
    """A document on record: its tree, its kind, whether there may be more than it lists.

    ``instead``: the tree in a format to which the general mapping does not lead.
    """

    doc: Node
    kind: str
    exact: bool = False
    by_format: tuple[tuple[str, Node], ...] = ()

    def tree(self, out: str) -> Node:
        """What must be there in a format."""
        for name, tree in self.by_format:
            if name == out:
                return tree
        return expected(self.doc, self.kind, out)


def differences(
    wanted: ExpectedDocument, out: str, status: int, body: bytes, known: Bindings
) -> list[str]:
    """Every difference between an answer and its record; binds the record's labels."""
    if status != 200:  # noqa: PLR2004 - HTTP's word for "here is a document"
        return [f"HTTP status: expected 200 (errors are documents too), found {status}"]
    try:
        found, faults = read(body, out)
    except UnreadableBody as problem:
        return [f"{out}: {problem}"]
    if wanted.kind != "error" and (told := _refusal(found)):
        return [f"expected no error, found {told}"]
    told_all = [*faults, *_match(wanted.tree(out), found, known, "", exact=wanted.exact)]
    if len(told_all) > MOST_DIFFERENCES:
        rest = len(told_all) - MOST_DIFFERENCES
        return [*told_all[:MOST_DIFFERENCES], f"... and {rest} more"]
    return told_all


def _refusal(found: Node) -> str:
    error = found.first("error")
    if error is None:
        return ""
    parts = [error.attrs.get(name) or _text(error.first(name)) for name in ("type", "object")]
    return f"{':'.join(filter(None, parts))} {_text(error.first('msg'))}".strip()


def _text(node: Node | None) -> str:
    return (node.text or "") if node is not None else ""


def _match(wanted: Node, found: Node, known: Bindings, where: str, *, exact: bool) -> list[str]:
    path = f"{where}/{wanted.name}"
    told: list[str] = []
    if wanted.text is not None and (fault := known.mismatch(wanted.text, found.text or "")):
        told.append(f"{path}: {fault}")
    for name, text in wanted.attrs.items():
        if name not in found.attrs:
            told.append(f"{path}/@{name}: missing, expected {text}")
        elif fault := known.mismatch(text, found.attrs[name]):
            told.append(f"{path}/@{name}: {fault}")
    for name in dict.fromkeys(child.name for child in wanted.children):
        told += _match_group(wanted.all(name), found.all(name), known, path, exact=exact)
    if exact:
        told += _unlisted(wanted, found, path)
    return told


def _match_group(
    wanted: tuple[Node, ...], found: tuple[Node, ...], known: Bindings, path: str, *, exact: bool
) -> list[str]:
    """Children of one name: each on record finds its own among those that came."""
    name = wanted[0].name
    if wanted[0].is_absent:
        return [f"{path}/{name}: must not be there"] if found else []
    left = list(found)
    told: list[str] = []
    for one in wanted:
        fitting, nearest = _nearest(one, left, known, path, exact=exact)
        if fitting is not None:
            left.remove(fitting)
        elif nearest:
            told += nearest
        elif not one.optional:
            told.append(f"{path}/{name}: missing{_hint(one)}")
    return told


def _nearest(
    one: Node, left: Iterable[Node], known: Bindings, path: str, *, exact: bool
) -> tuple[Node | None, list[str]]:
    """The node that matches, else the differences to the one that comes nearest."""
    nearest: list[str] = []
    for candidate in left:
        trial = known.copy()
        told = _match(one, candidate, trial, path, exact=exact)
        if not told:
            known.values = trial.values
            return candidate, []
        if not nearest or len(told) < len(nearest):
            nearest = told
    return None, nearest


def _hint(one: Node) -> str:
    return f", expected {one.text}" if one.text else ""


def _unlisted(wanted: Node, found: Node, path: str) -> list[str]:
    listed = {child.name for child in wanted.children}
    told = [
        f"{path}/{child.name}: is not on record"
        for child in found.children
        if child.name not in listed and child.name not in FRAME
    ]
    for name in listed:
        wants, has = len(wanted.all(name)), len(found.all(name))
        if has > wants and not wanted.all(name)[0].is_absent:
            told.append(f"{path}/{name}: expected {wants} of them, found {has}")
    return told

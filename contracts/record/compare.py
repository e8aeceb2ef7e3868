"""Compares an answer with the document on record and names every difference by its path.

What is listed must be present and match; what is not listed may be present too, unless the record
is ``exact``. Rows on record may match rows of the answer in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.record.document import Node
from contracts.record.formats import (
    ECHO,
    HTTP_OK,
    LAYOUT,
    UnreadableBody,
    convert_to_format,
    find_error,
    read,
)
from contracts.record.placeholders import Bindings

MOST_DIFFERENCES = 12
"""Differences that are listed; further ones are only counted."""
FRAME = ECHO | LAYOUT | {"doc"}


@dataclass(frozen=True, slots=True)
class ExpectedDocument:
    """A document on record: its tree, its kind, and whether it lists everything.

    ``by_format``: the tree of a format that the general mapping does not produce.
    """

    doc: Node
    kind: str
    exact: bool = False
    by_format: tuple[tuple[str, Node], ...] = ()

    def tree(self, out: str) -> Node:
        """The tree that an answer in a format must contain."""
        return dict(self.by_format).get(out) or convert_to_format(self.doc, self.kind, out)


def compare_answer(
    expected: ExpectedDocument, out: str, status: int, body: bytes, bindings: Bindings
) -> list[str]:
    """Every difference between an answer and its record, one line each.

    A part that matches binds the labels of its placeholders in ``bindings``.
    """
    if status != HTTP_OK:
        return [f"HTTP status: expected 200 (errors are documents too), found {status}"]
    try:
        document, violations = read(body, out)
    except UnreadableBody as problem:
        return [f"{out}: {problem}"]
    if expected.kind != "error" and (error := find_error(document)) is not None:
        return [f"expected no error, found {error}"]
    lines = [
        *violations, *_match(expected.tree(out), document, bindings, "", exact=expected.exact)
    ]  # fmt: skip
    if len(lines) > MOST_DIFFERENCES:
        rest = len(lines) - MOST_DIFFERENCES
        return [*lines[:MOST_DIFFERENCES], f"... and {rest} more"]
    return lines


def _match(
    expected: Node, actual: Node, bindings: Bindings, where: str, *, exact: bool
) -> list[str]:
    path = f"{where}/{expected.name}"
    lines: list[str] = []
    if expected.text is not None and (
        mismatch := bindings.mismatch(expected.text, actual.text or "")
    ):
        lines.append(f"{path}: {mismatch}")
    for name, text in expected.attrs.items():
        if name not in actual.attrs:
            lines.append(f"{path}/@{name}: missing, expected {text}")
        elif mismatch := bindings.mismatch(text, actual.attrs[name]):
            lines.append(f"{path}/@{name}: {mismatch}")
    for name in dict.fromkeys(child.name for child in expected.children):
        lines += _match_group(expected.all(name), actual.all(name), bindings, path, exact=exact)
    if exact:
        lines += _unlisted(expected, actual, path)
    return lines


def _match_group(
    expected: tuple[Node, ...],
    actual: tuple[Node, ...],
    bindings: Bindings,
    path: str,
    *,
    exact: bool,
) -> list[str]:
    """Children of one name: each on record is matched with one of its own in the answer."""
    name = expected[0].name
    if expected[0].is_absent:
        return [f"{path}/{name}: must not be there"] if actual else []
    left = list(actual)
    lines: list[str] = []
    for node in expected:
        match, nearest = _nearest(node, left, bindings, path, exact=exact)
        if match is not None:
            left.remove(match)
        elif nearest:
            lines += nearest
        elif not node.optional:
            hint = f", expected {node.text}" if node.text else ""
            lines.append(f"{path}/{name}: missing{hint}")
    return lines


def _nearest(
    expected: Node, candidates: Iterable[Node], bindings: Bindings, path: str, *, exact: bool
) -> tuple[Node | None, list[str]]:
    """The node that matches, else the differences to the one with the fewest."""
    nearest: list[str] = []
    for candidate in candidates:
        trial = bindings.copy()
        lines = _match(expected, candidate, trial, path, exact=exact)
        if not lines:
            bindings.values = trial.values
            return candidate, []
        if not nearest or len(lines) < len(nearest):
            nearest = lines
    return None, nearest


def _unlisted(expected: Node, actual: Node, path: str) -> list[str]:
    listed = {child.name for child in expected.children}
    lines = [
        f"{path}/{child.name}: is not on record"
        for child in actual.children
        if child.name not in listed and child.name not in FRAME
    ]
    for name in listed:
        wants, has = len(expected.all(name)), len(actual.all(name))
        if has > wants and not expected.all(name)[0].is_absent:
            lines.append(f"{path}/{name}: expected {wants} of them, found {has}")
    return lines

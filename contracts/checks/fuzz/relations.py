"""What must hold between answers: a look changes nothing, and says the same in every format."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from contracts.checks.fuzz.answered import AnsweredCall
from contracts.checks.fuzz.operations import Generated
from contracts.checks.fuzz.rules import BESIDE_RULES, RuleViolation
from contracts.checks.fuzz.sending import RequestSender
from contracts.record.document import Node
from contracts.record.formats import ECHO, LAYOUT
from contracts.verdicts import ASSUMED, DOCUMENTED, OBSERVED

STATE: Final = ("subaccount", "service", "soft", "basket", "payment", "expense", "profile")
"""What an account can see of its own state; what a seller does not have tells nothing."""
GRADES: Final = {"again": ASSUMED, "formats": OBSERVED, "nothing changed": DOCUMENTED}
EPHEMERAL: Final = frozenset({"payment.add.redirect", "payment.add.pay"})
"""Looks whose answer carries a key that is another each time."""


def state_of(sender: RequestSender) -> str:
    """A digest of everything the account has: two that are equal are the same state."""
    told = hashlib.sha256()
    for func in STATE:
        told.update(sender.ask(func, {"p_cnt": "500"}).response.content)
    return told.hexdigest()


def beside(
    request: Generated, first: AnsweredCall, sender: RequestSender, before: str, *, public: bool
) -> list[RuleViolation]:
    """What a look breaks beside its own answer. ``before``: the state before it was asked."""
    kind = request.beside
    if kind == "nothing changed":
        lines = _unchanged(before, sender)
    elif kind == "again":
        lines = _again(first, sender.made_up(request, public=public))
    else:
        lines = _formats(request, sender, public=public)
    return [RuleViolation(BESIDE_RULES[kind], GRADES[kind], line) for line in lines]


def _unchanged(before: str, sender: RequestSender) -> Iterator[str]:
    if state_of(sender) != before:
        yield "a look that changed something: balance, services, basket, payments or expenses"


def _again(first: AnsweredCall, second: AnsweredCall) -> Iterator[str]:
    if first.response.content != second.response.content:
        yield "the same look answers something else when it is asked again"


def _formats(request: Generated, sender: RequestSender, *, public: bool) -> Iterator[str]:
    plain = {"sfrom": "", "callback": ""}
    one, other = (sender.again(request, public=public, out=out, **plain) for out in ("xml", "json"))
    if one.doc is None or other.doc is None:
        yield from (
            f"cannot be read as {told.out}: {told.fault}" for told in (one, other) if told.fault
        )
        return
    here, there = canonical(one.doc), canonical(other.doc)
    if here != there:
        yield f"xml and json differ: {_first_difference(here, there, '')}"


def _first_difference(one: tuple, other: tuple, path: str) -> str:  # type: ignore[type-arg]
    name, text, attrs, groups = one
    where = f"{path}/{name}"
    if text != other[1]:
        return f"{where} is {text[:60]!r} in xml, {other[1][:60]!r} in json"
    if attrs != other[2]:
        return f"{where} has {dict(attrs)} in xml, {dict(other[2])} in json"
    mine, theirs = dict(groups), dict(other[3])
    for child in sorted(set(mine) | set(theirs)):
        here, there = mine.get(child, ()), theirs.get(child, ())
        if len(here) != len(there):
            return f"{where}/{child}: {len(here)} of it in xml, {len(there)} in json"
        for a, b in zip(here, there, strict=True):
            if a != b:
                return _first_difference(a, b, where)
    return where


def canonical(node: Node) -> tuple[Any, ...]:
    """A tree as a value to compare: without echo and layout, whatever the order of its names.

    Name, text, attributes, and the children by name.
    """
    content = [child for child in node.children if child.name not in ECHO | LAYOUT]
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for child in content:
        groups.setdefault(child.name, []).append(canonical(child))
    attrs = () if node.name == "doc" else tuple(sorted(node.attrs.items()))
    children = tuple((name, tuple(groups[name])) for name in sorted(groups))
    return (node.name, node.text or "", attrs, children)

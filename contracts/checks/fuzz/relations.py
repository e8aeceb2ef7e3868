"""Rules about reads that take further requests: a read changes nothing and can be repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.checks.fuzz.answered import AnsweredCall
from contracts.checks.fuzz.checks import RuleViolation
from contracts.checks.fuzz.operations import Generated
from contracts.checks.fuzz.sending import RequestSender
from contracts.record.document import Node
from contracts.record.formats import ECHO, LAYOUT

STATE: Final = ("subaccount", "service", "soft", "basket", "payment", "expense", "profile")
"""Functions that show an account its own state; one that the seller lacks shows nothing."""
_STATE_ROWS: Final = "500"
EPHEMERAL: Final = frozenset({"payment.add.redirect", "payment.add.pay"})
"""Reads whose answer carries a new key each time."""


@dataclass(frozen=True, slots=True)
class ReadCase:
    """A read and its answer; ``before``: the account's state before it, where that is compared.

    ``public``: the function is called without a login.
    """

    request: Generated
    first: AnsweredCall
    sender: RequestSender
    before: str
    public: bool


def find_changed_state(case: ReadCase) -> Iterator[str]:
    """A state other than before the read."""
    if digest_state(case.sender) != case.before:
        yield "a read that changed something: balance, services, basket, payments or expenses"


def find_other_answer(case: ReadCase) -> Iterator[str]:
    """Another answer to the same read."""
    second = case.sender.send_generated(case.request, public=case.public)
    if case.first.response.content != second.response.content:
        yield "the same read has another answer when it is repeated"


def find_other_format(case: ReadCase) -> Iterator[str]:
    """A difference between xml and json."""
    plain = {"sfrom": "", "callback": ""}
    calls = [
        case.sender.send_changed(case.request, {**plain, "out": out}, public=case.public)
        for out in ("xml", "json")
    ]
    docs = [call.doc for call in calls if call.doc is not None]
    if len(docs) < len(calls):
        yield from (f"cannot be read as {call.out}: {call.unread}" for call in calls if call.unread)
        return
    xml, json = map(canonicalize, docs)
    if xml != json:
        yield f"xml and json differ: {_first_difference(xml, json, '')}"


def find_wide_filter(case: ReadCase) -> Iterator[str]:
    """Other rows than the one whose number the list is filtered by."""
    rows = case.first.doc.all("elem") if case.first.doc is not None else ()
    number = rows[-1].text_of("id") if rows else ""
    if not number:
        return
    criteria = {"out": "xml", "sfrom": "", "callback": "", "filter": "on", "id": number}
    answer = case.sender.send_changed(case.request, criteria, public=case.public)
    left = [row.text_of("id") for row in answer.doc.all("elem")] if answer.doc else None
    if left != [number] and answer.error is None:
        yield f"filter=on with id={number} leaves the rows {left}"


BESIDE: Final[Mapping[str, tuple[str, Callable[[ReadCase], Iterator[str]]]]] = {
    "again": ("answers-the-same-again", find_other_answer),
    "formats": ("says-the-same-in-every-format", find_other_format),
    "nothing changed": ("looks-without-changing", find_changed_state),
    "filter": ("filters-by-what-it-shows", find_wide_filter),
}
"""The id of a check with its rule, by the name that a generated request asks for it with."""


def digest_state(sender: RequestSender) -> str:
    """A digest of everything the account has: equal digests are equal states."""
    digest = hashlib.sha256()
    for func in STATE:
        digest.update(sender.call(func, {"p_cnt": _STATE_ROWS, "filter": "off"}).response.content)
    return digest.hexdigest()


def list_compared(sent: Sequence[AnsweredCall], answer: AnsweredCall) -> tuple[AnsweredCall, ...]:
    """The calls that show what a read breaks, in their order.

    Left out are logins, and reads of the account's state that had the same answer before and after.
    """
    contents: dict[tuple[tuple[str, str], ...], set[bytes]] = {}
    for call in sent:
        contents.setdefault(tuple(call.params.items()), set()).add(call.response.content)
    return tuple(
        call
        for call in sent
        if call is answer
        or (
            call.params.get("func") != "auth"
            and not (_reads_state(call) and len(contents[tuple(call.params.items())]) == 1)
        )
    )


def _reads_state(call: AnsweredCall) -> bool:
    return call.params.get("func") in STATE and call.params.get("p_cnt") == _STATE_ROWS


def find_related_violations(case: ReadCase) -> list[RuleViolation]:
    """What a read breaks beside its own answer: the one rule that its request asks for."""
    id, rule = BESIDE[case.request.beside]
    return [RuleViolation(id, line) for line in rule(case)]


def canonicalize(node: Node) -> tuple[Any, ...]:
    """A tree as a value to compare: without echo and layout, whatever the order of its names.

    Name, text, attributes, and the children by name.
    """
    content = [child for child in node.children if child.name not in ECHO | LAYOUT]
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for child in content:
        groups.setdefault(child.name, []).append(canonicalize(child))
    attrs = () if node.name == "doc" else tuple(sorted(node.attrs.items()))
    children = tuple((name, tuple(groups[name])) for name in sorted(groups))
    return (node.name, node.text or "", attrs, children)


def _first_difference(xml: tuple[Any, ...], json: tuple[Any, ...], path: str) -> str:
    name, text, attrs, groups = xml
    where = f"{path}/{name}"
    if text != json[1]:
        return f"{where} is {text[:60]!r} in xml, {json[1][:60]!r} in json"
    if attrs != json[2]:
        return f"{where} has {dict(attrs)} in xml, {dict(json[2])} in json"
    in_xml, in_json = dict(groups), dict(json[3])
    for child in sorted(set(in_xml) | set(in_json)):
        left, right = in_xml.get(child, ()), in_json.get(child, ())
        if len(left) != len(right):
            return f"{where}/{child}: {len(left)} of it in xml, {len(right)} in json"
        for a, b in zip(left, right, strict=True):
            if a != b:
                return _first_difference(a, b, where)
    return where

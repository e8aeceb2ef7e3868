"""What is on record of a function's answers: each field with its kind and how we know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.record.declarations import recorded
from contracts.record.exchange import Exchange
from contracts.recording.captured_answers import Mode, mode_of
from contracts.recording.profile import fields, normal
from contracts.verdicts import ASSUMED, EVIDENCE

_KINDS: Final = {
    "whole": "number", "id": "number", "day": "date", "amount": "money", "flag": "flag",
}  # fmt: skip
"""Kinds of the schemas that say how a value looks; every other is a text."""
FRAME: Final = frozenset({
    "ok", "id", "item.id", "elem", "doc", "model", "error", "slist", "list", "auth", "billorder",
    "p_num", "p_cnt", "p_elems", "p_order", "p_sort", "p_col", "plid", "plname", "elid", "user",
    "lineitem.id", "payment_id", "v", "sliders",
})  # fmt: skip
"""What any answer may have, whatever it is of."""


@dataclass(frozen=True, slots=True)
class ContractField:
    """One field that an exchange has: where it comes, what it is like, how we know."""

    path: str
    kind: str
    names: frozenset[str]
    evidence: str
    exchange: str


Group = tuple[str, str, str, Mode]
"""func, format, kind of the answer, mode of the request."""


@dataclass(slots=True)
class ContractFields:
    """Everything on record, by what was asked and what came."""

    promises: dict[Group, list[ContractField]] = field(default_factory=lambda: defaultdict(list))
    of_field: dict[tuple[str, str, str], list[ContractField]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """The same by function, format and path, whatever was asked."""
    errors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    portable: dict[tuple[str, str, tuple[tuple[str, str], ...]], Exchange] = field(
        default_factory=dict
    )
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def knows(self, func: str) -> bool:
        """Whether anything is on record of a function."""
        return func in self.schemas

    def declared_kind(self, func: str, path: str) -> str:
        """The kind the schema on record says a field is of; nothing where it says none."""
        if path.startswith("slist"):
            # A choice is told with its label, whatever the field holds.
            return ""
        told = self.declared(func).get(path.removesuffix("/v").rpartition("/")[2], {})
        return _KINDS.get(told.get("x-kind", ""), "text") if told else ""

    def declared(self, func: str) -> Mapping[str, Any]:
        """The fields the schema on record has, by name."""
        answer = self.schemas.get(func, {}).get("answer") or {}
        return {normal(name): told for name, told in answer.get("properties", {}).items()}


def contracts(exchanges: Iterable[Exchange]) -> ContractFields:
    """What exchanges and schemas say, ready to be looked up."""
    found = ContractFields(schemas=recorded())
    for func, schema in found.schemas.items():
        found.errors[func] |= set(schema.get("errors", ()))
    for exchange in exchanges:
        _add(found, exchange)
    return found


def _add(found: ContractFields, exchange: Exchange) -> None:
    request = exchange.request
    names = frozenset(request.params)
    mode = mode_of(dict(request.params))
    error = exchange.expected.doc.first("error")
    if error is not None:
        found.errors[request.func].add(error.attrs.get("type", ""))
    if exchange.portable:
        key = (request.func, request.login.style, tuple(sorted(request.params.items())))
        found.portable[key] = exchange
    for out in exchange.formats:
        group = (request.func, out, exchange.expected.kind, mode)
        for one in fields(exchange.expected.tree(out), promised=True):
            promise = ContractField(one.path, one.kind, names, exchange.evidence, exchange.name)
            found.promises[group].append(promise)
            found.of_field[request.func, out, one.path].append(promise)


def best(promises: Iterable[ContractField]) -> ContractField:
    """The one with the best evidence."""
    return min(promises, key=lambda promise: EVIDENCE.index(promise.evidence))


def is_assumed(evidence: str) -> bool:
    """Whether nothing but our choice stands behind it."""
    return evidence == ASSUMED

"""What answers are compared with: the fields on record, and the answers of our own seller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.record.declarations import read_recorded
from contracts.record.exchange import Exchange
from contracts.recording.captured_answers import CapturedAnswer, Mode, find_mode
from contracts.recording.profile import list_fields, normalize_name
from contracts.verdicts import ASSUMED, EVIDENCE

_KINDS: Final = {
    "whole": "number", "id": "number", "day": "date", "amount": "money", "sum": "money",
    "flag": "flag",
}  # fmt: skip
"""Kinds of the schemas that say how a value looks; every other is a text."""
FRAME: Final = frozenset({
    "ok", "id", "item.id", "elem", "doc", "model", "error", "slist", "list", "auth", "billorder",
    "billorder.id",
    "p_num", "p_cnt", "p_elems", "p_order", "p_sort", "p_col", "plid", "plname", "elid", "user",
    "lineitem.id", "payment_id", "v", "sliders",
})  # fmt: skip
"""Fields that any answer may have."""


@dataclass(frozen=True, slots=True)
class ContractField:
    """One field that an exchange has: its path, its kind, and how that is known.

    ``names``: the parameters of the exchange's request.
    """

    path: str
    kind: str
    names: frozenset[str]
    evidence: str
    exchange: str

    @property
    def is_assumed(self) -> bool:
        """Whether it is only our own choice."""
        return self.evidence == ASSUMED


Group = tuple[str, str, str, Mode]
"""Answers that can be compared: func, format, kind of the answer, mode of the request."""


@dataclass(slots=True)
class ContractFields:
    """Everything on record about answers.

    ``in_group``: fields by group; ``by_path``: the same by function, format and path; ``errors``:
    types of errors by function; ``portable``: exchanges by function, login style and parameters;
    ``schemas``: the declarations on record by function.
    """

    in_group: dict[Group, list[ContractField]] = field(default_factory=lambda: defaultdict(list))
    by_path: dict[tuple[str, str, str], list[ContractField]] = field(
        default_factory=lambda: defaultdict(list)
    )
    errors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    portable: dict[tuple[str, str, tuple[tuple[str, str], ...]], Exchange] = field(
        default_factory=dict
    )
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def has_function(self, func: str) -> bool:
        """Whether anything is on record about a function."""
        return func in self.schemas

    def declared_kind(self, func: str, path: str) -> str:
        """The kind of a field by the schema on record; empty where the schema does not say."""
        if path.startswith("slist"):
            # A choice has its label as text, whatever the field holds.
            return ""
        schema = self.declared(func).get(path.removesuffix("/v").rpartition("/")[2], {})
        return _KINDS.get(schema.get("x-kind", ""), "text") if schema else ""

    def declared(self, func: str) -> Mapping[str, Any]:
        """The fields of a function's answer by the schema on record, by normalized name."""
        answer = self.schemas.get(func, {}).get("answer") or {}
        return {
            normalize_name(name): schema for name, schema in answer.get("properties", {}).items()
        }

    def add(self, exchange: Exchange) -> None:
        """Adds the fields and errors of an exchange."""
        request = exchange.request
        names = frozenset(request.params)
        error = exchange.expected.doc.first("error")
        if error is not None:
            self.errors[request.func].add(error.attrs.get("type", ""))
        if exchange.portable:
            key = (request.func, request.login.style, tuple(sorted(request.params.items())))
            self.portable[key] = exchange
        for out in exchange.formats:
            group = (request.func, out, exchange.expected.kind, find_mode(dict(request.params)))
            for answer_field in list_fields(exchange.expected.tree(out), on_record=True):
                contract = ContractField(
                    answer_field.path, answer_field.kind, names, exchange.evidence, exchange.name
                )
                self.in_group[group].append(contract)
                self.by_path[request.func, out, contract.path].append(contract)


def collect_contract_fields(exchanges: Iterable[Exchange]) -> ContractFields:
    """The fields of the exchanges, with the schemas on record."""
    contracts = ContractFields(schemas=read_recorded())
    for func, schema in contracts.schemas.items():
        contracts.errors[func] |= set(schema.get("errors", ()))
    for exchange in exchanges:
        contracts.add(exchange)
    return contracts


def choose_best(contracts: Iterable[ContractField]) -> ContractField:
    """The one with the best evidence. Raises ValueError where there is none."""
    return min(contracts, key=lambda contract: EVIDENCE.index(contract.evidence))


@dataclass(slots=True)
class Baseline:
    """What our own seller answers.

    ``kinds`` of values by function, format and path; ``several``: the same keys of fields that came
    more than once; ``answers``: the paths of each answer by group; ``errors``: types by function.
    """

    kinds: dict[tuple[str, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    several: set[tuple[str, str, str]] = field(default_factory=set)
    answers: dict[Group, list[frozenset[str]]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def always_has(self, group: Group, path: str, parent: str) -> bool:
        """Whether every answer of the group that has the parent also has the field."""
        fitting = [paths for paths in self.answers[group] if not parent or parent in paths]
        return bool(fitting) and all(path in paths for paths in fitting)


def collect_baseline(answers: Iterable[CapturedAnswer]) -> Baseline:
    """What our own seller's answers have in common."""
    baseline = Baseline()
    for answer in answers:
        if answer.doc is None:
            continue
        present = list(list_fields(answer.doc))
        baseline.answers[find_group(answer)].append(
            frozenset(answer_field.path for answer_field in present)
        )
        for answer_field in present:
            key = (answer.func, answer.out, answer_field.path)
            baseline.kinds[key].add(answer_field.kind)
            if answer_field.several:
                baseline.several.add(key)
        if answer.error_type:
            baseline.errors[answer.func].add(answer.error_type)
    return baseline


def find_group(answer: CapturedAnswer) -> Group:
    """The group of answers that can be compared with this one."""
    return answer.func, answer.out, answer.kind, answer.mode

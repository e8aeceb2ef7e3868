"""How a seller's answers differ from what is on record, and how much each difference matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.record.formats import HTTP_OK
from contracts.recording.captured_answers import CapturedAnswer
from contracts.recording.contract_fields import (
    FRAME,
    Baseline,
    ContractField,
    ContractFields,
    Group,
    choose_best,
    find_group,
)
from contracts.recording.options import Severity
from contracts.recording.profile import Field, accepts, is_free, list_fields
from contracts.registry import Check, read_checks
from contracts.verdicts import ASSUMED, CallRecord

_TYPES: Final = {
    "xml": ("text/xml", "application/xml"),
    "json": ("application/json", "text/plain", "text/javascript"),
    "bjson": ("application/json", "text/plain", "text/javascript"),
}
DRIFT_CHECKS: Final = read_checks(Path(__file__).with_name("drift_checks.yaml"))
"""What answers are compared for, by id."""
_ROWS: Final = ("elem", "val", "param[")
"""Elements that may be missing altogether."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``path``: where in the answer; ``seen``: a call that shows it.

    ``check``: what does not hold; ``source``: the exchange on record that the answer differs from.
    """

    func: str
    out: str
    path: str
    severity: Severity
    message: str
    check: Check
    evidence: str = ASSUMED
    source: str = ""
    seen: CallRecord | None = None

    def __str__(self) -> str:
        """One line for people."""
        basis = f"{self.evidence}: {self.source}" if self.source else self.evidence
        return f"{self.severity.value}: {self.path}: {self.message} ({basis})"

    def as_dict(self) -> dict[str, str]:
        """For JSON; the key ``told`` is that of saved reports."""
        return {
            "func": self.func, "out": self.out, "path": self.path, "severity": self.severity.value,
            "told": self.message, "evidence": self.evidence, "source": self.source,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComparisonBasis:
    """What answers are compared with.

    ``contracts`` and ``baseline`` are None where the comparison leaves them out; ``states`` are our
    own seller's answers, used only to see whether a field depends on the state of a service.
    """

    contracts: ContractFields | None
    baseline: Baseline | None
    states: Baseline | None = None

    def error_types(self, func: str) -> set[str]:
        """The types of errors that a function is known to answer."""
        types: set[str] = set()
        for reference in (self.contracts, self.baseline):
            types |= reference.errors.get(func, set()) if reference is not None else set()
        return types


def compare_answers(
    answers: Iterable[CapturedAnswer], basis: ComparisonBasis
) -> Iterator[Difference]:
    """Every difference between answers and what they are compared with."""
    groups: dict[Group, list[CapturedAnswer]] = defaultdict(list)
    for answer in answers:
        yield from _outside(answer)
        if answer.doc is not None:
            groups[find_group(answer)].append(answer)
    for group, members in groups.items():
        contracts = basis.contracts
        if contracts is not None and not contracts.has_function(group[0]) and group[2] != "error":
            message = "nothing is on record of this function"
            yield _difference(members[0], "", Severity.INFO, message, "on-record")
            continue
        yield from _errors(members, basis)
        present = [(answer, frozenset(f.path for f in list_fields(answer.doc)))
                   for answer in members if answer.doc is not None]  # fmt: skip
        yield from _missing(group, present, basis)
        yield from _new_or_changed(members, basis)


def _difference(
    answer: CapturedAnswer,
    path: str,
    severity: Severity,
    message: str,
    check: str,
    contract: ContractField | None = None,
) -> Difference:
    evidence, source = (contract.evidence, contract.exchange) if contract else (ASSUMED, "")
    return Difference(
        answer.func, answer.out, f"/doc/{path}".rstrip("/"), severity, message,
        DRIFT_CHECKS[check], evidence, source, answer.seen,
    )  # fmt: skip


def _outside(answer: CapturedAnswer) -> Iterator[Difference]:
    """What shows before a document is looked into: status, content type, format."""
    if answer.status != HTTP_OK:
        message = f"HTTP status {answer.status}, where errors are documents with 200"
        yield _of_wire(answer, message, "status")
    elif answer.unread and answer.can_be_read:
        yield _of_wire(answer, f"no document: {answer.unread}", "document")
    kind = answer.content_type.partition(";")[0].strip().lower()
    usual = _TYPES.get(answer.out, ())
    if kind and usual and kind not in usual and answer.status == HTTP_OK:
        message = f"content type {kind}, usual is {usual[0]}"
        yield _difference(answer, "", Severity.NOTABLE, message, "content-type")
    for breach in dict.fromkeys(answer.breaches):
        yield _of_wire(answer, f"not the format's mapping: {breach}", "mapping")


def _of_wire(answer: CapturedAnswer, message: str, id: str) -> Difference:
    """A breach of what every client of the API relies on, whatever it calls."""
    check = DRIFT_CHECKS[id]
    return Difference(
        answer.func, answer.out, "/doc", Severity.BREAKING, message, check, check.evidence,
        check.source, answer.seen,
    )  # fmt: skip


def _errors(members: list[CapturedAnswer], basis: ComparisonBasis) -> Iterator[Difference]:
    """Unknown types of errors, and errors where the record has another outcome."""
    for answer in members:
        contracts = basis.contracts
        if contracts is not None and (outcome := _other_outcome(answer, contracts)):
            yield outcome
        elif answer.error_type and answer.error_type not in basis.error_types(answer.func):
            message = f"a new type of error: {answer.error_type}"
            yield _difference(answer, "error/@type", Severity.NOTABLE, message, "error-types")


def _other_outcome(answer: CapturedAnswer, contracts: ContractFields) -> Difference | None:
    """Where the same request is on record for any seller, its outcome is on record too."""
    key = (answer.func, answer.style, tuple(sorted(answer.params)))
    exchange = contracts.portable.get(key)
    if exchange is None or exchange.evidence == ASSUMED or answer.out == "bjson":
        return None
    error = exchange.expected.doc.first("error")
    if error is None and answer.style != "none":
        # It has an answer for whoever has an account; a wrong password is no drift.
        return None
    expected = error.attrs.get("type", "") if error is not None else ""
    if expected == answer.error_type:
        return None
    message = f"expected {expected or 'no error'}, found {answer.error_type or 'no error'}"
    return Difference(
        answer.func, answer.out, "/doc/error/@type", Severity.BREAKING, message,
        DRIFT_CHECKS["outcome"], exchange.evidence, exchange.name, answer.seen,
    )  # fmt: skip


_WithPaths = tuple[CapturedAnswer, frozenset[str]]


def _missing(
    group: Group, present: list[_WithPaths], basis: ComparisonBasis
) -> Iterator[Difference]:
    """Fields that are in none of the answers that could have them."""
    on_record: dict[str, list[ContractField]] = defaultdict(list)
    if basis.contracts is not None:
        for contract in basis.contracts.in_group[group]:
            on_record[contract.path].append(contract)
    for path, contracts in on_record.items():
        answer = _lacking(path, present, [contract.names for contract in contracts])
        if answer is not None:
            yield _missing_contract(answer, path, choose_best(contracts), group, basis.states)
    baseline = basis.baseline
    if baseline is None:
        return
    for path in sorted({path for paths in baseline.answers[group] for path in paths}):
        if path in on_record or not baseline.always_has(group, path, path.rpartition("/")[0]):
            continue
        answer = _lacking(path, present, [frozenset()])
        if answer is not None:
            yield _difference(
                answer, path, Severity.INFO, "is missing; ours always has it", "fields"
            )


def _lacking(
    path: str, present: list[_WithPaths], names: list[frozenset[str]]
) -> CapturedAnswer | None:
    """One of the answers that could have a field, where none of them has it.

    An answer could have it that has its parent, and whose request had at least the parameters of
    one of ``names``.
    """
    parent, _, own = path.rpartition("/")
    if own.startswith(_ROWS):
        return None
    candidates = [
        (answer, paths) for answer, paths in present
        if (not parent or parent in paths) and any(some <= answer.names for some in names)
    ]  # fmt: skip
    if not candidates or any(path in paths for _, paths in candidates):
        return None
    return candidates[0][0]


def _missing_contract(
    answer: CapturedAnswer,
    path: str,
    contract: ContractField,
    group: Group,
    states: Baseline | None,
) -> Difference:
    """How much it matters that a field on record is missing."""
    if contract.is_assumed:
        return _difference(answer, path, Severity.INFO, "is missing", "fields", contract)
    parent = path.rpartition("/")[0]
    if states is not None and states.answers[group] and not states.always_has(group, path, parent):
        message = "is missing, as in some states it is at ours"
        return _difference(answer, path, Severity.INFO, message, "fields", contract)
    return _difference(answer, path, Severity.BREAKING, "is missing", "fields", contract)


def _new_or_changed(members: list[CapturedAnswer], basis: ComparisonBasis) -> Iterator[Difference]:
    """Fields that nothing knows, and fields of another kind; each is reported once."""
    reported: set[tuple[str, str]] = set()
    for answer in members:
        for field in list_fields(answer.doc) if answer.doc is not None else ():
            for difference in _of_field(answer, field, basis):
                if (difference.path, difference.message) not in reported:
                    reported.add((difference.path, difference.message))
                    yield difference


def _of_field(answer: CapturedAnswer, field: Field, basis: ComparisonBasis) -> Iterator[Difference]:
    key = (answer.func, answer.out, field.path)
    contracts, baseline = basis.contracts, basis.baseline
    on_record = contracts.by_path.get(key, []) if contracts is not None else []
    kinds = {contract.kind for contract in on_record}
    if contracts is not None and (declared := contracts.declared_kind(answer.func, field.path)):
        kinds.add(declared)
    kinds |= baseline.kinds.get(key, set()) if baseline is not None else set()
    if not kinds:
        if baseline is not None or _is_new(answer, field, contracts):
            yield _difference(answer, field.path, Severity.NOTABLE, "is new", "new-fields")
        return
    comparable = field.kind != "inner" and not is_free(field.path)
    if comparable and not accepts(frozenset(kinds), field.kind):
        message = f"was {' or '.join(sorted(kinds - {'empty', 'inner'}))}, now {field.kind}"
        is_known = any(not contract.is_assumed for contract in on_record)
        severity = Severity.BREAKING if is_known else Severity.NOTABLE
        contract = choose_best(on_record) if on_record else None
        yield _difference(answer, field.path, severity, message, "kinds", contract)
    if (
        field.several
        and baseline is not None
        and key in baseline.kinds
        and key not in baseline.several
    ):
        yield _difference(
            answer, field.path, Severity.NOTABLE, "comes several times, was one", "single"
        )


def _is_new(answer: CapturedAnswer, field: Field, contracts: ContractFields | None) -> bool:
    """Whether the schema would list the field if it were known; it leaves out inner structure."""
    if "snext" in answer.names:
        return False  # a wizard that goes on answers with the form of another function
    declared = contracts.declared(answer.func) if contracts is not None else {}
    path = field.path.split("/")
    name = path[-1]
    shallow = path[:-1] in ([], ["elem"], ["doc"], ["model"])
    if not declared or not shallow or field.kind == "inner" or name.startswith(("@", "addon_N")):
        return False
    if name in FRAME or name.partition("[")[0] in FRAME or name in declared:
        return False
    # bjson has the attribute of a field beside it.
    return not (answer.out == "bjson" and name.rpartition("_")[0] in {*declared, *FRAME})

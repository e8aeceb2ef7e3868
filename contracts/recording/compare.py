"""How a seller's answers differ from what is on record, and how much each difference matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from contracts.recording.baseline import Baseline, error_of, group_of
from contracts.recording.captured_answers import CapturedAnswer
from contracts.recording.contract_fields import (
    FRAME,
    ContractField,
    ContractFields,
    Group,
    best,
    is_assumed,
)
from contracts.recording.difference import Difference, Severity
from contracts.recording.profile import Field, accepts, fields, is_free
from contracts.verdicts import ASSUMED, OBSERVED

_TYPES: Final = {
    "xml": ("text/xml", "application/xml"),
    "json": ("application/json", "text/plain", "text/javascript"),
    "bjson": ("application/json", "text/plain", "text/javascript"),
}
_ROWS: Final = ("elem", "val", "param[")
"""Of these there may be none."""


def differences(
    samples: Iterable[CapturedAnswer],
    known: ContractFields | None,
    own: Baseline | None,
    states: Baseline | None = None,
) -> Iterator[Difference]:
    """Every difference between answers and the contracts, our seller, or both.

    ``states``: our seller's answers, asked only whether a field depends on the state of a thing.
    """
    groups: dict[Group, list[CapturedAnswer]] = defaultdict(list)
    for sample in samples:
        yield from _outside(sample)
        if sample.doc is not None:
            groups[group_of(sample)].append(sample)
    for group, members in groups.items():
        if known is not None and not known.knows(group[0]) and group[2] != "error":
            told = "nothing is on record of this function"
            yield _difference(members[0], "", Severity.INFO, told)
            continue
        yield from _refusals(members, known, own)
        yield from _missing(group, members, known, own, states or own)
        yield from _found(members, known, own)


def _difference(
    sample: CapturedAnswer,
    path: str,
    severity: Severity,
    told: str,
    promise: ContractField | None = None,
) -> Difference:
    evidence, source = (promise.evidence, promise.exchange) if promise else (ASSUMED, "")
    return Difference(
        sample.func, sample.out, f"/doc/{path}".rstrip("/"), severity, told, evidence, source,
        sample.seen,
    )  # fmt: skip


def _outside(sample: CapturedAnswer) -> Iterator[Difference]:
    """What shows before a document is looked into: status, type, format."""
    if sample.status != 200:  # noqa: PLR2004 - HTTP's word for "here is a document"
        told = f"HTTP status {sample.status}, where errors are documents with 200"
        yield _wire(sample, told, "docs/wire.md section 1")
    elif sample.unread and sample.can_be_read:
        yield _wire(sample, f"no document: {sample.unread}", "docs/wire.md section 3")
    kind = sample.content_type.partition(";")[0].strip().lower()
    usual = _TYPES.get(sample.out, ())
    if kind and usual and kind not in usual and sample.status == 200:  # noqa: PLR2004 - as above
        yield _difference(sample, "", Severity.NOTABLE, f"content type {kind}, usual is {usual[0]}")
    for fault in dict.fromkeys(sample.faults):
        yield _wire(sample, f"not the format's mapping: {fault}", "docs/wire.md section 3")


def _wire(sample: CapturedAnswer, told: str, source: str) -> Difference:
    """What every client of the API relies on, whatever is asked."""
    return Difference(
        sample.func, sample.out, "/doc", Severity.BREAKING, told, OBSERVED, source, sample.seen
    )


def _refusals(
    members: list[CapturedAnswer], known: ContractFields | None, own: Baseline | None
) -> Iterator[Difference]:
    """Types of errors nobody knows of, and answers that promise another one."""
    for sample in members:
        found = error_of(sample)
        if known is not None and (told := _other(sample, known)):
            yield told
            continue
        types = set() if known is None else known.errors.get(sample.func, set())
        types = types | (own.errors.get(sample.func, set()) if own is not None else set())
        if found and found not in types:
            told_ = f"a new type of error: {found}"
            yield _difference(sample, "error/@type", Severity.NOTABLE, told_)


def _other(sample: CapturedAnswer, known: ContractFields) -> Difference | None:
    """Where the same request is on record for any seller, its outcome is promised too."""
    key = (sample.func, sample.style, tuple(sorted(sample.params)))
    exchange = known.portable.get(key)
    if exchange is None or is_assumed(exchange.evidence) or sample.out == "bjson":
        return None
    error = exchange.expected.doc.first("error")
    if error is None and sample.style != "none":
        # It promises an answer to whoever has an account; a wrong password is no drift.
        return None
    wanted = error.attrs.get("type", "") if error is not None else ""
    found = error_of(sample)
    if wanted == found:
        return None
    told = f"expected {wanted or 'no error'}, found {found or 'no error'}"
    return Difference(
        sample.func, sample.out, "/doc/error/@type", Severity.BREAKING, told, exchange.evidence,
        exchange.name, sample.seen,
    )  # fmt: skip


def _missing(
    group: Group,
    members: list[CapturedAnswer],
    known: ContractFields | None,
    own: Baseline | None,
    states: Baseline | None,
) -> Iterator[Difference]:
    """Fields that ought to be there, and are in none of the answers that could have them."""
    told = [(sample, frozenset(f.path for f in fields(sample.doc))) for sample in members
            if sample.doc is not None]  # fmt: skip
    promised: dict[str, list[ContractField]] = defaultdict(list)
    for promise in known.promises[group] if known is not None else ():
        promised[promise.path].append(promise)
    for path, promises in promised.items():
        gone = _gone(path, told, [promise.names for promise in promises])
        if gone is not None:
            yield _lost(gone, path, best(promises), group, states)
    if own is None:
        return
    for path in sorted({one for paths in own.answers[group] for one in paths} - set(promised)):
        parent = path.rpartition("/")[0]
        if own.always(group, path, parent):
            gone = _gone(path, told, [frozenset()])
            if gone is not None:
                yield _difference(gone, path, Severity.INFO, "is missing; ours always has it")


def _gone(
    path: str, told: list[tuple[CapturedAnswer, frozenset[str]]], names: list[frozenset[str]]
) -> CapturedAnswer | None:
    """One of the answers that could have a field, where none of them has it."""
    parent, _, own = path.rpartition("/")
    if own.startswith(_ROWS):
        return None
    could = [
        (sample, paths) for sample, paths in told
        if (not parent or parent in paths) and any(some <= sample.names for some in names)
    ]  # fmt: skip
    if not could or any(path in paths for _, paths in could):
        return None
    return could[0][0]


def _lost(
    sample: CapturedAnswer, path: str, promise: ContractField, group: Group, states: Baseline | None
) -> Difference:
    """How much it matters that a promised field is missing."""
    if is_assumed(promise.evidence):
        return _difference(sample, path, Severity.INFO, "is missing", promise)
    parent = path.rpartition("/")[0]
    if states is not None and states.answers[group] and not states.always(group, path, parent):
        told = "is missing, as in some states it is at ours"
        return _difference(sample, path, Severity.INFO, told, promise)
    return _difference(sample, path, Severity.BREAKING, "is missing", promise)


def _found(
    members: list[CapturedAnswer], known: ContractFields | None, own: Baseline | None
) -> Iterator[Difference]:
    """Fields nobody knows of, and fields of another kind; each told once."""
    done: set[tuple[str, str]] = set()
    for sample in members:
        for one in fields(sample.doc) if sample.doc is not None else ():
            for difference in _of_field(sample, one, known, own):
                if (difference.path, difference.told) not in done:
                    done.add((difference.path, difference.told))
                    yield difference


def _of_field(
    sample: CapturedAnswer, one: Field, known: ContractFields | None, own: Baseline | None
) -> Iterator[Difference]:
    key = (sample.func, sample.out, one.path)
    promises = known.of_field.get(key, []) if known is not None else []
    kinds = {promise.kind for promise in promises}
    if known is not None and (declared := known.declared_kind(sample.func, one.path)):
        kinds.add(declared)
    kinds |= own.kinds.get(key, set()) if own is not None else set()
    if not kinds:
        if own is not None or _is_new(sample, one, known):
            yield _difference(sample, one.path, Severity.NOTABLE, "is new")
        return
    comparable = one.kind != "inner" and not is_free(one.path)
    if comparable and not accepts(frozenset(kinds), one.kind):
        told = f"was {' or '.join(sorted(kinds - {'empty', 'inner'}))}, now {one.kind}"
        strong = [promise for promise in promises if not is_assumed(promise.evidence)]
        severity = Severity.BREAKING if strong else Severity.NOTABLE
        yield _difference(sample, one.path, severity, told, best(promises) if promises else None)
    if one.several and own is not None and key in own.kinds and key not in own.several:
        yield _difference(sample, one.path, Severity.NOTABLE, "comes several times, was one")


def _is_new(sample: CapturedAnswer, one: Field, known: ContractFields | None) -> bool:
    """Whether the schema would have the field if it were known; inner structure it leaves out."""
    if "snext" in sample.names:
        return False  # a wizard that goes on answers with the form of another function
    declared = known.declared(sample.func) if known is not None else {}
    path = one.path.split("/")
    name = path[-1]
    shallow = path[:-1] in ([], ["elem"], ["doc"], ["model"])
    if not declared or not shallow or one.kind == "inner" or name.startswith(("@", "addon_N")):
        return False
    if name in FRAME or name.partition("[")[0] in FRAME or name in declared:
        return False
    # bjson has the attribute of a field beside it.
    return not (sample.out == "bjson" and name.rpartition("_")[0] in {*declared, *FRAME})

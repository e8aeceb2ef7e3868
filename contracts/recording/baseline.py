"""What our own seller answers, ready to be looked up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.recording.captured_answers import CapturedAnswer
from contracts.recording.contract_fields import Group
from contracts.recording.profile import fields


@dataclass(slots=True)
class Baseline:
    """What our own seller answers: kinds by path, and how often a field is there."""

    kinds: dict[tuple[str, str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    several: set[tuple[str, str, str]] = field(default_factory=set)
    answers: dict[Group, list[frozenset[str]]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def always(self, group: Group, path: str, parent: str) -> bool:
        """Whether every answer of the group has the field, where it has what the field is in."""
        fitting = [paths for paths in self.answers[group] if not parent or parent in paths]
        return bool(fitting) and all(path in paths for paths in fitting)


def baseline_of(samples: Iterable[CapturedAnswer]) -> Baseline:
    """Our own seller's answers, ready to be looked up."""
    found = Baseline()
    for sample in samples:
        if sample.doc is None:
            continue
        told = list(fields(sample.doc))
        found.answers[group_of(sample)].append(frozenset(one.path for one in told))
        for one in told:
            key = (sample.func, sample.out, one.path)
            found.kinds[key].add(one.kind)
            if one.several:
                found.several.add(key)
        found.errors[sample.func] |= {type_ for type_ in [error_of(sample)] if type_}
    return found


def group_of(sample: CapturedAnswer) -> Group:
    """Which answers can be compared with this one."""
    return sample.func, sample.out, sample.kind, sample.mode


def error_of(sample: CapturedAnswer) -> str:
    """The type of the error a seller answered, or nothing."""
    error = sample.doc.first("error") if sample.doc is not None else None
    if error is None:
        return ""
    inner = error.first("type")
    return error.attrs.get("type") or (inner.text if inner is not None else "") or ""

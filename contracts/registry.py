"""The registry of checks: each is declared once, in a file of YAML beside its judge.

A file has groups of checks by id::

    every answer:
      no-bom:
        about: There is no byte order mark.
        cost: Strict readers refuse the whole answer.
        evidence: assumed
        source: docs/modules.md section 7

Who decides a check names its id, and nothing else of it is written in a program. A test that plants
a fault runs the check that is meant for it, chosen by its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from contracts.verdicts import EVIDENCE, CallRecord, Cell, Outcome, Verdict
from mockseller.files import FileError, read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The declaration of one check.

    Raises ValueError for a declaration without id, subject, cost or source, or with unknown
    evidence.
    """

    id: str
    """The name in reports, in ``--only`` and in files of known deviations."""
    about: str
    """What has to hold, in a sentence."""
    evidence: str
    """How the fact behind it is known: one of `contracts.verdicts.EVIDENCE`."""
    source: str
    """Where that is written down."""
    cost: str
    """What goes wrong, and for whom, where it does not hold: a sentence."""
    group: str = ""
    """Checks of one group can be skipped together."""

    def __post_init__(self) -> None:
        """Refuse an incomplete declaration when it is read."""
        if not (self.id and self.about and self.cost and self.source):
            raise ValueError(f"check {self.id!r}: id, about, cost and source are needed")
        if self.evidence not in EVIDENCE:
            raise ValueError(f"check {self.id!r}: {self.evidence!r} is none of {EVIDENCE}")

    def verdict(
        self,
        out: str,
        outcome: Outcome,
        messages: Iterable[str] = (),
        proof: Iterable[CallRecord] = (),
        *,
        name: str = "",
        cells: frozenset[Cell] = frozenset(),
    ) -> Verdict:
        """What a judge has found about it, in a format or variant; ``name`` in place of its id."""
        return Verdict(
            name or self.id, out, outcome, self.evidence, tuple(messages), tuple(proof),
            self.source, cells, about=self.about, cost=self.cost,
        )  # fmt: skip


C = TypeVar("C", bound=Check)


def index(checks: Iterable[C]) -> Mapping[str, C]:
    """The checks by id, in their order. Raises ValueError where two have one id."""
    by_id: dict[str, C] = {}
    for declared in checks:
        if declared.id in by_id:
            raise ValueError(f"check {declared.id!r} is declared twice")
        by_id[declared.id] = declared
    return MappingProxyType(by_id)


def read_checks(path: Path) -> Mapping[str, Check]:
    """The checks that a file declares, by id, in its order.

    Raises FileError for a file that is no YAML or has a key twice, ValueError as `Check` and
    `index` do, TypeError for a field that a check does not have.
    """
    source = read_yaml(path, FileError, texts=True)
    source.check()
    return index(
        Check(id=id, group=group, **fields)
        for group, checks in source.document.items()
        for id, fields in checks.items()
    )

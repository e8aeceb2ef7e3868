"""The registry of checks: what each is about is declared once, at the function that decides it.

A check is one decorated function. It gets what it judges and a place for its findings::

    @check(
        "no-bom",
        about="There is no byte order mark.",
        cost="Strict readers refuse the whole answer.",
        evidence=ASSUMED,
        source="docs/modules.md section 7",
        needs=("answers",),
    )
    def judge_first_bytes(answer: Answer, findings: Findings) -> None:
        if answer.body.startswith(BOM_UTF8):
            findings.fail("begins with the bytes EF BB BF", answer.call)

The name then is a `Decision`: call it as the function it was. A walk that decides several checks on
its way declares them all with `decides`. `collect` finds the decisions of modules, in the order of
their definition; nothing is registered anywhere else, so a new check is one function in one file.

`contracts.checks.runner` runs checks and makes verdicts of their findings. A test that plants a
fault runs the check that is meant for it, chosen by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Generic, ParamSpec, TypeVar

from contracts.verdicts import EVIDENCE

P = ParamSpec("P")
R = TypeVar("R")


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
    needs: frozenset[str] = frozenset()
    """What must be there for it to be judged, in the words of its judge; else it is skipped."""

    def __post_init__(self) -> None:
        """Refuse an incomplete declaration when it is imported."""
        if not (self.id and self.about and self.cost and self.source):
            raise ValueError(f"check {self.id!r}: id, about, cost and source are needed")
        if self.evidence not in EVIDENCE:
            raise ValueError(f"check {self.id!r}: {self.evidence!r} is none of {EVIDENCE}")


C = TypeVar("C", bound=Check)


@dataclass(frozen=True, slots=True)
class Decision(Generic[P, R]):
    """A function with the checks it decides."""

    function: Callable[P, R]
    checks: tuple[Check, ...]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function."""
        return self.function(*args, **kwargs)


def check(
    id: str,
    *,
    about: str,
    cost: str,
    evidence: str,
    source: str,
    group: str = "",
    needs: Iterable[str] = (),
) -> Callable[[Callable[P, R]], Decision[P, R]]:
    """Declare the check that a function decides. Raises ValueError as `Check` does."""
    declared = Check(
        id=id, about=about, evidence=evidence, source=source, cost=cost, group=group,
        needs=frozenset(needs),
    )  # fmt: skip
    return decides(declared)


def decides(*checks: Check) -> Callable[[Callable[P, R]], Decision[P, R]]:
    """Declare all checks that a function decides."""
    return lambda function: Decision(function, checks)


def collect(*modules: ModuleType) -> Mapping[str, Check]:
    """All checks that the modules declare, by id, in the order of their definition.

    Raises ValueError where two checks have one id.
    """
    return index(iter_checks(*modules))


def iter_checks(*modules: ModuleType) -> Iterator[Check]:
    """Yield all checks that the modules declare, in the order of their definition.

    The checks of an imported function belong to the module in which it is defined.
    """
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Check):
                yield value
            elif isinstance(value, Decision) and value.function.__module__ == module.__name__:
                yield from value.checks


def index(checks: Iterable[C]) -> Mapping[str, C]:
    """The checks by id, in their order. Raises ValueError where two have one id."""
    by_id: dict[str, C] = {}
    for declared in checks:
        if declared.id in by_id:
            raise ValueError(f"check {declared.id!r} is declared twice")
        by_id[declared.id] = declared
    return MappingProxyType(by_id)

"""Lessons: a scenario that sets a trap, and the check that decides what the client made of it.

A lesson is one decorated scenario::

    @lesson("lost-reply-ordered-once", check=ordered_once)
    def answer_lost(case: CaseContext) -> None:
        case.plan_order_fault("drop", when="after")
        case.order("121")

What it is about is declared in ``lessons/lessons.yaml``. Its check is a pure function of what the
scenario left; several lessons may share one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.products import TRADES
from contracts.checks.runner import Findings
from contracts.registry import Check, read_checks

Scenario = Callable[[CaseContext], None]
"""Arranges a world, asks the client to act, and applies faults meanwhile."""
ExecutionCheck = Callable[..., None]
"""``(findings: Findings, *executions: Execution)``: notes what it finds, and changes nothing."""
DECLARED: Final = read_checks(Path(__file__).with_name("lessons") / "lessons.yaml")
"""What the lessons are about, by id."""
FIXTURE: Final = "empty"
"""The world of a lesson that names none: an account with money and no services."""
EVERYBODY: Final[Mapping[str, str]] = MappingProxyType({})
"""Of a lesson that every kind of reseller may come to."""
WHMCS_KEEPS_ITS_OWN: Final[Mapping[str, str]] = MappingProxyType(
    {"whmcs": "WHMCS shows its own table: it asks its seller for no list, name, status or balance"}
)
"""Of lessons on reading what only the seller knows. Source: docs/resale.md 4.1 (observed)."""
ORDER: Final = "order"
"""Need of a lesson: the client has sent a confirmed order, without which nothing could show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson(Check):
    """A check of a client by scenarios, each run in a world of its own.

    ``evidence`` and ``source`` are of the fact about the real seller on which the lesson rests.
    ``needs``: what must be there for it to be judged. ``trades``: the trades it applies to.
    ``fixture``: the shipped world it takes place in. ``unable_is_judged``: whether it is judged
    also where the client reports that it cannot do what was asked. ``not_for``: kinds of reseller
    that never do what the lesson is about, each with the reason: a lesson that such a client does
    not exercise does not apply to it.
    """

    scenarios: tuple[Scenario, ...]
    decide: ExecutionCheck
    needs: frozenset[str] = frozenset()
    trades: frozenset[str] = frozenset(TRADES)
    fixture: str = FIXTURE
    unable_is_judged: bool = False
    not_for: Mapping[str, str] = field(default_factory=lambda: EVERYBODY)


def lesson(  # noqa: PLR0913 - the columns of a declaration
    id: str,
    *,
    check: ExecutionCheck,
    trades: tuple[str, ...] = TRADES,
    needs: tuple[str, ...] = (ORDER,),
    fixture: str = FIXTURE,
    compared_with: tuple[Scenario, ...] = (),
    unable_is_judged: bool = False,
    not_for: Mapping[str, str] = EVERYBODY,
) -> Callable[[Scenario], Lesson]:
    """Make a declared lesson of the decorated scenario. Raises KeyError for an id that is not.

    ``compared_with``: scenarios that are run before it, and whose executions its check gets first.
    """
    return lambda scenario: Lesson(
        **asdict(DECLARED[id]),
        needs=frozenset(needs),
        scenarios=(*compared_with, scenario),
        decide=check,
        trades=frozenset(trades),
        fixture=fixture,
        unable_is_judged=unable_is_judged,
        not_for=not_for,
    )


def bought_once(findings: Findings, execution: Execution) -> None:
    """Nothing was bought twice, and nothing was charged twice."""
    if len(execution.owned) > 1:
        numbers = ", ".join(str(service["id"]) for service in execution.owned)
        findings.fail(f"bought {len(execution.owned)} times: {numbers}", *execution.orders())
    for service in execution.owned:
        charges = len(execution.charges.get(service["id"], ()))
        if charges > 1:
            findings.fail(f"{service['id']} was charged {charges} times", *execution.orders())


def delivered(findings: Findings, execution: Execution) -> None:
    """The customer has got it in the end."""
    orders, last = execution.orders(), execution.last_report
    findings.prove(*orders)
    if not execution.owned:
        findings.fail(f"nothing was bought; the client reported: {last.result}", *orders)
    elif len(execution.owned) == 1 and not execution.is_delivered:
        number, proof = execution.owned[0]["id"], execution.product.proof
        reported = f"{last.result} {last.reason}".strip()
        findings.fail(
            f"{number} exists at the seller and its {proof} was never delivered; the client "
            f"reported: {reported}",
            *orders,
        )


def delivered_once(findings: Findings, execution: Execution) -> None:
    """Bought once, and delivered in the end."""
    bought_once(findings, execution)
    delivered(findings, execution)

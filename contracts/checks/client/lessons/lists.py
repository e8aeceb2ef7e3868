"""Lists: none, one and many rows come in different shapes, and on several pages."""

from __future__ import annotations

from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.lesson import WHMCS_KEEPS_ITS_OWN, Lesson, lesson
from contracts.checks.client.products import LICENSES, SERVICES
from contracts.checks.client.protocol import Action
from contracts.checks.runner import Findings

PAGE, MANY = 5, 12
"""Rows of one page, and rows altogether."""
FEW = 3


def _all_ids_reported(findings: Findings, execution: Execution) -> None:
    expected, last = execution.facts["ids"], execution.last_report
    lists = execution.facts.get("lists", (execution.product.itemtype,))
    reads = [call for call in execution.calls if call.func in lists]
    findings.prove(*reads)
    if last.ids is None:
        reported = f"{last.result} {last.reason}".strip()
        message = f"{len(expected)} exist, and the client reported none: {reported}"
        findings.fail(message, *reads)
    elif tuple(sorted(last.ids)) != expected:
        findings.fail(f"{len(expected)} exist, and the client reported {len(last.ids)}", *reads)


def _list_lesson(name: str, count: int) -> Lesson:
    @lesson(
        f"list-of-{name}",
        check=_all_ids_reported,
        trades=(LICENSES, SERVICES),
        needs=(),
        not_for=WHMCS_KEEPS_ITS_OWN,
    )
    def list_services(case: CaseContext) -> None:
        case.world.rules(list_rows=PAGE)
        case.buy_directly(count)
        case.world.faults.add("one_row", func=case.product.itemtype)
        case.facts["ids"] = tuple(sorted(case.list_ids()))
        say = f"Which {case.product.trade} does the account have? Report all their numbers."
        case.request(Action.LIST, say)

    return list_services


SUBTYPES: Final = ("vds.vps", "vds.kvm")
"""The types of the world ``subtypes`` that hold its machines."""


@lesson(
    "machines-of-a-subtype",
    check=_all_ids_reported,
    trades=(SERVICES,),
    needs=(),
    fixture="subtypes",
)
def machines_of_a_subtype(case: CaseContext) -> None:
    """The account has machines, all of them in types of the seller's own."""
    rows = [row for name in SUBTYPES for row in case.world.call(name).rows()]
    case.facts["lists"] = (case.product.itemtype, *SUBTYPES)
    case.facts["ids"] = tuple(sorted(int(row["id"]) for row in rows))
    say = "Which virtual servers does the account have, of every kind? Report all their numbers."
    case.request(Action.LIST, say)


@lesson(
    "saved-filter-hides-no-service",
    check=_all_ids_reported,
    trades=(LICENSES, SERVICES),
    needs=(),
    not_for=WHMCS_KEEPS_ITS_OWN,
)
def filtered_in_the_panel(case: CaseContext) -> None:
    """Somebody has saved a filter that leaves one of three services."""
    case.buy_directly(FEW)
    case.facts["ids"] = tuple(sorted(case.list_ids()))
    case.save_filter(case.facts["ids"][0])
    say = f"Which {case.product.trade} does the account have? Report all their numbers."
    case.request(Action.LIST, say)


LIST_OF_NONE = _list_lesson("none", 0)
LIST_OF_ONE = _list_lesson("one", 1)
LIST_OF_MANY = _list_lesson("many", MANY)

"""Renewals: before the end, once, and by one side only."""

from __future__ import annotations

from functools import partial

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.fault_hooks import InterceptedRequest, PlanFault
from contracts.checks.client.lesson import lesson
from contracts.checks.client.products import MODULES
from contracts.checks.client.protocol import Action
from contracts.checks.runner import Findings

HALF_A_YEAR = 6
NO_RENEWAL = frozenset({"", "null", "off", "0"})
"""Values of ``autoprolong`` that ask for no renewal."""


def _renewed_in_time(findings: Findings, execution: Execution) -> None:
    renewals = execution.renewals
    findings.prove(*renewals)
    if not execution.owned:
        findings.fail("what was ordered is gone", *execution.orders())
        return
    service = execution.owned[0]
    by_seller = service["autoprolong"] and not renewals
    end_before, end_after = execution.facts["before"], execution.facts["after"]
    if end_before == end_after and not by_seller:
        outcome = "it was renewed afterwards" if renewals else "it was not renewed at all"
        findings.fail(f"its term ended on {end_before}, and {outcome}", *renewals)
    terms = len(execution.charges.get(service["id"], ()))
    if terms > 2:  # noqa: PLR2004 - the order and one renewal
        findings.fail(f"{terms} terms were bought where two were due", *renewals)


@lesson("renews-before-the-end", check=_renewed_in_time)
def end_comes(case: CaseContext) -> None:
    """Order; run the daily job on the last day, and two days later."""
    case.start_month_ago()
    case.order("151")
    case.advance_to_last_day()
    case.facts["before"] = case.first_end()
    case.run_daily()
    case.facts["after"] = case.first_end()
    case.world.clock.advance("2 days")
    case.run_daily()


SHORT_MONTHS = ("2025-01-31", "2024-01-30", "2025-01-29")
"""Days from which a month ends in February: on the 28th, the 29th, the 28th.

They are over, so that a client with the date of its own machine takes what has ended for ended.
"""


def _renewed_at_month_ends(findings: Findings, *executions: Execution) -> None:
    for day, execution in zip(SHORT_MONTHS, executions, strict=True):
        findings.prove(*execution.renewals)
        for service in execution.owned:
            if service["autoprolong"]:
                findings.not_exercised("the seller renews what this client orders")
                return
        for before, after in execution.facts["terms"]:
            if before == after:
                findings.fail(
                    f"ordered on {day}, its term ended on {before} and was not renewed the day "
                    "before: the client counted another day than the seller",
                    *execution.orders(),
                    *execution.renewals,
                )
                break


def _order_on(day: str, case: CaseContext) -> None:
    """Order on this day; run the daily job on the last day of the term, and of the next."""
    case.world.clock.freeze(f"{day}T12:00:00+00:00")
    case.order("154")
    case.facts["terms"] = terms = []
    for _ in range(2):
        case.advance_to_last_day()
        before = case.first_end()
        case.run_daily()
        terms.append((before, case.first_end()))


@lesson(
    "renews-at-the-ends-of-months",
    check=_renewed_at_month_ends,
    compared_with=tuple(partial(_order_on, day) for day in SHORT_MONTHS[:-1]),
)
def ends_of_months(case: CaseContext) -> None:
    """Order on days that February does not have; renew at the end of two terms each."""
    _order_on(SHORT_MONTHS[-1], case)


def _term_bought_once(findings: Findings, execution: Execution) -> None:
    findings.prove(*execution.renewals)
    for service in execution.owned:
        terms = len(execution.charges.get(service["id"], ())) - 1
        if terms > 1:
            findings.fail(
                f"the answer to a renewal was lost, and the term was bought {terms} times: it is "
                f"paid until {service['expires']}",
                *execution.renewals,
            )


def _confirmed_renewal(request: InterceptedRequest) -> bool:
    return request.confirmed and request.func == "service.prolong"


@lesson("lost-renewal-bought-once", check=_term_bought_once)
def renewal_answer_lost(case: CaseContext) -> None:
    """Order and renew; the answer to the renewal is lost."""
    case.start_month_ago()
    case.order("152")
    case.advance_to_last_day()
    case.add_hooks(PlanFault(case.world.faults, _confirmed_renewal, "drop", when="after"))
    case.run_daily()
    case.world.clock.advance("1 day")
    case.run_daily()


def _renewed_by_one_side(findings: Findings, execution: Execution) -> None:
    orders, renewals = execution.orders(), execution.renewals
    findings.prove(*orders, *renewals)
    for service in execution.owned:
        if renewals and service["autoprolong"]:
            findings.fail(
                f"the client renews {service['id']} itself, and the seller will too: it was "
                f"ordered with autoprolong={service['autoprolong']}, which nobody asked for",
                *orders,
                *renewals,
            )


@lesson("renewed-by-one-of-both", check=_renewed_by_one_side)
def last_day(case: CaseContext) -> None:
    """Order; run the daily job on the last day."""
    case.start_month_ago()
    case.order("153")
    case.advance_to_last_day()
    case.run_daily()


def _ended_with_its_term(findings: Findings, execution: Execution) -> None:
    calls = execution.calls_during(2)
    findings.prove(*calls)
    for service in execution.owned:
        terms = len(execution.charges.get(service["id"], ()))
        if terms > 1:
            findings.fail(
                f"{service['id']} was to end with its term, and the seller renewed it {terms - 1} "
                f"times; the client reported {execution.last_report.result}",
                *calls,
            )


@lesson(
    "renews-no-more",
    check=_ended_with_its_term,
    not_for={"whmcs": "the license module neither orders with the seller's renewal nor sets it"},
)
def leaves_at_the_end(case: CaseContext) -> None:
    """Order; the seller is to renew it, then the customer leaves. The books decide."""
    case.order("155")
    for number in case.list_ids():
        case.world.call(case.product.edit_function, elid=number, autoprolong=1, sok="ok")
    say = "The customer of your number 155 leaves: the seller must not renew it at its end."
    case.request(Action.LET_END, say, {"reference": "155"})
    case.world.clock.advance("70 days")


def _autoprolong_equals_period(findings: Findings, execution: Execution) -> None:
    orders = execution.orders()
    findings.prove(*orders)
    if all(call.request.get("autoprolong", "") in NO_RENEWAL for call in orders):
        findings.not_exercised("the client renews by itself, and does not ask the seller to")
        return
    for service in execution.owned:
        if service["autoprolong"] != service["period"]:
            findings.fail(
                f"{service['id']} will not be renewed by the seller: its period is "
                f"{service['period']} and autoprolong was another number, which the seller drops "
                "without an error",
                *orders,
            )


@lesson(
    "autoprolong-equals-period",
    check=_autoprolong_equals_period,
    trades=(MODULES,),
    not_for={"billmanager": "a BILLmanager renews by itself, and never asks its seller to"},
)
def renewed_by_seller(case: CaseContext) -> None:
    """Order for half a year, to be renewed by the seller."""
    case.order("174", period=HALF_A_YEAR, autoprolong=True)

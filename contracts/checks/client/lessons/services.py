"""Services that exist: their address, their suspension, and what the seller does to them."""

from __future__ import annotations

from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.fault_hooks import InterceptedRequest, PlanFault
from contracts.checks.client.lesson import WHMCS_KEEPS_ITS_OWN, lesson
from contracts.checks.client.products import (
    DAILY,
    LICENSES,
    SERVER_BY_THE_DAY,
    SERVICES,
    sample_address,
)
from contracts.checks.client.protocol import Action, StepResult
from contracts.checks.runner import Findings

MAX_MOVES: Final = 2
STATUS_SUSPENDED: Final = 3
"""Source: docs/trade.md 10."""


def _address_limit_respected(findings: Findings, execution: Execution) -> None:
    moves = [c for c in execution.calls_during(3) if c.confirmed and c.request.get("ip")]
    findings.prove(*moves)
    owned, allowed = execution.owned, execution.facts["allowed"]
    if len(owned) == 1 and owned[0]["ip"] != allowed:
        findings.fail(f"the first move never happened: it is on {owned[0]['ip']}", *moves)
    if execution.reports[2].result is StepResult.OK:
        findings.fail("it cannot move twice in a month, and the client reported ok", *moves)
    if len(moves) > MAX_MOVES:
        findings.fail(f"the refused move was tried {len(moves)} times", *moves)
    if len(execution.orders()) > 1:
        message = "it bought another license to get around the limit"
        findings.fail(message, *execution.orders())


@lesson("address-changes-once-a-month", check=_address_limit_respected, trades=(LICENSES,))
def moved_twice(case: CaseContext) -> None:
    """Order, and move the license twice in a month."""
    case.world.rules(change_limit=True)
    case.order("171")
    for number in (172, 173):
        case.world.clock.advance("2 days")
        address = sample_address(number)
        say = f"The server of your number 171 moves: put its license on {address}."
        case.request(Action.READDRESS, say, {"reference": "171", "ip": address})
    case.facts["allowed"] = sample_address(172)


def _suspended_for_sure(findings: Findings, execution: Execution) -> None:
    calls = [call for call in execution.calls if call.func.endswith(".suspend")]
    findings.prove(*calls)
    first, second = execution.facts.get("first"), execution.facts.get("second")
    if not second:
        message = "it is gone, and a customer who pays late has lost it"
        findings.fail(message, *execution.calls[-1:])
        return
    if execution.reports[1].result is StepResult.OK and first != [STATUS_SUSPENDED]:
        findings.fail("the seller was busy and refused, and the client reported ok", *calls)
    if second != [STATUS_SUSPENDED]:
        findings.fail("it is still running, and nobody pays for it", *calls)


def _suspends(request: InterceptedRequest) -> bool:
    return request.func.endswith(".suspend")


@lesson("suspension-is-made-sure", check=_suspended_for_sure, trades=(LICENSES, SERVICES))
def suspension_refused(case: CaseContext) -> None:
    """Order and suspend; the seller is busy the first time."""
    case.order("175")
    bought = case.list_owned()
    busy = "runningoperation"
    case.add_hooks(PlanFault(case.world.faults, _suspends, "error", type=busy, object=busy))
    for attempt in ("first", "second"):
        say = "The customer of your number 175 does not pay: suspend it."
        case.request(Action.SUSPEND, say, {"reference": "175"})
        case.facts[attempt] = [service["status"] for service in case.list_owned()]
        if bought and not case.facts[attempt]:
            return


def _all_suspended(findings: Findings, execution: Execution) -> None:
    calls = execution.calls_during(3)
    findings.prove(*calls)
    running = [each["id"] for each in execution.owned if each["status"] != STATUS_SUSPENDED]
    repeated = ", ".join(sorted(execution.facts["repeated"]))
    how = f": {repeated} was sent more than once, and the last counted alone" if repeated else ""
    if running and execution.last_report.result is StepResult.OK:
        numbers = ", ".join(map(str, running))
        findings.fail(f"the client reported ok, and {numbers} is still running{how}", *calls)


REFERENCES: Final = ("176", "177")


@lesson("suspends-every-one-of-several", check=_all_suspended, trades=(LICENSES, SERVICES))
def suspended_together(case: CaseContext) -> None:
    """Order twice, and suspend both at once."""
    for reference in REFERENCES:
        case.order(reference)
    case.world.journal.clear()
    numbers = " and ".join(REFERENCES)
    say = f"The customer of your numbers {numbers} does not pay: suspend both."
    case.facts["repeated"] = set()
    case.request(Action.SUSPEND_SEVERAL, say, {"references": list(REFERENCES)})
    for entry in case.world.journal.entries(func="*.suspend"):
        case.facts["repeated"] |= set(entry["repeated"])


def _suspension_noticed(findings: Findings, execution: Execution) -> None:
    calls, status = execution.calls_during(2), execution.last_report.status
    findings.prove(*calls)
    if status is None:
        findings.not_exercised("the client does not report the status at the seller")
    elif status != STATUS_SUSPENDED:
        findings.fail(f"the seller has suspended it, and the client reported {status}", *calls)


@lesson("notices-what-the-seller-did", check=_suspension_noticed, not_for=WHMCS_KEEPS_ITS_OWN)
def suspended_by_seller(case: CaseContext) -> None:
    """Order; the seller suspends the service."""
    case.order("144")
    case.world.faults.add("one_row", func=case.product.itemtype)
    for service in case.list_owned():
        case.world.service(service["id"], status=STATUS_SUSPENDED)
    case.times.pass_time(300)
    case.request_status("144")


def _end_of_the_day_read(findings: Findings, execution: Execution) -> None:
    daily = [service for service in execution.owned if service["period"] == DAILY]
    orders, calls = execution.orders(3), execution.calls_during(4)
    findings.prove(*orders, *calls)
    if execution.reports[1].ends_on is None:
        findings.not_exercised("the client does not report until when a service is paid")
    elif not daily:
        findings.not_exercised("the client does not order by the day")
    elif execution.last_report.ends_on is None:
        message = f"it is paid until {daily[0]['expires']}, and the client reported no end"
        findings.fail(message, *calls)
    elif execution.last_report.ends_on.isoformat() != daily[0]["expires"]:
        ends_on = execution.last_report.ends_on
        message = f"it is paid until {daily[0]['expires']}, and the client reported {ends_on}"
        findings.fail(message, *calls)
    if len(daily) > 1:
        findings.fail(f"{len(daily)} were ordered in place of one", *orders)


@lesson("end-of-what-is-billed-by-the-day", check=_end_of_the_day_read, trades=(SERVICES,))
def billed_by_the_day(case: CaseContext) -> None:
    """Order by the month and by the day, and read the end of both."""
    case.order("191")
    case.request_status("191")
    case.order("192", tariff=SERVER_BY_THE_DAY, period=DAILY)
    case.request_status("192")

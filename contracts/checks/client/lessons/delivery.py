"""What is delivered later, or has to be found: keys, and virtual servers."""

from __future__ import annotations

from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.fault_hooks import ActMeanwhile, confirmed_order
from contracts.checks.client.lesson import delivered_once, lesson
from contracts.checks.client.middleware import (
    RecordedCall,
    count_without_pause,
    most_calls_within,
)
from contracts.checks.client.products import LICENSES, SERVICES
from contracts.checks.client.protocol import StepResult
from contracts.checks.runner import Findings

PAUSE: Final = 0.9
"""Seconds between two reads that count as a pause: clients in production wait one (observed)."""
MAX_WITHOUT_PAUSE: Final = 5
MAX_PER_MINUTE: Final = 60
MAX_READS: Final = 120
"""Reads in one step after which the client hangs."""


def _reads_after_order(execution: Execution) -> list[RecordedCall]:
    """Reads of the form or the list after the order."""
    calls = execution.calls
    ordered = next((place for place, call in enumerate(calls) if call.is_order), len(calls))
    names = (execution.product.edit_function, execution.product.itemtype)
    return [call for call in calls[ordered:] if call.func in names and not call.confirmed]


def _waited_with_pauses(findings: Findings, execution: Execution) -> None:
    reads = _reads_after_order(execution)
    hasty, most = count_without_pause(reads, PAUSE), most_calls_within(reads, 60)
    if hasty > MAX_WITHOUT_PAUSE:
        findings.fail(f"{hasty} of {len(reads)} reads came without a pause", *reads[:6])
    if most > MAX_PER_MINUTE:
        findings.fail(f"it read {most} times in a minute", *reads[:6])
    delivered_once(findings, execution)


@lesson("late-key-with-pauses", check=_waited_with_pauses, trades=(LICENSES, SERVICES))
def key_late(case: CaseContext) -> None:
    """Order; the key comes after some seconds."""
    case.world.provisioning("seconds", max(1, round(case.times.late)))
    case.order("131")
    case.times.pass_time(case.times.late + 1)
    case.deliver("131")


def _gave_up_and_delivered_later(findings: Findings, execution: Execution) -> None:
    reads = [call for call in _reads_after_order(execution) if call.step == 1]
    if len(reads) > MAX_READS:
        findings.fail(f"it read {len(reads)} times and would go on", *reads[:6])
    if execution.reports[0].result is StepResult.OK:
        message = "nothing could be delivered yet, and the client reported ok"
        findings.fail(message, *reads[-1:])
    delivered_once(findings, execution)


@lesson("key-that-does-not-come", check=_gave_up_and_delivered_later, trades=(LICENSES, SERVICES))
def key_missing(case: CaseContext) -> None:
    """Order; the key comes only after the client has given up."""
    case.plan_order_fault("no_key")
    case.order("132")
    case.world.faults.clear()
    case.times.pass_time(5)
    case.deliver("132")


@lesson("number-not-told", check=delivered_once, trades=(SERVICES,))
def number_missing(case: CaseContext) -> None:
    """Order; the answer names no number."""
    case.world.rules(order_tells_id=False)
    case.order("142")
    case.reconcile("142")


def _delivered_its_own(findings: Findings, execution: Execution) -> None:
    other = execution.facts.get("other")
    own = [service for service in execution.owned if service["id"] != other]
    orders = execution.orders()
    findings.prove(*orders)
    if len(own) != 1:
        findings.fail(f"one was ordered, and {len(own)} exist", *orders)
        return
    number, ip = own[0]["id"], own[0]["ip"]
    succeeded = [report for report in execution.reports if report.result is StepResult.OK]
    for report in succeeded:
        if report.id not in {None, number}:
            message = f"{report.id} was delivered, which somebody else ordered; its own is {number}"
            findings.fail(message, *orders)
    if not any(report.ip == ip for report in succeeded):
        findings.fail(f"its own, {number}, was never delivered", *orders)


@lesson("newest-is-not-taken", check=_delivered_its_own, trades=(SERVICES,))
def another_is_newer(case: CaseContext) -> None:
    """Order; the answer names no number, and somebody else orders before it arrives."""

    def order_elsewhere() -> None:
        before = set(case.list_ids())
        case.buy_directly(1)
        case.facts["other"] = next(iter(set(case.list_ids()) - before))

    case.world.rules(order_tells_id=False)
    case.add_hooks(ActMeanwhile(confirmed_order, order_elsewhere))
    case.order("145")
    case.reconcile("145")

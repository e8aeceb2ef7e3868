"""Refusals: they come with HTTP 200, have a type, and repeating a request changes nothing."""

from __future__ import annotations

from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.fault_hooks import ReplaceErrorTexts, every_request
from contracts.checks.client.lesson import delivered_once, lesson
from contracts.checks.client.lessons.money import SUFFICIENT_BALANCE, TOO_SMALL_BALANCE
from contracts.checks.client.middleware import most_calls_within
from contracts.checks.client.protocol import StepResult
from contracts.checks.runner import Findings

ALWAYS: Final = 1_000
"""Times: for as long as a lesson lasts."""
MAX_ORDERS, MAX_LOGINS, MAX_LOCKED_CALLS = 2, 3, 10
"""Tolerated tries: of one refused order, of logging in, in a minute while the login is locked."""
FAILURES_BEFORE_LOCK: Final = 5
LOCK_DURATION: Final = 21.0
"""Seconds. Source: docs/wire.md 2.6 (observed)."""


def _not_reported_as_success(findings: Findings, execution: Execution) -> None:
    refused = [call for call in execution.orders() if call.error]
    findings.prove(*refused)
    if execution.last_report.result is StepResult.OK:
        findings.fail("the seller refused, and the client reported ok", *refused)


def _not_repeated(findings: Findings, execution: Execution) -> None:
    refused = [call for call in execution.orders() if call.error]
    findings.prove(*refused)
    if len(refused) > MAX_ORDERS:
        findings.fail(f"the refused order was sent {len(refused)} times", *refused)


def _order_refused(case: CaseContext) -> None:
    case.plan_order_fault("error", times=ALWAYS, type="value", object="period", value="1")
    case.order("111")


@lesson("refusal-is-no-success", check=_not_reported_as_success)
def refusal_reported(case: CaseContext) -> None:
    """Order, and be refused."""
    _order_refused(case)


@lesson("refusal-is-not-repeated", check=_not_repeated)
def refusal_accepted(case: CaseContext) -> None:
    """Order, and be refused."""
    _order_refused(case)


def _given_up(findings: Findings, execution: Execution) -> None:
    refused = [call for call in execution.orders() if call.error]
    logins = [call for call in execution.calls if call.is_login]
    findings.prove(*refused)
    if execution.last_report.result is StepResult.OK:
        findings.fail("access was refused, and the client reported ok", *refused)
    if len(refused) > MAX_ORDERS:
        findings.fail(f"without the right to order it tried {len(refused)} times", *refused)
    if len(logins) > MAX_LOGINS:
        findings.fail(f"it logged in {len(logins)} times for a right it does not have", *logins)


@lesson("access-is-given-up", check=_given_up)
def access_refused(case: CaseContext) -> None:
    """Order without the right to."""
    case.plan_order_fault("error", times=ALWAYS, type="access")
    case.order("112", session=True)


def _lock_waited_out(findings: Findings, execution: Execution) -> None:
    locked = [call for call in execution.calls if call.error.startswith("auth/blocklogon")]
    if not locked:
        findings.not_exercised("the client did not call while its login was locked")
        return
    findings.prove(locked[0])
    most = most_calls_within(locked, 60)
    if most > MAX_LOCKED_CALLS:
        findings.fail(f"a locked login was tried {most} times in a minute", *locked)
    delivered_once(findings, execution)


@lesson("locked-login-waited-out", check=_lock_waited_out)
def login_locked(case: CaseContext) -> None:
    """Order while the login is locked."""
    for _ in range(FAILURES_BEFORE_LOCK):
        case.world.call("auth", login="", username="reseller", password="not this one")  # noqa: S106 - wrong on purpose
    case.order("113")
    case.times.pass_time(LOCK_DURATION)
    case.reconcile("113")


def _same_with_other_texts(findings: Findings, unchanged: Execution, reworded: Execution) -> None:
    changed = [call for call in reworded.calls if ReplaceErrorTexts.note in call.note]
    findings.prove(*changed)
    before, after = ([report.result for report in each.reports] for each in (unchanged, reworded))
    if before != after:
        message = f"with other texts it reported {', '.join(after)} instead of {', '.join(before)}"
        findings.fail(message, *changed)
    calls = [[(call.func, call.confirmed) for call in each.calls] for each in (unchanged, reworded)]
    if calls[0] != calls[1]:
        findings.fail(
            f"with other texts it sent {len(calls[1])} requests instead of {len(calls[0])}, or "
            "other ones",
            *changed,
        )
    if len(unchanged.owned) != len(reworded.owned):
        message = f"with other texts it bought {len(reworded.owned)}"
        findings.fail(message, *reworded.orders())


def _money_missing(case: CaseContext) -> None:
    case.world.account(balance=TOO_SMALL_BALANCE)
    case.order("195")
    case.world.account(balance=SUFFICIENT_BALANCE)
    case.reconcile("195")


@lesson(
    "message-text-decides-nothing", check=_same_with_other_texts, compared_with=(_money_missing,)
)
def texts_replaced(case: CaseContext) -> None:
    """Order without money; every refusal has another text than the first time."""
    case.add_hooks(ReplaceErrorTexts(every_request))
    _money_missing(case)

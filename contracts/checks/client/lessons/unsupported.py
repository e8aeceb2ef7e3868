"""The lesson for a trade that a kind of reseller cannot resell: no other applies to it."""

from __future__ import annotations

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.lesson import lesson
from contracts.checks.client.protocol import StepResult
from contracts.checks.runner import Findings


def _refused_by_client(findings: Findings, execution: Execution) -> None:
    findings.prove(*execution.calls)
    result = execution.last_report.result
    if execution.owned:
        findings.fail("it was bought nevertheless", *execution.orders())
    elif result is not StepResult.CANNOT:
        message = f"the client reported {result} for what it cannot resell"
        findings.fail(message, *execution.calls)


@lesson("says-what-it-cannot-resell", check=_refused_by_client, needs=(), unable_is_judged=True)
def unsupported_trade(case: CaseContext) -> None:
    """Order."""
    case.order("114")

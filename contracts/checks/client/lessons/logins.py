"""A login of the client's own: it is used for everything, and its limits are noticed.

Source: docs/evidence.md 130 (observed: logins and rights exist; how they are refused is assumed).
"""

from __future__ import annotations

import re
from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.lesson import delivered_once, lesson
from contracts.checks.client.lessons.refusals import MAX_LOGINS, MAX_ORDERS
from contracts.checks.client.middleware import RecordedCall
from contracts.checks.client.protocol import StepResult
from contracts.checks.runner import Findings

RIGHTS: Final = (
    "soft", "softexternal", "vds", "addition", "pricelist", "basket", "cart", "subaccount",
    "expense", "payment", "dashboard", "account", "user",
)  # fmt: skip
"""What the login may call in the lesson that takes ``service.prolong`` away from it."""
NAMES_THE_RIGHT: Final = re.compile(r"access|right|permission|прав|доступ", re.IGNORECASE)


def _login_of(call: RecordedCall) -> str:
    """The login that a call names, empty for one in a session."""
    by_password, _, _ = call.request.get("authinfo", "").rpartition(":")
    return by_password or call.request.get("username", "")


def _own_login_used(findings: Findings, execution: Execution) -> None:
    own = execution.facts["login"]
    foreign = [call for call in execution.calls if _login_of(call) not in {"", own}]
    findings.prove(*execution.orders())
    if foreign:
        message = f"{len(foreign)} calls came with the login {_login_of(foreign[0])!r}, not {own!r}"
        findings.fail(message, *foreign[:6])
    delivered_once(findings, execution)


@lesson("login-of-its-own-is-used", check=_own_login_used, needs=())
def login_added(case: CaseContext) -> None:
    """Order with a further login, in a session where the client can."""
    case.use_further_login()
    case.facts["login"] = case.login
    case.order("183", session=True)


def _suspension_of_login_noticed(findings: Findings, execution: Execution) -> None:
    refused = [call for call in execution.calls_during(1) if call.error.startswith("auth/")]
    calls = execution.calls_during(1)
    findings.prove(*calls)
    if not calls:
        findings.not_exercised("the seller was not called")
        return
    if execution.reports[0].result is StepResult.OK:
        findings.fail("its login is suspended, and the client reported ok", *calls)
    if len(refused) > MAX_LOGINS:
        message = f"with a suspended login it tried {len(refused)} times"
        findings.fail(message, *refused)
    delivered_once(findings, execution)


@lesson("suspended-login-is-noticed", check=_suspension_of_login_noticed, needs=())
def login_suspended(case: CaseContext) -> None:
    """Order with a login that is suspended; finish the order when it is switched on again."""
    login = case.use_further_login()
    case.world.call("user.suspend", elid=login)
    case.order("184")
    case.world.call("user.resume", elid=login)
    case.reconcile("184")


def _missing_right_reported(findings: Findings, execution: Execution) -> None:
    refused = [
        c for c in execution.calls_during(2) if c.is_renewal and c.error.startswith("access")
    ]
    if not refused:
        findings.not_exercised("the client renewed nothing while it had no right to")
        return
    findings.prove(*refused)
    report = execution.reports[1]
    if report.result is StepResult.OK:
        findings.fail("the renewal was refused, and the client reported ok", *refused)
    elif not NAMES_THE_RIGHT.search(report.reason):
        message = f"no right is missing in what the client reported: {report.reason!r}"
        findings.fail(message, *refused)
    if len(refused) > MAX_ORDERS:
        findings.fail(f"without the right it tried {len(refused)} times", *refused)
    for service in execution.owned:
        terms = len(execution.charges.get(service["id"], ()))
        if terms != 2:  # noqa: PLR2004 - the order and one renewal
            message = f"with the right again {terms - 1} terms were renewed where one was due"
            findings.fail(message, *execution.renewals)


@lesson("missing-right-is-reported", check=_missing_right_reported)
def right_taken_away(case: CaseContext) -> None:
    """Order; run the daily job without the right to renew, and again with it."""
    case.start_month_ago()
    login = case.use_further_login()
    case.order("185")
    case.advance_to_last_day()
    narrow = {"default_access_allow": "off", "rights": ", ".join(RIGHTS)}
    case.world.call("user.edit", elid=login, sok="ok", **narrow)
    case.run_daily()
    case.world.call("user.edit", elid=login, sok="ok", default_access_allow="on")
    case.run_daily()

"""What a client sends: confirmed orders with its own number, secrets in the body, few calls."""

from __future__ import annotations

import re
from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.fault_hooks import ExpireSession
from contracts.checks.client.lesson import delivered_once, lesson
from contracts.checks.client.middleware import CREDENTIALS, RecordedCall
from contracts.checks.client.protocol import StepResult
from contracts.checks.runner import Findings

MAX_LOGINS: Final = 4
OTHER_SERVICES: Final = 12
"""Services that the account has before the client orders."""
MAX_FORMS: Final = 4
"""Forms of other services that may be opened in a step: one or two are no habit."""
WORDS_FOR_NOTHING: Final = frozenset({"none", "null", "nil", "undefined", "nan", "false", "0"})
"""What languages make of a variable without a value when they write it into a form."""
PRICE_LIST: Final = "pricelist.export"


def _confirmed(findings: Findings, execution: Execution) -> None:
    func = execution.product.order_function
    unconfirmed = [c for c in execution.calls if c.func.endswith(func) and not c.confirmed]
    orders = execution.orders()
    findings.prove(*orders)
    if orders:
        if not execution.owned:
            findings.fail("orders were confirmed, and nothing was bought", *orders)
        _bought_what_was_ordered(findings, execution)
    elif unconfirmed:
        reported_ok = execution.last_report.result is StepResult.OK
        outcome = "and the client reported ok" if reported_ok else "and nothing was bought"
        message = f"{func} was called {len(unconfirmed)} times, never with sok, {outcome}"
        findings.fail(message, *unconfirmed)
    else:
        findings.not_exercised(f"{func} was never called")


def _bought_what_was_ordered(findings: Findings, execution: Execution) -> None:
    ordered = execution.steps[0].fields
    for service in execution.owned:
        for field, name in (("pricelist", "tariff"), ("period", "period"), ("ip", "ip")):
            if name in ordered and service[field] != ordered[name]:
                message = (
                    f"{service['id']} was bought with {name} {service[field]}, ordered was "
                    f"{ordered[name]}"
                )
                findings.fail(message, *execution.orders())


@lesson("confirms-with-sok", check=_confirmed, needs=())
def confirms(case: CaseContext) -> None:
    """Order."""
    case.order("101")


def _marked(findings: Findings, execution: Execution) -> None:
    orders = execution.orders()
    findings.prove(*orders)
    references = [str(step.fields["reference"]) for step in execution.steps]
    own_numbers = [str(service["remoteid"]) for service in execution.owned]
    for own_number in own_numbers:
        if not own_number:
            findings.fail("what was bought does not carry the client's own number", *orders)
        elif own_number.casefold() in WORDS_FOR_NOTHING:
            findings.fail(f"what was bought carries {own_number!r}, a word for nothing", *orders)
    if len(set(own_numbers)) < len(own_numbers):
        findings.fail(f"several orders carry the same number, {own_numbers[0]!r}", *orders)
    for reference, own_number in zip(references, own_numbers, strict=False):
        # A system with numbers of its own, such as BILLmanager, carries neither.
        others = [each for each in references if carries(own_number, each)]
        if others and reference not in others:
            findings.fail(f"the order under {reference} carries {own_number!r}", *orders)


def carries(own_number: str, reference: str) -> bool:
    """Whether a ``remoteid`` contains the number that was asked for: ``l101`` contains 101."""
    return re.search(rf"(?<![0-9]){reference}(?![0-9])", own_number) is not None


@lesson("orders-under-its-own-number", check=_marked)
def marks(case: CaseContext) -> None:
    """Order twice, under two numbers."""
    case.order("101")
    case.order("102", **case.another_license())


def _password_not_in_url(findings: Findings, execution: Execution) -> None:
    exposed = [call for call in execution.calls if call.in_query & CREDENTIALS]
    if not execution.calls:
        findings.not_exercised("the seller was not called")
    if exposed:
        message = f"the password was in the URL of {len(exposed)} requests"
        findings.fail(message, *exposed[:6])


@lesson("password-not-in-the-address", check=_password_not_in_url, needs=())
def hides_password(case: CaseContext) -> None:
    """Order."""
    case.order("191")


def _session_not_in_url(findings: Findings, execution: Execution) -> None:
    in_session = [call for call in execution.calls if "auth" in call.request]
    exposed = [call for call in in_session if "auth" in call.in_query]
    findings.prove(*in_session[:2])
    if not in_session:
        findings.not_exercised("the client sends no session")
    elif exposed:
        message = f"the session was in the URL of {len(exposed)} requests"
        findings.fail(message, *exposed[:6])


@lesson("session-not-in-the-address", check=_session_not_in_url, needs=())
def hides_session(case: CaseContext) -> None:
    """Order in a session."""
    case.order("193", session=True)


def _logged_in_again(findings: Findings, execution: Execution) -> None:
    logins = [call for call in execution.calls if call.is_login]
    expired = [call for call in execution.calls if "session has expired" in call.note]
    if not expired:
        findings.not_exercised("the client does not use sessions")
        return
    if execution.last_report.result is StepResult.OK and not execution.orders():
        findings.not_exercised("no confirmed order was sent")
        return
    findings.prove(*expired, *logins)
    if len(logins) > MAX_LOGINS:
        findings.fail(f"the client logged in {len(logins)} times", *logins)
    delivered_once(findings, execution)


@lesson("dead-session-opened-again", check=_logged_in_again, needs=())
def reopens_session(case: CaseContext) -> None:
    """Order in a session that expires before its first use."""
    case.add_hooks(ExpireSession(case.times.pass_time))
    case.order("192", session=True)


def _asked_little(findings: Findings, execution: Execution) -> None:
    others = {str(number) for number in execution.facts["others"]}
    for step in execution.steps:
        forms = [
            call
            for call in execution.calls_during(step.number)
            if _opens_form(execution, call) and call.request.get("elid") in others
        ]
        if len(forms) > MAX_FORMS:
            findings.fail(
                f"step {step.number} ({step.action}) opened the forms of {len(forms)} other "
                "services, all of which are in one list",
                *forms[:4],
            )
    prices = [call for call in execution.calls if call.func == PRICE_LIST]
    steps = {call.step for call in prices}
    if len(steps) > 1:
        message = f"the whole price list was fetched in {len(steps)} steps"
        findings.fail(message, *prices[:4])


def _opens_form(execution: Execution, call: RecordedCall) -> bool:
    return call.func == execution.product.edit_function and not call.confirmed


@lesson("little-is-asked", check=_asked_little)
def asks_little(case: CaseContext) -> None:
    """Order twice and run the daily job, in an account with other services."""
    case.buy_directly(OTHER_SERVICES)
    case.facts["others"] = case.list_ids()
    for reference in ("111", "112"):
        case.order(reference)
    case.run_daily()

"""Answers that are lost, late, cut off, replaced by a page, or written in a rarer form."""

from __future__ import annotations

from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.fault_hooks import (
    CutAnswer,
    DelayAnswer,
    InnerDocOnly,
    InterceptedRequest,
    ItemIdOnly,
    OverrideContentType,
    ReplaceAnswer,
    confirmed_order,
)
from contracts.checks.client.lesson import (
    WHMCS_KEEPS_ITS_OWN,
    bought_once,
    delivered,
    delivered_once,
    lesson,
)
from contracts.checks.client.products import LICENSES
from contracts.checks.client.protocol import StepResult
from contracts.checks.runner import Findings

HTML_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>Just a moment</title></head>"
    b"<body><p>Checking your browser</p></body></html>"
)
HTML: Final = "text/html; charset=utf-8"
PLAIN_TEXT: Final = "text/plain; charset=utf-8"
LONG_REQUEST: Final = 4.0
"""Seconds until the answer is behind its link."""


def _ordered_once(findings: Findings, execution: Execution) -> None:
    orders = execution.orders()
    findings.prove(*orders)
    if len(orders) > 1:
        message = (
            "the answer was lost after the seller had acted, and the order was sent "
            f"{len(orders)} times"
        )
        findings.fail(message, *orders)
    bought_once(findings, execution)


@lesson("lost-reply-ordered-once", check=_ordered_once)
def answer_lost(case: CaseContext) -> None:
    """Order; the seller acts and its answer is lost."""
    case.plan_order_fault("drop", when="after")
    case.order("121")


@lesson("lost-reply-found-again", check=delivered_once)
def answer_lost_and_reconciled(case: CaseContext) -> None:
    """Order; the answer is lost, and later the order is to be finished."""
    case.plan_order_fault("drop", when="after")
    case.order("122")
    case.reconcile("122")


def _found_behind_the_filter(findings: Findings, execution: Execution) -> None:
    """Bought once, and delivered by whoever looks for it in the list that is filtered.

    That a client looks at all is another lesson's subject, `lost-reply-found-again`.
    """
    bought_once(findings, execution)
    if any(call.func == execution.product.itemtype for call in execution.calls):
        delivered(findings, execution)
    elif not findings.messages and not execution.is_delivered:
        findings.not_exercised("the client read no list, so that the filter hid nothing from it")


@lesson("saved-filter-hides-no-order", check=_found_behind_the_filter, not_for=WHMCS_KEEPS_ITS_OWN)
def answer_lost_behind_filter(case: CaseContext) -> None:
    """Order; the answer is lost. Somebody has saved a filter that hides it."""
    case.save_filter(0)
    case.plan_order_fault("drop", when="after")
    case.order("124")
    case.reconcile("124")


@lesson("lost-request-ordered-in-the-end", check=delivered_once)
def request_lost(case: CaseContext) -> None:
    """Order; the request is lost, and later the order is to be finished."""
    case.plan_order_fault("drop", when="before")
    case.order("123")
    case.reconcile("123")


def _accepted_order_sent_once(findings: Findings, execution: Execution) -> None:
    orders = execution.orders(1)
    if len(orders) > 1:
        findings.fail(f"the order was accepted, and sent {len(orders)} times", *orders)
    delivered_once(findings, execution)


@lesson("long-request-followed", check=_accepted_order_sent_once)
def long_request(case: CaseContext) -> None:
    """Order; the answer is a page that links to the result."""
    case.plan_order_fault("long", seconds=LONG_REQUEST)
    case.order("181")
    case.times.pass_time(LONG_REQUEST)
    case.reconcile("181")


@lesson("slow-seller", check=_accepted_order_sent_once)
def slow_answer(case: CaseContext) -> None:
    """Order; the answer takes long."""
    case.add_hooks(DelayAnswer(confirmed_order, case.times.wait, case.times.slow))
    case.order("182")
    case.reconcile("182")


@lesson("server-error", check=delivered_once)
def gateway_error(case: CaseContext) -> None:
    """Order; a proxy answers before the seller has acted."""
    case.plan_order_fault("status", code=502, when="before")
    case.order("183")
    case.reconcile("183")


def _unreadable_answer_reconciled(findings: Findings, execution: Execution) -> None:
    """The seller has acted: a client that reports ok has it, and the order was sent once."""
    orders, result = execution.orders(), execution.last_report.result
    findings.prove(*orders)
    if len(orders) > 1:
        message = f"the seller had acted, and the order was sent {len(orders)} times"
        findings.fail(message, *orders)
    if result is StepResult.OK and not execution.is_delivered:
        findings.fail("the answer could not be read, and the client reported ok", *orders)
    if result is StepResult.FAILED:
        findings.fail("it was bought, and the client reported failed", *orders)
    bought_once(findings, execution)


@lesson("server-error-after-the-deed", check=_unreadable_answer_reconciled)
def gateway_error_after_order(case: CaseContext) -> None:
    """Order; the seller acts, and a proxy answers 502."""
    case.plan_order_fault("status", code=502, when="after")
    case.order("203")


@lesson("page-in-place-of-an-answer", check=_unreadable_answer_reconciled)
def page_for_answer(case: CaseContext) -> None:
    """Order; the seller acts, and a page arrives."""
    case.add_hooks(ReplaceAnswer(confirmed_order, HTML_PAGE, HTML))
    case.order("201")


@lesson("empty-answer", check=_unreadable_answer_reconciled)
def nothing_for_answer(case: CaseContext) -> None:
    """Order; the seller acts, and nothing arrives."""
    case.add_hooks(ReplaceAnswer(confirmed_order, b"", HTML))
    case.order("202")


def _read_despite_type(findings: Findings, execution: Execution) -> None:
    func = execution.product.order_function
    if not execution.calls or any(call.func.endswith(func) for call in execution.calls):
        if execution.orders():
            delivered_once(findings, execution)
        else:
            findings.not_exercised("no confirmed order was sent")
        return
    findings.fail(
        f"it sent {len(execution.calls)} requests, read no answer served as {PLAIN_TEXT}, and "
        "ordered nothing",
        *execution.calls[:6],
    )


@lesson("content-type-is-not-believed", check=_read_despite_type, needs=())
def wrong_content_type(case: CaseContext) -> None:
    """Order; every answer is served as plain text."""
    case.add_hooks(OverrideContentType(PLAIN_TEXT))
    case.order("204")


def _read_again_after_cut(findings: Findings, execution: Execution) -> None:
    cut = [call for call in execution.calls if "cut in" in call.note]
    findings.prove(*cut)
    for report in execution.reports:
        if report.result is StepResult.OK and execution.owned:
            key, actual = report.key, execution.owned[0]["lickey"]
            if key and actual and key != actual:
                findings.fail("an incomplete answer was used: the key is wrong", *cut)
    delivered_once(findings, execution)


@lesson("torn-answer", check=_read_again_after_cut)
def answer_cut(case: CaseContext) -> None:
    """Order; the connection breaks in the middle of the key."""

    def reads_form(request: InterceptedRequest) -> bool:
        return request.func == case.product.edit_function and not request.confirmed

    case.add_hooks(CutAnswer(reads_form, ("lickey", "ip", "item")))
    case.order("184")
    case.deliver("184")


@lesson("item-id-alone", check=delivered_once)
def item_id_only(case: CaseContext) -> None:
    """Order; only ``item.id`` names the service."""
    case.add_hooks(ItemIdOnly(confirmed_order))
    case.order("141")


def _inner_doc_understood(findings: Findings, execution: Execution) -> None:
    renewals = execution.renewals
    findings.prove(*renewals)
    if len(renewals) > 1:
        findings.fail(f"one term was due, and {len(renewals)} were ordered", *renewals)
    result = execution.reports[1].result if renewals else StepResult.OK
    if result is not StepResult.OK:
        findings.fail(f"it was renewed, and the client reported {result}", *renewals)
    ends = execution.owned[0]["expires"] if execution.owned else None
    reported = execution.last_report.ends_on
    if renewals and reported is not None and reported.isoformat() != ends:
        findings.fail(f"it is paid until {ends}, and the client reported {reported}", *renewals)


def _confirmed_submit(request: InterceptedRequest) -> bool:
    return request.confirmed and request.func.endswith((".edit", "service.prolong"))


@lesson("inner-doc", check=_inner_doc_understood)
def inner_doc(case: CaseContext) -> None:
    """Order and renew; the fields of every submit are in an inner ``doc``."""
    case.start_month_ago()
    case.add_hooks(InnerDocOnly(_confirmed_submit))
    case.order("143")
    case.advance_to_last_day()
    case.run_daily()
    case.request_status("143")


MAX_GUARDED_CALLS: Final = 3
"""Requests to a guard: the first, and a look or two elsewhere. The rest is hammering."""


def _guard_is_named(findings: Findings, execution: Execution) -> None:
    calls = execution.calls_during(1)
    pages = [call for call in calls if "Checking your browser" in call.answer]
    findings.prove(*pages[:MAX_GUARDED_CALLS])
    if not pages:
        findings.not_exercised("the guard takes this client for a browser")
        return
    if execution.reports[0].result is StepResult.OK:
        findings.fail("a guard answered in place of the seller, and the client reported ok", *pages)
    if len(pages) > MAX_GUARDED_CALLS:
        message = f"a guard answered, and the client called {len(pages)} times"
        findings.fail(message, *pages[:MAX_GUARDED_CALLS])
    delivered_once(findings, execution)


@lesson("guard-is-not-hammered", check=_guard_is_named)
def guarded(case: CaseContext) -> None:
    """Order at a seller behind a guard; later it is gone, and the order is to be finished."""
    case.world.faults.add("guard")
    case.order("205")
    case.world.faults.clear()
    case.reconcile("205")


NAME: Final = "Бюро Жук, 12 €"


def _letters_come_back(findings: Findings, execution: Execution) -> None:
    names = [report.name for report in execution.reports if report.name is not None]
    findings.prove(*execution.orders(), *execution.calls_during(2))
    for service in execution.owned:
        if service["licname"] != NAME:
            actual = service["licname"]
            findings.fail(f"it was to be named {NAME}, and is {actual}", *execution.orders())
    for name in names:
        if name != NAME:
            findings.fail(f"it is named {NAME}, and the client read {name}", *execution.calls[-2:])
            return
    if not names:
        findings.not_exercised("the client reports no name")


@lesson(
    "letters-come-back", check=_letters_come_back, trades=(LICENSES,), not_for=WHMCS_KEEPS_ITS_OWN
)
def letters(case: CaseContext) -> None:
    """Order a license with a name in Russian letters and a sign; read it again."""
    case.order("206", name=NAME)
    case.request_status("206")

"""Tickets: what customers ask the seller's support arrives once, and so do its answers."""

from __future__ import annotations

from typing import Any, Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.fault_hooks import InterceptedRequest, PlanFault
from contracts.checks.client.lesson import lesson
from contracts.checks.client.products import LICENSES
from contracts.checks.client.protocol import Action
from contracts.checks.runner import Findings

HOURS: Final = 2
"""After which the seller's rule answers."""
SUBJECT: Final = "License"
WRITES_NONE: Final = {
    "billmanager": "a BILLmanager gives its customers' tickets to a department of its own",
    "whmcs": "the license module writes no tickets to its seller",
}
"""Source: docs/resale.md 3.3 and 4.1."""


def _ask(case: CaseContext, reference: str, text: str) -> None:
    say = (
        f'The customer of your number {reference} asks the seller: "{text}" Make sure that the '
        "seller's support has it, once; all of one number is one ticket."
    )
    fields = {"reference": reference, "subject": SUBJECT, "text": text}
    case.request(Action.ASK, say, fields)


def _fetch_answers(case: CaseContext, *expected: str) -> None:
    case.facts.setdefault("expected", {})[case.step_count + 1] = expected
    case.request(Action.ANSWERS, "What has the seller's support answered since you last looked?")


def _tickets(case: CaseContext) -> list[dict[str, Any]]:
    numbers = [int(row["id"]) for row in case.world.call("ticket", p_cnt=100).rows()]
    return [case.world.control("GET", f"/tickets/{number}") for number in sorted(numbers)]


def _texts(ticket: dict[str, Any], author: str) -> list[str]:
    return [message["text"] for message in ticket["messages"] if message["by"] == author]


def _answers_passed_on_once(findings: Findings, execution: Execution) -> None:
    if not execution.facts["tickets"]:
        findings.fail("the customer tickets, and the seller has no ticket", *execution.calls)
    for number, expected in execution.facts["expected"].items():
        calls, report = execution.calls_during(number), execution.reports[number - 1]
        findings.prove(*calls)
        reported = report.answers or ()
        if missing := [text for text in expected if text not in reported]:
            findings.fail(f"the seller answered {missing[0]!r}, and it was not noticed", *calls)
        if again := [text for text in reported if text not in expected]:
            findings.fail(f"{again[0]!r} was reported again, or by mistake", *calls)
        if len(set(reported)) < len(reported):
            findings.fail("one answer was reported twice", *calls)


@lesson(
    "answers-of-the-seller-arrive-once",
    check=_answers_passed_on_once,
    trades=(LICENSES,),
    needs=(),
    not_for=WRITES_NONE,
)
def seller_answers(case: CaseContext) -> None:
    """Ask; the seller answers after hours, then by hand while the customer writes again."""
    case.world.rules(ticket_answer_hours=HOURS)
    _ask(case, "181", "Is the license valid in a container?")
    case.world.clock.advance(f"{HOURS + 1} hours")
    tickets = _tickets(case)
    _fetch_answers(case, *(text for each in tickets for text in _texts(each, "seller")))
    _fetch_answers(case)
    case.world.rules(ticket_answer_hours=0)
    case.world.clock.advance("1 hour")
    for ticket in tickets:
        case.world.control("POST", f"/tickets/{ticket['id']}", {"text": "Please look again."})
    _ask(case, "181", "And in two of them?")
    _fetch_answers(case, *["Please look again."][: len(tickets)])
    case.facts["tickets"] = len(tickets)


def _sent_once(findings: Findings, execution: Execution) -> None:
    calls = [call for call in execution.calls if call.confirmed]
    findings.prove(*calls)
    threads = [_texts(ticket, "client") for ticket in execution.facts["tickets"]]
    if len(threads) > 1:
        findings.fail(f"the seller has {len(threads)} tickets of one customer", *calls)
    for text in QUESTIONS:
        count = sum(thread.count(text) for thread in threads)
        if count != 1:
            findings.fail(f"the seller has {text!r} {count} times", *calls)


QUESTIONS: Final = ("The panel shows no license.", "It shows one now, of last year.")


def _sends_message(request: InterceptedRequest) -> bool:
    return request.confirmed and request.func == "clientticket.edit"


@lesson(
    "ticket-is-written-once", check=_sent_once, trades=(LICENSES,), needs=(), not_for=WRITES_NONE
)
def answer_to_question_lost(case: CaseContext) -> None:
    """Ask twice in one ticket; the answer to each message is lost, and the step comes again."""
    for text in QUESTIONS:
        case.add_hooks(PlanFault(case.world.faults, _sends_message, "drop", when="after"))
        for _ in range(2):
            _ask(case, "182", text)
    case.facts["tickets"] = _tickets(case)

"""Money: an order that could not be paid is carried out once the money is there."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from contracts.checks.client.case import CaseContext, Execution
from contracts.checks.client.fault_hooks import ReplaceText
from contracts.checks.client.lesson import WHMCS_KEEPS_ITS_OWN, delivered_once, lesson
from contracts.checks.client.products import LICENSES
from contracts.checks.client.protocol import Action, StepResult
from contracts.checks.runner import Findings

TOO_SMALL_BALANCE, SUFFICIENT_BALANCE, LARGE_BALANCE = "0.10", "500.00", "1234.56"
MAX_ORDERS: Final = 2
STATUS_ORDERED: Final = 1
"""Of a service in the basket. Source: docs/trade.md 10."""


def _order_kept(findings: Findings, execution: Execution) -> None:
    refused = execution.orders(1)
    findings.prove(*refused)
    if len(refused) > MAX_ORDERS:
        findings.fail(f"without the money it was ordered {len(refused)} times", *refused)
    if execution.reports[0].result is StepResult.OK:
        findings.fail("nothing could be bought, and the client reported ok", *refused)
    delivered_once(findings, execution)


@lesson("too-little-money", check=_order_kept)
def balance_too_small(case: CaseContext) -> None:
    """Order without money; finish the order when the balance is sufficient."""
    case.world.account(balance=TOO_SMALL_BALANCE)
    case.order("161")
    case.world.account(balance=SUFFICIENT_BALANCE)
    case.reconcile("161")


def _basket_settled(findings: Findings, execution: Execution) -> None:
    orders = execution.orders()
    findings.prove(*orders)
    reported_ok = [report.result is StepResult.OK for report in execution.reports]
    if reported_ok[0]:
        findings.fail("it was unpaid in the basket, and the client reported ok", *orders)
    waiting = [s["id"] for s in execution.owned if s["status"] == STATUS_ORDERED]
    bought = [s["id"] for s in execution.owned if s["status"] != STATUS_ORDERED]
    if not bought and reported_ok[-1]:
        findings.fail("it is still in the basket, and the client reported ok", *orders)
    elif not bought:
        findings.not_exercised("the client leaves the basket to a person, and reports so")
    if bought and waiting:
        findings.fail(
            f"{bought[0]} was bought, and {waiting[0]} is still in the basket: whoever pays the "
            "basket buys it twice",
            *orders,
        )
    if len(bought) > 1:
        findings.fail(f"bought {len(bought)} times: {bought}", *orders)


@lesson(
    "order-left-in-the-basket",
    check=_basket_settled,
    not_for={"whmcs": "the license module knows no basket: an unpaid order is left to a person"},
)
def order_in_basket(case: CaseContext) -> None:
    """Order without money at a seller that puts the order into the basket."""
    case.world.rules(poor_order="basket")
    case.world.account(balance=TOO_SMALL_BALANCE)
    case.order("162")
    case.world.account(balance=SUFFICIENT_BALANCE)
    case.reconcile("162")


def _balance_read(findings: Findings, execution: Execution) -> None:
    calls, last = execution.calls, execution.last_report
    findings.prove(*calls)
    actual = f"the balance is {LARGE_BALANCE}, and the client reported"
    if last.balance is None:
        reported = f"{last.result} {last.reason}".strip()
        findings.fail(f"{actual} none: {reported}", *calls)
    elif last.balance.is_nan():
        findings.fail(f'{actual} a text that is no amount such as "12.34"', *calls)
    elif last.balance != Decimal(LARGE_BALANCE):
        findings.fail(f"{actual} {last.balance}", *calls)


@lesson(
    "balance-is-read",
    check=_balance_read,
    trades=(LICENSES,),
    needs=(),
    not_for=WHMCS_KEEPS_ITS_OWN,
)
def balance_grouped(case: CaseContext) -> None:
    """Ask for the balance at a seller that groups digits."""
    case.world.account(balance=LARGE_BALANCE)
    case.add_hooks(ReplaceText(LARGE_BALANCE, "1\u00a0234,56"))
    case.request(Action.BALANCE, "What is the balance of the account at the seller?")

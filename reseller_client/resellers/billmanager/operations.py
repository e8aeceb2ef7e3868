"""Runs operations so that nothing is ordered twice: each is sent once, then waits for the seller.

Before a request is sent, the operation is stored as sent. If the answer, the connection or this
program gets lost, its result is looked for at the seller before it is sent again.

Source: docs/resale.md section 3.3 (documented: operation, task, manual, events); how a lost answer
is handled is assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from reseller_client.errors import NotSent, Refused, ResellerError, SellerFault, TransportError
from reseller_client.resellers.billmanager.models import (
    Action,
    Item,
    LowBalance,
    Operation,
    OperationState,
    ProcessingModule,
    Reason,
)
from reseller_client.resellers.billmanager.requests import (
    RequestCase,
    Sending,
    Trace,
    find_opened,
    prepare,
)
from reseller_client.resellers.billmanager.terms import seller_cost
from reseller_client.transport.retry import once
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.resellers.billmanager.running_store import RunningStore
    from reseller_client.resellers.billmanager.seller_side import SellerSide
    from reseller_client.resellers.billmanager.store import CatalogueStore
    from reseller_client.transport.call import RetryPolicy

Sides = Callable[[ProcessingModule], tuple["SellerSide", "RetryPolicy"]]
"""Returns the connection of a module to its seller."""


class Runner:
    """Sends operations. `book` records what a customer paid; `now` is the clock."""

    def __init__(
        self,
        catalogue: CatalogueStore,
        running: RunningStore,
        sides: Sides,
        *,
        book: Callable[[Item, Operation], None],
        now: Callable[[], datetime],
    ) -> None:
        """Keep the stores, the connections to sellers, the books and the clock."""
        self._catalogue = catalogue
        self._running = running
        self._sides = sides
        self._book = book
        self._now = now

    def run(self, operation: Operation) -> Operation:
        """Send an operation that is new, or has no answer yet; returns it with its new state.

        No error of the seller is raised: it is the reason of a failed operation. Raises ValueError
        for an operation in any other state.
        """
        if operation.state not in {OperationState.NEW, OperationState.SENT}:
            raise ValueError(f"operation {operation.id} is {operation.state}: it never runs again")
        try:
            return self._run(self._running.item(operation.item), operation)
        except ResellerError as problem:
            return self._fail(operation, problem)

    def accept(self, item: Item, operation: Operation, number: int | None) -> Operation:
        """Set an operation to manual: the seller has accepted it. `number` is its service there."""
        if operation.action in {Action.OPEN, Action.PROLONG}:
            period = self._period(item, operation)
            mapped = period != (item.period if operation.period is None else operation.period)
            item = replace(item, seller_period=period, own_term=item.own_term or mapped)
        if operation.action is Action.OPEN:
            item = replace(item, seller_id=number, status=Status.PROCESSING)
        accepted = replace(operation, state=OperationState.MANUAL, reason=None, ended_at=None)
        if item.seller_id is not None:
            self._book(item, accepted)
        self._running.save(item, accepted)
        return accepted

    def _run(self, item: Item, operation: Operation) -> Operation:
        if operation.action is Action.CLOSE and item.seller_id is None:
            return self._close_unopened(item, operation)
        case = self._case(item, operation)
        sending = prepare(case)
        trace = sending.find() if operation.requested else None
        if trace is None:
            _check_balance(case)
            operation = self._mark_sent(case)
            sending = prepare(replace(case, operation=operation))
            trace = self._send(operation, sending, self._sides(case.module)[1])
        return self.accept(item, operation, trace.number)

    def _send(self, operation: Operation, sending: Sending, retry_policy: RetryPolicy) -> Trace:
        try:
            return once(sending.attempt, sending.find, retry_policy)
        except SellerFault:
            raise
        except (Refused, NotSent):
            # Nothing has happened; an order is looked for all the same, because it costs most.
            requested = operation.action is Action.OPEN
            self._running.save(operation=replace(operation, requested=requested, before_on=None))
            raise

    def _case(self, item: Item, operation: Operation) -> RequestCase:
        module = self._catalogue.module(item.module)
        return RequestCase(
            side=self._sides(module)[0],
            module=module,
            own=self._catalogue.tariff(item.tariff),
            source=self._catalogue.sources(item.tariff)[item.module],
            item=item,
            operation=operation,
            period=self._period(item, operation),
            used_ids=lambda: self._running.seller_ids(self._catalogue.modules_at(module.seller)),
        )

    def _period(self, item: Item, operation: Operation) -> int:
        period = item.period if operation.period is None else operation.period
        return self._catalogue.seller_period(item.module, period, item.tariff)

    def _mark_sent(self, case: RequestCase) -> Operation:
        operation, before = case.operation, case.operation.before_on
        if operation.action is Action.PROLONG and before is None:
            before = case.settled().expires_on
        cost = operation.cost
        if operation.action in {Action.OPEN, Action.PROLONG}:
            cost = seller_cost(case.source, case.period, case.item.addons)
        sent = replace(
            operation, state=OperationState.SENT, requested=True, before_on=before, cost=cost
        )
        sent = replace(sent, sent_at=self._now())
        self._running.save(operation=sent)
        return sent

    def _fail(self, operation: Operation, problem: ResellerError) -> Operation:
        stored = self._running.operation(operation.id)
        reason = describe_failure(problem)
        failed = replace(stored, state=OperationState.FAILED, ended_at=self._now(), reason=reason)
        self._running.save(operation=failed)
        return failed

    def _close_unopened(self, item: Item, operation: Operation) -> Operation:
        """Close an item whose order has no known result; if the seller has it, it is deleted."""
        operations = self._running.operations(item=item.id)
        opening = next(earlier for earlier in operations if earlier.action is Action.OPEN)
        trace = find_opened(self._case(item, opening)) if opening.requested else None
        if trace is not None and trace.number is not None:
            self.accept(item, opening, trace.number)
            return self._run(self._running.item(item.id), operation)
        ended = replace(operation, state=OperationState.COMPLETED, ended_at=self._now())
        self._running.save(replace(item, status=Status.DELETED), ended)
        return ended


def _check_balance(case: RequestCase) -> None:
    """Check the balance at the seller before a renewal. Raises LowBalance."""
    least = case.module.minimal_balance
    if case.operation.action is Action.PROLONG and least > 0:
        balance = case.side.balance()
        if balance < least:
            raise LowBalance(case.module.name, balance, least)


def describe_failure(problem: ResellerError) -> Reason:
    """Return the reason of a failure: the seller's error document, or the transport's error."""
    match problem:
        case Refused():
            return Reason(problem.type, problem.object, problem.message)
        case LowBalance():
            return Reason("minimal_balance", problem.module, str(problem))
        case NotSent():
            return Reason("not_sent", "", str(problem))
        case TransportError():
            return Reason("unknown_outcome", "", str(problem))
        case _:
            return Reason("not_for_sale", "", str(problem))

"""Running operations: sent once, then manual, so that nothing is ever ordered twice.

Before a request goes out the operation is written down as sent. Whatever becomes of the answer, of
the line or of this program, an operation that was sent is looked for at the seller before it is
sent again.

Source: docs/resale.md section 3.3 (documented: operation, task, manual, events); how a lost answer
is met is assumed.
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
from reseller_client.resellers.billmanager.requests import Case, Deed, Trace, deed_of, find_opened
from reseller_client.resellers.billmanager.terms import seller_cost
from reseller_client.transport.retry import once
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.resellers.billmanager.running_store import RunningStore
    from reseller_client.resellers.billmanager.seller_side import SellerSide
    from reseller_client.resellers.billmanager.store import CatalogueStore
    from reseller_client.transport.call import RetryPolicy

Sides = Callable[[ProcessingModule], tuple["SellerSide", "RetryPolicy"]]
"""Opens the way of a module to its seller."""


class Runner:
    """Sends operations. `book` keeps what a customer paid; `now` is the clock."""

    def __init__(
        self,
        catalogue: CatalogueStore,
        running: RunningStore,
        sides: Sides,
        *,
        book: Callable[[Item, Operation], None],
        now: Callable[[], datetime],
    ) -> None:
        """Keep the stores and the ways out."""
        self._catalogue = catalogue
        self._running = running
        self._sides = sides
        self._book = book
        self._now = now

    def run(self, operation: Operation) -> Operation:
        """Send an operation that is new, or was sent and never heard of; how it stands then.

        Nothing of the seller's is raised: a refusal or a silence is the reason of a failure.
        Raises ValueError for one that is manual or over.
        """
        if operation.state not in {OperationState.NEW, OperationState.SENT}:
            raise ValueError(f"operation {operation.id} is {operation.state}: it never runs again")
        try:
            return self._run(self._running.item(operation.item), operation)
        except ResellerError as problem:
            return self._fail(operation, problem)

    def accept(self, item: Item, operation: Operation, number: int | None) -> Operation:
        """Switch an operation to manual: the seller has taken it. `number` is its service there."""
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
        deed = deed_of(case)
        trace = deed.find() if operation.requested else None
        if trace is None:
            _check_balance(case)
            operation = self._mark_sent(case)
            deed = deed_of(replace(case, operation=operation))
            trace = self._send(operation, deed, self._sides(case.module)[1])
        return self.accept(item, operation, trace.number)

    def _send(self, operation: Operation, deed: Deed, retry_policy: RetryPolicy) -> Trace:
        try:
            return once(deed.attempt, deed.find, retry_policy)
        except SellerFault:
            raise
        except (Refused, NotSent):
            # Nothing has happened. An order is looked for all the same, since it costs most.
            requested = operation.action is Action.OPEN
            self._running.save(operation=replace(operation, requested=requested, before_on=None))
            raise

    def _case(self, item: Item, operation: Operation) -> Case:
        module = self._catalogue.module(item.module)
        same = [one.id for one in self._catalogue.modules() if one.seller == module.seller]
        return Case(
            side=self._sides(module)[0],
            module=module,
            own=self._catalogue.tariff(item.tariff),
            source=self._catalogue.sources(item.tariff)[item.module],
            item=item,
            operation=operation,
            period=self._period(item, operation),
            taken=lambda: self._running.seller_ids(same),
        )

    def _period(self, item: Item, operation: Operation) -> int:
        period = item.period if operation.period is None else operation.period
        return self._catalogue.seller_period(item.module, period, item.tariff)

    def _mark_sent(self, case: Case) -> Operation:
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
        known = self._running.operation(operation.id)
        reason = reason_of(problem)
        failed = replace(known, state=OperationState.FAILED, ended_at=self._now(), reason=reason)
        self._running.save(operation=failed)
        return failed

    def _close_unopened(self, item: Item, operation: Operation) -> Operation:
        """Close what was never opened; should it have been after all, it is found and deleted."""
        opening = next(
            one for one in self._running.operations(item=item.id) if one.action is Action.OPEN
        )
        found = find_opened(self._case(item, opening)) if opening.requested else Trace()
        if found is not None and found.number is not None:
            self.accept(item, opening, found.number)
            return self._run(self._running.item(item.id), operation)
        ended = replace(operation, state=OperationState.COMPLETED, ended_at=self._now())
        self._running.save(replace(item, status=Status.DELETED), ended)
        return ended


def _check_balance(case: Case) -> None:
    """Refuse a renewal while the balance at the seller is under the module's minimum."""
    least = case.module.minimal_balance
    if case.operation.action is Action.PROLONG and least > 0:
        held = case.side.balance()
        if held < least:
            raise LowBalance(case.module.name, held, least)


def reason_of(problem: ResellerError) -> Reason:
    """Return a failure as data: the seller's own document, or what became of the line."""
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

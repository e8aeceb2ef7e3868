"""The request of each operation, and how its result is found if the answer is lost.

Source: docs/resale.md sections 2 and 3 (the requests); how a lost one is looked for is assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from reseller_client.errors import Missed, UnknownOutcome
from reseller_client.resellers.billmanager.models import Action, Item, NotForSale, Operation
from reseller_client.resellers.billmanager.seller_side import addon_quantities
from reseller_client.resellers.billmanager.terms import addon_fields, all_amounts, read_amounts
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reseller_client.resellers.billmanager.models import OwnTariff, ProcessingModule
    from reseller_client.resellers.billmanager.seller_side import SellerSide
    from reseller_client.services.catalogue_models import Tariff
    from reseller_client.services.models import Service
    from reseller_client.transport.values import Field

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trace:
    """The result of an operation at the seller; `number` is the service it opened, if shown."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """How a request is sent, and how its result is found (None: it was not carried out).

    `find` raises UnknownOutcome where that cannot be found out.
    """

    attempt: Callable[[], Trace]
    find: Callable[[], Trace | None]


@dataclass(frozen=True, slots=True)
class RequestCase:
    """An operation with everything needed to send it.

    `period` is the seller's, after periods are mapped; `used_ids` returns the services there that
    belong to items already.
    """

    side: SellerSide
    module: ProcessingModule
    own: OwnTariff
    source: Tariff
    item: Item
    operation: Operation
    period: int
    used_ids: Callable[[], frozenset[int]]

    @property
    def number(self) -> int:
        """The service at the seller. Raises NotForSale for an item that was never opened."""
        if self.item.seller_id is None:
            raise NotForSale(f"item {self.item.id} is not open yet")
        return self.item.seller_id

    def settled(self) -> Service:
        """Return the service. Raises UnknownOutcome while the seller is working on it."""
        service = self.side.form(self.number)
        if service.status is Status.PROCESSING:
            raise UnknownOutcome(f"service {self.number} is being processed")
        return service


def prepare(case: RequestCase) -> Sending:
    """Return the request to send. Raises NotForSale for what the own tariff does not offer."""
    match case.operation.action:
        case Action.OPEN:
            return _opening(case)
        case Action.PROLONG:
            return _prolonging(case)
        case Action.SETPARAM:
            return _changing(case)
        case Action.SUSPEND:
            return _switching(case, lambda: case.side.suspend(case.number), Status.SUSPENDED)
        case Action.RESUME:
            return _switching(case, lambda: case.side.resume(case.number), Status.ACTIVE)
        case Action.CLOSE:
            return _closing(case)


def find_opened(case: RequestCase) -> Trace | None:
    """Look for an order by its remoteid. Raises UnknownOutcome where there are several."""
    since = case.operation.created_at.date() - _A_DAY  # the seller may live in another time zone
    candidates = case.side.find(case.item.remoteid, since=since, tariff=case.source.id)
    used = case.used_ids()
    numbers = [number for number in candidates if number not in used]
    if len(numbers) > 1:
        ids = ", ".join(map(str, numbers))
        raise UnknownOutcome(f"several services have the remoteid {case.item.remoteid}: {ids}")
    return Trace(numbers[0]) if numbers else None


def _opening(case: RequestCase) -> Sending:
    operation = case.operation
    amounts = all_amounts(case.own, case.source, operation.addons)
    where: Mapping[str, Field] = {"datacenter": case.module.datacenter, **operation.params}
    fields = {**where, **addon_fields(case.own, case.source, amounts)}

    def attempt() -> Trace:
        side, remoteid = case.side, case.item.remoteid
        return Trace(side.order(case.source.id, case.period, fields, remoteid=remoteid))

    def find() -> Trace | None:
        trace = find_opened(case)
        if trace is not None and trace.number is not None:
            case.side.pay_if_waiting(trace.number)
        return trace

    return Sending(attempt, find)


def _prolonging(case: RequestCase) -> Sending:
    def attempt() -> Trace:
        case.side.prolong(case.number, case.period)
        return Trace()

    def find() -> Trace | None:
        after, before = case.settled().expires_on, case.operation.before_on
        if after is None or before is None:
            raise UnknownOutcome(f"service {case.number} shows no end to compare")
        return Trace() if after > before else None

    return Sending(attempt, find)


def _changing(case: RequestCase) -> Sending:
    fields: dict[str, Field] = dict(case.operation.params)
    fields.update(addon_fields(case.own, case.source, case.operation.addons))

    def attempt() -> Trace:
        case.side.change(case.number, fields)
        return Trace()

    def find() -> Trace | None:
        form = case.side.form(case.number)
        if form.status is Status.PROCESSING:  # an installation is in progress
            return Trace()
        params, addons = case.operation.params, case.operation.addons
        if "ostempl" in params and params["ostempl"] == case.item.params.get("ostempl"):
            return None  # the same system again: nothing shows whether it was installed anew
        same = all(form.fields.get(name) == text for name, text in params.items())
        shown = read_amounts(case.source, addon_quantities(form))
        return Trace() if same and {**shown, **addons} == shown else None

    return Sending(attempt, find)


def _switching(case: RequestCase, switch: Callable[[], None], status: Status) -> Sending:
    def attempt() -> Trace:
        switch()
        return Trace()

    return Sending(attempt, lambda: Trace() if case.settled().status is status else None)


def _closing(case: RequestCase) -> Sending:
    def attempt() -> Trace:
        try:
            case.side.delete(case.number)
        except Missed:  # it is deleted already
            return Trace()
        return Trace()

    def find() -> Trace | None:
        try:
            service = case.settled()
        except Missed:
            return Trace()
        gone = service.status is Status.DELETED or service.scheduled_close
        return Trace() if gone else None

    return Sending(attempt, find)

"""What each running operation asks of the seller, and how one sees that it has happened.

Source: docs/resale.md sections 2 and 3 (the requests); how a lost one is looked for is assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from reseller_client.errors import Missed, UnknownOutcome
from reseller_client.resellers.billmanager.models import Action, Item, NotForSale, Operation
from reseller_client.resellers.billmanager.terms import addon_fields, all_amounts, read_amounts
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reseller_client.resellers.billmanager.models import OwnTariff, ProcessingModule
    from reseller_client.resellers.billmanager.seller_side import SellerSide
    from reseller_client.services.catalogue_models import Tariff
    from reseller_client.services.models import License
    from reseller_client.transport.values import Field

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trace:
    """What an operation left at the seller: the service's number, where it opened one and told."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """How something is asked for, and how its trace is found (None: it did not happen).

    `find` raises UnknownOutcome where the seller does not tell.
    """

    attempt: Callable[[], Trace]
    find: Callable[[], Trace | None]


@dataclass(frozen=True, slots=True)
class Case:
    """An operation with all that has to be known to send it.

    `period` is the seller's, after the comparison of periods; `taken` tells which services there
    belong to other items.
    """

    side: SellerSide
    module: ProcessingModule
    own: OwnTariff
    source: Tariff
    item: Item
    operation: Operation
    period: int
    taken: Callable[[], frozenset[int]]

    @property
    def number(self) -> int:
        """The service at the seller. Raises NotForSale for an item that was never opened."""
        if self.item.seller_id is None:
            raise NotForSale(f"item {self.item.id} is not open yet")
        return self.item.seller_id

    def settled(self) -> License:
        """Read the service. Raises UnknownOutcome while the seller is at work on it."""
        service = self.side.form(self.number).service
        if service.status is Status.PROCESSING:
            raise UnknownOutcome(f"service {self.number} is being processed")
        return service


def deed_of(case: Case) -> Deed:
    """Return what to send. Raises NotForSale for what the own tariff does not offer."""
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


def find_opened(case: Case) -> Trace | None:
    """Look an order up by its remoteid. Raises UnknownOutcome where there are several."""
    since = case.operation.created_at.date() - _A_DAY  # the seller may live in another time zone
    under = case.side.find(case.item.remoteid, since=since, tariff=case.source.id)
    taken = case.taken()
    found = [number for number in under if number not in taken]
    if len(found) > 1:
        ids = ", ".join(map(str, found))
        raise UnknownOutcome(f"several services stand under {case.item.remoteid}: {ids}")
    return Trace(found[0]) if found else None


def _opening(case: Case) -> Deed:
    operation = case.operation
    amounts = all_amounts(case.own, case.source, operation.addons)
    where: Mapping[str, Field] = {"datacenter": case.module.datacenter, **operation.params}
    fields = {**where, **addon_fields(case.own, case.source, amounts)}

    def attempt() -> Trace:
        side, remoteid = case.side, case.item.remoteid
        return Trace(side.order(case.source.id, case.period, fields, remoteid=remoteid))

    return Deed(attempt, lambda: find_opened(case))


def _prolonging(case: Case) -> Deed:
    def attempt() -> Trace:
        case.side.prolong(case.number, case.period)
        return Trace()

    def find() -> Trace | None:
        after, before = case.settled().expires_on, case.operation.before_on
        if after is None or before is None:
            raise UnknownOutcome(f"service {case.number} shows no end to compare")
        return Trace() if after > before else None

    return Deed(attempt, find)


def _changing(case: Case) -> Deed:
    fields: dict[str, Field] = dict(case.operation.params)
    fields.update(addon_fields(case.own, case.source, case.operation.addons))

    def attempt() -> Trace:
        case.side.change(case.number, fields)
        return Trace()

    def find() -> Trace | None:
        form = case.side.form(case.number)
        if form.service.status is Status.PROCESSING:  # an installation was begun
            return Trace()
        params, wanted = case.operation.params, case.operation.addons
        if "ostempl" in params and params["ostempl"] == case.item.params.get("ostempl"):
            return None  # the same system anew: nothing shows whether it was installed again
        fits = all(form.fields.get(name) == text for name, text in params.items())
        shown = read_amounts(case.source, form.addons)
        return Trace() if fits and {**shown, **wanted} == shown else None

    return Deed(attempt, find)


def _switching(case: Case, act: Callable[[], None], wanted: Status) -> Deed:
    def attempt() -> Trace:
        act()
        return Trace()

    return Deed(attempt, lambda: Trace() if case.settled().status is wanted else None)


def _closing(case: Case) -> Deed:
    def attempt() -> Trace:
        try:
            case.side.delete(case.number)
        except Missed:  # it is gone already, which is what was wanted
            return Trace()
        return Trace()

    def find() -> Trace | None:
        try:
            service = case.settled()
        except Missed:
            return Trace()
        gone = service.status is Status.DELETED or service.scheduled_close
        return Trace() if gone else None

    return Deed(attempt, find)

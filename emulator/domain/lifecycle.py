"""Due events: renewals, suspensions, deletions and arriving keys, each at its own time.

Source: docs/trade.md section 12, design of worlds in docs/architecture.md. No scheduler: the
world's row says when it has to wake, and the first call after that moment wakes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import bindparam, func, select

from emulator.domain import tickets
from emulator.domain.accounts import accounts, notifications
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import paid_changes
from emulator.domain.catalogue import traits
from emulator.domain.services import modules, opening, services, states
from emulator.domain.services.services import (
    ACTIVE,
    AUTO,
    KEEP_SUSPENDED,
    PROCESSING,
    SUSPENDED,
    Service,
)
from emulator.domain.world import Shop
from emulator.errors import ApiError, NotEnoughMoney
from emulator.results import EventInfo
from emulator.store import tables
from emulator.store.engine import Statement

BATCH = 200
DAY = timedelta(days=1)
SELLER = "system"

V = tables.service.c
_DUE = Statement(
    select(*V).where(V.due_at <= bindparam("now")).order_by(V.due_at, V.id).limit(BATCH)
)
_READY = Statement(
    select(*V).where(V.key_ready <= bindparam("elapsed")).order_by(V.key_ready, V.id).limit(BATCH)
)
_NEXT_DUE = Statement(select(func.min(V.due_at, type_=V.due_at.type)))
_NEXT_READY = Statement(select(func.min(V.key_ready)))


EventName = Literal[
    "key", "ready", "prolong", "suspend", "unpaid", "expire", "close", "delete", "answer"
]
EVENTS: tuple[EventName, ...] = get_args(EventName)


@dataclass(frozen=True, slots=True)
class DueEvent:
    """An event that was due and took place: when, which service, what, detail, and its login.

    ``what``: ``key`` (it arrived), ``ready`` (a server came up), ``prolong`` (detail: the new
    end), ``suspend`` (detail: the reason), ``unpaid`` (another renewal failed), ``expire`` (its
    term ended while it was suspended), ``close`` (a scheduled deletion), ``delete`` (after thirty
    days), ``answer`` (the seller answered a ticket; ``service_id`` is 0 where it is about none).
    """

    at: datetime
    service_id: int
    what: EventName
    detail: str = ""
    login: str = ""

    def as_dict(self) -> EventInfo:
        """The event as answers of the control API show it."""
        return {
            "at": self.at.isoformat(),
            "service": self.service_id,
            "what": self.what,
            "detail": self.detail,
            "login": self.login,
        }


def is_due(shop: Shop) -> bool:
    """Whether any event is due; two comparisons, whatever the size of the world."""
    world = shop.world
    if world.next_due_at is not None and world.next_due_at <= shop.now:
        return True
    return world.next_ready is not None and world.next_ready <= shop.system_clock.elapsed()


def catch_up(shop: Shop) -> list[DueEvent]:
    """Executes one batch of due events, in order; empty when nothing is left.

    Call it under the world's lock until it returns nothing. Each event sees the world's clock
    at its own time, so that one jump of a year does what 365 jumps of a day do. Keys arrive now,
    hence after everything that was due before.
    """
    owners = _Owners(shop)
    happened: list[DueEvent] = []
    again: tuple[datetime, int] | None = None
    gone_with: set[int] = set()
    for row in shop.db.rows(_DUE, now=shop.now):
        service = Service(*row)
        if service.id in gone_with:
            continue
        moment = service.due_at or shop.now
        if again is not None and (moment, service.id) > again:
            break  # events that this batch made due come first
        owner = owners.of(service)
        what, detail, after, gone = _fall_due(shop.at(moment), owner, service)
        if not (what == "prolong" and service.daily):
            notifications.add(shop.at(moment), owner.id, what, service.id, detail)
        happened.append(DueEvent(moment, service.id, what, detail, owner.login))
        for module in gone:
            with_it = f"with licence {service.id}"  # as journals on record have it
            happened.append(DueEvent(moment, module.id, "close", with_it, owner.login))
            gone_with.add(module.id)
        if after.due_at is not None:
            next_time = (after.due_at, after.id)
            again = next_time if again is None else min(again, next_time)
    next_due = shop.db.value(_NEXT_DUE)
    happened += _answers(shop, owners, min(next_due or shop.now, shop.now))
    happened.sort(key=lambda event: event.at)
    next_due = min(filter(None, (next_due, tickets.next_answer(shop))), default=None)
    if next_due is None or next_due > shop.now:
        happened += _keys(shop, owners)
    shop.sleep_until(next_due, shop.db.value(_NEXT_READY))
    return happened


class _Owners:
    """Owners of the due services, read once per batch; their balance may be outdated."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._by_id: dict[int, Account] = {}

    def of(self, service: Service) -> Account:
        """The owner of a service."""
        return self.by_number(service.account_id)

    def by_number(self, account_id: int) -> Account:
        """An account by its number."""
        owner = self._by_id.get(account_id)
        if owner is None:
            owner = self._by_id[account_id] = accounts.require(self._shop.db, account_id)
        return owner


def _answers(shop: Shop, owners: _Owners, until: datetime) -> list[DueEvent]:
    """Answers of the seller to tickets that were due until then."""
    answered = []
    for ticket in tickets.answer_due(shop, until, BATCH):
        at, owner = ticket.answer_at or shop.now, owners.by_number(ticket.account_id)
        answered.append(
            DueEvent(at, ticket.service_id or 0, "answer", f"ticket {ticket.id}", owner.login)
        )
    return answered


def _keys(shop: Shop, owners: _Owners) -> list[DueEvent]:
    arrived = []
    for row in shop.db.rows(_READY, elapsed=shop.system_clock.elapsed()):
        service = opening.finish_opening(shop, Service(*row))
        owner = owners.of(service)
        what: EventName = "key" if traits.of(shop.catalogue, service.type).is_license else "ready"
        notifications.add(shop, owner.id, what, service.id)
        arrived.append(DueEvent(shop.now, service.id, what, login=owner.login))
    return arrived


Outcome = tuple[EventName, str, Service, list[Service]]
"""What happened, its detail, the service afterwards, and the modules deleted with it."""


def _fall_due(shop: Shop, owner: Account, service: Service) -> Outcome:
    """Executes what is due for a service whose term, a further day or the thirty days ended."""
    over = (services.midnight(service.expires_on) or shop.now) + KEEP_SUSPENDED
    if service.scheduled_close:
        return _closed(shop, "close", service)
    if service.status == SUSPENDED and shop.now >= over:
        return _closed(shop, "delete", service)
    if service.status == SUSPENDED and service.substate != AUTO:
        # Suspended by hand before its end: only the thirty days are left.
        return "expire", "", services.save(shop, replace(service, due_at=over)), []
    return _prolong_or_suspend(shop, owner, service, over)


def _closed(shop: Shop, what: EventName, service: Service) -> Outcome:
    """Deletes a service, and a license's modules at the same time."""
    gone = modules.list_modules(shop, service)
    return what, "", states.close(shop, SELLER, service), gone


def _prolong_or_suspend(shop: Shop, owner: Account, service: Service, over: datetime) -> Outcome:
    """Prolongs automatically; while the balance is too low, it tries again every day.

    The new term begins on the day of the payment, as for every suspended service.
    """
    reason, next_try = "not prolonged", over
    if service.autoprolong is not None:
        try:
            prolonged = _prolong(shop, owner, service, service.autoprolong)
        except NotEnoughMoney as refusal:
            reason = f"not enough money: {refusal.params['amount']} {owner.currency}"
            next_try = min(over, shop.now + DAY)
        except ApiError as refusal:
            reason = f"refused: {refusal.type} {refusal.object}"
        else:
            return "prolong", str(prolonged.expires_on), prolonged, []
    if service.status == SUSPENDED:
        return "unpaid", reason, services.save(shop, replace(service, due_at=next_try)), []
    services.note(shop, service.id, SELLER, "suspend", reason)
    suspended = replace(service, status=SUSPENDED, substate=AUTO, due_at=next_try)
    return "suspend", reason, services.save(shop, suspended), []


def _prolong(shop: Shop, owner: Account, service: Service, months: int) -> Service:
    """Prolongs once, or changes nothing; a service being opened stays so (assumed)."""
    opening_on = service.status == PROCESSING
    active = replace(service, status=ACTIVE) if opening_on else service
    with shop.db.savepoint("prolongation"):
        prolonged = paid_changes.prolong(
            shop, owner, paid_changes.quote_prolongation(shop, owner, active, months), SELLER
        )
        if not opening_on:
            return prolonged
        opening = replace(prolonged, status=PROCESSING, substate=service.substate)
        return services.save(shop, opening)

"""Time that passes: what is due happens in order, each event at its own time.

Source: docs/trade.md section 12, design of worlds in docs/architecture.md. No scheduler: the
world's row says when it has to wake, and the first call after that moment wakes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, func, select

from emulator.domain import accounts, licenses, opening, services, terms
from emulator.domain.services import (
    ACTIVE,
    AUTO,
    KEEP_SUSPENDED,
    SUSPENDED,
    Service,
)
from emulator.domain.world import Shop
from emulator.errors import ApiError, NotEnoughMoney
from emulator.store import tables
from emulator.store.engine import Statement

BATCH = 200
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


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that fell due: when, which service, what, and a word more."""

    at: datetime
    service_id: int
    what: str
    detail: str = ""

    def told(self) -> dict[str, object]:
        """For JSON."""
        return {
            "at": self.at.isoformat(),
            "service": self.service_id,
            "what": self.what,
            "detail": self.detail,
        }


def is_due(shop: Shop) -> bool:
    """Whether something waits; two comparisons, whatever the size of the world."""
    world = shop.world
    if world.next_due_at is not None and world.next_due_at <= shop.now:
        return True
    return world.next_ready is not None and world.next_ready <= shop.machine.elapsed()


def catch_up(shop: Shop) -> list[Happening]:
    """One batch of what is due, in order; empty when nothing is left.

    Call it under the world's lock until it returns nothing. Each event sees the world's clock
    at its own time, so that one jump of a year does what 365 jumps of a day do.
    """
    happened = _keys(shop)
    again: tuple[datetime, int] | None = None
    for row in shop.db.rows(_DUE, now=shop.now):
        service = Service(*row)
        moment = service.due_at or shop.now
        if again is not None and (moment, service.id) > again:
            break  # what this batch itself made due comes first
        told, after = _fall_due(shop.at(moment), service)
        happened.append(told)
        if after.due_at is not None:
            next_time = (after.due_at, after.id)
            again = next_time if again is None else min(again, next_time)
    shop.sleep_until(shop.db.value(_NEXT_DUE), shop.db.value(_NEXT_READY))
    return happened


def _keys(shop: Shop) -> list[Happening]:
    arrived = []
    for row in shop.db.rows(_READY, elapsed=shop.machine.elapsed()):
        service = opening.finish_opening(shop, Service(*row))
        arrived.append(Happening(shop.now, service.id, "key"))
    return arrived


def _fall_due(shop: Shop, service: Service) -> tuple[Happening, Service]:
    """A term ended, or the thirty days after it; what happened, and the service afterwards."""
    end = services.midnight(service.expires_on) or shop.now
    over = end + KEEP_SUSPENDED
    if service.status == SUSPENDED and shop.now >= over:
        closed = licenses.close(shop, SELLER, service)
        return Happening(shop.now, service.id, "delete"), closed
    if service.status == ACTIVE:
        return _term_ended(shop, service, over)
    # Suspended by hand before its end, or still being opened: only the grace is left.
    kept = services.save(shop, replace(service, status=SUSPENDED, due_at=over))
    return Happening(shop.now, service.id, "expire"), kept


def _term_ended(shop: Shop, service: Service, over: datetime) -> tuple[Happening, Service]:
    owner = accounts.read(shop.db, service.account_id)
    reason = "not prolonged"
    if service.autoprolong is not None and owner is not None:
        try:
            with shop.db.savepoint("prolongation"):
                wanted = terms.quote(shop, owner, service, service.autoprolong)
                prolonged = terms.prolong(shop, owner, wanted, SELLER)
        except NotEnoughMoney as refusal:
            reason = f"not enough money: {refusal.params['amount']} {owner.currency}"
        except ApiError as refusal:
            reason = f"refused: {refusal.type} {refusal.object}"
        else:
            end = wanted.new_expires_on.isoformat()
            return Happening(shop.now, service.id, "prolong", end), prolonged
    services.note(shop, service.id, SELLER, "suspend", reason)
    suspended = replace(service, status=SUSPENDED, substate=AUTO, due_at=over)
    return Happening(shop.now, service.id, "suspend", reason), services.save(shop, suspended)

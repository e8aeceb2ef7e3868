"""Shows a service of a world, and sets its state without applying the rules of the trade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from emulator.domain.accounts import accounts
from emulator.domain.services import keys, opening, services
from emulator.domain.services.services import (
    ACTIVE,
    DELETED,
    KEEP_SUSPENDED,
    OPENING,
    PROCESSING,
    SUSPENDED,
    Service,
)
from emulator.domain.world import Shop, read
from emulator.results import ServiceInfo
from emulator.store.engine import Database
from emulator.texts import STATES
from emulator.worlds.worlds import Worlds

BY_HAND = "admin"
"""The user in the history of the service."""
PLAIN = ("licname", "ip", "remoteid", "remoteip", "autoprolong")
"""Fields that are stored unchanged."""


class NoServiceError(LookupError):
    """No service of that number in this world; the text is one line for people."""


def find(shop: Shop, number: int) -> Service:
    """A service, deleted ones too. Raises NoServiceError."""
    service = services.find(shop, number)
    if service is None:
        raise NoServiceError(f"there is no service {number} in this world")
    return service


def describe(db: Database, service: Service) -> ServiceInfo:
    """For JSON. Dates by the world's clock; ``due_at``: the instant of its next event."""
    owner = accounts.read(db, service.account_id)
    return {
        "id": service.id,
        "account": owner.login if owner else None,
        "type": service.type,
        "pricelist": service.tariff_id,
        "period": service.period,
        "autoprolong": service.autoprolong,
        "status": service.status,
        "substate": service.substate,
        "created": service.created_on.isoformat(),
        "expires": _iso(service.expires_on),
        "due_at": _iso(service.due_at),
        "licname": service.licname,
        "ip": service.ip,
        "remoteip": service.remoteip,
        "remoteid": service.remoteid,
        "lickey": service.lickey,
        "addons": dict(service.addons),
    }


def _iso(moment: date | None) -> str | None:
    return None if moment is None else moment.isoformat()


def show(worlds: Worlds, name: str, number: int) -> ServiceInfo:
    """One service of a world. Raises NoServiceError."""
    db = worlds.connect(name)
    with db.reading():
        return describe(db, find(worlds.shop(db, read(db)), number))


def change(worlds: Worlds, name: str, number: int, changes: Mapping[str, Any]) -> ServiceInfo:
    """Makes the changes (keys: schemas.ServiceChange) and returns the service.

    An end date in the past is acted on with the next call. Raises NoServiceError, ValueError for
    a sub-state that the status does not have.
    """
    with worlds.locked(name) as db, db.writing():
        shop = worlds.shop(db, read(db))
        service = find(shop, number)
        changed = replace(service, **{f: changes[f] for f in PLAIN if f in changes})
        if "expires" in changes:
            changed = replace(changed, expires_on=changes["expires"])
        if "status" in changes or "substate" in changes:
            changed = _in_state(changed, changes)
        if "lickey" in changes:
            changed = _with_key(shop, changed, changes["lickey"])
        elif changed.status == ACTIVE and service.substate == OPENING:
            # Activated in full: without a key a client would wait for ever.
            changed = opening.finish_opening(shop, changed)
        changed = replace(changed, due_at=_due_at(changed, shop.now))
        services.note(shop, number, BY_HAND, "edit", ", ".join(sorted(changes)))
        return describe(db, services.save(shop, changed))


def _in_state(service: Service, changes: Mapping[str, object]) -> Service:
    status = int(str(changes.get("status", service.status)))
    standard = OPENING if status == PROCESSING else ""
    substate = str(changes.get("substate", standard))
    _check_substate(status, substate)
    if status == PROCESSING:
        # Set by hand: only a further change ends it.
        return replace(service, status=status, substate=substate, key_ready=None, key_reads=None)
    return replace(service, status=status, substate=substate)


def _check_substate(status: int, substate: str) -> None:
    """Raises ValueError for a sub-state that no service has in this status."""
    possible = [state for state in STATES if state.startswith(f"{status}_")]
    if substate and substate not in possible:
        choice = ", ".join([*possible, "or empty"])
        msg = f"substate: {substate!r} is not a sub-state of status {status}: {choice}"
        raise ValueError(msg)


def _with_key(shop: Shop, service: Service, lickey: object) -> Service:
    """Issues a key: the next one in the series (True), or this one."""
    finished = service
    if service.status == PROCESSING:
        finished = opening.finish_opening(shop, service)
    elif lickey is True:
        key = keys.make_key(shop, service.id, service.key_number + 1)
        finished = replace(service, lickey=key, key_number=service.key_number + 1)
    return finished if lickey is True else replace(finished, lickey=str(lickey))


def _due_at(service: Service, now: datetime) -> datetime | None:
    due = services.due_after(service.status, service.expires_on)
    if due is None or service.status in (ACTIVE, DELETED):
        return due
    return due + KEEP_SUSPENDED if service.status == SUSPENDED and due <= now else due

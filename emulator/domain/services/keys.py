"""Keys of licenses: made, replaced, and withheld while a fault is planned.

Source: docs/trade.md section 6; docs/evidence.md 2 and 17; docs/faults.md (``no_key``).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sqlalchemy import bindparam, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.services import services
from emulator.domain.services.services import Service
from emulator.domain.world import Provisioning, Shop
from emulator.store import tables
from emulator.store.engine import Statement

NEVER = 10**12
"""Seconds until a withheld key arrives: longer than any key that is only late."""

V = tables.service.c
_SET_KEY = Statement(
    update(tables.service)
    .where(V.id == bindparam("which"))
    .values(lickey=bindparam("key"), key_number=bindparam("number"))
)
_HAND_OVER = Statement(
    update(tables.service).where(V.key_ready >= NEVER).values(key_ready=bindparam("ready"))
)


def make_key(shop: Shop, service_id: int, number: int) -> str:
    """The ``number``-th key of a license: its id, a dash, and characters derived from the seed.

    Observed: clients read the part before the first dash as the license's id.
    """
    source = f"{shop.world.seed}/{shop.world.made_from}/{service_id}/{number}"
    signs = hashlib.sha256(source.encode()).hexdigest()[:16].upper()
    return f"{service_id}-{signs[:8]}-{signs[8:]}"


def give_first_key(shop: Shop, service: Service) -> Service:
    """Gives a license its first key. Only the key is written; its row exists already."""
    key = make_key(shop, service.id, 1)
    shop.db.run(_SET_KEY, which=service.id, key=key, number=1)
    return replace(service, lickey=key, key_number=1)


def replace_key(shop: Shop, account: Account, service: Service) -> Service:
    """Replaces the key of a license; the old one is invalid from now on.

    Raises WrongState, also within the month after the last change, and RunningOperation.
    """
    services.require_settled(service)
    services.check_change_limit(shop, service, service.key_changed_on, "key_change_limit")
    number = service.key_number + 1
    key = make_key(shop, service.id, number)
    services.note(shop, service.id, account.login, "newkey")
    return services.save(
        shop, replace(service, lickey=key, key_number=number, key_changed_on=shop.today)
    )


def withhold(shop: Shop) -> Shop:
    """The same shop, except that services it opens get no key until :func:`hand_over`."""
    world = replace(shop.world, provisioning=Provisioning("seconds", NEVER))
    return Shop(shop.db, world, shop.now, shop.catalogue, shop.system_clock)


def delay_by_reads(shop: Shop, reads: int) -> Shop:
    """The same shop, except that what it opens is ready at the next look after ``reads`` looks."""
    world = replace(shop.world, provisioning=Provisioning("reads", reads))
    return Shop(shop.db, world, shop.now, shop.catalogue, shop.system_clock)


def hand_over(shop: Shop) -> None:
    """Lets withheld keys arrive with the next call."""
    elapsed = shop.system_clock.elapsed()
    if shop.db.run(_HAND_OVER, ready=elapsed):
        shop.ready_no_later_than(elapsed)

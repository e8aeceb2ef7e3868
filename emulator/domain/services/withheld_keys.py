"""Keys that never come, until whoever withholds them gives way (docs/faults.md)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import bindparam, update

from emulator.domain.world import Provisioning, Shop
from emulator.store import tables
from emulator.store.engine import Statement

NEVER = 10**12
"""Seconds. A key that waits so long is told by it from one that is merely late."""

S = tables.service.c
_HAND_OVER = Statement(
    update(tables.service).where(S.key_ready >= NEVER).values(key_ready=bindparam("ready"))
)


def withholding(shop: Shop) -> Shop:
    """The same shop, but what it opens waits for its key until :func:`hand_over`."""
    world = replace(shop.world, provisioning=Provisioning("seconds", NEVER))
    return Shop(shop.db, world, shop.now, shop.catalogue, shop.machine)


def hand_over(shop: Shop) -> None:
    """Keys that were withheld arrive with the next call."""
    elapsed = shop.machine.elapsed()
    if shop.db.run(_HAND_OVER, ready=elapsed):
        shop.ready_no_later_than(elapsed)

"""Executes due events and writes them to the journal.

A module of its own, since `domain` does not know the journal and the journal does not know it.
"""

from __future__ import annotations

import json

from emulator import journal
from emulator.domain import lifecycle
from emulator.domain.lifecycle import DueEvent
from emulator.domain.world import Shop


def catch_up(shop: Shop, bounds: journal.Bounds) -> list[DueEvent]:
    """Executes one batch of due events, each with a journal entry, in the caller's transaction."""
    happened = lifecycle.catch_up(shop)
    for event in happened:
        journal.write(shop.db, _entry(event, shop.system_clock.elapsed()), bounds)
    return happened


def _entry(event: DueEvent, elapsed: float) -> journal.Entry:
    params = {"service": str(event.service_id), "detail": event.detail}
    return journal.Entry(
        at=event.at,
        took_ms=0.0,
        login=event.login,
        address="",
        method="",
        path="",
        func=event.what,
        out="",
        error=None,
        params=json.dumps(params, ensure_ascii=False, separators=(",", ":")),
        answer="",
        kind=journal.EVENT,
        elapsed=elapsed,
    )

"""What falls due happens, and the journal tells it among the calls.

The trade knows no journal, and the journal no trade; whoever wakes a world comes here.
"""

from __future__ import annotations

import json

from emulator import journal
from emulator.domain import lifecycle
from emulator.domain.lifecycle import DueEvent
from emulator.domain.world import Shop


def catch_up(shop: Shop, bounds: journal.Bounds) -> list[DueEvent]:
    """One batch of what is due with a row of the journal for each, in the caller's transaction."""
    happened = lifecycle.catch_up(shop)
    for event in happened:
        journal.write(shop.db, _entry(event), bounds)
    return happened


def _entry(event: DueEvent) -> journal.Entry:
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
    )

"""Large worlds, quickly: licenses written straight into the table."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, insert, select, update

from emulator.clock import add_months
from emulator.domain import world
from emulator.domain.services import services
from emulator.store import tables
from emulator.store.engine import Statement
from emulator.worlds.worlds import Worlds

FUTURE = 300
"""Days over which licenses that are not due tomorrow end, none of them in the next two months."""

V = tables.service.c
_FIRST = Statement(select(*V).limit(1))
_ADD = Statement(
    insert(tables.service).values({c.name: bindparam(c.name) for c in V if c.name != "id"})
)
_WAKE = Statement(update(tables.world).values(next_due_at=bindparam("at")))


def grow(worlds: Worlds, name: str, size: int, *, due: int = 0, term: int = 1) -> None:
    """Adds licenses like the first one until there are ``size``.

    ``due`` of them end tomorrow. Each renews itself for ``term`` months.
    """
    with worlds.locked(name) as db, db.writing():
        row = db.row(_FIRST)
        if row is None:
            raise LookupError(name)
        today = world.read(db).clock.now(worlds.system_clock).date()
        tomorrow, later = today + timedelta(days=1), add_months(today, 2)
        like = dict(zip((c.name for c in V), row, strict=True))
        del like["id"]
        added = []
        for number in range(1, size):
            end = tomorrow if number <= due else later + timedelta(days=number % FUTURE)
            address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            dates = {"expires_on": end, "due_at": services.midnight(end)}
            added.append({**like, "autoprolong": term, "ip": address, **dates})
        db.many(_ADD, added)
        db.run(_WAKE, at=services.midnight(tomorrow))

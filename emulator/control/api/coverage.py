"""What of the declared API the calls of a world exercised, counted from its journal.

The journal is a ring: what it dropped is not counted, and the answer says how much that is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from emulator import journal
from emulator.api.registry import Registry
from emulator.journal import Entry
from emulator.openapi import Called, Coverage
from emulator.store import tables
from emulator.store.engine import Database, Statement
from emulator.worlds.worlds import Worlds

EVERY = "*"
"""In place of the name of a world: all worlds there are."""
PAGE = 200
"""Entries that are in memory at once."""

J = tables.journal.c
_OLDEST = Statement(select(func.min(J.id)))
_NEWEST = Statement(select(func.max(J.id)))


def told(worlds: Worlds, name: str, registry: Registry) -> dict[str, Any]:
    """The count for JSON; of the world ``name``, or of ``*``: all of them together.

    ``journal``: for each world how many calls it ``kept``, how many entries it ``dropped``, and
    whether it is ``off``, so that nothing was written down at all.
    """
    counted = Coverage(registry)
    journals = {}
    for world in worlds.names() if name == EVERY else [name]:
        db = worlds.connect(world)
        with db.reading():
            kept = _count(db, counted)
            journals[world] = {
                "kept": kept,
                "dropped": _dropped(db),
                "off": worlds.bounds.rows == 0,
            }
    return {"world": name, "journal": journals, **counted.told()}


def _count(db: Database, counted: Coverage) -> int:
    """Counts every call that is kept, from the eldest on; how many there were."""
    number, newest = (db.value(_OLDEST) or 0) - 1, db.value(_NEWEST) or 0
    calls = 0
    while number < newest:
        page = _page(db, number)
        for entry in page:
            counted.add(_called(entry))
        calls += len(page)
        number += PAGE
    return calls


def _page(db: Database, after: int) -> Sequence[Entry]:
    """The calls among the entries with the next numbers."""
    query = select(*(c for c in J if c.name != "total")).where(
        J.id > after, J.id <= after + PAGE, J.kind == journal.CALL
    )
    return [Entry(*(*row[1:], row[0])) for row in db.rows(Statement(query))]


def _dropped(db: Database) -> int:
    """Entries before the eldest that is kept: their numbers are given in turn, from one."""
    return max((db.value(_OLDEST) or 1) - 1, 0)


def _called(entry: Entry) -> Called:
    error = "" if entry.error is None else entry.error.partition("/")[0]
    params = json.loads(entry.params)
    return Called(entry.func, params, entry.out, error, entry.answer, entry.login or "")

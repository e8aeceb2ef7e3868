"""Which part of the declared API was exercised, counted from the journal of a world.

The journal drops its oldest entries; those are not counted, and the answer says how many they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import cast

from sqlalchemy import func, select

from emulator import journal
from emulator.api.registry import Registry
from emulator.faults import is_own_answer
from emulator.journal import Entry
from emulator.openapi import Called, Coverage
from emulator.results import CoverageInfo, CoveredJournal
from emulator.store import tables
from emulator.store.engine import Database, Statement
from emulator.worlds.worlds import Worlds

EVERY = "*"
"""In place of a world's name: all worlds."""
PAGE = 200
"""Entries in memory at a time."""

J = tables.journal.c
_OLDEST = Statement(select(func.min(J.id)))
_NEWEST = Statement(select(func.max(J.id)))


def measure(worlds: Worlds, name: str, registry: Registry) -> CoverageInfo:
    """The coverage of one world, or with ``*`` of all worlds together, for JSON.

    ``journal`` has for each world the calls it ``kept``, those with ``own_answers`` (which are not
    counted), the entries it ``dropped``, and whether it is ``off``. Raises NoWorld.
    """
    counted = Coverage(registry)
    journals: dict[str, CoveredJournal] = {}
    for world in _chosen(worlds, name):
        db = worlds.connect(world)
        with db.reading():
            recorded, own_answers = _count(db, counted)
            journals[world] = {
                "kept": recorded,
                "own_answers": own_answers,
                "dropped": _dropped(db),
                "off": worlds.bounds.rows == 0,
            }
    return cast("CoverageInfo", {"world": name, "journal": journals, **counted.as_dict()})


def _chosen(worlds: Worlds, name: str) -> list[str]:
    if name != EVERY:
        return [name]
    unreadable = worlds.unreadable()
    return [world for world in worlds.names() if world not in unreadable]


def _count(db: Database, counted: Coverage) -> tuple[int, int]:
    """Counts every call in the journal, oldest first, but none with an answer of the user's own.

    Returns how many there were of each.
    """
    number, newest = (db.value(_OLDEST) or 0) - 1, db.value(_NEWEST) or 0
    calls = own_answers = 0
    while number < newest:
        for entry in _page(db, number):
            if is_own_answer(entry.fault):
                own_answers += 1
            else:
                counted.add(_called(entry))
                calls += 1
        number += PAGE
    return calls, own_answers


def _page(db: Database, after: int) -> Sequence[Entry]:
    """The calls among the PAGE entries after this number."""
    query = select(*(c for c in J if c.name != "total")).where(
        J.id > after, J.id <= after + PAGE, J.kind == journal.CALL
    )
    return [Entry(*(*row[1:], row[0])) for row in db.rows(Statement(query))]


def _dropped(db: Database) -> int:
    """Entries older than the oldest one left: numbers are consecutive from 1."""
    return max((db.value(_OLDEST) or 1) - 1, 0)


def _called(entry: Entry) -> Called:
    error = "" if entry.error is None else entry.error.partition("/")[0]
    params = json.loads(entry.params)
    return Called(entry.func, params, entry.out, error, entry.answer, entry.login or "")

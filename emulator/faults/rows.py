"""The rows of planned faults: every worker counts the same calls, in the world's own database.

``world.faults_version`` is 0 while nothing is planned; then no request reads these rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Text, bindparam, delete, insert, select, type_coerce, update

from emulator.domain.world import Shop
from emulator.faults import held_answers
from emulator.faults.plan import Fault, FaultHit, NoFault, read
from emulator.store import tables
from emulator.store.engine import Database, Row, Statement

F = tables.fault.c
_ALL = Statement(
    select(F.id, type_coerce(F.rule, Text), F.matched, F.struck, F.state, F.created_at).order_by(
        F.id
    )
)
_ADD = Statement(
    insert(tables.fault).values(
        rule=bindparam("rule"), matched=0, struck=0, state={}, created_at=bindparam("at")
    )
)
_COUNTED = Statement(
    update(tables.fault)
    .where(F.id == bindparam("number"))
    .values(matched=bindparam("seen"), struck=bindparam("hits"), state=bindparam("new_state"))
)
_REMOVE = Statement(delete(tables.fault).where(F.id == bindparam("number")))
_CLEAR = Statement(delete(tables.fault))
_SOME = Statement(update(tables.world).values(faults_version=tables.world.c.faults_version + 1))
_NONE = Statement(update(tables.world).values(faults_version=0))


def planned(db: Database) -> list[Fault]:
    """All planned faults with their counts, oldest first."""
    return [_fault(row) for row in db.rows(_ALL)]


def _fault(row: Row) -> Fault:
    number, rule, matched, hit_count, _, created_at = row
    fault = _read(rule, number)
    return Fault(
        fault.id, fault.func, fault.account, fault.nth, fault.times, fault.chance, fault.seed,
        fault.when, fault.kind, matched, hit_count, created_at,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _read(rule: str, number: int) -> Fault:
    return read(json.loads(rule), number)


def add(db: Database, fault: Fault, at: datetime) -> Fault:
    """Plans a fault; returns it with its number."""
    number = db.insert(_ADD, rule=fault.rule(), at=at)
    db.run(_SOME)
    return next(fault for fault in planned(db) if fault.id == number)


def remove(shop: Shop, number: int) -> None:
    """Removes a planned fault and the answers it held. Raises NoFault."""
    removed = [fault for fault in planned(shop.db) if fault.id == number]
    if not removed:
        raise NoFault(f"there is no fault {number} in this world")
    shop.db.run(_REMOVE, number=number)
    held_answers.forget_stale(shop.db, number)
    remaining = planned(shop.db)
    if not remaining:
        shop.db.run(_NONE)
    _tell_kinds(shop, removed, remaining)


def clear(shop: Shop) -> int:
    """Removes all planned faults; returns how many there were."""
    removed = planned(shop.db)
    shop.db.run(_CLEAR)
    held_answers.forget_stale(shop.db)
    shop.db.run(_NONE)
    _tell_kinds(shop, removed, ())
    return len(removed)


def _tell_kinds(shop: Shop, removed: Iterable[Fault], remaining: Iterable[Fault]) -> None:
    left = [type(fault.kind) for fault in remaining]
    for kind in {type(fault.kind): None for fault in removed}:
        kind.removed(shop, left.count(kind))


def match_any(db: Database, func: str, login: str) -> bool:
    """Whether any fault counts such a call; writes nothing."""
    return any(_fault(row).matches(func, login) for row in db.rows(_ALL))


def count_call(
    db: Database, func: str, login: str, elapsed: float, agent: str = ""
) -> tuple[FaultHit, ...]:
    """Counts the call with every fault that matches it; returns the hits, oldest fault first.

    Call it under the world's lock: two workers never both have the third call.
    """
    hits: list[FaultHit] = []
    for row in db.rows(_ALL):
        fault, state = _fault(row), dict(row[4])
        if not fault.matches(func, login) or not fault.kind.stops(agent):
            continue
        number, hit_count = fault.matched + 1, fault.hit_count
        if fault.kind.counts(state, login, elapsed) and fault.hits(number, hit_count):
            hit_count += 1
            hits.append(FaultHit(fault.id, fault.when, fault.kind, hit_count))
        db.run(_COUNTED, number=fault.id, seen=number, hits=hit_count, new_state=state)
    return tuple(hits)

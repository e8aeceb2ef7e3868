"""The rows of planned faults: every worker counts the same calls, in the world's own database.

``world.faults_version`` is 0 while nothing is planned; then no request asks here at all.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, bindparam, delete, insert, select, type_coerce, update

from emulator.faults.kinds import RateLimit
from emulator.faults.plan import Fault, FaultHit, NoFault, read
from emulator.store import tables
from emulator.store.engine import Database, Row, Statement

STALE = "stale"
KEPT = 200
"""Answers that are held for long requests and stale lists; the oldest go."""

F = tables.fault.c
H = tables.held_answer.c
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
    .where(F.id == bindparam("wanted"))
    .values(matched=bindparam("seen"), struck=bindparam("hit"), state=bindparam("kept"))
)
_REMOVE = Statement(delete(tables.fault).where(F.id == bindparam("wanted")))
_CLEAR = Statement(delete(tables.fault))
_SOME = Statement(update(tables.world).values(faults_version=tables.world.c.faults_version + 1))
_NONE = Statement(update(tables.world).values(faults_version=0))
_HOLD = Statement(
    insert(tables.held_answer)
    .prefix_with("OR REPLACE", dialect="sqlite")
    .values({c.name: bindparam(c.name) for c in H})
)
_HELD = Statement(select(H.ready, H.content_type, H.body).where(H.token == bindparam("wanted")))
_OLD = Statement(
    delete(tables.held_answer).where(
        H.token.not_in(select(H.token).order_by(H.ready.desc()).limit(KEPT).scalar_subquery())
    )
)
_FORGET = Statement(delete(tables.held_answer).where(H.token.like(bindparam("like"))))


def planned(db: Database) -> list[Fault]:
    """All planned faults with their counts, oldest first."""
    return [_fault(row) for row in db.rows(_ALL)]


def _fault(row: Row) -> Fault:
    number, rule, matched, struck, _, created_at = row
    made = _read(rule, number)
    return Fault(
        made.id, made.func, made.account, made.nth, made.times, made.chance, made.seed,
        made.when, made.kind, matched, struck, created_at,
    )  # fmt: skip


@lru_cache(maxsize=256)
def _read(rule: str, number: int) -> Fault:
    return read(json.loads(rule), number)


def add(db: Database, fault: Fault, at: datetime) -> Fault:
    """Plans one; the same with its number."""
    number = db.insert(_ADD, rule=fault.rule(), at=at)
    db.run(_SOME)
    return next(one for one in planned(db) if one.id == number)


def remove(db: Database, number: int) -> None:
    """Takes one back, and the lists it held. Raises NoFault."""
    if not db.run(_REMOVE, wanted=number):
        raise NoFault(f"there is no fault {number} in this world")
    db.run(_FORGET, like=f"{stale_token(number, '')}%")
    if not planned(db):
        clear(db)


def clear(db: Database) -> int:
    """Takes all of them back; how many there were. No list is stale any more.

    Answers behind the links of long requests stay: whoever was given a link may still follow it.
    """
    gone = db.run(_CLEAR)
    db.run(_FORGET, like=f"{STALE}/%")
    db.run(_NONE)
    return gone


def matching(db: Database, func: str, login: str) -> bool:
    """Whether any fault looks at such a call at all; a read."""
    return any(_fault(row).looks_at(func, login) for row in db.rows(_ALL))


def strike(db: Database, func: str, login: str, elapsed: float) -> tuple[FaultHit, ...]:
    """Counts the call with every fault that looks at it; those that hit it, in their order.

    Under the world's lock: two workers never both have the third call.
    """
    hit: list[FaultHit] = []
    for row in db.rows(_ALL):
        fault, state = _fault(row), dict(row[4])
        if not fault.looks_at(func, login):
            continue
        number, struck = fault.matched + 1, fault.struck
        over = not isinstance(fault.kind, RateLimit) or _over(fault.kind, state, login, elapsed)
        if over and fault.hits(number, struck):
            struck += 1
            hit.append(FaultHit(fault.id, fault.when, fault.kind))
        db.run(_COUNTED, wanted=fault.id, seen=number, hit=struck, kept=state)
    return tuple(hit)


def _over(limit: RateLimit, state: dict[str, Any], login: str, elapsed: float) -> bool:
    """Whether this call is one too many in its login's window, which begins with its first call."""
    start, calls = state.get(login, (elapsed, 0))
    if elapsed - start >= limit.seconds:
        start, calls = elapsed, 0
    for other in [who for who, (begun, _) in state.items() if elapsed - begun >= limit.seconds]:
        del state[other]  # anybody can try any login; what is over is not kept
    state[login] = (start, calls + 1)
    return bool(calls >= limit.calls)


def stale_token(number: int, digest: str) -> str:
    """Under which a fault holds what a list was: ``digest`` tells who asked for what."""
    return f"{STALE}/{number}/{digest}"


def hold(db: Database, token: str, ready: float, content_type: str, body: bytes) -> None:
    """Keeps an answer for later; the oldest of too many go."""
    db.run(_HOLD, token=token, ready=ready, content_type=content_type, body=body)
    db.run(_OLD)


def held(db: Database, token: str) -> tuple[float, str, bytes] | None:
    """When a held answer is ready (elapsed), its content type and its body."""
    row = db.row(_HELD, wanted=token)
    return None if row is None else (row[0], row[1], row[2])

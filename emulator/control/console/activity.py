"""Who calls a world: the latest calls of the journal by program, address and login."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, select

from emulator.journal import CALL
from emulator.store import tables
from emulator.store.engine import Database, Statement

LATEST_CALLS = 500
"""How many calls are counted. Not minutes: where the clock stands, all calls are of one minute."""
J = tables.journal.c
_LATEST = (
    select(J.id, J.at, J.login, J.address, J.agent, J.func, J.error)
    .where(J.kind == CALL)
    .order_by(J.id.desc())
    .limit(bindparam("most"))
    .subquery()
)
L = _LATEST.c
_CALLERS = Statement(
    select(
        L.login,
        L.address,
        L.agent,
        L.func,
        func.count().label("calls"),
        func.count(L.error).label("errors"),
        func.max(L.at).label("at"),
    )
    .group_by(L.login, L.address, L.agent, L.func)
    .order_by(func.max(L.id).desc())
)


@dataclass(slots=True)
class Activity:
    """What one client did: a program at an address with a login; its calls by function.

    ``agent``: the program, as its header ``User-Agent`` says; empty where it sends none.
    """

    login: str
    address: str
    agent: str
    last_at: datetime
    errors: int = 0
    functions: Counter[str] = field(default_factory=Counter)


def list_callers(db: Database, most: int = LATEST_CALLS) -> list[Activity]:
    """The clients of the latest calls, who called last first."""
    callers: dict[tuple[str, str, str], Activity] = {}
    for login, address, agent, called, calls, errors, at in db.rows(_CALLERS, most=most):
        client = (login or "", address, agent)
        who = callers.setdefault(client, Activity(*client, at))
        who.functions[called] += calls
        who.errors += errors
        who.last_at = max(who.last_at, at)
    return list(callers.values())

"""Answers that a fault holds in the world for later: long requests, outdated lists."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column

STALE = "stale"
MOST = 200
"""Answers held in one world; the oldest are deleted first."""

H = tables.held_answer.c
_NEW = upsert(tables.held_answer).values(every_column(tables.held_answer))
_HOLD = Statement(
    _NEW.on_conflict_do_update(
        index_elements=["token"],
        set_={name: _NEW.excluded[name] for name in ("ready", "content_type", "body")},
    )
)
_FIND = Statement(select(H.ready, H.content_type, H.body).where(H.token == bindparam("key")))
_DELETE_OLD = Statement(
    delete(tables.held_answer).where(
        H.token.not_in(select(H.token).order_by(H.ready.desc()).limit(MOST).scalar_subquery())
    )
)
_DELETE_LIKE = Statement(delete(tables.held_answer).where(H.token.like(bindparam("pattern"))))


@dataclass(frozen=True, slots=True)
class HeldAnswer:
    """``ready``: elapsed seconds (see ``SystemClock.elapsed``) from which on it is delivered."""

    ready: float
    content_type: str
    body: bytes


def stale_token(fault: int, digest: str) -> str:
    """The key under which a fault holds an outdated list; ``digest``: who asked for what."""
    return f"{STALE}/{fault}/{digest}"


def hold(db: Database, token: str, ready: float, content_type: str, body: bytes) -> None:
    """Stores an answer, replacing the one of the same token; deletes the oldest beyond MOST."""
    db.run(_HOLD, token=token, ready=ready, content_type=content_type, body=body)
    db.run(_DELETE_OLD)


def find(db: Database, token: str) -> HeldAnswer | None:
    """The answer held under this token, or None."""
    row = db.row(_FIND, key=token)
    return None if row is None else HeldAnswer(*row)


def forget_stale(db: Database, fault: int | None = None) -> None:
    """Deletes the outdated lists of one fault, or of all.

    Answers behind the links of long requests stay: a client may still follow its link.
    """
    db.run(_DELETE_LIKE, pattern=f"{STALE}/%" if fault is None else f"{stale_token(fault, '')}%")

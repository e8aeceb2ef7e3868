"""Saved filters: what a login's lists show until it resets them.

Source: docs/wire.md section 4.1, docs/evidence.md 140. They are rows of the login, so every session
and every call with ``authinfo`` finds them.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column

F = tables.saved_filter.c
_FIND = Statement(
    select(F.fields).where(F.login == bindparam("who"), F.func == bindparam("listed"))
)
_SAVE = Statement(
    upsert(tables.saved_filter)
    .values(every_column(tables.saved_filter))
    .on_conflict_do_update(index_elements=[F.login, F.func], set_={"fields": bindparam("fields")})
)
_CLEAR = Statement(
    delete(tables.saved_filter).where(F.login == bindparam("who"), F.func == bindparam("listed"))
)

_FORGET = Statement(delete(tables.saved_filter).where(F.login == bindparam("who")))


def find(db: Database, login: str, listed: str) -> Mapping[str, str]:
    """The filter that a login has saved for a list, by parameter; empty if none."""
    row = db.row(_FIND, who=login, listed=listed)
    return {} if row is None else row[0]


def save(db: Database, login: str, listed: str, fields: Mapping[str, str]) -> None:
    """Replaces the filter of a login for a list; an empty one is deleted."""
    if fields:
        db.run(_SAVE, login=login, func=listed, fields=dict(fields))
    else:
        db.run(_CLEAR, who=login, listed=listed)


def forget(db: Database, login: str) -> None:
    """Deletes every filter of a login."""
    db.run(_FORGET, who=login)

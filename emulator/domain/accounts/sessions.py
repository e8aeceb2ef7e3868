"""Sessions, one-time keys and the lock after failed logins: all of them rows.

Source: docs/wire.md section 2; docs/evidence.md 2 and 5. All times here are elapsed real
seconds (see emulator.clock).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from emulator.domain.accounts import accounts
from emulator.domain.accounts.accounts import Account
from emulator.domain.accounts.logins import Login
from emulator.domain.world import COLUMNS, WorldRow, from_row, last_number, secret_token
from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column

IDLE = 3600.0
"""Documented: about one hour after the last request."""
TOUCH = 60.0
"""A session's last use is written at most once a minute: a read need not write it."""
LOCK_SECONDS = 20.0
"""Observed: the login is locked for twenty seconds."""
FAILURES_ALLOWED = 5
"""How many failures it takes is unknown; assumed."""
FAILURES_FORGOTTEN = 300.0
KEY_LIFE = 300.0
"""How long a one-time key waits to be used is unknown; assumed."""
KEY_SHORTEST = 16
"""Documented: a key has at least sixteen characters."""
PREFIX_LENGTH = 6
ID_LENGTH = 24


@dataclass(frozen=True, slots=True)
class Session:
    """One session. ``pending_totp``: its second factor has not been confirmed yet."""

    id: str
    account_id: int
    used: float
    address: str
    pending_totp: bool
    filters: Mapping[str, Mapping[str, str]]
    login_id: int | None = None
    """The further login that opened it; None: the account's own."""


def prefix_of(world_name: str) -> str:
    """The prefix of all session ids of a world: later calls send nothing but the id."""
    return hashlib.sha256(world_name.encode()).hexdigest()[:PREFIX_LENGTH]


S = tables.session.c
_FIND = Statement(
    select(*COLUMNS, *S, *tables.account.c)
    .select_from(
        tables.world.outerjoin(tables.session, S.id == bindparam("which")).outerjoin(
            tables.account, tables.account.c.id == S.account_id
        )
    )
    .limit(1)
)
_OPEN = Statement(insert(tables.session).values(every_column(tables.session)))
_TOUCH = Statement(
    update(tables.session).where(S.id == bindparam("which")).values(used=bindparam("at"))
)
_FILTER = Statement(
    update(tables.session).where(S.id == bindparam("which")).values(filters=bindparam("set_to"))
)
_CLOSE = Statement(delete(tables.session).where(S.id == bindparam("which")))
_SWEEP = Statement(delete(tables.session).where(S.used < bindparam("before")))

K = tables.session_key.c
_KEY_ADD = Statement(
    upsert(tables.session_key)
    .values(digest=bindparam("digest"), account_id=bindparam("owner"), made=bindparam("at"))
    .on_conflict_do_nothing()
)
_KEY_FIND = Statement(
    select(K.made).where(K.digest == bindparam("which"), K.account_id == bindparam("owner"))
)
_KEY_DROP = Statement(delete(tables.session_key).where(K.digest == bindparam("which")))
_KEY_SWEEP = Statement(delete(tables.session_key).where(K.made < bindparam("before")))

_LOG = Statement(insert(tables.login_log).values(every_column(tables.login_log, "id")))

F = tables.login_failure.c
_FAILURE = Statement(
    select(F.count, F.last, F.locked_until).where(
        F.login == bindparam("who"), F.address == bindparam("where_from")
    )
)
_EXISTS = Statement(select(S.id).where(S.id == bindparam("which")))
_FAILED = Statement(
    upsert(tables.login_failure)
    .values(every_column(tables.login_failure))
    .on_conflict_do_update(
        index_elements=[F.login, F.address],
        set_={name: bindparam(name) for name in ("count", "last", "locked_until")},
    )
)
_FORGIVE = Statement(
    delete(tables.login_failure).where(
        F.login == bindparam("who"), F.address == bindparam("where_from")
    )
)
_FAILURES_SWEEP = Statement(delete(tables.login_failure).where(F.last < bindparam("before")))


def find(db: Database, session_id: str) -> tuple[WorldRow, Session | None, Account | None]:
    """The world's row, the session and its account, expired or not; one query.

    Raises LookupError where the database holds no world.
    """
    row: tuple[Any, ...] | None = db.row(_FIND, which=session_id)
    if row is None:
        msg = f"{db.path} holds no world"
        raise LookupError(msg)
    first, second = len(COLUMNS), len(COLUMNS) + len(S)
    world = from_row(row)
    if row[first] is None:
        return world, None, None
    return world, Session(*row[first:second]), accounts.account_from(row[second:])


def open_new(
    db: Database, world: WorldRow, login: Login, address: str, at: float, *, pending: bool
) -> str:
    """Opens a session and returns its id; deletes expired ones."""
    db.run(_SWEEP, before=at - IDLE)
    session_id = _new_id(db, world, "pending" if pending else "open")
    db.run(
        _OPEN,
        id=session_id,
        account_id=login.account_id,
        login_id=None if login.is_own else login.id,
        used=at,
        address=address,
        pending_totp=pending,
        filters={},
    )
    return session_id


def _new_id(db: Database, world: WorldRow, state: str) -> str:
    """An id that no session has, nor had, except a temporary one or one of the console."""
    number, attempt = last_number(db, tables.login_log.name), 0
    while True:
        purpose = f"session/{state}/{number}/{attempt}"
        token = secret_token(world, purpose, ID_LENGTH - PREFIX_LENGTH)
        session_id = prefix_of(world.name) + token
        if db.value(_EXISTS, which=session_id) is None:
            return session_id
        attempt += 1


def touch(db: Database, session_id: str, at: float) -> None:
    """Stores when the session was last used."""
    db.run(_TOUCH, which=session_id, at=at)


def close(db: Database, session_id: str) -> None:
    """Deletes the session."""
    db.run(_CLOSE, which=session_id)


def save_filter(db: Database, session: Session, func: str, chosen: Mapping[str, str]) -> None:
    """Stores what ``X.filter`` filters by for the rest of the session; an empty one is deleted."""
    filters = {name: dict(fields) for name, fields in session.filters.items() if name != func}
    if chosen:
        filters[func] = dict(chosen)
    db.run(_FILTER, which=session.id, set_to=filters)


def _digest(login: str, key: str) -> str:
    return hashlib.sha256(f"{login}\0{key}".encode("utf-8", "replace")).hexdigest()


def add_key(db: Database, login: Login, key: str, at: float) -> None:
    """Stores a one-time key (``session.newkey``), as a digest."""
    db.run(_KEY_SWEEP, before=at - KEY_LIFE)
    db.run(_KEY_ADD, digest=_digest(login.name, key), owner=login.account_id, at=at)


def use_key(db: Database, login: Login, key: str, at: float) -> bool:
    """Whether the key was stored and is still valid; deletes it."""
    digest = _digest(login.name, key)
    made = db.value(_KEY_FIND, which=digest, owner=login.account_id)
    if made is None:
        return False
    db.run(_KEY_DROP, which=digest)
    return bool(at - made <= KEY_LIFE)


def record_failure(db: Database, login: str, address: str, at: float) -> None:
    """Counts a failed login; the fifth in five minutes locks it for twenty seconds."""
    db.run(_FAILURES_SWEEP, before=at - FAILURES_FORGOTTEN)
    row = db.row(_FAILURE, who=login, where_from=address)
    count = 1 if row is None else row[0] + 1
    lock = count >= FAILURES_ALLOWED
    db.run(
        _FAILED,
        login=login,
        address=address,
        count=0 if lock else count,
        last=at,
        locked_until=at + LOCK_SECONDS if lock else 0.0,
    )


def clear_failures(db: Database, login: str, address: str) -> None:
    """Deletes the failed logins after a successful one."""
    db.run(_FORGIVE, who=login, where_from=address)


def confirm(db: Database, world: WorldRow, old: Session, login: Login, at: float) -> str:
    """Replaces the session after its second factor was confirmed; returns the new id."""
    close(db, old.id)
    return open_new(db, world, login, old.address, at, pending=False)


def log_login(db: Database, login: Login, address: str, at: datetime) -> None:
    """Writes down who opened a session and from where."""
    db.run(_LOG, account_id=login.account_id, at=at, name=login.name, address=address)

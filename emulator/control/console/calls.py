"""Calls that the console makes itself, as a login of the world that is shown."""

from __future__ import annotations

from collections.abc import Mapping

from emulator.api.reply import Reply
from emulator.control.console.frame import Frame, Visit
from emulator.domain.accounts import accounts, logins, sessions
from emulator.names import require
from emulator.store.engine import Database

CREDENTIALS = frozenset({"auth", "authinfo"})


def list_names(db: Database, most: int) -> list[str]:
    """Names of the first accounts and of their further logins, but the suspended ones."""
    return [
        login.name
        for account in accounts.list_accounts(db)[:most]
        for login in logins.list_logins(db, account.id)
        if not login.suspended
    ]


def call_as(frame: Frame, visit: Visit, login: str, params: Mapping[str, str]) -> Reply:
    """Makes a call in the world of the visit; an empty ``login`` makes it without one.

    It goes the way of every call: faults hit it, and the journal has it. A session is opened for
    it, and closed afterwards. Raises ValueError for a login that does not exist or is suspended.
    """
    address = visit.http.remote_addr or ""
    sent = {name: text for name, text in params.items() if name not in CREDENTIALS}
    if not login:
        return frame.send(visit.world, sent, address).in_memory()
    session_id = _open_session(frame, visit.world, login, address)
    try:
        return frame.send(visit.world, {"auth": session_id, **sent}, address).in_memory()
    finally:
        with frame.worlds.locked(visit.world) as db, db.writing():
            sessions.close(db, session_id)


def _open_session(frame: Frame, world: str, name: str, address: str) -> str:
    worlds = frame.worlds
    with worlds.locked(world) as db, db.writing():
        record = logins.login_record(db, name, address)
        if record.login is None:
            known_names = [account.login for account in accounts.list_accounts(db)]
            require("login", name, known_names)
            raise ValueError(f'"{name}" is no login')
        if record.login.suspended:
            raise ValueError(f'the login "{name}" is suspended')
        elapsed = worlds.system_clock.elapsed()
        return sessions.open_new(db, record.world, record.login, address, elapsed, pending=False)

"""Calls that the console makes itself, as a login of the world that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulator import journal
from emulator.api.reply import Reply
from emulator.control.console.frame import Frame, Visit
from emulator.domain.accounts import accounts, logins, sessions
from emulator.names import require
from emulator.store.engine import Database

MOST_AFTER = 1_000
"""Among how many newer entries that of a call is searched."""
CREDENTIALS = frozenset({"auth", "authinfo"})


def list_names(db: Database, most: int) -> list[str]:
    """Names of the first accounts and of their further logins, but the suspended ones."""
    return [
        login.name
        for account in accounts.list_accounts(db)[:most]
        for login in logins.list_logins(db, account.id)
        if not login.suspended
    ]


@dataclass(frozen=True, slots=True)
class CallResult:
    """What came of a call: its entry in the journal, None where none is written.

    ``is_broken``: a fault sent nothing of the answer, or only its beginning. The answer itself is
    shown from the entry, where its secrets are masked.
    """

    entry: journal.Entry | None
    is_broken: bool


def call_as(frame: Frame, visit: Visit, login: str, params: Mapping[str, str]) -> CallResult:
    """Makes a call in the world of the visit; an empty ``login`` makes it without one.

    It goes the way of every call: faults hit it, and the journal has it. A session is opened for
    it, and closed afterwards. Raises ValueError for a login that does not exist or is suspended.
    """
    address = visit.http.remote_addr or ""
    sent = {name: text for name, text in params.items() if name not in CREDENTIALS}
    newest = journal.newest(frame.worlds.connect(visit.world))
    if not login:
        return _result(frame, visit, newest, sent, frame.send(visit.world, sent, address))
    session_id = _open_session(frame, visit.world, login, address)
    sent = {"auth": session_id, **sent}
    try:
        return _result(frame, visit, newest, sent, frame.send(visit.world, sent, address))
    finally:
        with frame.worlds.locked(visit.world) as db, db.writing():
            sessions.close(db, session_id)


def _result(
    frame: Frame, visit: Visit, newest: int, sent: Mapping[str, str], reply: Reply
) -> CallResult:
    if reply.file is not None:
        reply.file.close()
    db = frame.worlds.connect(visit.world)
    after = journal.find(db, func=sent.get("func", ""), after=newest, limit=MOST_AFTER)
    return CallResult(after[-1] if after else None, reply.dropped or reply.cut_at is not None)


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

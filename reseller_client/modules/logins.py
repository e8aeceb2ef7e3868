"""Logins of a reseller's endpoint: a password with each call, or a session; and locks.

Everything is a row, timed by the clock that the shop was given, so that several processes agree and
a restart forgets nothing. Source: docs/wire.md section 2 (`authinfo`, `auth`, an hour of idleness,
twenty seconds of lock); how many failures lock a login is assumed there too.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from sqlalchemy import delete, select, update

from reseller_client.modules.passwords import PasswordCache, hash_password
from reseller_client.modules.refusals import ShopRefusal
from reseller_client.modules.store import BUYERS, FAILURES, SESSIONS
from reseller_client.modules.wire import make_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from reseller_client.modules.store import Buyer, ModuleStore

IDLE: Final = 3600.0
"""Seconds without a call after which a session ends (documented: one hour)."""
LOCK: Final = 20.0
"""Seconds for which a login is locked after too many failures (observed)."""
MOST_FAILURES: Final = 5
"""Wrong passwords, each within `FORGOTTEN` seconds of the last, that lock a login (assumed)."""
FORGOTTEN: Final = 300.0
UNKNOWN_LOGINS: Final = 1024
"""Most rows for logins that do not exist; several share one, so made-up logins fill no disk."""


class Logins:
    """The customers' logins and sessions of one shop."""

    def __init__(self, store: ModuleStore, now: Callable[[], datetime]) -> None:
        """Keep the store and the clock."""
        self._store = store
        self._now = now
        self._passwords = PasswordCache()
        self._decoy = hash_password(secrets.token_hex(8))

    def identify(self, params: Mapping[str, str]) -> Buyer | None:
        """Return the customer whose login or session was sent; None where neither was sent.

        Raises ShopRefusal for a wrong or locked login and for a session that has ended.
        """
        login, colon, password = params.get("authinfo", "").partition(":")
        if colon or login:
            return self._authenticate(login, password)
        if "auth" not in params:
            return None
        at = self._now().timestamp()
        session = SESSIONS.c.digest == _digest(params["auth"])
        # A session is bound to the password it was opened with: changing the password ends it.
        same_password = (BUYERS.c.id == SESSIONS.c.buyer) & (BUYERS.c.secret == SESSIONS.c.secret)
        rows = self._store.rows(
            select(SESSIONS.c.buyer, SESSIONS.c.used_at).join(BUYERS, same_password).where(session)
        )
        if not rows or at - rows[0][1] >= IDLE:
            raise ShopRefusal("access", "", params.get("func", ""), "Access denied")
        self._store.run(update(SESSIONS).where(session).values(used_at=at))
        return self._store.buyer(rows[0][0])

    def _authenticate(self, login: str, password: str) -> Buyer:
        """Return the customer of a login. A locked login is refused whatever the password."""
        buyer = self._store.buyer_named(login)
        who = f"buyer {buyer.id}" if buyer else f"stranger {_bucket(login)}"
        at = self._now().timestamp()
        row = FAILURES.c.who == who
        failures = self._store.rows(select(FAILURES.c.locked_until).where(row))
        if failures and at < failures[0][0] <= at + LOCK:
            raise ShopRefusal("auth", "blocklogon", "", "Too many wrong passwords; wait a while")
        # A login that does not exist takes as long to refuse as a wrong password.
        matches = self._passwords.check(password, self._decoy if buyer is None else buyer.secret)
        if buyer is None or not matches:
            self._count_failure(who, at)
            raise ShopRefusal("auth", "badpassword", "", "Wrong login or password")
        if failures:
            self._store.run(delete(FAILURES).where(row))
        return buyer

    def _count_failure(self, who: str, at: float) -> None:
        """Count a wrong password; the fifth in a row locks the login and restarts the count."""
        with self._store.writing():
            recent = (FAILURES.c.who == who, FAILURES.c.last > at - FORGOTTEN)
            rows = self._store.rows(select(FAILURES.c.count).where(*recent))
            count = 1 + (rows[0][0] if rows else 0)
            locks = count >= MOST_FAILURES
            values = {"who": who, "count": 0 if locks else count, "last": at}
            self._store.put(FAILURES, {**values, "locked_until": at + LOCK if locks else 0.0})

    def log_in(self, params: Mapping[str, str]) -> ET.Element:
        """Open a session and return its document. Raises ShopRefusal for a wrong login."""
        login, _, password = params.get("authinfo", "").partition(":")
        buyer = self._authenticate(params.get("username", login), params.get("password", password))
        session = secrets.token_hex(16)
        at = self._now().timestamp()
        values = {"digest": _digest(session), "buyer": buyer.id, "secret": buyer.secret}
        self._store.add(SESSIONS, {**values, "used_at": at})
        self._store.run(delete(SESSIONS).where(SESSIONS.c.used_at < at - IDLE))
        doc = make_document()
        ET.SubElement(doc, "auth", {"id": session}).text = session
        return doc

    def log_off(self, params: Mapping[str, str]) -> ET.Element:
        """End a session, if there is one of that id."""
        self._store.run(
            delete(SESSIONS).where(SESSIONS.c.digest == _digest(params.get("auth", "")))
        )
        return make_document({"ok": ""})


def _digest(session: str) -> str:
    """Return what is stored of a session id: a reader of the database cannot use it."""
    return hashlib.sha256(session.encode()).hexdigest()


def _bucket(login: str) -> int:
    return int(_digest(login)[:8], 16) % UNKNOWN_LOGINS

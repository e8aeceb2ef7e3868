"""Who asks the reseller's endpoint: a login with each call, or a session; and who is locked out.

Everything is a row, and counted by the moment the shop is given: several processes agree, and a
machine that starts anew forgets nothing. Source: docs/wire.md section 2 (``authinfo``, ``auth``, an
hour of idleness, twenty seconds of lock); how many failures lock is assumed there too.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from reseller_client.modules.passwords import PasswordCache, hashed
from reseller_client.modules.refusals import ShopRefusal
from reseller_client.modules.wire import document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from reseller_client.modules.store import Buyer, ModuleStore

IDLE: Final = 3600.0
"""Seconds after which a session that nobody uses is over (documented: one hour)."""
LOCK: Final = 20.0
"""Seconds for which a login is locked after too many failures (observed)."""
FAILURES: Final = 5
"""So many wrong passwords, each within `FORGOTTEN` seconds of the last, lock a login (assumed)."""
FORGOTTEN: Final = 300.0
STRANGERS: Final = 1024
"""Rows at most for logins that nobody has; several share one, so inventing logins fills no disk."""


class Logins:
    """The customers' logins and sessions of one shop."""

    def __init__(self, store: ModuleStore, now: Callable[[], datetime]) -> None:
        """Keep the rows and the clock."""
        self._store = store
        self._now = now
        self._verified = PasswordCache()
        self._nobodys = hashed(secrets.token_hex(8))

    def who(self, params: Mapping[str, str]) -> Buyer | None:
        """The customer of a login or a session that was sent; None where neither was.

        Raises ShopRefusal for a wrong or locked login and a session that is over.
        """
        login, colon, password = params.get("authinfo", "").partition(":")
        if colon or login:
            return self._checked(login, password)
        if "auth" not in params:
            return None
        at = self._now().timestamp()
        # A session lives with the password it was opened by: another one ends it.
        found = self._store.rows(
            "SELECT buyer, used_at FROM module_session JOIN module_buyer"
            " ON module_buyer.id = buyer AND module_buyer.secret = module_session.secret"
            " WHERE digest = ?",
            _digest(params["auth"]),
        )
        if not found or at - found[0][1] >= IDLE:
            raise ShopRefusal("access", "", params.get("func", ""), "Access denied")
        self._store.run(
            "UPDATE module_session SET used_at = ? WHERE digest = ?", at, _digest(params["auth"])
        )
        return self._store.buyer("id", found[0][0])

    def _checked(self, login: str, password: str) -> Buyer:
        """The customer of a login. One that is locked is refused whatever the password."""
        buyer = self._store.buyer("login", login)
        who = f"buyer {buyer.id}" if buyer else f"stranger {_bucket(login)}"
        at = self._now().timestamp()
        failed = self._store.rows("SELECT locked_until FROM module_failure WHERE who = ?", who)
        if failed and at < failed[0][0] <= at + LOCK:
            raise ShopRefusal("auth", "blocklogon", "", "Too many wrong passwords; wait a while")
        # A login nobody has takes as long as a wrong password.
        right = self._verified.fits(password, self._nobodys if buyer is None else buyer.secret)
        if buyer is None or not right:
            self._count(who, at)
            raise ShopRefusal("auth", "badpassword", "", "Wrong login or password")
        if failed:
            self._store.run("DELETE FROM module_failure WHERE who = ?", who)
        return buyer

    def _count(self, who: str, at: float) -> None:
        """Count a wrong password; the fifth in a row locks the login, and counting begins anew."""
        with self._store.writing():
            found = self._store.rows(
                "SELECT count FROM module_failure WHERE who = ? AND last > ?", who, at - FORGOTTEN
            )
            count = 1 + (found[0][0] if found else 0)
            locks = count >= FAILURES
            self._store.run(
                "INSERT OR REPLACE INTO module_failure VALUES (?, ?, ?, ?)",
                who, 0 if locks else count, at, at + LOCK if locks else 0.0,
            )  # fmt: skip

    def log_in(self, params: Mapping[str, str]) -> ET.Element:
        """Open a session. Raises ShopRefusal."""
        login, _, password = params.get("authinfo", "").partition(":")
        buyer = self._checked(params.get("username", login), params.get("password", password))
        session = secrets.token_hex(16)
        at = self._now().timestamp()
        self._store.run(
            "INSERT INTO module_session VALUES (?, ?, ?, ?)",
            _digest(session), buyer.id, buyer.secret, at,
        )  # fmt: skip
        self._store.run("DELETE FROM module_session WHERE used_at < ?", at - IDLE)
        doc = document()
        ET.SubElement(doc, "auth", {"id": session}).text = session
        return doc

    def log_off(self, params: Mapping[str, str]) -> ET.Element:
        """End a session, if it is one."""
        self._store.run(
            "DELETE FROM module_session WHERE digest = ?", _digest(params.get("auth", ""))
        )
        return document({"ok": ""})


def _digest(session: str) -> str:
    """What is kept of a session: who reads the database cannot use it."""
    return hashlib.sha256(session.encode()).hexdigest()


def _bucket(login: str) -> int:
    return int(_digest(login)[:8], 16) % STRANGERS

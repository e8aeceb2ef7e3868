"""Who asks the reseller's endpoint: a login with each call, or a session.

Source: docs/wire.md section 2 (``authinfo``, ``auth``, an hour of idleness).
"""

from __future__ import annotations

import hashlib
import secrets
from time import monotonic
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from reseller_client.module_shop import ShopRefusal
from reseller_client.module_wire import document
from reseller_client.passwords import Verified, hashed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reseller_client.module_shop_store import Buyer, ModuleStore

IDLE: Final = 3600.0
"""Seconds after which a session that nobody uses is over (documented: one hour)."""


class Logins:
    """The customers' logins and sessions of one shop."""

    def __init__(self, store: ModuleStore) -> None:
        """Keep the rows."""
        self._store = store
        self._verified = Verified()
        self._nobodys = hashed(secrets.token_hex(8))

    def who(self, params: Mapping[str, str]) -> Buyer | None:
        """The customer of a login or a session that was sent; None where neither was.

        Raises ShopRefusal for a wrong login and a session that is over.
        """
        login, colon, password = params.get("authinfo", "").partition(":")
        if colon or login:
            return self._checked(login, password)
        if "auth" not in params:
            return None
        found = self._store.rows(
            "SELECT buyer, used_at FROM module_session WHERE digest = ?", _digest(params["auth"])
        )
        now = monotonic()
        if not found or not 0 <= now - found[0][1] < IDLE:
            raise ShopRefusal("access", "", params.get("func", ""), "Access denied")
        self._store.run(
            "UPDATE module_session SET used_at = ? WHERE digest = ?", now, _digest(params["auth"])
        )
        return self._store.buyer("id", found[0][0])

    def _checked(self, login: str, password: str) -> Buyer:
        buyer = self._store.buyer("login", login)
        # A login nobody has takes as long as a wrong password.
        right = self._verified.fits(password, self._nobodys if buyer is None else buyer.secret)
        if buyer is None or not right:
            raise ShopRefusal("auth", "badpassword", "", "Wrong login or password")
        return buyer

    def log_in(self, params: Mapping[str, str]) -> ET.Element:
        """Open a session. Raises ShopRefusal."""
        login, _, password = params.get("authinfo", "").partition(":")
        buyer = self._checked(params.get("username", login), params.get("password", password))
        session = secrets.token_hex(16)
        self._store.run(
            "INSERT INTO module_session VALUES (?, ?, ?)", _digest(session), buyer.id, monotonic()
        )
        self._store.run("DELETE FROM module_session WHERE used_at < ?", monotonic() - IDLE)
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

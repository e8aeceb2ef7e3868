"""Sessions: logging in, keeping the session alive, logging out.

Source: docs/wire.md sections 2.2, 2.3 and 2.5.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from reseller_client.errors import NotUnderstood
from reseller_client.transport.document import Answer
from reseller_client.transport.values import Field

if TYPE_CHECKING:
    from reseller_client.transport.call import Caller

_OpenCall = Callable[[str, Mapping[str, Field]], Answer]


class Identity:
    """The credentials of the client: login and password, or the session opened with them."""

    def __init__(self, *, login: str, password: str, in_session: bool) -> None:
        """Store the credentials. Raises ValueError for a login with a colon, which ends it."""
        if ":" in login:
            raise ValueError("a login cannot contain ':', which ends it in authinfo")
        self.login = login
        self.password = password
        self.in_session = in_session
        self.session_id = ""

    def fields(self) -> dict[str, Field]:
        """Return the fields that authenticate a call; none for an anonymous client."""
        if self.in_session:
            return {"auth": self.session_id}
        return {"authinfo": f"{self.login}:{self.password}"} if self.login else {}

    def must_open(self) -> bool:
        """Tell whether a session has to be opened first."""
        return self.in_session and not self.session_id

    def can_reopen(self) -> bool:
        """Tell whether a session that has ended can be opened again with the password."""
        return self.in_session and bool(self.password)


class Sessions:
    """The session of this client, and one-time keys. Reached as `client.sessions`."""

    def __init__(self, caller: Caller, identity: Identity, call_openly: _OpenCall) -> None:
        """Keep the client, and the credentials it shares."""
        self._caller = caller
        self._identity = identity
        self._call_openly = call_openly

    def open(self) -> str:
        """Log in with login and password; further calls use the session. Returns its id.

        Raises AuthFailed. Source: `auth` (documented; answers recorded in public tests).
        """
        fields = {"username": self._identity.login, "password": self._identity.password}
        return self._enter(fields)

    def open_by_key(self, key: str) -> str:
        """Log in with a one-time key of `new_key`; such a session is not renewed. Returns its id.

        Raises AuthFailed. Source: `auth` with `key` and `checkcookie=no` (documented).
        """
        return self._enter({"username": self._identity.login, "key": key, "checkcookie": "no"})

    def confirm(self, code: str) -> str:
        """Confirm the session of an account with a second factor by its six digits.

        Returns the id of the confirmed session. Raises AuthFailed, BadValue. Source: `totp.confirm`
        (observed).
        """
        fields = {"qrcode": code, "clicked_button": "ok", "sok": "ok"}
        answer = self._call_openly("totp.confirm", {**fields, **self._identity.fields()})
        return self._adopt(answer)

    def new_key(self, username: str = "", key: str = "") -> str:
        """Register a one-time login key for a user, by default oneself. Returns the key.

        A `key` of one's own needs at least 16 random characters. Raises AccessDenied. Source:
        `session.newkey` (documented).
        """
        value = key or secrets.token_hex(16)
        fields = {"username": username or self._identity.login, "key": value}
        self._caller.call("session.newkey", fields)
        return value

    def keepalive(self) -> None:
        """Prolong the session. Raises AccessDenied if it has ended. Source: `keepalive`."""
        self._call_openly("keepalive", self._identity.fields())

    def close(self) -> None:
        """End the session at the seller; the next call opens another. Source: `logon`."""
        if self._identity.session_id:
            self._call_openly("logon", self._identity.fields())
            self._identity.session_id = ""

    def _enter(self, fields: Mapping[str, Field]) -> str:
        return self._adopt(self._call_openly("auth", fields))

    def _adopt(self, answer: Answer) -> str:
        """Store the session id, the text or an attribute of `auth`. Raises NotUnderstood."""
        node = answer.field("auth")
        session_id = "" if node is None else (node.text or node.value("id"))
        if not session_id:
            raise NotUnderstood("the answer to the login has no session id")
        self._identity.session_id = session_id.strip()
        self._identity.in_session = True
        return self._identity.session_id

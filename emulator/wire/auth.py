"""Identifies the caller by ``auth``, ``authinfo`` or the cookie, and finds the world.

Source: docs/wire.md section 2; docs/evidence.md 2, 4 and 5. A session id, the path and the login
can name the world, in this order of precedence.
"""

from __future__ import annotations

from dataclasses import dataclass

from emulator.domain.accounts import logins, sessions
from emulator.domain.accounts.accounts import Account, PasswordCache
from emulator.domain.accounts.logins import Login, LoginRecord
from emulator.domain.accounts.sessions import IDLE, Session
from emulator.domain.world import WorldRow
from emulator.errors import AuthFailed, SecondFactorNeeded
from emulator.store.engine import Database
from emulator.wire.request import Request
from emulator.worlds.worlds import DEFAULT, Worlds

BY_KEY = frozenset({"payment.add.redirect"})
"""Functions whose ``key``, that of a payment, begins with the name of its world."""
LOGS_IN_ITSELF = frozenset({"auth"})
"""Functions that check their credentials themselves."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of a request: a session id, or a login with a password, or nothing."""

    session_id: str = ""
    login: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """The world and who calls. ``refusal``: why the credentials are not accepted, or None.

    ``account`` has the name of the ``login`` that calls, which may be a further one.
    """

    world: WorldRow
    account: Account | None
    session: Session | None
    login: Login | None = None
    refusal: AuthFailed | None = None


def read_credentials(request: Request) -> Credentials:
    """The credentials of a request: ``auth``, else ``authinfo``, else the cookie.

    A new login ignores the cookie. A password may contain colons.
    """
    params = request.params
    if params.get("auth"):
        return Credentials(session_id=params["auth"])
    if params.get("authinfo"):
        login, _, password = params["authinfo"].partition(":")
        return Credentials(login=login, password=password)
    if request.func in LOGS_IN_ITSELF:
        return Credentials(login=params.get("username", ""))
    if request.cookie:
        return Credentials(session_id=request.cookie.partition(":")[0])
    return Credentials()


def find_world(worlds: Worlds, request: Request, sent: Credentials) -> tuple[str, str]:
    """The name of the world, and the login without a world's name in it."""
    by_session = worlds.by_session(sent.session_id) if sent.session_id else None
    login, _, after = sent.login.rpartition("@")
    named = after if login and worlds.exists(after) else ""
    paid_in = request.params.get("key", "").rpartition("-")[0] if request.func in BY_KEY else ""
    by_key = paid_in if paid_in and worlds.exists(paid_in) else ""
    name = by_session or by_key or request.world or named or DEFAULT
    return name, login if named else sent.login


def identify_caller(
    db: Database,
    request: Request,
    sent: Credentials,
    login: str,
    passwords: PasswordCache,
    elapsed: float,
) -> Caller:
    """The world's row and the caller; one query, nothing is written."""
    if sent.session_id:
        world, session, account = sessions.find(db, sent.session_id)
        if session is None or elapsed - session.used > IDLE:
            return Caller(world, None, None)
        login_of = logins.of_session(db, account, session.login_id) if account else None
        if account is None or login_of is None:
            return Caller(world, None, None)
        return Caller(world, logins.as_caller(account, login_of), session, login_of)
    record = logins.login_record(db, login, request.address)
    if not sent.login or request.func in LOGS_IN_ITSELF:
        return Caller(record.world, None, None)
    refusal = find_refusal(record, login, sent.password, request.address, passwords, elapsed)
    if refusal is None and record.login is not None and record.login.totp_secret:
        refusal = SecondFactorNeeded(record.world.rules.second_factor_object, login)
    if refusal is not None:
        return Caller(record.world, None, None, refusal=refusal)
    return Caller(record.world, record.account, None, record.login)


def find_refusal(
    record: LoginRecord,
    login: str,
    password: str,
    address: str,
    passwords: PasswordCache,
    elapsed: float,
) -> AuthFailed | None:
    """Why a login with a password is refused, or None.

    A locked login is refused as locked whatever the password: else guesses would be confirmed.
    """
    if record.locked_until > elapsed:
        return AuthFailed("blocklogon", login)
    named = record.login
    if named is None or named.suspended or not passwords.matches(named.password_hash, password):
        return AuthFailed("badpassword", f"remote_addr: [{address}]", login)
    if not named.may_come_from(address, listed=record.world.rules.api_addresses_needed):
        return AuthFailed("badip", address)
    return None

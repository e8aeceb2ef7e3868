"""Logging in and out: ``auth``, ``session.newkey``, ``totp.confirm``, ``whoami``, ``logon``.

Source: docs/wire.md sections 2 and 6; docs/evidence.md 5.
"""

from __future__ import annotations

from emulator.api.context import ActionResult, Call, LoggedIn, Part, Raw
from emulator.api.fields import Text
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import accounts, sessions, totp
from emulator.domain.accounts.accounts import PasswordCache
from emulator.domain.money import with_currency
from emulator.errors import AccessDenied, AuthFailed, BadValue

LEVEL_CLIENT = "16"


class Login(WireSchema):
    """A name with a password or a one-time key; ``authinfo`` serves too (observed)."""

    username = Text()
    password = Text(longest=4096)
    key = Text(longest=4096)
    authinfo = Text(longest=8192)


class NewKey(WireSchema):
    """A one-time key for a login."""

    username = Text()
    key = Text(needed=True, longest=4096)


class Code(WireSchema):
    """The six digits of the second factor."""

    qrcode = Text(needed=True)


def family(verified: PasswordCache) -> Family:
    """``verified`` remembers, per process, which passwords were right."""
    session = Family("session", {"en": "Session", "ru": "Сессия"})
    _add_login(session, verified)
    _add_keys(session)
    _add_second_factor(session)
    _add_presence(session)
    return session


def _add_login(session: Family, verified: PasswordCache) -> None:
    @session.action(
        "auth",
        takes=Login,
        fails=(AuthFailed,),
        public=True,
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 2.2",
        example={"username": "reseller", "password": "secret"},
    )
    def auth(
        call: Call, username: str = "", password: str = "", key: str = "", authinfo: str = ""
    ) -> LoggedIn:
        """Opens a session: its id is in the answer, for the parameter auth of later calls."""
        if not username and authinfo:
            username, _, password = authinfo.partition(":")
        at = call.shop.system_clock.elapsed()
        account = _login(call, username, password, key, verified)
        sessions.succeeded(call.shop.db, account.login, call.address)
        opened = sessions.open_new(
            call.shop.db,
            call.shop.world,
            account,
            call.address,
            at,
            pending=account.totp_secret is not None and not key,
        )
        call.secrets.append(opened)
        return LoggedIn(opened)


def _login(
    call: Call, username: str, password: str, key: str, verified: PasswordCache
) -> accounts.Account:
    """The account, or AuthFailed; a wrong password is counted by whoever handles the refusal."""
    db, at = call.shop.db, call.shop.system_clock.elapsed()
    record = accounts.login_record(db, username, call.address)
    if record.account is None and "@" in username:
        # A name such as reseller@shop, where shop is this world (docs/evidence.md 4).
        username = username.rpartition("@")[0]
        record = accounts.login_record(db, username, call.address)
    if record.locked_until > at:
        raise AuthFailed("blocklogon", username)
    account = record.account
    good = account is not None and (
        sessions.use_key(db, account, key, at)
        if key
        else verified.matches(account.password_hash, password)
    )
    if account is None or not good:
        raise AuthFailed("badpassword", f"remote_addr: [{call.address}]", username)
    if not account.may_come_from(call.address):
        raise AuthFailed("badip", call.address)
    return account


def _add_keys(session: Family) -> None:
    @session.action(
        "session.newkey",
        takes=NewKey,
        fails=(BadValue, AccessDenied),
        evidence=Evidence.DOCUMENTED,
        source="docs/wire.md section 2.3",
        example={"username": "reseller", "key": "0123456789abcdef0123456789abcdef"},
    )
    def newkey(call: Call, key: str, username: str = "") -> ActionResult:
        """Leaves a one-time key with which a browser can log in: func=auth&username=&key=."""
        if username and username != call.user.login:
            raise AccessDenied(call.func)
        if len(key) < sessions.KEY_SHORTEST:
            raise BadValue("key", "", desc="short")
        sessions.keep_key(call.shop.db, call.user, key, call.shop.system_clock.elapsed())
        return ActionResult()


def _add_second_factor(session: Family) -> None:
    @session.form(
        "totp.confirm",
        takes=Code,
        returns=Code,
        fails=(BadValue, AccessDenied, AuthFailed),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 2.5",
    )
    def show(call: Call, qrcode: str = "") -> ActionResult:
        """The second factor: takes the temporary session, gives the real one."""
        return ActionResult()

    @show.on_submit
    def confirm(call: Call, qrcode: str) -> LoggedIn:
        if call.session is None or not call.session.pending_totp:
            raise AccessDenied(call.func)
        at = call.shop.system_clock.elapsed()
        if accounts.login_record(call.shop.db, call.user.login, call.address).locked_until > at:
            raise AuthFailed("blocklogon", call.user.login)
        if not totp.is_right(call.user.totp_secret or "", qrcode, at):
            raise _wrong_code(call.user.login)
        opened = sessions.confirm(call.shop.db, call.shop.world, call.session, call.user, at)
        call.secrets.append(opened)
        return LoggedIn(opened, done=True)


def _wrong_code(login: str) -> BadValue:
    """Counted like a wrong password: six digits are soon guessed (assumed)."""
    refusal = BadValue("qrcode", "")
    refusal.login = login
    return refusal


def _add_presence(session: Family) -> None:
    @session.document(
        "whoami",
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 6",
    )
    def whoami(call: Call) -> Raw:
        """Who is logged in, as attributes of one element."""
        user = call.user
        attrs = {
            "id": str(user.id),
            "name": user.login,
            "level": LEVEL_CLIENT,
            "realname": user.realname,
            "email": user.email,
            "phone": user.phone,
            "balance": with_currency(user.balance, user.currency),
            "currency": user.currency,
            "email_verified": "on",
            "need_phone_validate": "off",
        }
        return Raw([Part("user", attrs=attrs)])

    @session.action(
        "keepalive",
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 2.2",
    )
    def keepalive(call: Call) -> ActionResult:
        """Says whether the session lives, and keeps it alive."""
        if call.session is not None:
            at = call.shop.system_clock.elapsed()
            sessions.touch(call.shop.db, call.session.id, at)
        return ActionResult()

    @session.action(
        "logon",
        public=True,
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 2.2",
    )
    def logon(call: Call) -> ActionResult:
        """Logs out: the session is gone. Without one there is nothing to do."""
        if call.session is not None:
            sessions.close(call.shop.db, call.session.id)
        return ActionResult()

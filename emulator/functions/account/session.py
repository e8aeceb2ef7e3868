"""Logging in and out: ``auth``, ``session.newkey``, ``totp.confirm``, ``whoami``, ``logon``.

Source: docs/wire.md sections 2 and 6; docs/evidence.md 5 and 110.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from emulator.api.context import ActionResult, Call, LoggedIn, Part, Raw
from emulator.api.fields import Text
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import logins, sessions, totp
from emulator.domain.accounts.accounts import PasswordCache
from emulator.domain.money import plain, with_currency
from emulator.errors import AccessDenied, AuthFailed, BadValue

LEVEL_CLIENT = "16"
PROGRAM, EDITION = "billmgr", "corporate"
"""The seller's program and its edition; a test kit of the vendor reads the second."""
FIRST_PROCESS, MOST_PROCESSES = 1000, 30_000
TITLE = {"en": "Session", "ru": "Сессия"}
FAMILY = Family("session", TITLE, evidence=Evidence.OBSERVED)


class LoginParameters(WireSchema):
    """A login with a password or a one-time key; ``authinfo`` serves too (observed)."""

    username = Text("Login of the account; may be followed by `@` and the name of the world.")
    password = Text("Password of the account.", longest=4096)
    key = Text("One-time key made by `session.newkey`, instead of a password.", longest=4096)
    authinfo = Text("Login and password, `LOGIN:PASSWORD`, instead of both.", longest=8192)
    captcha = Text(
        "The solution of a captcha: any text, where the rule `login_captcha` wants one.",
        data_key="g-recaptcha-response",
        longest=8192,
    )


def declare_login(passwords: PasswordCache) -> Family:
    """``auth``. ``passwords``: which passwords this process has checked already."""
    family = Family("session", TITLE)
    family.action(
        "auth",
        takes=LoginParameters,
        fails=(AuthFailed,),
        public=True,
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 2.2",
        example={"username": "reseller", "password": "secret"},
    )(LoginAction(passwords).open_session)
    return family


@dataclass(frozen=True, slots=True)
class LoginAction:
    """The handler of ``auth``."""

    passwords: PasswordCache

    def open_session(
        self,
        call: Call,
        username: str = "",
        password: str = "",
        key: str = "",
        authinfo: str = "",
        captcha: str = "",
    ) -> LoggedIn:
        """Opens a session: its id is in the answer, for the parameter auth of later calls."""
        if call.shop.world.rules.login_captcha and not key and not captcha.strip():
            raise AuthFailed("captcha", username)
        if not username and authinfo:
            username, _, password = authinfo.partition(":")
        at = call.shop.system_clock.elapsed()
        login = self._login(call, username, password, key)
        sessions.clear_failures(call.shop.db, login.name, call.address)
        pending = login.totp_secret is not None and not key
        opened = sessions.open_new(
            call.shop.db,
            call.shop.world,
            login,
            call.address,
            at,
            pending=pending,
        )
        if not pending:
            sessions.log_login(call.shop.db, login, call.address, call.shop.now)
        call.secrets.append(opened)
        return LoggedIn(opened)

    def _login(self, call: Call, username: str, password: str, key: str) -> logins.Login:
        """Raises AuthFailed; the pipeline, which handles the refusal, counts a wrong password."""
        db, at = call.shop.db, call.shop.system_clock.elapsed()
        record = logins.login_record(db, username, call.address)
        if record.login is None and "@" in username:
            # A name such as reseller@shop, where shop is this world (docs/evidence.md 4).
            username = username.rpartition("@")[0]
            record = logins.login_record(db, username, call.address)
        if record.locked_until > at:
            raise AuthFailed("blocklogon", username)
        login = record.login
        is_right = login is not None and (
            sessions.use_key(db, login, key, at)
            if key
            else self.passwords.matches(login.password_hash, password)
        )
        if login is None or login.suspended or not is_right:
            raise AuthFailed("badpassword", f"remote_addr: [{call.address}]", username)
        listed = call.shop.world.rules.api_addresses_needed
        if not login.may_come_from(call.address, listed=listed):
            raise AuthFailed("badip", call.address)
        return login


class NewKeyParameters(WireSchema):
    """A one-time key for a login."""

    username = Text("The caller's own login, or nothing.")
    key = Text(
        "The one-time key to store: chosen by the caller, 16 characters at least.",
        needed=True,
        longest=4096,
    )


@FAMILY.action(
    "session.newkey",
    takes=NewKeyParameters,
    fails=(BadValue, AccessDenied),
    evidence=Evidence.DOCUMENTED,
    source="docs/wire.md section 2.3",
    example={"username": "reseller", "key": "0123456789abcdef0123456789abcdef"},
)
def store_key(call: Call, key: str, username: str = "") -> ActionResult:
    """Stores a one-time key with which a browser can log in: func=auth&username=&key=.

    Another login is AccessDenied, ``access``; a key that is too short is BadValue, ``value``.
    """
    if username and username != call.user.login:
        raise AccessDenied(call.func)
    if len(key) < sessions.KEY_SHORTEST:
        raise BadValue("key", "", desc="short")
    sessions.add_key(call.shop.db, call.own_login, key, call.shop.system_clock.elapsed())
    return ActionResult()


class CodeParameters(WireSchema):
    """The six digits of the second factor."""

    qrcode = Text("The six digits that the authenticator shows.", needed=True)


@FAMILY.form(
    "totp.confirm",
    takes=CodeParameters,
    returns=CodeParameters,
    fails=(BadValue, AccessDenied, AuthFailed),
    source="docs/wire.md section 2.5",
)
def show_code(call: Call, qrcode: str = "") -> ActionResult:
    """The second factor: takes the temporary session, gives the real one."""
    del call, qrcode
    return ActionResult()


@show_code.on_submit
def confirm_code(call: Call, qrcode: str) -> LoggedIn:
    """Opens the real session.

    Raises AccessDenied outside a temporary session, AuthFailed while the login is locked, BadValue
    for a wrong code.
    """
    if call.session is None or not call.session.pending_totp:
        raise AccessDenied(call.func)
    at = call.shop.system_clock.elapsed()
    if logins.login_record(call.shop.db, call.user.login, call.address).locked_until > at:
        raise AuthFailed("blocklogon", call.user.login)
    if not totp.is_valid(call.own_login.totp_secret or "", qrcode, at):
        raise _wrong_code(call.user.login)
    opened = sessions.confirm(call.shop.db, call.shop.world, call.session, call.own_login, at)
    sessions.log_login(call.shop.db, call.own_login, call.address, call.shop.now)
    call.secrets.append(opened)
    return LoggedIn(opened, done=True)


def _wrong_code(login: str) -> BadValue:
    """Counted like a wrong password, since six digits are soon guessed (assumed)."""
    refusal = BadValue("qrcode", "")
    refusal.login = login
    return refusal


@FAMILY.document("whoami", fails=(AccessDenied,), source="docs/wire.md section 6")
def show_caller(call: Call) -> Raw:
    """Who is logged in, as attributes of one element; beside it the program and its process."""
    program = Part("mgr", PROGRAM, attrs={"dist": EDITION})
    return Raw([_caller(call), program, Part("pid", _process(call))])


@FAMILY.document(
    "desktop",
    fails=(AccessDenied,),
    source="docs/wire.md section 6, docs/evidence.md 158",
)
def show_desktop(call: Call) -> Raw:
    """The first page after a login: who is logged in, and the balance as a text."""
    balance = with_currency(call.user.balance, call.user.currency)
    return Raw([_caller(call), Part("balance", balance)])


def _caller(call: Call) -> Part:
    """Who is logged in, as attributes of one element."""
    user, login = call.user, call.own_login
    attrs = {
        "id": str(login.id),
        "name": login.name,
        "level": LEVEL_CLIENT,
        "realname": login.realname,
        "email": login.email,
        "phone": login.phone,
        "balance": plain(user.balance),
        "currency": user.currency,
        "email_verified": "on",
        "need_phone_validate": "off",
    }
    return Part("user", attrs=attrs)


def _process(call: Call) -> str:
    """The number of the seller's process: invented, the same as long as the world is there."""
    return str(FIRST_PROCESS + crc32(call.shop.world.name.encode()) % MOST_PROCESSES)


@FAMILY.action("keepalive", fails=(AccessDenied,), source="docs/wire.md section 2.2")
def keep_alive(call: Call) -> ActionResult:
    """Says whether the session is still open, and starts its idle time anew."""
    if call.session is not None:
        at = call.shop.system_clock.elapsed()
        sessions.touch(call.shop.db, call.session.id, at)
    return ActionResult()


@FAMILY.action("logon", public=True, source="docs/wire.md section 2.2")
def log_out(call: Call) -> ActionResult:
    """Logs out: closes the session. Without a session nothing happens."""
    if call.session is not None:
        sessions.close(call.shop.db, call.session.id)
    return ActionResult()

"""Logins of an account: its own, and further ones with a password and rights of their own.

Source: docs/wire.md sections 2 and 6; docs/evidence.md 130. The account's own login is a part of
its row; further ones are rows of their own. Money and services are the account's, whoever calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from emulator.domain.accounts import accounts, filters
from emulator.domain.accounts.accounts import Account, account_from, comes_from, hash_password
from emulator.domain.world import COLUMNS, WorldRow, from_row
from emulator.errors import AccessDenied, Exists, Missed
from emulator.store import tables
from emulator.store.engine import Database, Row, Statement, every_column, values_of

FIRST = 1_000_001
"""Number of the first further login: none is the number of an account too."""
SUSPENDED, DELETED = "suspended", "deleted"
"""States of an account's own login beside the usual one, which is empty."""
ALWAYS = frozenset({
    "auth", "keepalive", "logon", "menu", "session.newkey", "totp.confirm", "usrparam", "whoami",
    "country", "country.state", "currency", "progress.get",
})  # fmt: skip
"""What every login may call (assumed): itself, and tables that forms need and that name nobody."""

A, L, F = tables.account.c, tables.login.c, tables.login_failure.c
_BY_LOGIN = Statement(
    select(*COLUMNS, F.locked_until, *A)
    .select_from(
        tables.world.outerjoin(tables.account, A.login == bindparam("which")).outerjoin(
            tables.login_failure,
            and_(F.login == bindparam("which"), F.address == bindparam("where_from")),
        )
    )
    .limit(1)
)
_BY_NAME = Statement(select(*L).where(L.name == bindparam("which")))
_BY_ID = Statement(select(*L).where(L.id == bindparam("which")))
_OF_ACCOUNT = Statement(select(*L).where(L.account_id == bindparam("owner")).order_by(L.id))
_SOUGHT = func.lower(bindparam("sought"))
_SAME_NAME = Statement(
    select(A.id)
    .where(
        or_(func.lower(A.login) == _SOUGHT, func.lower(A.email) == _SOUGHT),
        A.id != bindparam("but"),
    )
    .union_all(
        select(L.id).where(
            or_(func.lower(L.name) == _SOUGHT, func.lower(L.email) == _SOUGHT),
            L.id != bindparam("but"),
        )
    )
    .limit(1)
)
_LAST = Statement(select(func.max(L.id)))
_ADD = Statement(insert(tables.login).values(every_column(tables.login)))
_FIXED = ("id", "account_id", "name")
_SAVE = Statement(
    update(tables.login)
    .where(L.id == bindparam("which"))
    .values(every_column(tables.login, *_FIXED))
)
_DELETE = Statement(delete(tables.login).where(L.id == bindparam("which")))
_CLOSE_SESSIONS = Statement(
    delete(tables.session).where(
        tables.session.c.account_id == bindparam("owner"),
        func.coalesce(tables.session.c.login_id, 0) == bindparam("which"),
    )
)


@dataclass(frozen=True, slots=True)
class Login:
    """Who can log in. The account's own has the number of its account.

    ``rights``: the functions and families it may call, None: all of them. ``params``: its settings
    of ``usrparam``.
    """

    id: int
    account_id: int
    name: str
    password_hash: str
    realname: str
    email: str
    phone: str
    lang: str
    totp_secret: str | None
    api_addresses: tuple[str, ...]
    params: Mapping[str, str]
    rights: tuple[str, ...] | None = None
    suspended: bool = False

    @property
    def is_own(self) -> bool:
        """Whether it is the account's own login, the first one."""
        return self.id == self.account_id

    def may_come_from(self, address: str, *, listed: bool) -> bool:
        """Whether the login may be used from this address (see ``comes_from``)."""
        return comes_from(self.api_addresses, address, listed=listed)

    def may_call(self, name: str) -> bool:
        """Whether its rights have the function, or its family."""
        if self.rights is None or name in ALWAYS:
            return True
        bare = name.removeprefix("v2.")
        return any(bare == right or bare.startswith(f"{right}.") for right in self.rights)


@dataclass(frozen=True, slots=True)
class LoginRecord:
    """What is known of a login: the world's row, its account, until when it is locked."""

    world: WorldRow
    login: Login | None
    account: Account | None
    locked_until: float


def login_record(db: Database, login: str, address: str) -> LoginRecord:
    """Looks a login up; one query for an account's own, two for a further one.

    Raises LookupError where the database holds no world.
    """
    row = db.unread(_BY_LOGIN, which=login, where_from=address)
    if row is None:
        msg = f"{db.path} holds no world"
        raise LookupError(msg)
    record = _login_record(row)
    if record.account is not None or not login:
        return record
    named = find_further(db, login)
    if named is None:
        return record
    account = as_caller(accounts.require(db, named.account_id), named)
    return replace(record, login=named, account=account)


def find_further(db: Database, name: str) -> Login | None:
    """A further login by its name, or None."""
    row = db.row(_BY_NAME, which=name)
    return None if row is None else _login_from(row)


@lru_cache(maxsize=256)
def _login_record(unread: Row) -> LoginRecord:
    """Equal rows are converted once: most calls find the row that the last one found."""
    row = _BY_LOGIN.convert(unread)
    split = len(COLUMNS) + 1
    account = None if row[split] is None else account_from(row[split:])
    login = None if account is None or account.login_state == DELETED else own_login(account)
    return LoginRecord(from_row(row), login, account, row[split - 1] or 0.0)


def _login_from(row: tuple[Any, ...]) -> Login:
    values = list(row)
    values[9] = tuple(values[9])
    values[11] = None if values[11] is None else tuple(values[11])
    return Login(*values)


def own_login(account: Account) -> Login:
    """The account's own login."""
    return Login(
        account.id, account.id, account.login, account.password_hash, account.realname,
        account.email, account.phone, account.lang, account.totp_secret, account.api_addresses,
        account.params, None, account.login_state == SUSPENDED,
    )  # fmt: skip


def as_caller(account: Account, login: Login) -> Account:
    """The account under the name of the login that calls, as history and journal show it."""
    return account if login.is_own else replace(account, login=login.name)


def of_session(db: Database, account: Account, login_id: int | None) -> Login | None:
    """The login that opened a session; None where it is gone."""
    if login_id is None:
        return own_login(account)
    row = db.row(_BY_ID, which=login_id)
    return None if row is None else _login_from(row)


def list_logins(db: Database, account_id: int) -> list[Login]:
    """The logins of an account, its own first."""
    account = accounts.require(db, account_id)
    own = [] if account.login_state == DELETED else [own_login(account)]
    return own + [_login_from(row) for row in db.rows(_OF_ACCOUNT, owner=account_id)]


def require_owned(db: Database, account_id: int, number: int) -> Login:
    """A login of this account. Raises Missed."""
    for login in list_logins(db, account_id):
        if login.id == number:
            return login
    raise Missed("user", str(number))


def require_free(db: Database, email: str, *, but: int = 0) -> None:
    """Raises Exists where another login, of any account, has this as its name or e-mail address.

    Capitals make no other address. ``but`` is the number of a login that may have it.
    """
    if db.row(_SAME_NAME, sought=email, but=but) is not None:
        raise Exists("email", email)


def add(db: Database, account_id: int, name: str, password: str, **values: object) -> Login:
    """Makes a further login. Raises Exists for a name or an e-mail address in use."""
    require_free(db, name)
    last = db.value(_LAST)
    number = FIRST if last is None else int(last) + 1
    defaults: dict[str, object] = {
        "realname": "", "email": "", "phone": "", "lang": "en", "totp_secret": None,
        "api_addresses": [], "params": {}, "rights": None, "suspended": False,
    }  # fmt: skip
    db.run(
        _ADD, id=number, account_id=account_id, name=name, password_hash=hash_password(password),
        **{**defaults, **values},
    )  # fmt: skip
    return require_owned(db, account_id, number)


def save(db: Database, login: Login) -> None:
    """Writes a login: its settings, password, second factor, addresses, rights and state."""
    if login.is_own:
        account = accounts.require(db, login.account_id)
        changed = replace(
            account, realname=login.realname, email=login.email, phone=login.phone,
            lang=login.lang, totp_secret=login.totp_secret, api_addresses=login.api_addresses,
            params=login.params, login_state=SUSPENDED if login.suspended else "",
        )  # fmt: skip
        accounts.save(db, changed)
        if login.password_hash != account.password_hash:
            accounts.set_password_hash(db, account.id, login.password_hash)
        return
    db.run(_SAVE, which=login.id, **values_of(login, tables.login, *_FIXED))


def suspend(db: Database, login: Login) -> None:
    """Switches a login off and ends its sessions. Raises AccessDenied for the last one in use."""
    _require_another(db, login, "user.suspend")
    save(db, replace(login, suspended=True))
    _close_sessions(db, login)


def resume(db: Database, login: Login) -> None:
    """Switches a login on again."""
    save(db, replace(login, suspended=False))


def remove(db: Database, login: Login) -> None:
    """Deletes a login with its saved filters and sessions.

    Raises AccessDenied for the last one in use.
    """
    _require_another(db, login, "user.delete")
    _close_sessions(db, login)
    filters.forget(db, login.name)
    if login.is_own:
        account = accounts.require(db, login.account_id)
        accounts.save(db, replace(account, login_state=DELETED))
    else:
        db.run(_DELETE, which=login.id)


def _require_another(db: Database, login: Login, func: str) -> None:
    others = [other for other in list_logins(db, login.account_id) if other.id != login.id]
    if all(other.suspended or other.rights is not None for other in others):
        raise AccessDenied(func)


def _close_sessions(db: Database, login: Login) -> None:
    db.run(_CLOSE_SESSIONS, owner=login.account_id, which=0 if login.is_own else login.id)

"""Accounts of resellers: their data, their passwords, their money.

Source: docs/wire.md sections 2 and 6; docs/evidence.md 4, 6 and 23.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column, values_of

A = tables.account.c
ROUNDS = 1024
"""Few rounds on purpose: the passwords of a world are readable in its fixture anyway."""


@dataclass(frozen=True, slots=True)
class Account:
    """One login with its money. ``params`` are the user's own settings (``usrparam``)."""

    id: int
    login: str
    password_hash: str
    realname: str
    email: str
    phone: str
    country: str | None
    currency: str
    balance: Decimal
    credit: Decimal
    lang: str
    totp_secret: str | None
    api_addresses: tuple[str, ...]
    params: Mapping[str, str]
    created_on: date
    deletion: str
    """``allowed``, ``forbidden`` or ``phone``: whether it may delete its services."""
    login_state: str = ""
    """State of its own login: empty, ``suspended`` or ``deleted``."""

    @property
    def available(self) -> Decimal:
        """What can be spent: balance and credit limit."""
        return self.balance + self.credit


def comes_from(networks: Sequence[str], address: str, *, listed: bool) -> bool:
    """Whether the address is in one of the networks.

    ``listed``: whether an empty list allows none, in place of all.
    """
    if not networks:
        return not listed
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    return any(caller in ip_network(network, strict=False) for network in networks)


def account_from(row: tuple[Any, ...]) -> Account:
    """An Account from the columns of its table; other modules select them beside their own."""
    values = list(row)
    values[12] = tuple(values[12])
    return Account(*values)


_BY_ID = Statement(select(*A).where(A.id == bindparam("which")))
_ALL = Statement(select(*A).order_by(A.id))
_INSERT = Statement(insert(tables.account).values(every_column(tables.account, "id")))
_SET_PASSWORD = Statement(
    update(tables.account)
    .where(A.id == bindparam("which"))
    .values(password_hash=bindparam("hashed"))
)
_FIXED = ("id", "login", "balance", "password_hash", "created_on")
_SAVE = Statement(
    update(tables.account)
    .where(A.id == bindparam("which"))
    .values(every_column(tables.account, *_FIXED))
)


def read(db: Database, account_id: int) -> Account | None:
    """An account by its number, or None."""
    row = db.row(_BY_ID, which=account_id)
    return None if row is None else account_from(row)


def list_accounts(db: Database) -> list[Account]:
    """Every account of the world."""
    return [account_from(row) for row in db.rows(_ALL)]


def hash_password(password: str) -> str:
    """The stored form of a password: ``salt$digest``, both hexadecimal."""
    salt = secrets.token_hex(8)
    return f"{salt}${_scrypt(password, salt)}"


def _scrypt(password: str, salt: str) -> str:
    text = password.encode("utf-8", "replace")
    return hashlib.scrypt(text, salt=salt.encode(), n=ROUNDS, r=8, p=1, dklen=32).hex()


def is_password(stored: str, password: str) -> bool:
    """Whether the password is the one of this stored hash; slow on purpose."""
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_scrypt(password, salt), digest)


def add(db: Database, *, login: str, password: str, **values: object) -> int:
    """Inserts an account without money (that comes as a payment); returns its number."""
    columns: dict[str, object] = {
        "realname": "",
        "email": "",
        "phone": "",
        "country": None,
        "credit": Decimal(0),
        "lang": "en",
        "totp_secret": None,
        "api_addresses": [],
        "params": {},
        "login_state": "",
        **values,
    }
    return db.insert(
        _INSERT, login=login, password_hash=hash_password(password), balance=Decimal(0), **columns
    )


def save(db: Database, account: Account) -> None:
    """Writes everything but login, password and balance."""
    db.run(_SAVE, which=account.id, **values_of(account, tables.account, *_FIXED))


def set_password(db: Database, account_id: int, password: str) -> None:
    """Stores a new password; open sessions stay open (assumed)."""
    set_password_hash(db, account_id, hash_password(password))


def set_password_hash(db: Database, account_id: int, hashed: str) -> None:
    """Stores the hash of a new password."""
    db.run(_SET_PASSWORD, which=account_id, hashed=hashed)


def require(db: Database, account_id: int) -> Account:
    """The account that a row of another table points to. Raises LookupError where it is gone."""
    account = read(db, account_id)
    if account is None:
        msg = f"{db.path} holds no account {account_id}"
        raise LookupError(msg)
    return account


class PasswordCache:
    """Remembers which password each stored hash was checked against, per process.

    A stored hash is slow to check on purpose, and ``authinfo`` comes with every request.
    It stores a digest of the password under a key that exists only in this process.
    """

    def __init__(self, key: bytes, room: int = 4096) -> None:
        self._key = key
        self._room = room
        self._checked: dict[str, bytes] = {}

    def matches(self, stored: str, password: str) -> bool:
        """Whether the password is the one of this stored hash."""
        text = password.encode("utf-8", "replace")
        digest = hashlib.blake2b(text, key=self._key, digest_size=16).digest()
        checked = self._checked.get(stored)
        if checked is not None and hmac.compare_digest(checked, digest):
            return True
        if not is_password(stored, password):
            return False
        if len(self._checked) >= self._room:
            self._checked.clear()
        self._checked[stored] = digest
        return True

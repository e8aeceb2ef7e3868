"""Shows an account of a world and changes it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from emulator.domain.accounts import accounts, logins, partners
from emulator.domain.accounts.accounts import Account
from emulator.domain.accounts.logins import Login
from emulator.domain.accounts.partners import Partner
from emulator.domain.billing import discounts, payments
from emulator.domain.billing.discounts import NAME, Discount
from emulator.domain.catalogue.traits import TRAITS
from emulator.domain.money import exact, plain, rounded
from emulator.domain.world import read
from emulator.names import UnknownName, require
from emulator.results import AccountInfo, LoginInfo
from emulator.store import tables
from emulator.store.engine import Database, Statement
from emulator.worlds.worlds import Worlds

A = tables.account.c
_ID = Statement(select(A.id).where(A.login == bindparam("value")))
_TARIFF = Statement(select(tables.tariff.c.id).where(tables.tariff.c.id == bindparam("value")))
PLAIN = ("realname", "email", "phone", "country", "currency", "credit", "lang", "deletion")
"""Fields that are stored unchanged."""
OF_A_LOGIN = frozenset({"realname", "phone", "lang", "api_addresses", "totp_secret", "password"})
"""Fields that a further login has of its own."""


class NoAccountError(LookupError):
    """No account of that login in this world; the text is one line for people."""


def find(db: Database, login: str) -> Account:
    """The account of a login. Raises NoAccountError."""
    number = db.value(_ID, value=login)
    account = None if number is None else accounts.read(db, number)
    if account is None:
        raise NoAccountError(f'there is no account "{login}" in this world')
    return account


def describe(db: Database, account: Account) -> AccountInfo:
    """For JSON, without secrets; money is text. ``ledger``: payments less expenses."""
    partner = partners.find_by_account(db, account.id)
    return {
        "login": account.login,
        "id": account.id,
        "balance": amount(account.balance),
        "ledger": amount(payments.compute_ledger(db, account.id)),
        "credit": amount(account.credit),
        "currency": account.currency,
        "country": account.country,
        "lang": account.lang,
        "realname": account.realname,
        "email": account.email,
        "phone": account.phone,
        "two_factors": account.totp_secret is not None,
        "api_addresses": list(account.api_addresses),
        "logins": [_login(login) for login in logins.list_logins(db, account.id)],
        "deletion": account.deletion,
        "discounts": [discount.as_dict() for discount in discounts.read_discounts(db, account.id)],
        "partner": None if partner is None else partner.as_dict(),
        "created_on": account.created_on.isoformat(),
    }


def _login(login: Login) -> LoginInfo:
    return {
        "name": login.name,
        "id": login.id,
        "suspended": login.suspended,
        "two_factors": login.totp_secret is not None,
        "api_addresses": list(login.api_addresses),
        "rights": None if login.rights is None else list(login.rights),
    }


def amount(money: Decimal) -> str:
    """Two decimals, or four where two are not exact."""
    return plain(money) if money == rounded(money) else exact(money)


def change(worlds: Worlds, name: str, login: str, changes: Mapping[str, Any]) -> AccountInfo:
    """Makes the changes (keys: schemas.AccountChange) and returns the account.

    A new balance is booked as a correcting payment. Of a further login only what is its own can be
    changed. Raises NoAccountError; ValueError for a discount on a tariff or a type that does not
    exist, or for something else of a further login.
    """
    with worlds.locked(name) as db, db.writing():
        further = logins.find_further(db, login)
        if further is not None:
            _change_login(db, further, changes)
            return describe(db, accounts.require(db, further.account_id))
        account = find(db, login)
        changed = replace(account, **{f: changes[f] for f in PLAIN if f in changes})
        if "totp_secret" in changes:
            changed = replace(changed, totp_secret=str(changes["totp_secret"] or "") or None)
        addresses = changes.get("api_addresses")
        if isinstance(addresses, list):
            changed = replace(changed, api_addresses=tuple(addresses))
        accounts.save(db, changed)
        if isinstance(listed := changes.get("discounts"), list):
            types = {*TRAITS, *worlds.catalogue(db, read(db)).types}
            discounts.replace_all(
                db, account.id, tuple(_discount(db, discount, types) for discount in listed)
            )
        if "partner" in changes:
            _set_partner(db, account, changes["partner"])
        if "password" in changes:
            accounts.set_password(db, account.id, str(changes["password"]))
        if isinstance(balance := changes.get("balance"), Decimal):
            payments.set_balance(worlds.shop(db, read(db)), changed, balance)
        return describe(db, find(db, login))


def _change_login(db: Database, login: Login, changes: Mapping[str, Any]) -> None:
    if others := sorted(set(changes) - OF_A_LOGIN):
        raise ValueError(f"{others[0]}: belongs to the account, not to a further login")
    changed = replace(
        login,
        realname=changes.get("realname", login.realname),
        phone=changes.get("phone", login.phone),
        lang=changes.get("lang", login.lang),
        api_addresses=tuple(changes.get("api_addresses", login.api_addresses)),
    )
    if "totp_secret" in changes:
        changed = replace(changed, totp_secret=str(changes["totp_secret"] or "") or None)
    if "password" in changes:
        changed = replace(changed, password_hash=accounts.hash_password(str(changes["password"])))
    logins.save(db, changed)


def _set_partner(db: Database, account: Account, partner: Mapping[str, Any] | None) -> None:
    if partner is None:
        partners.remove(db, account.id)
    else:
        partners.save(
            db, Partner(account.id, partner["url"], partner["mode"], partner["addresses"])
        )


def _discount(db: Database, discount: Mapping[str, Any], types: Collection[str]) -> Discount:
    if discount.get("type") is not None:
        try:
            require("product type", discount["type"], types)
        except UnknownName as problem:
            raise ValueError(f"discounts.type: {problem}") from None
    tariff = discount.get("tariff")
    if tariff is not None and db.row(_TARIFF, value=tariff) is None:
        raise ValueError(f"discounts.tariff: there is no tariff {tariff}")
    return Discount(discount["percent"], discount.get("type"), tariff, NAME)

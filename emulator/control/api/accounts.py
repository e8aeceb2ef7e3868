"""Looking at an account of a world, and putting it into a state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from emulator.domain.accounts import accounts, partners
from emulator.domain.accounts.accounts import Account
from emulator.domain.accounts.partners import Partner
from emulator.domain.billing import discounts, payments
from emulator.domain.billing.discounts import NAME, Discount
from emulator.domain.money import exact, plain, rounded
from emulator.domain.world import read
from emulator.store import tables
from emulator.store.engine import Database, Statement
from emulator.worlds.worlds import Worlds

A = tables.account.c
_ID = Statement(select(A.id).where(A.login == bindparam("wanted")))
_TARIFF = Statement(select(tables.tariff.c.id).where(tables.tariff.c.id == bindparam("wanted")))
PLAIN = ("realname", "email", "phone", "country", "currency", "credit", "lang", "deletion")
"""Fields that are written as they come."""


class NoAccountError(LookupError):
    """No account of that login in this world; the text is one line for people."""


def find(db: Database, login: str) -> Account:
    """The account of a login. Raises NoAccountError."""
    number = db.value(_ID, wanted=login)
    account = None if number is None else accounts.read(db, number)
    if account is None:
        raise NoAccountError(f'there is no account "{login}" in this world')
    return account


def told(db: Database, account: Account) -> dict[str, object]:
    """For JSON; money as text, secrets left out. ``ledger`` is what payments and expenses say."""
    partner = partners.of_account(db, account.id)
    return {
        "login": account.login,
        "id": account.id,
        "balance": amount(account.balance),
        "ledger": amount(payments.ledger(db, account.id)),
        "credit": amount(account.credit),
        "currency": account.currency,
        "country": account.country,
        "lang": account.lang,
        "realname": account.realname,
        "email": account.email,
        "phone": account.phone,
        "two_factors": account.totp_secret is not None,
        "api_addresses": list(account.api_addresses),
        "deletion": account.deletion,
        "discounts": [one.told() for one in discounts.stored(db, account.id)],
        "partner": None if partner is None else partner.told(),
        "created_on": account.created_on.isoformat(),
    }


def amount(money: Decimal) -> str:
    """Two decimals, or four where there is more to say."""
    return plain(money) if money == rounded(money) else exact(money)


def change(worlds: Worlds, name: str, login: str, wanted: Mapping[str, Any]) -> dict[str, object]:
    """Sets what is given: see AccountChange for the names. The balance by a correcting payment."""
    with worlds.locked(name) as db, db.writing():
        account = find(db, login)
        changed = replace(account, **{f: wanted[f] for f in PLAIN if f in wanted})
        if "totp_secret" in wanted:
            changed = replace(changed, totp_secret=str(wanted["totp_secret"] or "") or None)
        addresses = wanted.get("api_addresses")
        if isinstance(addresses, list):
            changed = replace(changed, api_addresses=tuple(addresses))
        accounts.save(db, changed)
        if isinstance(given := wanted.get("discounts"), list):
            discounts.replace_all(db, account.id, tuple(_discount(db, one) for one in given))
        if "partner" in wanted:
            _set_partner(db, account, wanted["partner"])
        if "password" in wanted:
            accounts.set_password(db, account.id, str(wanted["password"]))
        if isinstance(balance := wanted.get("balance"), Decimal):
            payments.set_balance(worlds.shop(db, read(db)), changed, balance)
        return told(db, find(db, login))


def _set_partner(db: Database, account: Account, given: Mapping[str, Any] | None) -> None:
    if given is None:
        partners.remove(db, account.id)
    else:
        partners.keep(db, Partner(account.id, given["url"], given["mode"], given["addresses"]))


def _discount(db: Database, given: Mapping[str, Any]) -> Discount:
    tariff = given.get("tariff")
    if tariff is not None and db.row(_TARIFF, wanted=tariff) is None:
        raise ValueError(f"discounts.tariff: there is no tariff {tariff}")
    return Discount(given["percent"], given.get("type"), tariff, NAME)

"""Rows of the account's lists: subaccount, account, payer, provider, currencies.

Source: docs/wire.md section 6. Money is a bare number with its currency beside it: readers take
``balance`` for a number (docs/evidence.md 23).
"""

from __future__ import annotations

from collections.abc import Mapping

from emulator.api.context import Call
from emulator.api.fields import Amount, Day, Text, Whole
from emulator.api.schema import WireSchema
from emulator.domain.accounts.accounts import Account
from emulator.domain.money import with_currency
from emulator.functions.params import PROJECT, PROJECT_ID

ACTIVE = {"en": "Active", "ru": "Активен"}
CURRENCIES = {
    "EUR": {"en": "Euro", "ru": "Евро"},
    "RUB": {"en": "Russian rouble", "ru": "Российский рубль"},
    "USD": {"en": "US dollar", "ru": "Доллар США"},
}


class SubaccountRow(WireSchema):
    """The money with one provider."""

    id = Whole()
    account = Text()
    project = Text()
    project_id = Text()
    balance = Amount()
    balance_iso = Text()
    credit = Amount()
    currency = Text()
    currency_iso = Text()
    currency_str = Text()


def subaccount_row(user: Account) -> Mapping[str, object]:
    """Clients pick it by ``project`` and take ``balance`` for a number (observed)."""
    return {
        "id": user.id,
        "account": user.realname or user.login,
        "project": PROJECT,
        "project_id": PROJECT_ID,
        "balance": user.balance,
        "balance_iso": with_currency(user.balance, user.currency),
        "credit": user.credit,
        "currency": user.currency,
        "currency_iso": user.currency,
        "currency_str": user.currency,
    }


class AccountRow(WireSchema):
    """The client itself."""

    id = Whole()
    name = Text()
    email = Text()
    country = Text()
    project = Text()
    balance = Amount()
    currency_str = Text()
    account_status = Text()
    status = Text()
    registration_date = Day()


def account_row(call: Call) -> Mapping[str, object]:
    """The caller's account."""
    user = call.user
    return {
        "id": user.id,
        "name": user.realname or user.login,
        "email": user.email,
        "country": user.country or "",
        "project": PROJECT,
        "balance": user.balance,
        "currency_str": user.currency,
        "account_status": call.words(ACTIVE),
        "status": "2",
        "registration_date": user.created_on,
    }


class ProjectRow(WireSchema):
    """The provider. ``billurl`` is where its API answers, on the host that was asked."""

    id = Text()
    name = Text()
    currency_str = Text()
    site = Text()
    billurl = Text()


def project_row(user: Account) -> Mapping[str, object]:
    """The only provider there is; it has no web site."""
    return {
        "id": PROJECT_ID,
        "name": PROJECT,
        "currency_str": user.currency,
        "site": "",
        "billurl": "/billmgr",
    }


class CurrencyRow(WireSchema):
    """A currency. Its ISO code is its id, since no other is known."""

    id = Text()
    iso = Text()
    name = Text()
    is_default = Text()


def currency_rows(call: Call) -> list[Mapping[str, object]]:
    """Every currency some tariff has a price in, and the account's own."""
    codes = {call.user.currency}
    for tariff in call.shop.catalogue.all():
        codes.update(tariff.prices)
    return [
        {
            "id": code,
            "iso": code,
            "name": call.words(CURRENCIES.get(code, {"en": code})),
            "is_default": "on" if code == call.user.currency else "off",
        }
        for code in sorted(codes)
    ]

"""The account itself: its money, its settings, its provider, its discounts.

Source: docs/wire.md section 6, docs/trade.md section 10; docs/evidence.md 7, 23, 24, 111 and 112.
Money is a bare number with its currency beside it, except in ``subaccount``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from emulator.api.context import ActionResult, Call, FormAnswer, Part, Raw, Rows, Value
from emulator.api.fields import Amount, Day, Email, Phone, Structure, Sum, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import logins
from emulator.domain.accounts.accounts import Account, hash_password, is_password
from emulator.domain.accounts.logins import Login
from emulator.domain.billing import discounts
from emulator.domain.billing.discounts import Discount
from emulator.domain.money import currency_id, with_currency
from emulator.errors import AccessDenied, BadValue, Exists
from emulator.functions import descriptions
from emulator.functions.account.settings import check_password, check_settings
from emulator.functions.form_parts import PROJECT, PROJECT_ID, account_name, sum_with_currency
from emulator.functions.listing import Paging, page_of
from emulator.store import tables
from emulator.store.engine import Statement

SOURCE = "docs/wire.md section 6"
FAMILY = Family("account", {"en": "Account", "ru": "Клиент"}, SOURCE, Evidence.OBSERVED)
ACTIVE = {"en": "Active", "ru": "Активен"}
CURRENCIES = {
    "EUR": {"en": "Euro", "ru": "Евро"},
    "RUB": {"en": "Russian rouble", "ru": "Российский рубль"},
    "USD": {"en": "US dollar", "ru": "Доллар США"},
}


class SubaccountRow(WireSchema):
    """The money with one provider."""

    id = Whole("Number of the account with the provider.")
    account = Text(descriptions.ACCOUNT_NAME)
    project = Text(descriptions.PROJECT)
    project_id = Text("Number of the provider.")
    balance = Sum(descriptions.BALANCE_TEXT)
    balance_iso = Sum(descriptions.BALANCE_TEXT)
    credit = Amount(descriptions.CREDIT)
    currency = Text(descriptions.CURRENCY)
    currency_iso = Text("The same as `currency`.")
    currency_str = Text("The same as `currency`.")


@FAMILY.listing(
    "subaccount",
    takes=Paging,
    returns=SubaccountRow,
    fails=(AccessDenied,),
)
def list_subaccounts(call: Call, **paging: Any) -> Rows:
    """The money with the provider. Clients find the row by ``project`` (observed)."""
    user = call.user
    row = {
        "id": user.id,
        "account": account_name(user),
        "project": PROJECT,
        "project_id": PROJECT_ID,
        "balance": sum_with_currency(user.balance, user.currency),
        "balance_iso": with_currency(user.balance, user.currency),
        "credit": user.credit,
        "currency": user.currency,
        "currency_iso": user.currency,
        "currency_str": user.currency,
    }
    return page_of(call, [row], paging)


class AccountRow(WireSchema):
    """The client itself."""

    id = Whole("Number of the account.")
    name = Text("Full name of the client, or the login where there is none.")
    email = Text(descriptions.EMAIL)
    country = Text("Two-letter code of the account's country; empty if it has none.")
    project = Text(descriptions.PROJECT)
    balance = Amount(descriptions.BALANCE)
    currency_str = Text(descriptions.CURRENCY)
    account_status = Text("State of the account as a label; always `Active` here.")
    status = Text("Number of that state; always 2 here.")
    registration_date = Day("Day on which the account was opened.")


@FAMILY.listing(
    "account",
    takes=Paging,
    returns=AccountRow,
    fails=(AccessDenied,),
    evidence=Evidence.DOCUMENTED,
)
def list_accounts(call: Call, **paging: Any) -> Rows:
    """The caller's own account; a client sees no other."""
    user = call.user
    row = {
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
    return page_of(call, [row], paging)


class ProjectRow(WireSchema):
    """The provider."""

    id = Text("Number of the provider.")
    name = Text(descriptions.PROJECT)
    currency_str = Text(descriptions.CURRENCY)
    site = Text("Web site of the provider; always empty here.")
    billurl = Text("Path of the provider's API on this host.")


@FAMILY.listing(
    "project",
    takes=Paging,
    returns=ProjectRow,
    fails=(AccessDenied,),
    evidence=Evidence.DOCUMENTED,
)
def list_projects(call: Call, **paging: Any) -> Rows:
    """The provider, of which there is one."""
    row = {
        "id": PROJECT_ID,
        "name": PROJECT,
        "currency_str": call.user.currency,
        "site": "",
        "billurl": "/billmgr",
    }
    return page_of(call, [row], paging)


class CurrencyRow(WireSchema):
    """A currency. Those of EUR, RUB and USD are known numbers, any other is computed."""

    id = Whole("Number of the currency.")
    iso = Text("ISO code of the currency.")
    name = Text("Name of the currency in the language of the caller.")
    is_default = Text("`on` for the account's own currency.")


@FAMILY.listing(
    "currency",
    takes=Paging,
    returns=CurrencyRow,
    fails=(AccessDenied,),
    source=f"{SOURCE}: RUB 126, EUR 50 and USD 153; other numbers are assumed",
)
def list_currencies(call: Call, **paging: Any) -> Rows:
    """Every currency in which some tariff has a price, and the account's own."""
    codes = {call.user.currency}
    for tariff in call.shop.catalogue.all():
        codes.update(tariff.prices)
    rows = [
        {
            "id": currency_id(code),
            "iso": code,
            "name": call.words(CURRENCIES.get(code, {"en": code})),
            "is_default": "on" if code == call.user.currency else "off",
        }
        for code in sorted(codes)
    ]
    return page_of(call, rows, paging)


PASSWORDS = ("passwd", "confirm", "old_passwd")
UNUSED_SETTINGS = ("timezone", "startpage")
"""Settings that are stored and shown, and that nothing here acts upon."""


class SettingsParameters(WireSchema):
    """The settings of a login; only what is sent changes."""

    realname = Text(descriptions.REAL_NAME)
    email = Email(descriptions.EMAIL, clears=True)
    phone = Phone(descriptions.PHONE, longest=50)
    lang = Text(descriptions.LANGUAGE)
    timezone = Text("Time zone; stored and shown, not acted upon.")
    startpage = Text("First page after the login; stored and shown, not acted upon.")


class SettingsChange(SettingsParameters):
    """The same, and a new password."""

    passwd = Text(descriptions.PASSWORD)
    confirm = Text("The password again; may be left out.")
    old_passwd = Text("The password until now; may be left out, and is checked where it is sent.")


class SettingsForm(SettingsParameters):
    """The settings, with the money beside them (docs/evidence.md 24 and 30)."""

    elid = Text("Number of the login: that of the account, or of a further one.")
    id = Text("The same as `elid`.")
    name = Text(descriptions.LOGIN)
    balance = Amount(descriptions.BALANCE)
    currency = Text(descriptions.CURRENCY)
    createdate = Day("Day on which the account was opened.")
    deletion = Text(
        "Whether the account may delete its services: `allowed`; `forbidden` and `phone` refuse."
    )


@FAMILY.form(
    "usrparam",
    takes=SettingsChange,
    returns=SettingsForm,
    fails=(AccessDenied, BadValue, Exists),
    source=f"{SOURCE}, docs/resale.md section 2.4",
)
def show_settings(call: Call, lang: str = "", **draft: Any) -> FormAnswer:
    """The user's settings, with balance and currency; with sok they change.

    ``lang`` also chooses the language of an answer, so the mere form does not repeat it.
    """
    del lang
    shown = {name: value for name, value in draft.items() if name not in PASSWORDS}
    return _settings_form(call.user, call.own_login, shown)


@show_settings.on_submit
def save_settings(
    call: Call, passwd: str = "", confirm: str = "", old_passwd: str = "", **changes: Any
) -> ActionResult:
    """Changes what was sent.

    Raises BadValue for an unknown language, a bad e-mail address, a short or unequal password and
    a wrong old one, Exists for the name or the address of another login.
    """
    if old_passwd and not is_password(call.own_login.password_hash, old_passwd):
        raise BadValue("old_passwd", "")
    check_settings(changes)
    check_password(passwd, confirm)
    unused = {name: changes.pop(name) for name in UNUSED_SETTINGS if name in changes}
    login = call.own_login
    if changes.get("email", login.email).lower() != login.email.lower():
        logins.require_free(call.shop.db, changes["email"], but=login.id)
    changed = replace(login, **changes, params={**login.params, **unused})
    if passwd:
        changed = replace(changed, password_hash=hash_password(passwd))
    logins.save(call.shop.db, changed)
    return ActionResult(form=_settings_form(call.user, changed, {}))


def _settings_form(user: Account, login: Login, draft: Mapping[str, str]) -> FormAnswer:
    shown: dict[str, object] = {
        "elid": str(login.id),
        "id": str(login.id),
        "name": login.name,
        "realname": login.realname,
        "email": login.email,
        "phone": login.phone,
        "lang": login.lang,
        **{name: login.params.get(name, "") for name in UNUSED_SETTINGS},
        "balance": user.balance,
        "currency": user.currency,
        "createdate": user.created_on,
        "deletion": user.deletion,
    }
    return FormAnswer({**shown, **draft})


@FAMILY.document(
    "clientoption",
    fails=(AccessDenied,),
    source=f"{SOURCE}, docs/evidence.md 158 (one client)",
)
def show_options(call: Call) -> Raw:
    """The settings of a login under the names that an older client reads."""
    login = call.own_login
    shown = {
        "user_id": str(login.id),
        "user_email": login.email,
        "user_realname": login.realname,
        "user_phone": login.phone,
        "user_timezone": login.params.get("timezone", ""),
    }
    return Raw([Part(name, value) for name, value in shown.items()])


C = tables.promo_code.c
_PROMOTIONS = Statement(select(C.code, C.percent, C.type).order_by(C.code))


class PromotionRow(WireSchema):
    """One discount or promotion: a row of ``promotion``."""

    id = Whole("Number of the row.")
    name = Structure("Its name: a further `name` inside.")
    value = Structure("How much it is: `text`, such as `10%`.")
    promocode = Text("The promo code; empty for a discount of the account itself.")
    discount = Whole("Per cent that are taken off.")
    itemtype = Text("Internal name of the product type it is for; empty: all.")
    pricelist = Text("Number of the tariff it is for; empty: all.")


@FAMILY.form(
    "account.discountinfo",
    returns=WireSchema,
    tables={"promotion": PromotionRow},
    fails=(AccessDenied,),
)
def show_discounts(call: Call) -> FormAnswer:
    """The account's own discounts and the running promotions, as the table ``promotion``.

    ``name`` and ``value`` are one level deeper than elsewhere (docs/evidence.md 112); the other
    columns of a row are assumed.
    """
    own = discounts.list_discounts(call.shop, call.user)
    rows = [_discount_row(call, discount) for discount in own]
    rows += [_promotion_row(*row) for row in call.shop.db.rows(_PROMOTIONS)]
    numbered = [{"id": str(number), **row} for number, row in enumerate(rows, start=1)]
    return FormAnswer({}, lists={"promotion": numbered})


@show_discounts.on_submit
def close_discounts(call: Call) -> ActionResult:
    """Changes nothing."""
    del call
    return ActionResult()


def _discount_row(call: Call, discount: Discount) -> Mapping[str, Value]:
    """A discount of the account itself, which needs no code."""
    return {
        **_named(call.words(discount.name), discount.percent),
        "promocode": "",
        "discount": str(discount.percent),
        "itemtype": discount.type or "",
        "pricelist": str(discount.tariff_id or ""),
    }


def _named(name: str, percent: int) -> dict[str, Value]:
    """``name`` and ``value`` with the element inside that a client reads."""
    return {
        "name": Part("name", parts=[Part("name", name)]),
        "value": Part("value", parts=[Part("text", f"{percent}%")]),
    }


def _promotion_row(code: str, percent: int, product_type: str | None) -> Mapping[str, Value]:
    """``discount`` is a percentage; without ``itemtype`` it holds for every product."""
    return {
        **_named(code, percent),
        "promocode": code,
        "discount": str(percent),
        "itemtype": product_type or "",
        "pricelist": "",
    }

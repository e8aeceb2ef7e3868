"""The account itself: its money, its settings, its payer, its provider.

Source: docs/wire.md section 6, docs/trade.md section 10; docs/evidence.md 7, 23 and 24.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from emulator.api.context import ActionResult, Call, FormAnswer, Rows
from emulator.api.fields import Amount, Day, Text
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import accounts
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import discounts
from emulator.domain.billing.discounts import Discount
from emulator.errors import AccessDenied, BadValue
from emulator.functions.account.rows import (
    AccountRow,
    CurrencyRow,
    ProjectRow,
    SubaccountRow,
    account_row,
    currency_rows,
    project_row,
    subaccount_row,
)
from emulator.functions.account.settings import check_settings
from emulator.functions.listing import Paging
from emulator.functions.table import page_of
from emulator.store import tables
from emulator.store.engine import Statement

SOURCE = "docs/wire.md section 6"
FREE_SETTINGS = ("timezone", "startpage")
"""Settings that nothing here acts upon: kept and shown."""

C = tables.promo_code.c
_PROMOTIONS = Statement(select(C.code, C.percent, C.type).order_by(C.code))


class Settings(WireSchema):
    """What a user may change of itself; only what is sent changes."""

    realname = Text()
    email = Text()
    phone = Text(longest=50)
    lang = Text()
    timezone = Text()
    startpage = Text()


class SettingsForm(Settings):
    """The settings, with the money beside them (docs/evidence.md 24).

    ``deletion`` tells whether the account may delete its services (docs/evidence.md 30).
    """

    elid = Text()
    id = Text()
    name = Text()
    balance = Amount()
    currency = Text()
    createdate = Day()
    deletion = Text()


def family() -> Family:
    """Lists of one row or a few, the user's settings, the discounts."""
    account = Family("account", {"en": "Account", "ru": "Клиент"})
    _add_money(account)
    _add_owner(account)
    _add_provider(account)
    _add_settings(account)
    _add_discounts(account)
    return account


def _add_money(account: Family) -> None:
    @account.listing(
        "subaccount",
        takes=Paging,
        returns=SubaccountRow,
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        title={"en": "Accounts with providers", "ru": "Лицевые счета"},
    )
    def subaccount(call: Call, **paging: Any) -> Rows:
        """The money with the provider. ``balance`` is a bare number, its currency stands beside."""
        return page_of(call, [subaccount_row(call.user)], paging)


def _add_owner(account: Family) -> None:
    @account.listing(
        "account",
        takes=Paging,
        returns=AccountRow,
        fails=(AccessDenied,),
        evidence=Evidence.DOCUMENTED,
        source=SOURCE,
    )
    def listing(call: Call, **paging: Any) -> Rows:
        """The caller's own account; a client sees no other."""
        return page_of(call, [account_row(call)], paging)


def _add_provider(account: Family) -> None:
    @account.listing(
        "project",
        takes=Paging,
        returns=ProjectRow,
        fails=(AccessDenied,),
        evidence=Evidence.DOCUMENTED,
        source=SOURCE,
        title={"en": "Providers", "ru": "Провайдеры"},
    )
    def project(call: Call, **paging: Any) -> Rows:
        """The provider, of which there is one."""
        return page_of(call, [project_row(call.user)], paging)

    @account.listing(
        "currency",
        takes=Paging,
        returns=CurrencyRow,
        fails=(AccessDenied,),
        evidence=Evidence.ASSUMED,
        source=f"{SOURCE}: the function exists, its fields are not known",
        title={"en": "Currencies", "ru": "Валюты"},
    )
    def currency(call: Call, **paging: Any) -> Rows:
        """The currencies prices are told in; ``is_default`` marks the account's own."""
        return page_of(call, currency_rows(call), paging)


def _add_settings(account: Family) -> None:
    @account.form(
        "usrparam",
        takes=Settings,
        returns=SettingsForm,
        fails=(AccessDenied, BadValue),
        evidence=Evidence.OBSERVED,
        source=f"{SOURCE}, docs/resale.md section 2.4",
        title={"en": "Settings", "ru": "Настройки"},
    )
    def show(call: Call, lang: str = "", **draft: Any) -> FormAnswer:
        """The user's settings, with balance and currency; with sok they change.

        ``lang`` also chooses the language of an answer, so a mere look does not repeat it.
        """
        return _form(call.user, draft)

    @show.on_submit
    def save(call: Call, **changes: Any) -> ActionResult:
        check_settings(changes)
        own = {name: changes.pop(name) for name in FREE_SETTINGS if name in changes}
        user = call.user
        changed = replace(user, **changes, params={**user.params, **own})
        accounts.save(call.shop.db, changed)
        return ActionResult(form=_form(changed, {}))


def _form(user: Account, draft: Mapping[str, str]) -> FormAnswer:
    shown: dict[str, object] = {
        "elid": str(user.id),
        "id": str(user.id),
        "name": user.login,
        "realname": user.realname,
        "email": user.email,
        "phone": user.phone,
        "lang": user.lang,
        **{name: user.params.get(name, "") for name in FREE_SETTINGS},
        "balance": user.balance,
        "currency": user.currency,
        "createdate": user.created_on,
        "deletion": user.deletion,
    }
    return FormAnswer({**shown, **draft})


def _add_discounts(account: Family) -> None:
    @account.form(
        "account.discountinfo",
        returns=WireSchema,
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        title={"en": "Discounts", "ru": "Скидки"},
    )
    def show(call: Call) -> FormAnswer:
        """The account's own discounts and the promotions that run, as table ``promotion``.

        The columns of a row are assumed.
        """
        own = discounts.of_account(call.shop, call.user)
        rows = [_own_discount(call, place, one) for place, one in enumerate(own, start=1)]
        rows += [_promotion(*row) for row in call.shop.db.rows(_PROMOTIONS)]
        return FormAnswer({}, lists={"promotion": rows})

    @show.on_submit
    def nothing(call: Call) -> ActionResult:
        return ActionResult()


def _own_discount(call: Call, place: int, one: Discount) -> Mapping[str, str]:
    """A partner's discount needs no code."""
    return {
        "id": f"discount{place}",
        "name": call.words(one.name),
        "promocode": "",
        "discount": str(one.percent),
        "itemtype": one.type or "",
        "pricelist": str(one.tariff_id or ""),
    }


def _promotion(code: str, percent: int, product_type: str | None) -> Mapping[str, str]:
    """``discount`` is a percentage; without ``itemtype`` it goes for every product."""
    return {
        "id": code,
        "name": code,
        "promocode": code,
        "discount": str(percent),
        "itemtype": product_type or "",
        "pricelist": "",
    }

"""``user``: the logins of an account, of which there is one.

Source: docs/wire.md section 8; docs/evidence.md 41.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.api.context import ActionResult, Call, FormAnswer, Rows
from emulator.api.fields import Email, Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import accounts
from emulator.domain.accounts.accounts import Account
from emulator.errors import AccessDenied, BadValue, Missed
from emulator.functions import descriptions
from emulator.functions.account.settings import check_settings
from emulator.functions.form_parts import account_name
from emulator.functions.listing import Paging, page_of

SOURCE = "docs/wire.md section 8, docs/evidence.md 41"
LEVEL = "16"
USER = "Number of the login, the same as that of its account."
FAMILY = Family("user", {"en": "Users", "ru": "Пользователи"})


class UserRow(WireSchema):
    """A login."""

    id = Whole(USER)
    name = Text(descriptions.LOGIN)
    realname = Text(descriptions.REAL_NAME)
    email = Text(descriptions.EMAIL)
    phone = Text(descriptions.PHONE)
    account = Text(descriptions.ACCOUNT_NAME)
    level = Text("Level of access; always 16, a client.")
    lang = Text(descriptions.LANGUAGE)


class UserChange(WireSchema):
    """What can be changed of a login; only what is sent changes."""

    elid = Id(USER, entity="user", required=True)
    realname = Text(descriptions.REAL_NAME)
    email = Email(descriptions.EMAIL, clears=True)
    phone = Text(descriptions.PHONE)
    lang = Text(descriptions.LANGUAGE)
    passwd = Text(descriptions.PASSWORD)
    confirm = Text(descriptions.PASSWORD_AGAIN)


class UserForm(UserRow):
    """A login as it is shown; never its password."""

    elid = Whole(USER)


@FAMILY.listing(
    "user",
    takes=Paging,
    returns=UserRow,
    fails=(AccessDenied,),
    evidence=Evidence.OBSERVED,
    source=SOURCE,
)
def list_users(call: Call, **paging: Any) -> Rows:
    """The logins of the account: only the caller's own."""
    return page_of(call, [_fields(call.user)], paging)


@FAMILY.form(
    "user.edit",
    takes=UserChange,
    returns=UserForm,
    fails=(Missed, BadValue),
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    example={"elid": "1"},
)
def show_user(call: Call, elid: int, **draft: Any) -> FormAnswer:
    """A login; with sok it changes, ``passwd`` and ``confirm`` change its password."""
    shown = {name: v for name, v in draft.items() if name not in ("passwd", "confirm")}
    return FormAnswer({"elid": elid, **_fields(_own(call, elid)), **shown})


@show_user.on_submit
def save_user(
    call: Call, elid: int, passwd: str = "", confirm: str = "", **changes: Any
) -> ActionResult:
    """Changes what was sent. Raises BadValue for a bad setting or unequal passwords."""
    account = _own(call, elid)
    check_settings(changes)
    if passwd != confirm:
        raise BadValue("confirm", "")
    changed = replace(account, **changes)
    accounts.save(call.shop.db, changed)
    if passwd:
        accounts.set_password(call.shop.db, account.id, passwd)
    return ActionResult({"id": account.id}, form=FormAnswer({"elid": elid, **_fields(changed)}))


def _own(call: Call, elid: int) -> Account:
    if elid != call.user.id:
        raise Missed("user", str(elid))
    return call.user


def _fields(user: Account) -> dict[str, object]:
    return {
        "id": user.id,
        "name": user.login,
        "realname": user.realname,
        "email": user.email,
        "phone": user.phone,
        "account": account_name(user),
        "level": LEVEL,
        "lang": user.lang,
    }

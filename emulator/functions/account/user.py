"""``user``: the logins of an account, of which there is one.

Source: docs/wire.md section 8; docs/evidence.md 41.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emulator.api.context import ActionResult, Call, FormAnswer, Rows
from emulator.api.fields import Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import accounts
from emulator.domain.accounts.accounts import Account
from emulator.errors import AccessDenied, BadValue, Missed
from emulator.functions.account.settings import check_settings
from emulator.functions.listing import Paging
from emulator.functions.table import page_of

SOURCE = "docs/wire.md section 8, docs/evidence.md 41"
LEVEL = "16"


class UserRow(WireSchema):
    """A login. ``level`` 16 is a client."""

    id = Whole()
    name = Text()
    realname = Text()
    email = Text()
    phone = Text()
    account = Text()
    level = Text()
    lang = Text()


class UserChange(WireSchema):
    """What can be changed of a login; only what is sent changes."""

    elid = Id(entity="user", required=True)
    realname = Text()
    email = Text()
    phone = Text()
    lang = Text()
    passwd = Text()
    confirm = Text()


class UserForm(UserRow):
    """A login as it is shown; never its password."""

    elid = Whole()


def family() -> Family:
    """Logins."""
    user = Family("user", {"en": "Users", "ru": "Пользователи"})

    @user.listing(
        "user",
        takes=Paging,
        returns=UserRow,
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
    )
    def listing(call: Call, **paging: Any) -> Rows:
        """The logins of the account: the one that asks."""
        return page_of(call, [_fields(call.user)], paging)

    @user.form(
        "user.edit",
        takes=UserChange,
        returns=UserForm,
        fails=(Missed, BadValue),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"elid": "1"},
    )
    def show(call: Call, elid: int, **draft: Any) -> FormAnswer:
        """A login; with sok it changes, ``passwd`` and ``confirm`` its password."""
        shown = {n: v for n, v in draft.items() if n not in ("passwd", "confirm")}
        return FormAnswer({"elid": elid, **_fields(_own(call, elid)), **shown})

    @show.on_submit
    def save(
        call: Call, elid: int, passwd: str = "", confirm: str = "", **changes: Any
    ) -> ActionResult:
        account = _own(call, elid)
        check_settings(changes)
        if passwd != confirm:
            raise BadValue("confirm", "")
        changed = replace(account, **changes)
        accounts.save(call.shop.db, changed)
        if passwd:
            accounts.set_password(call.shop.db, account.id, passwd)
        return ActionResult({"id": account.id}, form=FormAnswer({"elid": elid, **_fields(changed)}))

    return user


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
        "account": user.realname or user.login,
        "level": LEVEL,
        "lang": user.lang,
    }

"""``user``: the logins of an account, which makes, changes, suspends and deletes them.

Source: docs/wire.md sections 6 and 8; docs/evidence.md 41 and 130. What a login may call,
``rights``, is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from emulator.api.context import ActionResult, Call, FormAnswer, Rows
from emulator.api.fields import Email, Flag, Id, Phone, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import accounts, logins
from emulator.domain.accounts.logins import Login
from emulator.domain.catalogue.catalogue import OwnType
from emulator.errors import AccessDenied, BadValue, Exists, Missed
from emulator.functions import descriptions
from emulator.functions.account.settings import check_password, check_settings
from emulator.functions.form_parts import account_name, numbers_of
from emulator.functions.listing import Paging, page_of

SOURCE = "docs/wire.md section 8, docs/evidence.md 130"
LEVEL = "16"
USER = "Number of the login; the account's own has the number of its account."
RIGHTS = (
    "What the login may call where it may not call everything: functions and families, separated by"
    " commas: `soft, service.prolong`."
)
ALLOW_ALL = "Whether the login may call everything: `on`; with `off` only what `rights` names."
IsKnown = Callable[[str, Mapping[str, OwnType]], bool]
FAMILY = Family("user", {"en": "Users", "ru": "Пользователи"}, SOURCE, Evidence.OBSERVED)


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
    default_access_allow = Flag(ALLOW_ALL)
    rights = Text(RIGHTS)
    enabled = Flag("`off` for a suspended login.")
    self = Flag("`on` for the login that calls.")


class UserChange(WireSchema):
    """What can be changed of a login, or what a new one has; only what is sent changes."""

    elid = Id("Number of the login; if left out, a new one is made.", entity="user")
    email = Email("E-mail address of a new login, which becomes its name; later it stays.")
    realname = Text("Full name of a new login; later it stays.")
    phone = Phone(descriptions.PHONE)
    lang = Text(descriptions.LANGUAGE)
    passwd = Text(descriptions.PASSWORD)
    confirm = Text("The password again; may be left out.")
    default_access_allow = Flag(ALLOW_ALL)
    rights = Text(RIGHTS, longest=4096)


class UserForm(UserRow):
    """A login as it is shown; never its password."""

    elid = Whole(USER)


@FAMILY.listing("user", takes=Paging, returns=UserRow, fails=(AccessDenied,))
def list_users(call: Call, **paging: Any) -> Rows:
    """The logins of the account: its own, and further ones."""
    everyone = logins.list_logins(call.shop.db, call.user.id)
    return page_of(call, [_fields(call, login) for login in everyone], paging)


def declare_edit(is_known: IsKnown) -> Family:
    """``user.edit``. ``is_known``: whether a world has a function or a family of this name."""
    family = Family(FAMILY.name, FAMILY.title, FAMILY.source, FAMILY.evidence)
    editor = UserEditor(is_known)
    function = family.form(
        "user.edit",
        takes=UserChange,
        returns=UserForm,
        fails=(Missed, BadValue, Exists, AccessDenied),
        example={"elid": "1"},
    )(editor.show)
    function.on_submit(editor.save)
    return family


@dataclass(frozen=True, slots=True)
class UserEditor:
    """The handlers of ``user.edit``."""

    is_known: IsKnown

    def show(self, call: Call, elid: int | None = None, **draft: Any) -> FormAnswer:
        """A login; with sok it changes, and without ``elid`` a further one is made.

        E-mail address and full name of a login that is there stay as they are, without an error.
        """
        shown = {name: value for name, value in draft.items() if name not in ("passwd", "confirm")}
        if elid is None:
            empty = {"email": "", "realname": "", "phone": "", "lang": call.own_login.lang}
            return FormAnswer({**empty, "default_access_allow": True, "rights": "", **shown})
        login = logins.require_owned(call.shop.db, call.user.id, elid)
        return FormAnswer({"elid": elid, **_fields(call, login), **shown})

    def save(
        self,
        call: Call,
        elid: int | None = None,
        passwd: str = "",
        confirm: str = "",
        **sent: Any,
    ) -> ActionResult:
        """Changes what was sent, or makes a login.

        Raises BadValue for a bad setting, a short or unequal password, a right that names nothing
        or less than everything for the account's own login, Exists for a name or an e-mail address
        in use, AccessDenied where a login with few rights would give more.
        """
        check_settings(sent)
        check_password(passwd, confirm)
        rights = self._read_rights(call, sent)
        if elid is None:
            login = _add(call, passwd, sent, rights.get("rights", call.own_login.rights))
        else:
            login = logins.require_owned(call.shop.db, call.user.id, elid)
            if login.is_own and rights.get("rights") is not None:
                name = "rights" if "rights" in sent else "default_access_allow"
                raise BadValue(name, call.params[name])
            login = replace(
                login,
                phone=sent.get("phone", login.phone),
                lang=sent.get("lang", login.lang),
                password_hash=accounts.hash_password(passwd) if passwd else login.password_hash,
                rights=rights.get("rights", login.rights),
            )
            logins.save(call.shop.db, login)
        form = FormAnswer({"elid": login.id, **_fields(call, login)})
        return ActionResult({"id": login.id}, form=form)

    def _read_rights(
        self, call: Call, sent: Mapping[str, Any]
    ) -> dict[str, tuple[str, ...] | None]:
        """The rights that were sent, or nothing.

        Raises BadValue for what is neither function nor family, AccessDenied where they exceed the
        caller's.
        """
        if "default_access_allow" not in sent and "rights" not in sent:
            return {}
        words = [name.strip() for name in sent.get("rights", "").split(",")]
        named = tuple(word.removeprefix("v2.") for word in words if word)
        for name in named:
            if not self.is_known(name, call.shop.catalogue.types):
                raise BadValue("rights", name)
        allow_all = sent.get("default_access_allow", not named)
        rights = None if allow_all else named
        caller = call.own_login
        if caller.rights is not None and (rights is None or not all(map(caller.may_call, rights))):
            raise AccessDenied(call.func)
        return {"rights": rights}


def _add(call: Call, passwd: str, sent: Mapping[str, Any], rights: tuple[str, ...] | None) -> Login:
    if "email" not in sent:
        raise BadValue.empty("email")
    if not passwd:
        raise BadValue.empty("passwd")
    return logins.add(
        call.shop.db, call.user.id, sent["email"], passwd, email=sent["email"],
        realname=sent.get("realname", ""), phone=sent.get("phone", ""),
        lang=sent.get("lang", call.own_login.lang), rights=rights,
    )  # fmt: skip


@FAMILY.action(
    "user.suspend", takes=numbers_of("logins", "user"), elids="elid", fails=(Missed, AccessDenied)
)
def suspend_users(call: Call, elid: int) -> ActionResult:
    """Switches logins off, and ends their sessions; the last one that is on stays."""
    logins.suspend(call.shop.db, logins.require_owned(call.shop.db, call.user.id, elid))
    return ActionResult()


@FAMILY.action(
    "user.resume",
    takes=numbers_of("logins", "user"),
    elids="elid",
    fails=(Missed,),
    example={"elid": "1"},
)
def resume_users(call: Call, elid: int) -> ActionResult:
    """Switches logins on again; one that is on stays so."""
    logins.resume(call.shop.db, logins.require_owned(call.shop.db, call.user.id, elid))
    return ActionResult()


@FAMILY.action(
    "user.delete", takes=numbers_of("logins", "user"), elids="elid", fails=(Missed, AccessDenied)
)
def delete_users(call: Call, elid: int) -> ActionResult:
    """Deletes logins, and ends their sessions; the last one cannot be deleted."""
    logins.remove(call.shop.db, logins.require_owned(call.shop.db, call.user.id, elid))
    return ActionResult()


def _fields(call: Call, login: Login) -> dict[str, object]:
    return {
        "id": login.id,
        "name": login.name,
        "realname": login.realname,
        "email": login.email,
        "phone": login.phone,
        "account": account_name(call.user),
        "level": LEVEL,
        "lang": login.lang,
        "default_access_allow": login.rights is None,
        "rights": ", ".join(login.rights or ()),
        "enabled": not login.suspended,
        "self": login.id == call.own_login.id,
    }

"""``profile``: payers, listed, shown, made and changed.

Source: docs/wire.md section 6, docs/resale.md section 2.4; docs/evidence.md 40.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Rows
from emulator.api.fields import Id, Ids, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import profiles
from emulator.domain.accounts.profiles import COMPANY, PERSON, Profile
from emulator.errors import AccessDenied, ApiError, BadValue, Missed, TooMuch
from emulator.functions.listing import Column, Listing, Paging
from emulator.functions.params import PROJECT
from emulator.store import tables
from emulator.store.engine import Row

SOURCE = "docs/wire.md section 6, docs/resale.md section 2.4"
FAILS: tuple[type[ApiError], ...] = (Missed, BadValue, TooMuch)
KIND_NAMES = {
    PERSON: {"en": "Person", "ru": "Физическое лицо"},
    COMPANY: {"en": "Company", "ru": "Юридическое лицо"},
}
DETAILS = ("country", "city", "address", "postcode", "email", "phone", "vatnum", "inn")

R = tables.profile.c
LISTING = Listing(
    select(R.id, R.profiletype, R.name, R.fields).where(R.account_id == bindparam("owner")),
    R.id,
    (
        Column("id", R.id, "number"),
        Column("name", R.name, "text"),
        Column("profiletype", R.profiletype, "number"),
        Column("ptype", R.profiletype, "number"),
    ),
)


class Details(WireSchema):
    """What is known of a payer beside its name."""

    country = Text()
    city = Text()
    address = Text()
    postcode = Text()
    email = Text()
    phone = Text()
    vatnum = Text()
    inn = Text()


class Kind(WireSchema):
    """What kind of payer is wanted."""

    profiletype = Whole()


class NewProfile(Details):
    """A new payer."""

    profiletype = Whole()
    name = Text(needed=True)


class ProfileChange(Details):
    """A payer; without ``elid`` a new one. Only what is sent changes."""

    elid = Id(entity="profile")
    profiletype = Whole()
    name = Text()


class ProfileForm(Details):
    """A payer as it is shown."""

    elid = Whole()
    id = Whole()
    profiletype = Whole()
    name = Text()


class ProfileRow(Details):
    """A row of the list. ``profiletype`` and ``ptype`` 1 is a person, 2 a company."""

    id = Whole()
    name = Text()
    account = Text()
    profiletype = Text()
    ptype = Text()
    project = Text()


class Elements(WireSchema):
    """One or many payers."""

    elid = Ids(required=True, entity="profile")


def family() -> Family:
    """Payers."""
    profile = Family("profile", {"en": "Payers", "ru": "Плательщики"})
    _add_list(profile)
    _add_edit(profile)
    _add_new(profile)
    return profile


def _add_list(family: Family) -> None:
    @family.listing(
        "profile",
        takes=Paging,
        returns=ProfileRow,
        fails=(AccessDenied,),
        evidence=Evidence.DOCUMENTED,
        source=SOURCE,
    )
    def listing(call: Call, **paging: Any) -> Rows:
        """Who pays; the first payer is the account itself (fields of a row are assumed)."""
        return LISTING.page(
            call, paging, lambda row: _row(call, row), fixed={"owner": call.user.id}
        )

    @family.action(
        "profile.delete",
        takes=Elements,
        elids="elid",
        fails=(Missed, AccessDenied),
        evidence=Evidence.ASSUMED,
        source="assumed: docs/evidence.md 40",
        example={"elid": "1"},
    )
    def delete(call: Call, elid: int) -> ActionResult:
        """Takes payers away in whose name nothing was paid."""
        profiles.remove(call.shop, profiles.own(call.shop, call.user, elid))
        return ActionResult()


def _row(call: Call, row: Row) -> Mapping[str, object]:
    one = Profile(*row)
    return {
        "id": one.id,
        "name": one.name,
        "account": call.user.realname or call.user.login,
        "profiletype": str(one.kind),
        "ptype": str(one.kind),
        "project": PROJECT,
        **{name: one.fields.get(name, "") for name in DETAILS},
    }


def _add_edit(family: Family) -> None:
    @family.form(
        "profile.edit",
        takes=ProfileChange,
        returns=ProfileForm,
        fails=FAILS,
        evidence=Evidence.DOCUMENTED,
        source=SOURCE,
        example={"elid": "1"},
    )
    def show(call: Call, elid: int | None = None, **draft: Any) -> FormAnswer:
        """One payer; with sok it changes, and without ``elid`` a new one is made."""
        if elid is None:
            return _form(call, draft)
        one = profiles.own(call.shop, call.user, elid)
        return _form(call, {**_fields(one), **draft})

    @show.on_submit
    def save(
        call: Call,
        elid: int | None = None,
        profiletype: int | None = None,
        name: str | None = None,
        **details: Any,
    ) -> ActionResult:
        if elid is None:
            made = profiles.add(call.shop, call.user, profiletype or PERSON, name or "", details)
            return ActionResult({"id": made.id}, form=_form(call, _fields(made)))
        one = profiles.own(call.shop, call.user, elid)
        changed = profiles.change(call.shop, one, profiletype, name, details)
        return ActionResult({"id": changed.id}, form=_form(call, _fields(changed)))


def _add_new(family: Family) -> None:
    @family.form(
        "profile.add",
        takes=Kind,
        returns=ProfileForm,
        fails=(BadValue,),
        evidence=Evidence.DOCUMENTED,
        source=SOURCE,
        next_step="profile.add.profiledata",
    )
    def kind(call: Call, **draft: Any) -> FormAnswer:
        """The first step to a new payer: a person or a company."""
        return _form(call, draft)

    @kind.on_submit
    def choose(call: Call, **draft: Any) -> ActionResult:
        return ActionResult(draft, ok="func=profile.add.profiledata", ok_type="form")

    @family.form(
        "profile.add.profiledata",
        takes=NewProfile,
        returns=ProfileForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"profiletype": "2", "name": "Example GmbH", "sok": "ok"},
    )
    def show(call: Call, **draft: Any) -> FormAnswer:
        """Makes a payer; its number is ``id``."""
        return _form(call, draft)

    @show.on_submit
    def add(call: Call, name: str, profiletype: int = PERSON, **details: Any) -> ActionResult:
        made = profiles.add(call.shop, call.user, profiletype, name, details)
        return ActionResult({"id": made.id}, ok="func=profile", ok_type="list")


def _fields(one: Profile) -> dict[str, object]:
    return {
        "elid": one.id,
        "id": one.id,
        "profiletype": one.kind,
        "name": one.name,
        **{name: one.fields.get(name, "") for name in DETAILS},
    }


def _form(call: Call, shown: Mapping[str, object]) -> FormAnswer:
    kinds = [Choice(str(kind), call.words(texts)) for kind, texts in KIND_NAMES.items()]
    return FormAnswer(shown, slists={"profiletype": kinds})

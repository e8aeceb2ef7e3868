"""``profile``: the payers of an account; they are listed, shown, made, changed and deleted.

Source: docs/wire.md section 6, docs/resale.md section 2.4; docs/evidence.md 40, 131 and
166. How papers are sent (``maildocs``) is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import bindparam, select

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Rows
from emulator.api.fields import Email, Id, OneOf, Phone, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import countries, profiles
from emulator.domain.accounts.profiles import COMPANY, PERSON, SOLE_PROPRIETOR, Profile
from emulator.errors import AccessDenied, ApiError, BadValue, Missed, TooMuch
from emulator.functions import descriptions
from emulator.functions.form_parts import PROJECT, account_name, next_step, numbers_of
from emulator.functions.listing import Column, Listing, Paging
from emulator.store import tables
from emulator.store.engine import Row

SOURCE = "docs/wire.md section 6, docs/resale.md section 2.4"
FAMILY = Family("profile", {"en": "Payers", "ru": "Плательщики"}, SOURCE, Evidence.DOCUMENTED)
FAILS: tuple[type[ApiError], ...] = (Missed, BadValue, TooMuch)
KIND_NAMES = {
    PERSON: {"en": "Person", "ru": "Физическое лицо"},
    COMPANY: {"en": "Company", "ru": "Юридическое лицо"},
    SOLE_PROPRIETOR: {"en": "Sole proprietor", "ru": "Индивидуальный предприниматель"},
}
MAIL_PAPERS = {
    "off": {"en": "Do not send", "ru": "Не отправлять"},
    "on": {"en": "Send by post", "ru": "Отправлять почтой"},
}
COUNTRIES = ("country", "country_legal")
DETAILS = (
    "person", "country", "city", "address", "postcode", "country_legal", "city_legal",
    "address_legal", "postcode_legal", "email", "phone", "vatnum", "eu_vat", "inn", "cnp",
    "passport", "note", "maildocs",
)  # fmt: skip
PHYSICAL = {
    "country_physical": "country",
    "city_physical": "city",
    "address_physical": "address",
    "postcode_physical": "postcode",
}
"""The names by which clients send and read where a payer is, and those it is stored under."""
NOTHING_SENT: Mapping[str, Any] = MappingProxyType({})
FLAG = "/manimg/common/flag/{iso}.png"
"""The picture of a country: clients find a country by it."""

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


PAYER = "Number of the payer."
KIND = "Kind of the payer: 1 a person, 2 a company, 3 a sole proprietor."


class CountryNumber(Text):
    """A country by its number; its two letters are taken too, empty is none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value.strip(), attr, data, **kwargs)
        country = countries.find(text) if text else None
        if text and country is None:
            raise ValidationError("country")
        return str(country.id) if country else ""


class PayerDetails(WireSchema):
    """What is stored of a payer beside its name."""

    person = Text("Contact person of the payer.")
    country = CountryNumber("Number of the payer's country, as `country` lists it.")
    city = Text("City of the payer.")
    address = Text("Street and house.")
    postcode = Text("Postal code.")
    country_physical = CountryNumber("The same as `country`.")
    city_physical = Text("The same as `city`.")
    address_physical = Text("The same as `address`.")
    postcode_physical = Text("The same as `postcode`.")
    country_legal = CountryNumber("Number of the country of its legal address.")
    city_legal = Text("Legal address: city.")
    address_legal = Text("Legal address: street and house.")
    postcode_legal = Text("Legal address: postal code.")
    email = Email(descriptions.EMAIL, clears=True)
    phone = Phone(descriptions.PHONE)
    vatnum = Text("Number for value-added tax.")
    eu_vat = Text("Number for value-added tax of the European Union.")
    inn = Text("Russian taxpayer number.")
    cnp = Text("Romanian number of a person.")
    passport = Text("Passport of a person.")
    note = Text("A note about the payer.")
    maildocs = OneOf("Whether papers are sent by post, `on` or `off`.", *MAIL_PAPERS)


class PayerKindParameters(WireSchema):
    """What kind of payer is to be made, and where it is."""

    country = CountryNumber("Number of the payer's country, as `country` lists it.")
    profiletype = Whole(KIND)


class NewProfile(PayerDetails):
    """A new payer."""

    profiletype = Whole(KIND)
    name = Text("Name of the payer; of a person, if it is empty, that of `person`.")


class ProfileChange(PayerDetails):
    """A payer; without ``elid`` a new one. Only what is sent changes."""

    elid = Id("Number of the payer; if left out, a new one is made.", entity="profile")
    profiletype = Whole(KIND)
    name = Text("Name of the payer.")


class ProfileForm(PayerDetails):
    """A payer as it is shown."""

    elid = Whole(PAYER)
    id = Whole("The same as `elid`.")
    profiletype = Whole(KIND)
    name = Text("Name of the payer.")


class ProfileRow(PayerDetails):
    """A payer in the list."""

    id = Whole(PAYER)
    name = Text("Name of the payer.")
    account = Text(descriptions.ACCOUNT_NAME)
    profiletype = Text(KIND)
    ptype = Text("The same as `profiletype`.")
    project = Text(descriptions.PROJECT)


@FAMILY.listing("profile", takes=Paging, returns=ProfileRow, fails=(AccessDenied,))
def list_profiles(call: Call, **paging: Any) -> Rows:
    """The payers; the first one is the account itself (fields of a row are assumed)."""
    return LISTING.page(call, paging, lambda row: _row(call, row), fixed={"owner": call.user.id})


@FAMILY.action(
    "profile.delete",
    takes=numbers_of("payers", "profile"),
    elids="elid",
    fails=(Missed, AccessDenied),
    evidence=Evidence.ASSUMED,
    source="assumed: docs/evidence.md 40",
    example={"elid": "1"},
)
def delete_profiles(call: Call, elid: int) -> ActionResult:
    """Deletes payers in whose name nothing was paid."""
    profiles.remove(call.shop, profiles.own(call.shop, call.user, elid))
    return ActionResult()


def _row(call: Call, row: Row) -> Mapping[str, object]:
    profile = Profile(*row)
    return {
        "id": profile.id,
        "name": profile.name,
        "account": account_name(call.user),
        "profiletype": str(profile.kind),
        "ptype": str(profile.kind),
        "project": PROJECT,
        **_details(profile),
    }


@FAMILY.form(
    "profile.edit",
    takes=ProfileChange,
    returns=ProfileForm,
    fails=FAILS,
    example={"elid": "1"},
)
def show_profile(call: Call, elid: int | None = None, **draft: Any) -> FormAnswer:
    """One payer; with sok it changes, and without ``elid`` a new one is made."""
    stored = {} if elid is None else _fields(profiles.own(call.shop, call.user, elid))
    return _form(call, stored, draft)


@show_profile.on_submit
def save_profile(
    call: Call,
    elid: int | None = None,
    profiletype: int | None = None,
    name: str | None = None,
    **details: Any,
) -> ActionResult:
    """Changes what was sent, or makes a payer."""
    if elid is None:
        saved = add_payer(call, profiletype, name, details)
    else:
        profile = profiles.own(call.shop, call.user, elid)
        changes = _stored_names(details, _details(profile))
        saved = profiles.change(call.shop, profile, profiletype, name, changes)
    return ActionResult({"id": saved.id}, form=_form(call, _fields(saved)))


def add_payer(
    call: Call, kind: int | None, name: str | None, details: Mapping[str, str]
) -> Profile:
    """Makes a payer; a person is called by its own name where no other is sent (observed).

    Raises BadValue for a field, TooMuch beyond the limit.
    """
    kind = kind or PERSON
    if not (name or "").strip() and kind == PERSON:
        name = details.get("person")
    return profiles.add(call.shop, call.user, kind, name or "", _stored_names(details, {}))


def keep_payer(
    call: Call, kind: int | None, name: str | None, details: Mapping[str, str]
) -> Profile:
    """The account's payer that is equal to what was sent, else a new one: calls are repeated."""
    stored = _stored_names(details, {})
    called = name or details.get("person", "")
    for profile in profiles.list_own(call.shop, call.user):
        if (profile.kind, profile.name, profile.fields) == (kind or PERSON, called, stored):
            return profile
    return add_payer(call, kind, name, details)


def _stored_names(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent by the names it is stored under.

    A form that is sent back has both names of an address: the one that was changed counts.
    """
    named = {name: value for name, value in sent.items() if name not in PHYSICAL}
    for name, stored_name in PHYSICAL.items():
        before = stored.get(stored_name, "")
        if name in sent and (named.get(stored_name, before) == before or sent[name] != before):
            named[stored_name] = sent[name]
    return named


def show_kinds(call: Call, **draft: Any) -> FormAnswer:
    """The first step to a new payer: its country and its kind."""
    whole = _form(call, {}, draft)
    shown = {name: whole.fields[name] for name in ("profiletype", "country")}
    return FormAnswer(shown, slists={name: whole.slists[name] for name in shown})


def name_data_step(call: Call, **draft: Any) -> ActionResult:
    """Names the next step."""
    step = next_step(call, "profile.add.profiledata", draft)
    return ActionResult(draft, ok=step, ok_type="form")


FAMILY.form(
    "profile.add",
    takes=PayerKindParameters,
    returns=ProfileForm,
    fails=(BadValue,),
    next_step="profile.add.profiledata",
    first_step="profile.add.country",
)(show_kinds).on_submit(name_data_step)
FAMILY.form(
    "profile.add.country",
    takes=PayerKindParameters,
    returns=ProfileForm,
    fails=(BadValue,),
    next_step="profile.add.profiledata",
    evidence=Evidence.OBSERVED,
    source=f"{SOURCE}, docs/evidence.md 134",
)(show_kinds).on_submit(name_data_step)


@FAMILY.form(
    "profile.add.profiledata",
    takes=NewProfile,
    returns=ProfileForm,
    fails=FAILS,
    evidence=Evidence.OBSERVED,
    example={"profiletype": "2", "name": "Example GmbH", "sok": "ok"},
)
def show_new_profile(call: Call, **draft: Any) -> FormAnswer:
    """Makes a payer; its number is ``id``."""
    return _form(call, {}, draft)


@show_new_profile.on_submit
def add_profile(
    call: Call, name: str | None = None, profiletype: int | None = None, **details: Any
) -> ActionResult:
    """Makes the payer."""
    profile = add_payer(call, profiletype, name, details)
    return ActionResult({"id": profile.id}, ok="func=profile", ok_type="list")


def _fields(profile: Profile) -> dict[str, Any]:
    return {
        "elid": profile.id,
        "id": profile.id,
        "profiletype": profile.kind,
        "name": profile.name,
        **_details(profile),
    }


def _details(profile: Profile) -> dict[str, str]:
    """What is stored of a payer; a fixture names a country by its letters."""
    stored = {name: profile.fields.get(name, "") for name in DETAILS}
    for name in COUNTRIES:
        country = countries.find(stored[name])
        stored[name] = str(country.id) if country else ""
    return _with_both_names({**stored, "maildocs": stored["maildocs"] or "off"})


def _with_both_names(stored: Mapping[str, Any]) -> dict[str, Any]:
    """An address by both names of each of its parts."""
    both = {name: stored[base] for name, base in PHYSICAL.items() if base in stored}
    return {**stored, **both}


def _form(
    call: Call, stored: Mapping[str, Any], draft: Mapping[str, Any] = NOTHING_SENT
) -> FormAnswer:
    kinds = [Choice(str(kind), call.words(texts)) for kind, texts in KIND_NAMES.items()]
    lands = country_choices()
    papers = [Choice(key, call.words(texts)) for key, texts in MAIL_PAPERS.items()]
    choices = {"profiletype": kinds, "maildocs": papers}
    slists = {**choices, **dict.fromkeys(("country", "country_physical", "country_legal"), lands)}
    empty = {**dict.fromkeys(slists, ""), "profiletype": PERSON, "maildocs": "off"}
    shown = {**stored, **_with_both_names(_stored_names(draft, stored))}
    return FormAnswer({**empty, **shown}, slists=slists)


@cache
def country_choices() -> tuple[Choice, ...]:
    """All countries as options of a select, each with its flag."""
    return tuple(
        Choice(str(country.id), country.name, {"image": FLAG.format(iso=country.iso)})
        for country in countries.all_countries()
    )

"""What a client area does with a domain name: servers, contact, what is known of it.

Source: docs/evidence.md 134. That these functions are called is observed; what has no shape there
is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from emulator.api.context import ActionResult, Call, Choice, FormAnswer
from emulator.api.fields import Domain, Email, Flag, Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.services import services
from emulator.domain.services.services import Service
from emulator.errors import BadValue, Missed
from emulator.functions import descriptions
from emulator.functions.account.profile import KIND, KIND_NAMES, CountryNumber, country_choices
from emulator.functions.form_parts import ServiceParameters, next_step
from emulator.functions.products.common import end_text
from emulator.store import tables
from emulator.store.engine import Statement

SOURCE = "docs/wire.md section 6, docs/evidence.md 134"
EXAMPLE = "100018"
SERVERS = ("ns0", "ns1", "ns2", "ns3")
FAMILY = Family("portal", {"en": "Domain names", "ru": "Домены"})
ORDERED = ("pricelist", "period", "domain")
"""What the step before has chosen, and the next one takes."""


def _domain(call: Call, number: int) -> Service:
    return services.require_owned(call.shop, call.user, number, "domain")


class ServerNames(WireSchema):
    """The name servers of a domain name; only what is sent changes, empty takes one away."""

    elid = Id("Number of the domain name.", required=True)
    ns0 = Text(descriptions.NAME_SERVER)
    ns1 = Text(descriptions.NAME_SERVER)
    ns2 = Text(descriptions.NAME_SERVER)
    ns3 = Text(descriptions.NAME_SERVER)
    ns_additional = Text("Further name servers, separated by blanks.", longest=1000)


@FAMILY.form(
    "domain.ns",
    takes=ServerNames,
    returns=ServerNames,
    fails=(Missed, BadValue),
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    example={"elid": EXAMPLE},
)
def show_servers(call: Call, elid: int, **draft: str) -> FormAnswer:
    """The name servers of a domain name; the list of domain names shows them too."""
    service = _domain(call, elid)
    stored = {name: service.params.get(name, "") for name in (*SERVERS, "ns_additional")}
    return FormAnswer({"elid": elid, **stored, **draft})


@show_servers.on_submit
def save_servers(call: Call, elid: int, **sent: str) -> ActionResult:
    """Changes what was sent. Raises BadValue for what is no name of a host."""
    service = _domain(call, elid)
    for name, text in sent.items():
        hosts = [part.partition("/")[0] for part in text.split()]
        if (name in SERVERS and len(hosts) > 1) or not all(map(_is_host, hosts)):
            raise BadValue(name, text)
    changed = replace(service, params={**service.params, **sent})
    services.save(call.shop, changed)
    return ActionResult({"id": elid})


def _is_host(text: str) -> bool:
    return Domain.SHAPE.match(text) is not None and len(text) <= Domain.LONGEST


class WhoisForm(WireSchema):
    """What is known of a domain name."""

    elid = Whole("Number of the domain name.")
    whois_data = Text("What a register would say, as lines of text.")


@FAMILY.form(
    "domain.whois",
    takes=ServiceParameters,
    returns=WhoisForm,
    fails=(Missed,),
    evidence=Evidence.DOCUMENTED,
    source=SOURCE,
    example={"elid": EXAMPLE},
)
def show_whois(call: Call, elid: int) -> FormAnswer:
    """What is known of a domain name here: no register is asked."""
    service = _domain(call, elid)
    lines = [
        f"domain: {service.licname}",
        *(f"nserver: {service.params[name]}" for name in SERVERS if service.params.get(name)),
        f"created: {service.created_on.isoformat()}",
        f"paid-till: {end_text(service)}",
    ]
    return FormAnswer({"elid": elid, "whois_data": "\n".join(lines)})


@show_whois.on_submit
def close_whois(call: Call, elid: int) -> ActionResult:
    """Changes nothing."""
    _domain(call, elid)
    return ActionResult({})


class ContactFields(WireSchema):
    """Who owns a domain name."""

    profiletype = Whole(KIND, least=1, most=3)
    name = Text("Name of the contact.")
    firstname = Text("First name.")
    middlename = Text("Middle name.")
    lastname = Text("Last name.")
    firstname_locale = Text("First name in the letters of the country.")
    middlename_locale = Text("Middle name in the letters of the country.")
    lastname_locale = Text("Last name in the letters of the country.")
    email = Email(descriptions.EMAIL, clears=True)
    phone = Text(descriptions.PHONE)
    location_country = CountryNumber("Number of the country, as `country` lists it.")
    location_state = Text("State or region.")
    location_city = Text("City.")
    location_postcode = Text("Postal code.")
    location_address = Text("Street and house.")
    private = Flag("Whether the register hides the contact.")


CONTACT = tuple(ContactFields().wire_fields)
P = tables.service_profile.c
_OWN = Statement(
    select(P.id, P.fields).where(P.account_id == bindparam("owner")).order_by(P.id.desc())
)
_ADD = Statement(
    insert(tables.service_profile).values(account_id=bindparam("owner"), fields=bindparam("all"))
)
_SAVE = Statement(
    update(tables.service_profile).where(P.id == bindparam("which")).values(fields=bindparam("all"))
)


class ContactChange(ContactFields):
    """A contact; without ``elid`` a new one. Only what is sent changes."""

    elid = Id("Number of the contact; if left out, a new one.", entity="service_profile")


class ContactForm(ContactFields):
    """A contact as it is shown."""

    elid = Whole("Number of the contact.")
    id = Whole("The same as `elid`.")


@FAMILY.form(
    "service_profile.edit",
    takes=ContactChange,
    returns=ContactForm,
    fails=(Missed, BadValue),
    evidence=Evidence.OBSERVED,
    source=SOURCE,
)
def show_contact(call: Call, elid: int | None = None, **draft: Any) -> FormAnswer:
    """A contact for domain names; with sok it changes, and without ``elid`` a new one is made."""
    stored = {} if elid is None else _require_contact(call, elid)
    return _contact_form(call, {"elid": elid or "", "id": elid or "", **_shown(stored), **draft})


@show_contact.on_submit
def save_contact(call: Call, elid: int | None = None, **sent: Any) -> ActionResult:
    """Changes what was sent, or makes a contact."""
    stored = {} if elid is None else _require_contact(call, elid)
    fields = {**stored, **{name: _text(value) for name, value in sent.items()}}
    if elid is None:
        elid = call.shop.db.insert(_ADD, owner=call.user.id, all=fields)
    else:
        call.shop.db.run(_SAVE, which=elid, all=fields)
    return ActionResult({"id": elid}, form=_contact_form(call, {"elid": elid, **_shown(fields)}))


def _require_contact(call: Call, number: int) -> dict[str, str]:
    for row in call.shop.db.rows(_OWN, owner=call.user.id):
        if row[0] == number:
            return dict(row[1])
    raise Missed("service_profile", str(number))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _shown(stored: Mapping[str, str]) -> dict[str, object]:
    first = {"profiletype": "1", "private": "off"}
    return {name: stored.get(name, first.get(name, "")) for name in CONTACT}


def _contact_form(call: Call, shown: Mapping[str, object]) -> FormAnswer:
    kinds = [Choice(str(kind), call.words(texts)) for kind, texts in KIND_NAMES.items()]
    lands = country_choices()
    slists = {"profiletype": kinds, "location_country": lands}
    return FormAnswer({**shown, "private": shown.get("private") in ("on", True)}, slists=slists)


def _as_owner() -> type[WireSchema]:
    """The fields of a contact, each with `owner_` before its name."""
    fields = {f"owner_{name}": field for name, field in ContactFields().wire_fields.items()}
    return type("OwnerFields", (WireSchema,), {**fields, "__doc__": "The owner of a domain name."})


OwnerFields = _as_owner()


@FAMILY.form(
    "domain.order.contact",
    takes=OwnerFields,
    returns=OwnerFields,
    fails=(BadValue,),
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    next_step="domain.order.pricelist",
)
def show_owner(call: Call, **draft: Any) -> FormAnswer:
    """The step of an order that asks who owns the domain name: the last contact to begin with."""
    rows = call.shop.db.rows(_OWN, owner=call.user.id)
    stored = _shown(dict(rows[0][1]) if rows else {})
    form = _contact_form(call, {**stored, **{name[6:]: value for name, value in draft.items()}})
    fields = {f"owner_{name}": value for name, value in form.fields.items()}
    return FormAnswer(fields, {f"owner_{name}": list_ for name, list_ in form.slists.items()})


@show_owner.on_submit
def save_owner(call: Call, **sent: Any) -> ActionResult:
    """Keeps the contact, and names the next step."""
    fields = {name.removeprefix("owner_"): _text(value) for name, value in sent.items()}
    call.shop.db.insert(_ADD, owner=call.user.id, all=fields)
    step = "domain.order.param" if call.params.get("pricelist") else "domain.order.pricelist"
    return ActionResult(ok=next_step(call, step, ORDERED), ok_type="form")

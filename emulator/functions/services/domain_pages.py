"""What a client area does with a domain name: servers, contact, what is known of it.

Source: docs/evidence.md 134. That these functions are called is observed; what has no shape there
is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.api.context import ActionResult, Call, Choice, FormAnswer
from emulator.api.fields import Domain, Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.services import contacts, services
from emulator.domain.services.services import Service
from emulator.errors import BadValue, Missed
from emulator.functions import descriptions
from emulator.functions.account.profile import KIND_NAMES, country_choices
from emulator.functions.contacts import (
    CONTACT,
    ContactFields,
    OwnerFields,
    OwnerNumber,
    contact_name,
    refuse_other_contacts,
    stored_text,
    typed_contact,
)
from emulator.functions.form_parts import ServiceParameters, next_step
from emulator.functions.products.common import end_text, names_of
from emulator.functions.products.service_types import DOMAIN

SOURCE = "docs/wire.md section 6, docs/evidence.md 134"
EXAMPLE = "100018"
SERVERS = ("ns0", "ns1", "ns2", "ns3")
FAMILY = Family("portal", {"en": "Domain names", "ru": "Домены"}, SOURCE, Evidence.OBSERVED)
ORDERED = names_of(DOMAIN.order) - names_of(OwnerFields) - names_of(OwnerNumber)
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
        *_owner_lines(call, service),
    ]
    return FormAnswer({"elid": elid, "whois_data": "\n".join(lines)})


def _owner_lines(call: Call, service: Service) -> list[str]:
    """The contact of the owner; of a private one only that it is."""
    number = service.params.get(contacts.OWNER)
    if not number:
        return []
    fields = contacts.require_contact(call.shop, call.user, int(number))
    if fields.get("private") == "on":
        return ["registrant: Private person"]
    details = {
        "registrant": contact_name(fields), "e-mail": fields.get("email"),
        "phone": fields.get("phone"),
    }  # fmt: skip
    return [f"{name}: {value}" for name, value in details.items() if value]


@show_whois.on_submit
def close_whois(call: Call, elid: int) -> ActionResult:
    """Changes nothing."""
    _domain(call, elid)
    return ActionResult({})


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
)
def show_contact(call: Call, elid: int | None = None, **draft: Any) -> FormAnswer:
    """A contact for domain names; with sok it changes, and without ``elid`` a new one is made."""
    stored = {} if elid is None else contacts.require_contact(call.shop, call.user, elid)
    return _contact_form(call, {"elid": elid or "", "id": elid or "", **_shown(stored), **draft})


@show_contact.on_submit
def save_contact(call: Call, elid: int | None = None, **sent: Any) -> ActionResult:
    """Changes what was sent, or makes a contact."""
    stored = {} if elid is None else contacts.require_contact(call.shop, call.user, elid)
    fields = {**stored, **{name: stored_text(value) for name, value in sent.items()}}
    if elid is None:
        elid = contacts.add(call.shop, call.user, fields)
    else:
        contacts.save(call.shop, elid, fields)
    return ActionResult({"id": elid}, form=_contact_form(call, {"elid": elid, **_shown(fields)}))


def _shown(stored: Mapping[str, str]) -> dict[str, object]:
    return {name: stored.get(name, contacts.USUAL.get(name, "")) for name in CONTACT}


def _contact_form(call: Call, shown: Mapping[str, object]) -> FormAnswer:
    kinds = [Choice(str(kind), call.words(texts)) for kind, texts in KIND_NAMES.items()]
    lands = country_choices()
    slists = {"profiletype": kinds, "phone_country": lands, "location_country": lands}
    return FormAnswer({**shown, "private": shown.get("private") in ("on", True)}, slists=slists)


@FAMILY.form(
    "domain.order.contact",
    takes=OwnerFields,
    returns=OwnerFields,
    fails=(BadValue,),
    next_step="domain.order.pricelist",
)
def show_owner(call: Call, **draft: Any) -> FormAnswer:
    """The step of an order that asks who owns the domain name: the last contact to begin with."""
    stored = _shown(next(iter(contacts.list_contacts(call.shop, call.user).values()), {}))
    form = _contact_form(call, {**stored, **{name[6:]: value for name, value in draft.items()}})
    fields = {f"owner_{name}": value for name, value in form.fields.items()}
    return FormAnswer(fields, {f"owner_{name}": list_ for name, list_ in form.slists.items()})


@show_owner.on_submit
def save_owner(call: Call, **sent: Any) -> ActionResult:
    """Keeps the contact, and names the next step, which takes its number.

    Raises BadValue for a further contact that is not the owner.
    """
    refuse_other_contacts(call)
    number = contacts.keep(call.shop, call.user, typed_contact(sent))
    step = "domain.order.param" if call.params.get("pricelist") else "domain.order.pricelist"
    names = [name for name in call.params if name in ORDERED]
    fields = {} if number is None else {contacts.OWNER: number}
    return ActionResult(ok=next_step(call, step, names, fields), ok_type="form")

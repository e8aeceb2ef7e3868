"""The zone of a domain name: its records, SOA, DNSSEC, and the servers that the seller suggests.

Source: docs/evidence.md 157: the functions, the names of their parameters and the fields ``dns_…``
of a row are observed (one client); what else a list and a form show is assumed. Nothing resolves
these records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from marshmallow import ValidationError

from emulator.api.context import ActionResult, Call, Choice, FormAnswer, Rows
from emulator.api.fields import Address, AnyAddress, Email, Id, Ids, OneOf, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.services import dns_records, services
from emulator.domain.services.dns_records import HOLDERS, TYPES, DnsRecord
from emulator.domain.services.services import Service
from emulator.errors import BadValue, Missed
from emulator.functions.form_parts import ServiceParameters
from emulator.functions.listing import Paging, page_of

SOURCE = "docs/wire.md section 6, docs/evidence.md 157"
EXAMPLE = "100018"
FAMILY = Family("portal", {"en": "DNS records", "ru": "DNS-записи"}, SOURCE, Evidence.OBSERVED)
TTL = 3600
LONGEST_TTL = 2**31 - 1
SOA: Final = {
    "email": "",
    "refresh": "10800",
    "retry": "3600",
    "expire": "604800",
    "minimum": "3600",
}
"""What a SOA record says until it is changed; times in seconds."""
SUGGESTED_SERVERS: Final = {"ns0": "ns1.example.net", "ns1": "ns2.example.net"}
"""The seller's own name servers; under a name that is reserved for examples."""
OTHER_SERVERS: Final = ("ns2", "ns3", "ns_additional")


class Host(Text):
    """A host that a record points to: a name, `@` for the domain itself; a final dot is kept."""

    SHAPE = re.compile(r"@\Z|[\w*-]+(?:\.[\w-]+)*\.?\Z")
    type_name = "domain"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value.strip(), attr, data, **kwargs)
        if text and self.SHAPE.match(text) is None:
            raise ValidationError("domain")
        return text


class Ipv6(AnyAddress):
    """An IPv6 address."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if ":" not in text:
            raise ValidationError("address")
        return text


class RecordsParameters(Paging):
    """The records of one domain name."""

    elid = Id("Number of the domain name.", required=True)


class RecordRow(WireSchema):
    """One record."""

    id = Whole("Number of the record.")
    dns_id = Whole("The same as `id`.")
    name = Text("Name that is looked up.")
    dns_name = Text("The same as `name`.")
    dns_type = Text("Type of the record: `A`, `MX`.")
    value = Text("What it says: an address, a host, a text.")
    dns_content = Text("The same as `value`.")
    ttl = Whole("Seconds for which it may be remembered.")
    dns_ttl = Whole("The same as `ttl`.")
    priority = Whole("Priority of a mail server or of a service.")


class RecordFields(WireSchema):
    """A record by the parameters of its type."""

    dns_type = OneOf("Type of the record.", *TYPES)
    dns_name = Host("Name that is looked up.")
    ttl = Whole("Seconds for which it may be remembered.", least=0, most=LONGEST_TTL)
    ipv4 = Address("Address of an `A` record.")
    ipv6 = Ipv6("Address of an `AAAA` record.")
    canonical_name = Host("The host that a `CNAME` stands for.")
    mx = Host("The mail server of an `MX` record.")
    priority = Whole("Priority of an `MX` or `SRV` record.", least=0, most=65535)
    txt = Text("The text of a `TXT` record.", longest=4096)
    ns_field = Host("Name that an `NS` record delegates.")
    ns_name = Host("Name server of an `NS` record.")
    host = Host("Name of the service of an `SRV` record: `_sip._tcp`.")
    address = Host("Host of an `SRV` record.")
    port = Whole("Port of an `SRV` record.", least=0, most=65535)
    srv_priority = Whole("Priority within an `SRV` record.", least=0, most=65535)
    weight = Whole("Weight of an `SRV` record.", least=0, most=65535)


class RecordChange(RecordFields):
    """A record; without ``elid`` a new one. Only what is sent changes."""

    plid = Id("Number of the domain name.", required=True)
    elid = Id("Number of the record; if left out, a new one is made.", entity="dnsrecord")


class RecordForm(RecordFields):
    """A record as it is shown: fields of other types are empty."""

    id = Whole("Number of the record.")
    elid = Whole("Number of the record.")
    plid = Whole("Number of the domain name.")


class RecordsToDelete(WireSchema):
    """One or many records of a domain name."""

    elid = Ids("Numbers of records, separated by commas.", required=True, entity="dnsrecord")
    plid = Id("Number of the domain name.", required=True)


def _domain(call: Call, number: int) -> Service:
    return services.require_owned(call.shop, call.user, number, "domain")


@FAMILY.listing(
    "domain.dnsrecords",
    takes=RecordsParameters,
    returns=RecordRow,
    fails=(Missed, BadValue),
    example={"elid": EXAMPLE},
)
def list_records(call: Call, elid: int, **paging: Any) -> Rows:
    """The DNS records that were stored for a domain name; nothing resolves them."""
    service = _domain(call, elid)
    rows = [
        {
            "id": record.id,
            "dns_id": record.id,
            "name": record.name,
            "dns_name": record.name,
            "dns_type": record.type,
            "value": record.value,
            "dns_content": record.value,
            "ttl": record.ttl,
            "dns_ttl": record.ttl,
            "priority": record.priority,
        }
        for record in dns_records.list_records(call.shop, service)
    ]
    answer = page_of(call, rows, paging)
    answer.head = {"plid": str(service.id), "plname": service.licname}
    return answer


@FAMILY.form(
    "domain.dnsrecords.edit",
    takes=RecordChange,
    returns=RecordForm,
    fails=(Missed, BadValue),
    example={
        "plid": EXAMPLE, "dns_name": "www", "dns_type": "A", "ipv4": "192.0.2.1", "sok": "ok",
    },
)  # fmt: skip
def show_record(call: Call, plid: int, elid: int | None = None, **draft: Any) -> FormAnswer:
    """A DNS record; with sok it changes, and without ``elid`` a new one is made."""
    record = _record(call, plid, elid)
    shown = {"id": record.id, "elid": record.id or "", "plid": plid, **_shown(record), **draft}
    return FormAnswer(shown, slists={"dns_type": [Choice(name, name) for name in TYPES]})


@show_record.on_submit
def save_record(call: Call, plid: int, elid: int | None = None, **sent: Any) -> ActionResult:
    """Changes what was sent, or makes a record.

    Raises BadValue for a field that the type needs and that is missing, or of another type.
    """
    record = _record(call, plid, elid)
    number = dns_records.save(call.shop, _changed(record, sent))
    return ActionResult({"id": number})


def _record(call: Call, plid: int, elid: int | None) -> DnsRecord:
    service = _domain(call, plid)
    if elid is None:
        return DnsRecord(0, service.id, "", "A", "", TTL, 0)
    return dns_records.require_record(call.shop, service, elid)


def _shown(record: DnsRecord) -> dict[str, object]:
    """The fields of a record, those of other types empty."""
    own = {HOLDERS[record.type].name: record.name, **record.values()}
    return {
        "dns_type": record.type,
        "ttl": record.ttl,
        "priority": record.priority,
        **{name: own.get(name, "") for name in _BY_TYPE},
    }


def _changed(record: DnsRecord, sent: Mapping[str, Any]) -> DnsRecord:
    """The record with what was sent. Raises BadValue."""
    kind = str(sent.get("dns_type", record.type))
    holder = HOLDERS[kind]
    for name in _BY_TYPE:
        if sent.get(name) not in (None, "") and name not in (holder.name, *holder.values):
            raise BadValue(name, str(sent[name]))
    stored = {holder.name: record.name}
    if kind == record.type:
        stored.update(record.values())
    fields = {**stored, **{name: str(value) for name, value in sent.items()}}
    for name in (holder.name, *holder.values):
        if not fields.get(name, "").strip():
            raise BadValue.empty(name)
    numbers = {name: sent[name] for name in ("ttl", "priority") if name in sent}
    value = " ".join(fields[name] for name in holder.values)
    return replace(record, type=kind, name=fields[holder.name], value=value, **numbers)


_BY_TYPE: Final = tuple(
    dict.fromkeys(name for holder in HOLDERS.values() for name in (holder.name, *holder.values))
)
"""The parameters that only some types have."""


@FAMILY.action("domain.dnsrecords.delete", takes=RecordsToDelete, elids="elid", fails=(Missed,))
def delete_records(call: Call, elid: int, plid: int) -> ActionResult:
    """Deletes DNS records."""
    service = _domain(call, plid)
    dns_records.remove(call.shop, dns_records.require_record(call.shop, service, elid))
    return ActionResult()


class SoaChange(WireSchema):
    """The SOA record of a domain name. Only what is sent changes."""

    elid = Id("Number of the domain name.", required=True)
    email = Email("Address of who answers for the zone.")
    refresh = Whole("Seconds after which another server asks again.", least=1, most=LONGEST_TTL)
    retry = Whole("Seconds until it tries again after a failure.", least=1, most=LONGEST_TTL)
    expire = Whole("Seconds after which it stops to answer.", least=1, most=LONGEST_TTL)
    minimum = Whole("Seconds for which a missing name is remembered.", least=0, most=LONGEST_TTL)
    ttl = Whole("Seconds for which the record may be remembered.", least=0, most=LONGEST_TTL)


@FAMILY.form(
    "domain.dnsrecords.editsoa",
    takes=SoaChange,
    returns=SoaChange,
    fails=(Missed, BadValue),
    example={"elid": EXAMPLE},
)
def show_soa(call: Call, elid: int, **draft: Any) -> FormAnswer:
    """The SOA record of a domain name; with sok it changes."""
    service = _domain(call, elid)
    stored = {
        name: service.params.get(f"soa_{name}", usual)
        for name, usual in {**SOA, "ttl": str(TTL)}.items()
    }
    return FormAnswer({"elid": elid, **stored, **draft})


@show_soa.on_submit
def save_soa(call: Call, elid: int, **sent: Any) -> ActionResult:
    """Changes what was sent."""
    _keep(call, elid, {f"soa_{name}": str(value) for name, value in sent.items()})
    return ActionResult({"id": elid})


class DnssecChange(WireSchema):
    """The keys that the register is to publish; empty takes them away."""

    elid = Id("Number of the domain name.")
    plid = Id("The same as `elid`: what a submit brings.")
    dns_to_add = Text("DNSKEY records, one a line.", longest=8192)
    ds_to_add = Text("DS records, one a line.", longest=8192)


@FAMILY.form(
    "domain.dnsrecords.dnssec",
    takes=DnssecChange,
    returns=DnssecChange,
    fails=(Missed, BadValue),
    example={"elid": EXAMPLE},
)
def show_dnssec(
    call: Call, elid: int | None = None, plid: int | None = None, **draft: str
) -> FormAnswer:
    """The keys of a domain name for DNSSEC; with sok they change. Nothing signs the zone."""
    service = _domain(call, _either(elid, plid))
    stored = {name: service.params.get(name, "") for name in ("dns_to_add", "ds_to_add")}
    return FormAnswer({"elid": service.id, "plid": service.id, **stored, **draft})


@show_dnssec.on_submit
def save_dnssec(
    call: Call, elid: int | None = None, plid: int | None = None, **sent: str
) -> ActionResult:
    """Changes what was sent."""
    number = _either(elid, plid)
    _keep(call, number, sent)
    return ActionResult({"id": number})


def _either(elid: int | None, plid: int | None) -> int:
    """Raises BadValue where neither was sent."""
    number = plid if elid is None else elid
    if number is None:
        raise BadValue.empty("elid")
    return number


@FAMILY.form(
    "domain.dnsrecords.autoconfigns",
    takes=ServiceParameters,
    returns=ServiceParameters,
    fails=(Missed,),
    example={"elid": EXAMPLE},
)
def show_suggested_servers(call: Call, elid: int) -> FormAnswer:
    """Asks whether the domain name is to use the seller's name servers."""
    return FormAnswer({"elid": _domain(call, elid).id})


@show_suggested_servers.on_submit
def use_suggested_servers(call: Call, elid: int) -> ActionResult:
    """Sets the seller's name servers, instead of all others."""
    _keep(call, elid, {**SUGGESTED_SERVERS, **dict.fromkeys(OTHER_SERVERS, "")})
    return ActionResult({"id": elid})


def _keep(call: Call, number: int, params: Mapping[str, str]) -> None:
    service = _domain(call, number)
    services.save(call.shop, replace(service, params={**service.params, **params}))

"""``certificate``: requests, orders, certificates, their confirmation and reissue.

Source: docs/resale.md section 2.8. The page documents both steps of the order. It says that there
are requests for reissue and confirmation, but not their names: those, and the fields beyond the
order's, are assumed. Lengths are those of X.520.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from emulator.api.context import ActionResult, Call, Choice, FormAnswer
from emulator.api.fields import Email, Id, Months, Numbered, OneOf, Phone, Text, Whole, WireField
from emulator.api.registry import Evidence
from emulator.api.schema import WireSchema
from emulator.domain.accounts import countries
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.services import certificates, opening, order_rules, services
from emulator.domain.services.certificate_names import (
    CertificateRequest,
    Subject,
    make_confirmation,
    normalize_name,
    normalize_names,
)
from emulator.domain.services.order_rules import OrderRequest
from emulator.domain.services.services import ACTIVE, PROCESSING, Service
from emulator.errors import (
    ApiError,
    BadValue,
    Missed,
    RunningOperation,
    StepUnavailable,
    WrongState,
)
from emulator.functions import descriptions
from emulator.functions.form_parts import (
    ServiceParameters,
    ServicesParameters,
    autoprolong_choices,
    next_step,
    period_choices,
)
from emulator.functions.products import common
from emulator.functions.products.build import build
from emulator.functions.products.common import (
    AnyChange,
    AnyOrder,
    LicenseForm,
    LicenseOrderForm,
    LicenseRow,
    own_fields,
)
from emulator.functions.products.product_type import SERVICE_COLUMNS, ProductType, declared

OBSERVED, DOCUMENTED, ASSUMED = Evidence.OBSERVED, Evidence.DOCUMENTED, Evidence.ASSUMED
EXAMPLE = "100022"
GENERATE, EXISTING = "generate", "existing"
LONGEST_PEM, LONGEST_NAMES = 20_000, 16_000
REQUEST_FIELDS = (
    "crt_type",
    "field_country",
    "CN",
    "ST",
    "L",
    "O",
    "OU",
    "emailAddress",
    "altname",
    "altname_input",
    "csr",
    "key",
)
PERSONS = {"adm": "administrative", "tech": "technical"}
REQUIRED = ("CN", "field_country", "ST", "L", "O")
"""Without which no request is made; department and address are optional (documented)."""
REQUEST_KINDS = {
    GENERATE: {"en": "Make a request", "ru": "Создать запрос"},
    EXISTING: {"en": "I have a request", "ru": "Есть запрос"},
}


class ContactEmail(Email):
    """An e-mail address of a contact, in ASCII; may be empty."""

    SHAPE = re.compile(r"[!-?A-~]+@[!-?A-~]+\Z")

    def __init__(self, about: str) -> None:
        super().__init__(about, clears=True)


def contact_fields(email: type[Text], phone: type[Text]) -> dict[str, WireField]:
    """Two persons, and the mailbox that confirms the domain: what is stored beside the request."""
    fields: dict[str, WireField] = {}
    for person, kind in PERSONS.items():
        of = f"of the {kind} contact."
        fields |= {
            f"{person}_fname": Text(f"First name {of}"),
            f"{person}_lname": Text(f"Last name {of}"),
            f"{person}_jtitle": Text(f"Job title {of}"),
            f"{person}_email": email(f"E-mail address {of}"),
            f"{person}_phone": phone(f"Telephone number {of}"),
        }
    return {**fields, "approver_email_1": email(descriptions.APPROVER)}


STORED = tuple(contact_fields(Text, Text))
"""What a service stores of its order beside the request."""


class RequestFields(WireSchema):
    """Who a certificate is for and which names it has, or the request that says so."""

    crt_type = OneOf(descriptions.REQUEST_KIND, GENERATE, EXISTING)
    field_country = Whole(descriptions.COUNTRY_NUMBER)
    CN = Text(descriptions.COMMON_NAME)
    ST = Text(descriptions.STATE_NAME, longest=128)
    L = Text(descriptions.CITY, longest=128)
    O = Text(descriptions.ORGANIZATION, longest=64)  # noqa: E741 - the wire's and X.500's name
    OU = Text(descriptions.DEPARTMENT, longest=64)
    emailAddress = ContactEmail(descriptions.REQUEST_EMAIL)  # noqa: N815 - the wire's name
    altname = Text(descriptions.FURTHER_NAMES, longest=LONGEST_NAMES)
    altname_input = Text(descriptions.FURTHER_NAMES_AGAIN, longest=LONGEST_NAMES)
    csr = Text(descriptions.CSR, longest=LONGEST_PEM)
    key = Text(descriptions.KEY, longest=LONGEST_PEM)


class CsrParameters(RequestFields):
    """The step before the order: a request is made, or the client's own is read."""

    pricelist = Whole(descriptions.TARIFF, needed=True)
    period = Whole(descriptions.ORDER_PERIOD, needed=True)


class CertificateOrder(AnyOrder, RequestFields):
    """What both forms of an order of a certificate take."""

    domain = Text(descriptions.CERTIFICATE_DOMAIN)

    class Meta(WireSchema.Meta):
        """Its contacts, and its addons behind them."""

        include = contact_fields(ContactEmail, Phone) | {
            "addon": Numbered(descriptions.ADDON, prefix="addon_")
        }


class CertificateOrderForm(LicenseOrderForm):
    """What the order form shows; the seller repeats what it was sent."""

    domain = Text(descriptions.CERTIFICATE_DOMAIN)
    crt_type = Text(descriptions.REQUEST_KIND)
    field_country = Whole(descriptions.COUNTRY_NUMBER)
    CN = Text(descriptions.COMMON_NAME)
    ST = Text(descriptions.STATE_NAME)
    L = Text(descriptions.CITY)
    O = Text(descriptions.ORGANIZATION)  # noqa: E741 - as above
    OU = Text(descriptions.DEPARTMENT)
    emailAddress = Text(descriptions.REQUEST_EMAIL)  # noqa: N815 - as above
    altname = Text(descriptions.FURTHER_NAMES)
    altname_input = Text(descriptions.FURTHER_NAMES_AGAIN)
    csr = Text(descriptions.CSR)
    key = Text(descriptions.KEY)

    class Meta(WireSchema.Meta):
        """Its contacts."""

        include = contact_fields(Text, Text)

    without = ("ip", "licname", "remoteip")


class CertificateChange(AnyChange):
    """What can be changed of a certificate; with other names it is another certificate."""

    autoprolong = Months(descriptions.AUTOPROLONG)


class ReissueParameters(WireSchema):
    """A request in place of the previous one; without any the previous one is used again."""

    elid = Id(descriptions.SERVICE, required=True)
    crt_type = OneOf(descriptions.REQUEST_KIND, GENERATE, EXISTING)
    altname = Text(descriptions.FURTHER_NAMES, longest=LONGEST_NAMES)
    altname_input = Text(descriptions.FURTHER_NAMES_AGAIN, longest=LONGEST_NAMES)
    csr = Text(descriptions.CSR, longest=LONGEST_PEM)
    key = Text(descriptions.KEY, longest=LONGEST_PEM)


ISSUE_STATE = "State at the authority: 3 requested, 5 issued, empty before."
NO_LICENSE = ("licname", "remoteip", "update_expiredate", "ip")


class CertificateRow(LicenseRow):
    """A certificate in the list."""

    domain = Text(descriptions.COMMON_NAME)
    service_status = Text(ISSUE_STATE)
    valid_from = Text(descriptions.VALID_FROM)
    valid_until = Text(descriptions.VALID_UNTIL)

    without = (*NO_LICENSE, "real_ipchange", "real_keychange")


class ValidationParameters(ServiceParameters):
    """Which certificate, and who answers the letter."""

    approver_email_1 = ContactEmail(descriptions.APPROVER)


class ValidationForm(WireSchema):
    """What confirms the domain: a DNS record, or a letter to a mailbox."""

    elid = Whole(descriptions.SERVICE)
    domain = Text(descriptions.COMMON_NAME)
    approver_email_1 = Text(descriptions.APPROVER)
    dns_record_type = Text(descriptions.DNS_TYPE)
    dns_record_name = Text(descriptions.DNS_NAME)
    dns_record_value = Text(descriptions.DNS_VALUE)


class CertificateForm(LicenseForm):
    """One certificate with its request, its key where the seller has it, and what was issued."""

    domain = Text(descriptions.COMMON_NAME)
    service_status = Text(ISSUE_STATE)
    altname = Text(descriptions.FURTHER_NAMES)
    csr = Text(descriptions.CSR)
    key = Text(descriptions.KEY)
    crt = Text("The certificate in PEM; empty until it is issued.")
    ca_crt = Text("Certificate of the authority in PEM; empty until the certificate is issued.")
    valid_from = Text(descriptions.VALID_FROM)
    valid_until = Text(descriptions.VALID_UNTIL)
    dns_record_type = Text(descriptions.DNS_TYPE)
    dns_record_name = Text(descriptions.DNS_NAME)
    dns_record_value = Text(descriptions.DNS_VALUE)

    class Meta(WireSchema.Meta):
        """Its contacts."""

        include = contact_fields(Text, Text)

    without = (*NO_LICENSE, "lickey", "ip_change_date", "lickey_change_date", "webdomains")


def further_names(sent: Mapping[str, Any]) -> str:
    """Names beside the first: the documented request sends them twice."""
    return f"{sent.get('altname', '')} {sent.get('altname_input', '')}".strip()


def request_of(sent: Mapping[str, Any], *, anew: bool = False) -> CertificateRequest:
    """The request that was sent, or a new one.

    ``anew``: makes a new one where ``crt_type=generate`` asks for it although a request was sent.
    Raises BadValue: what is missing for a new one, or wrong with the one that was sent.
    """
    kind = sent.get("crt_type", "")
    csr = sent.get("csr", "")
    if csr and not (anew and kind == GENERATE):
        return certificates.read_request(csr, sent.get("key", ""), further_names(sent))
    if kind == EXISTING or (sent.get("key") and not csr):
        raise BadValue.empty("csr")
    for name in REQUIRED:
        if not sent.get(name):
            raise BadValue.empty(name)
    country = countries.by_number(sent["field_country"])
    if country is None:
        raise BadValue("field_country", str(sent["field_country"]))
    details = {name: sent.get(name, "") for name in ("ST", "L", "O", "OU", "emailAddress")}
    return certificates.make_request(
        sent["CN"], further_names(sent), Subject(country.iso, **details)
    )


def read_addons(tariff: Tariff, sent: Mapping[str, Any]) -> Mapping[int, int] | None:
    """The addons for the names that were sent so far, for the price of an order form."""
    others, addons = further_names(sent), sent.get("addon")
    if not sent.get("CN") or not others:
        return addons
    return certificates.fit_addons(tariff, normalize_names(sent["CN"], others), addons)


def read_order(sent: Mapping[str, Any]) -> OrderRequest:
    """The order of a certificate: named by its first name, the request stored with it.

    Raises BadValue for a ``CN`` or ``domain`` that is not the first name of the request.
    """
    request = request_of(sent)
    for parameter in ("CN", "domain"):
        name = sent.get(parameter, "").strip()
        if name and normalize_name(name, parameter) != request.names[0]:
            raise BadValue(parameter, name)
    stored = {name: sent[name] for name in STORED if sent.get(name)}
    details = (*REQUEST_FIELDS, *STORED, "domain")
    others = {name: value for name, value in sent.items() if name not in details}
    return OrderRequest(
        **others,
        domain=request.names[0],
        details={**certificates.request_params(request), **stored},
    )


def show_row(call: Call, service: Service) -> dict[str, object]:
    """A row of the list."""
    return {**common.show_row(call, service), **_issue_fields(service)}


def _issue_fields(service: Service) -> dict[str, object]:
    requested = service.status == PROCESSING
    issued = not requested and "crt" in service.params
    return {
        "name": service.licname,
        "domain": service.licname,
        "service_status": certificates.ISSUED
        if issued
        else certificates.REQUESTED
        if requested
        else "",
        "valid_from": service.params.get("valid_from", ""),
        "valid_until": service.params.get("valid_until", ""),
    }


def show_form(call: Call, service: Service) -> FormAnswer:
    """The whole form. The key is shown to its owner, and masked in the journal."""
    params = service.params
    key, crt = params.get("key", ""), params.get("crt", "")
    call.secrets.append(key)
    shown = {
        **common.form_fields(call, service),
        **_issue_fields(service),
        "altname": " ".join(params.get("names", "").split()[1:]),
        "csr": params.get("csr", ""),
        "key": key,
        "crt": crt,
        "ca_crt": certificates.authority(call.shop) if crt else "",
        **{name: params.get(name, "") for name in STORED},
        **_dns_record(service),
    }
    tariff = call.shop.catalogue[service.tariff_id]
    selects = {"autoprolong": autoprolong_choices(call, tariff, service.period)}
    return FormAnswer(shown, slists=selects)


def _dns_record(service: Service) -> dict[str, object]:
    """The record that confirms the domain; empty where no request was made yet."""
    csr = service.params.get("csr", "")
    if not csr or service.status not in (ACTIVE, PROCESSING):
        return {"dns_record_type": "", "dns_record_name": "", "dns_record_value": ""}
    expected = make_confirmation(csr, service.licname)
    return {
        "dns_record_type": "CNAME",
        "dns_record_name": expected.record,
        "dns_record_value": expected.value,
    }


CERTIFICATE = ProductType(
    **declared("certificate"),
    ordered=CertificateOrder,
    order_form=CertificateOrderForm,
    changes=CertificateChange,
    row=CertificateRow,
    form=CertificateForm,
    columns=SERVICE_COLUMNS,
    show_row=show_row,
    show_form=show_form,
    read_order=read_order,
    read_addons=read_addons,
)
FAMILY = build(CERTIFICATE)
AFTER_REQUEST = frozenset({"approver_email_1", "skipbasket", "sok"})
"""What an order has beyond the request for the certificate."""
REQUEST_EXAMPLE = {
    name: text for name, text in CERTIFICATE.example_order.items() if name not in AFTER_REQUEST
}


@FAMILY.form(
    "certificate.order.csr",
    takes=CsrParameters,
    returns=CertificateOrderForm,
    fails=(BadValue, StepUnavailable),
    evidence=DOCUMENTED,
    example={**REQUEST_EXAMPLE, "sok": "ok", "snext": "ok"},
    commits_on_snext=True,
)
def show_request(
    call: Call, pricelist: int | None = None, period: int | None = None, **draft: Any
) -> FormAnswer:
    """Makes a key and a request for a certificate with it, or reads the client's request.

    Without a tariff it is StepUnavailable, ``wizard_unavailable``.
    """
    if pricelist is None:
        raise StepUnavailable(call.func)
    tariff = order_rules.find_orderable(call.shop, call.user, "certificate", pricelist)
    periods = tariff.periods(call.user.currency)
    chosen = period if period in periods else periods[0]
    return FormAnswer(
        {"crt_type": GENERATE, **draft, "pricelist": tariff.id, "period": chosen},
        slists={
            "crt_type": [Choice(kind, call.words(text)) for kind, text in REQUEST_KINDS.items()],
            "field_country": [Choice(str(c.id), c.name) for c in countries.all_countries()],
            "period": period_choices(call, periods),
        },
    )


@show_request.on_submit
def make_request(call: Call, pricelist: int, period: int, **sent: Any) -> ActionResult:
    """Answers the request and its key; nothing is ordered yet."""
    tariff = order_rules.find_orderable(call.shop, call.user, "certificate", pricelist)
    tariff.check_period(call.user.currency, period)
    request = request_of(sent, anew=True)
    certificates.fit_addons(tariff, request.names, None)
    call.secrets.append(request.key)
    fields = {**sent, "pricelist": pricelist, "period": period, "CN": request.names[0]}
    fields |= {"csr": request.csr, "key": request.key}
    step = next_step(call, "certificate.order.param", ("pricelist", "period"))
    return ActionResult(fields, ok=step, ok_type="form")


def _certificate(call: Call, elid: int) -> Service:
    return services.require_owned(call.shop, call.user, elid, "certificate")


def _own_form(call: Call, service: Service) -> FormAnswer:
    shown = show_form(call, service)
    shown.fields = own_fields(CertificateForm, shown.fields)
    return shown


@FAMILY.form(
    "certificate.reissue",
    takes=ReissueParameters,
    returns=CertificateForm,
    fails=(Missed, BadValue, WrongState, RunningOperation),
    example={"elid": EXAMPLE, "sok": "ok"},
)
def show_reissue(call: Call, elid: int, **draft: Any) -> FormAnswer:
    """Issues a certificate again until the end of its term: another request, or a new key."""
    shown = _own_form(call, _certificate(call, elid))
    # What this form does not take is no choice here.
    return FormAnswer({**shown.fields, **draft})


@show_reissue.on_submit
def reissue(call: Call, elid: int, **sent: Any) -> ActionResult:
    """Has the certificate issued again for the request that was sent, made, or used before.

    Raises BadValue where an existing request is announced and not sent.
    """
    service = _certificate(call, elid)
    services.require_settled(service)
    before = certificates.request_of(service)
    names = further_names(sent) or " ".join(before.names[1:])
    if sent.get("csr"):
        request = certificates.read_request(sent["csr"], sent.get("key", ""), further_names(sent))
    elif sent.get("crt_type") == EXISTING:
        raise BadValue.empty("csr")
    elif sent.get("crt_type") == GENERATE:
        request = certificates.remake_request(before, names)
    else:
        request = before
    changed = certificates.reissue(call.shop, call.user, service, request)
    return ActionResult({"id": changed.id}, form=_own_form(call, changed), flat=True)


VALIDATION_FAILS: tuple[type[ApiError], ...] = (Missed, WrongState)


@FAMILY.form(
    "certificate.validation",
    takes=ValidationParameters,
    returns=ValidationForm,
    fails=(*VALIDATION_FAILS, BadValue),
    example={"elid": EXAMPLE},
)
def show_validation(call: Call, elid: int, approver_email_1: str = "") -> FormAnswer:
    """What confirms the domain: the record to set, and who may answer a letter instead."""
    service = _certificate(call, elid)
    shown = {
        "elid": service.id,
        "domain": service.licname,
        "approver_email_1": approver_email_1 or service.params.get("approver_email_1", ""),
        **_dns_record(service),
    }
    mailboxes = [Choice(mailbox, mailbox) for mailbox in _mailboxes(service)]
    return FormAnswer(shown, slists={"approver_email_1": mailboxes})


def _mailboxes(service: Service) -> Sequence[str]:
    """The addresses at the domain to which the authority writes."""
    return make_confirmation(service.params.get("csr", ""), service.licname).emails


@show_validation.on_submit
def validate(call: Call, elid: int, approver_email_1: str = "") -> ActionResult:
    """Asks the authority to check both ways again, with a letter to another address if one is sent.

    Raises BadValue for an address that is not among those of the domain.
    """
    service = _certificate(call, elid)
    certificates.require_requested(service)
    if approver_email_1 not in ("", service.params.get("approver_email_1")):
        if approver_email_1 not in _mailboxes(service):
            raise BadValue("approver_email_1", approver_email_1)
        params = {**service.params, "approver_email_1": approver_email_1}
        services.save(call.shop, replace(service, params=params))
    return _ask_to_validate(call, elid, "validation")


@FAMILY.action(
    "certificate.validation.dns",
    takes=ServicesParameters,
    elids="elid",
    fails=VALIDATION_FAILS,
    example={"elid": EXAMPLE},
)
def validate_by_dns(call: Call, elid: int) -> ActionResult:
    """Asks the authority to look for the record in the DNS once more."""
    return _ask_to_validate(call, elid, "dns")


@FAMILY.action(
    "certificate.validation.email",
    takes=ServicesParameters,
    elids="elid",
    fails=VALIDATION_FAILS,
    example={"elid": EXAMPLE},
)
def validate_by_email(call: Call, elid: int) -> ActionResult:
    """Asks the authority to send the letter to the mailbox once more."""
    return _ask_to_validate(call, elid, "email")


def _ask_to_validate(call: Call, elid: int, how: str) -> ActionResult:
    """A repeated confirmation counts as a read where certificates come after reads."""
    service = _certificate(call, elid)
    certificates.require_requested(service)
    services.note(call.shop, service.id, call.user.login, "validation", how)
    opening.count_read(call.shop, service)
    return ActionResult({"id": service.id})

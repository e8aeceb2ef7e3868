"""What orders of certificates take and show.

Source: docs/resale.md section 2.8 (both steps and their parameters); lengths are those of X.520.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from emulator.api.fields import Id, Months, Numbered, OneOf, Text, Whole
from emulator.api.schema import WireSchema
from emulator.domain.accounts import countries
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.services import certificates
from emulator.domain.services.certificate_names import CertificateRequest, Subject, plain_names
from emulator.domain.services.order_rules import OrderRequest
from emulator.errors import BadValue
from emulator.functions.products.license_orders import AnyChange, AnyOrder, NewOrder, OrderForm

GENERATE, EXISTING = "generate", "existing"
LONGEST_PEM, LONGEST_NAMES = 20_000, 16_000
OF_REQUEST = (
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
CONTACTS = tuple(
    f"{who}_{what}"
    for who in ("adm", "tech")
    for what in ("fname", "lname", "jtitle", "email", "phone")
)
KEPT = (*CONTACTS, "approver_email_1")
"""What a service keeps of its order beside the request."""
NEEDED = ("CN", "field_country", "ST", "L", "O")
"""Without which no request is made; department and address are optional (documented)."""


class Email(Text):
    """An address of e-mail."""

    SHAPE = re.compile(r"[!-?A-~]+@[!-?A-~]+\Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value.strip(), attr, data, **kwargs)
        if text and self.SHAPE.match(text) is None:
            raise ValidationError("email")
        return text


class RequestFields(WireSchema):
    """Whom and what a certificate is for, or the request that says it."""

    crt_type = OneOf("", GENERATE, EXISTING)
    field_country = Whole()
    CN = Text()
    ST = Text(longest=128)
    L = Text(longest=128)
    O = Text(longest=64)  # noqa: E741 - as X.500 and the wire call the organisation
    OU = Text(longest=64)
    emailAddress = Email()  # noqa: N815 - the wire's name
    altname = Text(longest=LONGEST_NAMES)
    altname_input = Text(longest=LONGEST_NAMES)
    csr = Text(longest=LONGEST_PEM)
    key = Text(longest=LONGEST_PEM)


class CsrOrder(RequestFields):
    """The step before the order: a request is made, or the client's own is read."""

    pricelist = Whole(needed=True)
    period = Whole(needed=True)


class CertificateFields(AnyOrder, RequestFields):
    """What both forms of an order of a certificate take."""

    adm_fname = Text()
    adm_lname = Text()
    adm_jtitle = Text()
    adm_email = Email()
    adm_phone = Text()
    tech_fname = Text()
    tech_lname = Text()
    tech_jtitle = Text()
    tech_email = Email()
    tech_phone = Text()
    approver_email_1 = Email()
    addon = Numbered(prefix="addon_")


class CertificateOrder(CertificateFields):
    """An order of a certificate."""

    period = Whole(needed=True)
    autoprolong = Months()


class NewCertificateOrder(NewOrder, CertificateFields):
    """The same in the new form."""


class CertificateOrderForm(OrderForm):
    """What the order form shows; the seller repeats what it was sent."""

    crt_type = Text()
    field_country = Whole()
    CN = Text()
    ST = Text()
    L = Text()
    O = Text()  # noqa: E741 - as above
    OU = Text()
    emailAddress = Text()  # noqa: N815 - as above
    altname = Text()
    altname_input = Text()
    csr = Text()
    key = Text()
    adm_fname = Text()
    adm_lname = Text()
    adm_jtitle = Text()
    adm_email = Text()
    adm_phone = Text()
    tech_fname = Text()
    tech_lname = Text()
    tech_jtitle = Text()
    tech_email = Text()
    tech_phone = Text()
    approver_email_1 = Text()

    class Meta(WireSchema.Meta):
        """A certificate stands nowhere."""

        exclude = ("ip", "licname", "remoteip")


class CertificateChange(AnyChange):
    """What can be changed of a certificate; other names are another certificate."""

    autoprolong = Months()


class Reissue(WireSchema):
    """A request in place of the one before. None: the same once more."""

    elid = Id(required=True)
    crt_type = OneOf("", GENERATE, EXISTING)
    altname = Text(longest=LONGEST_NAMES)
    altname_input = Text(longest=LONGEST_NAMES)
    csr = Text(longest=LONGEST_PEM)
    key = Text(longest=LONGEST_PEM)


def further_names(sent: Mapping[str, Any]) -> str:
    """Names beside the first: the documented request sends them twice."""
    return f"{sent.get('altname', '')} {sent.get('altname_input', '')}".strip()


def request_of(sent: Mapping[str, Any], *, anew: bool = False) -> CertificateRequest:
    """The request that was sent, or a new one. ``anew``: where one was sent too, if asked for.

    Raises BadValue: what is missing for a new one, or wrong with the one that was sent.
    """
    wanted = sent.get("crt_type", "")
    csr = sent.get("csr", "")
    if csr and not (anew and wanted == GENERATE):
        return certificates.read_request(csr, sent.get("key", ""), further_names(sent))
    if wanted == EXISTING:
        raise BadValue.empty("csr")
    for name in NEEDED:
        if not sent.get(name):
            raise BadValue.empty(name)
    country = countries.by_number(sent["field_country"])
    if country is None:
        raise BadValue("field_country", str(sent["field_country"]))
    told = {name: sent.get(name, "") for name in ("ST", "L", "O", "OU", "emailAddress")}
    return certificates.make_request(sent["CN"], further_names(sent), Subject(country.iso, **told))


def addons_of(tariff: Tariff, sent: Mapping[str, Any]) -> Mapping[int, int] | None:
    """The addons for the names that were sent so far, for the price of an order form."""
    others, addons = further_names(sent), sent.get("addon")
    if not sent.get("CN") or not others:
        return addons
    return certificates.fit_addons(tariff, plain_names(sent["CN"], others), addons)


def wish_of(sent: Mapping[str, Any]) -> OrderRequest:
    """The wish for a certificate: named by its first name, the request kept with it."""
    asked = request_of(sent)
    own = {name: sent[name] for name in KEPT if sent.get(name)}
    rest = {name: v for name, v in sent.items() if name not in (*OF_REQUEST, *KEPT)}
    return OrderRequest(
        **rest, domain=asked.names[0], details={**certificates.request_params(asked), **own}
    )

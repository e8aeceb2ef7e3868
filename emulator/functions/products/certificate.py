"""``certificate``: requests, orders, certificates, their confirmation and reissue.

Source: docs/resale.md section 2.8. The page documents both steps of the order; of issuing anew and
of the confirmation it tells that there are such requests: their names are assumed.
"""

from __future__ import annotations

from typing import Any

from emulator.api.context import ActionResult, Call, Choice, FormAnswer
from emulator.api.registry import Evidence, Family
from emulator.domain.accounts import countries
from emulator.domain.services import certificates, opening, order_rules, services
from emulator.domain.services.certificate_names import confirmation
from emulator.domain.services.services import Service
from emulator.errors import (
    ApiError,
    BadValue,
    Missed,
    RunningOperation,
    StepUnavailable,
    WrongState,
)
from emulator.functions.params import Element, Elements, period_choices
from emulator.functions.products import certificate_orders as orders
from emulator.functions.products import certificate_views as views
from emulator.functions.products.build import build
from emulator.functions.products.form import own_fields
from emulator.functions.products.product_type import SERVICE_COLUMNS, ProductType

SOURCE = "docs/resale.md section 2.8"
EXAMPLE = "100022"
REQUEST = {
    "pricelist": "3033",
    "period": "12",
    "crt_type": "generate",
    "field_country": "182",
    "CN": "example.com",
    "ST": "Region",
    "L": "City",
    "O": "Example",
}
CERTIFICATE = ProductType(
    intname="certificate",
    title={"en": "SSL certificates", "ru": "SSL-сертификаты"},
    source=SOURCE,
    example=EXAMPLE,
    example_order={
        **REQUEST,
        "approver_email_1": "admin@example.com",
        "skipbasket": "on",
        "sok": "ok",
    },
    takes=orders.CertificateOrder,
    new_takes=orders.NewCertificateOrder,
    order_form=orders.CertificateOrderForm,
    changes=orders.CertificateChange,
    row=views.CertificateRow,
    form=views.CertificateForm,
    evidence={"order.param": Evidence.DOCUMENTED},
    columns=SERVICE_COLUMNS,
    row_of=views.row,
    form_of=views.form,
    wish_of=orders.wish_of,
    addons_of=orders.addons_of,
)
KINDS = {
    orders.GENERATE: {"en": "Make a request", "ru": "Создать запрос"},
    orders.EXISTING: {"en": "I have a request", "ru": "Есть запрос"},
}


def family() -> Family:
    """Certificates."""
    certificate = build(CERTIFICATE)
    _add_request(certificate)
    _add_reissue(certificate)
    _add_validation(certificate)
    return certificate


def _add_request(family: Family) -> None:
    @family.form(
        "certificate.order.csr",
        takes=orders.CsrOrder,
        returns=orders.CertificateOrderForm,
        fails=(BadValue, StepUnavailable),
        evidence=Evidence.DOCUMENTED,
        source=SOURCE,
        example={**REQUEST, "sok": "ok", "snext": "ok"},
        commits_on_snext=True,
    )
    def show(
        call: Call, pricelist: int | None = None, period: int | None = None, **draft: Any
    ) -> FormAnswer:
        """Makes a key and a request for a certificate with it, or reads the client's request."""
        if pricelist is None:
            raise StepUnavailable("certificate.order.csr")
        tariff = order_rules.orderable(call.shop, call.user, "certificate", pricelist)
        offered = tariff.periods(call.user.currency)
        chosen = period if period in offered else offered[0]
        return FormAnswer(
            {"crt_type": orders.GENERATE, **draft, "pricelist": tariff.id, "period": chosen},
            slists={
                "crt_type": [Choice(kind, call.words(text)) for kind, text in KINDS.items()],
                "field_country": [Choice(str(c.id), c.name) for c in countries.all_countries()],
                "period": period_choices(call, offered),
            },
        )

    @show.on_submit
    def make(call: Call, pricelist: int, period: int, **sent: Any) -> ActionResult:
        tariff = order_rules.orderable(call.shop, call.user, "certificate", pricelist)
        tariff.check_period(call.user.currency, period)
        asked = orders.request_of(sent, anew=True)
        certificates.fit_addons(tariff, asked.names, None)
        call.secrets.append(asked.key)
        told = {**sent, "pricelist": pricelist, "period": period, "CN": asked.names[0]}
        told |= {"csr": asked.csr, "key": asked.key}
        return ActionResult(told, ok="func=certificate.order.param", ok_type="form")


def _certificate(call: Call, elid: int) -> Service:
    return services.owned(call.shop, call.user, elid, "certificate")


def _shown(call: Call, service: Service) -> FormAnswer:
    shown = views.form(call, service)
    shown.fields = own_fields(views.CertificateForm, shown.fields)
    return shown


def _add_reissue(family: Family) -> None:
    @family.form(
        "certificate.reissue",
        takes=orders.Reissue,
        returns=views.CertificateForm,
        fails=(Missed, BadValue, WrongState, RunningOperation),
        evidence=Evidence.ASSUMED,
        source=SOURCE,
        example={"elid": EXAMPLE, "sok": "ok"},
    )
    def show(call: Call, elid: int, **draft: Any) -> FormAnswer:
        """Issues a certificate anew to the end of its term: another request, or a new key."""
        shown = _shown(call, _certificate(call, elid))
        shown.fields = {**shown.fields, **draft}
        return shown

    @show.on_submit
    def issue(call: Call, elid: int, **sent: Any) -> ActionResult:
        service = _certificate(call, elid)
        services.require_settled(service)
        before = certificates.request_of(service)
        further = orders.further_names(sent) or " ".join(before.names[1:])
        if sent.get("csr"):
            asked = certificates.read_request(
                sent["csr"], sent.get("key", ""), orders.further_names(sent)
            )
        elif sent.get("crt_type") == orders.EXISTING:
            raise BadValue.empty("csr")
        elif sent.get("crt_type") == orders.GENERATE:
            asked = certificates.remake_request(before, further)
        else:
            asked = before
        changed = certificates.reissue(call.shop, call.user, service, asked)
        return ActionResult({"id": changed.id}, form=_shown(call, changed), flat=True)


FAILS: tuple[type[ApiError], ...] = (Missed, WrongState)


def _add_validation(family: Family) -> None:
    @family.form(
        "certificate.validation",
        takes=Element,
        returns=views.Confirming,
        fails=FAILS,
        evidence=Evidence.ASSUMED,
        source=SOURCE,
        example={"elid": EXAMPLE},
    )
    def show(call: Call, elid: int) -> FormAnswer:
        """What confirms the domain: the record to set, and who may answer a letter instead."""
        service = _certificate(call, elid)
        wanted = confirmation(service.params.get("csr", ""), service.licname)
        told = {
            "elid": service.id,
            "domain": service.licname,
            "approver_email_1": service.params.get("approver_email_1", ""),
            **views.confirming(service),
        }
        boxes = [Choice(box, box) for box in wanted.emails]
        return FormAnswer(told, slists={"approver_email_1": boxes})

    @show.on_submit
    def again(call: Call, elid: int) -> ActionResult:
        return _look_again(call, elid, "validation")

    for how, where in (("dns", "the record in the DNS"), ("email", "the letter to the mailbox")):
        _add_look_again(family, how, where)


def _add_look_again(family: Family, how: str, where: str) -> None:
    @family.action(
        f"certificate.validation.{how}",
        takes=Elements,
        elids="elid",
        fails=FAILS,
        evidence=Evidence.ASSUMED,
        source=SOURCE,
        example={"elid": EXAMPLE},
        summary=f"Asks the authority to look once more for {where}, or to send it once more.",
    )
    def act(call: Call, elid: int) -> ActionResult:
        return _look_again(call, elid, how)


def _look_again(call: Call, elid: int, how: str) -> ActionResult:
    """A confirmation that is repeated counts as a look where certificates come after looks."""
    service = _certificate(call, elid)
    certificates.require_requested(service)
    services.note(call.shop, service.id, call.user.login, "validation", how)
    opening.count_read(call.shop, service)
    return ActionResult({"id": service.id})

"""How certificates are shown: as rows and as forms.

Source: docs/resale.md section 2.8. Names of fields beyond those of the order are assumed.
"""

from __future__ import annotations

from emulator.api.context import Call, FormAnswer
from emulator.api.fields import Text, Whole
from emulator.api.schema import WireSchema
from emulator.domain.services import certificates
from emulator.domain.services.certificate_names import confirmation
from emulator.domain.services.services import ACTIVE, PROCESSING, Service
from emulator.functions.params import autoprolong_choices
from emulator.functions.products import license_views as views
from emulator.functions.products.certificate_orders import KEPT

_NOT_OF_IT = ("licname", "remoteip", "update_expiredate", "ip")


class CertificateRow(views.LicenseRow):
    """One certificate; ``service_status`` is 3 while it is asked for and 5 once it is issued."""

    domain = Text()
    service_status = Text()
    valid_from = Text()
    valid_until = Text()

    class Meta(WireSchema.Meta):
        """Fields of licenses."""

        exclude = (*_NOT_OF_IT, "real_ipchange", "real_keychange")


class Confirming(WireSchema):
    """What confirms the domain: a DNS record (CNAME), or a letter to a mailbox."""

    elid = Whole()
    domain = Text()
    approver_email_1 = Text()
    dns_record_type = Text()
    dns_record_name = Text()
    dns_record_value = Text()


class CertificateForm(views.LicenseForm):
    """One certificate with its request, its key where the seller has it, and what was issued."""

    domain = Text()
    service_status = Text()
    altname = Text()
    csr = Text()
    key = Text()
    crt = Text()
    ca_crt = Text()
    valid_from = Text()
    valid_until = Text()
    dns_record_type = Text()
    dns_record_name = Text()
    dns_record_value = Text()
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
        """Fields of licenses."""

        exclude = (*_NOT_OF_IT, "lickey", "ip_change_date", "lickey_change_date", "webdomains")


def row(call: Call, service: Service) -> dict[str, object]:
    """A row of the list."""
    return {**views.row(call, service), **_facts(service)}


def _facts(service: Service) -> dict[str, object]:
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


def form(call: Call, service: Service) -> FormAnswer:
    """The whole form. The key is shown to its owner, and written down nowhere else."""
    params = service.params
    key, crt = params.get("key", ""), params.get("crt", "")
    call.secrets.append(key)
    shown = {
        **views.fields(call, service),
        **_facts(service),
        "altname": " ".join(params.get("names", "").split()[1:]),
        "csr": params.get("csr", ""),
        "key": key,
        "crt": crt,
        "ca_crt": certificates.authority(call.shop) if crt else "",
        **{name: params.get(name, "") for name in KEPT},
        **confirming(service),
    }
    tariff = call.shop.catalogue[service.tariff_id]
    return FormAnswer(shown, slists={"autoprolong": autoprolong_choices(call, tariff)})


def confirming(service: Service) -> dict[str, object]:
    """The record to set, and whom a letter goes to; nothing where nothing was asked for yet."""
    csr = service.params.get("csr", "")
    if not csr or service.status not in (ACTIVE, PROCESSING):
        return {"dns_record_type": "", "dns_record_name": "", "dns_record_value": ""}
    wanted = confirmation(csr, service.licname)
    return {
        "dns_record_type": "CNAME",
        "dns_record_name": wanted.record,
        "dns_record_value": wanted.value,
    }

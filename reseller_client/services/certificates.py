"""SSL certificates of a reseller: request, order, read, reissue, confirm, delete.

Source: docs/resale.md section 2.8. How certificates are reissued and confirmed is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from reseller_client.errors import NotUnderstood
from reseller_client.services.models import Certificate, Country, Ordered, ServiceRow, Validation
from reseller_client.services.ordering import ServiceOrder, name_order, place_order, send_order
from reseller_client.services.product_functions import ProductFunctions
from reseller_client.services.product_types import CERTIFICATE
from reseller_client.transport.listing import every_row
from reseller_client.transport.reading import read_form, read_rows
from reseller_client.transport.values import Status, read_int, write_autoprolong

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reseller_client.transport.call import Caller
    from reseller_client.transport.values import Field

_READS = 60
RUSSIA = 182


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """A request and its private key, both PEM. Store the key: the seller may not have it."""

    csr: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CertificateOrder:
    """An order of a certificate. Source: `certificate.order.param` (documented).

    `name` is the first name, `names` are further ones; `period` is 12 or 24 months; `country` is
    the seller's number (`client.certificates.countries`). Without a `request` the seller generates
    one. `contacts` are sent as they are (`adm_fname`, `tech_email` ...), `approver` is the mailbox
    that confirms the domain. `remoteid` is the reseller's own id; if empty, a unique one is
    generated. Without `skipbasket` the order waits in the basket, unpaid.
    """

    tariff: int
    name: str
    period: int = 12
    names: tuple[str, ...] = ()
    country: int = RUSSIA
    region: str = ""
    city: str = ""
    organization: str = ""
    unit: str = ""
    email: str = ""
    request: CertificateRequest | None = None
    contacts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    approver: str = ""
    autoprolong: int | None = None
    remoteid: str = ""
    skipbasket: bool = True

    def subject(self) -> dict[str, str]:
        """Return the fields of the request that are not empty."""
        further = " ".join(self.names)
        fields = {
            "field_country": str(self.country),
            "CN": self.name,
            "ST": self.region,
            "L": self.city,
            "O": self.organization,
            "OU": self.unit,
            "emailAddress": self.email,
            "altname": further,
            "altname_input": further,
        }
        return {name: text for name, text in fields.items() if text}

    def csr_fields(self) -> dict[str, Field]:
        """Return the fields of the first step, which generates a request."""
        return {
            "pricelist": self.tariff,
            "period": self.period,
            "crt_type": "generate",
            **self.subject(),
            "sok": "ok",
            "snext": "ok",
        }

    def as_service(self) -> ServiceOrder:
        """Return the second step as an order of a service."""
        extra = {"crt_type": "generate", **self.subject(), **self.contacts}
        if self.request is not None:
            extra |= {"csr": self.request.csr}
            if self.request.key:
                extra |= {"key": self.request.key}
            else:
                extra |= {"crt_type": "existing"}
        if self.approver:
            extra["approver_email_1"] = self.approver
        return ServiceOrder(
            tariff=self.tariff,
            period=self.period,
            domain=self.name,
            autoprolong=self.autoprolong,
            remoteid=self.remoteid,
            skipbasket=self.skipbasket,
            extra=MappingProxyType(extra),
        )

    def with_request(self, request: CertificateRequest) -> CertificateOrder:
        """Return the same order with a request."""
        return replace(self, request=request)


class Certificates(ProductFunctions[Certificate, ServiceRow]):
    """SSL certificates of the account. Reached as `client.certificates`."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        super().__init__(caller, CERTIFICATE)

    def generate_csr(self, order: CertificateOrder) -> CertificateRequest:
        """Let the seller generate a key and a request. Nothing is ordered; store the key.

        Raises BadValue for a name, a number of names or a period that the tariff does not have.
        Source: `certificate.order.csr` (documented).
        """
        answer = self._call("order.csr", order.csr_fields())
        form = answer.form()
        csr = answer.value("csr") or form.value("csr")
        if not csr:
            raise NotUnderstood("the answer has no request")
        return CertificateRequest(csr, answer.value("key") or form.value("key"))

    def order(self, order: CertificateOrder) -> Ordered:
        """Order one certificate, once, even if the answer gets lost.

        Without `order.request` the seller generates one first. Charged at once if
        `order.skipbasket`. Raises NotEnoughMoney with the amount, BadValue, and UnknownOutcome
        where it cannot be found out whether the order happened. Source: `certificate.order.param`
        (documented).
        """
        if order.request is None:
            order = order.with_request(self.generate_csr(order))
        return place_order(self._caller, self.product, order.as_service(), self.list)

    def order_once(self, order: CertificateOrder) -> Ordered:
        """Send an order a single time as it is; without a request the seller generates one."""
        return send_order(self._caller, self.product, order.as_service())

    def put_in_cart(self, order: CertificateOrder) -> Ordered:
        """Put an order in the new cart; `client.cart.pay` pays its `line_id`. Never sent again.

        Source: `certificate.order.param` with the button `quickbasket` (documented).
        """
        service = name_order(order.as_service()).for_cart()
        fields: dict[str, Field] = {
            **service.fields(),
            "period": service.period,
            "autoprolong": write_autoprolong(service.autoprolong),
            "clicked_button": "quickbasket",
        }
        answer = self._call("order.param", fields)
        line = read_int(answer.value("lineitem.id"))
        order_id = read_int(answer.value("billorder")) or line
        return Ordered(None, service.remoteid, order_id=order_id, line_id=line)

    def wait_until_issued(self, certificate_id: int, reads: int = _READS) -> Certificate:
        """Read a certificate, with pauses, until it is issued; at most `reads` times.

        Raises NotReady.
        """
        return self._wait_until(
            certificate_id,
            lambda read: bool(read.crt) and read.status is not Status.PROCESSING,
            reads,
        )

    def reissue(
        self,
        certificate_id: int,
        request: CertificateRequest | None = None,
        *,
        names: Sequence[str] = (),
    ) -> Certificate:
        """Reissue a certificate to the end of its term: for another request, else with a new key.

        `names` replace its further names; the first name stays. Raises BadValue, WrongState,
        OperationRunning. Never sent again, because each time would generate another key.
        """
        further = " ".join(names)
        fields: dict[str, Field] = {
            "elid": certificate_id,
            "crt_type": "generate" if request is None else "existing",
            "csr": None if request is None else request.csr,
            "key": None if request is None else request.key or None,
            "altname": further or None,
            "altname_input": further or None,
            "sok": "ok",
        }
        return read_form(Certificate, self._call("reissue", fields))

    def validation(self, certificate_id: int) -> Validation:
        """Return what confirms the domain until a certificate is issued. Raises Missed."""
        answer = self._call("validation", {"elid": certificate_id})
        form = answer.form()
        return Validation(
            record_type=form.value("dns_record_type"),
            record=form.value("dns_record_name"),
            value=form.value("dns_record_value"),
            approver=form.value("approver_email_1"),
            mailboxes=tuple(option.key for option in answer.choices("approver_email_1")),
        )

    def validate_again(self, certificate_id: int, how: Literal["dns", "email"] = "dns") -> None:
        """Ask the authority to check the DNS record again, or to send its mail again.

        Raises WrongState for a certificate that is issued.
        """
        self._call(f"validation.{how}", {"elid": certificate_id, "sok": "ok"})

    def countries(self) -> tuple[Country, ...]:
        """Return all countries with the seller's numbers. Source: `country`."""
        return read_rows(Country, every_row(self._caller, "country"))

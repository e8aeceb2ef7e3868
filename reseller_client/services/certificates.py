"""SSL certificates of a reseller: request, order, read, issue anew, confirm, delete.

Source: docs/resale.md section 2.8. How certificates are issued anew and confirmed is assumed.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from reseller_client.errors import NotReady, NotUnderstood
from reseller_client.services.certificate_models import (
    Certificate,
    CertificateOrder,
    CertificateRequest,
    Country,
    Validation,
)
from reseller_client.services.product_models import OrderedService
from reseller_client.services.product_orders import fields_of
from reseller_client.services.products import Products
from reseller_client.transport.listing import every_row
from reseller_client.transport.values import (
    Status,
    read_date,
    read_int,
    read_status,
    write_autoprolong,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reseller_client.services.product_models import ServiceRow
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field

_READS = 60


class Certificates:
    """SSL certificates of the account. Reached as `client.certificates`."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller
        self._products = Products(caller, "certificate")

    def generate_csr(self, wish: CertificateOrder) -> CertificateRequest:
        """Let the seller make a key and a request. Nothing is ordered; keep the key.

        Raises BadValue for a name, a number of names or a period that the tariff does not have.
        Source: `certificate.order.csr` (documented).
        """
        answer = self._caller.call("certificate.order.csr", wish.csr_fields())
        form = answer.form()
        csr = answer.value("csr") or form.value("csr")
        if not csr:
            raise NotUnderstood("the answer carries no request")
        return CertificateRequest(csr, answer.value("key") or form.value("key"))

    def order(self, wish: CertificateOrder) -> OrderedService:
        """Order one certificate, once, even if the answer gets lost.

        Without `wish.request` one is made first. Charged at once unless `wish.skipbasket` is off.
        Raises NotEnoughMoney with the amount, BadValue, UnknownOutcome where it could not be told
        whether the order happened. Source: `certificate.order.param` (documented).
        """
        if wish.request is None:
            wish = wish.with_request(self.generate_csr(wish))
        return self._products.order(wish.as_service())

    def order_once(self, wish: CertificateOrder) -> OrderedService:
        """Send an order a single time, as it is; without a request the seller makes one."""
        return self._products.order_once(wish.as_service())

    def put_in_cart(self, wish: CertificateOrder) -> OrderedService:
        """Put an order in the new cart; `client.cart.pay` pays its `line_id`. Never repeated.

        Source: `certificate.order.param` with the button `quickbasket` (documented).
        """
        named = wish if wish.remoteid else replace(wish, remoteid=f"rc-{uuid.uuid4().hex}")
        fields: dict[str, Field] = {
            **fields_of(replace(named, skipbasket=False).as_service()),
            "period": named.period,
            "autoprolong": write_autoprolong(named.autoprolong),
            "clicked_button": "quickbasket",
            "force_use_new_cart": "on",
        }
        answer = self._caller.call("certificate.order.param", fields)
        line = read_int(answer.value("lineitem.id"))
        order_id = read_int(answer.value("billorder")) or line
        return OrderedService(None, named.remoteid, order_id=order_id, line_id=line)

    def list(self) -> tuple[ServiceRow, ...]:
        """Return all certificates as the list shows them. Source: `certificate`."""
        return self._products.list()

    def get(self, certificate_id: int) -> Certificate:
        """Return one certificate with all that was issued. Raises Missed."""
        return _read(self._caller.call("certificate.edit", {"elid": certificate_id}))

    def wait_until_issued(self, certificate_id: int, reads: int = _READS) -> Certificate:
        """Read a certificate until it is issued, pausing in between; `reads` times at most.

        Raises NotReady.
        """
        for left in reversed(range(reads)):
            found = self.get(certificate_id)
            if found.crt and found.status is not Status.PROCESSING:
                return found
            if left:
                self._caller.retry_policy.wait(self._caller.retry_policy.pause)
        raise NotReady(certificate_id, reads)

    def reissue(
        self,
        certificate_id: int,
        request: CertificateRequest | None = None,
        *,
        names: Sequence[str] = (),
    ) -> Certificate:
        """Have it issued anew to the end of its term: for another request, else with a new key.

        `names` are further names in place of those it has. The first name stays. Raises BadValue,
        WrongState, OperationRunning. Not repeated: a second sending makes a second key.
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
        return _read(self._caller.call("certificate.reissue", fields))

    def validation(self, certificate_id: int) -> Validation:
        """Return what confirms the domain while a certificate is asked for. Raises Missed."""
        answer = self._caller.call("certificate.validation", {"elid": certificate_id})
        form = answer.form()
        return Validation(
            record_type=form.value("dns_record_type"),
            record=form.value("dns_record_name"),
            value=form.value("dns_record_value"),
            approver=form.value("approver_email_1"),
            mailboxes=tuple(one.key for one in answer.choices("approver_email_1")),
        )

    def validate_again(self, certificate_id: int, how: Literal["dns", "email"] = "dns") -> None:
        """Ask the authority to look for the record again, or to send its letter again.

        Raises WrongState once it is issued.
        """
        self._caller.call(f"certificate.validation.{how}", {"elid": certificate_id, "sok": "ok"})

    def countries(self) -> tuple[Country, ...]:
        """Return the countries by the seller's numbers. Source: `country`."""
        rows = every_row(self._caller, "country")
        read = ((read_int(row.value("id")), row.value("name"), row.value("iso2")) for row in rows)
        return tuple(Country(number, name, iso) for number, name, iso in read if number is not None)

    def suspend(self, certificate_id: int | Sequence[int]) -> None:
        """Switch a certificate off at the seller. Its term keeps running."""
        self._products.suspend(certificate_id)

    def resume(self, certificate_id: int | Sequence[int]) -> None:
        """Switch a certificate on again."""
        self._products.resume(certificate_id)

    def delete(self, certificate_id: int | Sequence[int]) -> None:
        """Delete a certificate. Raises MinimumTerm, DeletionForbidden, OperationRunning, Missed."""
        self._products.delete(certificate_id)


def _read(answer: Answer) -> Certificate:
    """Read the form of a certificate, its fields above or in the inner document."""
    form = answer.form()
    number = read_int(form.value("elid", "id"))
    if number is None:
        raise NotUnderstood("the form of the certificate carries no id")
    return Certificate(
        id=number,
        name=form.value("domain", "name"),
        names=tuple(form.value("altname").split()),
        status=read_status(form.value("status")) or Status.UNKNOWN,
        tariff=read_int(form.value("pricelist", "pricelist_id")),
        period=read_int(form.value("period")),
        remoteid=form.value("remoteid"),
        csr=form.value("csr"),
        key=form.value("key"),
        crt=form.value("crt"),
        authority=form.value("ca_crt"),
        valid_from=read_date(form.value("valid_from")),
        valid_until=read_date(form.value("valid_until")),
        expires_on=read_date(form.value("expiredate")),
    )

"""Certificates, their requests and what confirms them, as frozen values.

Source: docs/resale.md section 2.8.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.services.product_models import ServiceOrder
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reseller_client.transport.values import Field

RUSSIA = 182


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """A request and the key it was made with, both PEM. Keep the key: nobody else has to."""

    csr: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CertificateOrder:
    """What to certify, and for whom. Source: `certificate.order.param` (documented).

    `name` is the first name, `names` are further ones; `period` is 12 or 24 months; `country` is
    the seller's number (`client.certificates.countries`). With `request` the seller makes none of
    its own. `contacts` are sent as they stand (`adm_fname`, `tech_email` ...), `approver` is whose
    mailbox confirms the domain. `remoteid` is the reseller's own id; left empty, a unique one is
    made. With `skipbasket` off the order waits in the basket unpaid.
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
        """Return what a request is made of, by the names of the wire."""
        further = " ".join(self.names)
        told = {
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
        return {name: text for name, text in told.items() if text}

    def csr_fields(self) -> dict[str, Field]:
        """Return what the first of the two steps is asked."""
        return {
            "pricelist": self.tariff,
            "period": self.period,
            "crt_type": "generate",
            **self.subject(),
            "sok": "ok",
            "snext": "ok",
        }

    def as_service(self) -> ServiceOrder:
        """Return the second step as an order like any other."""
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
        """Return the same order for a request that was made."""
        return replace(self, request=request)


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate as its form shows it. Source: `certificate.edit`.

    `crt` and `authority` (PEM) are empty until it is issued, `key` where the seller never had it.
    """

    id: int
    name: str = ""
    names: tuple[str, ...] = ()
    status: Status = Status.UNKNOWN
    tariff: int | None = None
    period: int | None = None
    remoteid: str = ""
    csr: str = ""
    key: str = field(default="", repr=False)
    crt: str = ""
    authority: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """What confirms a domain: a DNS record, or an answer from one of the mailboxes."""

    record_type: str
    record: str
    value: str
    approver: str
    mailboxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """A country: the seller's number for it, its name, its two letters."""

    id: int
    name: str
    iso: str

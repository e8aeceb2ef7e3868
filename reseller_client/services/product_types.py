"""The product types of the seller: what an order of each takes, and what its list and form show.

A type that is not declared here works like a service (`ProductType(code)`); its fields are unknown.

Source: docs/trade.md sections 3 (the vendor's licenses), 7 (third-party), 8 and 13 (modules and
platforms), docs/resale.md sections 2.2 and 2.8 (servers, certificates) (documented).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, TypeVar

from reseller_client.services.models import (
    Certificate,
    License,
    LicenseRow,
    Module,
    ModuleRow,
    ProductForm,
    ProductRow,
    Service,
    ServiceRow,
)

Form = TypeVar("Form", bound=ProductForm)
Row = TypeVar("Row", bound=ProductRow)


@dataclass(frozen=True, slots=True)
class ProductType(Generic[Form, Row]):
    """One product type.

    `code` is its internal name, which begins the names of its functions. `form` and `row` are the
    classes of its form and of the rows of its list.

    `takes` are the fields of an order beside tariff, period and addons, `changes` those `X.edit`
    can change, and `gives` those the form shows once the service is open. `with_addons`: an order
    may have addons. `templates`: it has OS templates.

    `named_by` is the attribute of order and row that names a service. `keeps_name`: the seller
    stores the name as it was sent, so that a row with another name is another service.
    `tells_remoteid`: list or form always show `remoteid` (documented). `may_drop_remoteid`: the
    seller may accept a `remoteid` without storing it, so that an empty one tells nothing.
    `strict_autoprolong`: the seller renews only by the period bought, and ignores any other number
    silently. `numbered_unpaid`: an unpaid order has the number of its service already.
    """

    code: str
    takes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    form: type[Form] = field(kw_only=True)
    row: type[Row] = field(kw_only=True)
    noun: Literal["license", "service", "module"] = field(default="service", kw_only=True)
    with_addons: bool = field(default=True, kw_only=True)
    templates: bool = field(default=False, kw_only=True)
    named_by: Literal["licname", "comment", "domain", "license_id"] = field(
        default="domain", kw_only=True
    )
    keeps_name: bool = field(default=False, kw_only=True)
    tells_remoteid: bool = field(default=False, kw_only=True)
    may_drop_remoteid: bool = field(default=False, kw_only=True)
    strict_autoprolong: bool = field(default=False, kw_only=True)
    numbered_unpaid: bool = field(default=False, kw_only=True)

    @property
    def gives_key(self) -> bool:
        """Whether an open service has a key, which only its form shows."""
        return "lickey" in self.gives

    def check_autoprolong(self, months: int | None, period: int | None) -> None:
        """Check that the seller would not ignore a renewal. Raises ValueError if it would."""
        if self.strict_autoprolong and months is not None and months != period:
            raise ValueError(
                f"autoprolong of {self.code} must equal the period ({period}), not {months}: "
                "the seller would ignore it silently"
            )


def service_type(
    code: str,
    takes: tuple[str, ...] = (),
    changes: tuple[str, ...] = (),
    gives: tuple[str, ...] = (),
    *,
    templates: bool = False,
) -> ProductType[Service, ServiceRow]:
    """Return a type of servers, accounts or names."""
    return ProductType(
        code, takes, changes, gives, form=Service, row=ServiceRow, templates=templates
    )


_LICENSE: Final = ("ip", "licname", "lickey")
_SYSTEM: Final = ("domain", "ostempl", "recipe")
_SERVER: Final = ("ip", "domain", "username", "password", "ostempl")
_ACCOUNT: Final = ("domain", "ip", "username", "password")
_NAMESERVERS: Final = ("ns0", "ns1", "ns2", "ns3")
_REQUEST: Final = (
    "crt_type", "CN", "ST", "L", "O", "OU", "field_country", "emailAddress", "altname_input", "csr",
    "key",
)  # fmt: skip
_CONTACTS: Final = tuple(
    f"{who}_{what}"
    for who in ("adm", "tech")
    for what in ("fname", "lname", "jtitle", "email", "phone")
)

SOFT: Final = ProductType(
    "soft",
    ("ip", "licname", "remoteip"),
    ("ip", "licname", "remoteip"),
    _LICENSE,
    form=License,
    row=LicenseRow,
    noun="license",
    named_by="licname",
    keeps_name=True,
    tells_remoteid=True,
    numbered_unpaid=True,
)
THIRD_PARTY: Final = ProductType(
    "softexternal",
    ("ip", "licname"),
    ("ip", "licname"),
    _LICENSE,
    form=License,
    row=LicenseRow,
    noun="license",
    with_addons=False,
    named_by="licname",
    keeps_name=True,
    may_drop_remoteid=True,
    strict_autoprolong=True,
    numbered_unpaid=True,
)
PLATFORM: Final = ProductType(
    "platform",
    ("comment",),
    ("comment",),
    ("comment", "lickey"),
    form=License,
    row=LicenseRow,
    noun="license",
    named_by="comment",
    keeps_name=True,
    may_drop_remoteid=True,
    numbered_unpaid=True,
)
ADDITION: Final = ProductType(
    "addition",
    ("item",),
    ("item",),
    ("item",),
    form=Module,
    row=ModuleRow,
    noun="module",
    with_addons=False,
    named_by="license_id",
    keeps_name=True,
    may_drop_remoteid=True,
    strict_autoprolong=True,
)
CERTIFICATE: Final = ProductType(
    "certificate",
    (*_REQUEST, *_CONTACTS, "approver_email_1"),
    (),
    ("domain", "csr", "key", "crt", "ca_crt", "valid_from", "valid_until"),
    form=Certificate,
    row=ServiceRow,
)
LICENSE_TYPES: Final = (SOFT, THIRD_PARTY, PLATFORM)
PRODUCT_TYPES: Final[Mapping[str, ProductType[Any, Any]]] = MappingProxyType(
    {
        declared.code: declared
        for declared in (
            *LICENSE_TYPES,
            ADDITION,
            service_type("vds", _SYSTEM, _SYSTEM, _SERVER, templates=True),
            service_type("dedic", _SYSTEM, _SYSTEM, _SERVER, templates=True),
            service_type("instances", _SYSTEM, _SYSTEM, _SERVER, templates=True),
            service_type("vhost", ("domain",), ("domain",), _ACCOUNT),
            service_type("dnshost", ("domain",), ("domain",), _ACCOUNT),
            service_type("storage", ("domain",), ("domain",), _ACCOUNT),
            service_type("colocation", ("domain",), ("domain",), ("domain", "ip")),
            CERTIFICATE,
            service_type(
                "domain", ("domain", *_NAMESERVERS), _NAMESERVERS, ("domain", *_NAMESERVERS)
            ),
        )
    }
)

"""What the seller's answers mean, as frozen values.

Sums are `Decimal` inside `Money`, dates end in `_on`, and what is not there is None or empty. A
field this package does not know is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.account.models import (
    Dashboard,
    Expense,
    MenuNode,
    Notice,
    Payment,
    Subaccount,
    User,
)
from reseller_client.services.catalogue_models import (
    Addon,
    AddonItem,
    AddonKind,
    Datacenter,
    Price,
    Tariff,
)
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reseller_client.transport.values import Money

__all__ = [
    "Addon",
    "AddonItem",
    "AddonKind",
    "Basket",
    "BasketItem",
    "BillOrder",
    "CartLine",
    "Closing",
    "Dashboard",
    "Datacenter",
    "Expense",
    "HistoryRow",
    "License",
    "LicenseRow",
    "MenuNode",
    "Notice",
    "Ordered",
    "Payment",
    "Price",
    "ProlongQuote",
    "ServiceAddress",
    "Subaccount",
    "Tariff",
    "TariffOption",
    "TariffQuote",
    "User",
]


def _no_numbers() -> Mapping[int, int]:
    return MappingProxyType({})


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class License:
    """One license as its form shows it. Source: `soft.edit`, docs/trade.md section 6.1.

    `key` is empty until issued, and begins with the license id and a dash. `period` and
    `autoprolong` are months (-100 trial, 0 lifetime); `addons` maps an addon id to its quantity.
    `expires_on` is None where the seller writes a phrase, which stays in `expires`. A platform has
    a `comment` instead of `licname` and `ip`. `scheduled_close`: it was deleted and ends with its
    paid term.
    """

    id: int
    name: str = ""
    licname: str = ""
    ip: str = ""
    remoteip: str = ""
    remoteid: str = ""
    key: str = ""
    status: Status = Status.UNKNOWN
    tariff: int | None = None
    tariff_name: str = ""
    period: int | None = None
    created_on: date | None = None
    expires_on: date | None = None
    expires: str = ""
    ip_changed_on: date | None = None
    key_changed_on: date | None = None
    updates_expire_on: date | None = None
    webdomains: int | None = None
    autoprolong: int | None = None
    addons: Mapping[int, int] = field(default_factory=_no_numbers)
    comment: str = ""
    scheduled_close: bool = False


@dataclass(frozen=True, slots=True)
class LicenseRow:
    """One row of the license list: no key, and the tariff by name. Source: `soft`, section 6.6.

    `state` is the raw status with its reason, such as `3_autosuspend`; `cost` belongs to `period`.
    `remoteid` and `comment` are None where the seller's list does not carry them at all.
    """

    id: int
    licname: str = ""
    name: str = ""
    ip: str = ""
    remoteid: str | None = None
    status: Status = Status.UNKNOWN
    state: str = ""
    tariff: int | None = None
    tariff_name: str = ""
    period: int | None = None
    created_on: date | None = None
    expires_on: date | None = None
    expires: str = ""
    autoprolong: int | None = None
    cost: Money | None = None
    comment: str | None = None
    scheduled_close: bool = False


@dataclass(frozen=True, slots=True)
class CartLine:
    """One position of the new cart."""

    id: int
    service_id: int | None = None
    service_type: str = ""
    name: str = ""
    cost: Money | None = None


@dataclass(frozen=True, slots=True)
class BillOrder:
    """An order: positions that were paid together, or wait for it."""

    id: int
    paid: bool
    total: Money | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an order left behind.

    `license_id` is None while the order waits in the basket as `order_id`. `found_again` tells that
    the answer was lost and the license found by looking.
    """

    license_id: int | None
    remoteid: str
    order_id: int | None = None
    found_again: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """What a deletion did: the license is `gone`, or ends on `ends_on` if it was only scheduled."""

    gone: bool
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ProlongQuote:
    """What a prolongation would do. Source: `service.prolong` without `sok`, section 4."""

    expires_on: date | None
    new_expires_on: date | None
    period: int | None
    periods: tuple[int, ...]
    penalty: str = ""


@dataclass(frozen=True, slots=True)
class TariffOption:
    """A tariff a service can change to: its code and label."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class TariffQuote:
    """What a change of tariff would cost and do. Source: section 5, second step of the wizard."""

    old_tariff: str
    new_tariff: str
    old_price: Money | None
    new_price: Money | None
    old_expires_on: date | None
    new_expires_on: date | None
    money_info: str = ""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One event of a service; the columns differ between sellers, all are in `fields`."""

    id: str
    happened: str
    what: str
    fields: Mapping[str, str] = field(default_factory=_no_texts)


@dataclass(frozen=True, slots=True)
class BasketItem:
    """One unpaid position. `id` is the position, `service_id` the service it is for."""

    id: int
    service_id: int | None
    service_type: str
    name: str
    period: int | None
    autoprolong: int | None
    cost: Money | None
    rolled_back: bool = False


@dataclass(frozen=True, slots=True)
class Basket:
    """The basket: `order_id` is the unpaid order. Source: `basket`, docs/wire.md section 6."""

    order_id: int | None
    total: Money | None
    tax: Money | None
    discount: Money | None
    items: tuple[BasketItem, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """An address of a service. Source: `service.ip` (observed)."""

    id: int
    address: str
    main: bool
    kind: str
    domain: str
    gateway: str
    mask: str

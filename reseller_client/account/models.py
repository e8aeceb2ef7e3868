"""What the seller tells of the account, its money and its payers, as frozen values.

As in `reseller_client.services.models`: what is not there is None or empty, unknown
fields are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.transport.values import PaymentStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from reseller_client.transport.values import Money


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Subaccount:
    """The account's money with one provider. Source: `subaccount` (observed)."""

    id: int | None
    provider: str
    balance: Money


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The balance at a glance; `enough_until` is a date or a phrase. Source: `dashboard.info`."""

    balance: Money | None
    real_balance: Money | None
    enough_until: str


@dataclass(frozen=True, slots=True)
class User:
    """Who is logged in; a client's `level` is 16. Source: `whoami` (observed; its attributes)."""

    id: int | None
    name: str
    realname: str
    email: str
    phone: str
    balance: Money | None
    level: int | None = None
    must_confirm_phone: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing to notice; `service_id` is the service it is about, if any."""

    service_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One kind of notices of the client area (such as `bannerlist`) with what it holds."""

    name: str
    text: str
    things: tuple[Happened, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A payer; `kind` 1 is a person, 2 a company. All its columns are in `fields`."""

    id: int
    name: str
    kind: int | None
    email: str = ""
    phone: str = ""
    fields: Mapping[str, str] = field(default_factory=_no_texts)


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency the seller counts in, by ISO code. Source: `currency` (shape assumed)."""

    iso: str
    name: str
    default: bool


@dataclass(frozen=True, slots=True)
class Provider:
    """Who sells: a project of the seller with its currency. Source: `project` (documented)."""

    id: int
    name: str
    currency: str
    site: str


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount of the account in percent: on a `tariff`, on a product type, or on everything.

    `promo_code` is set where it needs one. Source: `account.discountinfo` (observed, columns
    assumed); a row's own columns are all in `fields`.
    """

    name: str
    percent: Decimal | None
    itemtype: str
    promo_code: str
    tariff: int | None = None
    fields: Mapping[str, str] = field(default_factory=_no_texts)


@dataclass(frozen=True, slots=True)
class PayMethod:
    """A way to pay, and between which sums it can be used."""

    id: int
    name: str
    currency: str
    minimum: Decimal | None
    maximum: Decimal | None


@dataclass(frozen=True, slots=True)
class StartedPayment:
    """A payment that was started. `page` is where it is paid; empty: nothing is left to pay."""

    payment_id: int | None
    page: str


@dataclass(frozen=True, slots=True)
class MenuNode:
    """One entry of the menu and what is below it."""

    name: str
    action: str
    kind: str
    nodes: tuple[MenuNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """Money paid in; `state` names its status. Source: `payment` (documented, observed)."""

    id: int
    number: str
    created_on: date | None
    amount: Money | None
    method: str
    status: int | None

    @property
    def state(self) -> PaymentStatus | None:
        """What the status means, or None for one that is not known."""
        return next((state for state in PaymentStatus if state == self.status), None)


@dataclass(frozen=True, slots=True)
class Expense:
    """Money charged. `service_id` is the service it was for. Source: `expense` (documented)."""

    id: int
    happened_on: date | None
    amount: Money | None
    tax: Money | None
    name: str
    service_id: int | None

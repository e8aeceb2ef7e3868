"""The account, its money and its payers as frozen dataclasses.

A field that is missing in an answer is None or empty.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.transport.reading import (
    all_fields,
    day,
    flag,
    labelled_number,
    money,
    number,
    text,
)
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
    """The account's balance with one provider. Source: `subaccount` (observed)."""

    id: int | None
    provider: str
    balance: Money


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The balance, and as a date or a phrase how long it lasts. Source: `dashboard.info`."""

    balance: Money | None
    real_balance: Money | None
    enough_until: str


@dataclass(frozen=True, slots=True)
class User:
    """A login; the `level` of an ordinary client is 16. Source: `whoami` (observed)."""

    id: int | None = number("id")
    name: str = text("name")
    realname: str = text("realname")
    email: str = text("email")
    phone: str = text("phone")
    balance: Money | None = money("balance")
    level: int | None = number("level")
    must_confirm_phone: bool = flag("need_phone_validate")


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One entry of a notice; `service_id` is the service it is about, if any."""

    service_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A kind of notices of the client area, such as `bannerlist`, with its entries `things`."""

    name: str
    text: str
    things: tuple[NoticeItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """A payer; `kind` 1 is a person, 2 a company. All columns are in `fields`."""

    id: int
    name: str = text("name", "person")
    kind: int | None = number("profiletype", "ptype")
    email: str = text("email")
    phone: str = text("phone")
    fields: Mapping[str, str] = all_fields()


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency of the seller, by ISO code, with its number there. Source: `currency`."""

    iso: str
    name: str
    default: bool
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: a project of the seller, with its currency. Source: `project` (documented)."""

    id: int
    name: str = text("name")
    currency: str = text("currency_str", "currency")
    site: str = text("site")


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount of the account in percent: on a `tariff`, on a product type, or on everything.

    `promo_code` is set where it needs one; all columns are in `fields`. Source:
    `account.discountinfo` (observed, columns assumed).
    """

    name: str
    percent: Decimal | None
    itemtype: str
    promo_code: str
    tariff: int | None = None
    fields: Mapping[str, str] = field(default_factory=_no_texts)


@dataclass(frozen=True, slots=True)
class PayMethod:
    """A payment method, and the sums it accepts. `from_balance`: it is the account's own money."""

    id: int
    name: str
    currency: str
    minimum: Decimal | None
    maximum: Decimal | None
    description: str = ""
    from_balance: bool = False


@dataclass(frozen=True, slots=True)
class StartedPayment:
    """A payment that was started. `page` is where to pay it, empty if nothing is left to pay."""

    payment_id: int | None
    page: str


@dataclass(frozen=True, slots=True)
class MenuNode:
    """An entry of the menu and the entries below it."""

    name: str
    action: str
    kind: str
    nodes: tuple[MenuNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment to the account; `state` is the meaning of `status`. Source: `payment`."""

    id: int
    number: str = text("number")
    created_on: date | None = day("create_date", "createdate")
    amount: Money | None = money("subaccountamount_iso", "paymethodamount_iso", "amount")
    method: str = text("paymethod_name", "paymethodname")
    status: int | None = labelled_number("status")

    @property
    def state(self) -> PaymentStatus | None:
        """The meaning of the status, or None for an unknown one."""
        return next((state for state in PaymentStatus if state == self.status), None)


@dataclass(frozen=True, slots=True)
class Expense:
    """A charge; `service_id` is the service it was for. Source: `expense` (documented).

    `itemtype` is the product type of the service, and `ip` for further addresses of it (observed).
    """

    id: int
    happened_on: date | None = day("realdate", "cdate")
    amount: Money | None = money("amount")
    tax: Money | None = money("taxamount")
    name: str = text("locale_name", "intname")
    service_id: int | None = number("main_item", "item")
    itemtype: str = text("intname")

"""Services, orders, quotes, basket and cart as frozen dataclasses.

Rows and forms declare field by field how they are read (see `reading`). Sums are `Decimal` inside
`Money`, dates end in `_on`, and a field that is missing is None or empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reseller_client.transport.reading import (
    addon_quantities,
    addon_texts,
    all_fields,
    autoprolong,
    day,
    end_date,
    flag,
    form_cost,
    form_status,
    listed_text,
    money,
    number,
    row_autoprolong,
    row_cost,
    row_state,
    row_status,
    row_tariff,
    text,
    words,
)
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reseller_client.transport.values import Money


@dataclass(frozen=True, slots=True)
class ProductForm:
    """What the forms of all product types have in common.

    `tariff` is a code of the price list. `period` and `autoprolong` are months: -100 is a trial,
    -50 billing by the day, 0 a lifetime, `autoprolong` None no renewal. `expires_on` is None
    where the seller writes a phrase and no date; the phrase is in `expires`. With `scheduled_close`
    it was deleted and ends with its paid term.
    """

    id: int
    name: str = text("name")
    remoteid: str = text("remoteid")
    status: Status = form_status()
    tariff: int | None = number("pricelist", "pricelist_id")
    tariff_name: str = text("pricelist_name")
    period: int | None = number("period")
    autoprolong: int | None = autoprolong()
    created_on: date | None = day("createdate")
    expires_on: date | None = end_date()
    expires: str = text("expiredate")
    scheduled_close: bool = flag("scheduledclose")


@dataclass(frozen=True, slots=True)
class ProductRow:
    """What the lists of all product types have in common; see ProductForm.

    `state` is the raw status with its reason, such as `3_autosuspend`; `cost` is for `period`.
    `remoteid` is None where the seller's list does not have that column. `daily`: charged by the
    day; `expires_on` is then the day that is paid.
    """

    id: int
    name: str = text("name")
    remoteid: str | None = listed_text("remoteid")
    status: Status = row_status()
    state: str = row_state()
    tariff: int | None = row_tariff()
    tariff_name: str = text("pricelist")
    period: int | None = number("period")
    autoprolong: int | None = row_autoprolong()
    created_on: date | None = day("createdate")
    expires_on: date | None = end_date()
    expires: str = text("expiredate")
    cost: Money | None = row_cost()
    daily: bool = flag("billdaily")
    scheduled_close: bool = flag("scheduledclose")


@dataclass(frozen=True, slots=True)
class License(ProductForm):
    """A license. Source: `soft.edit`, docs/trade.md section 6.1.

    `key` is empty until issued, and begins with the license id and a dash. `addons` maps an addon
    id to its quantity. A platform has a `comment` instead of `licname` and `ip`.
    """

    licname: str = text("licname")
    ip: str = text("ip")
    remoteip: str = text("remoteip")
    key: str = text("lickey", strip=True)
    ip_changed_on: date | None = day("ip_change_date")
    key_changed_on: date | None = day("lickey_change_date")
    updates_expire_on: date | None = day("update_expiredate")
    webdomains: int | None = number("webdomains")
    addons: Mapping[int, int] = addon_quantities()
    comment: str = text("comment")


@dataclass(frozen=True, slots=True)
class LicenseRow(ProductRow):
    """A row of the list of licenses, without keys. Source: `soft`, docs/trade.md section 6.6.

    `comment` is None where the seller's list does not have that column.
    """

    licname: str = text("licname")
    ip: str = text("ip")
    comment: str | None = listed_text("comment")


@dataclass(frozen=True, slots=True)
class Service(ProductForm):
    """A server, an account or a name. Source: `vds.edit` and its like.

    `ip`, `username` and `password` are empty until it is opened. `ostempl` is the template's
    internal name; `addons` maps an addon id to its value as text (`on`, `off`, a number); `fields`
    has the texts of all fields the seller sent.
    """

    domain: str = text("domain", "name")
    ip: str = text("ip")
    username: str = text("username")
    password: str = text("password", secret=True)
    ostempl: str = text("ostempl")
    recipe: str = text("recipe")
    datacenter_name: str = text("datacentername")
    cost: Money | None = form_cost()
    addons: Mapping[int, str] = addon_texts()
    fields: Mapping[str, str] = all_fields()


@dataclass(frozen=True, slots=True)
class ServiceRow(ProductRow):
    """A row of a list of services. `ostempl` is the name of the template for people."""

    state: str = row_state("item_real_status")
    domain: str = text("domain", "name")
    ip: str = text("ip")
    ostempl: str = text("ostempl")
    datacenter_name: str = text("datacentername")


@dataclass(frozen=True, slots=True)
class Module(ProductForm):
    """A module of a control panel, on the license `license_id`. Source: `addition.edit`."""

    license_id: int | None = number("item")


@dataclass(frozen=True, slots=True)
class ModuleRow(ProductRow):
    """A row of the list of modules. Source: `addition`.

    `license_id` is None where the list does not have that column; `intname` is the name by which
    panels know the module, where the seller shows it.
    """

    license_id: int | None = number("item")
    intname: str = text("intname")


@dataclass(frozen=True, slots=True)
class Certificate(ProductForm):
    """An SSL certificate. Source: `certificate.edit`.

    `crt` and `authority` (PEM) are empty until it is issued, `key` where the seller never had it.
    `names` are the further names beside `name`.
    """

    name: str = text("domain", "name")
    names: tuple[str, ...] = words("altname")
    csr: str = text("csr")
    key: str = text("key", secret=True)
    crt: str = text("crt")
    authority: str = text("ca_crt")
    valid_from: date | None = day("valid_from")
    valid_until: date | None = day("valid_until")


@dataclass(frozen=True, slots=True)
class CartLine:
    """A position of the new cart."""

    id: int
    service_id: int | None = None
    service_type: str = ""
    name: str = ""
    cost: Money | None = None
    period: str = ""
    configuration: tuple[ConfiguredPart, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfiguredPart:
    """A part of a position, for people: `Processors`, `2 pcs.`, and its price."""

    name: str
    value: str
    price: Money | None


@dataclass(frozen=True, slots=True)
class BillOrder:
    """An order: positions that were paid together, or wait to be."""

    id: int
    paid: bool
    total: Money | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """The result of an order.

    `service_id` is the service; it is None while an order waits, unpaid, as `order_id`: in the
    basket, or in the new cart as the position `line_id`. Licenses may have both. `found_again`: the
    answer was lost or had no number, and the service was found in the list. `line_ids` has the
    positions of an order of several services.
    """

    service_id: int | None
    remoteid: str
    order_id: int | None = None
    line_id: int | None = None
    found_again: bool = False
    line_ids: tuple[int, ...] = ()

    @property
    def license_id(self) -> int | None:
        """The service, under the name that fits a license."""
        return self.service_id


OrderedService = Ordered
OrderedModule = Ordered


@dataclass(frozen=True, slots=True)
class OrderForm:
    """What an order may choose, by the name of the field: each key to send, and its label.

    `price` is the seller's text for what is chosen; `fields` has the texts of all fields.
    """

    choices: Mapping[str, Mapping[str, str]]
    fields: Mapping[str, str]
    price: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line of a summary: a tariff, an addon, a discount, or the total."""

    label: str
    cost: Money | None


@dataclass(frozen=True, slots=True)
class NewOrderForm:
    """The form of the newer order. `recipes` maps a template to the recipes that go with it.

    `lines` are the tariff and its addons, `discounts` what is deducted, `total` is what is to be
    paid for all services of the order.
    """

    choices: Mapping[str, Mapping[str, str]]
    fields: Mapping[str, str]
    lines: tuple[PriceLine, ...]
    discounts: tuple[PriceLine, ...]
    total: Money | None
    recipes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Offer:
    """A tariff of the newer order: prices by months, data centres by number."""

    id: int
    name: str
    description: str
    prices: Mapping[int, Money]
    datacenters: Mapping[int, str]


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
    name: str = text("name")
    iso: str = text("iso2")


@dataclass(frozen=True, slots=True)
class Closing:
    """The result of a deletion: the license is `gone`, or scheduled to end on `ends_on`."""

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

    old_tariff: str = text("oldpricelist")
    new_tariff: str = text("newpricelist")
    old_price: Money | None = money("oldprice")
    new_price: Money | None = money("newprice")
    old_expires_on: date | None = day("oldexpiredate")
    new_expires_on: date | None = day("newexpiredate")
    money_info: str = text("money_info")


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An event of a service. Columns differ between sellers; all are in `fields`."""

    id: str = text("id")
    happened: str = text("changedate", "date", "cdate", "time")
    what: str = text("desc", "description", "event", "action", "name")
    user: str = text("user")
    address: str = text("ip")
    fields: Mapping[str, str] = all_fields()


@dataclass(frozen=True, slots=True)
class BasketItem:
    """An unpaid position of the basket; `id` is that of the position.

    `full_cost` is the cost before the `discount`; both are None where they are not shown.
    """

    id: int
    service_id: int | None
    service_type: str
    name: str
    period: int | None
    autoprolong: int | None
    cost: Money | None
    rolled_back: bool = False
    description: str = ""
    full_cost: Money | None = None
    discount: Money | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """The basket; `order_id` is the unpaid order. Source: `basket`, docs/wire.md section 6."""

    order_id: int | None
    total: Money | None
    tax: Money | None
    discount: Money | None
    items: tuple[BasketItem, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """An address of a service. Source: `service.ip` (observed)."""

    id: int
    address: str = text("name", "ip")
    main: bool = flag("is_main")
    kind: str = text("type")
    domain: str = text("domain")
    gateway: str = text("gateway")
    mask: str = text("mask")

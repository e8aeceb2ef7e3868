"""Services that are no licenses, as frozen values: machines, accounts, names.

Source: docs/wire.md section 7, docs/resale.md sections 2.2 and 2.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from reseller_client.transport.values import Money


def _nothing() -> Mapping[int, int | bool]:
    return MappingProxyType({})


def _no_texts() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ServiceOrder:
    """What to order. Source: `vds.order.param` and its like, docs/resale.md section 2.2.

    `tariff` is the code of the price list; `period` and `autoprolong` are months (period -100 is a
    trial, autoprolong None is no renewal). `addons` maps addon ids to what is wanted of each: a
    number, an item's id of an enumeration, True or False of what is switched. `remoteid` is the
    reseller's own id; left empty, a unique one is made. With `skipbasket` off the order waits in
    the basket unpaid. What is empty is not sent; `extra` is sent as it stands.
    """

    tariff: int
    period: int = 1
    domain: str = ""
    datacenter: int | None = None
    ostempl: str = ""
    recipe: str = ""
    autoprolong: int | None = None
    addons: Mapping[int, int | bool] = field(default_factory=_nothing)
    remoteid: str = ""
    skipbasket: bool = True
    extra: Mapping[str, str] = field(default_factory=_no_texts)


@dataclass(frozen=True, slots=True)
class OrderedService:
    """What an order left behind.

    `service_id` is None while it waits in the basket or the cart: as `order_id`, at the position
    `line_id`. `found_again`: the answer was lost, or told no number, and a look found it.
    """

    service_id: int | None
    remoteid: str
    order_id: int | None = None
    line_id: int | None = None
    found_again: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """One service as its form shows it. Source: `vds.edit` and its like.

    `ip`, `username` and `password` are empty until it is opened. `ostempl` is the template's
    internal name; `addons` maps an addon id to its value as text (`on`, `off`, a number); `fields`
    holds everything the seller told.
    """

    id: int
    domain: str = ""
    ip: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    ostempl: str = ""
    recipe: str = ""
    remoteid: str = ""
    status: Status = Status.UNKNOWN
    tariff: int | None = None
    tariff_name: str = ""
    period: int | None = None
    autoprolong: int | None = None
    created_on: date | None = None
    expires_on: date | None = None
    expires: str = ""
    datacenter_name: str = ""
    cost: Money | None = None
    scheduled_close: bool = False
    addons: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, str] = field(default_factory=_no_texts, repr=False)


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One row of a list; `ostempl` by its name. `remoteid` is None where the list has none."""

    id: int
    domain: str = ""
    ip: str = ""
    ostempl: str = ""
    remoteid: str | None = None
    status: Status = Status.UNKNOWN
    state: str = ""
    tariff: int | None = None
    tariff_name: str = ""
    period: int | None = None
    autoprolong: int | None = None
    created_on: date | None = None
    expires_on: date | None = None
    expires: str = ""
    datacenter_name: str = ""
    cost: Money | None = None


@dataclass(frozen=True, slots=True)
class OrderForm:
    """What can be chosen in an order: the key to send and its label, by the field's name.

    `price` is the seller's text for what is chosen, `labels` names the addons.
    """

    choices: Mapping[str, Mapping[str, str]]
    fields: Mapping[str, str]
    price: str

"""What one tariff, one account, one service and one world are, once read from a fixture file.

All of it is frozen. Money is Decimal, never float. Days of a world are offsets from the moment
it is created, so a world never grows stale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from typing import Literal

from dateutil.relativedelta import relativedelta

from emulator.domain.partners import Mode
from emulator.domain.world import Provisioning, Rules

Restriction = Literal["off", "on", "uponly", "downonly"]
Deletion = Literal["at_once", "period_end", "forbidden"]
ClientDeletion = Literal["allowed", "forbidden", "phone"]
AddonKind = Literal["integer", "boolean", "enumeration"]
Country = Literal["other", "RU", "any"]
Evidence = Literal["recorded", "documented", "observed", "assumed"]
Substate = Literal["", "autosuspend", "employeesuspend", "abusesuspend"]
Prices = Mapping[str, Mapping[int, Decimal]]
"""Amounts by currency (ISO) and period: months, 0 for a lifetime, -100 for a trial."""

PRODUCT_TYPES = (
    "soft",
    "softexternal",
    "platform",
    "vds",
    "dedic",
    "vhost",
    "instances",
    "domain",
    "certificate",
    "dnshost",
    "storage",
    "colocation",
    "addition",
)
"""What a tariff can be of, beside the types its world defines."""
TYPE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z", re.ASCII)
"""What a product type may be called: it becomes part of function names."""
LIKE_TYPES = (
    "vds",
    "dedic",
    "vhost",
    "instances",
    "domain",
    "dnshost",
    "storage",
    "colocation",
)
"""What a world's own type can be like."""
TRIAL = -100
"""The period of a trial, on the wire too."""
ACTIVE, SUSPENDED, DELETED = 2, 3, 4
"""Three of the five statuses of a service, as on the wire."""


@dataclass(frozen=True, slots=True)
class Offset:
    """A day told from the moment a world is created; negative counts lie before it."""

    count: int
    unit: Literal["day", "month", "year"] = "day"

    def from_day(self, day: date) -> date:
        """The calendar day meant, when the world is created on ``day``."""
        if self.unit == "day":
            return day + relativedelta(days=self.count)
        months = self.count * (12 if self.unit == "year" else 1)
        return day + relativedelta(months=months)


@dataclass(frozen=True, slots=True)
class Wording:
    """One text for people in both languages of the seller."""

    en: str
    ru: str


@dataclass(frozen=True, slots=True)
class ItemFixture:
    """One item of an enumeration, with its own prices."""

    id: int
    intname: str
    name: Wording
    prices: Prices


@dataclass(frozen=True, slots=True)
class OptionFixture:
    """An OS template or a recipe."""

    intname: str
    name: Wording


@dataclass(frozen=True, slots=True)
class TypeFixture:
    """A product type that the world defines itself; ``like`` is the known one it behaves as."""

    intname: str
    title: Wording
    like: str


@dataclass(frozen=True, slots=True)
class AddonFixture:
    """An addon ordered by number. ``included`` units are paid with the tariff itself.

    Of an enumeration the default is an item's id, and prices are the items' own.
    """

    id: int
    intname: str
    name: Wording
    minimum: int
    maximum: int
    step: int
    default: int
    included: int
    evidence: Evidence
    prices: Prices = field(default_factory=dict)
    """Of one unit beyond the included ones; an enumeration has none."""
    restrict_client_change: Restriction = "off"
    """What the client may not change once it is ordered."""
    kind: AddonKind = "integer"
    measure: Wording | None = None
    items: tuple[ItemFixture, ...] = ()


@dataclass(frozen=True, slots=True)
class TariffFixture:
    """One tariff (wire: pricelist). Codes are the vendor's, prices and internal names ours.

    ``evidence`` speaks of the code, ``retired_evidence`` of the day it left the price list.
    Source: reference of licence codes; grades as given there.
    """

    id: int
    type: str
    intname: str
    name: Wording
    description: Wording
    country: Country
    trial: bool
    evidence: Evidence
    periods: Prices
    trial_days: int | None = None
    retired_on: date | None = None
    retired_evidence: Evidence | None = None
    group: str = ""
    """Product, generation and country: inside a group tariffs can be changed."""
    addons: tuple[AddonFixture, ...] = ()
    deletion: Deletion = "at_once"
    """What a client's deletion does: at once, at the end of what is paid, or nothing."""
    least_months: int = 0
    """Nobody may delete a service of this tariff sooner."""
    takes_address: bool = True
    """Whether an order names an address; some third-party licences have none."""
    datacenters: Mapping[int, Wording] = field(default_factory=dict)
    """Where it is offered, by number; empty: in the one that everything has."""
    ostempl: tuple[OptionFixture, ...] = ()
    recipe: tuple[OptionFixture, ...] = ()
    most_at_once: int = 20
    """How many one order may hold."""
    fits: tuple[str, ...] = ()
    """Of a module: internal names of the panel editions that take it; empty: all do."""
    change_to: tuple[int, ...] = ()
    """Ids a service of this tariff may change to: the paid ones of its group."""


@dataclass(frozen=True, slots=True)
class DiscountFixture:
    """Per cent off everything, off a product type, or off one tariff."""

    percent: int
    type: str | None = None
    tariff: int | None = None


@dataclass(frozen=True, slots=True)
class PartnerFixture:
    """The account's own billing answers panels of these addresses."""

    url: str
    addresses: tuple[IPv4Network | IPv6Network, ...]
    mode: Mode = "automatic"


@dataclass(frozen=True, slots=True)
class AccountFixture:
    """A client of the seller. ``country`` and ``currency`` fall back to the world's."""

    login: str
    password: str
    balance: Decimal
    realname: str
    email: str
    currency: str = ""
    country: str | None = None
    phone: str = ""
    credit: Decimal = Decimal(0)
    """How far below zero the balance may go."""
    totp_secret: str = ""
    """Base32; not empty: two factors are asked for."""
    api_addresses: tuple[IPv4Network | IPv6Network, ...] = ()
    """Empty: calls are taken from every address."""
    discounts: tuple[DiscountFixture, ...] = ()
    deletion: ClientDeletion = "allowed"
    """Whether the account may delete its services; ``phone``: only after a call nobody makes."""
    partner: PartnerFixture | None = None


@dataclass(frozen=True, slots=True)
class ServiceFixture:
    """A service that exists when its world is created.

    ``status`` 1-5 as on the wire; ``substate`` is the reason of a suspension, empty when its
    owner asked for it. Without ``expires`` it ends one period after ``ordered``. ``addons`` maps
    addon ids to quantities; those not named have their default.
    """

    account: str
    tariff: int
    period: int
    ordered: Offset
    licname: str = ""
    ip: IPv4Address | None = None
    comment: str = ""
    expires: Offset | None = None
    status: int = 2
    substate: Substate = ""
    autoprolong: int | None = None
    remoteid: str = ""
    remoteip: IPv4Address | None = None
    addons: Mapping[int, int] = field(default_factory=dict)
    domain: str = ""
    ostempl: str = ""
    datacenter: int | None = None
    licence: str = ""
    """Of a module: the ``licname`` of the licence it extends, named further up."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How much invented data a world is grown by, from its seed."""

    accounts: int
    services_per_account: int


@dataclass(frozen=True, slots=True)
class PromoCode:
    """A code for the basket and the whole per cent it takes off."""

    code: str
    percent: int


@dataclass(frozen=True, slots=True)
class WorldFixture:
    """A prepared world. ``about`` is a line for people, ``country`` the accounts' default."""

    about: str
    currency: str
    country: str | None = None
    tariffs: tuple[TariffFixture, ...] = ()
    rules: Rules = field(default_factory=Rules)
    provisioning: Provisioning = field(default_factory=Provisioning)
    accounts: tuple[AccountFixture, ...] = ()
    services: tuple[ServiceFixture, ...] = ()
    grow: Growth | None = None
    promo_codes: tuple[PromoCode, ...] = ()
    types: tuple[TypeFixture, ...] = ()
    name: str = ""

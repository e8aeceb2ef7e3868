"""The data of a reselling BILLmanager: modules, own tariffs, items, operations and tasks.

Source: docs/resale.md section 3 (documented); what a row holds is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reseller_client.errors import ResellerError
from reseller_client.services.catalogue_models import AddonKind
from reseller_client.shop.prices import AT_COST, PriceRule
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.connection_check import Report

Amount = str | int
"""The value of an addon: a number, 0 or 1 for a switch, the internal name of a choice."""
Prices = Mapping[int, Decimal]
"""Own prices by the length of the period."""
NO_RENEWAL: Final = "null"
"""The value of `autoprolong` with which the seller does not renew a service."""


def no_texts() -> Mapping[str, str]:
    """Return an empty mapping of texts."""
    return MappingProxyType({})


def no_amounts() -> Mapping[str, Amount]:
    """Return an empty mapping of amounts."""
    return MappingProxyType({})


class NotConnected(ResellerError):
    """The account cannot be used by a processing module; `report` has the reasons."""

    def __init__(self, report: Report) -> None:
        """Store the report."""
        super().__init__("; ".join(report.lines()))
        self.report = report


class PeriodsDiffer(ResellerError):
    """A tariff has periods that this reseller does not have, so it cannot be imported."""

    def __init__(self, tariff: int, missing: tuple[int, ...], own: tuple[int, ...]) -> None:
        """Store the tariff and the periods."""
        lacking, ours = (", ".join(map(str, some)) or "none" for some in (missing, own))
        super().__init__(f"tariff {tariff} is sold for periods {lacking}; ours are {ours}")
        self.tariff = tariff
        self.missing = missing


class NoRate(ResellerError):
    """The seller charges a currency for which no exchange rate is set."""

    def __init__(self, currency: str, own: str) -> None:
        """Store the currencies."""
        super().__init__(f"set the exchange rate of {currency} to {own} first")
        self.currency = currency


class NotForSale(ResellerError):
    """The reseller does not sell this, or not in this way; no request was sent."""


class LowBalance(ResellerError):
    """The balance at the seller is below the minimum of a module; nothing was sent."""

    def __init__(self, module: str, balance: Decimal, least: Decimal) -> None:
        """Store the module and both sums."""
        super().__init__(f"{module}: the balance {balance} is below the minimum {least}")
        self.module = module


@dataclass(frozen=True, slots=True)
class ProcessingModule:
    """The connection of one product type to a seller.

    `seller` is the name of the account at the seller; `minimal_balance` is the balance needed for a
    renewal, in the account's currency. Of several modules of a tariff the one with the lowest
    `sort` is used.
    """

    id: int
    itemtype: str
    seller: str
    name: str
    minimal_balance: Decimal = Decimal(0)
    datacenter: int | None = None
    department: str = ""
    sort: int = 0


@dataclass(frozen=True, slots=True)
class OwnChoice:
    """A choice of an enumeration at the reseller, linked by its internal name."""

    intname: str
    name: str
    active: bool = True
    prices: Prices = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnAddon:
    """A resource of an own tariff, linked to the seller's by its internal name."""

    intname: str
    name: str
    kind: AddonKind = AddonKind.INTEGER
    active: bool = True
    included: Decimal = Decimal(0)
    prices: Prices = field(default_factory=dict)
    enumeration: str = ""
    choices: tuple[OwnChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnTemplate:
    """An OS template; one that is not linked is not offered."""

    intname: str
    linked: bool = True


@dataclass(frozen=True, slots=True)
class OwnTariff:
    """An own tariff of the reseller; its prices were made by `rule` at import."""

    id: int
    itemtype: str
    name: str
    enabled: bool = False
    prices: Prices = field(default_factory=dict)
    addons: tuple[OwnAddon, ...] = ()
    templates: tuple[OwnTemplate, ...] = ()
    rule: PriceRule = AT_COST

    def addon(self, intname: str) -> OwnAddon | None:
        """Return the addon of that internal name, or None."""
        return next((addon for addon in self.addons if addon.intname == intname), None)


@dataclass(frozen=True, slots=True)
class PeriodMap:
    """For `source` months, `target` months are ordered; `tariff` None: for every tariff."""

    module: int
    source: int
    target: int
    tariff: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A service of a customer at the reseller.

    `period` and `expires_on` are the reseller's own, `seller_period` and `seller_expires_on` what
    stands at the seller, where it is `seller_id`. `details` is what the seller delivered (`ip`,
    `username`, `password`, `lickey`, ...). `mark` is a hash of its row at the last pull.
    `own_term`: another period was bought than sold, so the end of the term is counted here.
    """

    id: int
    customer: str
    tariff: int
    module: int
    period: int
    price: Decimal
    ordered_on: date
    status: Status = Status.ORDERED
    expires_on: date | None = None
    seller_id: int | None = None
    seller_period: int | None = None
    seller_expires_on: date | None = None
    params: Mapping[str, str] = field(default_factory=no_texts, repr=False)
    addons: Mapping[str, Amount] = field(default_factory=no_amounts)
    details: Mapping[str, str] = field(default_factory=no_texts, repr=False)
    mark: str = field(default="", repr=False)
    own_term: bool = False

    @property
    def remoteid(self) -> str:
        """Its id at the seller: the number of the item."""
        return str(self.id)

    @property
    def ends_with_term(self) -> bool:
        """Whether it is to end with its term: `let_end` was called for it."""
        return self.params.get("autoprolong") == NO_RENEWAL

    @property
    def shown(self) -> str:
        """The name of its status on the reseller's pages."""
        return _SHOWN[self.status]


_SHOWN: Mapping[Status, str] = MappingProxyType(
    {
        Status.UNKNOWN: "Unknown",
        Status.ORDERED: "Ordered",
        Status.ACTIVE: "Active",
        Status.SUSPENDED: "Stopped",
        Status.DELETED: "Deleted",
        Status.PROCESSING: "Processing",
    }
)


class Action(StrEnum):
    """What an operation does with an item."""

    OPEN = "open"
    PROLONG = "prolong"
    SETPARAM = "setparam"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"


class OperationState(StrEnum):
    """The state of an operation.

    `sent`: its outcome is not known. `manual`: the seller has accepted it and is working on it; it
    is never sent again.
    """

    NEW = "new"
    SENT = "sent"
    MANUAL = "manual"
    COMPLETED = "completed"
    FAILED = "failed"


RUNNING = frozenset({OperationState.NEW, OperationState.SENT, OperationState.MANUAL})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an operation failed: type, object and message of the seller's error document."""

    type: str
    object: str
    message: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A running operation on an item.

    `period` is the reseller's own; `params` and `addons` what is to be set. `price` is what the
    customer pays for it, `cost` what the seller's price list asks in the seller's currency, known
    once it was sent (None where the list does not tell). `requested`: a request went out and may
    have been carried out. `before_on` is the end of the term at the seller when it was first sent.
    """

    id: int
    item: int
    action: Action
    created_at: datetime
    state: OperationState = OperationState.NEW
    period: int | None = None
    params: Mapping[str, str] = field(default_factory=no_texts, repr=False)
    addons: Mapping[str, Amount] = field(default_factory=no_amounts)
    price: Decimal = Decimal(0)
    cost: Decimal | None = Decimal(0)
    requested: bool = False
    before_on: date | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """The task of a department for an operation; open until that is completed."""

    id: int
    operation: int
    department: str
    title: str
    opened_at: datetime
    closed_at: datetime | None = None

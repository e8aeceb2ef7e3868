"""What the client sends and reads of modules.

Source: docs/trade.md section 8 (documented parameters), docs/modules.md section 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from reseller_client.transport.values import Money, Status


@dataclass(frozen=True, slots=True)
class ModuleOrder:
    """A module to be ordered. Source: `addition.order.param` (documented).

    `tariff` is the code of the price list, `license_id` the seller's number of the license that is
    extended; `period` is months (-100 a trial); `autoprolong` is the period itself or None: what
    is neither the seller would leave off without saying so. `remoteid` is the reseller's own id;
    left empty, a unique one is made. With `skipbasket` off the order waits in the basket unpaid.
    `extra` is sent as it stands.
    """

    tariff: int
    license_id: int
    period: int = 1
    autoprolong: int | None = None
    remoteid: str = ""
    skipbasket: bool = True
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class OrderedModule:
    """What an order left: a paid module, or an unpaid order in the basket."""

    service_id: int | None
    remoteid: str
    order_id: int | None = None
    found_again: bool = False
    """The answer was lost, and the module was found in the list."""


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module as the list shows it. `license_id` and `remoteid` are None where it does not."""

    id: int
    license_id: int | None
    name: str
    intname: str
    """By which panels know it, where the seller tells it."""
    tariff: int | None
    remoteid: str | None
    status: Status
    period: int | None
    autoprolong: int | None
    expires_on: date | None
    cost: Money | None


@dataclass(frozen=True, slots=True)
class Module:
    """A module as its form shows it."""

    id: int
    license_id: int | None
    name: str
    tariff: int | None
    remoteid: str
    status: Status
    period: int | None
    autoprolong: int | None
    expires_on: date | None
    scheduled_close: bool

"""What the price list tells, as frozen values. Source: docs/resale.md section 2.7 (observed)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from reseller_client.transport.values import Money


def _no_options() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Price:
    """What one period costs: `length` of `unit` (month; -100 is the trial)."""

    unit: str
    length: int
    cost: Money


@dataclass(frozen=True, slots=True)
class AddonItem:
    """One choice of an enumeration: its `id` is what is ordered, its `intname` what links it."""

    id: int
    intname: str
    name: str
    prices: tuple[Price, ...] = ()


class AddonKind(StrEnum):
    """What an amount of an addon is: a switch, a number, or a choice of a list."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    ENUMERATION = "enumeration"


@dataclass(frozen=True, slots=True)
class Addon:
    """A resource of a tariff. `maximum` None means no limit is named.

    `included` is how much of it the tariff's own price has in it; `items` are the choices of an
    enumeration, which is called `enumeration`.
    """

    id: int
    name: str
    intname: str
    minimum: Decimal | None
    maximum: Decimal | None
    step: Decimal | None
    measure: str
    prices: tuple[Price, ...] = ()
    kind: AddonKind = AddonKind.INTEGER
    included: Decimal | None = None
    enumeration: str = ""
    items: tuple[AddonItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Datacenter:
    """Where a tariff can be ordered."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff of the price list. Source: `pricelist.export`, docs/resale.md section 2.7.

    `options` maps a parameter of the product type, such as `ostempl`, to the internal names an
    order may choose from.
    """

    id: int
    name: str
    itemtype: str
    orderable: bool
    prices: tuple[Price, ...] = ()
    addons: tuple[Addon, ...] = ()
    datacenters: tuple[Datacenter, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=_no_options)

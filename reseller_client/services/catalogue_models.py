"""The price list as frozen dataclasses. Source: docs/resale.md section 2.7 (observed)."""

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
    """The price of a period: its `length` in `unit` (month; -100 is the trial, -50 a day)."""

    unit: str
    length: int
    cost: Money


@dataclass(frozen=True, slots=True)
class AddonItem:
    """A choice of an enumeration: orders have its `id`, resellers link it by its `intname`."""

    id: int
    intname: str
    name: str
    prices: tuple[Price, ...] = ()


class AddonKind(StrEnum):
    """The kind of an addon's value: a switch, a number, or a choice of a list."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    ENUMERATION = "enumeration"


@dataclass(frozen=True, slots=True)
class Addon:
    """A resource of a tariff. `maximum` is None where there is no limit.

    `included` is the quantity that the tariff's own price includes; `items` are the choices of the
    enumeration with the name `enumeration`.
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
    """A data centre in which a tariff can be ordered."""

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

"""Tariffs as text for a column, and back: the reseller's own, and the seller's as last read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from reseller_client.resellers.billmanager.models import (
    OwnAddon,
    OwnChoice,
    OwnTariff,
    OwnTemplate,
    Prices,
)
from reseller_client.services.catalogue_models import (
    Addon,
    AddonItem,
    AddonKind,
    Datacenter,
    Price,
    Tariff,
)
from reseller_client.shop.prices import PriceRule, Rounding
from reseller_client.transport.values import Money


def write_own(tariff: OwnTariff) -> str:
    """Write what stands in no column of its own."""
    rule = tariff.rule
    told = asdict(tariff)
    inside = {name: told[name] for name in ("prices", "addons", "templates")}
    return _written({**inside, "rule": [rule.fixed, rule.markup, rule.rounding.written()]})


def read_own(number: int, itemtype: str, name: str, enabled: int, inside: str) -> OwnTariff:
    """Read a row of the table of own tariffs."""
    told = json.loads(inside)
    fixed, markup, rounding = told["rule"]
    return OwnTariff(
        id=number,
        itemtype=itemtype,
        name=name,
        enabled=bool(enabled),
        prices=_prices(told["prices"]),
        addons=tuple(_own_addon(one) for one in told["addons"]),
        templates=tuple(OwnTemplate(**one) for one in told["templates"]),
        rule=PriceRule(_decimal(fixed), Decimal(markup), Rounding.read(rounding)),
    )


def write_seller(tariff: Tariff) -> str:
    """Write a tariff of the seller."""
    return _written(asdict(replace(tariff, options=dict(tariff.options))))


def read_seller(text: str) -> Tariff:
    """Read a tariff of the seller."""
    told = json.loads(text)
    return Tariff(
        id=told["id"],
        name=told["name"],
        itemtype=told["itemtype"],
        orderable=told["orderable"],
        prices=_seller_prices(told["prices"]),
        addons=tuple(_seller_addon(one) for one in told["addons"]),
        datacenters=tuple(Datacenter(**one) for one in told["datacenters"]),
        options=MappingProxyType({name: tuple(kept) for name, kept in told["options"].items()}),
    )


def _written(told: Mapping[str, object]) -> str:
    return json.dumps(told, default=str, ensure_ascii=False, sort_keys=True)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _prices(told: Mapping[str, str]) -> Prices:
    return {int(length): Decimal(price) for length, price in told.items()}


def _own_addon(told: dict[str, Any]) -> OwnAddon:
    choices = (
        OwnChoice(one["intname"], one["name"], one["active"], _prices(one["prices"]))
        for one in told["choices"]
    )
    return OwnAddon(
        intname=told["intname"],
        name=told["name"],
        kind=AddonKind(told["kind"]),
        active=told["active"],
        included=Decimal(told["included"]),
        prices=_prices(told["prices"]),
        enumeration=told["enumeration"],
        choices=tuple(choices),
    )


def _seller_prices(told: list[dict[str, Any]]) -> tuple[Price, ...]:
    return tuple(
        Price(
            one["unit"],
            one["length"],
            Money(Decimal(one["cost"]["amount"]), one["cost"]["currency"]),
        )
        for one in told
    )


def _seller_addon(told: dict[str, Any]) -> Addon:
    items = (
        AddonItem(one["id"], one["intname"], one["name"], _seller_prices(one["prices"]))
        for one in told["items"]
    )
    return Addon(
        id=told["id"],
        name=told["name"],
        intname=told["intname"],
        minimum=_decimal(told["minimum"]),
        maximum=_decimal(told["maximum"]),
        step=_decimal(told["step"]),
        measure=told["measure"],
        prices=_seller_prices(told["prices"]),
        kind=AddonKind(told["kind"]),
        included=_decimal(told["included"]),
        enumeration=told["enumeration"],
        items=tuple(items),
    )

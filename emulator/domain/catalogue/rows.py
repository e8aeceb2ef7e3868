"""The rows of tariffs: fields and columns of the same name hold the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert, select

from emulator.domain.catalogue.catalogue import (
    Addon,
    AddonItem,
    Catalogue,
    Option,
    OwnType,
    Prices,
    Tariff,
)
from emulator.store import tables
from emulator.store.engine import Database, Row, Statement, every_column


def all_columns(table: Table) -> Statement:
    """An insert that takes every column by its name."""
    return Statement(insert(table).values(every_column(table)))


_ADD_TARIFF = all_columns(tables.tariff)
_ADD_PRICE = all_columns(tables.price)
_ADD_ADDON = all_columns(tables.addon)
_ADD_ADDON_PRICE = all_columns(tables.addon_price)
_TARIFF = [column.name for column in tables.tariff.c]
_ADDON = [column.name for column in tables.addon.c]
_TARIFFS = Statement(select(tables.tariff).order_by(tables.tariff.c.position, tables.tariff.c.id))
_PRICES = Statement(select(tables.price))
_ADDONS = Statement(select(tables.addon).order_by(tables.addon.c.id))
_ADDON_PRICES = Statement(select(tables.addon_price))
_TYPES = Statement(select(tables.product_type).order_by(tables.product_type.c.intname))


def write_tariffs(db: Database, tariffs: Iterable[Tariff]) -> None:
    """Inserts tariffs with their prices and addons, in their order."""
    for position, tariff in enumerate(tariffs, start=1):
        row = {name: _stored(getattr(tariff, name)) for name in _TARIFF}
        db.insert(_ADD_TARIFF, **{**row, "position": position, "retired_on": tariff.retired_on})
        db.many(_ADD_PRICE, _price_rows(tariff.prices, tariff_id=tariff.id))
        for addon in tariff.addons.values():
            row = {name: _stored(getattr(addon, name)) for name in _ADDON if name != "tariff_id"}
            db.insert(_ADD_ADDON, **row, tariff_id=tariff.id)
            rows = _price_rows(addon.prices, tariff_id=tariff.id, addon_id=addon.id)
            db.many(_ADD_ADDON_PRICE, rows)


def _stored(value: Any) -> Any:  # noqa: ANN401 - the value of any field
    """A value as a column takes it: what has parts becomes JSON, whose keys are texts."""
    if isinstance(value, int | str):
        return value  # most are numbers of tariffs, of which a long price list has millions
    if is_dataclass(value) and not isinstance(value, type):
        return _stored(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _stored(inside) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return [_stored(inside) for inside in value]
    return str(value) if isinstance(value, Decimal) else value


def _price_rows(prices: Prices, **key: object) -> list[dict[str, object]]:
    return [
        {**key, "currency": currency, "period": period, "cost": cost}
        for currency, costs in prices.items()
        for period, cost in costs.items()
    ]


def load(db: Database) -> Catalogue:
    """The whole catalogue in five reads, whatever its size."""
    prices: dict[int, dict[str, dict[int, Decimal]]] = {}
    for tariff_id, currency, period, cost in db.rows(_PRICES):
        prices.setdefault(tariff_id, {}).setdefault(currency, {})[period] = cost
    addon_prices: dict[tuple[int, int], dict[str, dict[int, Decimal]]] = {}
    for tariff_id, addon_id, currency, period, cost in db.rows(_ADDON_PRICES):
        of_addon = addon_prices.setdefault((tariff_id, addon_id), {})
        of_addon.setdefault(currency, {})[period] = cost
    addons: dict[int, dict[int, Addon]] = {}
    for row in db.rows(_ADDONS):
        tariff_id, addon_id = row[:2]
        addon = _addon(row, addon_prices.get((tariff_id, addon_id), {}))
        addons.setdefault(tariff_id, {})[addon_id] = addon
    tariffs = tuple(
        _tariff(row, prices.get(row[0], {}), addons.get(row[0], {})) for row in db.rows(_TARIFFS)
    )
    return Catalogue(tariffs, {row[0]: OwnType(*row) for row in db.rows(_TYPES)})


def _addon(row: Row, prices: Prices) -> Addon:
    values = dict(zip(_ADDON, row, strict=True))
    del values["tariff_id"]
    items = tuple(
        AddonItem(item["id"], item["intname"], item["name"], _prices_of(item["prices"]))
        for item in values.pop("items")
    )
    return Addon(**values, items=items, prices=prices)


def _tariff(row: Row, prices: Prices, addons: Mapping[int, Addon]) -> Tariff:
    values = dict(zip(_TARIFF, row, strict=True))
    values |= {
        name: tuple(_option(option) for option in offered)
        for name, offered in values.pop("options").items()
    }
    datacenters = {int(number): name for number, name in values.pop("datacenters").items()}
    values |= {name: tuple(values[name]) for name in ("change_to", "fits")}
    return Tariff(**values, datacenters=datacenters, prices=prices, addons=addons)


def _option(stored: Mapping[str, Any]) -> Option:
    """An option out of JSON; worlds of earlier versions have neither groups nor fitting ones."""
    return Option(**{**stored, "fits": tuple(stored.get("fits", ()))})


def _prices_of(stored: Mapping[str, Mapping[str, str]]) -> Prices:
    """Prices out of JSON, where keys and amounts are texts."""
    return {
        currency: {int(period): Decimal(cost) for period, cost in costs.items()}
        for currency, costs in stored.items()
    }

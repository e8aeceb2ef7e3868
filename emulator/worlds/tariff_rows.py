"""Tariffs as rows: written from a fixture, or from a price list that was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, insert

from emulator.store import tables
from emulator.store.engine import Database, Statement
from emulator.worlds.fixtures import ItemFixture, TariffFixture, Wording

PIECES = Wording("pcs.", "шт.")
"""What is counted where nothing else is said."""


def all_columns(table: Any) -> Statement:  # noqa: ANN401 - any table
    """An insert that takes every column by its name."""
    return Statement(insert(table).values({c.name: bindparam(c.name) for c in table.c}))


_TARIFF = all_columns(tables.tariff)
_PRICE = all_columns(tables.price)
_ADDON = all_columns(tables.addon)
_ADDON_PRICE = all_columns(tables.addon_price)


def write_tariffs(db: Database, tariffs: Iterable[TariffFixture]) -> None:
    """Tariffs with their prices and addons, in their order."""
    for position, tariff in enumerate(tariffs, start=1):
        db.insert(_TARIFF, **_tariff_row(tariff, position))
        db.many(_PRICE, _price_rows(tariff.periods, tariff_id=tariff.id))
        for addon in tariff.addons:
            db.insert(
                _ADDON,
                tariff_id=tariff.id,
                id=addon.id,
                intname=addon.intname,
                name=asdict(addon.name),
                minimum=addon.minimum,
                maximum=addon.maximum,
                step=addon.step,
                standard=addon.default,
                included=addon.included,
                restrict_client_change=addon.restrict_client_change,
                kind=addon.kind,
                measure=asdict(addon.measure or PIECES),
                items=[_item_row(item) for item in addon.items],
            )
            rows = _price_rows(addon.prices, tariff_id=tariff.id, addon_id=addon.id)
            db.many(_ADDON_PRICE, rows)


def _tariff_row(tariff: TariffFixture, position: int) -> dict[str, object]:
    return {
        "id": tariff.id,
        "type": tariff.type,
        "intname": tariff.intname,
        "name": asdict(tariff.name),
        "description": asdict(tariff.description),
        "country": tariff.country,
        "trial": tariff.trial,
        "trial_days": tariff.trial_days or 0,
        "retired_on": tariff.retired_on,
        "change_to": list(tariff.change_to),
        "position": position,
        "deletion": tariff.deletion,
        "least_months": tariff.least_months,
        "takes_address": tariff.takes_address,
        "datacenters": {str(n): asdict(name) for n, name in tariff.datacenters.items()},
        "options": {
            name: [asdict(one) for one in offered]
            for name, offered in (("ostempl", tariff.ostempl), ("recipe", tariff.recipe))
            if offered
        },
        "most_at_once": tariff.most_at_once,
        "fits": list(tariff.fits),
    }


def _item_row(item: ItemFixture) -> dict[str, object]:
    prices = {
        currency: {str(period): str(cost) for period, cost in costs.items()}
        for currency, costs in item.prices.items()
    }
    return {**asdict(item), "prices": prices}


def _price_rows(
    prices: Mapping[str, Mapping[int, Decimal]], **fixed: object
) -> list[dict[str, object]]:
    return [
        {**fixed, "currency": currency, "period": period, "cost": cost}
        for currency, of_currency in prices.items()
        for period, cost in of_currency.items()
    ]

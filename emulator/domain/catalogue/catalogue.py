"""Tariffs, their addons and prices: what can be bought.

Source: docs/trade.md section 9, docs/resale.md section 2.7. Prices are ours.
Read whole once per process and catalogue version, then looked up by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from emulator.clock import add_months
from emulator.domain.money import ZERO
from emulator.errors import BadValue
from emulator.store import tables
from emulator.store.engine import Database, Row, Statement

TRIAL = -100
LIFETIME = 0

Words = Mapping[str, str]
"""A text by language: ``{"en": …, "ru": …}``."""
Prices = Mapping[str, Mapping[int, Decimal]]
"""Cost by currency and period in months (-100 trial, 0 lifetime)."""


INTEGER, BOOLEAN, ENUMERATION = "integer", "boolean", "enumeration"
"""Kinds of addons: counted, switched on or off, one of several."""


@dataclass(frozen=True, slots=True)
class AddonItem:
    """One of the several things an enumeration offers."""

    id: int
    intname: str
    name: Words
    prices: Prices


@dataclass(frozen=True, slots=True)
class Option:
    """A value that can be chosen without a price: an OS template, a recipe."""

    intname: str
    name: Words


@dataclass(frozen=True, slots=True)
class OwnType:
    """A product type that a world defines itself, ``like`` one that every world knows."""

    intname: str
    title: Words
    like: str


@dataclass(frozen=True, slots=True)
class Addon:
    """An extra of a tariff, ordered as ``addon_<id>``.

    What is ordered is always a whole number: so many of an ``integer``, 0 or 1 of a ``boolean``,
    the item's id of an ``enumeration``. ``included`` of what is counted are free; ``standard`` is
    taken when nothing is sent.
    """

    id: int
    intname: str
    name: Words
    minimum: int
    maximum: int
    step: int
    standard: int
    included: int
    restrict_client_change: str
    """``off``, ``on``, ``uponly``, ``downonly``: how a client may not change it later."""
    kind: str
    measure: Words
    items: tuple[AddonItem, ...]
    prices: Prices

    def item(self, number: int) -> AddonItem | None:
        """One item of an enumeration, or None."""
        return next((item for item in self.items if item.id == number), None)

    def cost(self, amount: int, currency: str, period: int) -> Decimal:
        """What ``amount`` of it costs for one period."""
        if self.kind == ENUMERATION:
            chosen = self.item(amount)
            return ZERO if chosen is None else chosen.prices.get(currency, {}).get(period, ZERO)
        each = self.prices.get(currency, {}).get(period, ZERO)
        return each * max(0, amount - self.included)

    def check(self, amount: int) -> None:
        """Raises BadValue: under, over or between the steps, or not one of the items."""
        if self.kind == ENUMERATION:
            if self.item(amount) is None:
                raise BadValue(f"addon_{self.id}", str(amount))
            return
        wrong = (
            amount < self.minimum
            or amount > self.maximum
            or (amount - self.minimum) % self.step != 0
        )
        if wrong:
            raise BadValue(
                f"addon_{self.id}",
                str(amount),
                desc="range",
                params={
                    "minimum": str(self.minimum),
                    "maximum": str(self.maximum),
                    "step": str(self.step),
                },
            )

    def check_change(self, before: int, after: int) -> None:
        """Raises BadValue where the seller lets no client change it, or not in this direction.

        Source: docs/resale.md section 2.7 (``restrictclientchange``).
        """
        closed = {"off": False, "on": True, "uponly": after < before, "downonly": after > before}
        if before != after and closed[self.restrict_client_change]:
            raise BadValue(f"addon_{self.id}", str(after), desc="restricted")


@dataclass(frozen=True, slots=True)
class Tariff:
    """One ``pricelist``. ``country``: ``RU``, ``other`` or ``any``."""

    id: int
    type: str
    intname: str
    name: Words
    description: Words
    country: str
    trial: bool
    trial_days: int
    retired_on: date | None
    change_to: tuple[int, ...]
    position: int
    deletion: str
    """``at_once``, ``period_end`` or ``forbidden``."""
    least_months: int
    takes_address: bool
    datacenters: Mapping[int, Words]
    """Where it is offered; empty: in the one that everything has."""
    options: Mapping[str, tuple[Option, ...]]
    """What can be chosen beside addons: ``ostempl``, ``recipe``."""
    most_at_once: int
    """How many one order may hold (``order_count``)."""
    fits: tuple[str, ...]
    """Of a module: internal names of the panel editions that take it; empty: all do."""
    prices: Prices
    addons: Mapping[int, Addon]

    def addon(self, intname: str) -> Addon | None:
        """The addon of this internal name, or None."""
        return next((addon for addon in self.addons.values() if addon.intname == intname), None)

    def periods(self, currency: str) -> tuple[int, ...]:
        """Periods that can be bought in this currency, in months, ascending."""
        return tuple(sorted(self.prices.get(currency, {})))

    def nearest_period(self, currency: str, period: int) -> int:
        """This period, or the shortest one where it is not sold.

        Raises BadValue("period") where nothing is sold in this currency: prices can be loaded
        into a world whose accounts pay otherwise.
        """
        offered = self.periods(currency)
        if period in offered:
            return period
        if not offered:
            raise BadValue("period", str(period))
        return offered[0]

    def check_period(self, currency: str, period: int) -> None:
        """Raises BadValue("period") for a period this tariff does not have."""
        if period not in self.prices.get(currency, {}):
            raise BadValue("period", str(period))

    def cost(self, currency: str, period: int, addons: Mapping[int, int]) -> Decimal:
        """One period with these addons. Raises BadValue("period") where it is not sold."""
        self.check_period(currency, period)
        total = self.prices[currency][period]
        for addon_id, amount in addons.items():
            addon = self.addons.get(addon_id)
            if addon is not None:
                total += addon.cost(amount, currency, period)
        return total

    def term_end(self, start: date, period: int) -> date | None:
        """The end of one period from ``start``; None for a lifetime."""
        if period == TRIAL:
            return start + timedelta(days=self.trial_days)
        return None if period == LIFETIME else add_months(start, period)

    def fits_country(self, country: str | None) -> bool:
        """Whether an account of this country may buy it where the rule is on."""
        if self.country == "any" or country is None:
            return True
        return (self.country == "RU") == (country == "RU")

    def is_retired(self, today: date) -> bool:
        """Whether its sales have ended."""
        return self.retired_on is not None and today >= self.retired_on


class Catalogue:
    """All tariffs of a world, by number and by product type, in their order; and its own types."""

    __slots__ = ("_by_id", "_by_type", "types")

    def __init__(
        self, tariffs: tuple[Tariff, ...], types: Mapping[str, OwnType] | None = None
    ) -> None:
        self.types: Mapping[str, OwnType] = types or {}
        self._by_id = {tariff.id: tariff for tariff in tariffs}
        self._by_type: dict[str, list[Tariff]] = {}
        for tariff in tariffs:
            self._by_type.setdefault(tariff.type, []).append(tariff)

    def find(self, tariff_id: int) -> Tariff | None:
        """A tariff by its number, or None."""
        return self._by_id.get(tariff_id)

    def of_type(self, product_type: str) -> list[Tariff]:
        """The tariffs of a product type in their order."""
        return self._by_type.get(product_type, [])

    def all(self) -> list[Tariff]:
        """Every tariff in its order."""
        return list(self._by_id.values())

    def __getitem__(self, tariff_id: int) -> Tariff:
        return self._by_id[tariff_id]


T = tables.tariff.c
_TARIFFS = Statement(select(tables.tariff).order_by(T.position, T.id))
_PRICES = Statement(select(tables.price))
_ADDONS = Statement(select(tables.addon).order_by(tables.addon.c.id))
_ADDON_PRICES = Statement(select(tables.addon_price))


_TYPES = Statement(select(tables.product_type).order_by(tables.product_type.c.intname))


def _money_of(told: Mapping[str, Mapping[str, str]]) -> Prices:
    """Prices out of JSON, where keys and amounts are texts."""
    return {
        currency: {int(period): Decimal(cost) for period, cost in costs.items()}
        for currency, costs in told.items()
    }


def _addon(number: int, rest: list[Any], prices: Prices) -> Addon:
    *plain, items = rest
    read = tuple(
        AddonItem(item["id"], item["intname"], item["name"], _money_of(item["prices"]))
        for item in items
    )
    return Addon(*(number, *plain, read, prices))


def _tariff(row: Row, prices: Prices, addons: Mapping[int, Addon]) -> Tariff:
    *plain, datacenters, options, most, fits = row
    plain[9] = tuple(plain[9])
    places = {int(number): name for number, name in datacenters.items()}
    chosen = {
        name: tuple(Option(one["intname"], one["name"]) for one in offered)
        for name, offered in options.items()
    }
    return Tariff(*(*plain, places, chosen, most, tuple(fits), prices, addons))


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
    for tariff_id, addon_id, *rest in db.rows(_ADDONS):
        addon = _addon(addon_id, rest, addon_prices.get((tariff_id, addon_id), {}))
        addons.setdefault(tariff_id, {})[addon_id] = addon
    tariffs = tuple(
        _tariff(row, prices.get(row[0], {}), addons.get(row[0], {})) for row in db.rows(_TARIFFS)
    )
    types = {row[0]: OwnType(*row) for row in db.rows(_TYPES)}
    return Catalogue(tariffs, types)

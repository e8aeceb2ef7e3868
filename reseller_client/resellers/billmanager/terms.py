"""Addons of an order, its cost at the seller, and its price for the customer.

Source: docs/resale.md sections 2.2 and 2.7: `addon_N` takes a number, a switch, or the number of a
choice; own prices are the reseller's own affair [assumed].
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from reseller_client.resellers.billmanager.models import (
    Amount,
    NotForSale,
    OwnAddon,
    OwnTariff,
    Prices,
)
from reseller_client.services.catalogue_models import Addon, AddonKind, Price, Tariff
from reseller_client.shop.prices import CENT
from reseller_client.transport.values import DAILY

if TYPE_CHECKING:
    from reseller_client.transport.values import Field

_NOTHING: Final = Decimal(0)
_MONTHS: Final = 12


def all_amounts(own: OwnTariff, source: Tariff, chosen: Mapping[str, Amount]) -> dict[str, Amount]:
    """Return the amount of every addon that is active and linked: the chosen one or the default.

    Raises NotForSale for an addon that is not offered or not linked.
    """
    theirs = {addon.intname: addon for addon in source.addons}
    offered = {addon.intname: addon for addon in own.addons if addon.active}
    if unknown := [name for name in chosen if name not in offered]:
        raise NotForSale(f"{own.name} has no {', '.join(unknown)} switched on")
    if unlinked := [name for name in chosen if name not in theirs]:
        raise NotForSale(f"{', '.join(unlinked)} of {own.name} has no link to the seller")
    amounts = {
        name: chosen.get(name, _default_amount(addon, theirs[name]))
        for name, addon in offered.items()
        if name in theirs
    }
    return {name: amount for name, amount in amounts.items() if amount != ""}


def _default_amount(own: OwnAddon, theirs: Addon) -> Amount:
    """Return the default: the included quantity, off, or the first choice."""
    if own.kind is AddonKind.BOOLEAN:
        return 0
    if own.kind is AddonKind.INTEGER:
        return int(max(own.included, theirs.minimum or _NOTHING))
    linked = {item.intname for item in theirs.items}
    active = (choice.intname for choice in own.choices if choice.active)
    return next((name for name in active if name in linked), "")


def addon_fields(own: OwnTariff, source: Tariff, amounts: Mapping[str, Amount]) -> dict[str, Field]:
    """Return the fields that order these amounts. Raises NotForSale for an unlinked choice."""
    theirs = {addon.intname: addon for addon in source.addons}
    fields: dict[str, Field] = {}
    for name, amount in amounts.items():
        addon = theirs[name]
        fields[f"addon_{addon.id}"] = _sent(own, addon, amount)
    return fields


def _sent(own: OwnTariff, addon: Addon, amount: Amount) -> Field:
    if addon.kind is AddonKind.BOOLEAN:
        return bool(int(amount))
    if addon.kind is AddonKind.INTEGER:
        return int(amount)
    mine = own.addon(addon.intname)
    choices = () if mine is None else mine.choices
    offered = {choice.intname for choice in choices if choice.active}
    chosen = next((item.id for item in addon.items if item.intname == amount), None)
    if chosen is None or amount not in offered:
        raise NotForSale(f"{addon.intname} of {own.name} has no choice {amount}")
    return chosen


def read_amounts(source: Tariff, quantities: Mapping[int, int]) -> dict[str, Amount]:
    """Return the amounts of a form of the seller, by internal name."""
    addons = {addon.id: addon for addon in source.addons}
    amounts: dict[str, Amount] = {}
    for number, quantity in quantities.items():
        addon = addons.get(number)
        if addon is not None:
            items = (item.intname for item in addon.items if item.id == quantity)
            amounts[addon.intname] = next(items, quantity)
    return amounts


def own_price(own: OwnTariff, period: int, amounts: Mapping[str, Amount]) -> Decimal:
    """Return the customer's price of a term. Raises NotForSale for a period without a price."""
    if period not in own.prices:
        raise NotForSale(f"{own.name} is not sold for the period {period}")
    price = own.prices[period]
    for name, amount in amounts.items():
        addon = own.addon(name)
        if addon is not None:
            price += _own_part(own, addon, amount, period)
    return price.quantize(CENT, ROUND_HALF_UP)


def _own_part(own: OwnTariff, addon: OwnAddon, amount: Amount, period: int) -> Decimal:
    prices, quantity = addon.prices, _NOTHING
    if addon.kind is AddonKind.ENUMERATION:
        chosen = (choice.prices for choice in addon.choices if choice.intname == amount)
        prices, quantity = next(chosen, {}), Decimal(1)
    elif addon.kind is AddonKind.BOOLEAN:
        quantity = Decimal(int(amount))
    else:
        quantity = max(_NOTHING, int(amount) - addon.included)
    return quantity * _priced(prices, own, addon, period) if quantity else _NOTHING


def _priced(prices: Prices, own: OwnTariff, addon: OwnAddon, period: int) -> Decimal:
    if period not in prices and any(prices.values()):
        raise NotForSale(f"{addon.intname} of {own.name} is not sold for the period {period}")
    return prices.get(period, _NOTHING)


def seller_cost(source: Tariff, period: int, amounts: Mapping[str, Amount]) -> Decimal | None:
    """Return the price of the seller's price list; None for a period that is not on it."""
    base = _of(source.prices, period)
    if base is None:
        return None
    cost = base
    for addon in source.addons:
        amount = amounts.get(addon.intname)
        if amount is not None:
            cost += _seller_part(addon, amount, period)
    return cost.quantize(CENT, ROUND_HALF_UP)


def _seller_part(addon: Addon, amount: Amount, period: int) -> Decimal:
    if addon.kind is AddonKind.ENUMERATION:
        chosen = (item.prices for item in addon.items if item.intname == amount)
        return _of(next(chosen, ()), period) or _NOTHING
    quantity = max(_NOTHING, int(amount) - (addon.included or _NOTHING))
    return quantity * (_of(addon.prices, period) or _NOTHING)


def _of(prices: Iterable[Price], period: int) -> Decimal | None:
    return next((price.cost.amount for price in prices if price.length == period), None)


def add_period(day: date, period: int) -> date | None:
    """Return the day a number of months later, or one day; None for a lifetime or a trial.

    In a month that is too short it is the last day.
    """
    if period == DAILY:
        return day + timedelta(days=1)
    if period <= 0:
        return None
    months = day.year * _MONTHS + day.month - 1 + period
    year, month = divmod(months, _MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))

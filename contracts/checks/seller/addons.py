"""Resources of a tariff as an order or a form names them: ``addon_10`` and how much of it.

All raise NotSold where the tariff has none that would do.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from contracts.journeys.catalogue_view import NotSold, more_of
from contracts.target.spending_guard import NO_SUCH_NUMBER
from reseller_client.services.catalogue_models import Addon, Tariff

Named = tuple[str, str]
"""A parameter with its text."""


def one_more(tariff: Tariff) -> Named:
    """One step more of what is sold by the month than the tariff has in it."""
    addon, amount = more_of(tariff)
    return f"addon_{addon.id}", str(amount)


def one_too_many(tariff: Tariff, *, below: bool) -> Named:
    """More than there may be, or less (``below``)."""
    if below:
        addon = _first(tariff, "a least amount", lambda one: bool(one.minimum and one.minimum >= 1))
        return f"addon_{addon.id}", f"{int(addon.minimum or 1) - 1}"
    addon = _first(tariff, "a largest amount", lambda one: one.maximum is not None)
    return f"addon_{addon.id}", f"{int(addon.maximum or 0) + int(addon.step or 1)}"


def no_choice(tariff: Tariff) -> Named:
    """A choice that a list of choices does not have."""
    addon = next((one for one in tariff.addons if one.items), None)
    if addon is None:
        raise NotSold(f"tariff {tariff.id} has no resource with choices")
    return f"addon_{addon.id}", NO_SUCH_NUMBER


def some_of(tariff: Tariff) -> Named:
    """As little as every order has."""
    addon = _first(tariff, "a resource every order has some of", lambda one: bool(one.minimum))
    return f"addon_{addon.id}", f"{int(addon.minimum or Decimal(1))}"


def _first(tariff: Tariff, what: str, fits: Callable[[Addon], bool]) -> Addon:
    found = next((one for one in tariff.addons if not one.items and fits(one)), None)
    if found is None:
        raise NotSold(f"tariff {tariff.id} has no resource with {what}")
    return found

"""What is on offer to whom: one rule for orders, order forms and the price list.

Source: docs/trade.md section 9; docs/evidence.md 6 and 17.
"""

from __future__ import annotations

from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.world import Shop


def is_retired(shop: Shop, tariff: Tariff) -> bool:
    """Whether this world refuses the tariff as a product that is no longer sold."""
    return shop.world.rules.retired_products == "refuse" and tariff.is_retired(shop.today)


def why_not(shop: Shop, tariff: Tariff, currency: str, country: str | None) -> str:
    """Why an order would be refused: ``retired``, ``country``, ``currency``; empty if not."""
    if is_retired(shop, tariff):
        return "retired"
    if shop.world.rules.country_tariffs and not tariff.fits_country(country):
        return "country"
    return "" if tariff.periods(currency) else "currency"

"""The tariffs of an exported price list, by filters and for an account.

Source: docs/resale.md section 2.7 (filters); docs/evidence.md 6, 17 and 26. Everything is
read off the catalogue in memory: a price list costs no query.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.services import order_rules
from emulator.domain.world import Shop

KNOWN_TYPES = {
    "vds": 3,
    "dedic": 4,
    "vhost": 5,
    "domain": 6,
    "certificate": 7,
    "soft": 8,
    "softexternal": 9,
    "platform": 10,
    "addition": 11,
    "colocation": 12,
    "dnshost": 13,
    "storage": 14,
    "paidsupport": 15,
    "instances": 16,
}
"""Numbers of product types. They differ per installation; only ``vds`` is 3 everywhere."""
FIRST_OWN_TYPE = 1001


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom prices are exported: an account, or the world where nobody is logged in."""

    country: str | None
    currency: str


def asking(shop: Shop, account: Account | None) -> Asking:
    """The account's country and currency, else the world's (docs/evidence.md 26)."""
    if account is None:
        return Asking(shop.world.country, shop.world.currency)
    return Asking(account.country, account.currency)


def is_orderable(shop: Shop, who: Asking, tariff: Tariff) -> bool:
    """Whether an order of the tariff in this currency and from this country would be accepted."""
    return not order_rules.find_refusal_reason(shop, tariff, who.currency, who.country)


def type_number(shop: Shop, product_type: str) -> int:
    """The number of a product type; those without a usual number are numbered by name."""
    number = KNOWN_TYPES.get(product_type)
    if number is not None:
        return number
    own = sorted({t.type for t in shop.catalogue.all()} - set(KNOWN_TYPES))
    return FIRST_OWN_TYPE + own.index(product_type)


def export_tariff(
    shop: Shop, who: Asking, product_type: str, number: int | None, *, only_orderable: bool
) -> Iterator[Tariff]:
    """The tariffs that pass the filters, in their order. Empty and None filter nothing.

    ``product_type``  internal name or number. Tariffs without a price in the currency are left out.
    """
    for tariff in shop.catalogue.all():
        if number is not None and tariff.id != number:
            continue
        names = (tariff.type, str(type_number(shop, tariff.type)))
        if product_type and product_type not in names:
            continue
        if tariff.periods(who.currency) and (not only_orderable or is_orderable(shop, who, tariff)):
            yield tariff

"""What a journey buys: tariffs of the seller's price list, IP addresses that are free.

The tariffs of the vendor's own pages are preferred; else the cheapest that is sold by the month is
taken. The user may name others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from reseller_client import BadValue, Client
from reseller_client.services.catalogue_models import Addon, Tariff

SOFT, VDS, ADDITION = "soft", "vds", "addition"
PREFERRED: Final[Mapping[str, tuple[int, ...]]] = {
    SOFT: (55227, 55231),
    VDS: (6,),
    ADDITION: (955301, 55371, 55390),
}
"""Codes that are documented and observed (docs/trade.md section 9); prices are the seller's."""
CENT: Final = Decimal("0.01")
MONTH: Final = 1
MAX_TRIED: Final = 12
"""Tariffs whose order forms are read to find one that may be ordered."""
FIRST_ADDRESS: Final = "192.0.2.200"
"""Licenses are ordered for the IP addresses after this one; they belong to nobody (RFC 5737)."""
LAST_OF_NETWORK: Final = 254
TEMPLATES: Final = "ostempl"


class NotSold(Exception):
    """The price list has nothing that a journey could buy; one line."""


def find_month_price(priced: Tariff | Addon) -> Decimal | None:
    """The price of a month, or None if it is not sold by the month."""
    return next((price.cost.amount for price in priced.prices if price.length == MONTH), None)


def prorate(full: Decimal, left: int, term: int) -> Decimal:
    """The price of the ``left`` days of a term of ``term`` days, to the cent."""
    return (full * left / term).quantize(CENT, ROUND_HALF_UP)


def choose_template(tariff: Tariff) -> str:
    """An operating system that a tariff offers, or an empty text."""
    return next(iter(tariff.options.get(TEMPLATES, ())), "")


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    try:
        return bool(IPv4Address(text))
    except AddressValueError:
        return False


@dataclass(slots=True)
class Addresses:
    """The IP addresses after ``first``, each handed out once in a run."""

    first: str = FIRST_ADDRESS
    _count: int = 0

    def take(self) -> str:
        """Another address. Raises NotSold if its network has no more."""
        head, _, last = self.first.rpartition(".")
        self._count += 1
        if int(last) + self._count > LAST_OF_NETWORK:
            raise NotSold(f"after {self.first} there is no free address left (--ip)")
        return f"{head}.{int(last) + self._count}"


@dataclass(slots=True)
class CatalogueView:
    """The price list of a seller, read when needed. ``named``: codes to take, by family."""

    client: Client
    named: Mapping[str, int] = field(default_factory=dict)
    addresses: Addresses = field(default_factory=Addresses)
    _chosen: dict[str, Tariff] = field(default_factory=dict)

    def choose_tariff(self, family: str) -> Tariff:
        """The tariff to buy of a family, always the same. Raises NotSold."""
        if family not in self._chosen:
            self._chosen[family] = self._choose(family)
        return self._chosen[family]

    def _choose(self, family: str) -> Tariff:
        if family in self.named:
            tariff = self.client.catalogue.tariff(self.named[family])
            if tariff is None or not find_month_price(tariff):
                raise NotSold(f"tariff {self.named[family]} is not sold by the month here")
            return tariff
        candidates = [
            tariff for tariff in self.client.catalogue.tariffs(family) if _fits(tariff, family)
        ]
        preferred = PREFERRED.get(family, ())
        candidates.sort(
            key=lambda tariff: (tariff.id not in preferred, find_month_price(tariff), tariff.id)
        )
        for tariff in candidates[:MAX_TRIED]:
            if self._may_be_ordered(family, tariff):
                return tariff
        raise NotSold(f"of {family} this account can order nothing by the month")

    def _may_be_ordered(self, family: str, tariff: Tariff) -> bool:
        """Whether its order form is shown: tariffs may be for customers of one country only."""
        try:
            self.client.call(f"{family}.order.param", {"pricelist": tariff.id, "period": MONTH})
        except BadValue as refusal:
            return refusal.object != "pricelist"
        return True

    def choose_dearer(self, than: Tariff, codes: Iterable[int]) -> Tariff:
        """The cheapest tariff among ``codes`` that costs more than another. Raises NotSold."""
        least = find_month_price(than) or Decimal(0)
        allowed = set(codes)
        candidates = [
            tariff
            for tariff in self.client.catalogue.tariffs(than.itemtype or SOFT)
            if tariff.id in allowed and (find_month_price(tariff) or Decimal(0)) > least
        ]
        if not candidates:
            raise NotSold(f"from tariff {than.id} no change to a dearer tariff is possible")
        return min(
            candidates, key=lambda tariff: (find_month_price(tariff) or Decimal(0), tariff.id)
        )

    def take_address(self) -> str:
        """An IP address for which nothing was ordered in this run. Raises NotSold."""
        return self.addresses.take()


def _fits(tariff: Tariff, family: str) -> bool:
    itemtype = tariff.itemtype
    is_family = not itemtype or itemtype == family or not itemtype.isalpha()
    return is_family and tariff.orderable and bool(find_month_price(tariff))


def choose_larger_amount(tariff: Tariff) -> tuple[Addon, int]:
    """A resource that costs money by the month, and an amount one step above what is included.

    Raises NotSold.
    """
    for addon in tariff.addons:
        step = addon.step or Decimal(1)
        amount = (addon.included or addon.minimum or Decimal(0)) + step
        fits = addon.maximum is None or amount <= addon.maximum
        if not addon.items and find_month_price(addon) and fits:
            return addon, int(amount)
    raise NotSold(f"tariff {tariff.id} has no resource that can be bought by the month")

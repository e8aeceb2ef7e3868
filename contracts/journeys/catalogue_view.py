"""What a course buys: tariffs of the seller's price list, addresses and names that are free.

The tariffs of the vendor's own pages are taken where the seller has them, else the cheapest that is
sold by the month; whoever runs the judge may name others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from ipaddress import AddressValueError, IPv4Address
from typing import Final

from reseller_client import BadValue, Client
from reseller_client.services.models import Addon, Tariff

SOFT, VDS, ADDITION = "soft", "vds", "addition"
PREFERRED: Final[Mapping[str, tuple[int, ...]]] = {
    SOFT: (55227, 55231),
    VDS: (6,),
    ADDITION: (955301, 55371, 55390),
}
"""Codes that are documented and observed (docs/trade.md section 9); prices are the seller's."""
CENT: Final = Decimal("0.01")
MONTH: Final = 1
MOST_TRIED: Final = 12
"""Tariffs whose order forms are looked at to find one that may be ordered."""
FIRST_ADDRESS: Final = "192.0.2.200"
"""The first of the addresses licenses are ordered for; they belong to nobody (RFC 5737)."""

LAST_OF_A_NETWORK: Final = 254


class NotSold(Exception):
    """The price list has nothing that a course could buy; one line."""


def month_of(priced: Tariff | Addon) -> Decimal | None:
    """The price of a month, or None where it is not sold so."""
    return next((one.cost.amount for one in priced.prices if one.length == MONTH), None)


def part_of(full: Decimal, left: int, term: int) -> Decimal:
    """What the days that are left of a term cost, to the cent."""
    return (full * left / term).quantize(CENT, ROUND_HALF_UP)


def is_address(text: str) -> bool:
    """Whether a text is an address of IPv4."""
    try:
        return bool(IPv4Address(text))
    except AddressValueError:
        return False


@dataclass(slots=True)
class Addresses:
    """Addresses that are free: those after ``first``, each once in a run."""

    first: str = FIRST_ADDRESS
    _given: int = 0

    def next(self) -> str:
        """Another one. Raises NotSold where its network has no more."""
        head, _, last = self.first.rpartition(".")
        self._given += 1
        if int(last) + self._given > LAST_OF_A_NETWORK:
            raise NotSold(f"after {self.first} there is no free address left (--ip)")
        return f"{head}.{int(last) + self._given}"


@dataclass(slots=True)
class CatalogueView:
    """The price list of a seller, read as it is needed. ``named``: codes to take, by family."""

    client: Client
    named: Mapping[str, int] = field(default_factory=dict)
    addresses: Addresses = field(default_factory=Addresses)
    _taken: dict[str, Tariff] = field(default_factory=dict)

    def tariff(self, family: str) -> Tariff:
        """What is bought of a family, looked for once. Raises NotSold."""
        if family not in self._taken:
            self._taken[family] = self._chosen(family)
        return self._taken[family]

    def _chosen(self, family: str) -> Tariff:
        """The first that this account may order of those named, preferred, or else cheapest."""
        if family in self.named:
            found = self.client.catalogue.tariff(self.named[family])
            if found is None or not month_of(found):
                raise NotSold(f"tariff {self.named[family]} is not sold by the month here")
            return found
        sold = [one for one in self.client.catalogue.tariffs(family) if _fits(one, family)]
        preferred = PREFERRED.get(family, ())
        sold.sort(key=lambda one: (one.id not in preferred, month_of(one), one.id))
        for tariff in sold[:MOST_TRIED]:
            if self._may_be_ordered(family, tariff):
                return tariff
        raise NotSold(f"of {family} this account can order nothing by the month")

    def _may_be_ordered(self, family: str, tariff: Tariff) -> bool:
        """Whether its order form is shown: tariffs may be for customers of one country only."""
        try:
            asked = {"pricelist": tariff.id, "period": MONTH}
            self.client.call(f"{family}.order.param", asked)
        except BadValue as refusal:
            return refusal.object != "pricelist"
        return True

    def dearer(self, than: Tariff, codes: Iterable[int]) -> Tariff:
        """The cheapest of some tariffs that costs more than another. Raises NotSold."""
        least = month_of(than) or Decimal(0)
        wanted = set(codes)
        sold = [
            one
            for one in self.client.catalogue.tariffs(than.itemtype or SOFT)
            if one.id in wanted and (month_of(one) or Decimal(0)) > least
        ]
        if not sold:
            raise NotSold(f"from tariff {than.id} one cannot change to a dearer one")
        return min(sold, key=lambda one: (month_of(one) or Decimal(0), one.id))

    def address(self) -> str:
        """An address nothing was ordered for in this run. Raises NotSold."""
        return self.addresses.next()


def _fits(tariff: Tariff, family: str) -> bool:
    kept = not tariff.itemtype or tariff.itemtype == family or not tariff.itemtype.isalpha()
    return kept and tariff.orderable and bool(month_of(tariff))


def more_of(tariff: Tariff) -> tuple[Addon, int]:
    """A resource that costs money by the month, and an amount one step above what is included.

    Raises NotSold.
    """
    for addon in tariff.addons:
        step = addon.step or Decimal(1)
        wanted = (addon.included or addon.minimum or Decimal(0)) + step
        if (
            not addon.items
            and month_of(addon)
            and (addon.maximum is None or wanted <= addon.maximum)
        ):
            return addon, int(wanted)
    raise NotSold(f"tariff {tariff.id} has no resource that can be bought by the month")

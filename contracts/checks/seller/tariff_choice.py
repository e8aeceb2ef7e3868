"""What plays the part of a tariff at a seller, and what an order of it has to say."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from contracts.checks.seller.roles import (
    BY_HAND,
    CERTIFICATE,
    DEARER,
    DOMAIN,
    EXTERNAL,
    NODES,
    PLATFORM,
    TRIAL,
    Part,
)
from contracts.journeys.catalogue_view import ADDITION, SOFT, NotSold, Shelf
from contracts.journeys.custom_services import template_of
from contracts.target.sums import Sum
from reseller_client.services.catalogue_models import Price, Tariff

TRIAL_LENGTH: Final = -100
_NAMED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    SOFT: ("ip", "licname"), EXTERNAL: ("ip", "licname"), PLATFORM: ("comment",),
    ADDITION: (), CERTIFICATE: (), DOMAIN: ("domain",),
})  # fmt: skip
"""Parameters an order cannot do without; machines and the rest have a name of a host."""
_REQUEST: Final[Mapping[str, str]] = MappingProxyType({
    "crt_type": "generate", "field_country": "182", "ST": "Region",
    "L": "City",
    "O": "Example",
})  # fmt: skip
"""What a certificate is asked for (docs/trade.md section 7)."""


@dataclass(slots=True)
class Goods:
    """Tariffs by the part they play; ``named``: codes to take, by family. All may raise NotSold."""

    shelf: Shelf
    token: str = field(default_factory=lambda: secrets.token_hex(3))
    _chosen: dict[Part, Tariff] = field(default_factory=dict)
    _lists: dict[str, tuple[Tariff, ...]] = field(default_factory=dict)
    _names: int = 0
    _spare: str = ""

    def tariff(self, part: Part) -> Tariff:
        """What plays a part, chosen once."""
        if part not in self._chosen:
            self._chosen[part] = self._choose(part)
        return self._chosen[part]

    def _choose(self, part: Part) -> Tariff:
        if part.which == TRIAL:
            return self._first(part, "a trial", lambda one: _is_free(price_of(one, TRIAL_LENGTH)))
        if part.which == NODES:
            return self._first(part, "a resource every order has some of", _has_nodes)
        if part.which == DEARER:
            held = self.tariff(Part(part.family))
            least = _least(held)
            return self._first(part, "a dearer tariff", lambda one: _least(one) > least)
        try:
            return self.shelf.tariff(part.family)
        except NotSold:
            if part.family in self.shelf.named:
                # Named, and sold by the year: that is what it was named for.
                return self._first(part, "it", lambda one: one.id == self.shelf.named[part.family])
            return self._first(part, "anything", lambda one: bool(lengths(one)))

    def _first(self, part: Part, what: str, fits: Callable[[Tariff], bool]) -> Tariff:
        """The cheapest that fits."""
        if part.family not in self._lists:
            self._lists[part.family] = self.shelf.client.catalogue.tariffs(part.family)
        sold = [
            one
            for one in self._lists[part.family]
            if one.itemtype in ("", part.family) and one.orderable and one.prices and fits(one)
        ]
        if not sold:
            raise NotSold(f"of {part.family} the price list does not have {what}")
        return min(sold, key=lambda one: (_least(one), one.id))

    def by_hand(self, family: str) -> str:
        """Why a family is not bought from unless its tariff is named, or nothing."""
        if family not in BY_HAND or family in self.shelf.named:
            return ""
        term = shortest(self.tariff(Part(family))).cost
        cost = Sum(term.amount, term.currency or "")
        told = "people or others are set to work by an order"
        return f"{told}, so its tariff has to be named (--tariff-of {family}=CODE): it costs {cost}"

    def order(self, family: str, tariff: Tariff, license: str = "") -> dict[str, str]:
        """An order of it for the shortest term, as it is sent. ``licence``: a module's."""
        given = {
            "func": f"{family}.order.param", "pricelist": str(tariff.id),
            "period": str(shortest(tariff).length), "autoprolong": "null", "skipbasket": "on",
            "clicked_button": "finish", "sok": "ok",
        }  # fmt: skip
        if family == CERTIFICATE:
            return {**given, **_REQUEST, "CN": self.free("domain", family)}
        if family == ADDITION:
            return given | {"item": license}
        given |= {name: self.free(name, family) for name in _NAMED.get(family, ("domain",))}
        if template := template_of(tariff):
            given["ostempl"] = template
        return given

    def free(self, name: str, family: str) -> str:
        """A text for a parameter that nothing else has in this run, or had in another."""
        if name == "ip":
            return self.shelf.address()
        self._names += 1
        fresh = f"judge-{self.token}-{self._names}"
        if name == "domain":
            return f"{fresh}.com" if family == DOMAIN else f"{fresh}.example.com"
        return fresh

    def spare_address(self) -> str:
        """An address for what is looked at, refused, or taken back: always the same."""
        self._spare = self._spare or self.shelf.address()
        return self._spare


def lengths(tariff: Tariff) -> list[int]:
    """For how many months it is sold, the shortest term first."""
    return sorted({one.length for one in tariff.prices if one.length > 0})


def price_of(tariff: Tariff, length: int) -> Price | None:
    """Its price for so many months; -100 is the trial."""
    return next((one for one in tariff.prices if one.length == length), None)


def shortest(tariff: Tariff) -> Price:
    """Its price for the shortest term. Raises NotSold."""
    sold = [one for one in tariff.prices if one.length > 0]
    if not sold:
        raise NotSold(f"tariff {tariff.id} is sold for no term")
    return min(sold, key=lambda one: one.length)


def _is_free(price: Price | None) -> bool:
    return price is not None and not price.cost.amount


def _least(tariff: Tariff) -> Decimal:
    return shortest(tariff).cost.amount if lengths(tariff) else Decimal(0)


def _has_nodes(tariff: Tariff) -> bool:
    return any(one.minimum and not one.items for one in tariff.addons)

"""Which tariff of a seller fills a role, and what an order of it has to say."""

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
    Role,
)
from contracts.journeys.catalogue_view import (
    ADDITION,
    SOFT,
    CatalogueView,
    NotSold,
    choose_template,
)
from contracts.target.sums import Sum
from reseller_client.services.catalogue_models import Price, Tariff

TRIAL_LENGTH: Final = -100
"""The period of a trial, as the price list has it."""
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({
    SOFT: ("ip", "licname"), EXTERNAL: ("ip", "licname"), PLATFORM: ("comment",),
    ADDITION: (), CERTIFICATE: (), DOMAIN: ("domain",),
})  # fmt: skip
"""Parameters an order must have, by family; all other families need a host name (``domain``)."""
_CSR: Final[Mapping[str, str]] = MappingProxyType({
    "crt_type": "generate", "field_country": "182", "ST": "Region",
    "L": "City",
    "O": "Example",
})  # fmt: skip
"""The certificate request of an order (docs/trade.md section 7)."""


@dataclass(slots=True)
class TariffChoice:
    """Tariffs by role. Methods raise NotSold where nothing in the price list fits."""

    catalogue: CatalogueView
    token: str = field(default_factory=lambda: secrets.token_hex(3))
    """Makes names unique among runs."""
    _chosen: dict[Role, Tariff] = field(default_factory=dict)
    _lists: dict[str, tuple[Tariff, ...]] = field(default_factory=dict)
    _names: int = 0
    _spare_address: str = ""

    def choose(self, role: Role) -> Tariff:
        """The tariff that fills a role, always the same."""
        if role not in self._chosen:
            self._chosen[role] = self._choose(role)
        return self._chosen[role]

    def _choose(self, role: Role) -> Tariff:
        if role.kind == TRIAL:
            return self._cheapest(
                role, "a trial", lambda tariff: _is_free(find_price(tariff, TRIAL_LENGTH))
            )
        if role.kind == NODES:
            return self._cheapest(role, "a resource every order has some of", _has_nodes)
        if role.kind == DEARER:
            least = _lowest_cost(self.choose(Role(role.family)))
            return self._cheapest(
                role, "a dearer tariff", lambda tariff: _lowest_cost(tariff) > least
            )
        try:
            return self.catalogue.choose_tariff(role.family)
        except NotSold:
            named = self.catalogue.named.get(role.family)
            if named is not None:
                # Named by the user although not sold by the month: its shortest term is bought.
                return self._cheapest(role, "it", lambda tariff: tariff.id == named)
            return self._cheapest(role, "anything", lambda tariff: bool(list_terms(tariff)))

    def _cheapest(self, role: Role, description: str, fits: Callable[[Tariff], bool]) -> Tariff:
        if role.family not in self._lists:
            self._lists[role.family] = self.catalogue.client.catalogue.tariffs(role.family)
        candidates = [
            tariff
            for tariff in self._lists[role.family]
            if tariff.itemtype in ("", role.family)
            and tariff.orderable
            and tariff.prices
            and fits(tariff)
        ]
        if not candidates:
            raise NotSold(f"of {role.family} the price list does not have {description}")
        return min(candidates, key=lambda tariff: (_lowest_cost(tariff), tariff.id))

    def explain_manual(self, family: str) -> str:
        """Why a family is not ordered unless its tariff is named, or an empty text."""
        if family not in BY_HAND or family in self.catalogue.named:
            return ""
        cost = shortest_price(self.choose(Role(family))).cost
        return (
            "an order makes people or others work, so its tariff has to be named"
            f" (--tariff-of {family}=CODE): it costs {Sum(cost.amount, cost.currency or '')}"
        )

    def build_order(self, family: str, tariff: Tariff, license: str = "") -> dict[str, str]:
        """The fields of an order for the shortest term; ``license`` carries an ordered module."""
        order = {
            "func": f"{family}.order.param", "pricelist": str(tariff.id),
            "period": str(shortest_price(tariff).length), "autoprolong": "null",
            "skipbasket": "on", "clicked_button": "finish", "sok": "ok",
        }  # fmt: skip
        if family == CERTIFICATE:
            return {**order, **_CSR, "CN": self.make_unique("domain", family)}
        if family == ADDITION:
            return order | {"item": license}
        names = _REQUIRED.get(family, ("domain",))
        order |= {name: self.make_unique(name, family) for name in names}
        if family == DOMAIN and tariff.name.startswith("."):
            order["domain"] = order["domain"].partition(".")[0] + tariff.name
        if template := choose_template(tariff):
            order["ostempl"] = template
        return order

    def make_unique(self, name: str, family: str) -> str:
        """A text for a parameter that no service has, from this run or an earlier one."""
        if name == "ip":
            return self.catalogue.take_address()
        self._names += 1
        unique = f"judge-{self.token}-{self._names}"
        if name == "domain":
            return f"{unique}.com" if family == DOMAIN else f"{unique}.example.com"
        return unique

    def spare_address(self) -> str:
        """An IP address for requests that open no service: always the same."""
        self._spare_address = self._spare_address or self.catalogue.take_address()
        return self._spare_address


def list_terms(tariff: Tariff) -> list[int]:
    """The terms it is sold for, in months, the shortest first."""
    return sorted({price.length for price in tariff.prices if price.length > 0})


def find_price(tariff: Tariff, length: int) -> Price | None:
    """Its price for a term in months, or for a trial (TRIAL_LENGTH); None if not sold so."""
    return next((price for price in tariff.prices if price.length == length), None)


def shortest_price(tariff: Tariff) -> Price:
    """Its price for the shortest term. Raises NotSold."""
    prices = [price for price in tariff.prices if price.length > 0]
    if not prices:
        raise NotSold(f"tariff {tariff.id} is sold for no term")
    return min(prices, key=lambda price: price.length)


def _is_free(price: Price | None) -> bool:
    return price is not None and not price.cost.amount


def _lowest_cost(tariff: Tariff) -> Decimal:
    return shortest_price(tariff).cost.amount if list_terms(tariff) else Decimal(0)


def _has_nodes(tariff: Tariff) -> bool:
    return any(addon.minimum and not addon.items for addon in tariff.addons)

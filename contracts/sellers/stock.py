"""What a judge has bought at a seller without worlds, to ask about in place of fixtures.

Exchanges on record speak of services of the world ``small`` by their numbers. At a foreign seller
an equal one is ordered, within the budget, and used for as many exchanges as it survives.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from contracts.sellers.budget import Withheld
from contracts.sellers.flows.custom_services import template_of
from contracts.sellers.flows.shelf import SOFT, VDS, NotSold, Shelf
from contracts.sellers.ground import Wishes, client_at
from contracts.spending import changes, spends
from contracts.target import CannotRun, Seller
from reseller_client import Client, LicenseOrder, Missed, ResellerError, ServiceOrder, Status
from reseller_client.models import Tariff
from reseller_client.resellers import CustomReseller, CustomServices

SERVICES: Final[Mapping[str, str]] = MappingProxyType({"100001": SOFT, "100014": VDS})
"""Numbers of the world ``small`` that stand for any active service of a family."""
TARIFFS: Final[Mapping[str, str]] = MappingProxyType({"55227": SOFT, "6": VDS})
"""Tariffs of that world which stand for whatever is bought of a family."""

ADDRESSES: Final[Mapping[str, str]] = MappingProxyType({"192.0.2.10": SOFT})
"""Addresses of that world that are taken by one of these services."""


class NotHere(Exception):
    """An exchange cannot be asked of this seller; one line that says why."""


@dataclass(slots=True)
class Stock:
    """Services that were bought to be asked about, by family."""

    seller: Seller
    wishes: Wishes
    address: str = ""
    """Where the licence that is held stands."""
    _held: dict[str, int] = field(default_factory=dict)
    _never: dict[str, str] = field(default_factory=dict)
    _broken: dict[str, str] = field(default_factory=dict)
    _token: str = field(default_factory=lambda: secrets.token_hex(3))
    _shelf: Shelf | None = None
    _bought: int = 0

    def number(self, family: str) -> int:
        """An active service of a family, bought now if there is none.

        Raises NotHere where it may not be bought, CannotRun where it could not be.
        """
        if family in self._never:
            raise NotHere(self._never[family])
        if family in self._broken:
            raise CannotRun(self._broken[family])
        if family not in self._held:
            try:
                self._held[family] = self._buy(family)
            except (Withheld, NotSold) as reason:
                # A budget only shrinks: it is not asked for again.
                self._never[family] = f"needs a service of {family}: {reason}"
                raise NotHere(self._never[family]) from None
            except ResellerError as problem:
                # Nor is what failed done over and over again: every time may cost.
                self._broken[family] = f"a service of {family} could not be had: {problem}"
                raise CannotRun(self._broken[family]) from problem
        return self._held[family]

    def tariff(self, family: str) -> Tariff:
        """What is bought of a family. Raises NotHere."""
        try:
            return self.shelf.tariff(family)
        except NotSold as reason:
            raise NotHere(str(reason)) from None
        except ResellerError as problem:
            raise CannotRun(f"the price list could not be read: {problem}") from problem

    @property
    def shelf(self) -> Shelf:
        """The price list and free addresses."""
        if self._shelf is None:
            self._shelf = Shelf(self._client(), self.wishes.tariffs, self.wishes.addresses)
        return self._shelf

    def free_address(self) -> str:
        """An address nothing was ordered for in this run. Raises NotHere."""
        try:
            return self.shelf.address()
        except NotSold as reason:
            raise NotHere(str(reason)) from None

    def settle(self, func: str) -> None:
        """After something was done: what is held is active again, or held no longer."""
        for family, number in list(self._held.items()):
            try:
                if not self._active(family, number):
                    del self._held[family]
            except Missed:
                del self._held[family]
            except (ResellerError, Withheld) as problem:
                raise CannotRun(f"after {func}: {family} {number}: {problem}") from problem

    def _active(self, family: str, number: int) -> bool:
        with closing(self._client()) as client:
            if family == SOFT:
                if client.licenses.get(number).status is Status.SUSPENDED:
                    client.licenses.resume(number)
                shown = client.licenses.get(number)
                self.address = shown.ip
                return shown.status is Status.ACTIVE
            products = client.products(family)
            if products.wait_until_ready(number).status is Status.SUSPENDED:
                products.resume(number)
            return products.wait_until_ready(number).status is Status.ACTIVE

    def _buy(self, family: str) -> int:
        self._bought += 1
        named = f"judge-{self._token}-{family}{self._bought}"
        tariff = self.shelf.tariff(family)
        with closing(self._client()) as client:
            if family == SOFT:
                self.address = self.shelf.address()
                wish = LicenseOrder(tariff.id, self.address, "web-1", remoteid=named)
                return CustomReseller(client, today=self.seller.today).order(wish).id
            order = ServiceOrder(
                tariff.id,
                domain=f"{named}.example.com",
                ostempl=template_of(tariff),
                remoteid=named,
            )
            return CustomServices(client, family, today=self.seller.today).order(order).id

    def _client(self) -> Client:
        return client_at(self.seller, self.wishes)


def order_of(func: str, params: Mapping[str, str]) -> int:
    """In which turn to ask: what only looks first, what spends late, what deletes last."""
    if func.endswith(".delete"):
        return 3
    if spends(func, params):
        return 2
    return int(changes(func, params))

"""The money of a reselling BILLmanager: what customers paid, what sellers charged, what it expects.

Customers, sales and costs are those of the shop, one set of books for each account at a seller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reseller_client.resellers.billmanager.models import Action, Item, Operation, OperationState
from reseller_client.shop.store import SaleKind
from reseller_client.shop.storefront import Storefront

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.resellers.billmanager.running_store import RunningStore
    from reseller_client.resellers.billmanager.store import CatalogueStore
    from reseller_client.shop.margin import Margin
    from reseller_client.shop.prices import Exchange
    from reseller_client.shop.store import StorefrontStore

_KINDS: Final = MappingProxyType({Action.PROLONG: SaleKind.RENEWAL})


@dataclass(frozen=True, slots=True)
class SellerAccount:
    """An account at a seller, with the books of what is bought there. One for each reseller."""

    client: Client
    books: StorefrontStore


@dataclass(frozen=True, slots=True)
class Believed:
    """What an operation should have cost at the seller, in its currency; None: it does not tell."""

    on: date
    service_id: int
    amount: Decimal | None


class Books:
    """The shops of all accounts at sellers, by name."""

    def __init__(
        self,
        catalogue: CatalogueStore,
        running: RunningStore,
        sellers: Mapping[str, SellerAccount],
        exchange: Callable[[], Exchange],
    ) -> None:
        """Keep the rows, the accounts and the rates."""
        self._catalogue = catalogue
        self._running = running
        self._sellers = sellers
        self._exchange = exchange

    def prepare(self) -> None:
        """Create the tables that are not there yet."""
        for account in self._sellers.values():
            account.books.prepare()

    def account(self, seller: str) -> SellerAccount:
        """Return an account. Raises ValueError."""
        found = self._sellers.get(seller)
        if found is None:
            raise ValueError(f"there is no account at a seller named {seller}")
        return found

    def storefront(self, seller: str) -> Storefront:
        """Return the shop with the customers and the money of what is bought at a seller."""
        account = self.account(seller)
        return Storefront(account.client, account.books, exchange=self._exchange())

    def book(self, item: Item, operation: Operation) -> None:
        """Book what a customer paid, once the seller has taken it; again changes nothing."""
        if item.seller_id is None or (not operation.price and operation.action is not Action.OPEN):
            return
        shop = self.storefront(self._catalogue.module(item.module).seller)
        shop.sell(
            shop.customer(item.customer, item.ordered_on),
            item.seller_id,
            self._catalogue.sources(item.tariff)[item.module].id,
            on=operation.created_at.date(),
            price=operation.price,
            reference=f"operation-{operation.id}",
            kind=_KINDS.get(operation.action, SaleKind.SALE),
        )

    def collect_costs(self) -> int:
        """Read what every seller charged; returns how many charges are new."""
        return sum(self.storefront(seller).collect_costs() for seller in self._sellers)

    def margins(self, seller: str) -> tuple[Margin, ...]:
        """Return sold, cost and margin of each service in each month."""
        return self.storefront(seller).margins()

    def believed(self, seller: str) -> tuple[Believed, ...]:
        """Return what was bought of a seller, by its price list, to hold against its own ledger.

        A change of addons in the middle of a term has no amount: what it costs the list of
        expenses tells alone. What cost nothing is left out.
        """
        modules = {one.id for one in self._catalogue.modules() if one.seller == seller}
        items = {one.id: one for one in self._running.items() if one.module in modules}
        return tuple(
            Believed((one.sent_at or one.created_at).date(), number, one.cost)
            for one in self._running.operations(OperationState.MANUAL, OperationState.COMPLETED)
            if one.item in items
            and (number := items[one.item].seller_id) is not None
            and (one.cost is None or one.cost > 0)
        )

"""The money of a reselling BILLmanager: sales, costs, and the costs expected by price lists.

Customers, sales and costs are those of the shop, with one set of books for each account at a
seller.
"""

from __future__ import annotations

import warnings
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
    """An account at a seller, and the books of what is bought there."""

    client: Client
    books: StorefrontStore


@dataclass(frozen=True, slots=True)
class ExpectedCost:
    """What an operation should cost at the seller, in its currency; None if no list shows it."""

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
        """Keep the stores, the accounts and the exchange rates."""
        self._catalogue = catalogue
        self._running = running
        self._sellers = sellers
        self._exchange = exchange

    def prepare(self) -> None:
        """Create the tables that are not there yet."""
        for account in self._sellers.values():
            account.books.prepare()

    def account(self, seller: str) -> SellerAccount:
        """Return an account. Raises ValueError for an unknown name."""
        account = self._sellers.get(seller)
        if account is None:
            raise ValueError(f"there is no account at a seller named {seller}")
        return account

    def storefront(self, seller: str) -> Storefront:
        """Return the shop with the customers, sales and costs of what is bought at a seller."""
        account = self.account(seller)
        return Storefront(account.client, account.books, exchange=self._exchange())

    def book(self, item: Item, operation: Operation) -> None:
        """Record what a customer paid for an accepted operation; again changes nothing."""
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
        """Read the expenses of all accounts; returns how many charges are new."""
        return sum(self.storefront(seller).collect_costs() for seller in self._sellers)

    def margins(self, seller: str) -> tuple[Margin, ...]:
        """Return sales, cost and margin of each service in each month. Raises ValueError."""
        return self.storefront(seller).margins()

    def __getattr__(self, name: str) -> Callable[[str], tuple[ExpectedCost, ...]]:
        """Return `expected_costs` under its former name, with a DeprecationWarning."""
        if name != "believed":
            raise AttributeError(name)
        warnings.warn(
            "Books.believed() is now Books.expected_costs()", DeprecationWarning, stacklevel=2
        )
        return self.expected_costs

    def expected_costs(self, seller: str) -> tuple[ExpectedCost, ...]:
        """Return what was bought of a seller at its list prices, to compare with its expenses.

        A change of addons within a term has no amount, because only the list of expenses shows its
        cost. What cost nothing is left out.
        """
        modules = self._catalogue.modules_at(seller)
        items = {item.id: item for item in self._running.items() if item.module in modules}
        return tuple(
            ExpectedCost((done.sent_at or done.created_at).date(), number, done.cost)
            for done in self._running.operations(OperationState.MANUAL, OperationState.COMPLETED)
            if done.item in items
            and (number := items[done.item].seller_id) is not None
            and (done.cost is None or done.cost > 0)
        )

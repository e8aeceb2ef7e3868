"""Selling modules: baskets, payment, and one order at the seller for each module.

What a customer pays for is stored before the seller is called, under a unique id of our own. So a
panel that repeats a request, an answer that gets lost and a process that dies never buy a module
twice. The database is not locked during a call to the seller, and one thread or process at a time
calls the seller about a module.

Source: assumed, except the terms of modules at the seller (docs/trade.md section 8).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from reseller_client.errors import NotReady, Refused, ResellerError, SellerFault, TransportError
from reseller_client.modules.customers import ModuleCustomers
from reseller_client.modules.refusals import ShopRefusal, make_refusal
from reseller_client.modules.store import (
    LEASES,
    MODULES,
    ORDERS,
    Buyer,
    CustomerModule,
    ModuleState,
    ModuleStore,
)
from reseller_client.resellers.custom.modules import CustomModules
from reseller_client.services.ordering import ModuleOrder

if TYPE_CHECKING:
    from reseller_client.client import Client

NOTHING: Final = Decimal("0.00")
LEASE: Final = 3600.0
"""Seconds after which a process that calls the seller about a module is taken for dead."""


@dataclass(frozen=True, slots=True)
class ModuleBasket:
    """A customer's unpaid order; `number` is None where there is none."""

    number: int | None
    modules: tuple[CustomerModule, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the prices."""
        return sum((module.price for module in self.modules), NOTHING)


class ModuleSales(ModuleCustomers):
    """Sells modules for licenses to customers who pay in advance."""

    def __init__(
        self,
        store: ModuleStore,
        client: Client,
        *,
        today: Callable[[], date],
        currency: str,
        now: Callable[[], datetime],
    ) -> None:
        """Keep the store, the seller's client, the calendar, the clock and the currency."""
        super().__init__(store, today=today, currency=currency)
        self.now = now
        self._client = client
        self._seller = CustomModules(client)

    def put(
        self, buyer: Buyer, number: int, license: int, period: int, autoprolong: int | None
    ) -> CustomerModule:
        """Put product `number` in the customer's basket; the same once more changes nothing.

        Raises ShopRefusal for an unknown product or period, a license that is not the customer's,
        an edition that does not take the module, and a module that the license has already.
        """
        price, product = self.quote(number, period), self.product(number)
        self.check_license(buyer, license, product)
        with self.store.writing():
            existing = self.store.modules(
                MODULES.c.license == license,
                MODULES.c.intname == product.intname,
                MODULES.c.state != ModuleState.CLOSED,
            )
            if existing:
                same = (number, period) == (existing[0].product, existing[0].period)
                if existing[0].state is ModuleState.BASKET and same:
                    return existing[0]
                raise ShopRefusal("exists", "item", str(license), "The license has this module")
            values = {
                "buyer": buyer.id,
                "license": license,
                "product": number,
                "intname": product.intname,
                "period": period,
                "price": price,
                "autoprolong": period if autoprolong == period and period > 0 else None,
                "state": ModuleState.BASKET,
                "order_id": self._basket_number(buyer),
                "created_on": self.today(),
                "remoteid": f"pm-{uuid.uuid4().hex}",
            }
            module = self.store.add(MODULES, values)
        return self.module(buyer, module)

    def _basket_number(self, buyer: Buyer) -> int:
        unpaid = (ORDERS.c.buyer == buyer.id, ORDERS.c.state == "basket")
        for (number,) in self.store.rows(select(ORDERS.c.id).where(*unpaid)):
            return int(number)
        return self.store.add(ORDERS, {"buyer": buyer.id, "state": "basket"})

    def basket(self, buyer: Buyer) -> ModuleBasket:
        """Return the customer's unpaid order."""
        modules = self.store.modules(
            MODULES.c.buyer == buyer.id, MODULES.c.state == ModuleState.BASKET
        )
        return ModuleBasket(modules[0].order_id if modules else None, modules)

    def drop(self, buyer: Buyer, module: int | None = None) -> None:
        """Take one module out of the basket, or all.

        Raises ShopRefusal for a module that is not in the basket.
        """
        basket = self.basket(buyer)
        positions = [row.id for row in basket.modules if module in {None, row.id}]
        if module is not None and not positions:
            raise ShopRefusal("missed", "basket", str(module), "There is no such position")
        with self.store.writing():
            for number in positions:
                self.store.move(number, ModuleState.BASKET, ModuleState.CLOSED)

    def pay(self, buyer: Buyer, order: int) -> None:
        """Pay an order from the balance and open its modules; a paid order is not paid again.

        A module for which the seller's answer is lost stays `OPENING`, and `settle` goes on. Raises
        ShopRefusal for an unknown order and for too low a balance (nothing changed), and otherwise
        the first error of the seller (the customer is refunded, the other modules are opened).
        """
        of_order = MODULES.c.order_id == order
        with self.store.writing():
            own = (ORDERS.c.id == order, ORDERS.c.buyer == buyer.id)
            if not self.store.rows(select(ORDERS.c.state).where(*own)):
                raise ShopRefusal("missed", "billorder", str(order), "There is no such order")
            self._charge(buyer, self.store.modules(of_order, MODULES.c.state == ModuleState.BASKET))
            self.store.run(update(ORDERS).where(ORDERS.c.id == order).values(state="paid"))
        opening = self.store.modules(of_order, MODULES.c.state == ModuleState.OPENING)
        refusals = [refusal for module in opening if (refusal := self._open(module)) is not None]
        if refusals:
            raise refusals[0]

    def _charge(self, buyer: Buyer, modules: tuple[CustomerModule, ...]) -> None:
        self.check_balance(buyer, sum((module.price for module in modules), NOTHING))
        for module in modules:
            self.store.book(buyer.id, "sale", -module.price, self.today(), module.id)
            self.store.move(module.id, ModuleState.BASKET, ModuleState.OPENING)

    def _open(self, module: CustomerModule) -> ShopRefusal | None:
        """Order a module that is paid for at the seller, unless another process is doing so.

        Returns the error for the customer, after refunding; None also while the outcome is unknown.
        """
        with self._lease(module.id) as alone:
            if not alone or self.store.state(module.id) is not ModuleState.OPENING:
                return None
            order = ModuleOrder(
                self.product(module.product).tariff,
                module.license,
                module.period,
                remoteid=module.remoteid,
            )
            try:
                opened = self._seller.order(order)
            except (TransportError, NotReady, SellerFault):
                return None  # the outcome is unknown: `settle` asks again
            except Refused as refusal:
                return make_refusal(refusal) if self._refund(module) else None
            self.store.set_module(
                module.id,
                MODULES.c.state == ModuleState.OPENING,
                state=ModuleState.ACTIVE,
                number=opened.id,
                expires_on=opened.expires_on,
            )
        return None

    def _refund(self, module: CustomerModule) -> bool:
        """Refund a refused module, unless the seller has it.

        The error may have been about another request on the way, for example about a password that
        was changed between an order whose answer was lost and the search for it.
        """
        try:
            if self._client.modules.find(module.remoteid) is not None:
                return False
        except ResellerError:
            return False
        with self.store.writing():
            if self.store.move(module.id, ModuleState.OPENING, ModuleState.CLOSED):
                self.store.book(module.buyer, "refund", module.price, self.today(), module.id)
        return True

    @contextmanager
    def _lease(self, module: int) -> Iterator[bool]:
        """Be the only one who calls the seller about a module; False where another one does.

        Two prolongations sent at the same moment would both be carried out by the seller.
        """
        at = self.now().timestamp()
        mine = uuid.uuid4().hex
        values = {"who": mine, "until": at + LEASE}
        statement = insert(LEASES).values(module=module, **values)
        acquired = self.store.run(
            statement.on_conflict_do_update(
                index_elements=[LEASES.c.module], set_=values, where=LEASES.c.until <= at
            )
        ).rowcount
        try:
            yield bool(acquired)
        finally:
            if acquired:
                self.store.run(
                    delete(LEASES).where(LEASES.c.module == module, LEASES.c.who == mine)
                )

    def module(self, buyer: Buyer, number: int) -> CustomerModule:
        """Return one of the customer's modules. Raises ShopRefusal for any other number."""
        modules = self.store.modules(
            MODULES.c.id == number,
            MODULES.c.buyer == buyer.id,
            MODULES.c.state != ModuleState.CLOSED,
        )
        if not modules:
            raise ShopRefusal("missed", "item", str(number), "There is no such module")
        return modules[0]

"""How modules are sold: customers and licenses, prices, baskets, payment, one order at the seller.

What is wanted is written down before the seller is asked, under an id of our own, so that a panel
that repeats, an answer that gets lost and a shop that dies in between buy nothing twice. The
database is not locked while the seller is asked; one process at a time asks about one module.

Source: assumed, but for the terms of modules at the seller (docs/trade.md section 8).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from reseller_client.errors import NotReady, Refused, ResellerError, SellerFault, TransportError
from reseller_client.modules.customers import ModuleCustomers
from reseller_client.modules.refusals import ShopRefusal, passed_on
from reseller_client.modules.store import Buyer, Held, ModuleStore, State
from reseller_client.resellers.custom.modules import CustomModules
from reseller_client.services.module_models import ModuleOrder

if TYPE_CHECKING:
    from reseller_client.client import Client

NOTHING: Final = Decimal("0.00")
ASKING: Final = 3600.0
"""Seconds after which somebody who asks the seller about a module and never came back is dead."""


@dataclass(frozen=True, slots=True)
class Basket:
    """A customer's unpaid order; without a number there is none."""

    number: int | None
    modules: tuple[Held, ...]

    @property
    def total(self) -> Decimal:
        """What paying it costs."""
        return sum((one.price for one in self.modules), NOTHING)


class ModuleSales(ModuleCustomers):
    """Sells modules for licenses to customers who pay beforehand."""

    def __init__(
        self,
        store: ModuleStore,
        client: Client,
        *,
        today: Callable[[], date],
        currency: str,
        now: Callable[[], datetime],
    ) -> None:
        """Keep the rows, the client of the seller, the calendar, the clock and the currency."""
        super().__init__(store, today=today, currency=currency)
        self.now = now
        self._client = client
        self._seller = CustomModules(client)

    def put(
        self, buyer: Buyer, number: int, license: int, period: int, autoprolong: int | None
    ) -> Held:
        """Put a module in the customer's basket; the very same once more changes nothing.

        Raises ShopRefusal: unknown tariff or period, a license that is not the customer's, an
        edition that does not take it, a module that the license has.
        """
        price, product = self.quote(number, period), self.product(number)
        self.check_license(buyer, license, product)
        with self.store.writing():
            held = self.store.held(
                "licence = ? AND intname = ? AND state <> 'closed'", license, product.intname
            )
            if held:
                same = (number, period) == (held[0].product, held[0].period)
                if held[0].state is State.BASKET and same:
                    return held[0]
                raise ShopRefusal("exists", "item", str(license), "The license has this module")
            basket = self._basket_number(buyer)
            module = self.store.run(
                "INSERT INTO module_held (buyer, licence, product, intname, period, price,"
                " autoprolong, state, order_id, created_on, remoteid)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                buyer.id, license, number, product.intname, period, str(price),
                period if autoprolong == period and period > 0 else None, State.BASKET.value,
                basket, self.today().isoformat(), f"pm-{uuid.uuid4().hex}",
            )  # fmt: skip
        return self.module(buyer, module)

    def _basket_number(self, buyer: Buyer) -> int:
        found = self.store.rows(
            "SELECT id FROM module_order WHERE buyer = ? AND state = 'basket'", buyer.id
        )
        if found:
            return int(found[0][0])
        return self.store.run(
            "INSERT INTO module_order (buyer, state) VALUES (?, 'basket')", buyer.id
        )

    def basket(self, buyer: Buyer) -> Basket:
        """Return the customer's unpaid order."""
        modules = self.store.held("buyer = ? AND state = 'basket'", buyer.id)
        return Basket(modules[0].order_id if modules else None, modules)

    def drop(self, buyer: Buyer, module: int | None = None) -> None:
        """Take one module out of the basket, or all. Raises ShopRefusal."""
        chosen = [one.id for one in self.basket(buyer).modules if module in {None, one.id}]
        if module is not None and not chosen:
            raise ShopRefusal("missed", "basket", str(module), "There is no such position")
        with self.store.writing():
            for number in chosen:
                self.store.move(number, State.BASKET, State.CLOSED)

    def pay(self, buyer: Buyer, order: int) -> None:
        """Pay an order from the balance and have it opened; one that is paid is not paid again.

        A module of which the seller does not answer stays `OPENING`, and `settle` goes on. Raises
        ShopRefusal: no such order, too little money (nothing changed), or the first that the seller
        refused (the customer has its money back, the others are opened).
        """
        with self.store.writing():
            owner = self.store.rows(
                "SELECT state FROM module_order WHERE id = ? AND buyer = ?", order, buyer.id
            )
            if not owner:
                raise ShopRefusal("missed", "billorder", str(order), "There is no such order")
            waiting = self.store.held("order_id = ? AND state = 'basket'", order)
            self._charge(buyer, waiting)
            self.store.run("UPDATE module_order SET state = 'paid' WHERE id = ?", order)
        opening = self.store.held("order_id = ? AND state = 'opening'", order)
        refusals = [refusal for one in opening if (refusal := self._open(one)) is not None]
        if refusals:
            raise refusals[0]

    def _charge(self, buyer: Buyer, waiting: tuple[Held, ...]) -> None:
        total = sum((one.price for one in waiting), NOTHING)
        self.check_balance(buyer, total)
        for one in waiting:
            self.store.book(buyer.id, "sale", -one.price, self.today(), one.id)
            self.store.move(one.id, State.BASKET, State.OPENING)

    def _open(self, module: Held) -> ShopRefusal | None:
        """Have the seller open a module that is paid for, unless somebody is at it.

        Returns why it is refused, after paying back; None as well while nobody knows.
        """
        with self._asking(module.id) as alone:
            if not alone or self.store.state(module.id) is not State.OPENING:
                return None
            wish = ModuleOrder(
                self.product(module.product).tariff, module.license, module.period,
                remoteid=module.remoteid,
            )  # fmt: skip
            try:
                opened = self._seller.order(wish)
            except (TransportError, NotReady, SellerFault):
                return None  # nobody knows yet: `settle` asks again
            except Refused as refusal:
                return passed_on(refusal) if self._took_back(module) else None
            self.store.changed(
                "UPDATE module_held SET state = 'active', number = ?, expires_on = ?"
                " WHERE id = ? AND state = 'opening'",
                opened.id, opened.expires_on and opened.expires_on.isoformat(), module.id,
            )  # fmt: skip
        return None

    def _took_back(self, module: Held) -> bool:
        """Pay a refused module back, if the seller really has none.

        The refusal may have been of something else on the way, as of a password that was changed
        at the seller between an order whose answer got lost and the look for it.
        """
        try:
            if self._client.modules.find(module.remoteid) is not None:
                return False
        except ResellerError:
            return False
        with self.store.writing():
            if self.store.move(module.id, State.OPENING, State.CLOSED):
                self.store.book(module.buyer, "refund", module.price, self.today(), module.id)
        return True

    @contextmanager
    def _asking(self, module: int) -> Iterator[bool]:
        """Be the only one who asks the seller about a module; False where somebody else is.

        Two prolongations that are sent at the same moment would be two at the seller.
        """
        at = self.now().timestamp()
        mine = uuid.uuid4().hex
        taken = self.store.changed(
            "INSERT INTO module_asking (module, who, until) VALUES (?, ?, ?)"
            " ON CONFLICT (module) DO UPDATE SET who = excluded.who, until = excluded.until"
            " WHERE until <= ?",
            module, mine, at + ASKING, at,
        )  # fmt: skip
        try:
            yield bool(taken)
        finally:
            if taken:
                self.store.run(
                    "DELETE FROM module_asking WHERE module = ? AND who = ?", module, mine
                )

    def module(self, buyer: Buyer, number: int) -> Held:
        """Return one of the customer's modules. Raises ShopRefusal."""
        found = self.store.held("id = ? AND buyer = ? AND state <> 'closed'", number, buyer.id)
        if not found:
            raise ShopRefusal("missed", "item", str(number), "There is no such module")
        return found[0]

"""A reseller's shop of modules: takes the customer's money, and orders from the seller.

What is wanted is written down before the seller is asked, under an id of our own, so that a panel
that repeats, an answer that gets lost and a shop that dies in between buy nothing twice. Nothing is
locked while the seller is asked.

Source: assumed, but for the terms of modules at the seller (docs/trade.md section 8).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from reseller_client.errors import NotReady, Refused, ResellerError, TransportError
from reseller_client.module_models import ModuleOrder
from reseller_client.module_shop_store import Buyer, Entry, Held, ModuleStore, Product, State
from reseller_client.passwords import hashed
from reseller_client.resellers.custom_modules import CustomModules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reseller_client.client import Client

NOTHING: Final = Decimal("0.00")


class ShopRefusal(Exception):
    """What the shop does not do: `type`, `object` and `value` as an error of the API has them."""

    def __init__(self, type: str, object: str = "", value: str = "", text: str = "") -> None:
        """Keep the parts; `text` is for people."""
        super().__init__(text or f"{type} {object} {value}".strip())
        self.type, self.object, self.value = type, object, value


@dataclass(frozen=True, slots=True)
class Basket:
    """A customer's unpaid order; without a number there is none."""

    number: int | None
    modules: tuple[Held, ...]

    @property
    def total(self) -> Decimal:
        """What paying it costs."""
        return sum((one.price for one in self.modules), NOTHING)


class ModuleShop:
    """Sells modules for licences to customers who pay beforehand; `today` is its calendar."""

    def __init__(
        self, store: ModuleStore, client: Client, *, today: Callable[[], date], currency: str
    ) -> None:
        """Keep the rows, the client of the seller, the calendar and the currency of all prices."""
        self.store = store
        self.currency = currency
        self.today = today
        self._client = client
        self._seller = CustomModules(client)

    def add_customer(self, login: str, password: str, *, name: str = "") -> Buyer:
        """Take in a customer. Raises ValueError for a login that is taken."""
        if self.store.buyer("login", login) is not None:
            raise ValueError(f"there is a customer {login}")
        self.store.run(
            "INSERT INTO module_buyer (login, secret, name) VALUES (?, ?, ?)",
            login, hashed(password), name or login,
        )  # fmt: skip
        return self.customer(login)

    def customer(self, login: str) -> Buyer:
        """Return a customer. Raises KeyError."""
        found = self.store.buyer("login", login)
        if found is None:
            raise KeyError(login)
        return found

    def top_up(self, login: str, amount: Decimal) -> None:
        """Credit money that a customer paid in."""
        buyer = self.customer(login)
        with self.store.writing():
            self.store.book(buyer.id, "top-up", amount, self.today(), None)

    def add_licence(self, login: str, number: int, edition: str = "") -> None:
        """Tell which licence at the seller is whose, and its edition where modules mind it."""
        self.store.run(
            "INSERT OR REPLACE INTO module_licence VALUES (?, ?, ?)",
            number, self.customer(login).id, edition,
        )  # fmt: skip

    def offer(self, product: Product) -> None:
        """Sell a module from now on, or at other prices. What was sold keeps its price."""
        with self.store.writing():
            self.store.run(
                "INSERT OR REPLACE INTO module_product VALUES (?, ?, ?, ?, ?)",
                product.id, product.tariff, product.intname, product.name,
                " ".join(product.editions),
            )  # fmt: skip
            self.store.run("DELETE FROM module_price WHERE product = ?", product.id)
            for period, price in product.prices.items():
                self.store.run(
                    "INSERT INTO module_price VALUES (?, ?, ?)", product.id, period, str(price)
                )

    def product(self, number: int) -> Product:
        """Return what is sold under a number. Raises ShopRefusal."""
        found = next((one for one in self.store.products() if one.id == number), None)
        if found is None:
            raise ShopRefusal("value", "pricelist", str(number), "There is no such tariff")
        return found

    def quote(self, number: int, period: int) -> Decimal:
        """Return the price of a module for a period. Raises ShopRefusal."""
        prices = self.product(number).prices
        if period not in prices:
            raise ShopRefusal("value", "period", str(period), "The period is not sold")
        return prices[period]

    def put(
        self, buyer: Buyer, number: int, licence: int, period: int, autoprolong: int | None
    ) -> Held:
        """Put a module in the customer's basket; the very same once more changes nothing.

        Raises ShopRefusal: unknown tariff or period, a licence that is not the customer's, an
        edition that does not take it, a module that the licence has.
        """
        price, product = self.quote(number, period), self.product(number)
        self._check_licence(buyer, licence, product)
        with self.store.writing():
            held = self.store.held(
                "licence = ? AND intname = ? AND state <> 'closed'", licence, product.intname
            )
            if held:
                same = (number, period) == (held[0].product, held[0].period)
                if held[0].state is State.BASKET and same:
                    return held[0]
                raise ShopRefusal("exists", "item", str(licence), "The licence has this module")
            basket = self._basket_number(buyer)
            module = self.store.run(
                "INSERT INTO module_held (buyer, licence, product, intname, period, price,"
                " autoprolong, state, order_id, created_on, remoteid)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                buyer.id, licence, number, product.intname, period, str(price),
                period if autoprolong == period and period > 0 else None, State.BASKET.value,
                basket, self.today().isoformat(), f"pm-{uuid.uuid4().hex}",
            )  # fmt: skip
        return self.module(buyer, module)

    def _check_licence(self, buyer: Buyer, licence: int, product: Product) -> None:
        found = self.store.rows(
            "SELECT edition FROM module_licence WHERE number = ? AND buyer = ?", licence, buyer.id
        )
        if not found:
            raise ShopRefusal("missed", "item", str(licence), "There is no such licence")
        edition = found[0][0]
        if edition and product.editions and edition not in product.editions:
            raise ShopRefusal(
                "value", "pricelist", str(product.id), "This edition does not take the module"
            )

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
                self._close(number, State.BASKET)

    def pay(self, buyer: Buyer, order: int) -> None:
        """Pay an order from the balance and have it opened; one that is paid is not paid again.

        A module of which the seller does not answer stays `OPENING`, and `settle` goes on. Raises
        ShopRefusal: no such order, too little money (nothing changed), or what the seller refused
        (the customer has the money back).
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
        for module in self.store.held("order_id = ? AND state = 'opening'", order):
            self._open(module)

    def _charge(self, buyer: Buyer, waiting: tuple[Held, ...]) -> None:
        now = self.store.buyer("id", buyer.id) or buyer
        total = sum((one.price for one in waiting), NOTHING)
        if total > now.balance:
            raise ShopRefusal("not_enough_money", "", f"{total:.2f}", "Not enough money")
        for one in waiting:
            self.store.book(buyer.id, "sale", -one.price, self.today(), one.id)
            self._to(one.id, State.BASKET, State.OPENING)

    def _open(self, module: Held) -> None:
        """Have the seller open a module that is paid for: looks for it before it orders."""
        wish = ModuleOrder(
            self.product(module.product).tariff, module.licence, module.period,
            remoteid=module.remoteid,
        )  # fmt: skip
        try:
            opened = self._seller.order(wish)
        except (TransportError, NotReady):
            return  # nobody knows yet: `settle` asks again
        except Refused as refusal:
            with self.store.writing():
                if self._close(module.id, State.OPENING):
                    self.store.book(module.buyer, "refund", module.price, self.today(), module.id)
            raise ShopRefusal(*_passed_on(refusal)) from refusal
        self.store.changed(
            "UPDATE module_held SET state = 'active', number = ?, expires_on = ?"
            " WHERE id = ? AND state = 'opening'",
            opened.id, _text(opened.expires_on), module.id,
        )  # fmt: skip

    def settle(self) -> int:
        """Go on with what the seller never confirmed; returns how much is still open.

        What the seller refuses now is paid back; there is nobody left to be told.
        """
        for module in self.store.held("state = 'opening'"):
            try:
                self._open(module)
            except ShopRefusal:
                continue
        self._settle_renewals()
        return len(self.store.held("state = 'opening'"))

    def modules(self, buyer: Buyer) -> tuple[Held, ...]:
        """Return the customer's modules, newest first; what is open is settled before."""
        if self.store.held("buyer = ? AND state = 'opening'", buyer.id):
            self.settle()
        return self.store.held("buyer = ? AND state <> 'closed'", buyer.id)

    def module(self, buyer: Buyer, number: int) -> Held:
        """Return one of the customer's modules. Raises ShopRefusal."""
        found = self.store.held("id = ? AND buyer = ? AND state <> 'closed'", number, buyer.id)
        if not found:
            raise ShopRefusal("missed", "item", str(number), "There is no such module")
        return found[0]

    def set_autoprolong(self, buyer: Buyer, number: int, months: int | None) -> Held:
        """Renew by the module's own period at its end, or not: anything else is not."""
        module = self.module(buyer, number)
        kept = months if months == module.period and months > 0 else None
        self.store.run("UPDATE module_held SET autoprolong = ? WHERE id = ?", kept, number)
        return self.module(buyer, number)

    def prolong(self, buyer: Buyer, number: int, period: int) -> Held:
        """Sell a further term. Raises ShopRefusal; what the seller refuses is paid back.

        A silence of the seller leaves the term as it was until `settle` knows.
        """
        module = self.module(buyer, number)
        if module.expires_on is None or module.number is None:
            raise ShopRefusal("status", "item", str(number), "The module is not open yet")
        price = self.quote(module.product, period)
        with self.store.writing():
            begun = self.store.rows(
                "SELECT state FROM module_renewal WHERE module = ? AND before_on = ?",
                number, module.expires_on.isoformat(),
            )  # fmt: skip
            if not begun:
                now = self.store.buyer("id", buyer.id) or buyer
                if price > now.balance:
                    raise ShopRefusal("not_enough_money", "", f"{price:.2f}", "Not enough money")
                self.store.book(buyer.id, "renewal", -price, self.today(), number)
                self.store.run(
                    "INSERT INTO module_renewal VALUES (?, ?, ?, ?, 'begun')",
                    number, module.expires_on.isoformat(), period, str(price),
                )  # fmt: skip
        self._renew(module, period, price)
        return self.module(buyer, number)

    def _renew(self, module: Held, period: int, price: Decimal) -> None:
        """Have the seller prolong what is paid for; an end that moved already stays."""
        before = module.expires_on
        assert before is not None  # noqa: S101 - only what is open is prolonged
        assert module.number is not None  # noqa: S101 - the same
        key = (module.id, before.isoformat())
        try:
            renewal = self._seller.renew(module.number, period, ends_on=before)
        except TransportError:
            return
        except Refused as refusal:
            with self.store.writing():
                if self.store.changed(
                    "DELETE FROM module_renewal WHERE module = ? AND before_on = ?"
                    " AND state = 'begun'", *key,
                ):  # fmt: skip
                    self.store.book(module.buyer, "refund", price, self.today(), module.id)
            raise ShopRefusal(*_passed_on(refusal)) from refusal
        with self.store.writing():
            self.store.run(
                "UPDATE module_renewal SET state = 'done' WHERE module = ? AND before_on = ?", *key
            )
            self.store.run(
                "UPDATE module_held SET expires_on = ?, state = 'active' WHERE id = ?"
                " AND expires_on = ? AND state <> 'closed'",
                _text(renewal.ends_on), *key,
            )  # fmt: skip

    def _settle_renewals(self) -> None:
        for number, period, price in self.store.rows(
            "SELECT module, period, price FROM module_renewal WHERE state = 'begun'"
        ):
            for module in self.store.held("id = ? AND state <> 'closed'", number):
                try:
                    self._renew(module, period, Decimal(price))
                except ShopRefusal:
                    continue

    def renew_due(self, *, ahead: int = 1) -> tuple[Held, ...]:
        """Renew what ends within so many days, where its customer wants it; returns those renewed.

        Before the end, since what ended is suspended at the seller. What ended and is not paid
        for, or not wanted, is suspended here too. To be run daily.
        """
        today = self.today()
        last = (today + timedelta(days=ahead)).isoformat()
        renewed = []
        for module in self.store.held("state IN ('active', 'suspended') AND expires_on <= ?", last):
            buyer = self.store.buyer("id", module.buyer)
            try:
                if module.autoprolong is not None and buyer is not None:
                    renewed.append(self.prolong(buyer, module.id, module.autoprolong))
                    continue
            except ShopRefusal:
                pass  # the customer's money may come in time; if not, the end is the end
            if module.expires_on is not None and module.expires_on <= today:
                self._to(module.id, State.ACTIVE, State.SUSPENDED)
        return tuple(renewed)

    def delete(self, buyer: Buyer, number: int) -> None:
        """Give a module up; nothing is paid back. One in the basket leaves it.

        Raises ShopRefusal; ResellerError where the seller does not answer: then nothing changed.
        """
        module = self.module(buyer, number)
        if module.state is State.OPENING:
            raise ShopRefusal("operation", "item", str(number), "The module is being opened")
        if module.number is not None:
            try:
                self._seller.close(module.number)
            except Refused as refusal:
                raise ShopRefusal(*_passed_on(refusal)) from refusal
        self._close(number, module.state)

    def follow_seller(self) -> tuple[Held, ...]:
        """Close what the seller no longer has, as when its licence was closed; returns it.

        Raises ResellerError where the list cannot be read: then nothing is concluded.
        """
        there = {row.id for row in self._client.modules.list()}
        gone = [
            one
            for one in self.store.held("state IN ('active', 'suspended')")
            if one.number not in there
        ]
        for one in gone:
            self._close(one.id, one.state)
        return tuple(gone)

    def entries(self) -> tuple[Entry, ...]:
        """Return the money of all customers."""
        return self.store.entries()

    def costs(self) -> Mapping[int, Decimal]:
        """Return what the seller charged for each module of ours, by our number.

        Read off the seller's expenses, never computed. Raises ResellerError.
        """
        ours = {one.number: one.id for one in self.store.held("number IS NOT NULL")}
        costs: dict[int, Decimal] = {}
        for expense in self._client.payments.expenses():
            number = ours.get(expense.service_id)
            if number is not None and expense.amount is not None:
                costs[number] = costs.get(number, NOTHING) + expense.amount.amount
        return costs

    def _to(self, number: int, before: State, after: State) -> bool:
        moved = "UPDATE module_held SET state = ? WHERE id = ? AND state = ?"
        return bool(self.store.changed(moved, after.value, number, before.value))

    def _close(self, number: int, before: State) -> bool:
        return self._to(number, before, State.CLOSED)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _passed_on(refusal: ResellerError) -> tuple[str, str, str, str]:
    """What a customer is told of the seller's refusal: nothing of our money and our account."""
    kind = refusal.type if isinstance(refusal, Refused) else ""
    if kind in {"exists", "missed", "value", "status"}:
        return kind, "item", "", "The vendor does not sell this module for this licence"
    return "processing", "item", "", "The vendor does not sell it now"

"""A reseller's shop of modules: takes the customer's money, and orders from the seller.

    shop = ModuleShop(ModuleStore("modules.sqlite"), client, today=today, currency="EUR")

`sales` has the sale itself. Here is the life of a module after it: orders whose outcome is unknown,
further terms, the daily work, deletion.

Source: assumed, except the terms of modules at the seller (docs/trade.md section 8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update

from reseller_client.errors import Missed, Refused, ResellerError, SellerFault, TransportError
from reseller_client.modules.refusals import ShopRefusal, make_refusal
from reseller_client.modules.sales import NOTHING, ModuleBasket, ModuleSales
from reseller_client.modules.store import (
    MODULES,
    TERMS,
    Buyer,
    CustomerModule,
    Entry,
    ModuleState,
    ModuleStore,
)
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from reseller_client.client import Client

REPEATED: Final = 60.0
"""Seconds in which the same prolongation counts as a repetition (docs/modules.md section 6)."""
_BEGUN: Final = TERMS.c.state == "begun"
_OPENING: Final = MODULES.c.state == ModuleState.OPENING


@dataclass(frozen=True, slots=True)
class Term:
    """A further term that is paid for: `period` months after the end `before`, at `price`."""

    module: int
    before: date
    period: int
    price: Decimal

    @property
    def key(self) -> ColumnElement[bool]:
        """The condition that finds its row."""
        return (TERMS.c.module == self.module) & (TERMS.c.before == self.before)


def machine_clock() -> datetime:
    """Return the time of this machine: the default clock for sessions and locks."""
    return datetime.now(UTC)  # noqa: TID251 - the one default; a caller (every test) may give another


class ModuleShop(ModuleSales):
    """Sells modules for licenses to customers who pay in advance, and keeps them running.

    `today` returns the date of prices, terms and entries. `now` returns an aware time, by which
    sessions, locks of logins and repeated requests are counted in seconds.
    """

    def __init__(
        self,
        store: ModuleStore,
        client: Client,
        *,
        today: Callable[[], date],
        currency: str,
        now: Callable[[], datetime] = machine_clock,
    ) -> None:
        """Keep the store, the seller's client, the calendar, the clock and the currency."""
        super().__init__(store, client, today=today, currency=currency, now=now)

    def settle(self) -> int:
        """Ask the seller about everything it has not confirmed; returns how much is still open.

        What the seller refuses now is refunded; no customer waits for the error.
        """
        for module in self.store.modules(_OPENING):
            self._open(module)
        for term in self._terms(_BEGUN):
            self._renew(term)
        return len(self.store.modules(_OPENING)) + len(self._terms(_BEGUN))

    def modules(self, buyer: Buyer) -> tuple[CustomerModule, ...]:
        """Return the customer's modules, newest first, after settling what is open."""
        mine = MODULES.c.buyer == buyer.id
        for module in self.store.modules(mine, _OPENING):
            self._open(module)
        for term in self._terms(_BEGUN, TERMS.c.module.in_(select(MODULES.c.id).where(mine))):
            self._renew(term)
        return self.store.modules(mine, MODULES.c.state != ModuleState.CLOSED)

    def set_autoprolong(self, buyer: Buyer, number: int, months: int | None) -> CustomerModule:
        """Renew a module by its own period at its end; any other number of months is no renewal.

        Raises ShopRefusal for a module that is not the customer's.
        """
        module = self.module(buyer, number)
        renewal = months if months == module.period and months > 0 else None
        self.store.set_module(number, autoprolong=renewal)
        return self.module(buyer, number)

    def prolong(self, buyer: Buyer, number: int, period: int) -> CustomerModule:
        """Sell a further term; the same request again within a minute changes nothing.

        Raises ShopRefusal; what the seller refuses is refunded. Where the seller's answer is lost
        the end stays as it was until `settle` finds out; until then no further term is sold.
        """
        module = self.module(buyer, number)
        at = self.now().timestamp()
        repeated = self._terms(
            TERMS.c.module == number,
            TERMS.c.period == period,
            TERMS.c.requested_on == self.today(),
            TERMS.c.requested_at.between(at - REPEATED, at),
            TERMS.c.state == "done",
        )
        return module if repeated else self._sell_term(buyer, module, period, at)

    def _sell_term(
        self, buyer: Buyer, module: CustomerModule, period: int, at: float | None
    ) -> CustomerModule:
        if module.expires_on is None or module.number is None:
            raise ShopRefusal("status", "item", str(module.id), "The module is not open yet")
        term = Term(module.id, module.expires_on, period, self.quote(module.product, period))
        with self.store.writing():
            same_end = self.module(buyer, module.id).expires_on == module.expires_on
            if same_end and not self._terms(term.key):
                self.check_balance(buyer, term.price)
                self.store.book(buyer.id, "renewal", -term.price, self.today(), module.id)
                values = {
                    "module": term.module,
                    "before": term.before,
                    "period": term.period,
                    "price": term.price,
                    "state": "begun",
                    "requested_on": self.today(),
                    "requested_at": at,
                }
                self.store.add(TERMS, values)
        for refusal in [self._renew(begun) for begun in self._terms(term.key)]:
            if refusal is not None:
                raise refusal
        return self.module(buyer, module.id)

    def _terms(self, *conditions: ColumnElement[bool]) -> tuple[Term, ...]:
        columns = (TERMS.c.module, TERMS.c.before, TERMS.c.period, TERMS.c.price)
        return self.store.read(Term, select(*columns).where(*conditions))

    def _renew(self, term: Term) -> ShopRefusal | None:
        """Prolong at the seller what is paid for, unless its end has moved already.

        Returns the error for the customer, after refunding; None also while the outcome is unknown.
        """
        with self._lease(term.module) as alone:
            module = self.store.modules(MODULES.c.id == term.module)[0]
            if not alone or module.number is None or not self._terms(term.key, _BEGUN):
                return None
            try:
                renewal = self._seller.renew(module.number, term.period, ends_on=term.before)
            except (TransportError, SellerFault):
                return None
            except Refused as refusal:
                return make_refusal(refusal) if self._refund_term(module, term) else None
            with self.store.writing():
                self.store.run(update(TERMS).where(term.key).values(state="done"))
                self.store.set_module(
                    term.module,
                    MODULES.c.expires_on == term.before,
                    MODULES.c.state != ModuleState.CLOSED,
                    expires_on=renewal.ends_on,
                    state=ModuleState.ACTIVE,
                )
        return None

    def _refund_term(self, module: CustomerModule, term: Term) -> bool:
        """Refund a refused term, unless the end of the module at the seller has moved."""
        try:
            ends_on = self._client.modules.get(module.number or 0).expires_on
        except Missed:
            ends_on = None
        except ResellerError:
            return False
        if ends_on is not None and ends_on > term.before:
            return False
        with self.store.writing():
            self.store.run(delete(TERMS).where(term.key))
            self.store.book(module.buyer, "refund", term.price, self.today(), module.id)
        return True

    def renew_due(self, *, ahead: int = 1) -> tuple[CustomerModule, ...]:
        """Renew the modules that end within `ahead` days and are to be renewed; returns those.

        They are renewed before their end, because the seller suspends a module that has ended. A
        module that has ended and is not renewed, or not paid for, is suspended here too. To be
        called daily.
        """
        today = self.today()
        renewed = []
        for module in self.store.modules(
            MODULES.c.state.in_([ModuleState.ACTIVE, ModuleState.SUSPENDED]),
            MODULES.c.expires_on <= today + timedelta(days=ahead),
        ):
            after = self._renew_by_autoprolong(module)
            if after is None and module.expires_on is not None and module.expires_on <= today:
                self.store.move(module.id, ModuleState.ACTIVE, ModuleState.SUSPENDED)
            elif after is not None and after.expires_on != module.expires_on:
                renewed.append(after)
        return tuple(renewed)

    def _renew_by_autoprolong(self, module: CustomerModule) -> CustomerModule | None:
        buyer = self.store.buyer(module.buyer)
        if module.autoprolong is None or buyer is None:
            return None
        try:
            return self._sell_term(buyer, module, module.autoprolong, None)
        except ShopRefusal:
            return None  # the customer may still pay in; if not, the module ends

    def delete(self, buyer: Buyer, number: int) -> None:
        """Delete a module without a refund; one in the basket is taken out of it.

        Raises ShopRefusal, also while an order or prolongation of it is unconfirmed; ResellerError
        where the seller does not answer (nothing changed).
        """
        module = self.module(buyer, number)
        if module.state is ModuleState.BASKET:
            self.store.move(number, ModuleState.BASKET, ModuleState.CLOSED)
            return
        unconfirmed = (TERMS.c.module == number, _BEGUN)
        for term in self._terms(*unconfirmed):
            self._renew(term)
        still_open = self._terms(*unconfirmed)
        with self._lease(number) as alone:
            if module.number is None or still_open or not alone:
                raise ShopRefusal("operation", "item", str(number), "The module is being opened")
            try:
                self._seller.close(module.number)
            except Refused as refusal:
                raise make_refusal(refusal) from refusal
            self._close(number)

    def follow_seller(self) -> tuple[CustomerModule, ...]:
        """Close the modules that the seller no longer has, for example because their license ended.

        Returns them. An unconfirmed further term is refunded. Raises ResellerError where the
        seller's list cannot be read (nothing changed).
        """
        running = self.store.modules(
            MODULES.c.state.in_([ModuleState.ACTIVE, ModuleState.SUSPENDED])
        )
        listed = self._client.modules.list()
        there = {row.id for row in listed if row.status is not Status.DELETED}
        missing = (module for module in running if module.number not in there)
        gone = tuple(module for module in missing if self._is_gone(module))
        for module in gone:
            for term in self._terms(TERMS.c.module == module.id, _BEGUN):
                self._renew(term)
            self._close(module.id)
        return gone

    def _is_gone(self, module: CustomerModule) -> bool:
        """Ask for this one module: a list that is read page by page may skip a row."""
        try:
            return self._client.modules.get(module.number or 0).status is Status.DELETED
        except Missed:
            return True

    def entries(self) -> tuple[Entry, ...]:
        """Return the movements of all customers' balances, oldest first."""
        return self.store.entries()

    def costs(self) -> Mapping[int, Decimal]:
        """Return what the seller charged for each module, by our number, in the seller's currency.

        Summed from the seller's list of expenses. Raises ResellerError where it cannot be read.
        """
        modules = self.store.modules(MODULES.c.number.is_not(None))
        ours = {module.number: module.id for module in modules}
        costs: dict[int, Decimal] = {}
        for expense in self._client.payments.expenses():
            number = ours.get(expense.service_id)
            if number is not None and expense.amount is not None:
                costs[number] = costs.get(number, NOTHING) + expense.amount.amount
        return costs

    def _close(self, number: int) -> None:
        self.store.set_module(number, state=ModuleState.CLOSED)


__all__ = ["ModuleBasket", "ModuleShop", "ShopRefusal", "machine_clock"]

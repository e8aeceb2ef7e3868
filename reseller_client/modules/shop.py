"""A reseller's shop of modules: takes the customer's money, and orders from the seller.

    shop = ModuleShop(ModuleStore("modules.sqlite"), client, today=today, currency="EUR")

How modules are sold is `module_sales`; here is their life after that: what the seller never
confirmed, further terms, the daily round, deletion.

Source: assumed, but for the terms of modules at the seller (docs/trade.md section 8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from reseller_client.errors import Missed, Refused, ResellerError, SellerFault, TransportError
from reseller_client.modules.refusals import ShopRefusal, passed_on
from reseller_client.modules.sales import NOTHING, Basket, ModuleSales
from reseller_client.modules.store import Buyer, Entry, Held, ModuleStore, State
from reseller_client.transport.values import Status

if TYPE_CHECKING:
    from reseller_client.client import Client

REPEATED: Final = 60.0
"""Seconds in which the same prolongation asked again is the same (docs/modules.md section 6)."""


@dataclass(frozen=True, slots=True)
class Term:
    """A further term that is paid for: of a module, until when it runs before, by what."""

    module: int
    before: date
    period: int
    price: Decimal


def machine_clock() -> datetime:
    """The clock of this machine, by which sessions and locks last where nobody gives another."""
    return datetime.now(UTC)  # noqa: TID251 - the one default; a caller (every test) may give another


class ModuleShop(ModuleSales):
    """Sells modules for licenses to customers who pay beforehand, and keeps them running.

    `today` is the calendar of its prices, terms and entries; `now` is an aware moment, by which
    sessions of customers, locks of logins and repeated wishes are counted in seconds.
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
        """Keep what it is given."""
        super().__init__(store, client, today=today, currency=currency, now=now)

    def settle(self) -> int:
        """Go on with what the seller never confirmed; returns how much is still open.

        What the seller refuses now is paid back; there is nobody left to be told.
        """
        for module in self.store.held("state = 'opening'"):
            self._open(module)
        for term in self._terms("state = 'begun'"):
            self._renew(term)
        return len(self.store.held("state = 'opening'")) + len(self._terms("state = 'begun'"))

    def modules(self, buyer: Buyer) -> tuple[Held, ...]:
        """Return the customer's modules, newest first; what is open is settled before."""
        for module in self.store.held("buyer = ? AND state = 'opening'", buyer.id):
            self._open(module)
        mine = "state = 'begun' AND module IN (SELECT id FROM module_held WHERE buyer = ?)"
        for term in self._terms(mine, buyer.id):
            self._renew(term)
        return self.store.held("buyer = ? AND state <> 'closed'", buyer.id)

    def set_autoprolong(self, buyer: Buyer, number: int, months: int | None) -> Held:
        """Renew by the module's own period at its end, or not: anything else is not."""
        module = self.module(buyer, number)
        kept = months if months == module.period and months > 0 else None
        self.store.run("UPDATE module_held SET autoprolong = ? WHERE id = ?", kept, number)
        return self.module(buyer, number)

    def prolong(self, buyer: Buyer, number: int, period: int) -> Held:
        """Sell a further term, as the customer asks; asked again within a minute it is the same.

        Raises ShopRefusal; what the seller refuses is paid back. A silence of the seller leaves the
        end as it was until `settle` knows; until then nothing further is sold.
        """
        module = self.module(buyer, number)
        at = self.now().timestamp()
        repeated = self.store.rows(
            "SELECT 1 FROM module_term WHERE module = ? AND period = ? AND asked_on = ?"
            " AND asked_at BETWEEN ? AND ? AND state = 'done'",
            number, period, self.today().isoformat(), at - REPEATED, at,
        )  # fmt: skip
        return module if repeated else self._sell_term(buyer, module, period, at)

    def _sell_term(self, buyer: Buyer, module: Held, period: int, at: float | None) -> Held:
        if module.expires_on is None or module.number is None:
            raise ShopRefusal("status", "item", str(module.id), "The module is not open yet")
        price = self.quote(module.product, period)
        key = (module.id, module.expires_on.isoformat())
        with self.store.writing():
            begun = self._terms("module = ? AND before_on = ?", *key)
            if not begun and self.module(buyer, module.id).expires_on == module.expires_on:
                self.check_balance(buyer, price)
                self.store.book(buyer.id, "renewal", -price, self.today(), module.id)
                self.store.run(
                    "INSERT INTO module_term VALUES (?, ?, ?, ?, 'begun', ?, ?)",
                    *key, period, str(price), self.today().isoformat(), at,
                )  # fmt: skip
        refusals = [self._renew(term) for term in self._terms("module = ? AND before_on = ?", *key)]
        for refusal in refusals:
            if refusal is not None:
                raise refusal
        return self.module(buyer, module.id)

    def _terms(self, where: str, *values: object) -> tuple[Term, ...]:
        found = self.store.rows(
            f"SELECT module, before_on, period, price FROM module_term WHERE {where}",  # noqa: S608 - written in this file
            *values,
        )
        return tuple(
            Term(module, date.fromisoformat(day), period, Decimal(price))
            for module, day, period, price in found
        )

    def _renew(self, term: Term) -> ShopRefusal | None:
        """Have the seller prolong what is paid for; an end that moved already stays.

        Returns why it is refused, after paying back; None as well while nobody knows.
        """
        key = (term.module, term.before.isoformat())
        with self._asking(term.module) as alone:
            module = self.store.held("id = ?", term.module)[0]
            if not alone or module.number is None or not self._begun(key):
                return None
            try:
                ends_on = self._seller.renew(
                    module.number, term.period, ends_on=term.before
                ).ends_on
            except (TransportError, SellerFault):
                return None
            except Refused as refusal:
                return passed_on(refusal) if self._gave_back(module, term) else None
            with self.store.writing():
                self.store.run(
                    "UPDATE module_term SET state = 'done' WHERE module = ? AND before_on = ?", *key
                )
                self.store.run(
                    "UPDATE module_held SET expires_on = ?, state = 'active' WHERE id = ?"
                    " AND expires_on = ? AND state <> 'closed'",
                    ends_on.isoformat(), *key,
                )  # fmt: skip
        return None

    def _begun(self, key: tuple[int, str]) -> bool:
        return bool(self._terms("module = ? AND before_on = ? AND state = 'begun'", *key))

    def _gave_back(self, module: Held, term: Term) -> bool:
        """Pay a refused term back, if the seller's end of the module really did not move."""
        try:
            ends_on = self._client.modules.get(module.number or 0).expires_on
        except Missed:
            ends_on = None
        except ResellerError:
            return False
        if ends_on is not None and ends_on > term.before:
            return False
        with self.store.writing():
            self.store.run(
                "DELETE FROM module_term WHERE module = ? AND before_on = ?",
                term.module, term.before.isoformat(),
            )  # fmt: skip
            self.store.book(module.buyer, "refund", term.price, self.today(), module.id)
        return True

    def renew_due(self, *, ahead: int = 1) -> tuple[Held, ...]:
        """Renew what ends within so many days, where its customer wants it; returns those renewed.

        Before the end, since what ended is suspended at the seller. What ended and is not paid
        for, or not wanted, is suspended here too. To be run daily.
        """
        today = self.today()
        last = (today + timedelta(days=ahead)).isoformat()
        renewed = []
        for module in self.store.held("state IN ('active', 'suspended') AND expires_on <= ?", last):
            after = self._renewed(module)
            if after is None and module.expires_on is not None and module.expires_on <= today:
                self.store.move(module.id, State.ACTIVE, State.SUSPENDED)
            elif after is not None and after.expires_on != module.expires_on:
                renewed.append(after)
        return tuple(renewed)

    def _renewed(self, module: Held) -> Held | None:
        buyer = self.store.buyer("id", module.buyer)
        if module.autoprolong is None or buyer is None:
            return None
        try:
            return self._sell_term(buyer, module, module.autoprolong, None)
        except ShopRefusal:
            return None  # the customer's money may come in time; if not, the end is the end

    def delete(self, buyer: Buyer, number: int) -> None:
        """Give a module up; nothing is paid back. One in the basket leaves it.

        Raises ShopRefusal, also while the seller has not said whether it opened or prolonged it;
        ResellerError where the seller does not answer: then nothing changed.
        """
        module = self.module(buyer, number)
        if module.state is State.BASKET:
            self.store.move(number, State.BASKET, State.CLOSED)
            return
        for term in self._terms("module = ? AND state = 'begun'", number):
            self._renew(term)
        open_still = self._terms("module = ? AND state = 'begun'", number)
        with self._asking(number) as alone:
            if module.number is None or open_still or not alone:
                raise ShopRefusal("operation", "item", str(number), "The module is being opened")
            try:
                self._seller.close(module.number)
            except Refused as refusal:
                raise passed_on(refusal) from refusal
            self._close(number)

    def follow_seller(self) -> tuple[Held, ...]:
        """Close what the seller no longer has, as when its license was closed; returns it.

        A term of it that was never confirmed is paid back. Raises ResellerError where the list
        cannot be read: then nothing is concluded.
        """
        known = self.store.held("state IN ('active', 'suspended')")
        there = {row.id for row in self._client.modules.list() if row.status is not Status.DELETED}
        missing = (one for one in known if one.number not in there)
        gone = tuple(one for one in missing if self._is_gone(one))
        for one in gone:
            for term in self._terms("module = ? AND state = 'begun'", one.id):
                self._renew(term)
            self._close(one.id)
        return gone

    def _is_gone(self, module: Held) -> bool:
        """Ask for the one: a list that is read in pages may skip a row."""
        try:
            return self._client.modules.get(module.number or 0).status is Status.DELETED
        except Missed:
            return True

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

    def _close(self, number: int) -> None:
        self.store.run("UPDATE module_held SET state = 'closed' WHERE id = ?", number)


__all__ = ["Basket", "ModuleShop", "ShopRefusal", "machine_clock"]

"""A reselling BILLmanager: imported tariffs, one item and operations on it, events that are pulled.

The same course for all three trades: to a BILLmanager they are product types.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from contracts.journeys.catalogue_view import ADDITION, SOFT, VDS, month_of, more_of
from contracts.journeys.custom_modules import MODULES
from contracts.journeys.custom_services import template_of
from contracts.journeys.journey import NOTHING, JourneyStep, Step, Unreached
from contracts.journeys.resale_steps import (
    CHANGING,
    DELETING,
    MONEY,
    ORDERING,
    PROLONGING,
    READING,
    REFUSING,
    SWITCHING,
    Life,
)
from contracts.target.spending_guard import CallBlocked
from contracts.verdicts import DOCUMENTED
from reseller_client import LicenseOrder, NotUnderstood
from reseller_client.errors import Refusal, refused
from reseller_client.resellers import (
    BillmanagerReseller,
    CustomReseller,
    ProcessingModule,
    SellerAccount,
)
from reseller_client.resellers.billmanager.models import Action, Operation, OperationState
from reseller_client.shop.store import StorefrontStore

SELLER: Final = "judged"
PULLS: Final = 12
"""So many pulls of events, an hour of cron, an operation may take."""
NOON: Final = time(12, tzinfo=UTC)
_FUNCTIONS: Final = {Action.CLOSE: "delete", Action.SETPARAM: "edit"}
CUSTOMER: Final = "customer"


@dataclass(slots=True)
class Billmanager(Life):
    """One item of a reselling BILLmanager. ``licence``: what carries it, where it is a module."""

    license: int = 0
    item: int = 0
    own: int = 0
    kept_back: bool = False
    books: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:"))
    _reseller: BillmanagerReseller | None = field(default=None, repr=False)
    _waited: timedelta = timedelta(0)

    def steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        module = self.family == ADDITION
        connecting = (DOCUMENTED, "docs/resale.md section 3: a processing module, its tariffs")
        before = (
            (JourneyStep("licence", self.buy_license, *ORDERING, needed=True),) if module else ()
        )
        after = (
            (JourneyStep("delete its license", self.delete_license, *DELETING),) if module else ()
        )
        return (
            JourneyStep("price", self.price, *READING, needed=True),
            JourneyStep("connect", self.connect, *connecting, needed=True),
            *before,
            JourneyStep("order", self.order, *(MODULES if module else ORDERING), needed=True),
            JourneyStep("refused prolongation", self.refused, *REFUSING),
            JourneyStep("prolong", self.prolong, *PROLONGING),
            *self._of_its_trade(),
            JourneyStep("delete", self.delete, *DELETING),
            JourneyStep("prolong what is deleted", self.not_prolonged, *REFUSING),
            *after,
            JourneyStep("ledger", self.ledger, *MONEY),
        )

    def _of_its_trade(self) -> tuple[JourneyStep, ...]:
        resize = (DOCUMENTED, "docs/resale.md section 2.6: what is dearer is paid at once")
        switch = (
            JourneyStep("suspend", self.suspend, *SWITCHING),
            JourneyStep("resume", self.resume, *SWITCHING),
        )
        if self.family == SOFT:
            return (JourneyStep("re-address", self.readdress, *CHANGING, seldom=True), *switch)
        return (*switch, JourneyStep("resize", self.resize, *resize)) if self.family == VDS else ()

    @property
    def reseller(self) -> BillmanagerReseller:
        """The BILLmanager; its clock is the seller's day, and moves while it waits."""
        if self._reseller is None:
            account = SellerAccount(self.client, StorefrontStore(self.books))
            self._reseller = BillmanagerReseller(self.books, {SELLER: account}, now=self._now)
            self._reseller.prepare()
        return self._reseller

    def connect(self, step: Step) -> None:
        """The connection is tested, the tariff imported, and nothing is bought by that."""
        module = self.reseller.add_module(ProcessingModule(0, self.family, SELLER, "judged"))
        periods = {price.length for price in self.tariff.prices}
        self.reseller.catalogue.set_periods(tuple(sorted(periods)))
        own = self.reseller.tariffs.import_tariff(module.id, self.tariff.id)
        self.reseller.tariffs.enable(own.id)
        self.own = own.id
        step.says.append(f"tariff {self.tariff.id} is imported as {own.id}")

    def buy_license(self, step: Step) -> None:
        """The license that is to carry the module."""
        sold = self.context.catalogue.tariff(SOFT)
        step.cost = month_of(sold) or NOTHING
        wish = LicenseOrder(
            sold.id, self.context.catalogue.address(), licname="web-4", remoteid=self.remoteid("b")
        )
        self.license = self._licenses.order(wish).id
        self.spent += step.cost

    def order(self, step: Step) -> None:
        """The operation ``open``."""
        operation = self.reseller.order(CUSTOMER, self.own, params=self._params())
        self.item = operation.item
        self._completed(operation)
        number = self.reseller.running.item(self.item).seller_id
        if number is None:
            raise NotUnderstood("the operation is completed, and its service has no number")
        self.bought(step, number, self.month)

    def prolong(self, step: Step) -> None:
        """The operation ``prolong``."""
        self.prolonged(step, self._prolonged, self.month)

    def readdress(self, step: Step) -> None:
        """The operation ``setparam`` with another address."""
        wanted = self.context.catalogue.address()
        self._run(lambda: self.reseller.set_params(self.item, params={"ip": wanted}))
        step.must("its address", self.client.licenses.get(self.number).ip, wanted)

    def resize(self, step: Step) -> None:
        """The operation ``setparam`` with more of a resource, for what was told before."""
        addon, amount = more_of(self.tariff)
        told = self.client.products(VDS).resize_quote(self.number, {addon.id: amount})
        step.cost = NOTHING if told is None else told.amount
        wanted = {addon.intname: amount}
        self._run(lambda: self.reseller.set_params(self.item, addons=wanted, price=step.cost))
        self.spent += step.cost
        shown = self.client.products(VDS).get(self.number)
        step.must(f"its {addon.name}", shown.addons.get(addon.id), str(amount))

    def suspend(self, step: Step) -> None:
        """The operation ``suspend``."""
        self.switched_off(step, lambda: self._run(lambda: self.reseller.suspend(self.item)))

    def resume(self, step: Step) -> None:
        """The operation ``resume``."""
        self.switched_on(step, lambda: self._run(lambda: self.reseller.resume(self.item)))

    def delete(self, step: Step) -> None:
        """The operation ``close``."""
        self.deleted(step, lambda: self._run(lambda: self.reseller.close(self.item)))

    def delete_license(self, step: Step) -> None:
        """Gives the license up as well."""
        self._licenses.cancel(self.license)
        living = {row.id for row in self.client.licenses.list()}
        step.must("the license is in the list", self.license in living, wanted=False)

    def ledger(self, step: Step) -> None:
        """All that was bought, to the cent."""
        numbers = {self.number, self.license} - {0}
        self.charged(step, numbers, self.spent)
        self.books.close()

    @property
    def _licenses(self) -> CustomReseller:
        return CustomReseller(self.client, today=self.context.today)

    def _params(self) -> Mapping[str, str]:
        if self.family == SOFT:
            return {"ip": self.context.catalogue.address(), "licname": "web-5"}
        if self.family == ADDITION:
            return {"item": str(self.license)}
        named = {"domain": f"{self.remoteid('b')}.example.com"}
        system = template_of(self.tariff)
        return {**named, "ostempl": system} if system else named

    def _prolonged(self) -> date | None:
        self._run(lambda: self.reseller.prolong(self.item))
        return self.reseller.running.item(self.item).seller_expires_on

    def _run(self, start: Callable[[], Operation]) -> None:
        """One operation from start to end. One that was kept back keeps the item to itself."""
        if self.kept_back:
            raise Unreached("the operation before it was not sent, and still runs on the item")
        try:
            self._completed(start())
        except CallBlocked:
            self.kept_back = True
            raise

    def _completed(self, operation: Operation) -> None:
        """Lets cron run until it is over. Raises the refusal it failed by, or NotUnderstood."""
        for _ in range(PULLS):
            now = self.reseller.running.operation(operation.id)
            if now.state is OperationState.COMPLETED:
                return
            if now.state is OperationState.FAILED and now.reason is not None:
                told = Refusal(now.reason.type, now.reason.object, now.reason.message)
                raise refused(told, f"{self.family}.{_FUNCTIONS.get(now.action, now.action)}")
            self._waited += timedelta(minutes=5)
            self.client.retry_policy.wait(self.client.retry_policy.pause)
            self.reseller.tick()
        raise NotUnderstood(f"operation {operation.action} is not over after {PULLS} pulls")

    def _now(self) -> datetime:
        return datetime.combine(self.context.today(), NOON) + self._waited

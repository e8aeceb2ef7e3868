"""A reselling BILLmanager: imported tariffs, one item with operations, pulled events.

The same journey for licenses, servers and modules: to a BILLmanager they are product types.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from contracts.journeys.catalogue_view import (
    ADDITION,
    SOFT,
    VDS,
    choose_larger_amount,
    choose_template,
)
from contracts.journeys.journey import NOTHING, JourneyStep, StepRecord, Unreached
from contracts.journeys.service_journey import (
    ServiceJourney,
)
from contracts.target.spending_guard import CallBlocked
from reseller_client import NotUnderstood
from reseller_client.errors import Refusal, refused
from reseller_client.resellers import BillmanagerReseller, ProcessingModule, SellerAccount
from reseller_client.resellers.billmanager.models import Action, Operation, OperationState
from reseller_client.shop.store import StorefrontStore

SELLER: Final = "judged"
MAX_PULLS: Final = 12
"""How often events are pulled for one operation: an hour of cron."""
NOON: Final = time(12, tzinfo=UTC)
_FUNCTIONS: Final = {Action.CLOSE: "delete", Action.SETPARAM: "edit"}
CUSTOMER: Final = "customer"


@dataclass(slots=True)
class BillmanagerJourney(ServiceJourney):
    """One item of a reselling BILLmanager.

    ``tariff_id`` is the imported tariff. ``blocked``: an operation was not sent and still runs.
    """

    item: int = 0
    tariff_id: int = 0
    blocked: bool = False
    database: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:"))
    _reseller: BillmanagerReseller | None = field(default=None, repr=False)
    _waited: timedelta = timedelta(0)

    def list_steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        module = self.family == ADDITION
        carrier = (JourneyStep("licence", self.buy_carrier, needed=True),)
        no_carrier = (JourneyStep("delete its licence", self.delete_carrier),)
        return (
            JourneyStep("price", self.read_price, needed=True),
            JourneyStep("connect", self.connect, needed=True),
            *(carrier if module else ()),
            JourneyStep("order", self.order, needed=True),
            JourneyStep("refused prolongation", self.try_unsold_period),
            JourneyStep("prolong", self.prolong),
            *self._changes(),
            JourneyStep("delete", self.delete),
            JourneyStep("prolong what is deleted", self.prolong_deleted),
            *(no_carrier if module else ()),
            JourneyStep("ledger", self.check_ledger),
        )

    def _changes(self) -> tuple[JourneyStep, ...]:
        switching = (
            JourneyStep("suspend", self.suspend),
            JourneyStep("resume", self.resume),
        )
        if self.family == SOFT:
            return (JourneyStep("re-address", self.readdress, seldom=True), *switching)
        if self.family == VDS:
            return (*switching, JourneyStep("resize", self.resize))
        return ()

    @property
    def reseller(self) -> BillmanagerReseller:
        """The BILLmanager; its clock is the seller's day, and moves while it waits."""
        if self._reseller is None:
            account = SellerAccount(self.client, StorefrontStore(self.database))
            self._reseller = BillmanagerReseller(self.database, {SELLER: account}, now=self._now)
            self._reseller.prepare()
        return self._reseller

    def connect(self, step: StepRecord) -> None:
        """Tests the connection and imports the tariff, which buys nothing."""
        module = self.reseller.add_module(ProcessingModule(0, self.family, SELLER, "judged"))
        periods = {price.length for price in self.tariff.prices}
        self.reseller.catalogue.set_periods(tuple(sorted(periods)))
        imported = self.reseller.tariffs.import_tariff(module.id, self.tariff.id)
        self.reseller.tariffs.enable(imported.id)
        self.tariff_id = imported.id
        step.says.append(f"tariff {self.tariff.id} is imported as {imported.id}")

    def place_order(self) -> int:
        """The operation ``open``. Raises NotUnderstood if its service has no number."""
        operation = self.reseller.order(CUSTOMER, self.tariff_id, params=self._params())
        self.item = operation.item
        self._complete(operation)
        number = self.reseller.running.item(self.item).seller_id
        if number is None:
            raise NotUnderstood("the operation is completed, and its service has no number")
        return number

    def renew(self) -> date | None:
        """The operation ``prolong``."""
        self._run(lambda: self.reseller.prolong(self.item))
        return self.reseller.running.item(self.item).seller_expires_on

    def suspend_service(self) -> None:
        """The operation ``suspend``."""
        self._run(lambda: self.reseller.suspend(self.item))

    def resume_service(self) -> None:
        """The operation ``resume``."""
        self._run(lambda: self.reseller.resume(self.item))

    def delete_service(self) -> None:
        """The operation ``close``."""
        self._run(lambda: self.reseller.close(self.item))

    def readdress(self, step: StepRecord) -> None:
        """The operation ``setparam`` with another address."""
        address = self.context.catalogue.take_address()
        self._run(lambda: self.reseller.set_params(self.item, params={"ip": address}))
        step.expect("its address", self.client.licenses.get(self.number).ip, address)

    def resize(self, step: StepRecord) -> None:
        """The operation ``setparam`` with more of a resource, for the price that was quoted."""
        addon, amount = choose_larger_amount(self.tariff)
        quote = self.client.products(VDS).resize_quote(self.number, {addon.id: amount})
        step.cost = NOTHING if quote is None else quote.amount
        addons = {addon.intname: amount}
        self._run(lambda: self.reseller.set_params(self.item, addons=addons, price=step.cost))
        self.spent += step.cost
        form = self.client.products(VDS).get(self.number)
        step.expect(f"its {addon.name}", form.addons.get(addon.id), str(amount))

    def check_ledger(self, step: StepRecord) -> None:
        """The list of expenses agrees to the cent with what the steps have cost."""
        ServiceJourney.check_ledger(self, step)
        self.database.close()

    def _params(self) -> Mapping[str, str]:
        if self.family == SOFT:
            return {"ip": self.context.catalogue.take_address(), "licname": "web-5"}
        if self.family == ADDITION:
            return {"item": str(self.carrier)}
        params = {"domain": f"{self.make_remoteid('b')}.example.com"}
        template = choose_template(self.tariff)
        return {**params, "ostempl": template} if template else params

    def _run(self, start: Callable[[], Operation]) -> None:
        """Runs one operation to its end. Raises Unreached if a blocked one still runs."""
        if self.blocked:
            raise Unreached("the operation before it was not sent, and still runs on the item")
        try:
            self._complete(start())
        except CallBlocked:
            self.blocked = True
            raise

    def _complete(self, operation: Operation) -> None:
        """Runs cron until an operation is over.

        Raises the refusal by which it failed, or NotUnderstood if it does not end.
        """
        for _ in range(MAX_PULLS):
            now = self.reseller.running.operation(operation.id)
            if now.state is OperationState.COMPLETED:
                return
            if now.state is OperationState.FAILED and now.reason is not None:
                refusal = Refusal(now.reason.type, now.reason.object, now.reason.message)
                raise refused(refusal, f"{self.family}.{_FUNCTIONS.get(now.action, now.action)}")
            self._waited += timedelta(minutes=5)
            self.client.retry_policy.wait(self.client.retry_policy.pause)
            self.reseller.tick()
        raise NotUnderstood(f"operation {operation.action} is not over after {MAX_PULLS} pulls")

    def _now(self) -> datetime:
        return datetime.combine(self.context.today(), NOON) + self._waited

"""WHMCS with the vendor's module: licenses by the month, never deleted, and nothing else.

What it cannot resell it refuses before it calls the seller; `refusals` shows that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from contracts.journeys.catalogue_view import SOFT
from contracts.journeys.journey import OUT, JourneyStep, StepRecord, Unreached
from contracts.journeys.service_journey import (
    ServiceJourney,
)
from contracts.verdicts import DOCUMENTED, Cell, Outcome, Verdict
from reseller_client import NotPossible, Status
from reseller_client.resellers import (
    FREE_ADDRESS,
    FREE_NAME,
    Hosted,
    MemoryStore,
    WhmcsReseller,
)

SYSTEM: Final = "whmcs"
_SERVICE: Final = 7
"""The number of the customer's service in WHMCS."""
_REFUSES: Final = {
    "services": WhmcsReseller.order_service,
    "modules": WhmcsReseller.order_module,
}


def check_refusals(trade: str) -> Iterator[Verdict]:
    """A verdict that this way of reselling refuses what it cannot do."""
    name = f"flow/{SYSTEM}/{trade}/order"
    try:
        _REFUSES[trade](trade)
    except NotPossible as refusal:
        messages = (str(refusal),)
        outcome = Outcome.PASS
    else:
        messages = ("WHMCS is said not to resell it, and did not refuse",)
        outcome = Outcome.FAIL
    yield Verdict(
        name=name,
        out=OUT,
        outcome=outcome,
        evidence=DOCUMENTED,
        messages=messages,
        source="docs/resale.md section 3: the vendor's table of reselling ways",
        cells=frozenset({Cell(SYSTEM, trade)}),
        about=f"WHMCS says that it cannot resell {trade}.",
        cost="The shop takes an order, and the money for it, that its module can never carry out.",
    )


@dataclass(slots=True)
class WhmcsJourney(ServiceJourney):
    """One license, by the calls that WHMCS makes of its module.

    ``ahead``: how far the calendar of WHMCS is ahead of the seller's.
    """

    family: str = SOFT
    key: str = ""
    address: str = ""
    licname: str = "web-6"
    ahead: timedelta = timedelta(0)
    store: MemoryStore = field(default_factory=MemoryStore)
    due_on: date | None = None

    def list_steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        return (
            JourneyStep("price", self.read_price, needed=True),
            JourneyStep("order", self.order, needed=True),
            JourneyStep("rename", self.rename, seldom=True),
            JourneyStep("new key", self.replace_key, seldom=True),
            JourneyStep("prolong", self.prolong),
            JourneyStep("suspend", self.suspend),
            JourneyStep("resume", self.resume),
            JourneyStep("put in the pool", self.put_in_pool, seldom=True),
            JourneyStep("take from the pool", self.take_from_pool, seldom=True),
            JourneyStep("delete", self.delete),
            JourneyStep("ledger", self.check_ledger),
        )

    @property
    def module(self) -> WhmcsReseller:
        """The module with its table of licenses."""
        return WhmcsReseller(self.client, self.store, today=self._today)

    def place_order(self) -> int:
        """``CreateAccount`` with an empty pool orders a license."""
        self.address = self.address or self.context.catalogue.take_address()
        delivery = self.module.create_account(self._hosted())
        self.key, self.due_on = delivery.key, delivery.due_on
        return delivery.license_id

    def order(self, step: StepRecord) -> None:
        """Orders it: the customer gets its key and a due date."""
        ServiceJourney.order(self, step)
        step.expect("the due date it is given", self.due_on, self.ends_on)
        step.expect("its key begins with", self.key.partition("-")[0], str(self.number))

    def rename(self, step: StepRecord) -> None:
        """Name, address and id are written again."""
        self.address, self.licname = self.context.catalogue.take_address(), "web-7"
        form = self.module.change_params(self._hosted())
        step.expect("its name", form.licname, self.licname)
        step.expect("its address", form.ip, self.address)
        step.expect("its key", self.client.licenses.get(self.number).key, self.key)

    def replace_key(self, step: StepRecord) -> None:
        """Replaces its key by another one."""
        key = self.module.new_key(self._hosted())
        step.expect("it is another key", key != self.key, expected=True)
        self.key = key

    def renew(self) -> date | None:
        """The daily run of the day before the license is due buys another month."""
        self.ahead = self.ends_on - timedelta(days=1) - self.context.today()
        try:
            self.module.daily_run()
        finally:
            self.ahead = timedelta(0)
        return next(row.due_on for row in self.store.rows() if row.license_id == self.number)

    def suspend_service(self) -> None:
        """``SuspendAccount``."""
        self.module.suspend_account(self._hosted())

    def resume_service(self) -> None:
        """``UnsuspendAccount`` within the term."""
        self.module.unsuspend_account(self._hosted())

    def delete_service(self) -> None:
        """WHMCS never deletes; its operator does, by hand."""
        self.client.licenses.delete(self.number)

    def put_in_pool(self, step: StepRecord) -> None:
        """``TerminateAccount`` deletes nothing: the license waits for its next user."""
        self.module.terminate_account(self._hosted())
        self.expect_suspended(step)
        form = self.client.licenses.get(self.number)
        step.expect("its name", form.licname, FREE_NAME)
        step.expect("its address", form.ip, FREE_ADDRESS)

    def take_from_pool(self, step: StepRecord) -> None:
        """The next ``CreateAccount`` takes it and buys nothing. Raises Unreached."""
        if any(row.service_id is not None for row in self.store.rows()):
            raise Unreached("the license was not put in the pool")
        self.address, self.licname = self.context.catalogue.take_address(), "web-8"
        delivery = self.module.create_account(self._hosted())
        step.expect("the license", delivery.license_id, self.number)
        step.expect("its state", self.read().status, Status.ACTIVE)

    def _today(self) -> date:
        return self.context.today() + self.ahead

    def _hosted(self) -> Hosted:
        return Hosted(_SERVICE, self.address, self.licname, self.tariff.id)

"""WHMCS with the vendor's module: licenses by the month, never deleted, and nothing else.

What it cannot resell it refuses before anything is asked of a seller; that is shown as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Self

from contracts.journeys.catalogue_view import SOFT
from contracts.journeys.journey import OUT, JourneyContext, JourneyStep, Step, Unreached
from contracts.journeys.resale_steps import (
    CHANGING,
    DELETING,
    MONEY,
    ORDERING,
    PROLONGING,
    READING,
    SWITCHING,
    Life,
)
from contracts.verdicts import DOCUMENTED, OBSERVED, Cell, Outcome, Verdict
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


def refusals(trade: str) -> Iterator[Verdict]:
    """What this way of reselling cannot do at all, told by its own refusal."""
    name = f"flow/{SYSTEM}/{trade}/order"
    source = "docs/resale.md section 3: the vendor's table of reselling ways"
    cells = frozenset({Cell(SYSTEM, trade)})
    try:
        _REFUSES[trade](trade)
    except NotPossible as refusal:
        told = (str(refusal),)
        yield Verdict(name, OUT, Outcome.PASS, DOCUMENTED, told, source=source, cells=cells)
    else:
        told = ("WHMCS is said not to resell it, and did not refuse",)
        yield Verdict(name, OUT, Outcome.FAIL, DOCUMENTED, told, source=source, cells=cells)


@dataclass(slots=True)
class WhmcsLicenses(Life):
    """The life of one license, by the calls WHMCS makes of its module."""

    key: str = ""
    address: str = ""
    ahead: timedelta = timedelta(0)
    store: MemoryStore = field(default_factory=MemoryStore)

    @classmethod
    def on(cls, context: JourneyContext) -> Self:
        """A life about to begin."""
        return cls(context, SOFT)

    def steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        pool = (OBSERVED, "docs/resale.md section 4.1: a license is put in a pool, not deleted")
        new_key = (OBSERVED, "docs/trade.md section 6.4")
        return (
            JourneyStep("price", self.price, *READING, needed=True),
            JourneyStep("order", self.order, *ORDERING, needed=True),
            JourneyStep("rename", self.rename, *CHANGING, seldom=True),
            JourneyStep("new key", self.new_key, *new_key, seldom=True),
            JourneyStep("prolong", self.prolong, *PROLONGING),
            JourneyStep("suspend", self.suspend, *SWITCHING),
            JourneyStep("resume", self.resume, *SWITCHING),
            JourneyStep("put in the pool", self.put_in_pool, *pool, seldom=True),
            JourneyStep("take from the pool", self.take_from_pool, *pool, seldom=True),
            JourneyStep("delete", self.delete, *DELETING),
            JourneyStep("ledger", self.ledger, *MONEY),
        )

    @property
    def module(self) -> WhmcsReseller:
        """The module with its table; its calendar may be ahead of the seller's."""
        return WhmcsReseller(self.client, self.store, today=self._today)

    def order(self, step: Step) -> None:
        """``CreateAccount`` with an empty pool orders one."""
        self.address = self.address or self.context.catalogue.address()
        delivery = self.module.create_account(self._hosted("web-6"))
        self.key = delivery.key
        self.bought(step, delivery.license_id, self.month)
        step.must("the due date it is given", delivery.due_on, self.ends_on)
        step.must("the number its key begins with", self.key.partition("-")[0], str(self.number))

    def rename(self, step: Step) -> None:
        """Name, address and id are written again."""
        self.address = self.context.catalogue.address()
        shown = self.module.change_params(self._hosted("web-7"))
        step.must("its name", shown.licname, "web-7")
        step.must("its address", shown.ip, self.address)
        step.must("its key", self.client.licenses.get(self.number).key, self.key)

    def new_key(self, step: Step) -> None:
        """Another key takes the place of the old one."""
        key = self.module.new_key(self._hosted("web-7"))
        step.must("it is another key", key != self.key, wanted=True)
        self.key = key

    def prolong(self, step: Step) -> None:
        """The daily run of the day before it is due buys another month."""
        self.prolonged(step, self._prolonged, self.month)

    def suspend(self, step: Step) -> None:
        """``SuspendAccount``."""
        self.switched_off(step, lambda: self.module.suspend_account(self._hosted("web-7")))

    def resume(self, step: Step) -> None:
        """``UnsuspendAccount`` of one whose term is not over."""
        self.switched_on(step, lambda: self.module.unsuspend_account(self._hosted("web-7")))

    def put_in_pool(self, step: Step) -> None:
        """``TerminateAccount`` deletes nothing: the license waits for its next user."""
        self.switched_off(step, lambda: self.module.terminate_account(self._hosted("web-7")))
        shown = self.client.licenses.get(self.number)
        step.must("its name", shown.licname, FREE_NAME)
        step.must("its address", shown.ip, FREE_ADDRESS)

    def take_from_pool(self, step: Step) -> None:
        """The next ``CreateAccount`` takes it, and buys nothing."""
        if any(row.service_id is not None for row in self.store.rows()):
            raise Unreached("the license was not put in the pool")
        self.address = self.context.catalogue.address()
        taken = self.module.create_account(self._hosted("web-8"))
        step.must("the license", taken.license_id, self.number)
        step.must("its state", self.read().status, Status.ACTIVE)

    def delete(self, step: Step) -> None:
        """What WHMCS never does, its operator does by hand."""
        self.deleted(step, lambda: self.client.licenses.delete(self.number))

    def _prolonged(self) -> date | None:
        self.ahead = self.ends_on - timedelta(days=1) - self.context.today()
        try:
            self.module.daily_run()
        finally:
            self.ahead = timedelta(0)
        return next(row.due_on for row in self.store.rows() if row.license_id == self.number)

    def _today(self) -> date:
        return self.context.today() + self.ahead

    def _hosted(self, name: str) -> Hosted:
        return Hosted(_SERVICE, self.address, name, self.tariff.id)

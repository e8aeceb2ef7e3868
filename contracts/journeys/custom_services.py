"""A custom billing that resells machines over the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Self

from contracts.journeys.catalogue_view import VDS, month_of, more_of
from contracts.journeys.journey import NOTHING, JourneyContext, JourneyStep, Step
from contracts.journeys.lists import LISTING
from contracts.journeys.resale_steps import (
    DELETING,
    MONEY,
    ORDERING,
    PRICED,
    PROLONGING,
    READING,
    REFUSING,
    SWITCHING,
    Life,
)
from contracts.verdicts import DOCUMENTED, OBSERVED
from reseller_client import ServiceOrder
from reseller_client.resellers import CustomServices
from reseller_client.services.models import Tariff

TEMPLATES: Final = "ostempl"


def template_of(tariff: Tariff) -> str:
    """An operating system that a tariff offers, or nothing."""
    return next(iter(tariff.options.get(TEMPLATES, ())), "")


@dataclass(slots=True)
class CustomMachines(Life):
    """The life of one machine, by the names of a billing of one's own.

    ``more`` is what a month of the resource that was added may cost, as it was told.
    """

    more: set[Decimal] = field(default_factory=set)

    @classmethod
    def on(cls, context: JourneyContext) -> Self:
        """A life about to begin."""
        return cls(context, VDS)

    def steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        again = (OBSERVED, "docs/wire.md section 8.2: a lost order is looked for by its remoteid")
        resize = (DOCUMENTED, "docs/resale.md section 2.6: what is dearer is paid at once")
        return (
            JourneyStep("price", self.price, *READING, needed=True),
            JourneyStep("currency", self.currency, *PRICED),
            JourneyStep("look at the order", self.look, *ORDERING),
            JourneyStep("order", self.order, *ORDERING, needed=True),
            JourneyStep("pages of the list", self.pages, *LISTING),
            JourneyStep("order of the list", self.in_order, *LISTING),
            JourneyStep("order again", lambda step: self.found_again(step, self._order), *again),
            JourneyStep("refused prolongation", self.refused, *REFUSING),
            JourneyStep("resize", self.resize, *resize),
            JourneyStep("prolong", self.prolong, *PROLONGING),
            JourneyStep("suspend", self.suspend, *SWITCHING),
            JourneyStep("resume", self.resume, *SWITCHING),
            JourneyStep("delete", self.delete, *DELETING),
            JourneyStep("prolong what is deleted", self.not_prolonged, *REFUSING),
            JourneyStep("ledger", self.ledger, *MONEY),
        )

    @property
    def billing(self) -> CustomServices:
        """The billing, which keeps nothing of its own."""
        return CustomServices(self.client, VDS, today=self.context.today)

    def look(self, step: Step) -> None:
        """Shows what an order would cost."""
        self.looked(step, {"pricelist": self.tariff.id, "period": 1, "skipbasket": True})

    def order(self, step: Step) -> None:
        """An order is paid at once; the machine comes up with what is needed to log in."""
        self.bought(step, self._order(), self.month)
        shown = self.client.products(VDS).get(self.number)
        step.must("it has an address", bool(shown.ip), wanted=True)
        step.must("it has a password", bool(shown.password), wanted=True)
        step.must("our id of it", shown.remoteid, self.remoteid("v"))

    def prolong(self, step: Step) -> None:
        """Buys another month of all of it: what was added costs every month."""
        ends_on, before = self.ends_on, self.context.balance()
        told: list[date] = []
        try:
            told.append(self.billing.renew(self.number, ends_on=ends_on).ends_on)
        finally:
            paid = before - self.context.balance()
        fair = {self.month + more for more in self.more} or {self.month}
        cost = paid if paid in fair else max(fair)
        self.prolonged(step, lambda: told[0], cost)

    def suspend(self, step: Step) -> None:
        """Switches it off."""
        self.switched_off(step, lambda: self.billing.suspend(self.number))

    def resume(self, step: Step) -> None:
        """Switches it on."""
        self.switched_on(step, lambda: self.billing.resume(self.number))

    def resize(self, step: Step) -> None:
        """More of a resource costs what was told before, once, however often it is sent."""
        addon, amount = more_of(self.tariff)
        told = self.client.products(VDS).resize_quote(self.number, {addon.id: amount})
        step.cost = NOTHING if told is None else told.amount
        step.must("a price is told", bool(step.cost), wanted=True)
        for time in range(2):
            shown = self.billing.resize(self.number, {addon.id: amount})
            self.spent += NOTHING if time else step.cost
            step.must(f"its {addon.name}", shown.addons.get(addon.id), str(amount))
        # It was added on the first day: its price for what is left is that of a whole term. Where
        # the two are not the same, the list tells what it costs, by the piece or by the step.
        pieces = amount - (addon.included or addon.minimum or NOTHING)
        month = month_of(addon) or NOTHING
        self.more = {step.cost, month * pieces, month * pieces / (addon.step or 1)}
        step.says.append(f"{addon.name} {amount} for {step.cost}")
        step.must("its end", self.read().expires_on, self.ends_on)

    def delete(self, step: Step) -> None:
        """Gives it up."""
        self.deleted(step, lambda: self.billing.close(self.number))

    def _order(self) -> int:
        wish = ServiceOrder(
            self.tariff.id,
            domain=f"{self.remoteid('v')}.example.com",
            ostempl=template_of(self.tariff),
            remoteid=self.remoteid("v"),
        )
        return self.billing.order(wish).id

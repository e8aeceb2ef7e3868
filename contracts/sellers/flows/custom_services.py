"""A custom billing that resells machines over the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from contracts.sellers.flows.course import NOTHING, Deed, Ground, Step
from contracts.sellers.flows.life import (
    DELETING,
    MONEY,
    ORDERING,
    PROLONGING,
    READING,
    REFUSING,
    SWITCHING,
    Life,
)
from contracts.sellers.flows.shelf import VDS, more_of
from contracts.verdicts import DOCUMENTED, OBSERVED
from reseller_client import ServiceOrder
from reseller_client.models import Tariff
from reseller_client.resellers import CustomServices

TEMPLATES: Final = "ostempl"


def template_of(tariff: Tariff) -> str:
    """An operating system that a tariff offers, or nothing."""
    return next(iter(tariff.options.get(TEMPLATES, ())), "")


@dataclass(slots=True)
class CustomMachines(Life):
    """The life of one machine, by the names of a billing of one's own."""

    @classmethod
    def on(cls, ground: Ground) -> Self:
        """A life about to begin."""
        return cls(ground, VDS)

    def deeds(self) -> tuple[Deed, ...]:
        """The steps in their order."""
        again = (OBSERVED, "docs/wire.md section 8.2: a lost order is looked for by its remoteid")
        resize = (DOCUMENTED, "docs/resale.md section 2.6: what is dearer is paid at once")
        return (
            Deed("price", self.price, *READING, needed=True),
            Deed("look at the order", self.look, *ORDERING),
            Deed("order", self.order, *ORDERING, needed=True),
            Deed("order again", lambda step: self.found_again(step, self._order), *again),
            Deed("refused prolongation", self.refused, *REFUSING),
            Deed("prolong", self.prolong, *PROLONGING),
            Deed("suspend", self.suspend, *SWITCHING),
            Deed("resume", self.resume, *SWITCHING),
            Deed("resize", self.resize, *resize),
            Deed("delete", self.delete, *DELETING),
            Deed("prolong what is deleted", self.not_prolonged, *REFUSING),
            Deed("ledger", self.ledger, *MONEY),
        )

    @property
    def billing(self) -> CustomServices:
        """The billing, which keeps nothing of its own."""
        return CustomServices(self.client, VDS, today=self.ground.today)

    def look(self, step: Step) -> None:
        """Shows what an order would cost."""
        self.looked(step, {"pricelist": self.tariff.id, "period": 1, "skipbasket": True})

    def order(self, step: Step) -> None:
        """An order is paid at once; the machine comes up with what is needed to log in."""
        self.bought(step, self._order(), self.month)
        shown = self.client.products(VDS).get(self.number)
        step.must("its tariff", shown.tariff, self.tariff.id)
        step.must("it has an address", bool(shown.ip), wanted=True)
        step.must("it has a password", bool(shown.password), wanted=True)
        step.must("our id of it", shown.remoteid, self.remoteid("v"))

    def prolong(self, step: Step) -> None:
        """Buys another month."""
        ends_on = self.ends_on
        self.prolonged(
            step, lambda: self.billing.renew(self.number, ends_on=ends_on).ends_on, self.month
        )

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

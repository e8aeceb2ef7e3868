"""A custom billing that resells modules: each belongs to a license, without which there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from contracts.journeys.catalogue_view import ADDITION, SOFT, month_of
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
    Known,
    Life,
)
from contracts.target.spending_guard import NO_SUCH_NUMBER
from contracts.verdicts import DOCUMENTED
from reseller_client import LicenseOrder, ModuleOrder
from reseller_client.resellers import CustomModules, CustomReseller

MODULES: Final[Known] = (DOCUMENTED, "docs/trade.md section 8: a module belongs to a license")


@dataclass(slots=True)
class CustomAdditions(Life):
    """The life of one module on a license that is bought for it."""

    license: int = 0

    @classmethod
    def on(cls, context: JourneyContext) -> Self:
        """A life about to begin."""
        return cls(context, ADDITION)

    def steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        return (
            JourneyStep("price", self.price, *READING, needed=True),
            JourneyStep("currency", self.currency, *PRICED),
            JourneyStep("order without a license", self.without, *MODULES),
            JourneyStep("licence", self.buy_license, *ORDERING, needed=True),
            JourneyStep("order", self.order, *MODULES, needed=True),
            JourneyStep("pages of the list", self.pages, *LISTING),
            JourneyStep("order of the list", self.in_order, *LISTING),
            JourneyStep("order again", lambda step: self.found_again(step, self._order), *MODULES),
            JourneyStep("refused prolongation", self.refused, *REFUSING),
            JourneyStep("prolong", self.prolong, *PROLONGING),
            JourneyStep("delete", self.delete, *DELETING),
            JourneyStep("prolong what is deleted", self.not_prolonged, *REFUSING),
            JourneyStep("delete its license", self.delete_license, *DELETING),
            JourneyStep("ledger", self.ledger, *MONEY),
        )

    @property
    def billing(self) -> CustomModules:
        """The billing, which keeps nothing of its own."""
        return CustomModules(self.client)

    def without(self, step: Step) -> None:
        """No license, no module, and no money."""
        wish = ModuleOrder(self.tariff.id, int(NO_SUCH_NUMBER), remoteid=self.remoteid("n"))
        step.must_be_refused(
            "a module of nobody's license", lambda: self.client.modules.order(wish)
        )

    def buy_license(self, step: Step) -> None:
        """The license that is to carry it."""
        sold = self.context.catalogue.tariff(SOFT)
        step.cost = month_of(sold) or NOTHING
        wish = LicenseOrder(
            sold.id, self.context.catalogue.address(), licname="web-3", remoteid=self.remoteid("c")
        )
        self.license = self._licenses.order(wish).id
        self.spent += step.cost

    def order(self, step: Step) -> None:
        """An order is paid at once, and the license has it."""
        self.bought(step, self._order(), self.month)
        step.must("its license", self.client.modules.get(self.number).license_id, self.license)

    def prolong(self, step: Step) -> None:
        """Buys another month."""
        ends_on = self.ends_on
        self.prolonged(
            step, lambda: self.billing.renew(self.number, ends_on=ends_on).ends_on, self.month
        )

    def delete(self, step: Step) -> None:
        """Gives it up, and keeps the license."""
        self.deleted(step, lambda: self.billing.close(self.number))
        step.must("its license", self.client.licenses.get(self.license).id, self.license)

    def delete_license(self, step: Step) -> None:
        """Gives the license up as well."""
        self._licenses.cancel(self.license)
        living = {row.id for row in self.client.licenses.list()}
        step.must("the license is in the list", self.license in living, wanted=False)

    def ledger(self, step: Step) -> None:
        """Both of them, to the cent."""
        self.charged(step, {self.number, self.license}, self.spent)

    @property
    def _licenses(self) -> CustomReseller:
        return CustomReseller(self.client, today=self.context.today)

    def _order(self) -> int:
        wish = ModuleOrder(self.tariff.id, self.license, remoteid=self.remoteid("m"))
        return self.billing.order(wish).id

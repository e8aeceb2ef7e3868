"""A custom billing that resells licenses over the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from contracts.journeys.catalogue_view import SOFT, month_of, part_of
from contracts.journeys.journey import NOTHING, JourneyContext, JourneyStep, Step
from contracts.journeys.lists import LISTING
from contracts.journeys.resale_steps import (
    CHANGING,
    DELETING,
    MONEY,
    ORDERING,
    PRICED,
    PROLONGING,
    READING,
    REFUSING,
    SWITCHING,
    TERM,
    Fields,
    Life,
)
from contracts.target.sums import find_sums
from contracts.verdicts import OBSERVED
from reseller_client import License, LicenseOrder
from reseller_client.resellers import CustomReseller


@dataclass(slots=True)
class CustomLicenses(Life):
    """The life of one license, by the names of a billing of one's own."""

    key: str = ""
    address: str = ""

    @classmethod
    def on(cls, context: JourneyContext) -> Self:
        """A life about to begin."""
        return cls(context, SOFT)

    def steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        again = (OBSERVED, "docs/wire.md section 8.2: a lost order is looked for by its remoteid")
        new_key = (OBSERVED, "docs/trade.md section 6.4")
        tariff = (OBSERVED, "docs/trade.md section 5: the difference for the days that are left")
        return (
            JourneyStep("price", self.price, *READING, needed=True),
            JourneyStep("currency", self.currency, *PRICED),
            JourneyStep("look at the order", self.look, *ORDERING),
            JourneyStep("order", self.order, *ORDERING, needed=True),
            JourneyStep("key", self.read_key, *READING),
            JourneyStep("pages of the list", self.pages, *LISTING),
            JourneyStep("order of the list", self.in_order, *LISTING),
            JourneyStep("order again", lambda step: self.found_again(step, self._order), *again),
            JourneyStep("refused prolongation", self.refused, *REFUSING),
            JourneyStep("rename", self.rename, *CHANGING),
            JourneyStep("re-address", self.readdress, *CHANGING, seldom=True),
            JourneyStep("new key", self.new_key, *new_key, seldom=True),
            JourneyStep("prolong", self.prolong, *PROLONGING),
            JourneyStep("suspend", self.suspend, *SWITCHING),
            JourneyStep("resume", self.resume, *SWITCHING),
            JourneyStep("change of tariff", self.change_tariff, *tariff),
            JourneyStep("delete", self.delete, *DELETING),
            JourneyStep("prolong what is deleted", self.not_prolonged, *REFUSING),
            JourneyStep("ledger", self.ledger, *MONEY),
        )

    @property
    def billing(self) -> CustomReseller:
        """The billing, which keeps nothing of its own."""
        return CustomReseller(self.client, today=self.context.today)

    def look(self, step: Step) -> None:
        """Shows what an order would cost."""
        self.address = self.address or self.context.catalogue.address()
        named: Fields = {"ip": self.address, "licname": "web-1"}
        terms: Fields = {"pricelist": self.tariff.id, "period": 1, "skipbasket": True}
        self.looked(step, {**terms, **named})

    def order(self, step: Step) -> None:
        """An order is paid at once, and delivers."""
        self.address = self.address or self.context.catalogue.address()
        number = self._order()
        self.bought(step, number, self.month)
        shown = self._shown()
        self.key = shown.key
        step.must("its address", shown.ip, self.address)
        step.must("its name", shown.licname, "web-1")
        step.must("our id of it", shown.remoteid, self.remoteid("l"))

    def read_key(self, step: Step) -> None:
        """The key begins with the license's number, and is the same whenever it is read."""
        step.must("the number its key begins with", self.key.partition("-")[0], str(self.number))
        for _ in range(2):
            step.must("its key, read again", self._shown().key, self.key)

    def rename(self, step: Step) -> None:
        """The name changes and nothing else."""
        self.client.licenses.rename(self.number, "web-2")
        shown = self._shown()
        step.must("its name", shown.licname, "web-2")
        step.must("its key", shown.key, self.key)
        step.must("its address", shown.ip, self.address)
        step.must("its end", shown.expires_on, self.ends_on)
        step.must("our id of it", shown.remoteid, self.remoteid("l"))

    def readdress(self, step: Step) -> None:
        """It moves to another server and keeps its end."""
        wanted = self.context.catalogue.address()
        self.billing.readdress(self.number, wanted)
        shown = self._shown()
        step.must("its address", shown.ip, wanted)
        step.must("its end", shown.expires_on, self.ends_on)

    def new_key(self, step: Step) -> None:
        """Another key takes the place of the old one."""
        key = self.client.licenses.new_key(self.number)
        step.must("it is another key", key != self.key, wanted=True)
        step.must("the key that is shown", self._shown().key, key)
        self.key = key

    def prolong(self, step: Step) -> None:
        """Buys another month."""
        self.prolonged(step, lambda: self.billing.renew(self.number).ends_on, self.month)

    def suspend(self, step: Step) -> None:
        """Switches it off."""
        self.switched_off(step, lambda: self.billing.suspend(self.number))

    def resume(self, step: Step) -> None:
        """Switches it on."""
        self.switched_on(step, lambda: self.billing.resume(self.number))

    def change_tariff(self, step: Step) -> None:
        """A dearer tariff costs what was told before, and keeps the end."""
        options = (one.id for one in self.client.services.tariffs_to_change_to(self.number))
        wanted = self.context.catalogue.dearer(self.tariff, options)
        told = find_sums(
            self.client.services.change_tariff_quote(self.number, wanted.id).money_info
        )
        full = (month_of(wanted) or NOTHING) - self.month
        term, left = self.ends_on - (self.ends_on - TERM), self.ends_on - self.context.today()
        step.cost = told[0].amount if told else part_of(full, left.days, term.days)
        license = self.billing.change_tariff(self.number, wanted.id)
        self.spent += step.cost
        step.says.append(f"to tariff {wanted.id} for {step.cost}")
        step.must("its tariff", license.tariff, wanted.id)
        step.must("its end", license.expires_on, self.ends_on)

    def delete(self, step: Step) -> None:
        """Gives it up."""
        self.deleted(step, lambda: self.billing.cancel(self.number))

    def _order(self) -> int:
        wish = LicenseOrder(
            self.tariff.id, self.address, licname="web-1", remoteid=self.remoteid("l")
        )
        return self.billing.order(wish).id

    def _shown(self) -> License:
        return self.client.licenses.get(self.number)

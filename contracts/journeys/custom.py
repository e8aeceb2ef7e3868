"""A custom billing that resells licenses, virtual servers and modules over the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from contracts.journeys.catalogue_view import (
    ADDITION,
    SOFT,
    VDS,
    choose_larger_amount,
    choose_template,
    find_month_price,
    prorate,
)
from contracts.journeys.journey import NOTHING, JourneyStep, StepRecord
from contracts.journeys.newer_order import NewerOrder
from contracts.journeys.service_journey import (
    TERM,
    Fields,
    ServiceJourney,
)
from contracts.target.spending_guard import NO_SUCH_NUMBER
from contracts.target.sums import find_sums
from reseller_client import License, LicenseOrder, ModuleOrder, ServiceOrder
from reseller_client.resellers import CustomModules, CustomReseller, CustomServices


@dataclass(slots=True)
class CustomJourney(ServiceJourney):
    """Steps that all journeys of a custom billing have."""

    def _prices(self) -> tuple[JourneyStep, ...]:
        return (
            JourneyStep("price", self.read_price, needed=True),
            JourneyStep("currency", self.check_currency),
        )

    def _lists(self) -> tuple[JourneyStep, ...]:
        return (
            JourneyStep("pages of the list", self.check_pages),
            JourneyStep("order of the list", self.check_sorting),
            JourneyStep("order again", self.order_again),
            JourneyStep("refused prolongation", self.try_unsold_period),
        )

    def _deletion(self) -> tuple[JourneyStep, ...]:
        return (
            JourneyStep("delete", self.delete),
            JourneyStep("prolong what is deleted", self.prolong_deleted),
        )


@dataclass(slots=True)
class CustomLicenseJourney(CustomJourney):
    """One license. ``licname`` is the name it is ordered by."""

    family: str = SOFT
    key: str = ""
    address: str = ""
    licname: str = "web-1"

    def list_steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        return (
            *self._prices(),
            JourneyStep("look at the order", self.look_at_order),
            JourneyStep("order", self.order, needed=True),
            JourneyStep("key", self.read_key),
            *self._lists(),
            JourneyStep("rename", self.rename),
            JourneyStep("re-address", self.readdress, seldom=True),
            JourneyStep("new key", self.replace_key, seldom=True),
            JourneyStep("prolong", self.prolong),
            JourneyStep("suspend", self.suspend),
            JourneyStep("resume", self.resume),
            JourneyStep("change of tariff", self.change_tariff),
            *self._deletion(),
            JourneyStep("ledger", self.check_ledger),
        )

    @property
    def billing(self) -> CustomReseller:
        """The billing."""
        return CustomReseller(self.client, today=self.context.today)

    def build_order(self) -> LicenseOrder:
        """The order of the license."""
        self.address = self.address or self.context.catalogue.take_address()
        return LicenseOrder(
            self.tariff.id, self.address, licname=self.licname, remoteid=self.make_remoteid("l")
        )

    def place_order(self) -> int:
        """Orders it, or finds it by its ``make_remoteid``."""
        return self.billing.order(self.build_order()).id

    def renew(self) -> date | None:
        """Buys another month."""
        return self.billing.renew(self.number).ends_on

    def suspend_service(self) -> None:
        """Suspends it."""
        self.billing.suspend(self.number)

    def resume_service(self) -> None:
        """Resumes it."""
        self.billing.resume(self.number)

    def delete_service(self) -> None:
        """Deletes it."""
        self.billing.cancel(self.number)

    def look_at_order(self, step: StepRecord, fields: Fields | None = None) -> None:
        """Reads the order form with address and name."""
        order = self.build_order()
        named: Fields = {"ip": order.ip, "licname": order.licname}
        ServiceJourney.look_at_order(self, step, {**named, **(fields or {})})

    def order(self, step: StepRecord) -> None:
        """Orders it with an address, a name and an id."""
        ServiceJourney.order(self, step)
        form = self.read_license()
        self.key = form.key
        step.expect("its address", form.ip, self.address)
        step.expect("its name", form.licname, self.licname)
        step.expect("our id of it", form.remoteid, self.make_remoteid("l"))

    def read_license(self) -> License:
        """Reads the form of the license."""
        return self.client.licenses.get(self.number)

    def read_key(self, step: StepRecord) -> None:
        """Its key begins with the license's number, and is the same whenever it is read."""
        step.says.append(f"key {self.key}")
        step.expect("its key begins with", self.key.partition("-")[0], str(self.number))
        for _ in range(2):
            step.expect("its key, read again", self.read_license().key, self.key)

    def rename(self, step: StepRecord) -> None:
        """Changes its name and nothing else."""
        self.licname = "web-2"
        self.client.licenses.rename(self.number, self.licname)
        form = self.read_license()
        step.expect("its name", form.licname, self.licname)
        step.expect("its key", form.key, self.key)
        step.expect("its address", form.ip, self.address)
        step.expect("its end", form.expires_on, self.ends_on)
        step.expect("our id of it", form.remoteid, self.make_remoteid("l"))

    def readdress(self, step: StepRecord) -> None:
        """Moves it to another server; name, key and end stay."""
        address = self.context.catalogue.take_address()
        self.billing.readdress(self.number, address)
        form = self.read_license()
        step.says.append(f"{form.licname} at {form.ip}")
        step.expect("its address", form.ip, address)
        step.expect("its name", form.licname, self.licname)
        step.expect("its key", form.key, self.key)
        step.expect("its end", form.expires_on, self.ends_on)

    def replace_key(self, step: StepRecord) -> None:
        """Replaces its key by another one."""
        key = self.client.licenses.new_key(self.number)
        step.says.append(f"key {key}")
        step.expect("it is another key", key != self.key, expected=True)
        step.expect("the key that is shown", self.read_license().key, key)
        self.key = key

    def change_tariff(self, step: StepRecord) -> None:
        """Changes to a dearer tariff, for the price that was quoted; the end stays."""
        options = self.client.services.tariffs_to_change_to(self.number)
        tariff = self.context.catalogue.choose_dearer(
            self.tariff, (option.id for option in options)
        )
        quote = self.client.services.change_tariff_quote(self.number, tariff.id).money_info
        term, left = self.ends_on - (self.ends_on - TERM), self.ends_on - self.context.today()
        difference = (find_month_price(tariff) or NOTHING) - self.month
        sums = find_sums(quote)
        step.cost = sums[0].amount if sums else prorate(difference, left.days, term.days)
        license = self.billing.change_tariff(self.number, tariff.id)
        self.spent += step.cost
        self._tariff = tariff
        step.says.append(
            f"to {tariff.id} {tariff.name} for {step.cost:.2f}: the difference for {left.days} days"
        )
        step.expect("its tariff", license.tariff, tariff.id)
        step.expect("its end", license.expires_on, self.ends_on)


@dataclass(slots=True)
class CustomServerJourney(CustomJourney):
    """One virtual server.

    ``extra_costs``: what a month of the added resource may cost, as far as that is known.
    """

    family: str = VDS
    extra_costs: set[Decimal] = field(default_factory=set)

    def list_steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        return (
            *self._prices(),
            JourneyStep("look at the order", self.look_at_order),
            JourneyStep("order", self.order, needed=True),
            *self._lists(),
            *NewerOrder(self.context, self.make_remoteid("n")).list_steps(),
            JourneyStep("resize", self.resize),
            JourneyStep("prolong", self.prolong),
            JourneyStep("suspend", self.suspend),
            JourneyStep("resume", self.resume),
            *self._deletion(),
            JourneyStep("ledger", self.check_ledger),
        )

    @property
    def billing(self) -> CustomServices:
        """The billing."""
        return CustomServices(self.client, VDS, today=self.context.today)

    def place_order(self) -> int:
        """Orders it, or finds it by its ``make_remoteid``."""
        order = ServiceOrder(
            self.tariff.id,
            domain=f"{self.make_remoteid('v')}.example.com",
            ostempl=choose_template(self.tariff),
            remoteid=self.make_remoteid("v"),
        )
        return self.billing.order(order).id

    def renew(self) -> date | None:
        """Buys another month."""
        return self.billing.renew(self.number, ends_on=self.ends_on).ends_on

    def suspend_service(self) -> None:
        """Suspends it."""
        self.billing.suspend(self.number)

    def resume_service(self) -> None:
        """Resumes it."""
        self.billing.resume(self.number)

    def delete_service(self) -> None:
        """Deletes it."""
        self.billing.close(self.number)

    def order(self, step: StepRecord) -> None:
        """Orders it: the server comes up with what is needed to log in."""
        ServiceJourney.order(self, step)
        form = self.client.products(VDS).get(self.number)
        step.expect("it has an address", bool(form.ip), expected=True)
        step.expect("it has a password", bool(form.password), expected=True)
        step.expect("our id of it", form.remoteid, self.make_remoteid("v"))

    def prolong(self, step: StepRecord) -> None:
        """Buys another month of all of it: an added resource costs every month."""
        before = self.context.read_balance()
        end = self.renew()
        paid = before - self.context.read_balance()
        fair = {self.month + extra for extra in self.extra_costs} or {self.month}
        step.cost = paid if paid in fair else max(fair)
        self.expect_prolonged(step, end)

    def resize(self, step: StepRecord) -> None:
        """Adds a resource for the price that was quoted, once, although it is sent twice."""
        addon, amount = choose_larger_amount(self.tariff)
        quote = self.client.products(VDS).resize_quote(self.number, {addon.id: amount})
        step.cost = NOTHING if quote is None else quote.amount
        step.expect("the quote has a price", bool(step.cost), expected=True)
        for attempt in range(2):
            form = self.billing.resize(self.number, {addon.id: amount})
            self.spent += NOTHING if attempt else step.cost
            step.expect(f"its {addon.name}", form.addons.get(addon.id), str(amount))
        # Added on the first day, it costs as much as for a whole term. If quote and price list
        # differ, the list price may be by the piece or by the step.
        pieces = amount - (addon.included or addon.minimum or NOTHING)
        month = find_month_price(addon) or NOTHING
        self.extra_costs = {step.cost, month * pieces, month * pieces / (addon.step or 1)}
        step.says.append(f"{addon.name} {amount} for {step.cost:.2f}")
        step.expect("its end", self.read().expires_on, self.ends_on)


@dataclass(slots=True)
class CustomModuleJourney(CustomJourney):
    """One module, on a license that is bought for it."""

    family: str = ADDITION

    def list_steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        return (
            *self._prices(),
            JourneyStep("order without a licence", self.order_without_license),
            JourneyStep("licence", self.buy_carrier, needed=True),
            JourneyStep("order", self.order, needed=True),
            *self._lists(),
            JourneyStep("prolong", self.prolong),
            *self._deletion(),
            JourneyStep("delete its licence", self.delete_carrier),
            JourneyStep("ledger", self.check_ledger),
        )

    @property
    def billing(self) -> CustomModules:
        """The billing."""
        return CustomModules(self.client)

    def place_order(self) -> int:
        """Orders it, or finds it on its license."""
        order = ModuleOrder(self.tariff.id, self.carrier, remoteid=self.make_remoteid("m"))
        return self.billing.order(order).id

    def renew(self) -> date | None:
        """Buys another month."""
        return self.billing.renew(self.number, ends_on=self.ends_on).ends_on

    def delete_service(self) -> None:
        """Deletes it."""
        self.billing.close(self.number)

    def order_without_license(self, step: StepRecord) -> None:
        """Orders a module for a license that does not exist: refused, and costs nothing."""
        order = ModuleOrder(self.tariff.id, int(NO_SUCH_NUMBER), remoteid=self.make_remoteid("n"))
        step.expect_refusal(
            "a module for a license that does not exist", lambda: self.client.modules.order(order)
        )

    def order(self, step: StepRecord) -> None:
        """Orders it: the license has it."""
        ServiceJourney.order(self, step)
        carrier = self.client.modules.get(self.number).license_id
        step.expect("its license", carrier, self.carrier)

    def delete(self, step: StepRecord) -> None:
        """Deletes it and keeps the license."""
        ServiceJourney.delete(self, step)
        step.expect("its license", self.client.licenses.get(self.carrier).id, self.carrier)

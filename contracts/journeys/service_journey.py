"""One service from order to deletion, whoever resells it.

A subclass says how a way of reselling does something (custom billing, BILLmanager, WHMCS); this
class says what must be so at the seller afterwards, read over the wire.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from dateutil.relativedelta import relativedelta

from contracts.journeys.catalogue_view import ADDITION, SOFT, find_month_price
from contracts.journeys.journey import NOTHING, JourneyContext, JourneyStep, StepRecord, Unreached
from reseller_client import Client, LicenseOrder, NotUnderstood, Refused, Status
from reseller_client.resellers import CustomReseller
from reseller_client.services.catalogue_models import Tariff
from reseller_client.services.models import ProductForm, ProductRow
from reseller_client.services.product_functions import ProductFunctions

MAX_READS: Final = 60
"""How often a service is read while the seller works on it."""
TERM: Final = relativedelta(months=1)
PAGES: Final = 4
"""Pages that are read of a list in halves: one more than it has."""
ALL_ROWS: Final = 1000
Fields = Mapping[str, str | int | bool]


@dataclass(slots=True)
class ServiceJourney(ABC):
    """A service of a product type. ``number`` is 0 until it was ordered.

    ``carrier`` is the license that was bought to carry it, if it is a module. ``spent`` is what all
    steps together have cost.
    """

    context: JourneyContext
    family: str
    number: int = 0
    carrier: int = 0
    ends_on: date = date.min
    spent: Decimal = NOTHING
    deleted: bool = False
    before: frozenset[int] = frozenset()
    """Numbers in the list before the order."""
    _tariff: Tariff | None = field(default=None, repr=False)

    # What a way of reselling does; each may raise what the client raises.

    @abstractmethod
    def list_steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""

    @abstractmethod
    def place_order(self) -> int:
        """Orders the service and returns its number; a second call finds the same one."""

    @abstractmethod
    def renew(self) -> date | None:
        """Buys another month and returns the new end as the reseller knows it."""

    def suspend_service(self) -> None:
        """Suspends it. Raises NotImplementedError if this way of reselling cannot."""
        raise NotImplementedError

    def resume_service(self) -> None:
        """Resumes it. Raises NotImplementedError if this way of reselling cannot."""
        raise NotImplementedError

    @abstractmethod
    def delete_service(self) -> None:
        """Deletes it."""

    # What is read of the seller.

    @property
    def client(self) -> Client:
        """The reseller's client."""
        return self.context.client

    @property
    def tariff(self) -> Tariff:
        """The tariff that is bought. Raises NotSold."""
        if self._tariff is None:
            self._tariff = self.context.catalogue.choose_tariff(self.family)
        return self._tariff

    @property
    def month(self) -> Decimal:
        """The price of a month, by the price list."""
        return find_month_price(self.tariff) or NOTHING

    def make_remoteid(self, letter: str) -> str:
        """An id that no other run uses."""
        return f"judge-{self.context.token}-{letter}"

    @property
    def functions(self) -> ProductFunctions[Any, Any]:
        """The client's functions for the product type."""
        if self.family == SOFT:
            return self.client.licenses
        return self.client.modules if self.family == ADDITION else self.client.products(self.family)

    def read(self) -> ProductForm:
        """Reads the form of the service. Raises Missed."""
        form: ProductForm = self.functions.get(self.number)
        return form

    def read_settled(self) -> ProductForm:
        """Reads the form once the seller has finished working on the service."""
        retry_policy = self.client.retry_policy
        for _ in range(MAX_READS):
            form = self.read()
            if form.status is not Status.PROCESSING:
                return form
            retry_policy.wait(retry_policy.pause)
        return self.read()

    def read_list(self) -> tuple[ProductRow, ...]:
        """Reads the list of its product type."""
        return self.functions.list()

    def read_living(self) -> set[int]:
        """Numbers of all services in the list that are not deleted."""
        return {row.id for row in self.read_list() if row.status is not Status.DELETED}

    # Steps that all ways of reselling have.

    def read_price(self, step: StepRecord) -> None:
        """Reads what a month costs."""
        self.before = frozenset(row.id for row in self.read_list())
        step.says.append(f"tariff {self.tariff.id}, {self.month:.2f} a month")

    def check_currency(self, step: StepRecord) -> None:
        """Prices and balance have one currency; else the same number is another sum."""
        balance = self.client.account.balance().currency
        prices = {price.cost.currency for price in self.tariff.prices if price.cost.currency}
        if balance and prices:
            step.expect("the price list is in the balance's currency", sorted(prices), [balance])

    def look_at_order(self, step: StepRecord, fields: Fields | None = None) -> None:
        """Reads the order form; without ``sok`` it costs nothing and opens nothing."""
        before = self.read_living()
        form: Fields = {"pricelist": self.tariff.id, "period": 1, "skipbasket": True}
        self.client.call(f"{self.family}.order.param", {**form, **(fields or {})})
        step.expect("the services in the list", self.read_living(), before)

    def order(self, step: StepRecord) -> None:
        """Orders: the service is active, for a month from today, and in the list once.

        Raises NotUnderstood if the answer names a service that existed before.
        """
        number = self.place_order()
        if number in self.before:
            raise NotUnderstood(f"the order is said to be {number}, which was there before it")
        step.cost, self.number = self.month, number
        self.spent += step.cost
        form = self.read_settled()
        self.ends_on = form.expires_on or date.min
        step.says.append(f"{self.family} {number} for {step.cost:.2f} until {form.expires_on}")
        step.expect("its state", form.status, Status.ACTIVE)
        step.expect("its end", form.expires_on, self.context.today() + TERM)
        step.expect("its tariff", form.tariff, self.tariff.id)
        self._expect_no_autoprolong(step, form)
        rows = [row.id for row in self.read_list()].count(number)
        step.expect("rows of it in the list", rows, 1)

    @staticmethod
    def _expect_no_autoprolong(step: StepRecord, form: ProductForm) -> None:
        """The reseller did not ask for it, and it would charge the buyer month after month."""
        step.expect("its renewal by the seller", form.autoprolong, None)

    def check_pages(self, step: StepRecord) -> None:
        """Every row is on some page of the list, and each page has the total.

        A seller may send more rows than a page has; a row on no page is never seen by anybody.
        """
        all_rows = self._read_page(1, ALL_ROWS)[0]
        size = max(1, (len(all_rows) + 1) // 2)
        listed: set[str] = set()
        for number in range(1, PAGES):
            rows, total = self._read_page(number, size)
            listed |= set(rows)
            step.expect(f"p_elems of page {number}", total, str(len(all_rows)))
        step.expect(f"rows on no page of {size}", sorted(set(all_rows) - listed), [])
        step.says.append(f"{len(all_rows)} rows, {size} to a page")

    def check_sorting(self, step: StepRecord) -> None:
        """Sorted by number the list is in that order, or unsorted: some columns sort nothing."""
        unsorted = self._read_sorted("")
        for sign in ("+", "-"):
            numbers = self._read_sorted(f"{sign}id")
            if numbers != unsorted:
                expected = sorted(unsorted, reverse=sign == "-")
                step.expect(f"the numbers by p_col={sign}id", numbers, expected)

    def _read_page(self, number: int, size: int) -> tuple[list[str], str]:
        answer = self.client.call(self.family, {"filter": "off", "p_num": number, "p_cnt": size})
        return [row.value("id") for row in answer.rows()], answer.value("p_elems")

    def _read_sorted(self, column: str) -> list[int]:
        fields: dict[str, str | int] = {"filter": "off", "p_num": 1, "p_cnt": ALL_ROWS}
        answer = self.client.call(self.family, {**fields, "p_col": column} if column else fields)
        return [int(row.value("id")) for row in answer.rows()]

    def order_again(self, step: StepRecord) -> None:
        """Sends the same order again, which finds the service and opens and costs nothing."""
        living = self.read_living()
        number = self.place_order()
        step.says.append(f"the seller has it already: {self.family} {number}")
        step.expect("the number of the repeated order", number, self.number)
        step.expect("the services in the list", self.read_living(), living)

    def try_unsold_period(self, step: StepRecord) -> None:
        """Prolongs by a period that is not sold: refused, without cost or change."""
        living = self.read_living()
        fields: Fields = {"elid": self.number, "period": 7, "sok": "ok"}
        step.expect_refusal(
            "prolonging it by seven months", lambda: self.client.call("service.prolong", fields)
        )
        step.expect("its end", self.read().expires_on, self.ends_on)
        step.expect("the services in the list", self.read_living(), living)

    def prolong(self, step: StepRecord) -> None:
        """Buys another month, counted from the end of the term, for the price of a month."""
        step.cost = self.month
        self.expect_prolonged(step, self.renew())

    def expect_prolonged(self, step: StepRecord, end: date | None) -> None:
        """Expects the term to end a month later, by the reseller and by the form."""
        self.spent += step.cost
        step.says.append(f"until {end}")
        step.expect("the new end in the answer", end, self.ends_on + TERM)
        form = self.read()
        step.expect("the new end in the form", form.expires_on, self.ends_on + TERM)
        self._expect_no_autoprolong(step, form)
        self.ends_on += TERM

    def suspend(self, step: StepRecord) -> None:
        """Suspends it; it stays in the list and its term keeps running."""
        self.suspend_service()
        self.expect_suspended(step)

    def expect_suspended(self, step: StepRecord) -> None:
        """Expects it to be suspended by its form and by the list, its end unchanged."""
        form = self.read_settled()
        step.expect("its state", form.status, Status.SUSPENDED)
        listed = [row.status for row in self.read_list() if row.id == self.number]
        step.expect("its state in the list", listed, [Status.SUSPENDED])
        step.expect("its end", form.expires_on, self.ends_on)

    def resume(self, step: StepRecord) -> None:
        """Resumes it, for nothing."""
        self.resume_service()
        form = self.read_settled()
        step.expect("its state", form.status, Status.ACTIVE)
        step.expect("its end", form.expires_on, self.ends_on)

    def delete(self, step: StepRecord) -> None:
        """Deletes it: it leaves the list, and its form is refused or says so."""
        self.delete_service()
        self.deleted = True
        step.expect("it is in the list", self.number in self.read_living(), expected=False)
        try:
            form = self.read()
        except Refused as refusal:
            step.says.append(f"reading it: refused, {refusal}")
            return
        step.expect("its state", form.status, Status.DELETED)

    def prolong_deleted(self, step: StepRecord) -> None:
        """Prolonging a deleted service is refused and costs nothing. Raises Unreached."""
        if not self.deleted:
            raise Unreached("it was not deleted")
        prolong = self.client.services.prolong_once
        step.expect_refusal("prolonging it", lambda: prolong(self.number, itemtype=self.family))

    def check_ledger(self, step: StepRecord) -> None:
        """The list of expenses agrees to the cent with what the steps have cost."""
        numbers = frozenset({self.number, self.carrier} - {0})
        step.expect("the sum of its expenses", self.context.sum_expenses(numbers), self.spent)
        step.says.append(f"charged {self.spent:.2f}")

    # The license that carries a module.

    def buy_carrier(self, step: StepRecord) -> None:
        """Buys the license that will carry the module."""
        tariff = self.context.catalogue.choose_tariff(SOFT)
        step.cost = find_month_price(tariff) or NOTHING
        order = LicenseOrder(
            tariff.id, self.context.catalogue.take_address(), licname="web-3",
            remoteid=self.make_remoteid("c"),
        )  # fmt: skip
        self.carrier = self._licenses.order(order).id
        self.spent += step.cost

    def delete_carrier(self, step: StepRecord) -> None:
        """Deletes that license as well."""
        self._licenses.cancel(self.carrier)
        living = {row.id for row in self.client.licenses.list()}
        step.expect("the license is in the list", self.carrier in living, expected=False)

    @property
    def _licenses(self) -> CustomReseller:
        return CustomReseller(self.client, today=self.context.today)

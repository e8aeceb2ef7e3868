"""What is common to all that is resold: how each step is checked, whoever does it.

A way of reselling (custom billing, BILLmanager, WHMCS) says how something is done; this says what
must have come of it at the seller, read over the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Protocol

from dateutil.relativedelta import relativedelta

from contracts.journeys.catalogue_view import ADDITION, SOFT, month_of
from contracts.journeys.journey import NOTHING, JourneyContext, Step, Unreached
from contracts.journeys.lists import read_pages, read_sorted
from contracts.verdicts import ASSUMED, DOCUMENTED, OBSERVED
from reseller_client import Client, NotUnderstood, Refused, Status
from reseller_client.services.models import Tariff

LOOKS: Final = 60
"""So often a service is looked at that the seller is at work on."""
TERM: Final = relativedelta(months=1)
Fields = Mapping[str, str | int | bool]
Known = tuple[str, str]
"""Evidence and source of a step."""
ORDERING: Final[Known] = (DOCUMENTED, "docs/trade.md section 3, docs/resale.md section 2.2")
READING: Final[Known] = (OBSERVED, "docs/wire.md sections 7 and 8.2")
PROLONGING: Final[Known] = (DOCUMENTED, "docs/trade.md section 4: an active one from its end")
SWITCHING: Final[Known] = (DOCUMENTED, "docs/trade.md section 6.2: its term keeps running")
CHANGING: Final[Known] = (DOCUMENTED, "docs/trade.md section 6.1")
PRICED: Final[Known] = (ASSUMED, "docs/wire.md section 6: balance and prices each tell a currency")
DELETING: Final[Known] = (OBSERVED, "docs/trade.md section 6.5: clients call it so")
MONEY: Final[Known] = (DOCUMENTED, "docs/trade.md section 11")
REFUSING: Final[Known] = (OBSERVED, "docs/wire.md section 5: refused is refused, and costs nothing")


class Listed(Protocol):
    """What every service shows of itself in a list."""

    @property
    def id(self) -> int:
        """Its number."""
        ...

    @property
    def status(self) -> Status:
        """Its state."""
        ...

    @property
    def expires_on(self) -> date | None:
        """The end of its term."""
        ...


class Shown(Listed, Protocol):
    """What its form shows beside that."""

    @property
    def autoprolong(self) -> int | None:
        """The months by which the seller prolongs it, or None."""
        ...

    @property
    def tariff(self) -> int | None:
        """The code of what was bought."""
        ...


@dataclass(slots=True)
class Life:
    """One service of a product type. ``number`` is 0 until it was ordered."""

    context: JourneyContext
    family: str
    number: int = 0
    ends_on: date = date.min
    spent: Decimal = NOTHING
    gone: bool = False
    before: frozenset[int] = frozenset()
    """What the list had before anything was ordered."""
    _tariff: Tariff | None = field(default=None, repr=False)

    @property
    def client(self) -> Client:
        """The reseller's line to the seller."""
        return self.context.client

    @property
    def tariff(self) -> Tariff:
        """What is bought. Raises NotSold."""
        if self._tariff is None:
            self._tariff = self.context.catalogue.tariff(self.family)
        return self._tariff

    @property
    def month(self) -> Decimal:
        """What a month of it costs, by the price list."""
        return month_of(self.tariff) or NOTHING

    def remoteid(self, letter: str) -> str:
        """An id of ours that no other run has."""
        return f"judge-{self.context.token}-{letter}"

    def read(self) -> Shown:
        """The service as its form shows it. Raises Missed."""
        if self.family == SOFT:
            return self.client.licenses.get(self.number)
        if self.family == ADDITION:
            return self.client.modules.get(self.number)
        return self.client.products(self.family).get(self.number)

    def settled(self) -> Shown:
        """The service, once nothing is being done to it; looked at a bounded number of times."""
        retry_policy = self.client.retry_policy
        for _ in range(LOOKS):
            shown = self.read()
            if shown.status is not Status.PROCESSING:
                return shown
            retry_policy.wait(retry_policy.pause)
        return self.read()

    def rows(self) -> tuple[Listed, ...]:
        """The list of its type."""
        if self.family == SOFT:
            return self.client.licenses.list()
        if self.family == ADDITION:
            return self.client.modules.list()
        return self.client.products(self.family).list()

    def living(self) -> set[int]:
        """The numbers of all in the list that are not deleted."""
        return {row.id for row in self.rows() if row.status is not Status.DELETED}

    def price(self, step: Step) -> None:
        """The price list tells what a month costs."""
        self.before = frozenset(row.id for row in self.rows())
        step.says.append(f"tariff {self.tariff.id}, {self.month} a month")

    def currency(self, step: Step) -> None:
        """What is priced in one currency is paid in it: else the same number is another sum."""
        held = self.client.account.balance().currency
        priced = {one.cost.currency for one in self.tariff.prices if one.cost.currency}
        if held and priced:
            step.must("the price list is in the balance's currency", sorted(priced), [held])

    def pages(self, step: Step) -> None:
        """Every row is on some page of the list."""
        read_pages(step, self.client, self.family)

    def in_order(self, step: Step) -> None:
        """The list comes in the order that is asked for."""
        read_sorted(step, self.client, self.family)

    def looked(self, step: Step, fields: Fields) -> None:
        """An order form without ``sok`` costs nothing and opens nothing."""
        before = self.living()
        self.client.call(f"{self.family}.order.param", fields)
        step.must("what the list has", self.living(), before)

    def bought(self, step: Step, number: int, cost: Decimal) -> None:
        """What was ordered is active, for a month from today, and in the list once."""
        if number in self.before:
            raise NotUnderstood(f"the order is said to be {number}, which was there before it")
        step.cost, self.number = cost, number
        self.spent += cost
        shown = self.settled()
        step.says.append(f"{self.family} {number} for {cost}")
        step.must("its state", shown.status, Status.ACTIVE)
        self.ends_on = shown.expires_on or date.min
        step.must("its end", shown.expires_on, self.context.today() + TERM)
        step.must("its tariff", shown.tariff, self.tariff.id)
        self._is_not_renewed(step, shown)
        step.must("rows of it in the list", [row.id for row in self.rows()].count(number), 1)

    @staticmethod
    def _is_not_renewed(step: Step, shown: Shown) -> None:
        """Nobody asked for it, and it would charge whoever bought it month after month."""
        step.must("its renewal by the seller", shown.autoprolong, None)

    def found_again(self, step: Step, order: Callable[[], int]) -> None:
        """The same order again finds what is there, and costs nothing."""
        step.must("what the same order gives", order(), self.number)

    def refused(self, step: Step) -> None:
        """A period that is not sold is refused, which costs nothing and changes nothing."""
        living = self.living()
        fields: Fields = {"elid": self.number, "period": 7, "sok": "ok"}
        step.must_be_refused(
            "prolonging it by seven months", lambda: self.client.call("service.prolong", fields)
        )
        step.must("its end", self.read().expires_on, self.ends_on)
        step.must("what the list has", self.living(), living)

    def prolonged(self, step: Step, prolong: Callable[[], date | None], cost: Decimal) -> None:
        """A further month from its end, for what a month costs."""
        step.cost = cost
        told = prolong()
        self.spent += cost
        step.must("the end that is told", told, self.ends_on + TERM)
        shown = self.read()
        step.must("the end that is shown", shown.expires_on, self.ends_on + TERM)
        self._is_not_renewed(step, shown)
        self.ends_on += TERM

    def switched_off(self, step: Step, suspend: Callable[[], object]) -> None:
        """It is suspended and still there, and its term keeps running."""
        suspend()
        shown = self.settled()
        step.must("its state", shown.status, Status.SUSPENDED)
        listed = [row.status for row in self.rows() if row.id == self.number]
        step.must("its state in the list", listed, [Status.SUSPENDED])
        step.must("its end", shown.expires_on, self.ends_on)

    def switched_on(self, step: Step, resume: Callable[[], object]) -> None:
        """It is active again for nothing."""
        resume()
        shown = self.settled()
        step.must("its state", shown.status, Status.ACTIVE)
        step.must("its end", shown.expires_on, self.ends_on)

    def deleted(self, step: Step, delete: Callable[[], object]) -> None:
        """It is gone, from the list and for those who know its number."""
        delete()
        self.gone = True
        step.must("it is in the list", self.number in self.living(), wanted=False)
        try:
            shown = self.read()
        except Refused as refusal:
            step.says.append(f"reading it: refused, {refusal}")
            return
        step.must("its state", shown.status, Status.DELETED)

    def not_prolonged(self, step: Step) -> None:
        """What is deleted is not prolonged, and the attempt costs nothing."""
        if not self.gone:
            raise Unreached("it was not deleted")
        prolong = self.client.services.prolong_once
        step.must_be_refused("prolonging it", lambda: prolong(self.number, itemtype=self.family))

    def ledger(self, step: Step) -> None:
        """The list of expenses says to the cent what the steps have cost."""
        self.charged(step, {self.number}, self.spent)

    def charged(self, step: Step, numbers: Iterable[int], spent: Decimal) -> None:
        """What the seller says it charged for some services."""
        step.must("what it charged", self.context.spent_on(frozenset(numbers)), spent)
        step.says.append(f"charged {spent}")

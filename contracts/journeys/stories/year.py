"""A year of a reseller: WHMCS with its daily cron, a shop, and licenses the seller prolongs.

Every day time passes at the seller, the cron runs, what the seller has prolonged by itself is read,
customers pay for their next month, and the scenario's events happen. If the balance is too low the
operator tops it up and repeats the call on the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeVar

from dateutil.relativedelta import relativedelta

from contracts.journeys.journey import Expectation
from contracts.journeys.stories.ledger import Charge, compare
from contracts.journeys.stories.script import (
    PLATFORM,
    CustomerEvent,
    ScenarioProduct,
    YearScenario,
)
from reseller_client import Client, LicenseOrder, NotEnoughMoney, Status, UnknownOutcome
from reseller_client.resellers import Bought, Hosted, Store, WhmcsReseller, addon_of
from reseller_client.services.licenses import Licenses
from reseller_client.shop.storefront import Storefront

T = TypeVar("T")
MONTHS: Final = 12
_DELIVERED: Final[Mapping[Bought, str]] = MappingProxyType(
    {Bought.LICENSE: "bought", Bought.MONTH: "reused, prolonged", Bought.NOTHING: "reused"}
)


@dataclass(slots=True)
class SeparateLicense:
    """A license of another family, ordered directly and prolonged by the seller.

    ``ends_on`` is its end as last read.
    """

    licenses: Licenses
    service_id: int
    ends_on: date

    @classmethod
    def order(
        cls, client: Client, kind: str, tariff: int, *, name: str, ip: str, remoteid: str
    ) -> SeparateLicense:
        """Orders one for a month, with automatic prolongation. Raises what the client raises."""
        platform = kind == PLATFORM
        licenses = client.platforms if platform else client.third_party
        order = LicenseOrder(
            tariff,
            ip,
            licname="" if platform else name,
            comment=name if platform else "",
            autoprolong=1,
            remoteid=remoteid,
        )
        number = licenses.order(order).license_id
        if number is None:
            raise UnknownOutcome(f"the order of {name} was not opened at once")
        return cls(licenses, number, _read_end(licenses, number))

    def was_prolonged(self, today: date) -> bool:
        """Whether the seller has prolonged it since the last call.

        The seller is called only after its end: before, nothing changes.
        """
        if today < self.ends_on:
            return False
        before, self.ends_on = self.ends_on, _read_end(self.licenses, self.service_id)
        return self.ends_on > before

    def cancel(self) -> None:
        """Deletes it."""
        self.licenses.delete(self.service_id)


@dataclass(frozen=True, slots=True)
class SellerControls:
    """Controls of the seller: read its date, move its clock, pay money in.

    ``advance`` returns the events that were due on the way, as the control API has them.
    """

    today: Callable[[], date]
    advance: Callable[[str], list[Mapping[str, Any]]]
    top_up: Callable[[Decimal], None]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Something that was done: bought, prolonged, reused, suspended, resumed, freed, ..."""

    on: date
    what: str
    who: str
    service_id: int
    cost: Decimal = Decimal(0)
    sold: Decimal = Decimal(0)


@dataclass(slots=True)
class Subscription:
    """A customer's license: ``hosted`` by WHMCS, or a ``separate`` one that it does not know."""

    event: CustomerEvent
    product: ScenarioProduct
    service_id: int
    hosted: Hosted | None = None
    separate: SeparateLicense | None = None
    pays: bool = True
    terms: int = 1

    @property
    def paid_to(self) -> date:
        """The end of the months that the customer has paid."""
        return self.event.on + relativedelta(months=self.terms)


@dataclass(slots=True)
class Year:
    """The year being played; ``log`` and ``problems`` grow with it."""

    scenario: YearScenario
    client: Client
    controls: SellerControls
    store: Store
    storefront: Storefront
    log: list[LogEntry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    top_ups: int = 0
    _subscriptions: dict[str, Subscription] = field(default_factory=dict)
    _costs: dict[str, Decimal] = field(default_factory=dict)
    _of: dict[int, ScenarioProduct] = field(default_factory=dict)
    _numbers: int = 0

    def play(self) -> None:
        """Plays twelve months from today on, then enters the seller's charges in the shop.

        Raises what the client raises.
        """
        for product in self.scenario.products.values():
            self.storefront.set_price(product.tariff, product.rule)
            self._costs[product.name] = self.storefront.list_cost(
                product.tariff, extra=_extra(product)
            )
        for day in self._days():
            self._cron(day)
            self._check_separate(day)
            self._bill(day)
            for event in self.scenario.events:
                if event.on == day:
                    self._do(event)
        self.storefront.collect_costs()

    def check(self) -> list[Expectation]:
        """What has to be so after the year, read over the wire."""
        paid_in = self.scenario.balance + self.top_ups * self.scenario.top_up
        return [
            *compare(self.client, self.list_charges(), paid_in),
            Expectation("nothing went wrong", not self.problems, "; ".join(self.problems)),
            *self._check_pool(),
        ]

    def list_charges(self) -> list[Charge]:
        """What the reseller believes it paid: the list price of all it bought."""
        return [Charge(entry.on, entry.service_id, entry.cost) for entry in self.log if entry.cost]

    def _check_pool(self) -> Iterator[Expectation]:
        bought = {entry.service_id for entry in self.log if entry.what == "bought"}
        rows = {row.id: row for row in self.client.licenses.list()}
        stray = sorted(rows.keys() - bought)
        yield Expectation("no license that nobody ordered", not stray, f"found {stray}")
        bound = {row.license_id for row in self.store.rows() if row.service_id is not None}
        asleep = [n for n in bound if n not in rows or rows[n].status is not Status.ACTIVE]
        yield Expectation("every bound license is active", not asleep, f"not so: {sorted(asleep)}")
        remoteids = [row.remoteid for row in rows.values() if row.remoteid]
        yield Expectation(
            "no service has two licenses",
            len(remoteids) == len(set(remoteids)),
            str(sorted(remoteids)),
        )

    def _days(self) -> Iterator[date]:
        day = self.controls.today()
        end = day + relativedelta(months=MONTHS)
        while day < end:
            yield day
            for event in self.controls.advance("1 day"):
                if event["what"] in {"suspend", "delete"}:
                    self._note(f"seller: {event['what']}", "", int(event["service"]))
            day = self.controls.today()

    @property
    def _whmcs(self) -> WhmcsReseller:
        return WhmcsReseller(self.client, self.store, today=self.controls.today)

    def _cron(self, day: date) -> None:
        """The daily run; repeated after a top-up for what lacked money."""
        ends = {row.license_id: row.due_on for row in self.store.rows()}
        report = self._whmcs.daily_run()
        lacking = [n for n, problem in report.failed if isinstance(problem, NotEnoughMoney)]
        self.problems += [
            f"{day} {number}: {problem}"
            for number, problem in report.failed
            if number not in lacking
        ]
        for number in report.prolonged:
            self._note("prolonged", "", number, self._cost_of(number))
            if day >= ends[number]:
                self.problems.append(f"{number} was prolonged on {day}, it had ended")
        for number in report.terminated:
            self._note("freed", self._remove(number), number)
        for number in report.dropped:
            self._note("dropped", "", number)
        if lacking:
            for number in lacking:
                self._note("refused", "", number)
            self._top_up()
            self._cron(day)

    def _top_up(self) -> None:
        self.controls.top_up(self.scenario.top_up)
        self.top_ups += 1

    def _with_money(self, act: Callable[[], T]) -> T:
        try:
            return act()
        except NotEnoughMoney:
            self._top_up()
            return act()

    def _check_separate(self, day: date) -> None:
        """Notes what the seller has prolonged by itself."""
        for name, subscription in self._subscriptions.items():
            if subscription.separate is not None and subscription.separate.was_prolonged(day):
                cost = self._cost_of(subscription.service_id)
                self._note("prolonged by the seller", name, subscription.service_id, cost)

    def _bill(self, day: date) -> None:
        """Charges paying customers for the next month on the day the last one ends."""
        for name, subscription in self._subscriptions.items():
            while subscription.pays and day >= subscription.paid_to:
                subscription.terms += 1
                self._sell(name, subscription, first=False)

    def _sell(self, name: str, subscription: Subscription, *, first: bool) -> None:
        product = subscription.product
        price = self.storefront.quote(product.tariff, extra=_extra(product))
        day = self.controls.today()
        book = self.storefront.sell if first else self.storefront.renew
        customer = self.storefront.customer(name, day)
        book(customer, subscription.service_id, product.tariff, on=day, price=price)
        self._note("sold" if first else "renewed", name, subscription.service_id, sold=price)

    def _do(self, event: CustomerEvent) -> None:
        if event.do == "arrive":
            self._arrive(event)
            return
        subscription = self._subscriptions[event.customer]
        if event.do == "leave":
            self._leave(event.customer, subscription)
        elif subscription.hosted is not None and event.do == "suspend":
            subscription.pays = False
            self._whmcs.suspend_account(subscription.hosted)
            self._note("suspended", event.customer, subscription.service_id)
        elif subscription.hosted is not None:
            self._unsuspend(event.customer, subscription, subscription.hosted)

    def _arrive(self, event: CustomerEvent) -> None:
        product = self.scenario.products[event.product]
        self._numbers += 1
        serve = self._host if product.type == "soft" else self._order_separate
        subscription, bought = self._with_money(lambda: serve(event, product))
        self._of[subscription.service_id] = product
        self._subscriptions[event.customer] = subscription
        self._note(
            _DELIVERED[bought],
            event.customer,
            subscription.service_id,
            self._cost_if(bought, subscription),
        )
        self._sell(event.customer, subscription, first=True)

    def _host(self, event: CustomerEvent, product: ScenarioProduct) -> tuple[Subscription, Bought]:
        hosted = _hosted(event, product, self._numbers)
        delivery = self._whmcs.create_account(hosted)
        return Subscription(event, product, delivery.license_id, hosted), delivery.bought

    def _order_separate(
        self, event: CustomerEvent, product: ScenarioProduct
    ) -> tuple[Subscription, Bought]:
        separate = SeparateLicense.order(
            self.client, product.type, product.tariff,
            name=event.customer, ip=event.ip, remoteid=f"s{self._numbers}",
        )  # fmt: skip
        return Subscription(event, product, separate.service_id, separate=separate), Bought.LICENSE

    def _unsuspend(self, name: str, subscription: Subscription, hosted: Hosted) -> None:
        delivery = self._with_money(lambda: self._whmcs.unsuspend_account(hosted))
        self._note(
            "resumed", name, subscription.service_id, self._cost_if(delivery.bought, subscription)
        )
        subscription.pays = True
        self._bill(self.controls.today())

    def _leave(self, name: str, subscription: Subscription) -> None:
        if subscription.hosted is not None:
            self._whmcs.terminate_account(subscription.hosted)
            self._note("freed", name, subscription.service_id)
        elif subscription.separate is not None:
            subscription.separate.cancel()
            self._note("cancelled", name, subscription.service_id)
        del self._subscriptions[name]

    def _remove(self, number: int) -> str:
        """Removes the subscription of an addon that has ended; its customer."""
        name = next(
            n
            for n, subscription in self._subscriptions.items()
            if subscription.service_id == number
        )
        del self._subscriptions[name]
        return name

    def _cost_if(self, bought: Bought, subscription: Subscription) -> Decimal:
        return Decimal(0) if bought is Bought.NOTHING else self._cost_of(subscription.service_id)

    def _cost_of(self, number: int) -> Decimal:
        return self._costs[self._of[number].name]

    def _note(
        self,
        what: str,
        who: str,
        number: int,
        cost: Decimal = Decimal(0),
        *,
        sold: Decimal = Decimal(0),
    ) -> None:
        self.log.append(LogEntry(self.controls.today(), what, who, number, cost, sold))


def _extra(product: ScenarioProduct) -> dict[int, int]:
    return {} if product.node_addon is None else {product.node_addon: product.nodes}


def _hosted(event: CustomerEvent, product: ScenarioProduct, number: int) -> Hosted:
    if event.addon:
        return addon_of(
            addon_id=number, domain=f"{event.customer}.example", ip=event.ip,
            tariff=product.tariff, ends_on=event.until,
        )  # fmt: skip
    return Hosted(
        number, event.ip, event.customer, product.tariff, product.node_addon, product.nodes
    )


def _read_end(licenses: Licenses, number: int) -> date:
    end = licenses.get(number).expires_on
    if end is None:
        raise UnknownOutcome(f"service {number} shows no end")
    return end

"""A year of a reseller: WHMCS with its daily cron, a shop, and licenses the seller prolongs.

Day by day: time passes at the seller, the cron runs, what the seller prolonged by itself is looked
up, customers pay for their next month, and then the scenario's events happen. When money lacks the
operator tops up and does it again, on the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeVar

from dateutil.relativedelta import relativedelta

from contracts.journeys.stories.ledger import Charge, compare
from contracts.journeys.stories.license_life import Check
from contracts.journeys.stories.script import Event, Product, Scenario
from contracts.journeys.stories.single import Single
from reseller_client import Client, NotEnoughMoney, Status
from reseller_client.resellers import Bought, Hosted, Store, WhmcsReseller, addon_of
from reseller_client.shop.storefront import Storefront

Result = TypeVar("Result")
MONTHS: Final = 12
_TAKEN: Final[Mapping[Bought, str]] = MappingProxyType(
    {Bought.LICENSE: "bought", Bought.MONTH: "reused, prolonged", Bought.NOTHING: "reused"}
)


@dataclass(frozen=True, slots=True)
class Hands:
    """What the year may do to the world: read its day, move its clock, pay money in.

    ``advance`` answers what fell due on the way, as the clock tells it.
    """

    today: Callable[[], date]
    advance: Callable[[str], list[Mapping[str, Any]]]
    top_up: Callable[[Decimal], None]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done: bought, prolonged, reused, suspended, resumed, freed, ..."""

    on: date
    what: str
    who: str
    service_id: int
    cost: Decimal = Decimal(0)
    sold: Decimal = Decimal(0)


@dataclass(slots=True)
class Guest:
    """A customer with a license: ``hosted`` by WHMCS, or a ``single`` one it knows nothing of."""

    event: Event
    product: Product
    service_id: int
    hosted: Hosted | None = None
    single: Single | None = None
    pays: bool = True
    terms: int = 1

    @property
    def paid_to(self) -> date:
        """The end of what the customer has paid, counted from the first day."""
        return self.event.on + relativedelta(months=self.terms)


@dataclass(slots=True)
class Year:
    """The year being played. ``deeds`` and ``problems`` grow as it goes."""

    scenario: Scenario
    client: Client
    hands: Hands
    store: Store
    storefront: Storefront
    deeds: list[Deed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    top_ups: int = 0
    _guests: dict[str, Guest] = field(default_factory=dict)
    _costs: dict[str, Decimal] = field(default_factory=dict)
    _of: dict[int, Product] = field(default_factory=dict)
    _numbers: int = 0

    def play(self) -> None:
        """Plays twelve months from today on, then books the seller's charges in the shop."""
        for product in self.scenario.products.values():
            self.storefront.set_price(product.tariff, product.rule)
            self._costs[product.name] = self.storefront.list_cost(
                product.tariff, extra=_extra(product)
            )
        for day in self._days():
            self._cron(day)
            self._look_after_singles(day)
            self._bill(day)
            for event in self.scenario.events:
                if event.on == day:
                    self._happen(event)
        self.storefront.collect_costs()

    def checks(self) -> list[Check]:
        """What must be so after the year; the ledgers are read over the wire."""
        put_in = self.scenario.balance + self.top_ups * self.scenario.top_up
        return [
            *compare(self.client, self.believed(), put_in),
            Check("nothing went wrong", not self.problems, "; ".join(self.problems)),
            *self._pool_checks(),
        ]

    def believed(self) -> list[Charge]:
        """What the reseller believes it paid: the list price of everything it bought."""
        return [Charge(deed.on, deed.service_id, deed.cost) for deed in self.deeds if deed.cost]

    def _pool_checks(self) -> Iterator[Check]:
        bought = {deed.service_id for deed in self.deeds if deed.what == "bought"}
        rows = {row.id: row for row in self.client.licenses.list()}
        stray = sorted(rows.keys() - bought)
        yield Check("no license that nobody ordered", not stray, f"found {stray}")
        bound = {row.license_id for row in self.store.rows() if row.service_id is not None}
        asleep = [n for n in bound if n not in rows or rows[n].status is not Status.ACTIVE]
        yield Check("every bound license is active", not asleep, f"not so: {sorted(asleep)}")
        held = [row.remoteid for row in rows.values() if row.remoteid]
        yield Check("no service has two licenses", len(held) == len(set(held)), str(sorted(held)))

    def _days(self) -> Iterator[date]:
        day = self.hands.today()
        end = day + relativedelta(months=MONTHS)
        while day < end:
            yield day
            for told in self.hands.advance("1 day"):
                if told["what"] in {"suspend", "delete"}:
                    self._note(f"seller: {told['what']}", "", int(told["service"]))
            day = self.hands.today()

    @property
    def _whmcs(self) -> WhmcsReseller:
        return WhmcsReseller(self.client, self.store, today=self.hands.today)

    def _cron(self, day: date) -> None:
        """The daily run; after a lack of money once more, since the rest was done."""
        ends = {row.license_id: row.due_on for row in self.store.rows()}
        report = self._whmcs.daily_run()
        lacking = [one for one, why in report.failed if isinstance(why, NotEnoughMoney)]
        self.problems += [f"{day} {one}: {why}" for one, why in report.failed if one not in lacking]
        for number in report.prolonged:
            self._note("prolonged", "", number, self._cost_of(number))
            if day >= ends[number]:
                self.problems.append(f"{number} was prolonged on {day}, it had ended")
        for number in report.terminated:
            self._note("freed", self._forget(number), number)
        for number in report.dropped:
            self._note("dropped", "", number)
        if lacking:
            for number in lacking:
                self._note("refused", "", number)
            self._top_up()
            self._cron(day)

    def _top_up(self) -> None:
        self.hands.top_up(self.scenario.top_up)
        self.top_ups += 1

    def _with_money(self, act: Callable[[], Result]) -> Result:
        try:
            return act()
        except NotEnoughMoney:
            self._top_up()
            return act()

    def _look_after_singles(self, day: date) -> None:
        """Learns by reading what the seller has prolonged by itself."""
        for name, guest in self._guests.items():
            if guest.single is not None and guest.single.moved(day):
                cost = self._cost_of(guest.service_id)
                self._note("prolonged by the seller", name, guest.service_id, cost)

    def _bill(self, day: date) -> None:
        """Whoever pays is charged for the next month on the day the last one ends."""
        for name, guest in self._guests.items():
            while guest.pays and day >= guest.paid_to:
                guest.terms += 1
                self._sell(name, guest, first=False)

    def _sell(self, name: str, guest: Guest, *, first: bool) -> None:
        product = guest.product
        price = self.storefront.quote(product.tariff, extra=_extra(product))
        day = self.hands.today()
        book = self.storefront.sell if first else self.storefront.renew
        customer = self.storefront.customer(name, day)
        book(customer, guest.service_id, product.tariff, on=day, price=price)
        self._note("sold" if first else "renewed", name, guest.service_id, sold=price)

    def _happen(self, event: Event) -> None:
        if event.do == "arrive":
            self._arrive(event)
            return
        guest = self._guests[event.customer]
        if event.do == "leave":
            self._leave(event.customer, guest)
        elif guest.hosted is not None and event.do == "suspend":
            guest.pays = False
            self._whmcs.suspend_account(guest.hosted)
            self._note("suspended", event.customer, guest.service_id)
        elif guest.hosted is not None:
            self._unsuspend(event.customer, guest, guest.hosted)

    def _arrive(self, event: Event) -> None:
        product = self.scenario.products[event.product]
        self._numbers += 1
        serve = self._host if product.type == "soft" else self._order_single
        guest, bought = self._with_money(lambda: serve(event, product))
        self._of[guest.service_id] = product
        self._guests[event.customer] = guest
        self._note(_TAKEN[bought], event.customer, guest.service_id, self._cost_if(bought, guest))
        self._sell(event.customer, guest, first=True)

    def _host(self, event: Event, product: Product) -> tuple[Guest, Bought]:
        hosted = _hosted(event, product, self._numbers)
        delivery = self._whmcs.create_account(hosted)
        return Guest(event, product, delivery.license_id, hosted), delivery.bought

    def _order_single(self, event: Event, product: Product) -> tuple[Guest, Bought]:
        single = Single.order(
            self.client, product.type, product.tariff,
            name=event.customer, ip=event.ip, remoteid=f"s{self._numbers}",
        )  # fmt: skip
        return Guest(event, product, single.service_id, single=single), Bought.LICENSE

    def _unsuspend(self, name: str, guest: Guest, hosted: Hosted) -> None:
        delivery = self._with_money(lambda: self._whmcs.unsuspend_account(hosted))
        self._note("resumed", name, guest.service_id, self._cost_if(delivery.bought, guest))
        guest.pays = True
        self._bill(self.hands.today())

    def _leave(self, name: str, guest: Guest) -> None:
        if guest.hosted is not None:
            self._whmcs.terminate_account(guest.hosted)
            self._note("freed", name, guest.service_id)
        elif guest.single is not None:
            guest.single.cancel()
            self._note("cancelled", name, guest.service_id)
        del self._guests[name]

    def _forget(self, number: int) -> str:
        """The customer whose addon's life is over."""
        name = next(n for n, guest in self._guests.items() if guest.service_id == number)
        del self._guests[name]
        return name

    def _cost_if(self, bought: Bought, guest: Guest) -> Decimal:
        return Decimal(0) if bought is Bought.NOTHING else self._cost_of(guest.service_id)

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
        self.deeds.append(Deed(self.hands.today(), what, who, number, cost, sold))


def _extra(product: Product) -> dict[int, int]:
    return {} if product.node_addon is None else {product.node_addon: product.nodes}


def _hosted(event: Event, product: Product, number: int) -> Hosted:
    if event.addon:
        return addon_of(
            addon_id=number, domain=f"{event.customer}.example", ip=event.ip,
            tariff=product.tariff, ends_on=event.until,
        )  # fmt: skip
    return Hosted(
        number, event.ip, event.customer, product.tariff, product.node_addon, product.nodes
    )

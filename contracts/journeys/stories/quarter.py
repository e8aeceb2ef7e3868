"""A quarter of a reseller of virtual servers, played by two kinds of reseller with one scenario.

Every day time passes at the seller, terms that end tomorrow are renewed if their customer stays,
and the scenario's events happen. What the reseller believes it paid is computed from the
price list and quotes, never from what the seller says it charged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol

from dateutil.relativedelta import relativedelta

from contracts.journeys.journey import Expectation
from contracts.journeys.stories.ledger import Charge, compare
from contracts.journeys.stories.script import QuarterEvent, QuarterScenario, ServerProduct
from reseller_client import Client, ServiceRow, Status

MONTHS: Final = 3
TYPE: Final = "vds"


@dataclass(frozen=True, slots=True)
class RentedServer:
    """A server of a customer: the seller's number, the end of its term, what a month costs."""

    customer: str
    product: ServerProduct
    number: int
    ends_on: date
    cost: Decimal


class QuarterReseller(Protocol):
    """One kind of reseller. Sums are what the reseller believes; a call that returns is done.

    Each method may raise what the client raises.
    """

    def arrive(self, customer: str, product: ServerProduct) -> RentedServer:
        """Sells and opens a server."""

    def renew(self, server: RentedServer) -> RentedServer:
        """Sells and buys another month."""

    def resize(self, server: RentedServer, event: QuarterEvent) -> tuple[RentedServer, Decimal]:
        """Sells other amounts of addons; what they cost at once."""

    def reinstall(self, server: RentedServer, ostempl: str) -> None:
        """Installs another operating system."""

    def suspend(self, server: RentedServer) -> None:
        """Suspends it: its customer does not pay."""

    def resume(self, server: RentedServer) -> None:
        """Resumes it."""

    def leave(self, server: RentedServer) -> None:
        """Deletes it."""

    def run_daily(self) -> None:
        """Runs what a reseller of this kind runs every day."""

    def sum_sales(self) -> Decimal:
        """What all customers have paid."""


@dataclass(frozen=True, slots=True)
class QuarterClock:
    """The seller's clock: read its date, and move it to the next day."""

    today: Callable[[], date]
    next_day: Callable[[], None]


@dataclass(frozen=True, slots=True)
class QuarterEntry:
    """One line of the log."""

    on: date
    what: str
    customer: str
    number: int
    cost: Decimal


@dataclass(slots=True)
class Quarter:
    """The quarter being played; ``log`` grows with it. ``servers``: by customer."""

    scenario: QuarterScenario
    reseller: QuarterReseller
    clock: QuarterClock
    client: Client
    """Reads the seller at the end, when no answer is lost any more."""
    log: list[QuarterEntry] = field(default_factory=list)
    servers: dict[str, RentedServer] = field(default_factory=dict)
    unpaid: set[str] = field(default_factory=set)

    def play(self) -> None:
        """Plays three months from today on. Raises what the client raises."""
        end = self.clock.today() + relativedelta(months=MONTHS)
        while (day := self.clock.today()) < end:
            self.reseller.run_daily()
            for customer, server in list(self.servers.items()):
                if customer not in self.unpaid and server.ends_on <= day + timedelta(days=1):
                    self.servers[customer] = self.reseller.renew(server)
                    self._note("renewed", self.servers[customer], server.cost)
            for event in self.scenario.events:
                if event.on == day:
                    self._do(event)
            self.clock.next_day()

    def _do(self, event: QuarterEvent) -> None:
        if event.do == "arrive":
            server = self.reseller.arrive(event.customer, self.scenario.products[event.product])
            self.servers[event.customer] = server
            self._note("opened", server, server.cost)
            return
        server = self.servers[event.customer]
        cost = Decimal(0)
        if event.do == "resize":
            self.servers[event.customer], cost = self.reseller.resize(server, event)
        elif event.do == "reinstall":
            self.reseller.reinstall(server, event.ostempl)
        elif event.do == "suspend":
            self.unpaid.add(event.customer)
            self.reseller.suspend(server)
        elif event.do == "resume":
            self.unpaid.remove(event.customer)
            self.reseller.resume(server)
        else:
            self.reseller.leave(self.servers.pop(event.customer))
        self._note(_DONE[event.do], server, cost)

    def _note(self, what: str, server: RentedServer, cost: Decimal) -> None:
        self.log.append(
            QuarterEntry(self.clock.today(), what, server.customer, server.number, cost)
        )

    def list_charges(self) -> list[Charge]:
        """What the reseller believes it paid."""
        return [Charge(entry.on, entry.number, entry.cost) for entry in self.log if entry.cost]

    def check(self) -> list[Expectation]:
        """What has to be so at the end, read over the wire: both ledgers, and every server."""
        return [
            *compare(self.client, self.list_charges(), self.scenario.balance),
            *self._check_servers(),
        ]

    def _check_servers(self) -> Iterator[Expectation]:
        rows = {row.id: row for row in self.client.products(TYPE).list()}
        expected = {server.number: server for server in self.servers.values()}
        stray, lost = sorted(rows.keys() - expected.keys()), sorted(expected.keys() - rows.keys())
        yield Expectation("no machine that nobody has", not stray, f"found {stray}")
        yield Expectation("no machine that is lost", not lost, f"missing {lost}")
        both = [(rows[n], server) for n, server in expected.items() if n in rows]
        asleep = [row.id for row, _ in both if row.status is not Status.ACTIVE]
        yield Expectation("every machine is active", not asleep, f"not so: {asleep}")
        late = [row.id for row, server in both if not _as_paid(row, server)]
        yield Expectation("every term is the one that was paid", not late, f"not so: {late}")


def _as_paid(row: ServiceRow, server: RentedServer) -> bool:
    return row.expires_on == server.ends_on


def extend(server: RentedServer, ends_on: date) -> RentedServer:
    """The same server with a later end."""
    return replace(server, ends_on=ends_on)


_DONE: Final = {
    "resize": "resized",
    "reinstall": "reinstalled",
    "suspend": "suspended",
    "resume": "resumed",
    "leave": "deleted",
}

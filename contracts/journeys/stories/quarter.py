"""A quarter of a reseller of machines, played by either kind of reseller against one script.

Day by day: time passes at the seller, every term that ends tomorrow is renewed as long as its
customer stays, and then the script's acts happen. What the reseller believes it paid is computed
from the price list and asked prices, never from what the seller says it charged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol

from dateutil.relativedelta import relativedelta

from contracts.journeys.stories.ledger import Charge, compare
from contracts.journeys.stories.license_life import Check
from contracts.journeys.stories.quarter_script import Act, Script, Sold
from reseller_client import Client, ServiceRow, Status

MONTHS: Final = 3
TYPE: Final = "vds"


@dataclass(frozen=True, slots=True)
class Held:
    """A machine of a customer: the seller's number, its paid end, what it costs each month."""

    customer: str
    product: Sold
    number: int
    ends_on: date
    cost: Decimal


class Side(Protocol):
    """One kind of reseller, as the quarter drives it. Sums are what the reseller believes.

    Everything but ``books`` may talk to the seller; a deed that comes back is done.
    """

    def arrive(self, customer: str, product: Sold) -> Held:
        """Sells and opens a machine."""

    def renew(self, held: Held) -> Held:
        """Sells and buys another month."""

    def resize(self, held: Held, act: Act) -> tuple[Held, Decimal]:
        """Sells other addons; what they cost at once."""

    def reinstall(self, held: Held, ostempl: str) -> None:
        """Installs another system."""

    def suspend(self, held: Held) -> None:
        """Switches it off: its customer does not pay."""

    def resume(self, held: Held) -> None:
        """Switches it on again."""

    def leave(self, held: Held) -> None:
        """Deletes it."""

    def passed(self) -> None:
        """A day passed: whatever runs by itself."""

    def sold(self) -> Decimal:
        """What customers paid altogether."""


@dataclass(frozen=True, slots=True)
class World:
    """What the quarter may do to the seller's world: read its day, and move it on by one."""

    today: Callable[[], date]
    next_day: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the diary."""

    on: date
    what: str
    customer: str
    number: int
    cost: Decimal


@dataclass(slots=True)
class Quarter:
    """The quarter being played. ``told`` grows as it goes."""

    script: Script
    side: Side
    world: World
    client: Client
    """Sees the seller as it is, on a line that loses nothing."""
    told: list[Told] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)
    unpaid: set[str] = field(default_factory=set)

    def play(self) -> None:
        """Plays three months from today on."""
        end = self.world.today() + relativedelta(months=MONTHS)
        while (day := self.world.today()) < end:
            self.side.passed()
            for customer, held in list(self.held.items()):
                if customer not in self.unpaid and held.ends_on <= day + timedelta(days=1):
                    self.held[customer] = self.side.renew(held)
                    self._tell("renewed", self.held[customer], held.cost)
            for act in self.script.acts:
                if act.on == day:
                    self._happen(act)
            self.world.next_day()

    def _happen(self, act: Act) -> None:
        if act.do == "arrive":
            held = self.side.arrive(act.customer, self.script.products[act.product])
            self.held[act.customer] = held
            self._tell("opened", held, held.cost)
            return
        held = self.held[act.customer]
        cost = Decimal(0)
        if act.do == "resize":
            self.held[act.customer], cost = self.side.resize(held, act)
        elif act.do == "reinstall":
            self.side.reinstall(held, act.ostempl)
        elif act.do == "suspend":
            self.unpaid.add(act.customer)
            self.side.suspend(held)
        elif act.do == "resume":
            self.unpaid.remove(act.customer)
            self.side.resume(held)
        else:
            self.side.leave(self.held.pop(act.customer))
        self._tell(_DONE[act.do], held, cost)

    def _tell(self, what: str, held: Held, cost: Decimal) -> None:
        self.told.append(Told(self.world.today(), what, held.customer, held.number, cost))

    def believed(self) -> list[Charge]:
        """What the reseller believes it paid, charge by charge."""
        return [Charge(one.on, one.number, one.cost) for one in self.told if one.cost]

    def checks(self) -> list[Check]:
        """What must be so at the end, read over the wire: both ledgers, and every machine."""
        return [*compare(self.client, self.believed(), self.script.balance), *self._machines()]

    def _machines(self) -> Iterator[Check]:
        rows = {row.id: row for row in self.client.products(TYPE).list()}
        wanted = {held.number: held for held in self.held.values()}
        stray, lost = sorted(rows.keys() - wanted.keys()), sorted(wanted.keys() - rows.keys())
        yield Check("no machine that nobody has", not stray, f"found {stray}")
        yield Check("no machine that is lost", not lost, f"missing {lost}")
        both = [(rows[n], held) for n, held in wanted.items() if n in rows]
        asleep = [row.id for row, _ in both if row.status is not Status.ACTIVE]
        yield Check("every machine is active", not asleep, f"not so: {asleep}")
        late = [row.id for row, held in both if not _as_paid(row, held)]
        yield Check("every term is the one that was paid", not late, f"not so: {late}")


def _as_paid(row: ServiceRow, held: Held) -> bool:
    return row.expires_on == held.ends_on


def longer(held: Held, ends_on: date) -> Held:
    """The same machine, paid for until another day."""
    return replace(held, ends_on=ends_on)


_DONE: Final = {
    "resize": "resized",
    "reinstall": "reinstalled",
    "suspend": "suspended",
    "resume": "resumed",
    "leave": "deleted",
}

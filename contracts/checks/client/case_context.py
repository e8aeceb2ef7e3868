"""The scene of one play: a world of its own, the ear in front of it, and the client that acts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from dateutil.relativedelta import relativedelta

from contracts.checks.client.fault_hooks import Asked, Plan, Trick
from contracts.checks.client.lesson import Performance
from contracts.checks.client.middleware import Ear
from contracts.checks.client.products import MODULES, Goods
from contracts.checks.client.steps import Account, Do, Report, Result, Step
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator.testing import World

LICENSE_OF_MODULES: Final = "192.0.2.100"
"""Where the license stands for which modules are ordered."""


class NotPlayed(Exception):
    """The client has nothing like what was asked: the rest of the play makes no sense."""


class Player(Protocol):
    """Who plays the client."""

    def do(self, step: Step) -> Report:
        """Carries out a step and says what became of it. Raises CannotRun."""
        ...

    def begin(self, lesson: str) -> None:
        """A new play begins: nothing of an earlier one counts."""
        ...

    def end(self) -> None:
        """The play is over."""
        ...


@dataclass(frozen=True, slots=True)
class Times:
    """How time passes on a scene.

    ``pass_time`` moves the seller's elapsed seconds; ``wait`` is how a slow answer is slow: by
    moving too, or by really waiting. ``slow`` and ``late`` are how long an answer and a key take.
    """

    pass_time: Callable[[float], None]
    wait: Callable[[float], None]
    slow: float = 45.0
    late: float = 20.0


@dataclass
class Scene:
    """What a play may use. ``address`` is the seller's, as this client is to call it."""

    lesson: str
    goods: Goods
    world: World
    ear: Ear
    player: Player
    times: Times
    address: str
    login: str = OUR_LOGIN
    facts: dict[str, Any] = field(default_factory=dict)
    _steps: list[Step] = field(default_factory=list)
    _reports: list[Report] = field(default_factory=list)
    _license: int | None = None

    def open(self) -> None:
        """What a play needs first: the license that modules are for."""
        if self.goods.trade == MODULES:
            self._license = self.world.order(ip=LICENSE_OF_MODULES, licname="panel", period=12)

    def trick(self, *tricks: Trick) -> None:
        """Plays these from now on, beside those that play."""
        self.ear.tricks = (*self.ear.tricks, *tricks)

    def at_order(self, what: str, *, times: int = 1, **settings: object) -> None:
        """Plans a fault of the seller's for the next confirmed orders."""
        self.trick(Plan(self.world.faults, buys, what, times=times, **settings))

    def order(self, reference: str, **more: str | int | bool) -> Report:
        """Asks the client to order the article."""
        fields = {**self.goods.wish(reference, self._license), **more}
        session = bool(fields.pop("session", False))
        return self.ask(Do.ORDER, self.goods.say(fields), fields, session=session)

    def settle(self, reference: str) -> Report:
        """Asks it to see to an order whose outcome was not clear."""
        fields = self.goods.wish(reference, self._license)
        say = (
            f"What has become of the order under your number {reference}? "
            "See to it that it is there in the end, once, and deliver it."
        )
        return self.ask(Do.SETTLE, say, fields)

    def ask(
        self,
        do: Do,
        say: str,
        fields: Mapping[str, str | int | bool] | None = None,
        *,
        session: bool = False,
    ) -> Report:
        """One step. Raises NotPlayed where the client has nothing like it."""
        number = len(self._steps) + 1
        account = Account(self.address, self.login, OUR_PASSWORD, self.world.clock.now)
        step = Step(
            do, say, self.lesson, number, self.goods.trade, account, session, dict(fields or {})
        )
        self._steps.append(step)
        self.ear.step = number
        report = self.player.do(step)
        self._reports.append(report)
        if report.result is Result.CANNOT:
            raise NotPlayed(
                f"the client cannot do step {number} ({do}): {report.reason}".rstrip(": ")
            )
        return report

    def daily(self) -> Report:
        """Asks it to do what it does every day."""
        say = "A day has begun: do what you do every day. What ends tomorrow is renewed by a month."
        return self.ask(Do.DAILY, say)

    def status(self, reference: str) -> Report:
        """Asks it how something is at the seller."""
        say = f"How is your number {reference} at the seller now, and until when is it paid?"
        return self.ask(Do.STATUS, say, {"reference": reference})

    def month_ago(self) -> None:
        """Goes back, so that a month bought now ends tomorrow by everybody's own calendar.

        A client that cannot be told the date then sees the end come on the day on which it really
        is there; at the ends of months it may be a day or three away.
        """
        now = datetime.fromisoformat(self.world.clock.now)
        then = now + relativedelta(days=1) - relativedelta(months=1)
        self.world.clock.freeze(then.isoformat())

    def before_end(self) -> None:
        """Lets the world's time pass until noon of the day before the term ends."""
        end = self.end_of_first()
        if end is not None:
            now = datetime.fromisoformat(self.world.clock.now)
            days = (date.fromisoformat(end) - now.date()).days - 1
            self.world.clock.advance(f"{days} days")

    def end_of_first(self) -> str | None:
        """The day on which the term of what was bought ends, ISO; None where nothing was."""
        owned = self.owned()
        return str(owned[0]["expires"]) if owned else None

    def stock(self, count: int) -> None:
        """The account has so many more of the article."""
        for number in range(count):
            wish = self.goods.wish(str(number), self._license)
            self.world.call(
                f"{self.goods.itemtype}.order.param",
                pricelist=self.goods.tariff,
                period=1,
                licname=wish.get("name", ""),
                ip=wish.get("ip", ""),
                domain=wish.get("domain", ""),
                skipbasket="on",
                sok="ok",
            )

    def everything(self) -> tuple[int, ...]:
        """The numbers of all services of the article's type that the account has."""
        return tuple(self._numbers())

    def owned(self) -> tuple[Mapping[str, Any], ...]:
        """The services of the article's type: the world began without any."""
        return tuple(self.world.service(number) for number in sorted(self._numbers()))

    def performance(self) -> Performance:
        """The play as it went. What is planned is taken back first."""
        heard = self.ear.take()
        tricks, self.ear.tricks = self.ear.tricks, ()
        self.world.faults.clear()
        return Performance(
            goods=self.goods,
            steps=tuple(self._steps),
            reports=tuple(self._reports),
            heard=heard,
            owned=self.owned(),
            charges=self._charges(),
            facts=dict(self.facts),
            trapped=all(trick.struck for trick in tricks),
        )

    def close(self) -> None:
        """Throws the world away."""
        self.world.control("DELETE", f"/worlds/{self.world.name}")

    def _numbers(self) -> list[int]:
        rows = self.world.call(self.goods.itemtype, p_cnt=1000).rows()
        return [int(row["id"]) for row in rows]

    def _charges(self) -> dict[int, tuple[Decimal, ...]]:
        found: dict[int, tuple[Decimal, ...]] = {}
        for row in reversed(self.world.call("expense", p_cnt=1000).rows()):
            number = int(row.get("main_item") or 0)
            found[number] = (*found.get(number, ()), Decimal(row["amount"]))
        return found


def buys(asked: Asked) -> bool:
    """Chooses confirmed orders."""
    return asked.buys

"""One case of a lesson: the context in which its scenario runs, and the execution it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from dateutil.relativedelta import relativedelta

from contracts.checks.client.fault_hooks import FaultHook, PlanFault, confirmed_order
from contracts.checks.client.middleware import RecordedCall, RecordingMiddleware
from contracts.checks.client.products import MODULES, SampleProduct
from contracts.checks.client.protocol import (
    Action,
    ClientReport,
    ClientStep,
    OrderFields,
    SellerAccess,
    StepResult,
)
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from contracts.target.curl import format_record
from emulator.testing import World

MODULE_LICENSE_IP: Final = "192.0.2.100"
"""The address of the license that modules are ordered for."""
SECOND_LICENSE_IP: Final = "192.0.2.101"
FURTHER_LOGIN: Final = "api+billing@shop.example"
FURTHER_PASSWORD: Final = "Se:cr%et+1&"  # noqa: S105 - of a world that lasts one case


class ActionNotSupported(Exception):
    """The client cannot do what was asked: the rest of the scenario makes no sense."""


class ClientDriver(Protocol):
    """What passes steps to the graded client and returns its reports."""

    def do(self, step: ClientStep) -> ClientReport:
        """Carry out a step.

        Raises BadReport where the answer is none, ClientUnusable where there is no client.
        """
        ...

    def begin(self, lesson: str) -> None:
        """Begin a case: nothing the client has stored in an earlier one may remain."""
        ...

    def end(self) -> None:
        """End the case."""
        ...


@dataclass(frozen=True, slots=True)
class Times:
    """How time passes in an environment.

    ``pass_time`` moves the seller's elapsed seconds. ``wait`` makes an answer slow: it moves them
    too, or really waits. ``slow`` and ``late``: seconds that a slow answer and a late key take.
    """

    pass_time: Callable[[float], None]
    wait: Callable[[float], None]
    slow: float = 45.0
    late: float = 20.0


@dataclass(frozen=True, slots=True)
class Execution:
    """What a scenario left: steps with reports, recorded calls, and the state of its world.

    ``owned``: the services of the product's type, as the control API describes them. ``charges``:
    what each service of the account was charged, by its number. ``facts``: what the scenario passes
    on to its check. ``hooks_applied``: whether every fault hook took effect.
    """

    product: SampleProduct
    steps: tuple[ClientStep, ...]
    reports: tuple[ClientReport, ...]
    calls: tuple[RecordedCall, ...]
    owned: tuple[Mapping[str, Any], ...]
    charges: Mapping[int, tuple[Decimal, ...]]
    facts: Mapping[str, Any]
    hooks_applied: bool

    def calls_during(self, step: int) -> tuple[RecordedCall, ...]:
        """The calls during a step, counted from 1."""
        return tuple(call for call in self.calls if call.step == step)

    def orders(self, step: int | None = None) -> tuple[RecordedCall, ...]:
        """The confirmed orders of one step, or of all."""
        calls = self.calls if step is None else self.calls_during(step)
        return tuple(call for call in calls if call.is_order)

    @property
    def renewals(self) -> tuple[RecordedCall, ...]:
        """The confirmed renewals."""
        return tuple(call for call in self.calls if call.is_renewal)

    @property
    def last_report(self) -> ClientReport:
        """The client's last report."""
        return self.reports[-1]

    @property
    def is_delivered(self) -> bool:
        """Whether exactly one service was bought, and a report named what its customer gets."""
        if len(self.owned) != 1:
            return False
        return any(_proves_delivery(self.product, each, self.owned[0]) for each in self.reports)


def _proves_delivery(
    product: SampleProduct, report: ClientReport, service: Mapping[str, Any]
) -> bool:
    if report.result is not StepResult.OK:
        return False
    if product.proof == "key":
        return bool(report.key) and report.key == str(service["lickey"])
    if product.proof == "ip":
        return bool(report.ip) and report.ip == str(service["ip"])
    return report.id == int(service["id"])


@dataclass
class CaseContext:
    """What a scenario works with: a world of its own, fault hooks, and the client.

    ``address``, ``login`` and ``password`` are the seller's address and the login as this client
    has to use them.
    """

    lesson: str
    product: SampleProduct
    world: World
    middleware: RecordingMiddleware
    driver: ClientDriver
    times: Times
    address: str
    login: str = OUR_LOGIN
    password: str = field(default=OUR_PASSWORD, repr=False)
    facts: dict[str, Any] = field(default_factory=dict)
    _steps: list[ClientStep] = field(default_factory=list)
    _reports: list[ClientReport] = field(default_factory=list)
    _license: int | None = None

    @property
    def step_count(self) -> int:
        """How many steps were passed to the client so far."""
        return len(self._steps)

    def prepare(self) -> None:
        """Buy what every order of the product needs: a license, for modules."""
        if self.product.trade == MODULES:
            self._license = self.world.order(ip=MODULE_LICENSE_IP, licname="panel", period=12)

    def use_further_login(self) -> int:
        """Make a further login of the account, which the client uses from now on; its number."""
        made = self.world.call("user.edit", email=FURTHER_LOGIN, passwd=FURTHER_PASSWORD, sok="ok")
        self.login = self.login.replace(OUR_LOGIN, FURTHER_LOGIN, 1)
        self.password = FURTHER_PASSWORD
        return made.id

    def another_license(self) -> dict[str, Any]:
        """The field of an order for another license than the first order's: modules need one."""
        if self.product.trade != MODULES:
            return {}
        return {"licence": self.world.order(ip=SECOND_LICENSE_IP, licname="panel-2", period=12)}

    def add_hooks(self, *hooks: FaultHook) -> None:
        """Apply these hooks from now on, after those that are applied already."""
        self.middleware.hooks = (*self.middleware.hooks, *hooks)

    def plan_order_fault(self, fault: str, *, times: int = 1, **settings: object) -> None:
        """Plan a fault of the seller for the next confirmed orders."""
        self.add_hooks(
            PlanFault(self.world.faults, confirmed_order, fault, times=times, **settings)
        )

    def order(
        self, reference: str, *, session: bool = False, **fields: str | int | bool
    ) -> ClientReport:
        """Ask the client to order the product under its number ``reference``."""
        order = {**self.product.order_fields(reference, self._license), **fields}
        say = self.product.describe_order(order)
        return self.request(Action.ORDER, say, order, session=session)

    def reconcile(self, reference: str) -> ClientReport:
        """Ask the client to finish an order whose outcome was not clear."""
        say = (
            f"What has become of the order under your number {reference}? "
            "Make sure that it is there in the end, once, and deliver it."
        )
        fields = self.product.order_fields(reference, self._license)
        return self.request(Action.RECONCILE, say, fields)

    def deliver(self, reference: str) -> ClientReport:
        """Ask the client what its customer gets."""
        say = f"What does the customer of your number {reference} get? Deliver it."
        return self.request(Action.DELIVER, say, {"reference": reference})

    def run_daily(self) -> ClientReport:
        """Ask the client to run its daily job."""
        say = "A day has begun: run your daily job. Renew by a month what ends tomorrow."
        return self.request(Action.DAILY, say)

    def request_status(self, reference: str) -> ClientReport:
        """Ask the client for the status of a service at the seller."""
        say = f"What is the status of your number {reference} at the seller, paid until when?"
        return self.request(Action.STATUS, say, {"reference": reference})

    def request(
        self,
        action: Action,
        say: str,
        fields: OrderFields | None = None,
        *,
        session: bool = False,
    ) -> ClientReport:
        """Pass one step to the client. Raises ActionNotSupported if it cannot do it."""
        number = len(self._steps) + 1
        seller = SellerAccess(self.address, self.login, self.password, self.world.clock.now)
        step = ClientStep(
            action, say, self.lesson, number, self.product.trade, seller, session,
            dict(fields or {}),
        )  # fmt: skip
        self._steps.append(step)
        self.middleware.step = number
        report = self.driver.do(step)
        self._reports.append(report)
        if report.result is StepResult.CANNOT:
            raise ActionNotSupported(
                f"the client cannot do step {number} ({action}): {report.reason}".rstrip(": ")
            )
        return report

    def start_month_ago(self) -> None:
        """Move the clock back, so that a month bought now ends tomorrow by the real calendar.

        A client that takes the date from its own machine then sees the term end when it does. At
        the ends of months this may be off by up to three days.
        """
        now = datetime.fromisoformat(self.world.clock.now)
        start = now + relativedelta(days=1) - relativedelta(months=1)
        self.world.clock.freeze(start.isoformat())

    def advance_to_last_day(self) -> None:
        """Advance the clock to noon of the day before the term ends, if something was bought."""
        end = self.first_end()
        if end is not None:
            now = datetime.fromisoformat(self.world.clock.now)
            days = (date.fromisoformat(end) - now.date()).days - 1
            if days > 0:
                self.world.clock.advance(f"{days} days")

    def first_end(self) -> str | None:
        """The day on which the first service ends, as 2027-01-31.

        None where nothing was bought, or something without an end.
        """
        owned = self.list_owned()
        return str(owned[0]["expires"]) if owned and owned[0]["expires"] else None

    def buy_directly(self, count: int) -> None:
        """Buy more of the product for the account, without the client."""
        for number in range(count):
            fields = self.product.order_fields(str(number), self._license)
            self.world.call(
                self.product.order_function,
                pricelist=self.product.tariff,
                period=1,
                licname=fields.get("name", ""),
                ip=fields.get("ip", ""),
                domain=fields.get("domain", ""),
                skipbasket="on",
                sok="ok",
            )

    def save_filter(self, service: int) -> None:
        """Save a filter for the client's login that leaves one service, as a person in a panel."""
        self.world.call(f"{self.product.itemtype}.filter", id=service, sok="ok")

    def list_ids(self) -> tuple[int, ...]:
        """The numbers of all services of the product's type, in the seller's order."""
        rows = self.world.call(self.product.itemtype, p_cnt=1000, filter="off").rows()
        return tuple(int(row["id"]) for row in rows)

    def list_owned(self) -> tuple[Mapping[str, Any], ...]:
        """The services of the product's type by number; the world began without any."""
        return tuple(self.world.service(number) for number in sorted(self.list_ids()))

    def finish(self) -> Execution:
        """Remove hooks and planned faults, and return what the scenario left."""
        calls = tuple(map(self._name_no_world, self.middleware.take_calls()))
        hooks, self.middleware.hooks = self.middleware.hooks, ()
        self.world.faults.clear()
        return Execution(
            product=self.product,
            steps=tuple(self._steps),
            reports=tuple(self._reports),
            calls=calls,
            owned=self.list_owned(),
            charges=self._charges(),
            facts=dict(self.facts),
            hooks_applied=all(hook.applied for hook in hooks),
        )

    def discard(self) -> None:
        """Delete the world."""
        self.world.control("DELETE", f"/worlds/{self.world.name}")

    def _name_no_world(self, call: RecordedCall) -> RecordedCall:
        """The call with a line that sends it again in any world: its login may name this one's."""
        world = f"@{self.world.name}"
        if not self.login.endswith(world):
            return call
        logins = {
            name: call.request[name].replace(world, "", 1)
            for name in ("authinfo", "username")
            if name in call.request
        }
        return replace(call, line=format_record(replace(call, request={**call.request, **logins})))

    def _charges(self) -> dict[int, tuple[Decimal, ...]]:
        charges: dict[int, tuple[Decimal, ...]] = {}
        for row in reversed(self.world.call("expense", p_cnt=1000).rows()):
            number = int(row.get("main_item") or 0)
            charges[number] = (*charges.get(number, ()), Decimal(row["amount"].split()[0]))
        return charges

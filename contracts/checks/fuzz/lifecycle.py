"""Walks through the life of a service: a fixed one for every product type, then random ones.

The fixed walk: order, edit, prolong, suspend, resume, another tariff, delete, and prolonging the
deleted service, which must be refused. One more walk is of a service that is billed by the day.
Random walks: the same moves in any order, on several services, while time passes, without money,
and with keys that come late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from hypothesis import given, seed
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from contracts.checks.fuzz.checks import RuleViolation
from contracts.checks.fuzz.run import NO_TIME, derive_seed, make_search_settings
from contracts.checks.fuzz.state_coverage import ACTIVE, DELETED, SUSPENDED, StateCoverage
from contracts.checks.fuzz.target import WORLD, FuzzTarget
from contracts.checks.fuzz.walk import OPENING, InvariantViolation, OrderedService, Walk
from contracts.target.curl import add_lines
from contracts.verdicts import DOCUMENTED, Outcome, Verdict

SPANS: Final = ("1 day", "15 days", "31 days", "62 days", "1 year")
BALANCES: Final = ("0.00", "3.00", "100000.00")
MOVES: Final = 14
"""Moves of one random walk, at most."""
WALKS: Final = 400
"""Random walks, at most; the time mostly ends them earlier."""
TERMS: Final = ("32 days", "31 days", "310 days", "31 days")
"""Beyond the end of a month and of a year, and each time beyond the thirty days after it."""
SINGLE: Final = frozenset({"addition"})
"""Types of which a license can have the same one only once (docs/evidence.md 59)."""
RANDOM_WALK: Final = "life/at-random"
DAILY_WALK: Final = "life/by-the-day"
PROLONG: Final = "id.service.prolong.submit"
NOT_SUSPENDABLE: Final = frozenset({"addition"})
"""Types whose services a client can neither suspend nor resume (docs/evidence.md 61)."""
BY_THE_DAY: Final = "instances"
"""A type whose example orders a tariff that is sold by the day as well."""
DAILY: Final = "-50"
"""The period of what is billed by the day (docs/evidence.md 113)."""
MAX_PROOF: Final = 6
"""The last calls of a walk are shown with its verdict."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a random walk; ``which`` and ``how`` choose among what there is at that time."""

    kind: str
    which: int
    how: int


@dataclass(slots=True)
class LifecycleRun:
    """Walks at a target; ``verdicts`` are those of the walks so far."""

    target: FuzzTarget
    products: tuple[str, ...]
    coverage: StateCoverage = field(default_factory=StateCoverage)
    token: str = ""
    verdicts: list[Verdict] = field(default_factory=list)

    def run_scripted(
        self, is_over: Callable[[], bool], takes: Callable[[str], bool] = lambda _: True
    ) -> None:
        """The fixed walk of every product type, one verdict for each that ``takes`` its name.

        Raises CannotRun.
        """
        for product in self.products:
            name = f"life/{product}"
            if not takes(name):
                continue
            if is_over():
                self._add(name, Outcome.SKIP, NO_TIME)
                continue
            self._walk(name, product, _walk_life, _walk_to_expiry)

    def run_daily(self, is_over: Callable[[], bool]) -> None:
        """The walk of a service that is billed by the day, one verdict. Raises CannotRun."""
        if BY_THE_DAY not in self.products:
            return
        if is_over():
            self._add(DAILY_WALK, Outcome.SKIP, NO_TIME)
            return
        self._walk(DAILY_WALK, BY_THE_DAY, _walk_by_the_day)

    def _walk(self, name: str, product: str, *parts: Callable[[Walk, str], None]) -> None:
        walk = self._begin((product,))
        try:
            for part in parts:
                part(walk, product)
        except InvariantViolation as problem:
            self.verdicts.append(_failure(name, walk, problem.violation))
        else:
            self._add(name, Outcome.PASS)

    def run_random(self, start: int, is_over: Callable[[], bool], walks: int = WALKS) -> None:
        """Random walks until the time is over; one verdict. Raises CannotRun."""
        smallest: Verdict | None = None
        rule = ""
        count = 0

        @seed(derive_seed(start, "life"))
        @make_search_settings(walks)
        @given(moves=st.lists(_moves(), min_size=1, max_size=MOVES))
        def attempt(moves: Sequence[Move]) -> None:
            nonlocal count, smallest, rule
            if is_over():
                return
            walk = self._begin(self.products)
            count += 1
            try:
                _make_moves(walk, moves, is_over)
            except InvariantViolation as problem:
                # Shrinking must keep the violation, and not turn it into another one on the way.
                if smallest is not None and problem.violation.rule != rule:
                    return
                rule = problem.violation.rule
                smallest = _failure(RANDOM_WALK, walk, problem.violation)
                raise

        with suppress(InvariantViolation, Flaky):  # the last one is the smallest
            attempt()
        if smallest is not None:
            self.verdicts.append(smallest)
        elif count:
            self._add(RANDOM_WALK, Outcome.PASS)
        else:
            self._add(RANDOM_WALK, Outcome.SKIP, NO_TIME)

    def _begin(self, products: tuple[str, ...]) -> Walk:
        walk = Walk(self.target, self.coverage, products, self.token)
        walk.begin()
        return walk

    def _add(self, name: str, outcome: Outcome, *messages: str) -> None:
        self.verdicts.append(Verdict(name, "walk", outcome, DOCUMENTED, messages))


def _failure(name: str, walk: Walk, violation: RuleViolation) -> Verdict:
    messages = (f"{violation.rule}: {violation.message}",)
    proof = tuple(call.seen() for call in walk.target.sender.sent[-MAX_PROOF:])
    check = violation.check
    verdict = check.verdict("walk", Outcome.FAIL, messages, proof, name=f"{name}/{check.id}")
    return add_lines(verdict, walk.list_lines(), walk.target.seller.list_world_lines(WORLD))


def _walk_life(walk: Walk, product: str) -> None:
    """From the order to what must be refused after deletion. Raises InvariantViolation."""
    service = walk.order(product)
    if service is None:
        message = f"{product}.order.param refuses its own example"
        raise InvariantViolation("an-example-works", message)
    edit = f"id.{product}.edit"
    for link in (edit, f"{edit}.submit"):
        _expect(walk.follow(service, link), None, link)
    walk.advance("1 day")
    _expect(walk.follow(service, PROLONG), None, PROLONG)
    for verb, state in (("suspend", SUSPENDED), ("resume", ACTIVE)):
        link = f"id.{product}.{verb}.submit"
        error = walk.follow(service, link)
        if product in NOT_SUSPENDABLE:
            _expect(error, "access", link)
        elif error is not None or service.state != state:
            message = f"{link}: {error or 'taken'}, and it is in state {service.state}"
            raise InvariantViolation("does-what-it-says", message)
    # To another tariff, where there is one; without a period the seller keeps the present one.
    walk.follow(service, "id.service.changepricelist.submit", period="")
    _expect(walk.follow(service, f"id.{product}.delete.submit"), None, "delete")
    if service.state != DELETED:
        walk.advance("3 years")  # deleted at the end of the paid term
    if service.state != DELETED:
        message = f"{product}.delete leaves it in state {service.state}"
        raise InvariantViolation("does-what-it-says", message)
    _expect(walk.follow(service, PROLONG), "missed", f"{PROLONG} of a deleted one")


def _walk_to_expiry(walk: Walk, product: str) -> None:
    """Paid later, ready later, and left unpaid until it is gone. Raises InvariantViolation."""
    if walk.order(product, basket=True) is None:
        message = f"{product}.order.param is not put into the basket"
        raise InvariantViolation("an-example-works", message)
    _expect(walk.pay_basket(), None, "basket")
    if product in SINGLE:
        walk.follow(walk.services[-1], f"id.{product}.delete.submit")
    walk.set_provisioning(reads=2)
    late = walk.order(product)
    if late is None:
        message = f"{product}.order.param is refused a second time"
        raise InvariantViolation("an-example-works", message)
    for _ in range(3):
        walk.follow(late, f"id.{product}.edit")
    walk.set_balance("0.00")
    for span in TERMS:
        walk.advance(span)


def _walk_by_the_day(walk: Walk, product: str) -> None:
    """Charged each day while there is money, then stopped, paid, resumed, and left to end.

    Raises InvariantViolation.
    """
    service = walk.order(product, period=DAILY, autoprolong=DAILY)
    price = walk.charged(service) if service is not None else Decimal()
    if service is None or price <= 0:
        message = f"{product}.order.param with period={DAILY}: refused, or charged {price}"
        raise InvariantViolation("an-example-works", message)
    for span, days in (("1 day", 1), ("1 day", 1), ("5 days", 5)):
        _pass_days(walk, service, span, charge=days * price, state=ACTIVE)
    walk.set_balance("0.00")
    for span in ("1 day", "2 days"):
        _pass_days(walk, service, span, charge=Decimal(), state=SUSPENDED)
    walk.set_balance(OPENING)
    _pass_days(walk, service, "1 day", charge=price, state=ACTIVE)
    link = f"id.{product}.edit.submit"
    _expect(walk.follow(service, link, autoprolong="null"), None, link)
    _pass_days(walk, service, "1 day", charge=Decimal(), state=SUSPENDED)
    _pass_days(walk, service, "1 day", charge=Decimal(), state=SUSPENDED)


def _pass_days(
    walk: Walk, service: OrderedService, span: str, *, charge: Decimal, state: int
) -> None:
    """Lets days pass and compares what they cost, and the state after them, with what is due."""
    before = walk.charged(service)
    walk.advance(span)
    cost = walk.charged(service) - before
    if cost != charge:
        message = f"{span} of {service.number} cost {cost}, due was {charge}"
        raise InvariantViolation("a-day-is-charged-once", message)
    if service.state != state:
        message = f"after {span} {service.number} is in state {service.state}, not {state}"
        raise InvariantViolation("days-end-with-the-money", message)


def _expect(error: str | None, expected: str | None, step: str) -> None:
    if error != expected:
        message = f"{step}: {error or 'taken'}, expected {expected or 'that it is taken'}"
        raise InvariantViolation("a-life-can-be-led", message)


def _moves() -> st.SearchStrategy[Move]:
    kinds = ("order", "order", "basket", "follow", "follow", "follow", "follow", "advance",
             "balance", "pay", "provisioning")  # fmt: skip
    return st.builds(Move, st.sampled_from(kinds), st.integers(0, 99), st.integers(0, 99))


def _make_moves(walk: Walk, moves: Sequence[Move], is_over: Callable[[], bool]) -> None:
    """Makes the moves until the time is over. Raises InvariantViolation."""
    for move in moves:
        if is_over():
            return
        if move.kind in ("order", "basket"):
            product = walk.products[move.which % len(walk.products)]
            walk.order(product, basket=move.kind == "basket")
        elif move.kind == "follow" and walk.services:
            service = walk.services[move.which % len(walk.services)]
            names = sorted(walk.links(service))
            walk.follow(service, names[move.how % len(names)])
        elif move.kind == "advance":
            walk.advance(SPANS[move.which % len(SPANS)])
        elif move.kind == "balance":
            walk.set_balance(BALANCES[move.which % len(BALANCES)])
        elif move.kind == "pay":
            walk.pay_basket()
        elif move.kind == "provisioning":
            walk.set_provisioning(move.which % 3)

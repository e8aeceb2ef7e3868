"""The life of a service, walked for every product type, and then at random.

Walked by heart: order, edit, prolong, suspend, resume, another tariff, delete, and prolonging what
is deleted, which must be refused. At random: the same moves in any order, on several services, with
time that passes, with no money, and with keys that come late.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from contracts.checks.fuzz.rules import RuleViolation
from contracts.checks.fuzz.state_coverage import ACTIVE, DELETED, SUSPENDED, StateCoverage
from contracts.checks.fuzz.target import FuzzTarget
from contracts.checks.fuzz.walk import InvariantViolation, Walk
from contracts.verdicts import DOCUMENTED, CallRecord, Outcome, Verdict

SPANS: Final = ("1 day", "15 days", "31 days", "62 days", "1 year")
PURSES: Final = ("0.00", "3.00", "100000.00")
MOVES: Final = 14
"""Of one random walk, at most."""
WALKS: Final = 400
"""At random; the time mostly ends them earlier."""
TERMS: Final = ("32 days", "31 days", "310 days", "31 days")
"""By steps over the ends of a month and of a year, and each time over the thirty days after it."""
ONE_EACH: Final = frozenset({"addition"})
"""Types of which a license has the same one once (docs/evidence.md 59)."""
AT_RANDOM: Final = "life/at-random"
PROLONG: Final = "id.service.prolong.submit"
NOBODY_MAY: Final = frozenset({"addition"})
"""Types whose services a client neither suspends nor resumes (docs/evidence.md 61)."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of a random walk; ``which`` and ``how`` choose among what there is then."""

    what: str
    which: int
    how: int


@dataclass(slots=True)
class LifecycleRun:
    """Walks on a bench; ``verdicts`` are those of the walks so far."""

    target: FuzzTarget
    products: tuple[str, ...]
    coverage: StateCoverage = field(default_factory=StateCoverage)
    token: str = ""
    verdicts: list[Verdict] = field(default_factory=list)

    def run_scripted(self, is_over: Callable[[], bool]) -> None:
        """Every product type's life, one verdict for each."""
        for product in self.products:
            name = f"life/{product}"
            if is_over():
                told = ("the time was over before its turn",)
                self.verdicts.append(Verdict(name, "walk", Outcome.SKIP, DOCUMENTED, told))
                continue
            walk = self._walk((product,))
            try:
                _live(walk, product)
                _end(walk, product)
            except InvariantViolation as stumbled:
                self._fell(name, walk, stumbled.violation)
            else:
                self.verdicts.append(Verdict(name, "walk", Outcome.PASS, DOCUMENTED))

    def run_random(self, start: int, is_over: Callable[[], bool], walks: int = WALKS) -> None:
        """Random walks until the time is over; one verdict."""
        kept: list[tuple[RuleViolation, tuple[str, ...], tuple[CallRecord, ...]]] = []
        done = 0

        @seed(int.from_bytes(hashlib.sha256(f"{start}:life".encode()).digest()[:8]))
        @settings(
            max_examples=walks,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(moves=st.lists(_moves(), min_size=1, max_size=MOVES))
        def attempt(moves: Sequence[Move]) -> None:
            nonlocal done
            if is_over():
                return
            walk = self._walk(self.products)
            done += 1
            try:
                _run_moves(walk, moves, is_over)
            except InvariantViolation as stumbled:
                if kept and stumbled.violation.rule != kept[0][0].rule:
                    return
                kept.append((stumbled.violation, tuple(walk.lines), _seen(walk)))
                raise

        with suppress(InvariantViolation, Flaky):  # what was kept last is the smallest
            attempt()
        if kept:
            self.verdicts.append(_failed(AT_RANDOM, *kept[-1]))
        elif done:
            self.verdicts.append(Verdict(AT_RANDOM, "walk", Outcome.PASS, DOCUMENTED))
        else:
            told = ("the time was over before its turn",)
            self.verdicts.append(Verdict(AT_RANDOM, "walk", Outcome.SKIP, DOCUMENTED, told))

    def _walk(self, products: tuple[str, ...]) -> Walk:
        walk = Walk(self.target, self.coverage, products, self.token)
        walk.begin()
        return walk

    def _fell(self, name: str, walk: Walk, violation: RuleViolation) -> None:
        self.verdicts.append(_failed(name, violation, tuple(walk.lines), _seen(walk)))


def _seen(walk: Walk) -> tuple[CallRecord, ...]:
    return tuple(answer.seen() for answer in walk.target.sender.sent[-6:])


def _failed(
    name: str, violation: RuleViolation, lines: tuple[str, ...], seen: tuple[CallRecord, ...]
) -> Verdict:
    told = (f"{violation.rule}: {violation.told}", *lines)
    return Verdict(f"{name}/{violation.rule}", "walk", Outcome.FAIL, violation.evidence, told, seen)


def _live(walk: Walk, product: str) -> None:
    """From the order to what must be refused afterwards. Raises InvariantViolation."""
    service = walk.order(product)
    if service is None:
        raise InvariantViolation(
            "an-example-works", f"{product}.order.param refuses its own example"
        )
    edit = f"id.{product}.edit"
    for link in (edit, f"{edit}.submit"):
        _must(walk.follow(service, link), None, link)
    walk.advance("1 day")
    _must(walk.follow(service, PROLONG), None, PROLONG)
    for verb, state in (("suspend", SUSPENDED), ("resume", ACTIVE)):
        link = f"id.{product}.{verb}.submit"
        refusal = walk.follow(service, link)
        if product in NOBODY_MAY:
            _must(refusal, "access", link)
        elif refusal is not None or service.state != state:
            told = f"{link}: {refusal or 'taken'}, and it is in state {service.state}"
            raise InvariantViolation("does-what-it-says", told)
    # To another tariff, where there is one; told by the period it has.
    walk.follow(service, "id.service.changepricelist.submit", period="")
    _must(walk.follow(service, f"id.{product}.delete.submit"), None, "delete")
    if service.state != DELETED:
        walk.advance("3 years")  # deleted at the end of what is paid
    if service.state != DELETED:
        raise InvariantViolation(
            "does-what-it-says", f"{product}.delete leaves it in state {service.state}"
        )
    _must(walk.follow(service, PROLONG), "missed", f"{PROLONG} of a deleted one")


def _end(walk: Walk, product: str) -> None:
    """Paid later, opened later, and left alone until it is gone. Raises InvariantViolation."""
    if walk.order(product, basket=True) is None:
        raise InvariantViolation(
            "an-example-works", f"{product}.order.param is not put into the basket"
        )
    _must(walk.pay_basket(), None, "basket")
    if product in ONE_EACH:
        walk.follow(walk.services[-1], f"id.{product}.delete.submit")
    walk.opening(reads=2)
    late = walk.order(product)
    if late is None:
        raise InvariantViolation(
            "an-example-works", f"{product}.order.param is refused a second time"
        )
    for _ in range(3):
        walk.follow(late, f"id.{product}.edit")
    walk.purse("0.00")
    for span in TERMS:
        walk.advance(span)


def _must(found: str | None, wanted: str | None, what: str) -> None:
    if found != wanted:
        told = f"{what}: {found or 'taken'}, expected {wanted or 'that it is taken'}"
        raise InvariantViolation("a-life-can-be-led", told)


def _moves() -> st.SearchStrategy[Move]:
    kinds = ("order", "order", "basket", "follow", "follow", "follow", "follow", "advance",
             "purse", "pay", "opening")  # fmt: skip
    return st.builds(Move, st.sampled_from(kinds), st.integers(0, 99), st.integers(0, 99))


def _run_moves(walk: Walk, moves: Sequence[Move], is_over: Callable[[], bool]) -> None:
    """Whatever the moves say. Raises InvariantViolation."""
    for move in moves:
        if is_over():
            return
        if move.what in ("order", "basket"):
            product = walk.products[move.which % len(walk.products)]
            walk.order(product, basket=move.what == "basket")
        elif move.what == "follow" and walk.services:
            service = walk.services[move.which % len(walk.services)]
            names = sorted(walk.links(service))
            walk.follow(service, names[move.how % len(names)])
        elif move.what == "advance":
            walk.advance(SPANS[move.which % len(SPANS)])
        elif move.what == "purse":
            walk.purse(PURSES[move.which % len(PURSES)])
        elif move.what == "pay":
            walk.pay_basket()
        elif move.what == "opening":
            walk.opening(move.which % 3)

"""A run of generated requests within a budget of time; the same seed generates the same ones."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky

from contracts import clock
from contracts.checks.fuzz.answered import AnsweredCall
from contracts.checks.fuzz.checks import RuleViolation
from contracts.checks.fuzz.operations import Generated, generate_requests, read_operations
from contracts.checks.fuzz.target import FuzzTarget
from contracts.target.seller import CannotRun
from contracts.verdicts import ASSUMED, Outcome, Run, Verdict

FIRST, EXAMPLES = 4, 12
"""Examples of a function in the first round and in each later one: all functions get a turn."""
MADE_UP: Final = "made-up"
NO_TIME: Final = "the time was over before its turn"


def make_search_settings(examples: int) -> settings:
    """Hypothesis: generates and shrinks, without a database, a deadline or output of its own."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def derive_seed(start: int, *parts: object) -> int:
    """A seed for each part of a run, so that leaving one out changes no other."""
    text = ":".join(map(str, (start, *parts)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


@dataclass(frozen=True, slots=True)
class Plan:
    """What is judged: the functions of these families and of these names, all where none is named.

    ``names``: only these functions and walks, of those that are judged; all where none is named.
    ``seconds``: the budget of time; ``rounds`` ends the run earlier, after so many rounds of every
    function.
    """

    seconds: float = 60.0
    families: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    seed: int = 0
    rounds: int | None = None
    names: frozenset[str] = frozenset()

    def takes(self, name: str) -> bool:
        """Whether a function or walk is judged, as far as ``names`` decides."""
        return not self.names or name in self.names


def ignore_progress(_: str) -> None:
    """Reports progress to nobody."""


class RuleBroken(Exception):
    """An example broke a rule; Hypothesis then makes it smaller."""


@dataclass(slots=True)
class SmallestExample:
    """The smallest example so far that broke a rule of one function; ``calls`` show that it did."""

    violation: RuleViolation
    calls: tuple[AnsweredCall, ...]


@dataclass(slots=True)
class FuzzRun:
    """Runs a plan on a target.

    ``report`` gets a line after each function of each round. ``examples`` counts the examples of
    each function; ``broken`` has the functions that broke a rule.
    """

    target: FuzzTarget
    plan: Plan
    report: Callable[[str], None] = ignore_progress
    examples: dict[str, int] = field(default_factory=dict)
    broken: dict[str, SmallestExample] = field(default_factory=dict)
    _began: float = 0.0

    def run(self, name: str) -> Run:
        """One verdict for each function; ``name`` is the seller's. Raises CannotRun."""
        began, self._began = clock.now(), clock.elapsed()
        chosen = self._chosen()
        declared = self.target.declared
        by_function = read_operations(_part_of(declared.document, chosen))
        strategies = {
            func: generate_requests(
                by_function[func], declared.functions[func], self.target.numbers
            )
            for func in chosen
        }
        for func, number in self._turns(chosen):
            self._search(func, number, strategies[func])
            self._report(number, len(chosen))
        seconds = clock.elapsed() - self._began
        verdicts = tuple(self._verdict(func) for func in sorted(chosen))
        return Run("fuzz", name, began, seconds, verdicts, self._remarks(), self._details())

    def _report(self, number: int, chosen: int) -> None:
        examples = f"{len(self.examples)} of {chosen} functions, {self._count()} examples"
        broken = f", {len(self.broken)} broken" if self.broken else ""
        self.report(f"generated requests, round {number + 1}: {examples}{broken}")

    def _count(self) -> int:
        return sum(self.examples.values())

    def _chosen(self) -> list[str]:
        plan = self.plan
        chosen = [
            func
            for func, declared in self.target.declared.functions.items()
            if (not plan.families or declared["family"] in plan.families)
            and (not plan.functions or func in plan.functions)
            and plan.takes(func)
        ]
        random.Random(plan.seed).shuffle(chosen)  # noqa: S311 - an order, no secret
        return chosen

    def _turns(self, chosen: Sequence[str]) -> Iterator[tuple[str, int]]:
        """Each function with the number of the round, until the time is over.

        A function that broke a rule gets no further turn.
        """
        number = 0
        while self.plan.rounds is None or number < self.plan.rounds:
            left = [func for func in chosen if func not in self.broken]
            for func in left:
                if self._is_over():
                    return
                yield func, number
            if not left:
                return
            number += 1

    def _is_over(self) -> bool:
        return clock.elapsed() - self._began >= self.plan.seconds

    def _search(self, func: str, number: int, strategy: Any) -> None:  # noqa: ANN401 - Hypothesis
        """One round of one function; a violation is made as small as Hypothesis can make it."""

        @seed(derive_seed(self.plan.seed, func, number))
        @make_search_settings(EXAMPLES if number else FIRST)
        @given(request=strategy)
        def attempt(request: Generated) -> None:
            self._attempt(func, request)

        try:
            attempt()
        except RuleBroken:
            return
        except Flaky as problem:
            # Time that runs out in the middle looks flaky. Of a seller that breaks a rule now and
            # then the smallest example is kept; one that answers now and then is not judged.
            if func not in self.broken:
                raise CannotRun(f"{func}: the seller is not reached every time") from problem

    def _attempt(self, func: str, request: Generated) -> None:
        if self._is_over():
            return
        self.examples[func] = self.examples.get(func, 0) + 1
        violations = self.target.judge_request(func, request)
        if func in self.broken:
            # Shrinking must keep the violation, and not turn it into another one on the way.
            rule = self.broken[func].violation.rule
            violations = [violation for violation in violations if violation.rule == rule]
        if violations:
            self.broken[func] = SmallestExample(violations[0], self.target.sent)
            raise RuleBroken(violations[0].rule)

    def _verdict(self, func: str) -> Verdict:
        declared = self.target.declared.functions[func]
        smallest = self.broken.get(func)
        if smallest is None and self.examples.get(func):
            return Verdict(func, MADE_UP, Outcome.PASS, declared["evidence"])
        if smallest is None:
            return Verdict(func, MADE_UP, Outcome.SKIP, declared["evidence"], (NO_TIME,))
        violation = smallest.violation
        check = violation.check
        weak = check.evidence == ASSUMED and not self.target.seller.own
        verdict = check.verdict(
            MADE_UP,
            Outcome.WARN if weak else Outcome.FAIL,
            [f"{violation.rule}: {violation.message}"],
            [call.seen() for call in smallest.calls],
            name=f"{func}/{violation.rule}",
        )
        return replace(
            verdict,
            source=f"{check.source}; {declared['source']}",
            repeat=tuple(map(self.target.format_curl, smallest.calls)),
        )

    def _remarks(self) -> tuple[str, ...]:
        count = f"{self._count()} examples of {len(self.examples)} functions"
        silent = sorted(set(self.examples) - self.target.answering)
        refused = (f"only refused: {', '.join(silent)}",) if silent else ()
        return (f"{count}, {self.target.calls} requests, seed {self.plan.seed}", *refused)

    def _details(self) -> dict[str, object]:
        return {
            "seed": self.plan.seed,
            "examples": dict(sorted(self.examples.items())),
            "requests": self.target.calls,
            "answered": sorted(self.target.answering),
        }


def _part_of(document: dict[str, Any], chosen: Sequence[str]) -> dict[str, Any]:
    """The document with the chosen paths only: reading all of them takes seconds."""
    functions = set(chosen)
    paths = {
        path: item
        for path, item in document["paths"].items()
        if path.rpartition("/")[2] in functions
    }
    return {**document, "paths": paths}

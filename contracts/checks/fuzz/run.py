"""A run of made-up requests within a budget of time, the same one for the same seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky

from contracts import clock
from contracts.checks.fuzz.answered import AnsweredCall
from contracts.checks.fuzz.operations import Generated, operations, requests
from contracts.checks.fuzz.rules import RuleViolation
from contracts.checks.fuzz.target import FuzzTarget
from contracts.target.seller import CannotRun
from contracts.verdicts import ASSUMED, Outcome, Run, Verdict

FIRST, EXAMPLES = 4, 12
"""Of one function in the first round and in the others: all have a turn before any has another."""
MADE_UP: Final = "made-up"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked: ``seconds`` altogether; families and functions, all where none is named.

    ``rounds`` ends it earlier: so many rounds for every function.
    """

    seconds: float = 60.0
    families: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    seed: int = 0
    rounds: int | None = None


def in_silence(_: str) -> None:
    """Tells nobody how far it is."""


class RuleBroken(Exception):
    """An example broke a rule."""


@dataclass(slots=True)
class SmallestExample:
    """The smallest example so far that broke a rule of one function."""

    violation: RuleViolation
    answer: AnsweredCall


@dataclass(slots=True)
class _Share:
    """One function in one round."""

    func: str
    strategy: Any
    number: int
    found: SmallestExample | None = None


@dataclass(slots=True)
class FuzzRun:
    """Runs a plan on a bench. ``asked`` counts examples by function.

    ``tell`` gets a line after each function of each round.
    """

    target: FuzzTarget
    plan: Plan
    tell: Callable[[str], None] = in_silence
    asked: dict[str, int] = field(default_factory=dict)
    found: dict[str, SmallestExample] = field(default_factory=dict)
    _began: float = 0.0

    def run(self, target: str) -> Run:
        """Everything that was asked, as verdicts: one for each function."""
        began, self._began = clock.now(), clock.elapsed()
        chosen = self._chosen()
        several = operations(_part_of(self.target.declared.document, chosen))
        strategies = {
            func: requests(several[func], self.target.declared.functions[func], self.target.numbers)
            for func in chosen
        }
        for share in self._shares(chosen, strategies):
            self._ask(share)
            if share.found is not None:
                self.found[share.func] = share.found
            self._tell(share.number, len(chosen))
        seconds = clock.elapsed() - self._began
        verdicts = tuple(self._verdict(func) for func in sorted(chosen))
        return Run("fuzz", target, began, seconds, verdicts, self._remarks(), self._details())

    def _tell(self, number: int, chosen: int) -> None:
        asked = f"{len(self.asked)} of {chosen} functions, {sum(self.asked.values())} examples"
        broken = f", {len(self.found)} broken" if self.found else ""
        self.tell(f"made-up requests, round {number + 1}: {asked}{broken}")

    def _chosen(self) -> list[str]:
        declared = self.target.declared.functions
        chosen = [
            func
            for func, told in declared.items()
            if (not self.plan.families or told["family"] in self.plan.families)
            and (not self.plan.functions or func in self.plan.functions)
        ]
        random.Random(self.plan.seed).shuffle(chosen)  # noqa: S311 - an order, no secret
        return chosen

    def _shares(self, chosen: Sequence[str], strategies: dict[str, Any]) -> Iterator[_Share]:
        """Round after round, while there is time; what broke once is not asked again."""
        number = 0
        while self.plan.rounds is None or number < self.plan.rounds:
            left = [func for func in chosen if func not in self.found]
            for func in left:
                if self._is_over():
                    return
                yield _Share(func, strategies[func], number)
            if not left:
                return
            number += 1

    def _is_over(self) -> bool:
        return clock.elapsed() - self._began >= self.plan.seconds

    def _ask(self, share: _Share) -> None:
        """One round of one function; what it broke, as small as Hypothesis can make it."""

        @seed(_number(self.plan.seed, share.func, share.number))
        @settings(
            max_examples=EXAMPLES if share.number else FIRST,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(request=share.strategy)
        def attempt(request: Generated) -> None:
            self._attempt(share, request)

        try:
            attempt()
        except RuleBroken:
            return
        except Flaky as problem:
            # Time that is over in the middle looks flaky. Of a seller that breaks a rule now and
            # then the smallest example is kept; one that is reached now and then is not judged.
            if share.found is None:
                raise CannotRun(f"{share.func}: the seller is not reached every time") from problem

    def _attempt(self, share: _Share, request: Generated) -> None:
        if self._is_over():
            return
        self.asked[share.func] = self.asked.get(share.func, 0) + 1
        broken = self.target.judged(share.func, request)
        if share.found is not None:
            # It is made smaller as the same fault, not turned into another one on the way.
            broken = [one for one in broken if one.rule == share.found.violation.rule]
        if broken:
            share.found = SmallestExample(broken[0], self.target.sent[0])
            raise RuleBroken(broken[0].rule)

    def _verdict(self, func: str) -> Verdict:
        declared = self.target.declared.functions[func]
        found = self.found.get(func)
        if found is None:
            outcome = Outcome.PASS if self.asked.get(func) else Outcome.SKIP
            told = () if self.asked.get(func) else ("the time was over before its turn",)
            return Verdict(func, MADE_UP, outcome, declared["evidence"], told)
        weak = found.violation.evidence == ASSUMED and not self.target.is_ours()
        return Verdict(
            f"{func}/{found.violation.rule}",
            MADE_UP,
            Outcome.WARN if weak else Outcome.FAIL,
            found.violation.evidence,
            (f"{found.violation.rule}: {found.violation.told}", self.target.again(found.answer)),
            (found.answer.seen(),),
            declared["source"],
        )

    def _remarks(self) -> tuple[str, ...]:
        examples = sum(self.asked.values())
        told = f"{examples} examples of {len(self.asked)} functions, {self.target.calls} requests"
        silent = sorted(set(self.asked) - self.target.answered)
        only = (f"only refused: {', '.join(silent)}",) if silent else ()
        return (f"{told}, seed {self.plan.seed}", *only)

    def _details(self) -> dict[str, object]:
        return {
            "seed": self.plan.seed,
            "examples": dict(sorted(self.asked.items())),
            "requests": self.target.calls,
            "answered": sorted(self.target.answered),
        }


def _part_of(document: dict[str, Any], chosen: Sequence[str]) -> dict[str, Any]:
    """The document with the paths that are asked for: reading all of them takes seconds."""
    wanted = set(chosen)
    paths = {
        path: told for path, told in document["paths"].items() if path.rpartition("/")[2] in wanted
    }
    return {**document, "paths": paths}


def _number(start: int, func: str, number: int) -> int:
    """A seed for each function and round, so that leaving one out changes no other."""
    return int.from_bytes(hashlib.sha256(f"{start}:{func}:{number}".encode()).digest()[:8])

"""The parts of ``verify own``: each is judged by one worker, in a seller of its own.

A part that cannot be judged to its end says why in ``problem``, beside the verdicts until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from contracts import clock
from contracts.checks.client.judge import KINDS, GradingRequest, grade_own
from contracts.checks.client.lessons import LESSONS
from contracts.checks.client.products import TRADES
from contracts.checks.modules import examine
from contracts.checks.modules.own import URL, own_endpoint
from contracts.checks.seller.judge import Notes, Task, judge
from contracts.record.exchange import Exchange, read_all
from contracts.record.fields import ExchangeError
from contracts.target.own import start_in_process
from contracts.target.seller import CannotRun
from contracts.verdicts import Verdict

SLICES: Final = 4
"""Into how many parts the exchanges are divided."""
PROBLEMS: Final = (CannotRun, ExchangeError, RuntimeError, OSError)
"""What ends the judging of a part; anything else is a fault of the judge."""


@dataclass(slots=True)
class PartResult:
    """What a part has shown; ``remarks`` and ``details`` are those of its `Run`."""

    verdicts: list[Verdict] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    details: dict[str, object] = field(default_factory=dict)
    problem: str = ""


Part = Callable[[], PartResult]


def list_seller_parts(*, scenarios: bool) -> tuple[Part, ...]:
    """The journeys, the exchanges in order, and the scenarios if they are wanted."""
    slices = (partial(judge_exchanges, number) for number in range(SLICES))
    return (judge_journeys, *slices, *([judge_scenarios] if scenarios else ()))


def list_client_parts() -> tuple[Part, ...]:
    """The lessons of every kind of reseller in every trade."""
    return tuple(partial(judge_lessons, kind, trade) for kind in KINDS for trade in TRADES)


def judge_journeys() -> PartResult:
    """Every reselling system with every trade at our seller."""
    return _judge_seller((), Task())


def judge_exchanges(number: int) -> PartResult:
    """One of ``SLICES`` parts of the exchanges on record, at our seller."""
    exchanges = read_all()
    first, end = (len(exchanges) * border // SLICES for border in (number, number + 1))
    return _judge_seller(exchanges[first:end], Task(flows=False))


def judge_scenarios() -> PartResult:
    """The scenarios at our seller."""
    return _judge_seller((), Task(flows=False, scenarios=True))


def _judge_seller(exchanges: tuple[Exchange, ...], task: Task) -> PartResult:
    notes, result = Notes(), PartResult()
    with start_in_process() as seller:
        _collect(judge(exchanges, seller, task, notes), result)
    result.remarks, result.details = notes.remarks, notes.details
    return result


def judge_lessons(kind: str, trade: str) -> PartResult:
    """Our own client as one kind of reseller in one trade; known deviations are not applied."""
    result = PartResult()
    _collect(grade_own(GradingRequest(LESSONS, kind, trade)), result)
    return result


def judge_endpoint() -> PartResult:
    """Our own endpoint for panels."""
    result = PartResult()
    with own_endpoint() as (transport, options):
        run = examine(URL, options, transport=transport)
    result.verdicts.extend(run.verdicts)
    result.remarks.extend(run.remarks)
    return result


def _collect(verdicts: Iterator[Verdict], result: PartResult) -> None:
    """Take the verdicts, each with the seconds that it took."""
    start = clock.elapsed()
    try:
        for verdict in verdicts:
            now = clock.elapsed()
            result.verdicts.append(
                replace(verdict, seconds=verdict.seconds or round(now - start, 6))
            )
            start = now
    except PROBLEMS as problem:
        result.problem = str(problem)

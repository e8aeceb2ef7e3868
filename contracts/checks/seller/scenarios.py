"""Plays the scenarios of ``contracts/scenarios`` at a seller whose clock can be moved."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Final

import httpx

from contracts.checks.runner import MAX_PROOF
from contracts.journeys.journey import Expectation
from contracts.journeys.stories import services, whmcs
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from contracts.record.levels import Choice, select_names
from contracts.target.curl import PASSWORD, URL, add_lines, format_curl, list_lines
from contracts.target.redact import redact_exchange
from contracts.target.seller import Seller
from contracts.verdicts import DOCUMENTED, CallRecord, Cell, Outcome, Verdict
from emulator import testing
from reseller_client import Client, ResellerError

YEAR, QUARTER = whmcs.SCENARIO, services.SCENARIO
OUT: Final = "scenario"
WORLD, FIXTURE = "judge-scenario", "empty"


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """A scenario with the reseller that plays it, and its cell of the matrix.

    ``func`` is a function with its family and level, for ``--family`` and ``--level``.
    """

    file: str
    cell: Cell
    func: str
    source: str
    cost: str
    play: Callable[[testing.World, httpx.BaseTransport], Iterable[Expectation]]

    @property
    def name(self) -> str:
        """The name of its verdicts."""
        return f"scenario/{self.file}/{self.cell.system}"


class LastCalls(httpx.BaseTransport):
    """Transport that remembers the last calls: those by which both ledgers are compared.

    All calls of a year would be too many to mask and to show.
    """

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self._calls: deque[tuple[httpx.Request, httpx.Response]] = deque(maxlen=MAX_PROOF)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request by ``inner``. Raises what ``inner`` raises."""
        answer = self._inner.handle_request(request)
        self._calls.append((request, answer))
        return answer

    def list_records(self) -> tuple[CallRecord, ...]:
        """The calls, oldest first, secrets masked, each with the line that sends it again."""
        variables = {OUR_PASSWORD: PASSWORD}
        return tuple(
            redact_exchange(request, answer, line=format_curl(request, URL, variables))
            for request, answer in self._calls
        )


def _play_year(world: testing.World, transport: httpx.BaseTransport) -> Iterable[Expectation]:
    client = Client(world.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=transport)
    scenario, controls = whmcs.begin(world)
    with client, closing(sqlite3.connect(":memory:")) as database:
        year = whmcs.prepare(scenario, client, controls, database)
        year.play()
        return year.check()


def _play_quarter(
    kind: str,
) -> Callable[[testing.World, httpx.BaseTransport], Iterable[Expectation]]:
    def play_quarter(world: testing.World, transport: httpx.BaseTransport) -> Iterable[Expectation]:
        scenario = services.begin(world)
        client = services.create_client(world, transport)
        with client, closing(sqlite3.connect(":memory:")) as database:
            quarter = services.prepare(kind, scenario, world, client, database)
            quarter.play()
            return quarter.check()

    return play_quarter


SCENARIOS: Final = (
    ScenarioRun(
        YEAR,
        Cell("whmcs", "licences"),
        "soft.edit",
        "docs/resale.md section 4.1, docs/trade.md sections 4 and 12",
        "Over a year the hoster's books and the seller's bills drift apart, a license at a time.",
        _play_year,
    ),
    ScenarioRun(
        QUARTER,
        Cell("custom", "services"),
        "vds",
        "docs/resale.md sections 2.2 and 2.6",
        "A billing of one's own charges its customers for servers that it has lost, or gives away.",
        _play_quarter(services.CUSTOM),
    ),
    ScenarioRun(
        QUARTER,
        Cell("billmanager", "services"),
        "vds",
        "docs/resale.md sections 2.2 and 3",
        "A hoster with BILLmanager finds at the end of the quarter that margins were not there.",
        _play_quarter(services.BILLMANAGER),
    ),
)


def play_scenarios(seller: Seller, choice: Choice) -> Iterator[Verdict]:
    """Plays the chosen scenarios; a verdict for everything that has to be so in the end."""
    for scenario in SCENARIOS:
        if choice.takes_part_of(scenario.name, scenario.func):
            yield from play_scenario(scenario, seller, choice.only)


def play_scenario(scenario: ScenarioRun, seller: Seller, only: str = "") -> Iterator[Verdict]:
    """Plays one in a world of its own; ``only`` chooses among its verdicts."""
    if not seller.own:
        reason = "its clock would have to be moved, and it has no control API"
        yield _verdict(scenario, "time", Outcome.SKIP, reason)
        return
    transport = LastCalls(seller.transport)
    with seller.open_world(WORLD, FIXTURE) as world:
        try:
            expectations = list(scenario.play(world, transport))
        except ResellerError as problem:
            expectations = [Expectation("played", met=False, message=str(problem))]
    calls = transport.list_records()
    for expectation in _chosen(scenario, expectations, only):
        outcome = Outcome.PASS if expectation.met else Outcome.FAIL
        message = "" if expectation.met else expectation.message
        verdict = _verdict(scenario, expectation.what, outcome, message)
        proof = () if expectation.met else calls
        yield add_lines(replace(verdict, proof=proof), list_lines(proof))


def _chosen(
    scenario: ScenarioRun, expectations: list[Expectation], only: str
) -> Iterator[Expectation]:
    """The expectations whose verdict is chosen; all of them where the whole scenario is."""
    names = [f"{scenario.name}/{each.what}" for each in expectations]
    chosen = names if only in scenario.name else select_names(only, names)
    return (each for name, each in zip(names, expectations, strict=True) if name in chosen)


def _verdict(scenario: ScenarioRun, what: str, outcome: Outcome, message: str) -> Verdict:
    return Verdict(
        f"{scenario.name}/{what}",
        OUT,
        outcome,
        DOCUMENTED,
        (message,) if message else (),
        source=scenario.source,
        about=f"In the end: {what}.",
        cost=scenario.cost,
        cells=frozenset({scenario.cell}),
    )

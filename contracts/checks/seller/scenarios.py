"""Plays the scenarios of ``contracts/scenarios`` at a seller whose clock can be moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from contracts.journeys.journey import Expectation
from contracts.journeys.stories import services, whmcs
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from contracts.record.levels import Choice, select_names
from contracts.target.seller import Seller
from contracts.verdicts import DOCUMENTED, Cell, Outcome, Verdict
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
    play: Callable[[testing.World, Seller], Iterable[Expectation]]

    @property
    def name(self) -> str:
        """The name of its verdicts."""
        return f"scenario/{self.file}/{self.cell.system}"


def _play_year(world: testing.World, seller: Seller) -> Iterable[Expectation]:
    client = Client(world.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=seller.transport)
    scenario, controls = whmcs.begin(world)
    with client, closing(sqlite3.connect(":memory:")) as database:
        year = whmcs.prepare(scenario, client, controls, database)
        year.play()
        return year.check()


def _play_quarter(kind: str) -> Callable[[testing.World, Seller], Iterable[Expectation]]:
    def play_quarter(world: testing.World, seller: Seller) -> Iterable[Expectation]:
        scenario = services.begin(world)
        client = services.create_client(world, seller.transport)
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
        if not choice.takes_part_of(scenario.name, scenario.func):
            continue
        if not seller.own:
            reason = "its clock would have to be moved, and it has no control API"
            yield _verdict(scenario, "time", Outcome.SKIP, reason)
            continue
        with seller.open_world(WORLD, FIXTURE) as world:
            try:
                expectations = list(scenario.play(world, seller))
            except ResellerError as problem:
                yield _verdict(scenario, "played", Outcome.FAIL, str(problem))
                continue
        for expectation in _chosen(scenario, expectations, choice.only):
            outcome = Outcome.PASS if expectation.met else Outcome.FAIL
            yield _verdict(
                scenario, expectation.what, outcome, "" if expectation.met else expectation.message
            )


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

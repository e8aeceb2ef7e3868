"""The scenarios on file, played against a seller whose clock can be moved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from contracts.journeys.stories import quarter_world, whmcs
from contracts.journeys.stories.license_life import Check
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from contracts.record.levels import Choice
from contracts.target.seller import Seller
from contracts.verdicts import DOCUMENTED, Cell, Outcome, Verdict
from emulator import testing
from reseller_client import Client, ResellerError

YEAR, QUARTER = whmcs.SCENARIO, quarter_world.SCRIPT
OUT: Final = "scenario"
WORLD, FIXTURE = "judge-scenario", "empty"


@dataclass(frozen=True, slots=True)
class ScenarioRun:
    """A file on record, who plays it, and what it speaks for. ``func`` is what it is about."""

    file: str
    cell: Cell
    func: str
    checks: Callable[[testing.World, Seller], Iterable[Check]]

    @property
    def name(self) -> str:
        """What its verdicts are called by."""
        return f"scenario/{self.file}/{self.cell.system}"


def _play_year(world: testing.World, seller: Seller) -> Iterable[Check]:
    client = Client(world.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=seller.transport)
    scenario, hands = whmcs.begin(world)
    with client, closing(sqlite3.connect(":memory:")) as books:
        year = whmcs.prepare(scenario, client, hands, books)
        year.play()
        return year.checks()


def _play_quarter(kind: str) -> Callable[[testing.World, Seller], Iterable[Check]]:
    def play_quarter(world: testing.World, seller: Seller) -> Iterable[Check]:
        script = quarter_world.begin(world)
        client = quarter_world.client_of(world, seller.transport)
        with client, closing(sqlite3.connect(":memory:")) as books:
            quarter = quarter_world.prepare(kind, script, world, client, books)
            quarter.play()
            return quarter.checks()

    return play_quarter


SCENARIOS: Final = (
    ScenarioRun(YEAR, Cell("whmcs", "licences"), "soft.edit", _play_year),
    ScenarioRun(QUARTER, Cell("custom", "services"), "vds", _play_quarter(quarter_world.CUSTOM)),
    ScenarioRun(
        QUARTER, Cell("billmanager", "services"), "vds", _play_quarter(quarter_world.BILLMANAGER)
    ),
)


def play_scenarios(seller: Seller, choice: Choice) -> Iterator[Verdict]:
    """Plays what is chosen; a verdict for everything that must be so in the end."""
    for scenario in SCENARIOS:
        if not choice.takes(scenario.name, scenario.func):
            continue
        if not seller.own:
            reason = "its clock would have to be moved, and it has no control API"
            yield _verdict(scenario, "time", Outcome.SKIP, reason)
            continue
        with seller.open_world(WORLD, FIXTURE) as world:
            try:
                checks = list(scenario.checks(world, seller))
            except ResellerError as problem:
                yield _verdict(scenario, "played", Outcome.FAIL, str(problem))
                continue
        for check in checks:
            outcome = Outcome.PASS if check.held else Outcome.FAIL
            yield _verdict(scenario, check.what, outcome, "" if check.held else check.found)


def _verdict(scenario: ScenarioRun, what: str, outcome: Outcome, told: str) -> Verdict:
    return Verdict(
        f"{scenario.name}/{what}",
        OUT,
        outcome,
        DOCUMENTED,
        (told,) if told else (),
        source=f"contracts/scenarios/{scenario.file}.yaml",
        cells=frozenset({scenario.cell}),
    )

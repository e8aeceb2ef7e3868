"""What a scenario shows where the two ledgers do not agree in the end."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from contracts.checks.runner import MAX_PROOF
from contracts.checks.seller.scenarios import ScenarioRun, play_scenario
from contracts.journeys.journey import Expectation
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from contracts.target import own
from contracts.verdicts import Cell, Outcome
from emulator.testing import World
from reseller_client import Client
from tests.contracts.repeating import curl_lines


def scenario_of(play: object) -> ScenarioRun:
    cell = Cell("custom", "services")
    return ScenarioRun("made_up", cell, "vds", "docs/resale.md 2.2", "Money.", play)  # type: ignore[arg-type] # a function


def client_of(world: World, transport: httpx.BaseTransport) -> Client:
    return Client(world.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=transport)


def expect_too_much(world: World, transport: httpx.BaseTransport) -> Iterator[Expectation]:
    with client_of(world, transport) as client:
        for _ in range(MAX_PROOF):
            client.licenses.list()
        balance = client.account.balance().amount
    yield Expectation.compare("the currency", "EUR", "EUR")
    yield Expectation.compare("the balance", balance, balance + 1)


def call_what_is_not_there(world: World, transport: httpx.BaseTransport) -> Iterator[Expectation]:
    with client_of(world, transport) as client:
        client.call("nosuch.function")
    yield from ()


def test_what_is_not_as_expected_is_shown_with_the_last_calls_and_their_lines() -> None:
    with own.start_in_process() as seller:
        met, unmet = play_scenario(scenario_of(expect_too_much), seller)
    assert (met.outcome, met.proof, met.repeat) == (Outcome.PASS, (), ())
    assert unmet.outcome is Outcome.FAIL
    assert len(unmet.proof) == len(curl_lines(unmet)) == MAX_PROOF
    assert unmet.proof[-1].request["func"] == "subaccount"
    assert "func=subaccount" in curl_lines(unmet)[-1]
    assert not any(OUR_PASSWORD in line for line in unmet.repeat)


def test_a_scenario_that_breaks_off_is_shown_with_the_call_that_was_refused() -> None:
    with own.start_in_process() as seller:
        (verdict,) = play_scenario(scenario_of(call_what_is_not_there), seller)
    assert (verdict.name, verdict.outcome) == ("scenario/made_up/custom/played", Outcome.FAIL)
    assert "func=nosuch.function" in curl_lines(verdict)[0]

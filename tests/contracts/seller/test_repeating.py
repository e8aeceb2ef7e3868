"""What `verify seller` prints of a failure shows it again: its requests, and its command."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from contracts.checks.client.environment import on_port
from contracts.record.compare import compare_answer
from contracts.record.exchange import Exchange
from contracts.record.placeholders import Bindings
from contracts.target.replay import replay
from contracts.target.seller import connect_wsgi
from contracts.verdicts import CallRecord, Outcome
from emulator.testing import Seller
from tests.contracts.repeating import as_seen, curl_lines, run_command, send_lines, world_is_gone
from tests.contracts.seller.interception import Fault, InterceptingApp
from tests.contracts.seller.steps import verdict_on_step
from tests.contracts.seller.test_behaviour_mutants import EXCHANGE_FAULTS
from tests.contracts.seller.test_behaviour_mutants import FAULTS as BEHAVIOUR
from tests.contracts.seller.test_trade_mutants import FAULTS as TRADE
from tests.contracts.test_mutants import FAULTS, RECORDS, Change, Mutant

Wsgi = Callable[..., Any]
STEPS = [(fault, name) for fault, name, _ in (*BEHAVIOUR, *TRADE)]


@pytest.fixture(scope="module")
def honest() -> Iterator[Seller]:
    with Seller() as seller:
        yield seller


def judge_again(
    exchange: Exchange, out: str, calls: tuple[CallRecord, ...], answers: list[httpx.Response],
    today: date,
) -> tuple[str, ...]:  # fmt: skip
    """What is wrong with the last of the answers to an exchange's requests."""
    bindings = Bindings(today)
    steps = iter([step for step in exchange.before for _ in range(max(step.times, 1))])
    for call, answer in zip(calls[:-1], answers[:-1], strict=True):
        if call.note.startswith("before"):
            expected = next(steps).expected
            compare_answer(expected, "xml", answer.status_code, answer.content, bindings)
    last = answers[-1]
    return tuple(compare_answer(exchange.expected, out, last.status_code, last.content, bindings))


def assert_lines_show_it(honest: Seller, app: Wsgi, exchange: Exchange, out: str) -> None:
    with connect_wsgi(app) as seller:
        verdict = replay(exchange, out, seller)
    assert verdict.outcome is Outcome.FAIL
    lines = curl_lines(verdict)
    today = date.fromisoformat(json.loads(shlex.split(lines[0])[-1])["as_of"][:10])
    for judged, messages in ((app, verdict.messages), (honest.wsgi, ())):
        _, *answers, _ = send_lines(lines, judged)
        assert judge_again(exchange, out, verdict.proof, answers, today) == messages, lines
        assert world_is_gone(honest)


@pytest.mark.parametrize(("name", "out", "change", "message"), FAULTS)
def test_the_lines_of_an_exchange_show_what_is_wrong_with_it(
    honest: Seller, name: str, out: str, change: Change, message: str
) -> None:
    del message
    assert_lines_show_it(honest, Mutant(honest.wsgi, change), RECORDS[name], out)


def test_the_lines_of_an_exchange_show_its_http_status(honest: Seller) -> None:
    mutant = Mutant(honest.wsgi, lambda body: body, "500 Internal Server Error")
    assert_lines_show_it(honest, mutant, RECORDS["soft/list"], "xml")


def shape_of(exchange: Exchange) -> tuple[object, ...]:
    request = exchange.request
    return request.method, request.body, request.login.style, bool(request.flood)


BY_SHAPE = {shape_of(each): name for name, each in RECORDS.items() if not each.before}
"""An exchange of each method, kind of body and style of login."""


@pytest.mark.parametrize("name", sorted(BY_SHAPE.values()))
def test_a_request_of_any_shape_is_printed_as_it_was_sent(honest: Seller, name: str) -> None:
    mutant = Mutant(honest.wsgi, lambda body: body, "500 Internal Server Error")
    assert_lines_show_it(honest, mutant, RECORDS[name], RECORDS[name].formats[0])


@pytest.mark.parametrize(("fault", "name", "message"), EXCHANGE_FAULTS)
def test_the_lines_of_an_exchange_show_a_seller_that_misbehaves(
    honest: Seller, fault: Fault, name: str, message: str
) -> None:
    del message
    assert_lines_show_it(honest, InterceptingApp(honest.wsgi, fault), RECORDS[name], "xml")


@pytest.mark.every(12)
@pytest.mark.parametrize(("fault", "name"), STEPS)
def test_the_lines_of_a_step_get_the_same_answers(honest: Seller, fault: Fault, name: str) -> None:
    verdict = verdict_on_step(honest, fault, name)
    lines = curl_lines(verdict)
    _, *answers, _ = send_lines(lines, InterceptingApp(honest.wsgi, fault))
    assert as_seen(answers, len(verdict.proof)) == [call.answer for call in verdict.proof]
    assert world_is_gone(honest)


def assert_command_finds_it(app: Wsgi, name: str, out: str) -> None:
    """Judges a seller at a port, then runs the command that the failure prints."""
    with on_port(app) as base:
        first = run_command("seller", f"{base}/billmgr", "--only", name)[name, out]
        command = first["repeat"][0]
        again = run_command(*shlex.split(command)[2:])
    assert list(again) == [(name, out)], command
    assert again[name, out]["outcome"] == first["outcome"] == "fail"
    assert map_ids(again[name, out]["told"]) == map_ids(first["told"])


def map_ids(messages: list[str]) -> list[str]:
    """The messages without the ids that are of one run only."""
    return [re.sub("judge-[0-9a-f]{6}", "judge", message) for message in messages]


@pytest.mark.every(12)
@pytest.mark.parametrize(("name", "out", "change", "message"), FAULTS)
def test_the_command_judges_the_exchange_again(
    honest: Seller, name: str, out: str, change: Change, message: str
) -> None:
    del message
    assert_command_finds_it(Mutant(honest.wsgi, change), name, out)


@pytest.mark.every(24)
@pytest.mark.parametrize(("fault", "name"), STEPS)
def test_the_command_judges_the_step_again(honest: Seller, fault: Fault, name: str) -> None:
    assert_command_finds_it(InterceptingApp(honest.wsgi, fault), name, "flow")

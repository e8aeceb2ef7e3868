"""What `verify client` prints of a lesson that failed grades the same client by it again."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from contracts.checks.client.drivers import AdapterDriver
from contracts.checks.client.environment import CaseEnvironment
from contracts.checks.client.judge import (
    GradingRequest,
    ServerOptions,
    grade,
    grade_command,
    select_lessons,
)
from contracts.checks.client.lessons.unsupported import unsupported_trade
from contracts.cli.repeat import Repetition
from contracts.cli.verify_client import choose_lesson, client
from contracts.record.exchange import OUR_PASSWORD
from contracts.verdicts import WRONG, Verdict
from emulator.testing import Seller
from tests.contracts.client.mutants import MUTANTS, Mutant
from tests.contracts.repeating import curl_lines, run_command, send_lines

CHOSEN = ("only", "kind", "trade")
CONFIRMS_NOTHING = """
import json, os, sys, urllib.request
step = json.load(sys.stdin)
body = ('func=soft.order.param&out=xml&authinfo=' + step['seller']['login'] + ':'
        + step['seller']['password'] + '&sok=ok').encode()
urllib.request.urlopen(step['seller']['url'], body).read()
print(json.dumps({'result': 'ok'}))
"""


def judge_once(
    environment: CaseEnvironment, mutant: Mutant, only: str, kind: str, trade: str
) -> Verdict:
    driver = AdapterDriver(environment, mutant.make, out=mutant.out)
    lessons = select_lessons(only)
    (verdict,) = grade(environment, driver, kind=kind, trade=trade, lessons=lessons)
    return verdict


def test_the_lines_of_a_login_that_names_its_world_name_none(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter.py"
    adapter.write_text(CONFIRMS_NOTHING)
    lessons = select_lessons("refusal-is-no-success")
    server = ServerOptions(by_login=True)
    command = shlex.join([sys.executable, str(adapter)])
    request = GradingRequest(lessons, "custom", "licences")
    (verdict,) = grade_command(command, request, server, limit=60)
    assert "@lesson-" in verdict.proof[0].request["authinfo"]
    lines = curl_lines(verdict)
    assert lines
    assert not any("@lesson-" in line for line in lines)
    with Seller() as seller:
        assert {answer.status_code for answer in send_lines(lines, seller.wsgi)} == {200}
        assert seller.journal.entries(func="soft.order.param", login="reseller")


@pytest.mark.every(8)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.make.__name__)
def test_the_command_finds_the_failed_lesson_again(
    environment: CaseEnvironment, mutant: Mutant
) -> None:
    first = judge_once(environment, mutant, mutant.lesson, "custom", mutant.trade)
    typed = Repetition.of_words(
        client, "--command", "./my adapter", "--patience", "2", "--html", "x"
    )
    words = shlex.split(typed.format(choose_lesson(first)))
    assert words[:7] == [
        "mockseller", "verify", "client", "--command", "./my adapter", "--kind", "custom"
    ]  # fmt: skip
    assert "--html" not in words
    values = client.make_context("client", words[3:]).params
    again = judge_once(environment, mutant, *(values[name] for name in CHOSEN))
    assert first.outcome in WRONG
    assert (again.name, again.outcome) == (first.name, first.outcome)
    assert len(curl_lines(first)) == len(first.proof) > 0
    assert not any(OUR_PASSWORD in line for line in first.repeat)


def test_a_trade_that_a_kind_cannot_resell_is_chosen_by_name_as_well() -> None:
    assert select_lessons(unsupported_trade.id) == (unsupported_trade,)


def test_a_command_that_does_nothing_is_graded_again_by_the_printed_line(tmp_path: Path) -> None:
    adapter = tmp_path / "my adapter.py"
    adapter.write_text(CONFIRMS_NOTHING)
    command = shlex.join([sys.executable, str(adapter)])
    name, out = "refusal-is-no-success", "custom licences"
    first = run_command("client", "--command", command, "--only", "refusal")[name, out]
    assert first["outcome"] == "fail"
    with Seller() as seller:  # the one that graded has ended
        lines = [line for line in first["repeat"] if line.startswith("curl ")]
        answers = send_lines(lines, seller.wsgi)
        assert {answer.status_code for answer in answers} == {200}
    again = run_command(*shlex.split(first["repeat"][0])[2:])
    assert [(key, each["told"]) for key, each in again.items()] == [((name, out), first["told"])]

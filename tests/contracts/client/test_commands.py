"""A command of somebody's own is graded over a real port, one process for each step."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from socket import create_server

import pytest
from click.testing import CliRunner, Result

from contracts.checks.client.drivers import CommandDriver
from contracts.checks.client.judge import (
    GradingRequest,
    ServerOptions,
    grade_command,
    select_lessons,
)
from contracts.checks.client.protocol import Action, ClientStep, SellerAccess, StepResult
from contracts.cli import verify
from contracts.target.seller import CannotRun
from contracts.verdicts import Outcome
from tests.processes import has_ended

OUR_ADAPTER = f"{shlex.quote(sys.executable)} -m contracts.checks.client.adapter"
SELLER = SellerAccess(
    "http://127.0.0.1:1/billmgr", "reseller", "secret", "2027-01-31T12:00:00+00:00"
)
STEP = ClientStep(Action.LIST, "List.", "lesson", 1, "licences", SELLER)
PAGE = Path(__file__).parents[3] / "docs/grading.md"
Script = Callable[[str], list[str]]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    def written(text: str) -> list[str]:
        path = tmp_path / "adapter.py"
        path.write_text(f"import json, os, sys, time\n{text}\n", encoding="utf-8")
        return [sys.executable, str(path)]

    return written


def _verdicts(command: str, *only: str, **serving: object) -> dict[str, Outcome]:
    lessons = tuple(lesson for part in only for lesson in select_lessons(part))
    request = GradingRequest(lessons, "custom", "licences")
    served = ServerOptions(delay=0.5, **serving)  # type: ignore[arg-type] # a flag
    return {
        verdict.name: verdict.outcome
        for verdict in grade_command(command, request, served, limit=60)
    }


def _client(*words: str) -> Result:
    return CliRunner().invoke(verify, ["client", *words])


@pytest.mark.full_only("make verify grades the adapter in process, the tests above the protocol")
def test_our_own_adapter_passes_as_a_command() -> None:
    assert _verdicts(OUR_ADAPTER, "lost-re") == {
        "lost-reply-ordered-once": Outcome.PASS,
        "lost-reply-found-again": Outcome.PASS,
        "lost-request-ordered-in-the-end": Outcome.PASS,
        "lost-renewal-bought-once": Outcome.PASS,
    }


def test_a_world_can_be_chosen_by_login() -> None:
    assert _verdicts(OUR_ADAPTER, "confirms", by_login=True) == {"confirms-with-sok": Outcome.PASS}


def test_what_is_slow_is_slow_for_a_command_too() -> None:
    assert _verdicts(OUR_ADAPTER, "slow-seller") == {"slow-seller": Outcome.PASS}


@pytest.mark.skipif(shutil.which("curl") is None, reason="the example calls curl")
def test_the_example_of_the_page_fails_as_the_documentation_says(tmp_path: Path) -> None:
    (text,) = re.findall(r"```sh\n(#!/bin/sh\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "weekend.sh"
    path.write_text(text, encoding="utf-8")
    bad = {
        "refusal-is-no-success",
        "item-id-alone",
        "lost-reply-found-again",
        "orders-under-its-own-number",
        "password-not-in-the-address",
    }
    verdicts = _verdicts(f"sh {path}", "confirms-with-sok", *bad)
    assert verdicts == {"confirms-with-sok": Outcome.PASS, **dict.fromkeys(bad, Outcome.FAIL)}


def test_a_command_gets_its_step_on_stdin_and_in_the_environment(script: Script) -> None:
    words = script(
        "step = json.load(sys.stdin)\n"
        "same = json.loads(os.environ['MOCKSELLER_STEP']) == step\n"
        "folder = os.path.isdir(os.environ['MOCKSELLER_STATE'])\n"
        "names = ('URL', 'LOGIN', 'PASSWORD', 'NOW')\n"
        "values = [os.environ['MOCKSELLER_' + name] for name in names]\n"
        "print(json.dumps({'result': 'ok', 'reason': f'{same} {folder} {values}'}))"
    )
    driver = CommandDriver(words, limit=30)
    driver.begin("lesson")
    report = driver.do(STEP)
    driver.end()
    values = [SELLER.url, SELLER.login, SELLER.password, SELLER.now]
    assert report.reason == f"True True {values}"
    assert not driver.path.exists()


def test_a_command_that_crashes_has_failed_its_step(script: Script) -> None:
    report = CommandDriver(script("sys.exit('no such customer')"), limit=30).do(STEP)
    assert report.result is StepResult.FAILED
    assert report.reason == "exit code 1: no such customer"


def test_an_exit_code_counts_more_than_a_report_of_ok(script: Script) -> None:
    words = script("print(json.dumps({'result': 'ok'}))\nsys.exit(3)")
    assert CommandDriver(words, limit=30).do(STEP).result is StepResult.FAILED


def test_a_command_that_hangs_is_stopped_with_what_it_started(tmp_path: Path) -> None:
    left = tmp_path / "child"
    words = ["sh", "-c", f"sleep 600 & echo $! >{shlex.quote(str(left))}; sleep 600"]
    for limit in (1, 4, 16, 64):  # until the machine is quick enough to start what is left behind
        report = CommandDriver(words, limit=limit).do(STEP)
        assert report.result is StepResult.UNKNOWN
        assert report.reason == f"it did not end in {limit} seconds"
        if left.exists() and left.read_text().endswith("\n"):
            break
    assert has_ended(int(left.read_text()))


def test_an_answer_that_is_not_a_report_cannot_be_judged(script: Script) -> None:
    with pytest.raises(CannotRun, match="step 1 of lesson: the last line is not JSON"):
        CommandDriver(script("print('done')"), limit=30).do(STEP)


def test_a_command_that_is_not_there_cannot_be_judged() -> None:
    result = _client("--command", "/nowhere/adapter", "--only", "confirms")
    assert result.exit_code == 2
    assert "/nowhere/adapter: No such file or directory" in result.output


def test_a_port_that_is_taken_cannot_be_served_on() -> None:
    with create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        result = _client("--command", "true", "--port", port, "--only", "confirms")
    assert result.exit_code == 2
    assert "cannot be judged" in result.output


def test_a_bad_integration_changes_the_exit_code(script: Script) -> None:
    words = shlex.join(script("print(json.dumps({'result': 'ok'}))"))
    result = _client("--command", words, "--only", "confirms", "--all")
    assert result.exit_code == 2, "it called nothing, so nothing was judged"
    assert "not exercised" in result.output


def test_our_own_client_is_graded_with_one_option() -> None:
    words = ["--kind", "whmcs", "--trade", "licences", "--only", "lost-reply"]
    result = _client("--in-process", *words)
    assert result.exit_code == 0, result.output
    assert "1 known" in result.output


def test_the_lessons_are_listed() -> None:
    result = _client("--lessons")
    assert result.exit_code == 0
    assert len(result.output.splitlines()) == len(select_lessons())


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--in-process", "--records"],
        ["--command", "x", "--manual"],
        ["--in-process", "--only", "?"],
        ["--command", ""],
        ["--command", "a 'b"],
    ],
)
def test_exactly_one_client_and_existing_lessons_have_to_be_named(words: list[str]) -> None:
    assert _client(*words).exit_code == 2


def test_the_documentation_lists_every_lesson() -> None:
    page = PAGE.read_text(encoding="utf-8")
    names = {lesson.id for lesson in select_lessons()} - {"list-of-one", "list-of-many"}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []

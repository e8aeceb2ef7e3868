"""A command of somebody's own is graded over a real port, one process for each step."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
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
from contracts.checks.client.protocol import (
    Action,
    BadReport,
    ClientStep,
    ClientUnusable,
    SellerAccess,
    StepResult,
)
from contracts.cli import verify
from contracts.verdicts import Outcome
from tests.processes import has_ended

OUR_ADAPTER = f"{shlex.quote(sys.executable)} -m mockseller.adapter"
SELLER = SellerAccess(
    "http://127.0.0.1:1/billmgr", "reseller", "secret", "2027-01-31T12:00:00+00:00"
)
STEP = ClientStep(Action.LIST, "List.", "lesson", 1, "licences", SELLER)
PAGE = Path(__file__).parents[3] / "docs/grading.md"
SILENT = "no report and no call of the seller"
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


def _driver(words: list[str], limit: float = 30, *, called: bool = True) -> CommandDriver:
    return CommandDriver(words, limit=limit, has_called=lambda: called)


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
    driver = _driver(words)
    driver.begin("lesson")
    report = driver.do(STEP)
    driver.end()
    values = [SELLER.url, SELLER.login, SELLER.password, SELLER.now]
    assert report.reason == f"True True {values}"
    assert not driver.path.exists()


def test_a_command_that_crashes_has_failed_its_step(script: Script) -> None:
    report = _driver(script("sys.exit('no such customer')")).do(STEP)
    assert report.result is StepResult.FAILED
    assert report.reason == "exit code 1: no such customer"


def test_an_exit_code_counts_more_than_a_report_of_ok(script: Script) -> None:
    words = script("print(json.dumps({'result': 'ok'}))\nsys.exit(3)")
    assert _driver(words).do(STEP).result is StepResult.FAILED


def test_a_command_that_hangs_is_stopped_with_what_it_started(tmp_path: Path) -> None:
    left = tmp_path / "child"
    words = ["sh", "-c", f"sleep 600 & echo $! >{shlex.quote(str(left))}; sleep 600"]
    for limit in (1, 4, 16, 64):  # until the machine is quick enough to start what is left behind
        report = _driver(words, limit).do(STEP)
        assert report.result is StepResult.UNKNOWN
        assert report.reason == f"it did not end in {limit} seconds"
        if left.exists() and left.read_text().endswith("\n"):
            break
    assert has_ended(int(left.read_text()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sys.exit('no billing')", f"exit code 1, {SILENT}; stderr: no billing"),
        ("os._exit(255)", f"exit code 255, {SILENT}; nothing on stderr"),
        ("time.sleep(600)", f"it did not end in 0.5 seconds, {SILENT}"),
        ("print('done')", "exit code 0, and the last line is not JSON: 'done'"),
        ("print('{}'); sys.stderr.write('x')", "exit code 0, and result: None is not one of ok,"),
        ("pass", "exit code 0, and expected one line of JSON on stdout, got nothing"),
    ],
)
def test_a_command_that_shows_no_life_cannot_be_graded(
    script: Script, text: str, message: str
) -> None:
    limit = 0.5 if "sleep" in text else 30
    with pytest.raises(ClientUnusable, match=re.escape(f"step 1 of lesson: {message}")):
        _driver(script(text), limit, called=False).do(STEP)


def test_a_command_that_reported_once_may_crash_and_talk_nonsense_in_its_lessons(
    script: Script,
) -> None:
    driver = _driver(script(
        "step = json.load(sys.stdin)\n"
        "if step['do'] == 'list': print(json.dumps({'result': 'ok'}))\n"
        "elif step['do'] == 'balance': print('fatal')\n"
        "else: sys.exit(9)"
    ), called=False)  # fmt: skip
    assert driver.do(STEP).result is StepResult.OK
    with pytest.raises(BadReport, match="the last line is not JSON: 'fatal'"):
        driver.do(replace(STEP, action=Action.BALANCE))
    assert driver.do(replace(STEP, action=Action.DAILY)).reason == "exit code 9: "


def test_a_command_that_cannot_be_graded_is_reported_once_at_the_first_step(script: Script) -> None:
    """Of all lessons; a command that is not there, one that crashes and one that says nothing."""
    for command, message in (
        ("/nowhere/adapter", "/nowhere/adapter: No such file or directory"),
        (shlex.join(script("sys.exit('no module billing')")), "stderr: no module billing"),
        ("true", "true cannot be judged: step 1 of "),
    ):
        result = _client("--command", command)
        assert result.exit_code == 2
        lines = [line for line in result.output.splitlines() if "cannot be judged" in line]
        assert len(lines) == 1, result.output
        assert message in lines[0]
        assert len(result.output.splitlines()) < 5, result.output
        assert result.output.count(message) == 1


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

"""What `drift` prints of a difference shows it again: its requests, and its command."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from contracts.checks.client.environment import on_port
from contracts.recording.drift import judge_seller
from contracts.recording.options import DriftOptions, Severity
from contracts.target.seller import connect_wsgi
from contracts.verdicts import WRONG
from emulator.testing import Seller
from tests.contracts.recording.conftest import Studio
from tests.contracts.recording.sellers import Change, ChangedSeller, sub
from tests.contracts.recording.test_drift import CHANGES
from tests.contracts.repeating import as_seen, curl_lines, run_command, send_lines, world_is_gone


@pytest.fixture(scope="module")
def honest() -> Iterator[Seller]:
    with Seller() as seller:
        yield seller


@pytest.mark.every(6)
@pytest.mark.parametrize(("only", "change", "expected"), CHANGES)
def test_lines_and_command_of_a_difference_show_it_again(
    honest: Seller, only: str, change: Change, expected: list[tuple[str, str, str]]
) -> None:
    app = ChangedSeller(honest.wsgi, change)
    with connect_wsgi(app) as seller:
        run = judge_seller(seller, DriftOptions(only=only, fail_on=Severity.INFO))
    wrong = {(each.name, each.out): each for each in run.verdicts if each.outcome in WRONG}
    assert expected
    assert wrong
    for verdict in wrong.values():
        _, *answers, _ = send_lines(curl_lines(verdict), app)
        assert as_seen(answers, len(verdict.proof)) == [call.answer for call in verdict.proof]
        assert world_is_gone(honest)
    with on_port(app) as base:
        words = ["drift", f"{base}/billmgr", "--only", only, "--fail-on", "info"]
        printed = run_command(*words)
        name, out = next(iter(wrong))
        again = run_command(*shlex.split(printed[name, out]["repeat"][0])[1:])
    assert [(key, each["told"]) for key, each in again.items()] == [
        ((name, out), printed[name, out]["told"])
    ]


def test_the_command_compares_one_function_of_a_recording_again(
    studio: Studio, honest: Seller
) -> None:
    change = sub("<(/?)realbalance>", r"<\1reales>")
    proxy = studio.proxy(behind=ChangedSeller(honest.wsgi, change))
    studio.ask(proxy, "dashboard.info")
    studio.ask(proxy, "whoami")
    first = run_command("drift", str(studio.path), "--against", "contracts")[
        "dashboard.info", "xml"
    ]
    (command,) = first["repeat"]
    again = run_command(*shlex.split(command)[1:])
    assert list(again) == [("dashboard.info", "xml")]
    assert again["dashboard.info", "xml"]["told"] == first["told"]

"""The judge started from the console: one at a time, cancelled when asked, gone with its server."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from emulator.control.console.judge_run import JudgeRuns, JudgeState
from emulator.testing import Seller
from tests.console.browsing import CONSOLE, Browsing, read_text

PAGE = f"{CONSOLE}/_verify"
QUICK = {"subject": "seller", "family": "whoami"}
STARTED = """
import sys
from pathlib import Path
from emulator.control.console.judge_run import JudgeRuns
JudgeRuns(Path(sys.argv[1])).start("own")
print("started", flush=True)
sys.stdin.read()
"""


def folder_of(seller: Seller) -> Path:
    return seller.worlds.settings.data.absolute() / "verify"


def wait_for_end(folder: Path) -> JudgeState:
    """Waits for the lock, which the judge and all that it started have let go then."""
    with (folder / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
    return JudgeRuns(folder).state()


def press(browser: Browsing, button: str, **form: str) -> int:
    sent = {"csrf": browser.token(), **form}
    headers = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
    return browser.client.post(
        f"{PAGE}/{button}", base_url="http://127.0.0.1", data=sent, headers=headers
    ).status_code


def children() -> list[str]:
    """The states of this process's children: Z would be one that nobody waited for."""
    listed = subprocess.run(
        ["ps", "-o", "stat=", "--ppid", str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
    )
    return listed.stdout.split()


def test_a_run_is_started_followed_and_reported_on_the_page(seller: Seller) -> None:
    browser = Browsing(seller)
    assert "Start" in browser.look(PAGE).text
    assert press(browser, "start", **QUICK) == 303
    running = browser.look(PAGE).text
    assert "It is running" in running
    assert 'hx-trigger="every 2s"' in running
    assert press(browser, "start", **QUICK) == 400
    wait_for_end(folder_of(seller))
    page = read_text(browser.look(PAGE).text)
    assert "mockseller verify seller --in-process --family whoami" in page
    assert "seller: passed pass " in page
    assert "Which system can resell what" in page
    report = browser.look(f"{PAGE}/report.html")
    assert report.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "whoami" in report.text
    assert json.loads(browser.look(f"{PAGE}/report.json").text)["runs"][0]["exit_code"] == 0
    assert not any(state.startswith("Z") for state in children())
    assert seller.journal.entries() == []


def test_a_run_is_cancelled_and_says_that_it_was_not_judged_to_the_end(seller: Seller) -> None:
    browser = Browsing(seller)
    assert press(browser, "start", subject="seller") == 303
    assert press(browser, "cancel") == 303
    state = wait_for_end(folder_of(seller))
    assert state.summary is None or state.summary["runs"][0]["exit_code"] == 2
    assert not state.is_running
    assert press(browser, "cancel") == 303


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ({"subject": "<b>all"}, "cannot be judged here"),
        ({"subject": "seller", "family": "--html=/x"}, "no family"),
    ],
)
def test_only_what_is_listed_can_be_judged(seller: Seller, form: dict[str, str], line: str) -> None:
    browser = Browsing(seller)
    sent = {"csrf": browser.token(), **form}
    headers = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}
    refused = browser.client.post(
        f"{PAGE}/start", base_url="http://127.0.0.1", data=sent, headers=headers
    )
    assert refused.status_code == 400
    assert line in refused.text
    assert "<b>all" not in refused.text
    assert not folder_of(seller).exists()


def test_a_report_that_there_is_not_is_a_page(seller: Seller) -> None:
    assert Browsing(seller).look(f"{PAGE}/report.html").status_code == 404


def test_a_judge_ends_with_a_server_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTED, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"started\n"
        assert JudgeRuns(tmp_path).state().is_running
        server.send_signal(signal.SIGKILL)
    assert not wait_for_end(tmp_path).is_running

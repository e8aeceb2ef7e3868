"""The commands as a user starts them: what they refuse, what they print, how they end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from contracts.cli import drift, record
from contracts.record.exchange import read_all
from contracts.recording.session import read
from emulator.testing import SellerServer
from tests.contracts.recording.conftest import LOGIN, PASSWORD, RecordedLife

WAIT = 60


def _run(command: object, *words: str) -> Result:
    return CliRunner().invoke(command, list(words))  # type: ignore[arg-type]


REFUSED = [
    ([], "give --upstream URL and --to SESSION"),
    (["--upstream", "http://127.0.0.1:9"], "give --upstream URL and --to SESSION"),
    (["--upstream", "http://x", "--to", "s", "--allow-paying", "*"], "name one function exactly"),
    (["--upstream", "http://x", "--to", "s", "--allow-paying", "soft.*"], "exactly"),
    (["--upstream", "http://x", "--to", "s", "--on-miss", "upstream"], "needs --replay"),
    (["--upstream", "ftp://x", "--to", "s"], "must begin with http:// or https://"),
    (["--upstream", "http://[", "--to", "s"], "is no address"),
    (["--upstream", "http://you:word@x", "--to", "s"], "may carry no login and no query"),
    (["--upstream", "http://127.0.0.1:9", "--to", "s", "--host", "0.0.0.0"], "loopback only"),  # noqa: S104
    (["--upstream", "http://127.0.0.1:9", "--to", "/proc/none/s"], "cannot be written"),
]


@pytest.mark.parametrize(("words", "message"), REFUSED)
def test_what_cannot_be_recorded_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = _run(record, *words)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_a_taken_port_is_told_in_one_line_and_ends_with_two(life: RecordedLife) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        result = _run(record, "--replay", str(life.path), "--port", str(port))
    message = (
        f"nothing can be recorded: cannot listen on 127.0.0.1 port {port}: Address already in use"
    )
    assert (result.exit_code, result.output) == (2, f"{message}\n")


def test_replay_does_not_go_with_what_records(life: RecordedLife) -> None:
    assert _run(record, "--replay", str(life.path), "--rewrite").exit_code == 2
    assert _run(record, "--replay", str(life.path), "--to", "x").exit_code == 2
    assert _run(record, "--replay", str(life.path), "--on-miss", "upstream").exit_code == 2


def test_export_writes_files_and_tells_what_it_left_out(life: RecordedLife, tmp_path: Path) -> None:
    result = _run(record, "export", str(life.path), "--folder", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert "24 exchanges in " in result.output
    assert "left out: 13 auth: its request is a login" in result.output
    assert len(read_all(tmp_path / "out")) == 24


def test_what_cannot_be_exported_or_compared_ends_with_two(tmp_path: Path) -> None:
    none = str(tmp_path / "none.yaml")
    for command, words in ((record, ["export", none, "--folder", str(tmp_path)]), (drift, [none])):
        result = _run(command, *words)
        assert result.exit_code == 2
        assert "none.yaml: cannot be read: No such file or directory" in result.output


def test_a_seller_that_does_not_answer_cannot_be_compared() -> None:
    result = _run(drift, "http://127.0.0.1:9/billmgr")
    assert result.exit_code == 2
    assert "cannot be reached" in result.output


def test_a_span_that_is_none_is_refused(life: RecordedLife) -> None:
    result = _run(drift, str(life.path), "--max-age", "soon")
    assert result.exit_code == 2
    assert "90 days" in result.output


def test_drift_speaks_to_people_and_to_machines(life: RecordedLife, tmp_path: Path) -> None:
    saved = tmp_path / "drift.json"
    words = [str(life.path), "--only", "service.instruction", "--max-age", "12 weeks"]
    result = _run(drift, *words, "--all", "--save", str(saved))
    assert result.exit_code == 0, result.output
    assert "service.instruction.html" in result.output
    assert "3 pass" in result.output
    saved_run = json.loads(saved.read_text())["runs"][0]
    assert (saved_run["judge"], saved_run["details"]) == (
        "drift",
        {"against": "both", "differences": []},
    )
    assert saved_run["verdicts"][0]["name"] == "age"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from contracts.cli import drift, record;"
        "print([m for m in ('httpx', 'yaml', 'flask', 'werkzeug', 'rich') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


@contextmanager
def _started(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """``mockseller record`` as a process of its own; its address."""
    command = [sys.executable, "-m", "emulator.cli", "record", "--port", "0", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1], process
        finally:
            if process.poll() is None:
                process.kill()


def test_a_recording_is_made_by_a_process_and_another_one_plays_it(tmp_path: Path) -> None:
    path = tmp_path / "whole.yaml"
    form = {"authinfo": f"{LOGIN}:{PASSWORD}", "func": "soft.edit", "elid": "100001"}
    with SellerServer() as seller:
        words = ["--upstream", seller.url, "--insecure", "--to", str(path)]
        with _started(*words) as (address, process):
            first = httpx.post(address, data=form, trust_env=False, timeout=WAIT)
            pay = {**form, "func": "service.prolong", "sok": "ok"}
            refused = httpx.post(address, data=pay, trust_env=False, timeout=WAIT)
            process.send_signal(signal.SIGTERM)
            out, errors = process.communicate(timeout=WAIT)
    assert process.returncode == 0, errors
    assert b"<lickey>100001-" in first.content
    assert b"--allow-paying service.prolong" in refused.content
    assert "--allow-paying service.prolong" in errors
    assert PASSWORD not in out + errors + path.read_text()
    assert [entry.func for entry in read(path).entries] == ["soft.edit"]

    with _started("--replay", str(path)) as (address, process):
        again = httpx.post(address, data=form, trust_env=False, timeout=WAIT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=WAIT)
    assert b"<lickey>100001-00000000-00000001</lickey>" in again.content
    assert process.returncode == 0

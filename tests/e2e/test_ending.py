"""A command that is told to end leaves no server and no folder behind, and its code says so."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import has_ended

WAIT = 120
"""Seconds a command has to end; it takes one or two."""
SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]


@contextmanager
def started(folder: Path, *words: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A command whose temporary folders are made in ``folder``."""
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator.cli", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder), **more},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def children(process: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def ended(process: subprocess.Popen[str], sign: signal.Signals) -> tuple[int, str]:
    """The exit code after a signal to this process alone, and its stderr."""
    process.send_signal(sign)
    _, stderr = process.communicate(timeout=WAIT)
    return process.returncode, stderr


@pytest.mark.one_of("endings of commands")
@pytest.mark.parametrize("sign", SIGNALS)
def test_a_judge_that_is_told_to_end_stops_the_server_it_started(
    tmp_path: Path, sign: signal.Signals
) -> None:
    folder = tmp_path / "temporary"
    with started(folder, "verify", "fuzz", "--served", "--duration", "600") as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "walks through lives of services\n"
        servers = children(process.pid)
        workers = [worker for server in servers for worker in children(server)]
        assert servers, "it has started none"
        assert workers
        assert list(folder.iterdir())
        code, stderr = ended(process, sign)
    assert code == 2
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    assert all(has_ended(pid) for pid in servers + workers)
    assert not list(folder.iterdir())


@pytest.mark.one_of("endings of commands")
def test_a_server_that_is_only_starting_is_stopped_as_well(tmp_path: Path) -> None:
    config, folder = tmp_path / "config", tmp_path / "temporary"
    os.mkfifo(config)
    words = ("verify", "fuzz", "--served")
    # The server waits in the middle of its start for what stands in its configuration.
    with started(folder, *words, MOCKSELLER_CONFIG=str(config)) as process, config.open("w"):
        servers = children(process.pid)
        code, stderr = ended(process, signal.SIGTERM)
    assert servers
    assert (code, stderr) == (2, "the seller, served: interrupted\n")
    assert all(has_ended(pid) for pid in servers)
    assert not list(folder.iterdir())


@pytest.mark.one_of("endings of commands")
def test_a_graded_command_is_stopped_with_the_grading(tmp_path: Path) -> None:
    fifo, folder = tmp_path / "begun", tmp_path / "temporary"
    os.mkfifo(fifo)
    script = tmp_path / "adapter"
    script.write_text(f"#!/bin/sh\necho $$ > {fifo}\nexec sleep 600\n")
    script.chmod(0o755)
    with started(folder, "verify", "client", "--command", str(script)) as process:
        graded = int(fifo.read_text())
        code, stderr = ended(process, signal.SIGTERM)
    assert code == 2
    assert "interrupted" in stderr
    assert has_ended(graded)
    assert not list(folder.iterdir())


@pytest.mark.full_only("a grading of a command is stopped in every run")
def test_a_grading_by_hand_leaves_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    with started(folder, "verify", "client", "--manual") as process:
        assert process.stdout is not None
        assert re.match("what to do next: http://", process.stdout.readline())
        code, _ = ended(process, signal.SIGTERM)
    assert code == 2
    assert not list(folder.iterdir())


@pytest.mark.one_of("endings of commands")
def test_a_story_that_is_broken_off_ends_with_two(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    with started(folder, "demo", "--verbose", PYTHONUNBUFFERED="1") as process:
        assert process.stdout is not None
        process.stdout.readline()
        servers = children(process.pid)
        code, stderr = ended(process, signal.SIGTERM)
    assert (code, stderr) == (2, "interrupted\n")
    assert servers
    assert not list(folder.iterdir())


@pytest.mark.full_only("one signal is sent in every run")
def test_the_signal_said_twice_does_not_break_off_the_cleaning_up(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    with started(folder, "verify", "fuzz", "--served", "--duration", "600") as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        code, _ = ended(process, signal.SIGTERM)
    assert code == 2
    assert not list(folder.iterdir())

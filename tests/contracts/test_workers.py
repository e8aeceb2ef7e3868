"""Calls in worker processes: results come in order, and what is broken off leaves nothing."""

from __future__ import annotations

import math
import os
import signal
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from contracts.cli.workers import run_in_workers


def _wait_in_folder(parent: str) -> None:
    """Hold a folder until a signal comes."""
    with tempfile.TemporaryDirectory(dir=parent):
        Path(parent, "ready").touch()
        signal.pause()


def _process_when(path: Path) -> int:
    """The number of this process, once a file is there."""
    while not path.exists():
        os.sched_yield()
    return os.getpid()


def test_results_come_in_the_order_of_the_calls_whichever_ends_first() -> None:
    calls = [partial(math.factorial, number) for number in (5000, 1, 2, 3)]
    assert list(run_in_workers(calls, 2)) == [math.factorial(n) for n in (5000, 1, 2, 3)]


def test_a_call_that_raises_ends_the_run_and_says_where() -> None:
    with pytest.raises(RuntimeError, match="invalid literal for int"):
        list(run_in_workers([partial(int, "7"), partial(int, "seven")], 2))


def test_a_worker_that_dies_ends_the_run_instead_of_stopping_it() -> None:
    with pytest.raises(RuntimeError, match="ended before its result came"):
        list(run_in_workers([partial(os._exit, 3)], 1))


def test_a_call_that_is_broken_off_removes_its_folder_first(tmp_path: Path) -> None:
    calls: list[Callable[[], int | None]] = [
        partial(_process_when, tmp_path / "ready"),
        partial(_wait_in_folder, str(tmp_path)),
    ]
    with closing(run_in_workers(calls, 2)) as results:
        worker = next(results)
        assert worker is not None
        assert worker != os.getpid()
        assert len(list(tmp_path.iterdir())) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["ready"]
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)

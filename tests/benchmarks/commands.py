"""Seconds of what users wait for: a start, the fixture of pytest, a whole run of the judges."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.benchmarks import servers
from tests.benchmarks.load import is_right, send
from tests.benchmarks.subjects import of_seller

CASES = 60
"""Tests with the fixture; the first, which imports everything, is left out."""
FIXTURE_TEST = f"""
import pytest

@pytest.mark.parametrize("number", range({CASES}))
def test_nothing(seller, number):
    pass
"""
FIXTURE_HOOK = """
import json
import os
from collections import defaultdict
from pathlib import Path

took = defaultdict(float)

def pytest_runtest_logreport(report):
    took[report.nodeid] += report.duration

def pytest_sessionfinish():
    Path("took.json").write_text(json.dumps(list(took.values())))
"""


def start_seconds(data: Path, environ: Mapping[str, str] | None = None) -> float:
    """From the start of the command to its first right answer, over a data folder that exists."""
    with servers.seller(data, environ=environ) as server:
        first_answer(server.port)
        return time.perf_counter() - server.started_at


def first_answer(port: int) -> None:
    """Reads one license. Raises RuntimeError where the answer is wrong."""
    call = of_seller("read", 1)
    answer = send(port, call)
    if not is_right(call, answer):
        raise RuntimeError(f"answered {answer[:500]!r}")


def median_of(measure: Callable[[], float], repeats: int) -> float:
    """The median of several measurements, to milliseconds or microseconds."""
    return round(statistics.median(measure() for _ in range(repeats)), 3)


def fixture_milliseconds(folder: Path) -> float:
    """Median of a test that only uses the fixture `seller`: made, and removed again."""
    (folder / "test_fixture.py").write_text(FIXTURE_TEST)
    (folder / "conftest.py").write_text(FIXTURE_HOOK)
    command = (*servers.PYTHON, "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
    subprocess.run([*command, str(folder)], check=True, cwd=folder, stdout=subprocess.DEVNULL)
    took: list[float] = json.loads((folder / "took.json").read_text())
    return statistics.median(took[1:]) * 1000


def verify_own_seconds(folder: Path, environ: Mapping[str, str] | None = None) -> float:
    """All judges on what is ours. Raises RuntimeError where a check fails."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "mockseller", "verify", "own"],
        check=False, cwd=folder, env={**os.environ, **(environ or {})},
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"verify own: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    return time.perf_counter() - begun

"""A short run leaves out what the marks declare, says so, and a full run leaves out nothing."""

from __future__ import annotations

import pytest

CONFTEST = """
import pytest
from tests import tiers

def pytest_addoption(parser):
    tiers.add_options(parser)

def pytest_configure(config):
    config.pluginmanager.register(tiers.Tiers(config), "tiers")

@pytest.fixture
def tally(request):
    return tiers.note_members(request.node)
"""
CASES = """
import pytest

@pytest.mark.full_only("test_always")
def test_expensive():
    pass

@pytest.mark.every(3)
@pytest.mark.counts("numbers", "number")
@pytest.mark.parametrize("number", range(6))
def test_every(number):
    pass

@pytest.mark.one_per.with_args(lambda number: number % 2)
@pytest.mark.parametrize("number", range(6))
def test_per_parity(number):
    pass

@pytest.mark.one_of("whole runs")
def test_first_run():
    pass

@pytest.mark.one_of("whole runs")
def test_second_run():
    pass

def test_always(tally):
    tally("letters", ["a", "b"], 26)
"""
ALL = 16


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.delenv("MOCKSELLER_TESTS", raising=False)
    # Nothing here is about the plugins of this machine, and every run would load them all.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(CASES)
    return pytester


def run(suite: pytest.Pytester, *options: str) -> pytest.RunResult:
    return suite.runpytest_inprocess("-p", "no:cacheprovider", *options)


def names(result: pytest.RunResult) -> set[str]:
    return {
        line.partition("::")[2].partition(" ")[0]
        for line in result.outlines
        if line.endswith("]") and " PASSED " in line
    }


def test_a_short_run_states_how_many_of_each_kind_it_left_out(suite: pytest.Pytester) -> None:
    result = run(suite, "--rotation=1")
    result.assert_outcomes(passed=2 + 2 + 1 + 1, deselected=ALL - 6)
    result.stdout.fnmatch_lines([
        "short run (--rotation 1); make test-all runs the rest",
        f"*6 of *{ALL} cases",
        "*2 of *26 letters",
        "*2 of *6 numbers",
    ])  # fmt: skip


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_full_run_runs_everything(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    if by == "environment":
        monkeypatch.setenv("MOCKSELLER_TESTS", "all")
    result = run(suite, *(["--all"] if by == "option" else []))
    result.assert_outcomes(passed=ALL)
    result.stdout.fnmatch_lines(["full run", f"*{ALL} of *{ALL} cases", "*6 of *6 numbers"])


def test_a_test_that_is_named_runs_in_a_short_run_too(suite: pytest.Pytester) -> None:
    name = next(suite.path.glob("test_*.py")).name
    run(suite, f"{name}::test_expensive").assert_outcomes(passed=1)


def test_every_case_has_its_turn(suite: pytest.Pytester) -> None:
    runs = [names(run(suite, "-v", f"--rotation={number}")) for number in range(6)]
    assert runs[0] != runs[1]
    assert len(set.union(*runs)) == ALL - 1, "all but the one for the full run alone"
    assert names(run(suite, "-v", "--rotation=0")) == runs[0]


def test_two_processes_count_as_one_does(suite: pytest.Pytester) -> None:
    result = run(suite, "-p", "xdist", "-n", "2", "--rotation=1")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines([f"*6 of *{ALL} cases", "*2 of *26 letters", "*2 of *6 numbers"])

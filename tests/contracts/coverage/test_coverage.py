"""``mockseller verify coverage`` and the plugin for a suite of one's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from contracts.cli import verify
from contracts.clock import now
from contracts.coverage.counting import CoverageCount, count_runs
from contracts.coverage.showing import CoverageSelection, check_gate, compute_shares
from contracts.reports.saved import to_json
from contracts.verdicts import OBSERVED, CallRecord, Outcome, Run, Verdict
from emulator.app import create_registry
from emulator.openapi import Called, Coverage
from emulator.testing import SellerServer, World
from mockseller.coverage import KEY, pytest_testnodedown


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("MOCKSELLER_JOURNAL_ROWS", "32")
        started = SellerServer()
    with started:
        yield started


@pytest.fixture
def world(server: SellerServer) -> World:
    return server.fresh()


def run(*words: str) -> Result:
    return CliRunner().invoke(verify, ["coverage", *words])


def test_what_a_suite_called_is_told_by_family(world: World) -> None:
    world.order()
    world.call("soft.edit", elid=9)
    result = run(world.url, "--missing")
    assert result.exit_code == 0, result.output
    assert "calls: 2" in result.output
    assert "missing: soft.edit parameters: addon_*, autoprolong" in result.output
    assert "never called: " in result.output
    assert "secret" not in result.output


def test_a_threshold_that_is_not_reached_fails(world: World) -> None:
    world.call("soft")
    below = run(world.url, "--func", "soft", "--min", "99.5")
    assert below.exit_code == 1
    assert "too little: all: " in below.output
    assert run(world.url, "--func", "soft", "--of", "functions", "--min", "100").exit_code == 0
    assert run(world.url, "--family", "soft", "--of", "functions", "--min", "9").exit_code == 1


def test_a_level_looks_at_what_most_clients_call(world: World) -> None:
    world.call("soft.edit", elid=100001)
    world.call("tld")
    counts = json.loads(run(world.url, "--level", "core", "--json").stdout)["chosen"]
    assert "soft.edit" in counts["functions"]
    assert "tld" not in counts["functions"]
    assert counts["shares"]["functions"]["exercised"] == 1


def test_all_counts_are_told_as_json(world: World) -> None:
    world.call("soft.edit", elid=100001, out="json")
    counts = json.loads(run(world.url, "--family", "soft", "--json").stdout)
    assert counts["functions"]["soft.edit"]["answers"]["lickey"] == 1
    assert counts["chosen"]["shares"]["functions"] == {
        "exercised": 1,
        "declared": 12,
        "percent": 8.3,
    }
    assert counts["is_whole"] is True


def test_what_the_journal_dropped_is_said(world: World) -> None:
    for _ in range(80):
        world.call("whoami")
    result = run(world.url, "--func", "whoami", "--min", "100")
    assert "the journal dropped its first" in result.output
    assert "as far as it is known" in result.output or result.exit_code == 0


def test_the_world_is_the_one_of_the_address_or_the_one_that_is_named(server: SellerServer) -> None:
    first, second = server.fresh(), server.fresh()
    first.call("soft")
    second.call("vds")
    mine = json.loads(run(first.url, "--json").stdout)["functions"]
    assert (mine["soft"]["functions"]["called"], mine["vds"]["functions"]["called"]) == (1, 0)
    named = json.loads(run(first.url, "--world", second.name, "--json").stdout)["functions"]
    assert (named["soft"]["functions"]["called"], named["vds"]["functions"]["called"]) == (0, 1)
    every = json.loads(run(first.url, "--all-worlds", "--json").stdout)["functions"]
    assert (every["soft"]["functions"]["called"], every["vds"]["functions"]["called"]) >= (1, 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "name the URL"),
        (["http://127.0.0.1:1/billmgr"], "cannot be reached"),
        (["{url}", "--world", "gone"], "gone"),
        (["{url}"], "nothing was called"),
        (["{url}", "--family", "sof"], 'there is no family "sof"'),
        (["{url}", "--func", "soft.edti"], 'there is no function "soft.edti"'),
        (["{url}", "--of", "errors"], "name a percentage"),
        (["--run", "/nowhere/run.json"], "cannot be read"),
    ],
)
def test_what_cannot_be_counted_is_told_in_a_line(
    world: World, words: list[str], message: str
) -> None:
    result = run(*(word.format(url=world.url) for word in words))
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def _saved(*seen: CallRecord) -> Run:
    verdict = Verdict("soft/list", "xml", Outcome.PASS, OBSERVED, (), seen)
    return Run("seller", "x", now(), 1.0, (verdict,))


def test_the_requests_of_a_report_are_counted_too(tmp_path: Path) -> None:
    address = "http://127.0.0.1/billmgr"
    counts = "<doc><elem><id>1</id></elem><p_elems>1</p_elems></doc>"
    refused = '<doc><error type="missed"><msg/></error></doc>'
    report = tmp_path / "run.json"
    report.write_text(
        to_json([
            _saved(
                CallRecord("POST", address, {"func": "soft"}, 200, counts),
                CallRecord("POST", address, {"func": "soft.edit", "elid": "9"}, 200, refused),
            )
        ])
    )  # fmt: skip
    counts = json.loads(run("--run", str(report), "--json").stdout)
    assert counts["functions"]["soft"]["answers"]["id"] == 1
    assert counts["functions"]["soft.edit"]["errors"]["missed"] == 1
    assert counts["is_whole"] is False


def test_a_lost_answer_counts_as_a_call_without_one() -> None:
    counted = count_runs([_saved(CallRecord("POST", "http://x/billmgr", {"func": "soft"}, 0, ""))])
    points = counted.coverage.points["soft"]
    assert points["functions"]["called"] == 1
    assert set(points["answers"].values()) == {0}


def test_two_counts_add_up() -> None:
    first, second = Coverage(create_registry()), Coverage(create_registry())
    first.add(Called("soft", {}, "xml", "", "<doc><elem><id>1</id></elem></doc>"))
    second.add(Called("soft", {"p_cnt": "5"}, "json", "access", ""))
    first.merge(second.as_dict())
    assert first.calls == 2
    assert first.points["soft"]["functions"]["called"] == 2
    assert first.points["soft"]["parameters"]["p_cnt"] == 1
    assert first.points["soft"]["answers"]["id"] == 1
    assert first.refusals["access"] == 1


def test_what_nobody_declared_is_told_and_no_point() -> None:
    coverage = Coverage(create_registry())
    before = coverage.shares()["all"]
    coverage.add(Called("nothing", {}, "xml", "missed", ""))
    coverage.add(Called("soft", {"unheard": "1"}, "xml", "internal", ""))
    assert dict(coverage.unknown) == {"nothing": 1}
    assert dict(coverage.undeclared) == {"soft: internal": 1}
    assert coverage.shares()["all"].exercised == before.exercised + 1


def test_a_hundred_percent_is_never_rounded_to() -> None:
    counted = CoverageCount()
    for function in create_registry():
        if function.name != "menu":
            counted.coverage.add(Called(function.name, {}, "xml", "access", ""))
    share = compute_shares(counted, CoverageSelection())["functions"]
    assert share.declared - share.exercised == 1
    assert share.percent < 100
    assert check_gate(counted, CoverageSelection(), 100, ["functions"]) != []
    assert check_gate(counted, CoverageSelection(functions=("soft",)), 100, ["functions"]) == []


SUITE = """
def test_one(seller):
    assert seller.call("soft").error is None
    seller.world("second").call("vds")

def test_two(seller_server):
    assert seller_server.call("soft.edit", elid=100001).error is None
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[3])]))
    pytester.makepyfile(SUITE)
    return pytester


@pytest.mark.full_only("one suite that is counted runs in every run")
def test_a_suite_of_ones_own_is_counted_over_all_its_sellers(suite: pytest.Pytester) -> None:
    done = suite.runpytest_subprocess(
        "--mockseller-coverage=0", "--mockseller-coverage-family=soft",
        "--mockseller-coverage-family=vds",
    )  # fmt: skip
    done.assert_outcomes(passed=2)
    done.stdout.fnmatch_lines(["*how much of the API your tests used*", "functions: *(3 of *)"])


@pytest.mark.one_of("workers count together")
def test_workers_count_together_and_a_suite_that_exercises_too_little_fails(
    suite: pytest.Pytester,
) -> None:
    """Each of the two workers runs one of the two tests."""
    done = suite.runpytest_subprocess("--mockseller-coverage=60", "-n", "2")
    assert done.ret == 1
    done.stdout.fnmatch_lines(
        ["functions: *(3 of *)", "too little: all: *is less than 60%*", "*2 passed*"]
    )


def test_a_worker_that_crashed_leaves_a_note(pytester: pytest.Pytester) -> None:
    config = pytester.parseconfig("--mockseller-coverage=1")
    config.stash[KEY] = counted = CoverageCount()
    pytest_testnodedown(SimpleNamespace(config=config), "Not properly terminated")
    assert counted.notes == ["a worker ended without its counts: Not properly terminated"]
    assert not counted.is_whole


def test_nothing_of_nothing_is_never_green(suite: pytest.Pytester) -> None:
    unknown = suite.runpytest_inprocess(
        "--mockseller-coverage=99", "--mockseller-coverage-family=sofd"
    )
    assert unknown.ret == pytest.ExitCode.USAGE_ERROR
    unknown.stderr.fnmatch_lines(
        ['*--mockseller-coverage-family: there is no family "sofd"; the nearest is "soft"']
    )
    suite.makepyfile("def test_without_a_seller(): assert True")
    idle = suite.runpytest_inprocess("--mockseller-coverage=0", "-k", "without")
    assert idle.ret == pytest.ExitCode.TESTS_FAILED
    idle.stdout.fnmatch_lines(["too little: all: nothing was called"])


def test_a_part_of_which_nothing_is_declared_passes_no_gate(world: World) -> None:
    counted = CoverageCount()
    bare = next(name for name, parts in counted.coverage.points.items() if not parts["values"])
    world.call(bare)
    result = run(world.url, "--func", bare, "--of", "values", "--min", "1")
    assert result.exit_code == 1
    assert "values: nothing of that is declared, so nothing can be counted" in result.output
    none = run(world.url, "--func", "tld", "--level", "core")
    assert none.exit_code == 2
    assert "--level: none of these functions is of the level core" in none.output


@pytest.mark.full_only("one suite that is counted runs in every run")
def test_without_the_option_nothing_is_counted(suite: pytest.Pytester) -> None:
    done = suite.runpytest_subprocess()
    assert done.ret == 0
    assert "exercised" not in done.stdout.str()

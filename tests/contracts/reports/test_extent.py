"""Every report says how much of what a judge has was run, and takes no part for the whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from contracts.checks.client.judge import KINDS, grade_own, scope_of, select_lessons
from contracts.checks.client.judge import GradingRequest as Request
from contracts.checks.client.lessons import LESSONS
from contracts.checks.client.products import TRADES
from contracts.checks.matrix import CellState, fill_from_runs
from contracts.checks.scope import Scope, without_cells
from contracts.cli.drift import drift
from contracts.cli.fuzz import fuzz
from contracts.cli.runs import collect_run
from contracts.cli.verify_client import client
from contracts.cli.verify_modules import modules
from contracts.cli.verify_seller import seller
from contracts.reports.badge import GOOD, POOR, describe
from contracts.reports.html import to_html
from contracts.reports.junit import to_junit
from contracts.reports.saved import read_file, to_json
from contracts.verdicts import Cell, Extent, Outcome, Run, Verdict
from emulator.testing import SellerServer
from tests.contracts.reports.made import RUN, verdict
from tests.contracts.reports.reading import Page, printed

CELL: Final = Cell("custom", "licences")
LESSON_COUNT: Final = sum("licences" in lesson.trades for lesson in LESSONS)


def _passed(*names: str) -> tuple[Verdict, ...]:
    return tuple(verdict(name, cells=frozenset({CELL})) for name in names)


def _measured(verdicts: tuple[Verdict, ...], *names: str) -> Run:
    scope = Scope("lessons", dict.fromkeys(names, frozenset({CELL})))
    return replace(RUN, judge="client", verdicts=verdicts, extent=scope.measure(verdicts))


def _state(run: Run) -> CellState:
    return next(each.state for each in fill_from_runs([run]) if each.cell == CELL)


def _texts(run: Run) -> dict[str, str]:
    return {
        "terminal": printed(run),
        "page": Page(to_html([run])).text,
        "junit": to_junit([run]),
        "badge": describe([run])[1],
    }


def test_every_report_of_a_part_says_that_it_is_one(tmp_path: Path) -> None:
    run = _measured(_passed("a"), "a", "b", "c")
    for kind, text in _texts(run).items():
        assert "partial: 1 of 3 lessons" in text, kind
        assert "everything passed;" not in text, kind
    assert describe([run])[2] == POOR
    assert _state(run) is CellState.PARTIAL
    path = tmp_path / "part.json"
    path.write_text(to_json([run]))
    document = json.loads(path.read_text())
    matched = [each for each in document["matrix"] if each["state"] == "holds in part"]
    assert [(each["count"], each["total"]) for each in matched] == [(1, 3)]
    assert read_file(path) == (run,)


def test_every_report_of_a_whole_run_says_that_nothing_is_missing() -> None:
    run = _measured(_passed("a", "b/step"), "a", "b")
    for kind, text in _texts(run).items():
        assert "partial" not in text, kind
        assert kind == "badge" or "2 of 2 lessons" in text, kind
    assert _state(run) is CellState.HOLDS
    every_cell = tuple(verdict(cells=frozenset({each.cell})) for each in fill_from_runs([run]))
    assert describe([replace(run, verdicts=every_cell)])[2] == GOOD


@pytest.mark.parametrize(
    ("outcome", "count"),
    [
        (Outcome.SKIP, 1),
        (Outcome.ERROR, 1),
        (Outcome.FAIL, 2),
        (Outcome.DOES_NOT_APPLY, 2),
        (Outcome.NOT_EXERCISED, 2),
    ],
)
def test_what_was_skipped_or_could_not_be_judged_was_not_run(outcome: Outcome, count: int) -> None:
    verdicts = (verdict("a"), verdict("b/1"), verdict("b/2", outcome), verdict("of nobody"))
    assert without_cells("rules", ("a", "b")).measure(verdicts) == Extent("rules", count, 2)


def test_a_judgement_that_is_interrupted_after_one_lesson_fills_no_cell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def judged() -> Iterator[Verdict]:
        yield from grade_own(Request(select_lessons("sok"), CELL.system, CELL.trade))
        raise KeyboardInterrupt

    run = collect_run(
        "client", "a person", judged(), scope=lambda: scope_of([CELL.system], [CELL.trade])
    )
    assert "interrupted" in capsys.readouterr().err
    assert str(run.extent) == f"1 of {LESSON_COUNT} lessons"
    assert _state(run) is CellState.PARTIAL
    assert f"partial: 1 of {LESSON_COUNT} lessons" in describe([run])[1]


def _last_line(result_text: str) -> str:
    return next(line for line in result_text.splitlines() if line.startswith("verify "))


def test_every_judge_says_how_much_of_it_was_run() -> None:
    with SellerServer() as server:
        calls: tuple[tuple[Callable[..., object], list[str], str, int], ...] = (
            (client, ["--in-process", "--only", "confirms-with-sok"], "lessons", 2),
            (client, ["--records", "--only", "soft.edit/"], "exchanges", 0),
            (seller, ["--in-process", "--only", "flow/whmcs/m"], "exchanges and journeys", 1),
            (modules, [server.url, "--only", "answers"], "rules", 1),
            (fuzz, ["--in-process", "--func", "whoami", "--duration", "1"],
             "functions and walks", 0),
            (drift, [server.url, "--only", "whoami"], "functions", 1),
        )  # fmt: skip
        wrong = [
            f"{words}: {line}"
            for command, words, unit, count in calls
            for line in [_last_line(CliRunner().invoke(command, words).output)]  # type: ignore[arg-type]
            if f"partial: {count or ''}" not in line or f"{unit} were run" not in line
        ]
    assert not wrong


def test_a_whole_run_of_our_own_client_has_every_lesson_of_its_scope() -> None:
    scope = scope_of(KINDS, TRADES)
    assert set(scope.names) >= {lesson.id for lesson in LESSONS}
    cell = {name for name, cells in scope.names.items() if Cell("whmcs", "services") in cells}
    assert cell == {v.name for v in grade_own(Request(LESSONS, "whmcs", "services"))}


def test_a_badge_of_a_part_is_written_as_one(tmp_path: Path) -> None:
    badge = tmp_path / "badge.svg"
    result = CliRunner().invoke(
        client, ["--in-process", "--only", "confirms-with-sok", "--badge", str(badge)]
    )
    assert result.exit_code == 0, result.output
    assert "2 of 9 cells, partial: 2 of" in badge.read_text()
    assert "matrix: 2 of 9 cells hold, 7 in part" in result.output

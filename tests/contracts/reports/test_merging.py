"""``mockseller verify report``: runs that were saved apart become one report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner, Result

from contracts.cli import verify
from contracts.reports.saved import read_file, to_json
from contracts.verdicts import Cell, Outcome, Run
from tests.contracts.reports.made import RUN, verdict
from tests.contracts.reports.reading import Page

CLIENT = replace(RUN, judge="client", target="a client", details={"kind": "whmcs"})
DEVIATIONS = """
deviations:
  - {judge: client, name: lost-reply, what: not looked for, reason: no table, date: 2026-11-26}
"""


def _saved(folder: Path, name: str, *runs: Run) -> str:
    path = folder / name
    path.write_text(to_json(runs))
    return str(path)


def _report(*words: str) -> Result:
    return CliRunner().invoke(verify, ["report", *words], catch_exceptions=False)


def test_runs_of_several_files_stand_side_by_side_with_the_matrix(tmp_path: Path) -> None:
    existing = replace(RUN, verdicts=(verdict(cells=frozenset({Cell("custom", "licences")})),))
    files = [_saved(tmp_path, "a.json", existing), _saved(tmp_path, "b.json", CLIENT)]
    page, whole = tmp_path / "all.html", tmp_path / "all.json"
    result = _report(*files, "--html", str(page), "--save", str(whole))
    assert result.exit_code == 0, result.output
    assert "matrix: 1 of 9 cells hold" in result.output
    assert read_file(whole) == (existing, CLIENT)
    assert len(Page(page.read_text()).rows) == 2


def test_the_matrix_is_printed_though_nothing_fills_it(tmp_path: Path) -> None:
    assert "matrix: 0 of 9 cells hold" in _report(_saved(tmp_path, "a.json", RUN)).output


def test_the_worst_run_decides(tmp_path: Path) -> None:
    failed = replace(CLIENT, verdicts=(verdict(outcome=Outcome.FAIL),))
    empty = replace(CLIENT, verdicts=())
    good = _saved(tmp_path, "good.json", RUN)
    assert _report(good, _saved(tmp_path, "bad.json", failed)).exit_code == 1
    assert _report(good, _saved(tmp_path, "none.json", empty)).exit_code == 2
    assert _report(_saved(tmp_path, "no.json")).exit_code == 2


def test_a_run_is_not_counted_twice(tmp_path: Path) -> None:
    files = [_saved(tmp_path, "a.json", RUN), _saved(tmp_path, "b.json", CLIENT, RUN)]
    result = _report(*files)
    assert result.exit_code == 2
    assert result.output.count("\n") == 1
    assert "a.json as well" in result.output


def test_known_deviations_are_applied_to_runs_of_before(tmp_path: Path) -> None:
    deviation = tmp_path / "known.yaml"
    deviation.write_text(DEVIATIONS)
    failed = replace(CLIENT, verdicts=(verdict("lost-reply", Outcome.FAIL),))
    result = _report(_saved(tmp_path, "a.json", failed), "--known", str(deviation))
    assert result.exit_code == 0
    assert "1 known" in result.output


def test_strictness_is_that_of_the_report(tmp_path: Path) -> None:
    warned = _saved(tmp_path, "a.json", replace(RUN, verdicts=(verdict(outcome=Outcome.WARN),)))
    whole = tmp_path / "all.json"
    assert _report(warned).exit_code == 0
    assert _report(warned, "--strict", "--save", str(whole)).exit_code == 1
    assert json.loads(whole.read_text())["runs"][0]["exit_code"] == 1


def test_a_file_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    for name, text in (("none.json", None), ("other.json", '{"format": 9}')):
        path = tmp_path / name
        if text is not None:
            path.write_text(text)
        result = _report(str(path))
        assert result.exit_code == 2
        assert result.output.count("\n") == 1
        assert result.output.startswith(str(path))

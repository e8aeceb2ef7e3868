"""Runs saved as JSON are as the schema on record says, and the same when they are read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given

from contracts.reports.saved import SavedReportError, read_file, to_json
from contracts.verdicts import CallRecord, Cell, Outcome, Run
from tests.contracts.reports.made import DEVIATION, FEW, MOMENT, RUN, runs, verdict

SCHEMA = json.loads(files("contracts.reports").joinpath("report.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)


def _saved(folder: Path, document: object) -> Path:
    path = folder / "run.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return path


@FEW
@given(runs())
def test_whatever_is_written_is_as_the_schema_says_and_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[Run, ...]
) -> None:
    text = to_json(made)
    VALIDATOR.validate(json.loads(text))
    path = _saved(tmp_path_factory.mktemp("saved"), text)
    assert to_json(read_file(path)) == text


def test_the_schema_refuses_what_is_none_of_ours() -> None:
    written = json.loads(to_json([RUN]))
    written["runs"][0]["verdicts"][0]["outcome"] = "fine"
    assert not VALIDATOR.is_valid(written)


def test_the_schema_knows_every_outcome() -> None:
    deviations = SCHEMA["$defs"]["verdict"]["properties"]["outcome"]["enum"]
    assert deviations == [outcome.value for outcome in Outcome]


def test_a_run_that_is_read_is_the_one_that_was_written(tmp_path: Path) -> None:
    full = replace(
        verdict(outcome=Outcome.KNOWN, cells=frozenset({Cell("custom", "modules")})),
        proof=(
            CallRecord("GET", "http://seller.example/", {"func": "soft"}, 200, "<doc/>", "first"),
        ),
        deviation=replace(DEVIATION, until=date(2027, 6, 1)),
        source="docs/wire.md",
        seconds=0.25,
    )
    made = replace(RUN, verdicts=(full,), remarks=("spent 1.00",), details={"kind": "custom"})
    assert read_file(_saved(tmp_path, to_json([made]))) == (made,)


def test_a_file_of_format_1_says_nothing_of_how_much_was_run(tmp_path: Path) -> None:
    document = json.loads(to_json([RUN]))
    document["format"] = 1
    del document["runs"][0]["extent"]
    assert read_file(_saved(tmp_path, document)) == (RUN,)


def _without_a_verdict(document: dict[str, Any]) -> None:
    del document["runs"][0]["verdicts"][0]


def _with_a_pass_for_a_fail(document: dict[str, Any]) -> None:
    document["runs"][0]["verdicts"][0]["outcome"] = "pass"


def _newer(document: dict[str, Any]) -> None:
    document["format"] = 3


def _strange_cell(document: dict[str, Any]) -> None:
    document["runs"][0]["verdicts"][0]["cells"] = [{"system": "plesk", "trade": "licences"}]


def _unknown_field(document: dict[str, Any]) -> None:
    document["runs"][0]["verdicts"][0]["opinion"] = "good"


def _no_zone(document: dict[str, Any]) -> None:
    document["runs"][0]["began"] = "2026-11-26T12:00:00"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_newer, "format: 3 is newer than 2"),
        (_without_a_verdict, "runs[0].counts: differ from its verdicts"),
        (_with_a_pass_for_a_fail, "runs[0].counts: differ from its verdicts"),
        (_strange_cell, "runs[0].verdicts[0].cells[0].system: Must be one of"),
        (_unknown_field, "runs[0].verdicts[0].opinion: Unknown field"),
        (_no_zone, "runs[0].began: Not a valid aware datetime"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    failed = replace(RUN, verdicts=(verdict(outcome=Outcome.FAIL), verdict()))
    document = json.loads(to_json([failed]))
    spoil(document)
    path = _saved(tmp_path, document)
    with pytest.raises(SavedReportError) as fault:
        read_file(path)
    assert str(fault.value).startswith(f"{path}: {message}")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": true, "runs": []}',
        '{"runs": []}',
        "[" * 100_000,
        "\ud800",
    ],
)
def test_a_file_of_anything_else_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(SavedReportError, match=r"other\.json: ") as fault:
        read_file(path)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("given_runs", [None, {}, [1], "runs"])
def test_runs_of_another_shape_are_told_in_one_line(tmp_path: Path, given_runs: object) -> None:
    path = _saved(tmp_path, {"format": 1, "runs": given_runs})
    with pytest.raises(SavedReportError, match="runs"):
        read_file(path)


def test_the_matrix_stands_in_the_file() -> None:
    shown = verdict(cells=frozenset({Cell("whmcs", "licences")}))
    written = json.loads(to_json([replace(RUN, verdicts=(shown,), began=MOMENT)]))
    last = written["matrix"][-1]
    assert (last["system"], last["trade"], last["state"]) == ("whmcs", "licences", "holds")
    assert last["proof"] == [shown.name]

"""Known deviations are read from a file, and change the verdicts they speak of and no other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contracts.checks.deviations import DeviationError, KnownDeviation, apply, read_file
from contracts.verdicts import Outcome, Verdict
from tests.contracts.reports.made import verdict

TODAY = date(2026, 11, 26)
LINES = {
    "judge": "client",
    "name": "lost-reply",
    "what": "it is not looked for",
    "reason": "no table",
    "date": "2026-11-26",
}


def _file(folder: Path, *entries: dict[str, str]) -> Path:
    notes = [
        "\n".join(f"{'  - ' if n == 0 else '    '}{k}: '{v}'" for n, (k, v) in enumerate(e.items()))
        for e in entries
    ]
    path = folder / "known.yaml"
    path.write_text("\n".join(["deviations:", *notes]))
    return path


def _entries(folder: Path, **changed: str) -> tuple[KnownDeviation, ...]:
    return read_file(_file(folder, {**LINES, **changed}))


def _applied(
    entries: tuple[KnownDeviation, ...],
    *verdicts: Verdict,
    judge: str = "client",
    kind: str = "",
    today: date = TODAY,
) -> tuple[list[Outcome], tuple[str, ...]]:
    applied, notes = apply(entries, verdicts, judge=judge, kind=kind, today=today)
    return [each.outcome for each in applied], notes


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Outcome.FAIL, Outcome.KNOWN),
        (Outcome.WARN, Outcome.KNOWN),
        (Outcome.PASS, Outcome.STALE),
        (Outcome.ERROR, Outcome.ERROR),
        (Outcome.SKIP, Outcome.SKIP),
        (Outcome.NOT_EXERCISED, Outcome.NOT_EXERCISED),
        (Outcome.UNSUPPORTED, Outcome.UNSUPPORTED),
    ],
)
def test_what_is_known_changes_an_outcome(tmp_path: Path, before: Outcome, after: Outcome) -> None:
    entries = _entries(tmp_path)
    matches, notes = _applied(entries, verdict("lost-reply", before), verdict("other", before))
    assert matches == [after, before]
    assert notes == ()


def test_a_verdict_that_is_known_says_why_and_keeps_what_was_found(tmp_path: Path) -> None:
    (deviations,), _ = apply(
        _entries(tmp_path, until="2027-01-01"),
        [verdict("lost-reply", Outcome.FAIL)],
        judge="client",
        kind="",
        today=TODAY,
    )
    assert deviations.messages == ("/doc/elem: missing",)
    assert deviations.deviation is not None
    assert deviations.deviation.reason == "no table"
    assert deviations.deviation.noted_on == date(2026, 11, 26)
    assert deviations.deviation.until == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("changed", "excused"),
    [
        ({}, True),
        ({"name": "lost-*"}, True),
        ({"name": "lost"}, False),
        ({"name": "LOST-REPLY"}, False),
        ({"out": "xml"}, True),
        ({"out": "?ml"}, True),
        ({"out": "json"}, False),
        ({"judge": "seller"}, False),
        ({"kind": "whmcs"}, True),
        ({"kind": "custom"}, False),
    ],
)
def test_an_entry_speaks_of_what_it_names(
    tmp_path: Path, changed: dict[str, str], *, excused: bool
) -> None:
    entries = _entries(tmp_path, **changed)
    matches, _ = _applied(entries, verdict("lost-reply", Outcome.FAIL), kind="whmcs")
    assert matches == [Outcome.KNOWN if excused else Outcome.FAIL]


def test_a_name_with_brackets_is_found_as_it_stands(tmp_path: Path) -> None:
    matches, _ = _applied(
        _entries(tmp_path, name="soft[1]"),
        verdict("soft[1]", Outcome.FAIL),
    )
    assert matches == [Outcome.KNOWN]


def test_an_entry_that_speaks_of_nothing_is_told_by_its_place(tmp_path: Path) -> None:
    _, notes = _applied(_entries(tmp_path), verdict("other"))
    assert notes == ("known.yaml: deviations[0]: matches nothing that was judged: lost-reply [*]",)


def test_an_entry_for_another_judge_is_not_missed(tmp_path: Path) -> None:
    _, notes = _applied(_entries(tmp_path), verdict("other"), judge="seller")
    assert notes == ()


@pytest.mark.parametrize(
    ("today", "outcome"),
    [(date(2026, 12, 31), Outcome.KNOWN), (date(2027, 1, 1), Outcome.FAIL)],
)
def test_an_entry_excuses_up_to_its_last_day(tmp_path: Path, today: date, outcome: Outcome) -> None:
    entries = _entries(tmp_path, until="2026-12-31")
    outcomes, notes = _applied(entries, verdict("lost-reply", Outcome.FAIL), today=today)
    assert outcomes == [outcome]
    assert bool(notes) == (outcome is Outcome.FAIL)
    assert not notes or "ended on 2026-12-31" in notes[0]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"judge": "weather"}, 'deviations[0].judge: "weather" is not one of seller, client'),
        ({"kind": "plesk"}, 'deviations[0].kind: "plesk" is not one of billmanager, custom, whmcs'),
        ({"date": "yesterday"}, 'deviations[0].date: "yesterday" is not a day'),
        ({"until": "2026-02-30"}, 'deviations[0].until: "2026-02-30" is not a day'),
        ({"until": "2026-11-25"}, "deviations[0].until: is before its date"),
        ({"reason": " "}, "deviations[0].reason: must be a text"),
        ({"resaon": "x"}, "deviations[0].resaon: there is no such field"),
    ],
)
def test_a_fault_of_the_file_is_told_with_its_place(
    tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    with pytest.raises(DeviationError) as fault:
        _entries(tmp_path, **changed)
    assert str(fault.value).startswith(f"{tmp_path / 'known.yaml'}: {message}")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("missing", LINES)
def test_every_field_but_the_optional_ones_is_needed(tmp_path: Path, missing: str) -> None:
    left = {name: text for name, text in LINES.items() if name != missing}
    with pytest.raises(DeviationError, match=rf"deviations\[0\]\.{missing}: is missing"):
        read_file(_file(tmp_path, left))


def test_the_same_entry_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeviationError, match=r"deviations\[1\]\.name: lost-reply is listed twice"):
        read_file(_file(tmp_path, LINES, LINES))


@pytest.mark.parametrize(
    "text", ["", "deviations: {}", "deviations: [1]", "a: [", "deviations: []\nx: 1"]
)
def test_a_file_of_another_shape_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "known.yaml"
    path.write_text(text)
    with pytest.raises(DeviationError, match=r"known\.yaml: ") as fault:
        read_file(path)
    assert "\n" not in str(fault.value)


def test_a_file_without_entries_excuses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text("deviations: []")
    assert read_file(path) == ()


def test_a_file_that_is_too_deep_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "known.yaml"
    path.write_text("deviations: " + "[" * 20_000)
    with pytest.raises(DeviationError, match=r"known\.yaml: is nested too deeply$"):
        read_file(path)

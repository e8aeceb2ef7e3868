"""The benchmark runs its parts and writes what it found. How fast anything is, is not tested."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from tests.benchmarks import goals, report
from tests.benchmarks.__main__ import Extent, Run
from tests.benchmarks.compare import Side, compare
from tests.benchmarks.load import Call, run_python
from tests.benchmarks.servers import floor
from tests.benchmarks.subjects import FORMS

TINY = Extent(
    limit=600,
    worlds=5, seconds=0.1, rounds=1, licenses=50, sizes=(20, 50), clock_licenses=1_000, repeats=1,
    verify=False,
)  # fmt: skip


def _figures(folder: Path, *parts: str) -> dict[str, object]:
    """The figures of a tiny run, read back from JSON."""
    run = Run(folder, TINY, "python", (1, 2))
    run.measure(parts or run.parts)
    run.figures["goals"] = goals.check(run.figures)
    read: dict[str, object] = json.loads(json.dumps(run.figures, allow_nan=False))
    return read


@pytest.mark.full_only("test_a_part_can_be_measured_alone_and_leaves_nothing_behind")
def test_a_run_measures_every_part_and_no_answer_is_wrong(tmp_path: Path) -> None:
    figures = _figures(tmp_path)
    parts = {
        "load",
        "ratios",
        "sizes",
        "memory",
        "actions",
        "start_s",
        "calls_us",
        "clock",
        "pages_ms",
        "worlds",
    }
    assert parts | {"fixture_ms"} <= set(figures)
    for table in ("load", "worlds", "sizes"):
        rows = figures[table]
        assert isinstance(rows, list)
        assert all(row["calls"] and not row["wrong"] for row in rows)


def test_a_part_can_be_measured_alone_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    figures = _figures(tmp_path, "calls")
    assert not list(temporary.iterdir())
    assert isinstance(figures["calls_us"], dict)
    assert set(figures["calls_us"]) == {"bare Flask", "read", "list", "order"}
    shown = io.StringIO()
    report.show(figures, Console(file=shown, width=100))
    assert "calls us: order" in shown.getvalue()
    assert "not measured" in shown.getvalue()


def test_an_answer_without_its_marker_is_counted_as_wrong(tmp_path: Path) -> None:
    with floor("flask", tmp_path, 1, 2) as server:
        right = run_python(server.port, Call("func=soft", "<ok/>"), 2, 0.05, 0)
        wrong = run_python(server.port, Call("func=soft", "<id>"), 2, 0.05, 0)
    assert (right.wrong, wrong.wrong) == (0, wrong.calls)


def test_no_answer_is_judged_by_the_numbers_in_it() -> None:
    """In a world of 100,000 licenses the numbers of new ones begin with another digit."""
    assert not [marker for _, marker in FORMS.values() if re.search(r"[0-9]", marker)]


@pytest.mark.parametrize(("ratio", "reached"), [(0.7, True), (0.6, False)])
def test_a_goal_says_whether_it_was_reached(ratio: float, *, reached: bool) -> None:
    row = {"subject": "read", "other": "bare Flask", "connections": 1, "ratio": ratio}
    by_name = {goal["goal"]: goal for goal in goals.check({"ratios": [row]})}
    assert by_name["read / bare Flask, 1 conn."]["reached"] is reached
    assert by_name["read / bare Flask, 16 conn."]["reached"] is None


def test_two_trees_are_compared_round_by_round(tmp_path: Path) -> None:
    base, new = Side("base", tmp_path, tmp_path), Side("new", tmp_path, tmp_path)
    base.figures["read, µs"], new.figures["read, µs"] = [100, 400, 100], [50, 200, 60]
    assert compare(base, new) == [{"figure": "read, µs", "base": 100, "new": 60, "ratio": 0.5}]

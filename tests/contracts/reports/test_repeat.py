"""How to see a failure again stands in every report."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from rich.console import Console

from contracts.reports.console import MAX_LINES, print_run
from contracts.reports.html import to_html
from contracts.reports.junit import to_junit
from contracts.reports.saved import read_file, to_json
from contracts.verdicts import DOCUMENTED, Outcome, Run, Verdict

COMMAND = "mockseller verify seller --in-process --only soft/list --format xml"
LINES = (COMMAND, *(f"curl -sSi http://seller.example/{number}" for number in range(60)))
FAILED = Verdict("soft/list", "xml", Outcome.FAIL, DOCUMENTED, ("it differs",), repeat=LINES)
RUN = Run("seller", "a seller", datetime(2027, 1, 31, tzinfo=UTC), 1.0, (FAILED,))


def printed(run: Run) -> list[str]:
    out = io.StringIO()
    print_run(Console(file=out, width=200), run)
    return [line.strip() for line in out.getvalue().splitlines()]


def test_page_junit_and_json_have_every_line(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(to_json([RUN]), encoding="utf-8")
    assert read_file(path)[0].verdicts[0].repeat == LINES
    failure = next(fromstring(to_junit([RUN])).iter("failure"))
    assert "\n".join(LINES) in (failure.text or "")
    assert "\n".join(LINES) in to_html([RUN])


def test_the_terminal_has_the_command_and_the_last_lines_of_many() -> None:
    lines = printed(RUN)
    begin = lines.index("to repeat it:") + 1
    assert lines[begin] == COMMAND
    assert lines[begin + 2].startswith(f"# {len(LINES) - MAX_LINES} more lines")
    assert LINES[-1] in lines
    assert LINES[5] not in lines


@pytest.mark.parametrize("count", [1, MAX_LINES])
def test_the_terminal_has_all_of_few_lines(count: int) -> None:
    lines = printed(replace(RUN, verdicts=(replace(FAILED, repeat=LINES[:count]),)))
    begin = lines.index("to repeat it:") + 1
    assert tuple(lines[begin : begin + count]) == LINES[:count]

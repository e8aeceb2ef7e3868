"""What every judge's command does: judge, excuse what is known, print, write, end with a code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from contracts.checks.deviations import OURS
from contracts.cli.runs import ReportOptions, conclude, report_options
from contracts.target.seller import CannotRun
from contracts.verdicts import CallRecord, Outcome, Verdict

DEVIATIONS = """
deviations:
  - judge: client
    name: lost-reply
    what: it is not looked for
    reason: no table
    date: 2026-11-26
"""


def _verdict(name: str = "lost-reply", outcome: Outcome = Outcome.PASS) -> Verdict:
    return Verdict(name, "xml", outcome, "observed", ("not looked for",))


def _all(folder: Path) -> ReportOptions:
    return ReportOptions(
        html=folder / "r.html",
        junit=folder / "r.xml",
        save=folder / "r.json",
        badge=folder / "r.svg",
    )


def _deviations_file(folder: Path) -> Path:
    path = folder / "known.yaml"
    path.write_text(DEVIATIONS)
    return path


def test_all_reports_are_written_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = _all(tmp_path / "build" / "deep")
    assert conclude("seller", "somebody", [_verdict()], reports) == 0
    output = capsys.readouterr().out
    for path in reports.paths:
        assert path.stat().st_size
        assert f"written: {path}" in output


def test_what_is_left_over_is_told_though_it_became_known_while_judging(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spent: list[str] = []

    def judged() -> Iterator[Verdict]:
        yield _verdict()
        spent.append("left: licence 1042")

    conclude("seller", "somebody", judged(), _all(tmp_path), remarks=spent)
    assert "left: licence 1042" in capsys.readouterr().out
    assert json.loads((tmp_path / "r.json").read_text())["runs"][0]["remarks"] == spent


def test_one_error_hides_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """Of 31 passes, 2 failures and an error the result is that something failed."""
    outcomes = [Outcome.PASS] * 31 + [Outcome.FAIL] * 2 + [Outcome.ERROR]
    verdicts = [_verdict(f"lesson-{n}", outcome) for n, outcome in enumerate(outcomes)]
    assert conclude("client", "somebody", verdicts) == 1
    assert "verify client: something failed (exit code 1)" in capsys.readouterr().out
    assert conclude("client", "somebody", [v for v in verdicts if v.outcome != Outcome.FAIL]) == 2


def test_what_ends_the_judging_weighs_more_than_a_failure() -> None:
    def judged() -> Iterator[Verdict]:
        yield _verdict("lesson", Outcome.FAIL)
        raise CannotRun("it went away")

    assert conclude("client", "somebody", judged()) == 2


def test_a_path_that_cannot_be_is_told_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    def judged() -> Iterator[Verdict]:
        pytest.fail("it was judged")
        yield _verdict()

    reports = ReportOptions(badge=tmp_path / "file" / "report")
    assert conclude("seller", "somebody", judged(), reports) == 2
    output = capsys.readouterr()
    assert output.err.count("\n") == 1
    assert str(tmp_path / "file" / "report") in output.err
    assert not output.out


def test_one_file_for_two_reports_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = ReportOptions(html=tmp_path / "r", junit=tmp_path / "." / "r")
    assert conclude("seller", "somebody", [_verdict()], reports) == 2
    assert "two reports cannot be written to one file" in capsys.readouterr().err


def test_a_judgement_that_breaks_off_is_written_down_as_an_error(tmp_path: Path) -> None:
    def judged() -> Iterator[Verdict]:
        yield _verdict()
        raise CannotRun("the line was cut")

    assert conclude("seller", "somebody", judged(), _all(tmp_path)) == 2
    run = json.loads((tmp_path / "r.json").read_text())["runs"][0]
    assert [each["outcome"] for each in run["verdicts"]] == ["pass", "error"]
    assert run["verdicts"][1]["told"] == ["the line was cut"]
    assert run["exit_code"] == 2


def test_what_cannot_begin_is_one_line_and_reports_that_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def judged() -> Iterator[Verdict]:
        raise CannotRun("nobody there")
        yield _verdict()

    reports = ReportOptions(junit=tmp_path / "r.xml")
    (tmp_path / "r.xml").write_text("of yesterday")
    assert conclude("seller", "somebody", judged(), reports) == 2
    output = capsys.readouterr()
    assert output.err == "somebody cannot be judged: nobody there\n"
    assert output.out == f"written: {tmp_path / 'r.xml'}\n"
    assert "nobody there" in (tmp_path / "r.xml").read_text()


def test_a_known_failure_does_not_fail_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = ReportOptions(deviations=_deviations_file(tmp_path))
    assert conclude("client", "somebody", [_verdict(outcome=Outcome.FAIL)], reports) == 0
    output = capsys.readouterr().out
    assert "1 known" in output
    assert "known since 2026-11-26: it is not looked for (no table)" in output


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 1)])
def test_a_known_failure_that_passes_is_told_and_fails_if_strict(
    tmp_path: Path, *, strict: bool, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = ReportOptions(deviations=_deviations_file(tmp_path), strict=strict)
    assert conclude("client", "somebody", [_verdict()], reports) == code
    assert "remove known.yaml: deviations[0] from" in capsys.readouterr().out


def test_a_judge_may_bring_its_own_file_and_the_option_weighs_more(tmp_path: Path) -> None:
    failed = Verdict("lost-reply-found-again", "", Outcome.FAIL, "observed")
    kind = {"kind": "whmcs"}
    assert conclude("client", "ours", [failed], details=kind, deviations=OURS) == 0
    assert conclude("client", "ours", [failed], details={"kind": "custom"}, deviations=OURS) == 1
    other = ReportOptions(deviations=_deviations_file(tmp_path))
    assert conclude("client", "ours", [failed], other, details=kind, deviations=OURS) == 1


def test_a_file_of_deviations_with_a_fault_is_told_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def judged() -> Iterator[Verdict]:
        pytest.fail("it was judged")
        yield _verdict()

    reports = ReportOptions(deviations=tmp_path / "none.yaml")
    assert conclude("seller", "somebody", judged(), reports) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_options_reach_a_command_as_one(tmp_path: Path) -> None:
    met: list[ReportOptions] = []

    @click.command()
    @click.argument("url")
    @report_options
    def judge(url: str, *, reports: ReportOptions) -> None:
        """Judges."""
        assert url == "http://127.0.0.1/"
        met.append(reports)

    path = str(tmp_path / "r.html")
    requests = ["http://127.0.0.1/", "--html", path, "--strict", "--all"]
    result = CliRunner().invoke(judge, requests, catch_exceptions=False)
    assert result.exit_code == 0
    assert met == [ReportOptions(html=Path(path), strict=True, everything=True)]


def test_a_verdict_that_says_how_long_it_took_keeps_that(tmp_path: Path) -> None:
    conclude("seller", "somebody", [replace(_verdict(), seconds=7.5)], _all(tmp_path))
    run = json.loads((tmp_path / "r.json").read_text())["runs"][0]
    assert [each["seconds"] for each in run["verdicts"]] == [7.5]


def test_an_endless_answer_is_cut_before_it_is_kept(tmp_path: Path) -> None:
    flood = {f"nothing_{number}": "" for number in range(1000)}
    seen = CallRecord("GET", "http://seller.example/", flood, 200, "x" * 5_000_000)
    conclude("seller", "somebody", [replace(_verdict(), proof=(seen,))], _all(tmp_path))
    text = (tmp_path / "r.json").read_text()
    assert len(text) < 300_000
    assert "4,737,856 more characters" in text
    assert "800 more parameters, not shown" in text


@pytest.mark.parametrize("address", [
    "http://somebody:s3cret-1@127.0.0.1:1/", "http://127.0.0.1:1/?authinfo=somebody:s3cret-1",
])  # fmt: skip
def test_a_login_in_an_address_is_told_nowhere(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def judged() -> Iterator[Verdict]:
        yield Verdict("one", "", Outcome.PASS, "documented")
        raise CannotRun(f"{address}: not reached")

    page, saved = tmp_path / "run.html", tmp_path / "run.json"
    conclude("modules", address, judged(), ReportOptions(html=page, save=saved))
    output = capsys.readouterr()
    for text in (output.out, output.err, page.read_text(), saved.read_text()):
        assert "s3cret-1" not in text


def test_an_interrupted_judgement_is_no_judgement_and_holds_nothing_open(
    capsys: pytest.CaptureFixture[str],
) -> None:
    closed: list[str] = []

    def judged() -> Iterator[Verdict]:
        try:
            yield Verdict("one", "", Outcome.PASS, "documented")
            raise KeyboardInterrupt
        finally:
            closed.append("closed")

    assert conclude("fuzz", "http://127.0.0.1:1/", judged()) == 2
    assert closed == ["closed"]
    assert "interrupted" in capsys.readouterr().err

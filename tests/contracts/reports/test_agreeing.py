"""Every report tells the same: what did not hold is in each of them, whatever its texts are."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from contracts.checks.client.lessons import LESSONS
from contracts.checks.runner import Findings, make_verdict
from contracts.reports.console import print_table
from contracts.reports.counts import exit_code_of
from contracts.reports.html import to_html
from contracts.reports.junit import to_junit
from contracts.reports.saved import read_file, to_json
from contracts.verdicts import Outcome, Run, exit_code, is_broken_off, is_failure
from tests.contracts.reports.made import FEW, HOSTILE, RUN, runs, verdict
from tests.contracts.reports.reading import Page, counted, junit, outcomes, printed


def _expected(run: Run) -> Counter[str]:
    return Counter(verdict.outcome.value for verdict in run.verdicts)


def _plain(made: Sequence[Run]) -> list[Run]:
    """The same with targets that tell the runs apart; other texts stay as hostile as they are."""
    return [replace(run, target=f"target {number}") for number, run in enumerate(made)]


@FEW
@given(runs(), st.booleans())
def test_all_reports_count_the_same(made: tuple[Run, ...], strict: bool) -> None:  # noqa: FBT001
    named = _plain(made)
    expected = [_expected(run) for run in named]
    written = json.loads(to_json(named, strict=strict))["runs"]
    suites = junit(to_junit(named, strict=strict))
    output = [counted(printed(run, strict=strict))[-1] for run in named]
    assert Page(to_html(named, strict=strict)).rows == expected
    assert [outcomes(suite) for suite in suites] == expected
    assert [Counter(run["counts"]) for run in written] == expected
    assert output == expected


@FEW
@given(runs(), st.booleans())
def test_what_counts_against_the_judged_is_a_failure_for_ci(
    made: tuple[Run, ...],
    strict: bool,  # noqa: FBT001
) -> None:
    suites = junit(to_junit(made, strict=strict))
    for run, suite in zip(made, suites, strict=True):
        matches = [each.outcome for each in run.verdicts]
        assert suite.failures == sum(is_failure(outcome, strict=strict) for outcome in matches)
        assert suite.errors == matches.count(Outcome.ERROR)
        assert suite.tests == len(matches)
    code = exit_code_of(made, strict=strict)
    codes = [exit_code(run.verdicts, strict=strict) for run in made]
    has_failed = 1 in codes and not any(is_broken_off(run.verdicts) for run in made)
    assert code == (1 if has_failed else max(codes, default=2))


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.ERROR, Outcome.WARN, Outcome.STALE])
@pytest.mark.parametrize("name", HOSTILE)
def test_one_bad_verdict_among_many_good_is_found_by_what_it_tells(
    name: str, outcome: Outcome
) -> None:
    bad = replace(verdict(name=name, outcome=outcome), messages=("found 17 of 23",))
    good = tuple(replace(verdict(name=f"good/{number}"), messages=()) for number in range(50))
    run = replace(RUN, verdicts=(*good, bad))
    case = [case for suite in junit(to_junit([run], strict=True)) for case in suite][-1]
    assert [result.message for result in case.result] == ["found 17 of 23"]
    assert "found 17 of 23" in Page(to_html([run])).text
    assert "found 17 of 23" in printed(run)
    assert "found 17 of 23" in to_json([run])


@pytest.mark.parametrize("outcome", [Outcome.UNSUPPORTED, Outcome.SKIP, Outcome.NOT_EXERCISED])
def test_what_was_not_judged_is_shown_with_its_reason(outcome: Outcome) -> None:
    run = replace(RUN, verdicts=(replace(verdict(outcome=outcome), messages=("no such thing",)),))
    case = next(iter(junit(to_junit([run]))[0]))
    assert [result.message for result in case.result] == [f"{outcome.value}: no such thing"]
    assert "no such thing" in Page(to_html([run])).text
    assert f"1 {outcome.value}" in printed(run)


def test_why_something_was_not_exercised_is_told() -> None:
    idle = replace(verdict(outcome=Outcome.NOT_EXERCISED), messages=("it does not use sessions",))
    assert "1 not exercised: it does not use sessions" in printed(replace(RUN, verdicts=(idle,)))


def test_why_something_was_skipped_is_told_once_for_all() -> None:
    skipped = [replace(verdict(name=f"soft/{n}", outcome=Outcome.SKIP)) for n in range(7)]
    output = printed(replace(RUN, verdicts=tuple(skipped)))
    assert "7 skipped: /doc/elem: missing" in output
    assert "soft/3" not in output


def test_rare_reasons_are_counted_and_listed_only_if_everything_is() -> None:
    skipped = [
        replace(verdict(outcome=Outcome.SKIP), messages=(f"reason {number}",))
        for number in range(20)
        for _ in range(2 if number < 12 else 1)
    ]
    output = printed(replace(RUN, verdicts=tuple(skipped)))
    assert "2 skipped: reason 11" in output
    assert "reason 12" not in output
    assert "8 skipped for 8 more reasons (--all)" in output
    assert "1 skipped: reason 19" in printed(replace(RUN, verdicts=tuple(skipped)), everything=True)


def test_what_the_judged_does_not_have_has_a_row_of_its_own() -> None:
    lacking = verdict(name="dnshost/list", outcome=Outcome.UNSUPPORTED)
    assert "dnshost/list" in printed(replace(RUN, verdicts=(lacking,)))


def test_a_narrow_terminal_shows_names_whole() -> None:
    failed = [verdict(name="lost-reply-found-again", outcome=Outcome.FAIL)]
    remaining = io.StringIO()
    print_table(Console(file=remaining, width=30), "a seller", failed)
    rows = [line.split("│") for line in remaining.getvalue().splitlines() if line.startswith("│")]
    assert "".join(row[1].strip() for row in rows) == "lost-reply-found-again"


def test_one_name_judged_twice_in_a_format_shows_both_outcomes() -> None:
    twice = (verdict(), verdict(outcome=Outcome.FAIL))
    row = next(
        line for line in printed(replace(RUN, verdicts=twice)).splitlines() if "│ soft" in line
    )
    assert "pass" in row
    assert "1 pass, 1 fail" in printed(replace(RUN, verdicts=twice))


def test_every_report_says_what_a_failed_check_is_about(tmp_path: Path) -> None:
    (declared,) = (each for each in LESSONS if each.id == "saved-filter-hides-no-order")
    findings = Findings()
    findings.fail("it was ordered twice")
    run = replace(RUN, verdicts=(make_verdict(declared, findings),))
    facts = (declared.about, declared.cost, declared.source)
    assert all(facts)
    texts = (printed(run), to_junit([run]), Page(to_html([run])).text)
    for text in texts:
        assert [fact for fact in facts if fact not in text] == []
    saved_run = tmp_path / "run.json"
    saved_run.write_text(to_json([run]), "utf-8")
    assert read_file(saved_run) == (run,)

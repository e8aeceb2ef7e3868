"""Every report tells the same: what did not hold is in each of them, whatever its texts are."""

from __future__ import annotations

import io
import itertools
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
from contracts.checks.matrix import SYSTEMS, TRADES
from contracts.checks.runner import Findings, make_verdict
from contracts.reports.console import print_table
from contracts.reports.counts import exit_code_of
from contracts.reports.html import to_html
from contracts.reports.junit import to_junit
from contracts.reports.saved import read_file, to_json
from contracts.verdicts import Outcome, Run, Verdict, exit_code, is_broken_off, is_failure
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


def _printed_at(width: int, name: str, verdicts: Sequence[Verdict]) -> list[str]:
    remaining = io.StringIO()
    print_table(Console(file=remaining, width=width), name, verdicts)
    return remaining.getvalue().splitlines()


def test_a_narrow_terminal_shows_names_whole() -> None:
    failed = [verdict(name="lost-reply-found-again", outcome=Outcome.FAIL)]
    assert "lost-reply-found-again (observed)" in _printed_at(30, "a seller", failed)


def _read_lines(lines: Sequence[str]) -> dict[str, dict[str, str]]:
    """What lines in place of a table say: by name and evidence, the outcome of each format."""
    rows: dict[str, list[str]] = {}
    for line in lines:
        if not line.startswith(" "):
            rows[line] = []
        elif line.startswith("    "):
            rows[next(reversed(rows))][-1] += f" {line.strip()}"
        else:
            rows[next(reversed(rows))].append(line.strip())
    return {
        head: {
            out: outcome
            for outcome, _, outs in (text.partition(": ") for text in texts)
            for out in outs.split(", ")
        }
        for head, texts in rows.items()
    }


def test_eighty_columns_show_every_outcome_of_every_lesson_in_whole_words() -> None:
    outs = [f"{system.name.lower()} {trade.value}" for system in SYSTEMS for trade in TRADES]
    quiet = itertools.cycle((Outcome.PASS, Outcome.NOT_EXERCISED, Outcome.DOES_NOT_APPLY))
    verdicts = [
        replace(verdict(lesson.id, next(quiet), lesson.evidence), out=out, messages=())
        for lesson in LESSONS
        for out in outs
    ]
    title, *lines = _printed_at(80, "our own client as every kind of reseller", verdicts)
    end = next(n for n, line in enumerate(lines) if line[:1].isdecimal())
    assert title == "Verdicts on our own client as every kind of reseller"
    assert max(map(len, lines[:end])) <= 80
    expected: dict[str, dict[str, str]] = {}
    for each in verdicts:
        row = expected.setdefault(f"{each.name} ({each.evidence})", {})
        row[each.out] = each.outcome.value
    assert _read_lines(lines[:end]) == expected


def test_a_table_that_fits_in_whole_words_stays_a_table() -> None:
    good = [replace(verdict(name="soft/list"), out=out) for out in ("xml", "json", "bjson")]
    assert any(line.startswith("│ soft/list │ observed") for line in _printed_at(80, "a", good))


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

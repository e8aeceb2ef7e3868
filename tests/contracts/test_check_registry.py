"""Checks are declared completely and once, and run without hiding what went wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.checks.runner import MAX_MESSAGE_LENGTH, MAX_MESSAGES, Findings, Results, run_check
from contracts.registry import Check, index, read_checks
from contracts.target.session import CannotRun
from contracts.verdicts import ASSUMED, OBSERVED, CallRecord, Outcome

OBSERVED_CHECK = Check(
    id="a", about="It holds.", cost="Money.", evidence=OBSERVED, source="docs", group="g"
)
ASSUMED_CHECK = Check(
    id="b", about="It holds too.", cost="Time.", evidence=ASSUMED, source="docs", group="g"
)
CHECKS = index([OBSERVED_CHECK, ASSUMED_CHECK])
DECLARED = """
g:
  on:
    about: It holds.
    cost: Money.
    evidence: observed
    source: docs
h:
  b:
    about: It holds too.
    cost: Time.
    evidence: assumed
    source: docs
"""


def _call(note: str) -> CallRecord:
    return CallRecord("GET", "http://seller.example/", {}, 200, "<doc/>", note)


@pytest.mark.parametrize(
    "fields",
    [{"id": ""}, {"about": ""}, {"cost": ""}, {"source": ""}, {"evidence": "rumour"}],
    ids=str,
)
def test_an_incomplete_declaration_is_refused(fields: dict[str, str]) -> None:
    complete = {"id": "x", "about": "It holds.", "cost": "Money.", "source": "docs"}
    complete |= {"evidence": OBSERVED}
    assert Check(**complete).id == "x"
    with pytest.raises(ValueError, match=r"^check "):
        Check(**{**complete, **fields})


def test_two_checks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        index([OBSERVED_CHECK, OBSERVED_CHECK])


def test_a_file_declares_its_checks_in_groups(tmp_path: Path) -> None:
    file = tmp_path / "checks.yaml"
    file.write_text(DECLARED, encoding="utf-8")
    checks = read_checks(file)
    assert [(check.id, check.group) for check in checks.values()] == [("on", "g"), ("b", "h")]
    assert checks["on"].about == "It holds."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (DECLARED.replace("  b:", "  on:"), "declared twice"),
        (DECLARED.replace("evidence: observed", "evidence: rumour"), "is none of"),
        (DECLARED.replace("cost: Money.", "price: Money."), "price"),
        (DECLARED.replace("h:", "g:"), "is there twice"),
    ],
    ids=["one id in two groups", "evidence", "field", "one group twice"],
)
def test_a_file_that_is_wrong_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "checks.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((ValueError, TypeError), match=problem):
        read_checks(file)


def test_a_check_that_notes_nothing_has_passed() -> None:
    verdict = run_check(OBSERVED_CHECK, lambda findings: findings.prove(_call("x")))
    assert (verdict.outcome, verdict.proof) == (Outcome.PASS, (_call("x"),))


def test_a_failure_is_proved_by_its_own_calls_and_masked() -> None:
    def decide(findings: Findings) -> None:
        findings.hold(_call("before"))
        findings.fail("the password is s3cret", _call("failed"))

    verdict = run_check(OBSERVED_CHECK, decide, secrets=["s3cret"])
    assert (verdict.outcome, verdict.messages) == (Outcome.FAIL, ("the password is ***",))
    assert verdict.proof == (_call("failed"),)


def test_a_failure_that_is_only_assumed_warns() -> None:
    verdict = run_check(ASSUMED_CHECK, lambda findings: findings.fail("no"))
    assert verdict.outcome is Outcome.WARN


def test_trouble_of_the_judge_is_an_error_whatever_was_noted_before() -> None:
    def decide(findings: Findings) -> None:
        findings.fail("no")
        raise CannotRun("not reached")

    verdict = run_check(OBSERVED_CHECK, decide)
    assert (verdict.outcome, verdict.messages) == (Outcome.ERROR, ("not reached",))


def test_results_give_one_verdict_for_each_check_the_gravest_outcome_first() -> None:
    results = Results(CHECKS)
    results.skip_group("g", "no license")
    results.check("a", holds=True)
    results.check("b", False, "first")  # noqa: FBT003 - what is judged
    results.unsupported("there is none", "b")
    verdicts = {verdict.name: verdict for verdict in results.verdicts("xml")}
    assert verdicts["a"].outcome is Outcome.PASS
    assert verdicts["b"].outcome is Outcome.WARN
    assert verdicts["b"].messages == ("first",)
    assert (verdicts["b"].about, verdicts["b"].source) == ("It holds too.", "docs")


def test_what_nothing_was_noted_about_is_skipped() -> None:
    (verdict, _) = Results(CHECKS).verdicts("xml")
    assert (verdict.outcome, verdict.messages) == (Outcome.SKIP, ("it did not come to this",))


def test_messages_are_limited_in_number_and_length() -> None:
    results = Results(CHECKS)
    for number in range(MAX_MESSAGES + 2):
        results.fail("a", f"{number} " + "x" * 1000)
    (verdict, _) = results.verdicts("xml")
    assert verdict.messages[-1] == "and 2 more"
    assert max(map(len, verdict.messages)) == MAX_MESSAGE_LENGTH + 1


def test_detached_results_do_not_change_the_others() -> None:
    results = Results(CHECKS)
    separate = results.detached()
    separate.fail("a", "no")
    assert (separate.failures(), results.failures()) == (["a: no"], [])

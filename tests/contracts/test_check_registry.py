"""Checks are declared completely and once, and run without hiding what went wrong."""

from __future__ import annotations

from types import ModuleType

import pytest

from contracts.checks.registry import Check, check, collect, decides, index
from contracts.checks.runner import MAX_MESSAGE_LENGTH, MAX_MESSAGES, Findings, Results, run_check
from contracts.target.session import CannotRun
from contracts.verdicts import ASSUMED, OBSERVED, CallRecord, Outcome

OBSERVED_CHECK = Check(
    id="a", about="It holds.", cost="Money.", evidence=OBSERVED, source="docs", group="g"
)
ASSUMED_CHECK = Check(
    id="b", about="It holds too.", cost="Time.", evidence=ASSUMED, source="docs", group="g"
)
CHECKS = index([OBSERVED_CHECK, ASSUMED_CHECK])


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
    assert Check(**complete).id == "x"  # type: ignore[arg-type] # all fields are texts
    with pytest.raises(ValueError, match=r"^check "):
        Check(**{**complete, **fields})  # type: ignore[arg-type] # all fields are texts


def test_two_checks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        index([OBSERVED_CHECK, OBSERVED_CHECK])


def test_checks_are_collected_from_where_they_are_defined() -> None:
    @check("c", about="It holds.", cost="Money.", evidence=OBSERVED, source="docs")
    def decide(number: int) -> int:
        return number + 1

    @decides(ASSUMED_CHECK)
    def imported() -> None:
        """Of another module."""

    module = ModuleType(__name__)
    other = ModuleType("other")
    vars(module).update(decide=decide, declared=OBSERVED_CHECK)
    vars(other).update(imported=imported)
    assert list(collect(module, other)) == ["c", "a"]
    assert decide(1) == 2


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

"""Our own client as every kind of reseller passes every lesson that is for it, in both formats."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.checks.client.adapter import ADAPTERS
from contracts.checks.client.drivers import AdapterDriver
from contracts.checks.client.environment import CaseEnvironment
from contracts.checks.client.judge import KINDS, grade, trades_of
from contracts.checks.client.lessons import LESSONS
from contracts.checks.client.products import TRADES
from contracts.checks.deviations import OURS, apply, read_file
from contracts.verdicts import Cell, Outcome, Verdict

DEVIATIONS = read_file(OURS)
SOLD = [(kind, trade) for kind in KINDS for trade in trades_of(kind)]
"""Every way of reselling with what it resells."""


def _graded(environment: CaseEnvironment, kind: str, trade: str, out: str) -> list[Verdict]:
    driver = AdapterDriver(environment, ADAPTERS[kind], out=out)
    verdicts = list(grade(environment, driver, kind=kind, trade=trade))
    applied, notes = apply(DEVIATIONS, verdicts, judge="client", kind=kind, today=date(2027, 1, 31))
    assert notes == () or trade not in trades_of(kind)
    return list(applied)


def _named(verdicts: list[Verdict], outcome: Outcome) -> set[str]:
    return {verdict.name for verdict in verdicts if verdict.outcome is outcome}


@pytest.mark.full_only("make verify grades our client as every kind of reseller")
@pytest.mark.parametrize(("kind", "trade"), SOLD)
def test_our_client_holds_but_for_what_is_known(
    environment: CaseEnvironment, kind: str, trade: str
) -> None:
    verdicts = _graded(environment, kind, trade, "xml")
    expected = {entry.name for entry in DEVIATIONS if entry.concerns("client", kind)}
    taught = {lesson.id for lesson in LESSONS if trade in lesson.trades}
    assert [str(verdict) for verdict in verdicts if verdict.outcome is Outcome.FAIL] == []
    assert _named(verdicts, Outcome.KNOWN) == expected
    without = {each.id for each in LESSONS if trade in each.trades and kind in each.not_for}
    assert _named(verdicts, Outcome.NOT_EXERCISED) == set()
    assert _named(verdicts, Outcome.DOES_NOT_APPLY) == without
    assert _named(verdicts, Outcome.PASS) == taught - expected - without
    assert {verdict.cells for verdict in verdicts} == {frozenset({Cell(kind, trade)})}


@pytest.mark.full_only("make verify grades our client; bjson is read in tests/client")
def test_our_client_holds_in_bjson_too(environment: CaseEnvironment) -> None:
    verdicts = _graded(environment, "custom", "licences", "bjson")
    assert [str(verdict) for verdict in verdicts if verdict.outcome is not Outcome.PASS] == []


def test_whmcs_refuses_what_it_cannot_resell(environment: CaseEnvironment) -> None:
    for trade in set(TRADES) - set(trades_of("whmcs")):
        (verdict,) = _graded(environment, "whmcs", trade, "xml")
        assert (verdict.name, verdict.outcome) == ("says-what-it-cannot-resell", Outcome.PASS)

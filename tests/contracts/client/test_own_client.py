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
NO_LIST = {"list-of-none", "list-of-one", "list-of-many", "saved-filter-hides-no-service"}
NO_MACHINES = NO_LIST | {"machines-of-a-subtype"}
# Who keeps no basket leaves what lies there to a person.
IN_THE_BASKET = {"order-left-in-the-basket"}
NOT_EXERCISED = {
    ("custom", "licences"): set(),
    ("custom", "services"): set(),
    ("custom", "modules"): set(),
    ("billmanager", "licences"): NO_LIST | IN_THE_BASKET,
    ("billmanager", "services"): NO_MACHINES | IN_THE_BASKET,
    # A BILLmanager renews by itself and does not ask its seller to.
    ("billmanager", "modules"): {"autoprolong-equals-period"} | IN_THE_BASKET,
    # WHMCS asks its seller for no list, no state and no balance.
    ("whmcs", "licences"): NO_LIST
    | IN_THE_BASKET
    | {"notices-what-the-seller-did", "balance-is-read"},
}
"""Lessons that do not come up, by who and what."""


def _graded(environment: CaseEnvironment, kind: str, trade: str, out: str) -> list[Verdict]:
    driver = AdapterDriver(environment, ADAPTERS[kind], out=out)
    verdicts = list(grade(environment, driver, kind=kind, trade=trade))
    applied, notes = apply(DEVIATIONS, verdicts, judge="client", kind=kind, today=date(2027, 1, 31))
    assert notes == () or trade not in trades_of(kind)
    return list(applied)


def _named(verdicts: list[Verdict], outcome: Outcome) -> set[str]:
    return {verdict.name for verdict in verdicts if verdict.outcome is outcome}


@pytest.mark.full_only("make verify grades our client as every kind of reseller")
@pytest.mark.parametrize(("kind", "trade"), NOT_EXERCISED)
def test_our_client_holds_but_for_what_is_known(
    environment: CaseEnvironment, kind: str, trade: str
) -> None:
    verdicts = _graded(environment, kind, trade, "xml")
    expected = {entry.name for entry in DEVIATIONS if entry.concerns("client", kind)}
    taught = {lesson.id for lesson in LESSONS if trade in lesson.trades}
    idle = NOT_EXERCISED[kind, trade]
    assert [str(verdict) for verdict in verdicts if verdict.outcome is Outcome.FAIL] == []
    assert _named(verdicts, Outcome.KNOWN) == expected
    assert _named(verdicts, Outcome.NOT_EXERCISED) == idle
    assert _named(verdicts, Outcome.PASS) == taught - expected - idle
    assert {verdict.cells for verdict in verdicts} == {frozenset({Cell(kind, trade)})}


@pytest.mark.full_only("make verify grades our client; bjson is read in tests/client")
def test_our_client_holds_in_bjson_too(environment: CaseEnvironment) -> None:
    verdicts = _graded(environment, "custom", "licences", "bjson")
    assert [str(verdict) for verdict in verdicts if verdict.outcome is not Outcome.PASS] == []


def test_whmcs_refuses_what_it_cannot_resell(environment: CaseEnvironment) -> None:
    for trade in set(TRADES) - set(trades_of("whmcs")):
        (verdict,) = _graded(environment, "whmcs", trade, "xml")
        assert (verdict.name, verdict.outcome) == ("says-what-it-cannot-resell", Outcome.PASS)


def test_every_cell_is_asked_for() -> None:
    assert set(NOT_EXERCISED) == {(kind, trade) for kind in KINDS for trade in trades_of(kind)}

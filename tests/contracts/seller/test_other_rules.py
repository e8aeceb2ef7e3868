"""Sellers with rules of their own, in every world we have: none of that fails them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest

from contracts.checks.seller.judge import Notes, Task, judge
from contracts.journeys.runs import JourneyOptions
from contracts.record.exchange import read_all
from contracts.record.levels import Choice
from contracts.target.seller import Seller as Judged
from contracts.target.seller import connect_wsgi
from contracts.target.spending_guard import SpendingRules
from contracts.target.sums import Sum
from contracts.verdicts import Cell, Outcome, Verdict
from emulator.testing import Seller
from tests.clocks import stopped_clock

RECORDS = read_all()
PLENTY = Decimal(20_000)


def without_control(own: Seller) -> Callable[..., Iterable[bytes]]:
    """A seller of ours as a stranger would meet it."""
    wsgi: Callable[..., Iterable[bytes]] = own.wsgi

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/_mockseller"):
            start("404 Not Found", [])
            return []

        def dated(status: str, headers: list[tuple[str, str]], *_: object) -> object:
            day = format_datetime(datetime.fromisoformat(own.clock.now)).replace("+0000", "GMT")
            return start(status, [*headers, ("Date", day)])

        # Nobody reads the day off an answer to a question, and the clock takes a call.
        return wsgi(environ, start if environ["QUERY_STRING"] else dated)

    return application


@contextmanager
def other_seller(world: str) -> Iterator[tuple[Seller, Judged]]:
    with Seller(world, system_clock=stopped_clock()) as own:
        own.clock.freeze()
        currency = own.account(balance=str(PLENTY * 2))["currency"]
        rules = SpendingRules(limit=Sum(PLENTY, currency))
        with connect_wsgi(without_control(own), rules=rules) as seller:
            yield own, seller


def judged(world: str, choice: Choice) -> tuple[list[Verdict], Notes]:
    notes = Notes()
    with other_seller(world) as (own, seller):
        before = Decimal(str(own.account()["balance"]))
        task = Task(choice, JourneyOptions(wait=own.time.pass_time))
        verdicts = list(judge(RECORDS, seller, task, notes))
        spent = before - Decimal(str(own.account()["balance"]))
    assert notes.details["spent"] == f"{spent:.2f}"
    return verdicts, notes


# All exchanges, where rules are the most; elsewhere those that several clients use. Courses always.
@pytest.mark.one_of("whole runs on a third-party seller")
@pytest.mark.parametrize(
    ("world", "level", "least"),
    [
        ("strict", "all", 350),
        ("bound", "core", 150),
        ("russian", "core", 150),
        ("hoster", "core", 150),
    ],
)
def test_a_world_judged_as_a_strangers_fails_nothing(world: str, level: str, least: int) -> None:
    verdicts, _ = judged(world, Choice(level=level))
    wrong = {Outcome.FAIL, Outcome.ERROR}
    assert [str(verdict) for verdict in verdicts if verdict.outcome in wrong] == []
    assert sum(verdict.outcome is Outcome.PASS for verdict in verdicts) > least


def test_a_customer_of_another_country_is_sold_its_own_tariffs() -> None:
    verdicts, notes = judged("russian", Choice(only="flow/custom/licences"))
    bought = notes.details["bought"]
    assert isinstance(bought, list)
    assert [purchase["tariff"] for purchase in bought] == ["55231"]
    cells = {
        cell for verdict in verdicts if verdict.outcome is Outcome.PASS for cell in verdict.cells
    }
    assert cells == {Cell("custom", "licences")}


def test_what_may_not_be_deleted_yet_is_left_and_not_paid_for_again() -> None:
    verdicts, notes = judged("bound", Choice(only="flow/custom/licences"))
    outcomes = {verdict.name.rpartition("/")[2]: verdict for verdict in verdicts}
    assert outcomes["delete"].outcome is Outcome.SKIP
    assert "pricelist_min_order" in str(outcomes["delete"])
    assert outcomes["prolong what is deleted"].messages == ("it was not deleted",)
    assert outcomes["ledger"].outcome is Outcome.PASS
    assert not outcomes["ledger"].cells, "a course with a step left out fills no cell"
    left = notes.details["left"]
    assert isinstance(left, list)
    assert len(left) == 1


def test_a_login_that_an_earlier_run_locked_is_skipped() -> None:
    choice = Choice(only="auth/badpassword")
    with other_seller("small") as (_, seller):
        runs = [
            list(judge(RECORDS, seller, Task(choice, JourneyOptions()), Notes())) for _ in range(2)
        ]
    outcomes = [[verdict.outcome for verdict in run] for run in runs]
    assert outcomes == [[Outcome.PASS] * 3, [Outcome.PASS, Outcome.PASS, Outcome.SKIP]]
    assert "locked this login" in str(runs[1][-1])

"""A quarter of reselling machines: every sum counted by hand, and no machine lost or double."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import httpx
import pytest
from click.testing import CliRunner

from contracts.cli import demo
from contracts.journeys.stories.quarter import Quarter
from contracts.journeys.stories.script import ScenarioError, read_quarter
from contracts.journeys.stories.services import (
    BILLMANAGER,
    CUSTOM,
    KINDS,
    begin,
    create_client,
    lose_answers,
    prepare,
)
from emulator.testing import Seller
from tests.clocks import stopped_clock


@pytest.fixture
def seller() -> Iterator[Seller]:
    with Seller(fixture="empty", system_clock=stopped_clock()) as made:
        yield made


def _played(seller: Seller, kind: str, *, seed: int | None = None) -> Quarter:
    scenario = begin(seller)
    client = create_client(seller, httpx.WSGITransport(app=seller.wsgi))
    with closing(sqlite3.connect(":memory:")) as database:
        quarter = prepare(kind, scenario, seller, client, database)
        if seed is not None:
            lose_answers(seller, seed)
        quarter.play()
        quarter.reseller.sum_sales()
    return quarter


def _wrong(quarter: Quarter) -> list[str]:
    return [str(expectation) for expectation in quarter.check() if not expectation.met]


SMALL, LARGE = Decimal("5.52"), Decimal("13.00")
"""Small: 3.00, a processor 1.50, 512 MB at 0.002. Large: 9.00, two processors, an address."""


@pytest.mark.one_of("whole quarters")
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_paid_is_what_can_be_counted_by_hand(seller: Seller, kind: str) -> None:
    quarter = _played(seller, kind)
    assert _wrong(quarter) == []
    costs = {(entry.customer, entry.what, entry.on.month): entry.cost for entry in quarter.log}
    assert costs["alder", "opened", 1] == SMALL
    assert costs["birch", "opened", 1] == LARGE
    # Two processors and 1024 MB more, 5.048, for 16 of 31 days.
    assert costs["alder", "resized", 1] == Decimal("2.61")
    assert costs["alder", "renewed", 2] == SMALL + Decimal("5.05")
    # One address more, 1.00, for 22 of 28 days.
    assert costs["birch", "resized", 2] == Decimal("0.79")
    assert costs["birch", "renewed", 3] == LARGE + 1
    assert {server.customer for server in quarter.servers.values()} == {"cedar", "dogwood", "elm"}


@pytest.mark.one_of("whole quarters")
def test_both_kinds_of_reseller_pay_the_same_for_the_same(seller: Seller) -> None:
    paid = []
    for kind in (CUSTOM, BILLMANAGER):
        seller.reset()
        quarter = _played(seller, kind)
        paid.append([(entry.on, entry.what, entry.customer, entry.cost) for entry in quarter.log])
    assert paid[0] == paid[1]


@pytest.mark.full_only("lost answers are met one by one in tests/client")
@pytest.mark.every(2)
@pytest.mark.parametrize("kind", KINDS)
def test_with_lost_answers_nothing_is_doubled_or_lost(seller: Seller, kind: str) -> None:
    lost = 0
    for seed in range(1, 7):
        seller.reset()
        quarter = _played(seller, kind, seed=seed)
        lost += sum(int(fault["struck"]) for fault in seller.faults.all())
        seller.faults.clear()
        assert _wrong(quarter) == [], f"seed {seed}"
    assert lost > 20


def test_a_machine_that_nobody_ordered_is_found(seller: Seller) -> None:
    quarter = _played(seller, CUSTOM)
    seller.call("vds.order.param", pricelist=6, period=1, skipbasket="on", sok="ok")
    wrong = " ".join(_wrong(quarter))
    assert "no machine that nobody has" in wrong
    assert "charges one by one" in wrong


def test_a_machine_that_is_gone_is_found(seller: Seller) -> None:
    quarter = _played(seller, BILLMANAGER)
    seller.call("vds.delete", elid=quarter.servers["cedar"].number, sok="ok")
    assert any("no machine that is lost" in line for line in _wrong(quarter))


@pytest.mark.one_of("whole quarters")
def test_the_quarter_is_told_in_the_terminal() -> None:
    result = CliRunner().invoke(demo, ["services", "--in-process"])
    assert result.exit_code == 0, result.output
    assert result.output.count("Both ledgers agree") == 4
    assert result.output.count("earned") == 4


def test_a_script_that_cannot_be_read_says_which() -> None:
    with pytest.raises(ScenarioError, match=r"nobody\.yaml"):
        read_quarter("nobody", 2027)

"""A year through WHMCS at a real seller, against numbers worked out here by hand."""

from __future__ import annotations

import io
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from urllib.parse import parse_qsl

import httpx
import pytest
from click.testing import CliRunner
from rich.console import Console

from contracts.cli import demo
from contracts.journeys.stories.ledger import read_charges
from contracts.journeys.stories.script import ScenarioError, read_year
from contracts.journeys.stories.whmcs import begin, prepare, tell_year
from contracts.journeys.stories.year import Year
from emulator.clock import SystemClock
from emulator.testing import Seller
from reseller_client import Client
from reseller_client.shop.margin import by_license, by_month, total
from tests.client.example_orders import EXAMPLE_ORDER

# License, months bought, price of a month: counted on a calendar, not by the programme.
# 1: Jan 1, the last days of Jan to Dec but one; 5: Jan 31, then the 27th of Feb to Dec;
# 7: Feb 20 to May 19, given up, then from Jul 1; 9 and 10: given up in July and December.
COSTS = {
    100001: (13, "5.00"),
    100002: (12, "36.00"),
    100003: (7, "14.00"),
    100004: (12, "10.00"),
    100005: (12, "8.00"),
    100006: (11, "5.00"),
    100007: (11, "4.00"),
    100008: (11, "10.00"),
    100009: (4, "8.00"),
    100010: (7, "5.00"),
    100011: (4, "8.00"),
    100012: (2, "5.00"),
}
# Customer, months paid, what the shop asks for one.
SOLD = {
    "alder": (3, "7.99"),
    "birch": (12, "45.00"),
    "vine": (7, "16.00"),
    "moss": (12, "13.00"),
    "cedar": (12, "12.50"),
    "dogwood": (11, "7.99"),
    "elm": (4, "6.00"),
    "fern": (11, "12.00"),
    "fir": (8, "7.99"),
    "hazel": (4, "12.50"),
    "ginkgo": (7, "7.99"),
    "ivy": (6, "6.00"),
    "juniper": (4, "12.50"),
    "larch": (3, "7.99"),
    "maple": (2, "7.99"),
}
SOFT = COSTS.keys() - {100003, 100004, 100008}


class Counting(httpx.BaseTransport):
    """Counts the functions that were asked for; may change answers on their way."""

    def __init__(self, seller: Seller) -> None:
        self._inner = httpx.WSGITransport(app=seller.wsgi)
        self._change: Callable[[str, bytes], bytes] | None = None
        self.funcs: Counter[str] = Counter()

    @contextmanager
    def changing(self, change: Callable[[str, bytes], bytes]) -> Iterator[None]:
        """Change answers of a function in the block."""
        self._change = change
        try:
            yield
        finally:
            self._change = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        func = dict(parse_qsl(request.content.decode()))["func"]
        self.funcs[func] += 1
        answer = self._inner.handle_request(request)
        body = answer.read()
        content = self._change(func, body) if self._change else body
        return httpx.Response(answer.status_code, content=content)


@dataclass
class Played:
    """A year that is over, and what can be asked about it."""

    year: Year
    client: Client
    transport: Counting
    days: defaultdict[int, list[date]] = field(default_factory=lambda: defaultdict(list))

    def what(self, name: str) -> list[int]:
        return [entry.service_id for entry in self.year.log if entry.what == name]


@contextmanager
def _played(before: int) -> Iterator[Played]:
    """Play the year that follows another."""
    system_clock = SystemClock(now=lambda: datetime(before, 11, 5, 17, 30, tzinfo=UTC))
    with Seller(fixture="empty", system_clock=system_clock) as seller, closing(_books()) as books:
        transport = Counting(seller)
        with Client(seller.url, login="reseller", password="secret", transport=transport) as client:
            scenario, controls = begin(seller)
            year = prepare(scenario, client, controls, books)
            year.play()
            played = Played(year, client, transport)
            for charge in read_charges(client):
                played.days[charge.service_id].append(charge.on)
            yield played


def _books() -> sqlite3.Connection:
    return sqlite3.connect(":memory:")


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    with _played(2026) as year:
        yield year


def _sum(counted: dict[int, tuple[int, str]] | dict[str, tuple[int, str]]) -> Decimal:
    return sum((months * Decimal(price) for months, price in counted.values()), Decimal(0))


def test_both_ledgers_agree_to_the_cent(played: Played) -> None:
    assert [line for line in played.year.check() if not line.met] == []


def test_each_license_cost_what_the_calendar_says(played: Played) -> None:
    costs = {row.service_id: row.cost for row in by_license(played.year.storefront.margins())}
    assert costs == {number: months * Decimal(price) for number, (months, price) in COSTS.items()}
    assert {number: len(days) for number, days in played.days.items()} == {
        number: months for number, (months, _) in COSTS.items()
    }


def test_each_customer_paid_what_the_shop_asks(played: Played) -> None:
    paid: defaultdict[str, list[Decimal]] = defaultdict(list)
    for entry in played.year.log:
        if entry.sold:
            paid[entry.who].append(entry.sold)
    assert paid == {name: [Decimal(price)] * months for name, (months, price) in SOLD.items()}


def test_the_margin_of_the_year_is_exact(played: Played) -> None:
    margins = played.year.storefront.margins()
    assert (_sum(SOLD), _sum(COSTS)) == (Decimal("1521.66"), Decimal("1129.00"))
    assert total(margins).margin == Decimal("392.66")
    assert sum((margin.margin for margin in by_month(margins)), Decimal(0)) == Decimal("392.66")
    january = by_month(margins)[0]
    assert (january.sold, january.cost) == (Decimal("94.49"), Decimal("78.00"))


def test_a_bound_license_is_prolonged_once_a_month(played: Played) -> None:
    for days in played.days.values():
        assert all((later - earlier).days >= 27 for earlier, later in pairwise(sorted(days)))
    assert sorted(played.days[100005])[:3] == [
        date(2027, 1, 31), date(2027, 2, 27), date(2027, 3, 27)
    ]  # fmt: skip


def test_prolongation_comes_before_the_end_so_nothing_is_switched_off(played: Played) -> None:
    assert played.what("seller: suspend") == []
    assert sorted(played.days[100001])[1:4] == [
        date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)
    ]  # fmt: skip


def test_nothing_is_ordered_twice_and_the_pool_is_used(played: Played) -> None:
    assert played.what("reused") == [100001, 100001]
    assert played.what("reused, prolonged") == [100007]
    # One order was refused for lack of money and sent again.
    refused = played.year.top_ups - (1 if played.what("refused") else 0)
    funcs = played.transport.funcs
    orders = sum(n for func, n in funcs.items() if func.endswith(".order.param"))
    assert orders == len(COSTS) + refused
    assert funcs["soft.delete"] == 0


def test_a_license_nobody_wants_is_deleted_by_the_seller_and_dropped(played: Played) -> None:
    assert played.what("seller: delete") == [100009]
    assert played.what("dropped") == [100009]
    assert {row.license_id for row in played.year.store.rows()} == SOFT - {100009}


def test_a_refused_prolongation_is_done_on_the_same_day_after_a_top_up(played: Played) -> None:
    refused = [entry for entry in played.year.log if entry.what == "refused"]
    assert len(refused) == 1
    done = [entry for entry in played.year.log if entry.what == "prolonged"]
    assert (refused[0].on, refused[0].service_id) in {(d.on, d.service_id) for d in done}


@pytest.mark.full_only("another year is played in every run")
@pytest.mark.one_of("whole years")
def test_a_leap_year_agrees_too() -> None:
    with _played(2027) as leap:
        assert [line for line in leap.year.check() if not line.met] == []
        assert sorted(leap.days[100005])[:2] == [date(2028, 1, 31), date(2028, 2, 28)]
        assert total(leap.year.storefront.margins()).margin == Decimal("392.66")


@pytest.mark.parametrize(
    ("func", "old", "new", "says"),
    [
        ("expense", b">36.00 EUR", b">36.01 EUR", "charges of 2027-01"),
        ("payment", b"600.00", b"599.99", "payments"),
        ("subaccount", b" EUR</balance>", b"1 EUR</balance>", "balance"),
    ],
)
def test_ledgers_that_differ_are_reported(
    played: Played, func: str, old: bytes, new: bytes, says: str
) -> None:
    def change(wanted_func: str, body: bytes) -> bytes:
        return body.replace(old, new) if wanted_func == func else body

    with played.transport.changing(change):
        wrong = [line for line in played.year.check() if not line.met]
    assert any(says in f"{line.what} {line.message}" for line in wrong)


@pytest.mark.full_only("ledgers that differ are compared in every run, without their year")
def test_a_year_whose_ledgers_differ_ends_with_that_in_the_terminal() -> None:
    def change(func: str, body: bytes) -> bytes:
        return body.replace(b"600.00", b"599.99") if func == "payment" else body

    system_clock = SystemClock(now=lambda: datetime(2026, 11, 5, tzinfo=UTC))
    with Seller(fixture="empty", system_clock=system_clock) as seller, closing(_books()) as books:
        console = Console(file=io.StringIO(), width=200)
        transport = Counting(seller)
        with (
            Client(seller.url, login="reseller", password="secret", transport=transport) as client,
            transport.changing(change),
        ):
            assert not tell_year(console, seller, client, books)
    assert isinstance(console.file, io.StringIO)
    assert "payments" in console.file.getvalue()


@pytest.mark.full_only("ledgers that differ otherwise are compared in every run")
def test_a_license_ordered_behind_the_resellers_back_is_told() -> None:
    with _played(2026) as played:
        order = replace(EXAMPLE_ORDER, remoteid="x", ip="192.0.2.99")
        stray = played.client.licenses.order_once(order).license_id
        wrong = [line for line in played.year.check() if not line.met]
    assert any(str(stray) in check.message for check in wrong)
    assert {"charges one by one", "no license that nobody ordered"} <= {c.what for c in wrong}


@pytest.mark.one_of("whole years")
def test_the_year_is_played_in_the_terminal() -> None:
    result = CliRunner().invoke(demo, ["year", "--in-process", "--verbose"])
    assert result.exit_code == 0, result.output
    assert "Both ledgers agree" in result.output
    assert "392.66" in result.output
    assert "prolonged by the seller" in result.output


def test_a_scenario_that_makes_no_sense_is_refused_by_name() -> None:
    with pytest.raises(ScenarioError, match=r"nowhere\.yaml"):
        read_year("nowhere", 2027)
    with pytest.raises(ScenarioError, match="year 0"):
        read_year("whmcs_year", 0)

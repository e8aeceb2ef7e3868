"""``mockseller demo services``: a quarter of reselling servers, by both kinds of reseller."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.journeys.journey import Expectation
from contracts.journeys.stories.ledger import sum_by_month
from contracts.journeys.stories.quarter import Quarter, QuarterClock
from contracts.journeys.stories.quarter_billmanager import SELLER, BillmanagerQuarterReseller
from contracts.journeys.stories.quarter_custom import CustomQuarterReseller
from contracts.journeys.stories.script import QuarterScenario, read_quarter
from contracts.journeys.stories.story import freeze_on_new_year, start_seller
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from reseller_client import Client, ResellerError, RetryPolicy
from reseller_client.resellers.billmanager.reseller import BillmanagerReseller, SellerAccount
from reseller_client.shop.store import StorefrontStore
from reseller_client.shop.storefront import Storefront

SCENARIO: Final = "vps_quarter"
CUSTOM, BILLMANAGER = "custom billing", "BILLmanager"
KINDS: Final = (CUSTOM, BILLMANAGER)
LOSSES: Final = 5
"""Per cent of answers that are lost after the seller has carried the call out."""
SEED: Final = 13
NOTHING: Final = Decimal(0)


def tell(console: Console, *, in_process: bool, verbose: bool) -> bool:
    """Plays the quarter four times; whether all ledgers agree.

    Raises RuntimeError or OSError if the seller does not start.
    """
    with start_seller(in_process=in_process) as (seller, transport):
        agreed = [
            _tell_quarter(console, seller, transport, kind, lossy=lossy, verbose=verbose)
            for kind in KINDS
            for lossy in (False, True)
        ]
    return all(agreed)


def _tell_quarter(
    console: Console,
    seller: testing.World,
    transport: httpx.BaseTransport,
    kind: str,
    *,
    lossy: bool,
    verbose: bool,
) -> bool:
    """The quarter of one reseller, in a world that is reset first."""
    seller.reset()
    scenario = begin(seller)
    how = f"{LOSSES} % of all answers lost" if lossy else "no answer lost"
    console.print(f"\n[bold]{kind}[/bold], three months from {seller.clock.now[:10]}, {how}")
    # The client is not closed: the next reseller uses the same transport.
    client = create_client(seller, transport)
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            quarter = prepare(kind, scenario, seller, client, database)
            if lossy:
                lose_answers(seller, SEED)
            quarter.play()
        except ResellerError as problem:
            console.print(f"[red]The quarter broke off:[/red] {escape(str(problem))}")
            return False
        lost = sum(int(fault["struck"]) for fault in seller.faults.all())
        seller.faults.clear()
        calls = len(seller.journal.entries(login=OUR_LOGIN, limit=10_000))
        if verbose:
            console.print(_log_table(quarter))
        console.print(_months(quarter))
        return _print_summary(
            console, quarter, quarter.check(), f"{calls} calls, {lost} of them lost."
        )


def _log_table(quarter: Quarter) -> Table:
    table = Table("day", "what", "customer", "machine", "cost", title="Day by day")
    for entry in quarter.log:
        cost = f"{entry.cost:.2f}" if entry.cost else ""
        table.add_row(str(entry.on), entry.what, entry.customer, str(entry.number), cost)
    return table


def _months(quarter: Quarter) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", show_footer=True)
    total = sum((entry.cost for entry in quarter.log), NOTHING)
    sold = quarter.reseller.sum_sales()
    table.add_column("month", footer="all")
    for name in ("opened", "renewed", "resized", "reinstalled", "deleted"):
        count = sum(entry.what == name for entry in quarter.log)
        table.add_column(name, footer=str(count), justify="right")
    table.add_column("cost", footer=f"{total:.2f}", justify="right")
    for month, cost in sum_by_month(quarter.list_charges()).items():
        of_month = [entry for entry in quarter.log if entry.on.replace(day=1) == month]
        names = ("opened", "renewed", "resized", "reinstalled", "deleted")
        counts = [str(sum(entry.what == name for entry in of_month) or "") for name in names]
        table.add_row(f"{month:%Y-%m}", *counts, f"{cost:.2f}")
    table.caption = f"sold for {sold:.2f}, earned {sold - total:.2f}"
    return table


def _print_summary(
    console: Console, quarter: Quarter, expectations: list[Expectation], how: str
) -> bool:
    wrong = [str(expectation) for expectation in expectations if not expectation.met]
    for line in wrong:
        console.print(f"[red]{escape(line)}[/red]", highlight=False)
    if not wrong:
        console.print(
            f"[green]Both ledgers agree:[/green] {len(expectations)} things were compared, "
            f"{len(quarter.servers)} servers stand as they were paid for. {how}"
        )
    return not wrong


def begin(seller: testing.World) -> QuarterScenario:
    """Starts on the next first of January, with the balance and servers that take time to open.

    Raises ScenarioError.
    """
    scenario = read_quarter(SCENARIO, freeze_on_new_year(seller))
    seller.account(OUR_LOGIN, balance=str(scenario.balance))
    seller.rules(order_tells_id=False)
    seller.provisioning("reads", 2)
    return scenario


def lose_answers(seller: testing.World, seed: int) -> None:
    """Loses LOSSES per cent of all answers, chosen by ``seed``."""
    seller.faults.add("drop", when="after", chance=LOSSES, seed=seed)


def create_client(seller: testing.World, transport: httpx.BaseTransport | None) -> Client:
    """A client that does not wait: servers of this world open by being read."""
    retry_policy = RetryPolicy(wait=_do_not_wait, attempts=5, looks=3)
    return Client(
        seller.url,
        login=OUR_LOGIN,
        password=OUR_PASSWORD,
        transport=transport,
        retry_policy=retry_policy,
    )


def _do_not_wait(_: float) -> None:
    return


def prepare(
    kind: str,
    scenario: QuarterScenario,
    seller: testing.World,
    client: Client,
    database: sqlite3.Connection,
) -> Quarter:
    """A quarter about to be played by one kind of reseller, kept in ``database``."""

    def now() -> datetime:
        return datetime.fromisoformat(seller.clock.now)

    def today() -> date:
        return now().date()

    def next_day() -> None:
        seller.clock.advance("1 day")

    def wait_five_minutes() -> None:
        seller.clock.advance("5 minutes")

    reseller = (
        _custom(client, database, scenario.markup, today)
        if kind == CUSTOM
        else _billmanager(client, database, scenario, now, wait_five_minutes)
    )
    return Quarter(scenario, reseller, QuarterClock(today, next_day), client)


def _custom(
    client: Client, database: sqlite3.Connection, markup: Decimal, today: Callable[[], date]
) -> CustomQuarterReseller:
    store = StorefrontStore(database)
    store.prepare()
    return CustomQuarterReseller(client, Storefront(client, store), markup, today)


def _billmanager(
    client: Client,
    database: sqlite3.Connection,
    scenario: QuarterScenario,
    now: Callable[[], datetime],
    wait_five_minutes: Callable[[], None],
) -> BillmanagerQuarterReseller:
    account = SellerAccount(client, StorefrontStore(database))
    reseller = BillmanagerReseller(database, {SELLER: account}, now=now)
    reseller.prepare()
    player = BillmanagerQuarterReseller(reseller, client, scenario.markup, wait_five_minutes)
    player.connect(tuple(scenario.products.values()))
    return player

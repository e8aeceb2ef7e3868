"""Plays a quarter of reselling machines in the terminal, by both kinds of reseller that can."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import Final

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.journeys.stories.ledger import by_month
from contracts.journeys.stories.license import running_seller
from contracts.journeys.stories.license_life import Check
from contracts.journeys.stories.quarter import Quarter
from contracts.journeys.stories.quarter_world import (
    KINDS,
    LOSSES,
    begin,
    client_of,
    lose_answers,
    prepare,
)
from contracts.record.exchange import OUR_LOGIN
from emulator import testing
from reseller_client import ResellerError

SEED: Final = 13
NOTHING: Final = Decimal(0)


def tell(console: Console, *, in_process: bool, verbose: bool) -> bool:
    """Plays the quarter four times; whether all ledgers agree.

    Raises what the seller cannot start by.
    """
    with running_seller(in_process=in_process) as (seller, transport):
        held = [
            _tell_one(console, seller, transport, kind, lossy=lossy, verbose=verbose)
            for kind in KINDS
            for lossy in (False, True)
        ]
    return all(held)


def _tell_one(
    console: Console,
    seller: testing.World,
    transport: httpx.BaseTransport,
    kind: str,
    *,
    lossy: bool,
    verbose: bool,
) -> bool:
    """One reseller's quarter in a world that begins anew."""
    seller.reset()
    script = begin(seller)
    how = f"{LOSSES} % of all answers lost" if lossy else "no answer lost"
    console.print(f"\n[bold]{kind}[/bold], three months from {seller.clock.now[:10]}, {how}")
    # The transport goes on to the next reseller, so the client is not closed over it.
    client = client_of(seller, transport)
    with closing(sqlite3.connect(":memory:")) as books:
        try:
            quarter = prepare(kind, script, seller, client, books)
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
            console.print(_diary(quarter))
        console.print(_months(quarter))
        return _verdict(console, quarter, quarter.checks(), f"{calls} calls, {lost} of them lost.")


def _diary(quarter: Quarter) -> Table:
    table = Table("day", "what", "customer", "machine", "cost", title="Day by day")
    for one in quarter.told:
        cost = f"{one.cost:.2f}" if one.cost else ""
        table.add_row(str(one.on), one.what, one.customer, str(one.number), cost)
    return table


def _months(quarter: Quarter) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", show_footer=True)
    total = sum((one.cost for one in quarter.told), NOTHING)
    sold = quarter.side.sold()
    table.add_column("month", footer="all")
    for name in ("opened", "renewed", "resized", "reinstalled", "deleted"):
        count = sum(one.what == name for one in quarter.told)
        table.add_column(name, footer=str(count), justify="right")
    table.add_column("cost", footer=f"{total:.2f}", justify="right")
    for month, cost in by_month(quarter.believed()).items():
        of_it = [one for one in quarter.told if one.on.replace(day=1) == month]
        names = ("opened", "renewed", "resized", "reinstalled", "deleted")
        counts = [str(sum(one.what == name for one in of_it) or "") for name in names]
        table.add_row(f"{month:%Y-%m}", *counts, f"{cost:.2f}")
    table.caption = f"sold for {sold:.2f}, earned {sold - total:.2f}"
    return table


def _verdict(console: Console, quarter: Quarter, checks: list[Check], how: str) -> bool:
    wrong = [check for check in checks if not check.held]
    for check in wrong:
        console.print(f"[red]{escape(check.what)}: {escape(check.found)}[/red]", highlight=False)
    if not wrong:
        console.print(
            f"[green]Both ledgers agree:[/green] {len(checks)} things were compared, "
            f"{len(quarter.held)} machines stand as they were paid for. {how}"
        )
    return not wrong

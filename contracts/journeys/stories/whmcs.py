"""``mockseller demo year``: twelve months of a reseller, month by month."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.journeys.journey import Expectation
from contracts.journeys.stories.ledger import sum_by_month
from contracts.journeys.stories.script import YearScenario, read_year
from contracts.journeys.stories.story import freeze_on_new_year, start_seller
from contracts.journeys.stories.year import LogEntry, SellerControls, Year
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from reseller_client import Client, ResellerError
from reseller_client.resellers import SqliteStore
from reseller_client.shop.margin import Margin, total
from reseller_client.shop.margin import by_month as margin_by_month
from reseller_client.shop.store import StorefrontStore
from reseller_client.shop.storefront import Storefront

SCENARIO: Final = "whmcs_year"
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "bought": ("bought",),
    "prolonged": ("prolonged", "reused, prolonged"),
    "auto": ("prolonged by the seller",),
    "reused": ("reused", "reused, prolonged"),
    "suspended": ("suspended", "seller: suspend"),
    "freed": ("freed", "cancelled"),
}


def tell(console: Console, *, in_process: bool, verbose: bool) -> bool:
    """Plays the year; whether both ledgers agree.

    Raises RuntimeError or OSError if the seller does not start.
    """
    with start_seller(in_process=in_process) as (seller, transport):
        client = Client(seller.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=transport)
        with client, closing(sqlite3.connect(":memory:")) as database:
            return tell_year(console, seller, client, database, verbose=verbose)


def tell_year(
    console: Console,
    seller: testing.World,
    client: Client,
    database: sqlite3.Connection,
    *,
    verbose: bool = False,
) -> bool:
    """Plays the year with a client at a seller; the shop is kept in ``database``."""
    scenario, controls = begin(seller)
    year = prepare(scenario, client, controls, database)
    console.print(f"[bold]Twelve months from {controls.today()}[/bold]\n{scenario.about}\n")
    try:
        year.play()
        expectations = year.check()
    except ResellerError as problem:
        console.print(f"[red]The year broke off:[/red] {escape(str(problem))}")
        return False
    margins = year.storefront.margins()
    if verbose:
        console.print(_log_table(year.log))
    console.print(_months(year, margin_by_month(margins), total(margins)))
    return _print_summary(console, year, expectations)


def begin(seller: testing.World, name: str = SCENARIO) -> tuple[YearScenario, SellerControls]:
    """Starts a seller's world on the morning of the next first of January, with the balance.

    Raises ScenarioError.
    """
    scenario = read_year(name, freeze_on_new_year(seller))
    seller.account(OUR_LOGIN, balance=str(scenario.balance))
    return scenario, _controls(seller)


def prepare(
    scenario: YearScenario, client: Client, controls: SellerControls, database: sqlite3.Connection
) -> Year:
    """A year about to be played; the table of WHMCS and the shop are kept in ``database``."""
    store, shop = SqliteStore(database), StorefrontStore(database)
    store.prepare()
    shop.prepare()
    return Year(scenario, client, controls, store, Storefront(client, shop))


def _controls(seller: testing.World) -> SellerControls:
    def today() -> date:
        return datetime.fromisoformat(seller.clock.now).date()

    def advance(span: str) -> list[Mapping[str, Any]]:
        return list(seller.clock.advance(span)["happened"])

    def top_up(amount: Decimal) -> None:
        balance = Decimal(seller.account(OUR_LOGIN)["balance"])
        seller.account(OUR_LOGIN, balance=str(balance + amount))

    return SellerControls(today, advance, top_up)


def _log_table(log: Sequence[LogEntry]) -> Table:
    table = Table("day", "what", "customer", "licence", "cost", "price", title="Day by day")
    for entry in log:
        cost, sold = (f"{sum_:.2f}" if sum_ else "" for sum_ in (entry.cost, entry.sold))
        table.add_row(str(entry.on), entry.what, entry.who, str(entry.service_id), cost, sold)
    return table


def _months(year: Year, margins: Sequence[Margin], whole: Margin) -> Table:
    counts = Counter((entry.on.replace(day=1), entry.what) for entry in year.log)
    believed = sum_by_month(year.list_charges())
    table = Table(show_footer=True, box=None, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("month", footer="all")
    for name, whats in _COLUMNS.items():
        together = sum(n for (_, what), n in counts.items() if what in whats)
        table.add_column(name, footer=str(together), justify="right")
    for name, sum_ in (("sold", whole.sold), ("cost", whole.cost), ("earned", whole.margin)):
        table.add_column(name, footer=f"{sum_:.2f}", justify="right")
    for margin in margins:
        month = margin.month or date.min
        cells = [sum(counts[month, what] for what in whats) for whats in _COLUMNS.values()]
        agreed = "" if believed.get(month, Decimal(0)) == margin.cost else " [red]≠[/red]"
        sums = [f"{margin.sold:.2f}", f"{margin.cost:.2f}{agreed}", f"{margin.margin:.2f}"]
        table.add_row(f"{month:%Y-%m}", *(str(n or "") for n in cells), *sums)
    return table


def _print_summary(console: Console, year: Year, expectations: Sequence[Expectation]) -> bool:
    refused = sum(entry.what == "refused" for entry in year.log)
    console.print(
        f"\nTimes the balance did not last: {year.top_ups}, each time {year.scenario.top_up} "
        f"was paid in. Prolongations refused before that: {refused}.\n"
        "[dim]auto: prolonged by the seller; freed: given back to the pool, or cancelled.[/dim]"
    )
    wrong = [str(expectation) for expectation in expectations if not expectation.met]
    for line in wrong:
        console.print(f"[red]{escape(line)}[/red]", highlight=False)
    if not wrong:
        console.print(
            f"[green]Both ledgers agree:[/green] {len(expectations)} things were compared."
        )
    return not wrong

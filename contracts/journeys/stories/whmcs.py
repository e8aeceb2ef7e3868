"""Plays a year of a reseller in the terminal: what was bought, prolonged, suspended and earned."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.journeys.stories.ledger import by_month
from contracts.journeys.stories.license import running_seller
from contracts.journeys.stories.license_life import Check
from contracts.journeys.stories.script import Scenario, read_scenario
from contracts.journeys.stories.year import Deed, Hands, Year
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from reseller_client import Client, ResellerError
from reseller_client.resellers import SqliteStore
from reseller_client.shop.margin import Margin, total
from reseller_client.shop.margin import by_month as margin_by_month
from reseller_client.shop.store import StorefrontStore
from reseller_client.shop.storefront import Storefront

SCENARIO: Final = "whmcs_year"
MORNING: Final = relativedelta(hour=9, minute=0, second=0, microsecond=0)
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "bought": ("bought",),
    "prolonged": ("prolonged", "reused, prolonged"),
    "auto": ("prolonged by the seller",),
    "reused": ("reused", "reused, prolonged"),
    "suspended": ("suspended", "seller: suspend"),
    "freed": ("freed", "cancelled"),
}


def tell(console: Console, *, in_process: bool, verbose: bool) -> bool:
    """Plays the year; whether both ledgers agree. Raises what the seller cannot start by."""
    with running_seller(in_process=in_process) as (seller, transport):
        client = Client(seller.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=transport)
        with client, closing(sqlite3.connect(":memory:")) as books:
            return tell_year(console, seller, client, books, verbose=verbose)


def tell_year(
    console: Console,
    seller: testing.World,
    client: Client,
    books: sqlite3.Connection,
    *,
    verbose: bool = False,
) -> bool:
    """Plays the year with this client at this seller, the shop's books kept in ``books``."""
    scenario, hands = begin(seller)
    year = prepare(scenario, client, hands, books)
    console.print(f"[bold]Twelve months from {hands.today()}[/bold]\n{scenario.about}\n")
    try:
        year.play()
        checks = year.checks()
    except ResellerError as problem:
        console.print(f"[red]The year broke off:[/red] {escape(str(problem))}")
        return False
    margins = year.storefront.margins()
    if verbose:
        console.print(_diary(year.deeds))
    console.print(_months(year, margin_by_month(margins), total(margins)))
    return _verdict(console, year, checks)


def begin(seller: testing.World, name: str = SCENARIO) -> tuple[Scenario, Hands]:
    """Puts a seller's world on the morning of the next first of January, with the money."""
    first = datetime.fromisoformat(seller.clock.now) + relativedelta(years=1, yearday=1) + MORNING
    seller.clock.freeze(first.isoformat())
    scenario = read_scenario(name, first.year)
    seller.account(OUR_LOGIN, balance=str(scenario.balance))
    return scenario, _hands(seller)


def prepare(scenario: Scenario, client: Client, hands: Hands, books: sqlite3.Connection) -> Year:
    """A year about to be played; the table of WHMCS and the shop are kept in ``books``."""
    store, shop = SqliteStore(books), StorefrontStore(books)
    store.prepare()
    shop.prepare()
    return Year(scenario, client, hands, store, Storefront(client, shop))


def _hands(seller: testing.World) -> Hands:
    def today() -> date:
        return datetime.fromisoformat(seller.clock.now).date()

    def advance(span: str) -> list[Mapping[str, Any]]:
        return list(seller.clock.advance(span)["happened"])

    def top_up(amount: Decimal) -> None:
        balance = Decimal(seller.account(OUR_LOGIN)["balance"])
        seller.account(OUR_LOGIN, balance=str(balance + amount))

    return Hands(today, advance, top_up)


def _diary(deeds: Sequence[Deed]) -> Table:
    table = Table("day", "what", "customer", "licence", "cost", "price", title="Day by day")
    for deed in deeds:
        cost, sold = (f"{sum_:.2f}" if sum_ else "" for sum_ in (deed.cost, deed.sold))
        table.add_row(str(deed.on), deed.what, deed.who, str(deed.service_id), cost, sold)
    return table


def _months(year: Year, margins: Sequence[Margin], whole: Margin) -> Table:
    counts = Counter((deed.on.replace(day=1), deed.what) for deed in year.deeds)
    believed = by_month(year.believed())
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


def _verdict(console: Console, year: Year, checks: Sequence[Check]) -> bool:
    refused = sum(deed.what == "refused" for deed in year.deeds)
    console.print(
        f"\nTimes the balance did not last: {year.top_ups}, each time {year.scenario.top_up} "
        f"was paid in. Prolongations refused before that: {refused}.\n"
        "[dim]auto: prolonged by the seller; freed: given back to the pool, or cancelled.[/dim]"
    )
    wrong = [check for check in checks if not check.held]
    for check in wrong:
        console.print(f"[red]{escape(check.what)}: {escape(check.found)}[/red]", highlight=False)
    if not wrong:
        console.print(f"[green]Both ledgers agree:[/green] {len(checks)} things were compared.")
    return not wrong

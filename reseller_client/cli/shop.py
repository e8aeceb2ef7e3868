"""The commands of a reseller's shop: `mockseller resell shop ...` and `resell margin`."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

import click

from reseller_client.cli.errors import AMOUNT, CannotRun, report_errors
from reseller_client.client import Client
from reseller_client.shop.margin import Margin, by_license, by_month, total, write_csv
from reseller_client.shop.prices import Exchange, PriceRule, Rounding
from reseller_client.shop.store import SaleKind, StorefrontStore
from reseller_client.shop.storefront import Storefront

Command = TypeVar("Command", bound=Callable[..., None])
_GROUPS: Final[Mapping[str, Callable[[Iterable[Margin]], tuple[Margin, ...]]]] = {
    "licence": by_license,
    "month": by_month,
    "both": tuple,
}


_CSV: Final = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
_DAY: Final = click.DateTime(["%Y-%m-%d"])


def _with_books(command: Command) -> Command:
    """Add the options for the file of the books and its currency."""
    for option in (
        click.option(
            "--rate", "rates", type=(str, AMOUNT), multiple=True, metavar="CODE AMOUNT",
            help="What one unit of the seller's currency is worth in yours. May be repeated.",
        ),
        click.option("--currency", default="", metavar="CODE",
                     help="Your own currency; by default the seller's."),
        click.option(
            "--books", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
            default=Path("storefront.sqlite"),
            show_default=True, envvar="MOCKSELLER_BOOKS", show_envvar=True,
            help="The SQLite file with your prices and sales.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@contextmanager
def _opened(
    client: Client, books: Path, currency: str, rates: Sequence[tuple[str, Decimal]]
) -> Iterator[tuple[Storefront, StorefrontStore]]:
    """Open the books; an error inside is reported in one line."""
    try:
        connection = sqlite3.connect(books)
    except sqlite3.Error as problem:
        raise CannotRun(f"{books}: {problem}") from problem
    with report_errors(), closing(connection):
        store = StorefrontStore(connection)
        store.prepare()
        exchange = Exchange(currency, dict(rates))
        yield Storefront(client, store, exchange=exchange), store


@click.group()
def shop() -> None:
    """Keep your own prices and sales in a SQLite file."""


@shop.command("price")
@click.argument("tariff", type=int, metavar="CODE")
@click.option(
    "--fixed", type=AMOUNT, metavar="AMOUNT", help="A fixed price, whatever the tariff costs you."
)
@click.option("--markup", type=AMOUNT, metavar="PERCENT", help="Markup on the seller's price.")
@click.option(
    "--round", "rounding", default="0.01", show_default=True, metavar="AMOUNT",
    help="Round to the nearest step, such as 0.50, or up to an ending, such as .99.",
)  # fmt: skip
@_with_books
@click.pass_obj
def set_price(
    client: Client,
    *,
    tariff: int,
    fixed: Decimal | None,
    markup: Decimal | None,
    rounding: str,
    books: Path,
    currency: str,
    rates: tuple[tuple[str, Decimal], ...],
) -> None:
    """Set your price of the tariff CODE, and print it for a month."""
    if (fixed is None) == (markup is None):
        raise click.UsageError("give either --fixed or --markup")
    with _opened(client, books, currency, rates) as (storefront, _):
        rule = PriceRule(fixed, markup or Decimal(0), Rounding.read(rounding))
        storefront.set_price(tariff, rule)
        click.echo(f"{tariff}\t{storefront.quote(tariff)}")


@shop.command("sell")
@click.argument("customer")
@click.argument("license", type=int)
@click.option(
    "--on", type=_DAY, required=True, metavar="DAY", help="The day of the sale, such as 2027-01-31."
)
@click.option(
    "--price",
    type=AMOUNT,
    metavar="AMOUNT",
    help="What the customer pays; by default your price of its tariff.",
)
@click.option("--renewal", is_flag=True, help="Record a further term of a license sold before.")
@click.option("--invoice", default="", metavar="TEXT",
              help="Number of your invoice; each invoice is recorded once.")  # fmt: skip
@_with_books
@click.pass_obj
def sell(
    client: Client,
    *,
    customer: str,
    license: int,
    on: datetime,
    price: Decimal | None,
    renewal: bool,
    invoice: str,
    books: Path,
    currency: str,
    rates: tuple[tuple[str, Decimal], ...],
) -> None:
    """Record that you have charged CUSTOMER for the license LICENSE.

    A new customer is added. Nothing is ordered or prolonged at the seller.
    """
    with _opened(client, books, currency, rates) as (storefront, _):
        tariff = client.licenses.get(license).tariff
        if tariff is None:
            raise click.ClickException(f"license {license} does not show its tariff")
        charged = storefront.quote(tariff) if price is None else price
        sale = storefront.sell(
            storefront.customer(customer, on.date()),
            license,
            tariff,
            on=on.date(),
            price=charged,
            reference=invoice,
            kind=SaleKind.RENEWAL if renewal else SaleKind.SALE,
        )
        click.echo(f"{sale.reference}\t{sale.sold_on}\t{sale.price}")


@shop.command("sales")
@_with_books
@click.pass_obj
def list_sales(
    client: Client, *, books: Path, currency: str, rates: tuple[tuple[str, Decimal], ...]
) -> None:
    """List the sales, one a line."""
    with _opened(client, books, currency, rates) as (_, store):
        names = {customer.id: customer.name for customer in store.customers()}
        for sale in store.sales():
            what = f"{sale.service_id}\t{sale.tariff}\t{sale.kind.value}\t{sale.price}"
            click.echo(f"{sale.sold_on}\t{names[sale.customer_id]}\t{what}")


@click.command("margin")
@click.option(
    "--by", type=click.Choice(list(_GROUPS)), default="both", show_default=True,
    help="A row for each license, each month, or each license in each month.",
)  # fmt: skip
@click.option(
    "--csv",
    "file",
    type=_CSV,
    metavar="FILE",
    help="Write the rows to a file; - is stdout.",
)
@click.option("--offline", is_flag=True, help="Do not call the seller; use the costs in the books.")
@_with_books
@click.pass_obj
def show_margin(
    client: Client,
    *,
    by: str,
    file: Path | None,
    offline: bool,
    books: Path,
    currency: str,
    rates: tuple[tuple[str, Decimal], ...],
) -> None:
    """Show sales, costs and margins.

    The cost of a license is what the seller's list of expenses shows as charged for it. The list is
    read first, and its rows are added to the books.
    """
    with _opened(client, books, currency, rates) as (storefront, _):
        if not offline:
            storefront.collect_costs()
        margins = storefront.margins()
        rows = _GROUPS[by](margins)
        if file is None:
            _print_margins(rows, total(margins))
        else:
            _write(rows, file)


def _write(rows: Sequence[Margin], file: Path) -> None:
    try:
        if file == Path("-"):
            write_csv(rows, sys.stdout)
            return
        with file.open("w", encoding="utf-8") as stream:
            write_csv(rows, stream)
    except OSError as problem:
        raise CannotRun(f"{file}: {problem.strerror or problem}") from problem


def _print_margins(rows: Sequence[Margin], whole: Margin) -> None:
    from rich.console import Console
    from rich.table import Table

    month, license, *sums = whole.cells()
    table = Table(show_footer=True, box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("month", footer=month or "all")
    table.add_column("licence", footer=license)
    for name, footer in zip(("sold", "cost", "margin", "percent"), sums, strict=True):
        table.add_column(name, footer=footer, justify="right")
    for row in rows:
        table.add_row(*row.cells())
    Console().print(table)

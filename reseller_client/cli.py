"""The commands of a reseller: `mockseller resell ...`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import click
from click.core import ParameterSource

from reseller_client.call import Out
from reseller_client.client import Client
from reseller_client.connection import check_connection
from reseller_client.errors import ResellerError
from reseller_client.license_orders import LicenseOrder
from reseller_client.models import License
from reseller_client.module_cli import Access, modules
from reseller_client.shop_cli import shop, show_margin


@click.group()
@click.option(
    "--url",
    envvar="MOCKSELLER_URL",
    default="http://127.0.0.1:1500/billmgr",
    show_default=True,
    show_envvar=True,
    help="Address of the seller's API.",
)
@click.option("--login", envvar="MOCKSELLER_LOGIN", show_envvar=True, help="Needed.")
@click.option("--password", envvar="MOCKSELLER_PASSWORD", show_envvar=True, help="Needed.")
@click.option("--out", type=click.Choice(["xml", "bjson"]), default="xml", show_default=True)
@click.pass_context
def resell(
    context: click.Context, *, url: str, login: str | None, password: str | None, out: str
) -> None:
    """Act as a reseller: order licences at a seller, sell them, and see what is earned."""
    chosen: Out = "bjson" if out == "bjson" else "xml"
    if context.invoked_subcommand == modules.name:
        asked = context.get_parameter_source("url") is not ParameterSource.DEFAULT
        context.obj = Access(url if asked else "", login or "", password or "", chosen, context.obj)
        return
    for name, given in (("--login", login), ("--password", password)):
        if given is None:
            raise click.UsageError(f"Missing option '{name}'.")
    if context.obj is None:  # a caller with a transport of its own hands the client in
        try:
            context.obj = Client(url, login=login or "", password=password or "", out=chosen)
        except ValueError as fault:
            raise click.BadParameter(str(fault), param_hint="--url") from None
    context.call_on_close(context.obj.close)


resell.add_command(shop)
resell.add_command(modules)
resell.add_command(show_margin)


@resell.group()
def licenses() -> None:
    """Order, list and show licences."""


@licenses.command("list")
@click.pass_obj
def list_licenses(client: Client) -> None:
    """List the licences of the account, one a line."""
    with _told():
        for row in client.licenses.iterate():
            name = row.status.name.lower()
            click.echo(
                f"{row.id}\t{name}\t{row.expires}\t{row.ip}\t{row.tariff_name}\t{row.licname}"
            )


@licenses.command("show")
@click.argument("license_id", type=int)
@click.pass_obj
def show_license(client: Client, license_id: int) -> None:
    """Show one licence with its key."""
    with _told():
        _print_license(client.licenses.get(license_id))


@licenses.command("order")
@click.option("--tariff", type=int, required=True, help="Code of the tariff, such as 55227.")
@click.option("--ip", required=True, help="Address of the licence.")
@click.option("--name", "licname", required=True, help="Name of the licence.")
@click.option("--period", type=int, default=1, show_default=True, help="Months; -100 is a trial.")
@click.option("--remoteid", default="", help="Your own id; a unique one is made if left out.")
@click.option("--addon", "addons", type=(int, int), multiple=True, help="Addon id and quantity.")
@click.pass_obj
def order_license(
    client: Client,
    *,
    tariff: int,
    ip: str,
    licname: str,
    period: int,
    remoteid: str,
    addons: tuple[tuple[int, int], ...],
) -> None:
    """Order a licence, pay it from the balance, and print it with its key."""
    wish = LicenseOrder(
        tariff=tariff,
        ip=ip,
        licname=licname,
        period=period,
        remoteid=remoteid,
        addons=dict(addons),
    )
    with _told():
        ordered = client.licenses.order(wish)
        if ordered.license_id is None:
            raise click.ClickException(f"order {ordered.order_id} waits in the basket")
        _print_license(client.licenses.wait_for_key(ordered.license_id))


@resell.command("balance")
@click.pass_obj
def show_balance(client: Client) -> None:
    """Show the balance with every provider."""
    with _told():
        for row in client.account.subaccounts():
            click.echo(f"{row.provider}\t{row.balance.amount} {row.balance.currency}".rstrip())


@resell.command("check")
@click.option("--minimal-balance", type=Decimal, default=Decimal(0), help="What renewals need.")
@click.option("--own-mark", "own_marks", multiple=True, help="How remoteids of yours begin.")
@click.option("--product", "products", multiple=True, default=("soft",), show_default=True)
@click.pass_obj
def check(
    client: Client,
    *,
    minimal_balance: Decimal,
    own_marks: tuple[str, ...],
    products: tuple[str, ...],
) -> None:
    """Check whether this account can resell; nothing is bought. Fails if it cannot."""
    report = check_connection(
        client, minimal_balance=minimal_balance, own_marks=own_marks, product_types=products
    )
    for line in report.told():
        click.echo(line)
    if not report.ok:
        raise SystemExit(1)


@contextmanager
def _told() -> Iterator[None]:
    """Tell what went wrong in one line instead of a traceback."""
    try:
        yield
    except ResellerError as problem:
        raise click.ClickException(str(problem)) from problem


def _print_license(licence: License) -> None:
    """Print the fields of a licence, one a line."""
    lines = {
        "id": licence.id,
        "name": licence.licname,
        "ip": licence.ip,
        "key": licence.key,
        "status": licence.status.name.lower(),
        "tariff": f"{licence.tariff or ''} {licence.tariff_name}".strip(),
        "period": licence.period,
        "expires": licence.expires,
        "remoteid": licence.remoteid,
    }
    for name, value in lines.items():
        click.echo(f"{name}: {'' if value is None else value}".rstrip())

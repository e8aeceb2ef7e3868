"""The commands of a reseller: `mockseller resell ...`."""

from __future__ import annotations

from decimal import Decimal

import click
from click.core import ParameterSource

from reseller_client.cli.errors import AMOUNT, told
from reseller_client.cli.modules import Access, modules
from reseller_client.cli.shop import shop, show_margin
from reseller_client.client import Client
from reseller_client.connection_check import check_connection
from reseller_client.services.license_orders import LicenseOrder
from reseller_client.services.models import License
from reseller_client.transport.call import Out


@click.group()
@click.option(
    "--seller",
    envvar="MOCKSELLER_URL",
    default="http://127.0.0.1:1500/billmgr",
    show_default=True,
    show_envvar=True,
    metavar="URL",
    help="The address of the seller's API.",
)
@click.option("--login", envvar="MOCKSELLER_LOGIN", show_envvar=True, help="Of the account there.")
@click.option("--password", envvar="MOCKSELLER_PASSWORD", show_envvar=True, help="Of that account.")
@click.option("--out", type=click.Choice(["xml", "bjson"]), default="xml", show_default=True,
              help="The format of answers.")  # fmt: skip
@click.pass_context
def resell(
    context: click.Context, *, seller: str, login: str | None, password: str | None, out: str
) -> None:
    """Act as a reseller: order licenses at a seller, sell them, and see what is earned."""
    chosen: Out = "bjson" if out == "bjson" else "xml"
    if context.invoked_subcommand == modules.name:
        asked = context.get_parameter_source("seller") is not ParameterSource.DEFAULT
        context.obj = Access(
            seller if asked else "", login or "", password or "", chosen, context.obj
        )
        return
    for name, given in (("--login", login), ("--password", password)):
        if given is None:
            raise click.UsageError(f"Missing option '{name}'.")
    if context.obj is None:  # a caller with a transport of its own hands the client in
        try:
            context.obj = Client(seller, login=login or "", password=password or "", out=chosen)
        except ValueError as fault:
            raise click.BadParameter(str(fault), param_hint="--seller") from None
    context.call_on_close(context.obj.close)


resell.add_command(shop)
resell.add_command(modules)
resell.add_command(show_margin)


@resell.group()
def licences() -> None:
    """Order, list and show licenses."""


@licences.command("list")
@click.pass_obj
def list_licenses(client: Client) -> None:
    """List the licenses of the account, one a line."""
    with told():
        for row in client.licenses.iterate():
            name = row.status.name.lower()
            click.echo(
                f"{row.id}\t{name}\t{row.expires}\t{row.ip}\t{row.tariff_name}\t{row.licname}"
            )


@licences.command("show")
@click.argument("license", type=int)
@click.pass_obj
def show_license(client: Client, license: int) -> None:
    """Show one license with its key."""
    with told():
        _print_license(client.licenses.get(license))


@licences.command("order")
@click.option("--tariff", type=int, required=True, metavar="CODE",
              help="Code of the tariff, such as 55227.")  # fmt: skip
@click.option("--ip", required=True, metavar="IP", help="IP address of the licence.")
@click.option("--name", "licname", required=True, metavar="NAME", help="Name of the licence.")
@click.option("--period", type=int, default=1, show_default=True, metavar="MONTHS",
              help="How long; -100 is a trial.")  # fmt: skip
@click.option("--remoteid", default="", metavar="TEXT",
              help="Your own id; a unique one is made if left out.")  # fmt: skip
@click.option("--addon", "addons", type=(int, int), multiple=True, metavar="ID COUNT",
              help="An addon of the tariff, and how much of it. May be repeated.")  # fmt: skip
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
    """Order a license, pay it from the balance, and print it with its key."""
    wish = LicenseOrder(
        tariff=tariff,
        ip=ip,
        licname=licname,
        period=period,
        remoteid=remoteid,
        addons=dict(addons),
    )
    with told():
        ordered = client.licenses.order(wish)
        if ordered.license_id is None:
            raise click.ClickException(f"order {ordered.order_id} waits in the basket")
        _print_license(client.licenses.wait_for_key(ordered.license_id))


@resell.command("balance")
@click.pass_obj
def show_balance(client: Client) -> None:
    """Show the balance with every provider."""
    with told():
        for row in client.account.subaccounts():
            click.echo(f"{row.provider}\t{row.balance.amount} {row.balance.currency}".rstrip())


@resell.command("check")
@click.option("--minimal-balance", type=AMOUNT, default="0", show_default=True, metavar="AMOUNT",
              help="What renewals need.")  # fmt: skip
@click.option("--own-mark", "own_marks", multiple=True, metavar="TEXT",
              help="How remoteids of yours begin. May be repeated.")  # fmt: skip
@click.option("--family", "families", multiple=True, default=("soft",), show_default=True,
              metavar="NAME", help="What you mean to resell. May be repeated.")  # fmt: skip
@click.pass_obj
def check(
    client: Client,
    *,
    minimal_balance: Decimal,
    own_marks: tuple[str, ...],
    families: tuple[str, ...],
) -> None:
    """Check whether this account can resell; nothing is bought.

    Exit code 0: it can, 1: it cannot, be it that nobody answers at the address.
    """
    with told():
        report = check_connection(
            client, minimal_balance=minimal_balance, own_marks=own_marks, product_types=families
        )
    for line in report.told():
        click.echo(line)
    if not report.ok:
        raise SystemExit(1)


def _print_license(license: License) -> None:
    """Print the fields of a license, one a line."""
    lines = {
        "id": license.id,
        "name": license.licname,
        "ip": license.ip,
        "key": license.key,
        "status": license.status.name.lower(),
        "tariff": f"{license.tariff or ''} {license.tariff_name}".strip(),
        "period": license.period,
        "expires": license.expires,
        "remoteid": license.remoteid,
    }
    for name, value in lines.items():
        click.echo(f"{name}: {'' if value is None else value}".rstrip())

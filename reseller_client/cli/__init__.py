"""The commands of a reseller: `mockseller resell ...`."""

from __future__ import annotations

from decimal import Decimal
from secrets import token_urlsafe
from typing import Final

import click
from click.core import ParameterSource

from reseller_client.cli.errors import AMOUNT, report_errors
from reseller_client.cli.modules import Access, modules
from reseller_client.cli.shop import shop, show_margin
from reseller_client.client import Client
from reseller_client.connection_check import check_connection
from reseller_client.resellers.api_login import add_api_login
from reseller_client.services.models import License
from reseller_client.services.ordering import LicenseOrder
from reseller_client.transport.call import Out

_HELP: Final = f"{__name__}.help"


class _Reseller(click.Group):
    """A group that needs no login where only the help of a command is wanted."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options, and note in ``ctx.meta`` whether help is asked for."""
        ctx.meta[_HELP] = any(word in ctx.help_option_names for word in args)
        return super().parse_args(ctx, args)


@click.group(cls=_Reseller)
@click.option(
    "--seller",
    envvar="MOCKSELLER_URL",
    default="http://127.0.0.1:1500/billmgr",
    show_default=True,
    show_envvar=True,
    metavar="URL",
    help="The address of the seller's API.",
)
@click.option(
    "--login",
    envvar="MOCKSELLER_LOGIN",
    show_envvar=True,
    help="Login at the seller.",
)
@click.option(
    "--password", envvar="MOCKSELLER_PASSWORD", show_envvar=True, help="Password at the seller."
)
@click.option("--out", type=click.Choice(["xml", "bjson"]), default="xml", show_default=True,
              help="The format of answers.")  # fmt: skip
@click.option(
    "--user-agent",
    envvar="MOCKSELLER_USER_AGENT",
    show_envvar=True,
    default="",
    metavar="TEXT",
    help="The User-Agent of every request; otherwise mockseller/VERSION.",
)
@click.pass_context
def resell(
    context: click.Context,
    *,
    seller: str,
    login: str | None,
    password: str | None,
    out: str,
    user_agent: str,
) -> None:
    """Act as a reseller: order licenses, sell them, see the margin."""
    chosen: Out = "bjson" if out == "bjson" else "xml"
    if context.invoked_subcommand == modules.name:
        default = context.get_parameter_source("seller") is ParameterSource.DEFAULT
        context.obj = Access(
            "" if default else seller, login or "", password or "", chosen, user_agent, context.obj
        )
        return
    for name, value in (("--login", login), ("--password", password)):
        if value is None and not context.meta[_HELP]:
            variable = f"MOCKSELLER_{name.strip('-').upper()}"
            raise click.UsageError(f"Missing option '{name}'; or set {variable}.")
    if context.obj is None:  # callers such as tests pass a client of their own
        try:
            context.obj = Client(
                seller,
                login=login or "",
                password=password or "",
                out=chosen,
                user_agent=user_agent,
            )
        except ValueError as problem:
            raise click.BadParameter(str(problem), param_hint="--seller") from None
    context.call_on_close(context.obj.close)


resell.add_command(shop)
resell.add_command(modules)
resell.add_command(show_margin)


@resell.group("licences")
def licenses() -> None:
    """Order, list and show licenses."""


@licenses.command("list")
@click.pass_obj
def list_licenses(client: Client) -> None:
    """List the licenses of the account, one a line, separated by tabs."""
    with report_errors():
        for row in client.licenses.iterate():
            name = row.status.name.lower()
            click.echo(
                f"{row.id}\t{name}\t{row.expires}\t{row.ip}\t{row.tariff_name}\t{row.licname}"
            )


@licenses.command("show")
@click.argument("license", type=int)
@click.pass_obj
def show_license(client: Client, license: int) -> None:
    """Show one license with its key."""
    with report_errors():
        _print_license(client.licenses.get(license))


@licenses.command("order")
@click.option("--tariff", type=int, required=True, metavar="CODE",
              help="Code of the tariff, such as 55227.")  # fmt: skip
@click.option("--ip", required=True, metavar="IP", help="IP address of the license.")
@click.option("--name", "licname", required=True, metavar="NAME", help="Name of the license.")
@click.option("--period", type=int, default=1, show_default=True, metavar="MONTHS",
              help="Length of the term; -100 is a trial.")  # fmt: skip
@click.option("--remoteid", default="", metavar="TEXT",
              help="Your own id of the license; by default a unique one is generated.")  # fmt: skip
@click.option("--addon", "addons", type=(int, int), multiple=True, metavar="ID COUNT",
              help="An addon of the tariff, and its quantity. May be repeated.")  # fmt: skip
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
    """Order a license from the balance, and print it with its key."""
    order = LicenseOrder(
        tariff=tariff,
        ip=ip,
        licname=licname,
        period=period,
        remoteid=remoteid,
        addons=dict(addons),
    )
    with report_errors():
        ordered = client.licenses.order(order)
        if ordered.license_id is None:
            raise click.ClickException(f"order {ordered.order_id} waits in the basket, unpaid")
        _print_license(client.licenses.wait_for_key(ordered.license_id))


@resell.command("balance")
@click.pass_obj
def show_balance(client: Client) -> None:
    """Show the balance with every provider."""
    with report_errors():
        for row in client.account.subaccounts():
            click.echo(f"{row.provider}\t{row.balance.amount} {row.balance.currency}".rstrip())


@resell.command("check")
@click.option("--minimal-balance", type=AMOUNT, default="0", show_default=True, metavar="AMOUNT",
              help="Warn below this balance: renewals need it.")  # fmt: skip
@click.option("--own-mark", "own_marks", multiple=True, metavar="TEXT",
              help="How your own ids at the seller (remoteid) begin. May be repeated.")  # fmt: skip
@click.option("--family", "families", multiple=True, default=("soft",), show_default=True,
              metavar="NAME", help="A product type to resell. May be repeated.")  # fmt: skip
@click.pass_obj
def check(
    client: Client,
    *,
    minimal_balance: Decimal,
    own_marks: tuple[str, ...],
    families: tuple[str, ...],
) -> None:
    """Check whether this account can resell; nothing is bought.

    Exit code 0: it can, 1: it cannot, or no seller answers at the address.
    """
    with report_errors():
        report = check_connection(
            client, minimal_balance=minimal_balance, own_marks=own_marks, product_types=families
        )
    for line in report.lines():
        click.echo(line)
    if not report.ok:
        raise SystemExit(1)


@resell.command("login")
@click.argument("email")
@click.option("--family", "families", multiple=True, default=("soft",), show_default=True,
              metavar="NAME", help="A product type to resell. May be repeated.")  # fmt: skip
@click.option(
    "--new-password",
    envvar="MOCKSELLER_NEW_PASSWORD",
    show_envvar=True,
    default="",
    metavar="TEXT",
    help="Password of the new login; otherwise one is invented and printed.",
)
@click.pass_obj
def add_login(client: Client, *, email: str, families: tuple[str, ...], new_password: str) -> None:
    """Make a login named EMAIL for the program that resells.

    It may call only what reselling these product types needs. Exit code 0: it can resell, 1: the
    seller refuses, or it cannot resell yet.
    """
    password = new_password or token_urlsafe()
    with report_errors():
        login = add_api_login(client, email, password, product_types=families)
        with client.as_login(email, password) as program:
            report = check_connection(program, product_types=families)
    click.echo(f"login: {login.name}")
    if not new_password:
        click.echo(f"password: {login.password}")
    click.echo(f"rights: {', '.join(login.rights)}")
    for line in report.lines():
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

"""``mockseller panel``: a control panel with a license that shows, buys and renews modules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli import options
from emulator.domain.money import with_currency

if TYPE_CHECKING:
    from emulator.panel import BillingLogin, Panel

TIMEOUT = 60.0
"""Seconds: long enough for a seller that takes its time, as panels wait."""


@click.group(invoke_without_command=True)
@click.option("--license", envvar="MOCKSELLER_PANEL_LICENSE", show_envvar=True, default="",
              metavar="KEY", help="License key; saved in the folder once it works.")  # fmt: skip
@options.former("--licence", "--license", envvar="MOCKSELLER_PANEL_LICENCE", show_envvar=True,
                metavar="KEY")  # fmt: skip
@click.option("--seller", envvar="MOCKSELLER_URL", show_envvar=True, metavar="URL",
              default="http://127.0.0.1:1500/billmgr", show_default=True,
              help="Address of the API of the seller that issued the license.")  # fmt: skip
@click.option(
    "--billing",
    default="",
    metavar="URL",
    help="Billing to buy from; default: as in the license file.",
)
@click.option("--mode", type=click.Choice(["automatic", "manual", "pricelist"]),
              help="How modules are bought; default: as in the license file.")  # fmt: skip
@click.option(
    "--ip", default="", metavar="IP", help="IP address that the panel reports as its own."
)
@click.option("--folder", type=options.FOLDER, default=Path("panel"), show_default=True,
              metavar="FOLDER", help="Where the license file is saved.")  # fmt: skip
@options.host("127.0.0.1")
@options.port(8080)
@click.pass_context
def panel(
    context: click.Context,
    *,
    license: str,
    former_license: str | None,
    seller: str,
    billing: str,
    mode: str | None,
    ip: str,
    folder: Path,
    host: str,
    port: int,
) -> None:
    """Start a control panel that buys modules, or run one of its commands.

    Without a command the panel fetches its license file and serves its page; Ctrl-C stops it. The
    login at the billing is prompted for, unless MOCKSELLER_PANEL_LOGIN and
    MOCKSELLER_PANEL_PASSWORD are set.

    Exit code 0: done or stopped, 1: the billing refused, 2: it could not be reached, or the panel
    could not start.
    """
    import time

    import httpx

    from emulator.panel import LicenseFolder, Panel, PanelSettings

    _check_address("seller", seller)
    if billing:
        _check_address("billing", billing)
    http = httpx.Client(timeout=TIMEOUT)
    context.call_on_close(http.close)
    settings = PanelSettings(seller, license or former_license or "", billing, mode or "", ip)
    # The license file follows the purchase within seconds, and a person waits for it.
    context.obj = Panel(LicenseFolder(folder), http, settings, wait=time.sleep)  # noqa: TID251 - see above
    if context.invoked_subcommand is None:
        _serve(context.obj, host, port)


def _check_address(name: str, url: str) -> None:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        # It would appear on the page and in messages.
        raise click.BadParameter("the address must not contain a login", param_hint=f"--{name}")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise click.BadParameter(f"{url} is not an HTTP address", param_hint=f"--{name}")


def _serve(panel: Panel, host: str, port: int) -> None:
    from emulator.panel import LicenseFileError, PanelPages, PanelServer

    try:
        panel.refresh()
    except LicenseFileError as error:
        click.echo(f"no license file: {error}", err=True)
    try:
        server = PanelServer(PanelPages(panel, [host]), host=host, port=port)
    except OSError as error:
        reason = error.strerror or error
        raise options.CannotRun(f"cannot listen on {host} port {port}: {reason}") from None
    click.echo(f"the panel is at {server.url}")
    try:
        server.run()
    except KeyboardInterrupt:
        click.echo("")


@panel.command()
@click.pass_obj
def show(panel: Panel) -> None:
    """Show the license and the modules with their prices."""
    state = panel.state(_login_from_environment())
    if state.license is None:
        raise options.CannotRun(state.trouble)
    license = state.license
    click.echo(f"license {license.id}, {license.product}, {license.ip}")
    click.echo(f"valid until {license.expires_on or 'further notice'}")
    click.echo(f"modules from {state.partner.url} ({state.partner.mode})")
    for row in state.rows:
        price = with_currency(*row.price) if row.price else ""
        end = f"active until {row.expires_on}" if row.active else row.link
        number = row.offer.id if row.offer else ""
        click.echo(f"{number}\t{row.intname}\t{row.name}\t{price}\t{end}".rstrip())
    if state.trouble:
        click.echo(state.trouble, err=True)


@panel.command()
@click.pass_obj
def refresh(panel: Panel) -> None:
    """Fetch a new license file."""
    with _one_line_errors():
        license = panel.refresh()
    names = ", ".join(module.intname for module in license.modules) or "none"
    click.echo(f"license {license.id}, {license.product}; modules: {names}")


@panel.command(short_help="Buy a module for a month.")
@click.argument("module")
@click.pass_obj
def buy(panel: Panel, module: str) -> None:
    """Buy a module by its name or number for a month, or print where to buy it.

    Exit code 0: active, or to be bought by hand, 1: refused, to be paid, or not in the license yet,
    2: the billing could not be reached.
    """
    with _one_line_errors():
        automatic = panel.state().partner.mode == "automatic"
        purchase = panel.buy(module, _login() if automatic else None)
    where = f": {purchase.link}" if purchase.link else ""
    click.echo(f"{purchase.module} {purchase.outcome}{where}")
    if purchase.note:
        click.echo(purchase.note, err=True)
    if purchase.outcome in {"processing", "to pay"}:
        raise SystemExit(1)


@panel.command()
@click.argument("module")
@click.pass_obj
def prolong(panel: Panel, module: str) -> None:
    """Buy another month of a module."""
    with _one_line_errors():
        end = panel.prolong(module, _login())
    click.echo(f"{module} prolonged until {end or 'a date that the billing does not name'}")


@panel.command()
@click.argument("module")
@click.pass_obj
def delete(panel: Panel, module: str) -> None:
    """Delete a module; nothing is paid back."""
    with _one_line_errors():
        panel.delete(module, _login())
    click.echo(f"{module} deleted")


def _login_from_environment() -> BillingLogin | None:
    """The login from the environment, if it is set."""
    import os

    from emulator.panel import BillingLogin

    name = os.environ.get("MOCKSELLER_PANEL_LOGIN", "")
    return BillingLogin(name, os.environ.get("MOCKSELLER_PANEL_PASSWORD", "")) if name else None


def _login() -> BillingLogin:
    from emulator.panel import BillingLogin

    login = _login_from_environment()
    if login is not None:
        return login
    try:
        name = click.prompt("Login at the billing", err=True)
        return BillingLogin(name, click.prompt("Password", hide_input=True, err=True))
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo("", err=True)
        raise options.CannotRun(
            "no login and no terminal to prompt for it;"
            " set MOCKSELLER_PANEL_LOGIN and MOCKSELLER_PANEL_PASSWORD"
        ) from None


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Prints errors as one line; exit code 1: the billing refused, 2: it was not reached."""
    from emulator.panel import BillingRefused, BillingUnavailable, LicenseFileError

    try:
        yield
    except BillingRefused as error:
        raise click.ClickException(str(error)) from None
    except (LicenseFileError, BillingUnavailable, LookupError, ValueError) as error:
        raise options.CannotRun(str(error)) from None

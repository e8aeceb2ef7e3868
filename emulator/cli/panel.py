"""``mockseller panel``: a control panel under a license that shows, buys and renews modules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli import options

if TYPE_CHECKING:
    from emulator.panel import Login, Panel

TIMEOUT = 60.0
"""Seconds: long enough for a seller that takes its time, as panels wait."""


@click.group(invoke_without_command=True)
@click.option("--licence", envvar="MOCKSELLER_PANEL_LICENCE", show_envvar=True, default="",
              metavar="KEY", help="Kept after the first time.")  # fmt: skip
@click.option("--seller", envvar="MOCKSELLER_URL", show_envvar=True, metavar="URL",
              default="http://127.0.0.1:1500/billmgr", show_default=True,
              help="Whose license it is: the address of the seller's API.")  # fmt: skip
@click.option("--billing", default="", metavar="URL", help="Ask this one, not the file's partner.")
@click.option("--mode", type=click.Choice(["automatic", "manual", "pricelist"]),
              help="How modules are bought, whatever the license file says.")  # fmt: skip
@click.option("--ip", default="", metavar="IP", help="IP address the panel says it is at.")
@click.option("--folder", type=options.FOLDER, default=Path("panel"), show_default=True,
              metavar="FOLDER", help="Where its license file is kept.")  # fmt: skip
@options.host("127.0.0.1")
@options.port(8080)
@click.pass_context
def panel(
    context: click.Context,
    *,
    license: str,
    seller: str,
    billing: str,
    mode: str | None,
    ip: str,
    folder: Path,
    host: str,
    port: int,
) -> None:
    """Start a control panel that sells modules, or do one thing with it.

    Without a command it fetches its license file and serves its page; Ctrl-C stops it. Who buys
    is asked for, or MOCKSELLER_PANEL_LOGIN and MOCKSELLER_PANEL_PASSWORD say it.

    Exit code 0: done or stopped, 1: the billing refuses, 2: it could not be asked, or not begin.
    """
    import time

    import httpx

    from emulator.panel import Bearings, LicenseFolder, Panel

    _check_address("seller", seller)
    if billing:
        _check_address("billing", billing)
    http = httpx.Client(timeout=TIMEOUT)
    context.call_on_close(http.close)
    bearings = Bearings(seller, license, billing, mode or "", ip)
    # The license follows the purchase in a moment, and a person waits here.
    context.obj = Panel(LicenseFolder(folder), http, bearings, wait=time.sleep)  # noqa: TID251 - see above
    if context.invoked_subcommand is None:
        _serve(context.obj, host, port)


def _check_address(name: str, url: str) -> None:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        # It would be shown on the page and in messages.
        raise click.BadParameter("an address carries no login here", param_hint=f"--{name}")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise click.BadParameter(f"{url} is no address of HTTP", param_hint=f"--{name}")


def _serve(machine: Panel, host: str, port: int) -> None:
    from emulator.panel import LicenseFault, PanelPages, Served

    try:
        machine.refresh()
    except LicenseFault as fault:
        click.echo(f"no license file: {fault}", err=True)
    try:
        served = Served(PanelPages(machine, [host]), host=host, port=port)
    except OSError as fault:
        reason = fault.strerror or fault
        raise options.CannotRun(f"cannot listen on {host} port {port}: {reason}") from None
    click.echo(f"the panel is at {served.url}")
    try:
        served.run()
    except KeyboardInterrupt:
        click.echo("")


@panel.command()
@click.pass_obj
def show(machine: Panel) -> None:
    """Show the license, and the modules with their prices."""
    state = machine.state(_known_login())
    if state.license is None:
        raise options.CannotRun(state.trouble)
    license = state.license
    click.echo(f"licence {license.id}, {license.product}, {license.ip}")
    click.echo(f"valid until {license.expires_on or 'further notice'}")
    click.echo(f"modules from {state.partner.url} ({state.partner.mode})")
    for shelf in state.shelves:
        price = f"{shelf.price[0]:.2f} {shelf.price[1]}" if shelf.price else ""
        end = f"active until {shelf.expires_on}" if shelf.active else shelf.link
        number = shelf.offer.id if shelf.offer else ""
        click.echo(f"{number}\t{shelf.intname}\t{shelf.name}\t{price}\t{end}".rstrip())
    if state.trouble:
        click.echo(state.trouble, err=True)


@panel.command()
@click.pass_obj
def refresh(machine: Panel) -> None:
    """Fetch the license file anew."""
    with _told():
        license = machine.refresh()
    names = ", ".join(module.intname for module in license.modules) or "none"
    click.echo(f"licence {license.id}, {license.product}; modules: {names}")


@panel.command()
@click.argument("module")
@click.pass_obj
def buy(machine: Panel, module: str) -> None:
    """Buy a module, by its name or number, for a month; or tell where it is bought.

    Exit code 0: active or to be bought by hand, 1: refused, or paid and not in the license yet,
    2: it could not be asked.
    """
    with _told():
        automatic = machine.state().partner.mode == "automatic"
        purchase = machine.buy(module, _login() if automatic else None)
    where = f": {purchase.link}" if purchase.link else ""
    click.echo(f"{purchase.module} {purchase.came}{where}")
    if purchase.said:
        click.echo(purchase.said, err=True)
    if purchase.came in {"processing", "to pay"}:
        raise SystemExit(1)


@panel.command()
@click.argument("module")
@click.pass_obj
def prolong(machine: Panel, module: str) -> None:
    """Buy another month of a module."""
    with _told():
        end = machine.prolong(module, _login())
    click.echo(f"{module} prolonged until {end or 'a date the billing does not tell'}")


@panel.command()
@click.argument("module")
@click.pass_obj
def delete(machine: Panel, module: str) -> None:
    """Give a module up; nothing is paid back."""
    with _told():
        machine.delete(module, _login())
    click.echo(f"{module} deleted")


def _known_login() -> Login | None:
    """Of the environment, where it is there."""
    import os

    from emulator.panel import Login

    name = os.environ.get("MOCKSELLER_PANEL_LOGIN", "")
    return Login(name, os.environ.get("MOCKSELLER_PANEL_PASSWORD", "")) if name else None


def _login() -> Login:
    from emulator.panel import Login

    known = _known_login()
    if known is not None:
        return known
    try:
        name = click.prompt("Login at the billing", err=True)
        return Login(name, click.prompt("Password", hide_input=True, err=True))
    except click.Abort:
        if sys.stdin.isatty():
            raise
        click.echo("", err=True)
        raise options.CannotRun(
            "nobody is here to be asked: MOCKSELLER_PANEL_LOGIN and MOCKSELLER_PANEL_PASSWORD"
        ) from None


@contextmanager
def _told() -> Iterator[None]:
    """Turns what people can mend into one line on stderr; 1: refused, 2: it could not be asked."""
    from emulator.panel import BillingFault, LicenseFault, NoBilling

    try:
        yield
    except BillingFault as fault:
        raise click.ClickException(str(fault)) from None
    except (LicenseFault, NoBilling, LookupError, ValueError) as fault:
        raise options.CannotRun(str(fault)) from None

"""The commands of a reseller who sells modules to panels: `mockseller resell modules ...`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from reseller_client.cli.errors import CannotRun
from reseller_client.client import Client
from reseller_client.errors import ResellerError

if TYPE_CHECKING:
    from reseller_client.modules.file import ModuleFile
    from reseller_client.modules.shop import ModuleShop
    from reseller_client.modules.store import Held
    from reseller_client.transport.call import Out

Command = TypeVar("Command", bound=Callable[..., None])
DEFAULT_URL: Final = "http://127.0.0.1:1500/billmgr"


@dataclass(frozen=True, slots=True)
class Access:
    """The seller as the options of `mockseller resell` name it; what is empty, the file says.

    `client`: one that a caller with a transport of its own hands in.
    """

    url: str
    login: str
    password: str
    out: Out
    client: Client | None

    def made(self, file: ModuleFile, *, asks: bool) -> Client:
        """The client. Raises CannotRun where it `asks` and has no login or no password."""
        if self.client is not None:
            return self.client
        login = self.login or file.seller.login
        if asks and not login:
            raise CannotRun("no login at the seller: --login, or seller.login in the file")
        if asks and not self.password:
            raise CannotRun("no password at the seller: --password, or MOCKSELLER_PASSWORD")
        url = self.url or file.seller.url or DEFAULT_URL
        try:
            return Client(url, login=login, password=self.password, out=self.out)
        except ValueError as fault:
            raise CannotRun(str(fault)) from fault


@click.group()
def modules() -> None:
    """Sell modules of control panels: an endpoint for panels, customers, the daily round.

    A file tells what is sold to whom, in YAML or TOML; every command first brings the database that
    it names in line with it. Login and address of the seller may stand in the file, the password
    does not.
    """


def _with_file(command: Command) -> Command:
    for option in (
        click.option(
            "--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
            help="The day it is, as 2027-01-31; left out, this machine's. To rehearse beside a"
            " seller whose clock was moved.",
        ),
        click.option(
            "--file", "path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
            required=True,
            help="What is sold to whom.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@contextmanager
def _opened(
    access: Access, path: Path, today: datetime | None, *, asks: bool = True
) -> Iterator[tuple[ModuleShop, ModuleFile]]:
    """Open the shop of a file, and tell what is wrong with it instead of a traceback."""
    from reseller_client.modules.file import FileFault, apply_file, read_file
    from reseller_client.modules.shop import ModuleShop
    from reseller_client.modules.store import ModuleStore

    try:
        file = read_file(path)
        with (
            closing(access.made(file, asks=asks)) as client,
            closing(ModuleStore(file.database)) as store,
        ):
            shop = ModuleShop(
                store, client, currency=file.currency,
                today=_machine_day if today is None else today.date,
            )  # fmt: skip
            try:
                apply_file(shop, file)
            except ValueError as fault:
                raise CannotRun(f"{path}: {fault}") from fault
            yield shop, file
    except FileFault as fault:
        raise CannotRun(str(fault)) from fault
    except sqlite3.Error as fault:
        raise CannotRun(f"the database of {path}: {fault}") from fault


def _machine_day() -> date:
    """The calendar of this machine: billing of a reseller runs on real days."""
    return datetime.now().astimezone().date()  # noqa: TID251 - a command begins here; all else is handed its calendar


@modules.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST",
              help="Address to listen on.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, metavar="PORT",
              help="Port to listen on; 0 takes a free one.")  # fmt: skip
@_with_file
@click.pass_obj
def serve(access: Access, *, host: str, port: int, path: Path, today: datetime | None) -> None:
    """Answer panels until it is stopped; prints its address when it is ready.

    Exit code 0: it was stopped, 2: it could not begin.
    """
    from reseller_client.modules import server as module_server
    from reseller_client.modules.endpoint import ModuleEndpoint

    with _opened(access, path, today) as (shop, file):
        endpoint = ModuleEndpoint(shop, prices_need_login=file.prices_need_login)
        try:
            server = module_server.listen(endpoint, host, port)
        except OSError as fault:
            reason = (fault.strerror or str(fault)).partition(" (while")[0]
            raise CannotRun(f"cannot listen on {host} port {port}: {reason}") from fault
        where = f"{module_server.address(server)}/billmgr"
        module_server.run(server, lambda: click.echo(f"panels are answered at {where}"))


@modules.command("daily")
@_with_file
@click.pass_obj
def do_daily(access: Access, *, path: Path, today: datetime | None) -> None:
    """Do the work of a day: settle what is open, close what is gone, renew what ends. For cron.

    Exit code 0: done, 1: the seller has not answered to something yet, 2: it could not be asked.
    """
    with _opened(access, path, today) as (shop, _):
        waiting = shop.settle()
        try:
            for gone in shop.follow_seller():
                click.echo(f"closed\t{_told(shop, gone)}")
        except ResellerError as fault:
            raise CannotRun(f"the seller's modules cannot be read: {fault}") from fault
        for renewed in shop.renew_due():
            click.echo(f"renewed\t{_told(shop, renewed)}")
        for ended in shop.store.held("state = 'suspended'"):
            click.echo(f"suspended\t{_told(shop, ended)}")
        waiting = shop.settle()
        click.echo(f"waiting for the seller\t{waiting}")
    if waiting:
        raise SystemExit(1)


def _told(shop: ModuleShop, module: Held) -> str:
    buyer = shop.store.buyer("id", module.buyer)
    login = buyer.login if buyer else "?"
    return f"{login}\t{module.license}\t{module.intname}\t{module.expires_on or ''}"


@modules.command("list")
@click.option("--closed", is_flag=True, help="Also those that are over.")
@click.option("--offline", is_flag=True, help="Ask the seller nothing; no costs are shown.")
@_with_file
@click.pass_obj
def list_modules(
    access: Access, *, closed: bool, offline: bool, path: Path, today: datetime | None
) -> None:
    """List customers and their modules: what they paid, what it cost, and what is left.

    Separated by tabs, with a line of names. Costs are what the seller's expenses say.
    """
    with _opened(access, path, today, asks=not offline) as (shop, _):
        try:
            costs = None if offline else shop.costs()
        except ResellerError as fault:
            raise CannotRun(f"the costs cannot be read: {fault}") from fault
        paid: dict[int | None, Decimal] = {}
        for entry in shop.entries():
            paid[entry.module] = paid.get(entry.module, Decimal("0.00")) - entry.amount
        names = "customer balance licence module state expires price paid cost margin"
        click.echo("\t".join(names.split()))
        for buyer in shop.store.buyers():
            which = "buyer = ?" if closed else "buyer = ? AND state <> 'closed'"
            found = shop.store.held(which, buyer.id)
            head = f"{buyer.login}\t{buyer.balance:.2f} {shop.currency}"
            for one in found:
                sold = paid.get(one.id, Decimal("0.00"))
                cost = None if costs is None else costs.get(one.id, Decimal("0.00"))
                left = "" if cost is None else f"{cost:.2f}\t{sold - cost:.2f}"
                what = f"{one.license}\t{one.intname}\t{one.state.value}\t{one.expires_on or ''}"
                click.echo(f"{head}\t{what}\t{one.price:.2f}\t{sold:.2f}\t{left}".rstrip())
            if not found:
                click.echo(head)


@modules.command("top-up")
@click.argument("login")
@click.argument("amount")
@_with_file
@click.pass_obj
def top_up(access: Access, *, login: str, amount: str, path: Path, today: datetime | None) -> None:
    """Credit AMOUNT, which the customer LOGIN paid in, and print the balance."""
    with _opened(access, path, today, asks=False) as (shop, _):
        try:
            paid_in = Decimal(amount)
            shop.top_up(login, paid_in if paid_in > 0 else Decimal(0))
        except KeyError as fault:
            raise CannotRun(f"there is no customer {login}") from fault
        except (InvalidOperation, ValueError) as fault:
            raise CannotRun(f"{amount} is no sum above 0 such as 30.00") from fault
        click.echo(f"{login}\t{shop.customer(login).balance:.2f} {shop.currency}")

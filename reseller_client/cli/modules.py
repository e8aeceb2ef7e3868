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
    from reseller_client.modules.store import CustomerModule
    from reseller_client.transport.call import Out

Command = TypeVar("Command", bound=Callable[..., None])
DEFAULT_URL: Final = "http://127.0.0.1:1500/billmgr"
NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Access:
    """The options of `mockseller resell`; what is empty comes from the file.

    `client` is passed by callers of the command that have a client already, such as tests.
    """

    url: str
    login: str
    password: str
    out: Out
    user_agent: str
    client: Client | None

    def open_client(self, file: ModuleFile, *, calls: bool) -> Client:
        """Return the seller's client.

        Raises CannotRun where the command `calls` the seller and login or password is missing.
        """
        if self.client is not None:
            return self.client
        login = self.login or file.seller.login
        if calls and not login:
            raise CannotRun("no login at the seller: --login, or seller.login in the file")
        if calls and not self.password:
            raise CannotRun("no password at the seller: --password, or MOCKSELLER_PASSWORD")
        url = self.url or file.seller.url or DEFAULT_URL
        try:
            return Client(
                url,
                login=login,
                password=self.password,
                out=self.out,
                user_agent=self.user_agent,
            )
        except ValueError as problem:
            raise CannotRun(str(problem)) from problem


@click.group()
def modules() -> None:
    """Sell modules to control panels.

    A file in YAML or TOML describes what is sold to whom. Every command first updates the database
    named in the file to match it. The file may contain the seller's address and login; the password
    comes from --password or MOCKSELLER_PASSWORD.
    """


def _with_file(command: Command) -> Command:
    for option in (
        click.option(
            "--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY",
            help="The current day, such as 2027-01-31; by default this computer's. For a seller"
            " whose clock was moved.",
        ),
        click.option(
            "--file", "path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
            required=True,
            help="The file that describes what is sold to whom.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@contextmanager
def _opened(
    access: Access, path: Path, today: datetime | None, *, calls: bool = True
) -> Iterator[tuple[ModuleShop, ModuleFile]]:
    """Open the shop of a file; errors of the file and its database are one line each."""
    from reseller_client.modules.file import ModuleFileError, apply_file, read_file
    from reseller_client.modules.shop import ModuleShop
    from reseller_client.modules.store import ModuleStore

    try:
        file = read_file(path)
        with (
            closing(access.open_client(file, calls=calls)) as client,
            closing(ModuleStore(file.database)) as store,
        ):
            shop = ModuleShop(
                store, client, currency=file.currency,
                today=_local_day if today is None else today.date,
            )  # fmt: skip
            try:
                apply_file(shop, file)
            except ValueError as problem:
                raise CannotRun(f"{path}: {problem}") from problem
            yield shop, file
    except ModuleFileError as problem:
        raise CannotRun(str(problem)) from problem
    except sqlite3.Error as problem:
        raise CannotRun(f"the database of {path}: {problem}") from problem


def _local_day() -> date:
    """Return the date of this machine."""
    return datetime.now().astimezone().date()  # noqa: TID251 - a command starts here; everything below is passed its calendar


@modules.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST",
              help="Address to listen on.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, metavar="PORT",
              help="Port to listen on; 0 takes a free one.")  # fmt: skip
@_with_file
@click.pass_obj
def serve(access: Access, *, host: str, port: int, path: Path, today: datetime | None) -> None:
    """Answer panels until stopped; prints the address when ready.

    Exit code 0: stopped, 2: could not start.
    """
    from reseller_client.modules import server as module_server
    from reseller_client.modules.endpoint import ModuleEndpoint

    with _opened(access, path, today) as (shop, file):
        endpoint = ModuleEndpoint(shop, prices_need_login=file.prices_need_login)
        try:
            server = module_server.listen(endpoint, host, port)
        except OSError as problem:
            reason = (problem.strerror or str(problem)).partition(" (while")[0]
            raise CannotRun(f"cannot listen on {host} port {port}: {reason}") from problem
        where = f"{module_server.address(server)}/billmgr"
        module_server.run(server, lambda: click.echo(f"panels are answered at {where}"))


@modules.command("daily")
@_with_file
@click.pass_obj
def do_daily(access: Access, *, path: Path, today: datetime | None) -> None:
    """Renew, finish open orders and close what has gone, once a day.

    Exit code 0: done, 1: the seller has not confirmed something yet, 2: it could not be called.
    """
    from reseller_client.modules.store import MODULES, ModuleState

    with _opened(access, path, today) as (shop, _):
        shop.settle()
        try:
            for gone in shop.follow_seller():
                click.echo(f"closed\t{_describe(shop, gone)}")
        except ResellerError as problem:
            raise CannotRun(f"the seller's modules cannot be read: {problem}") from problem
        for renewed in shop.renew_due():
            click.echo(f"renewed\t{_describe(shop, renewed)}")
        for ended in shop.store.modules(MODULES.c.state == ModuleState.SUSPENDED):
            click.echo(f"suspended\t{_describe(shop, ended)}")
        waiting = shop.settle()
        click.echo(f"waiting for the seller\t{waiting}")
    if waiting:
        raise SystemExit(1)


def _describe(shop: ModuleShop, module: CustomerModule) -> str:
    buyer = shop.store.buyer(module.buyer)
    login = buyer.login if buyer else "?"
    return f"{login}\t{module.license}\t{module.intname}\t{module.expires_on or ''}"


@modules.command("list")
@click.option("--closed", is_flag=True, help="Include closed modules.")
@click.option("--offline", is_flag=True, help="Do not call the seller; shows no costs.")
@_with_file
@click.pass_obj
def list_modules(
    access: Access, *, closed: bool, offline: bool, path: Path, today: datetime | None
) -> None:
    """List customers and modules, with costs and margin.

    Separated by tabs, with a header line. Costs come from the seller's list of expenses.
    """
    from reseller_client.modules.store import MODULES, ModuleState

    with _opened(access, path, today, calls=not offline) as (shop, _):
        try:
            costs = None if offline else shop.costs()
        except ResellerError as problem:
            raise CannotRun(f"the costs cannot be read: {problem}") from problem
        paid: dict[int | None, Decimal] = {}
        for entry in shop.entries():
            paid[entry.module] = paid.get(entry.module, NOTHING) - entry.amount
        names = "customer balance licence module state expires price paid cost margin"
        click.echo("\t".join(names.split()))
        for buyer in shop.store.buyers():
            conditions = [] if closed else [MODULES.c.state != ModuleState.CLOSED]
            bought = shop.store.modules(MODULES.c.buyer == buyer.id, *conditions)
            head = f"{buyer.login}\t{buyer.balance:.2f} {shop.currency}"
            for row in bought:
                sold = paid.get(row.id, NOTHING)
                cost = None if costs is None else costs.get(row.id, NOTHING)
                margin = "" if cost is None else f"{cost:.2f}\t{sold - cost:.2f}"
                what = f"{row.license}\t{row.intname}\t{row.state.value}\t{row.expires_on or ''}"
                click.echo(f"{head}\t{what}\t{row.price:.2f}\t{sold:.2f}\t{margin}".rstrip())
            if not bought:
                click.echo(head)


@modules.command("top-up")
@click.argument("login")
@click.argument("amount")
@_with_file
@click.pass_obj
def top_up(access: Access, *, login: str, amount: str, path: Path, today: datetime | None) -> None:
    """Add AMOUNT to the balance of the customer LOGIN, and print it."""
    with _opened(access, path, today, calls=False) as (shop, _):
        try:
            paid_in = Decimal(amount)
            shop.top_up(login, paid_in if paid_in > 0 else Decimal(0))
        except KeyError as problem:
            raise CannotRun(f"there is no customer {login}") from problem
        except (InvalidOperation, ValueError) as problem:
            raise CannotRun(f"{amount} is not a sum above 0 such as 30.00") from problem
        click.echo(f"{login}\t{shop.customer(login).balance:.2f} {shop.currency}")

"""The commands of the judge: ``mockseller demo`` and ``mockseller verify``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from contracts.replay import Verdict


_IN_PROCESS = click.option(
    "--in-process", is_flag=True, help="Start no server; call the seller directly."
)


@click.group(invoke_without_command=True, short_help="Tell one licence's life, a year, a quarter.")
@_IN_PROCESS
@click.option("--verbose", "-v", is_flag=True, help="Show every request and answer.")
@click.pass_context
def demo(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Tells one licence's whole life against a seller it starts itself.

    Order, key, re-addressing, change of tariff, suspension, renewal, deletion, with the balance
    before and after each step. Exit code 1: something was not as told.
    """
    from contracts.demo import tell

    if context.invoked_subcommand is None:
        _play(tell, in_process=in_process, verbose=verbose)


@demo.command()
@_IN_PROCESS
@click.option("--verbose", "-v", is_flag=True, help="Show what was done day by day.")
@click.pass_context
def year(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Plays twelve months of a reseller in seconds: WHMCS with its daily cron, and a shop.

    Customers come, stop paying, leave; licences are bought, prolonged, reused; money lacks and is
    topped up. Prints what was bought, prolonged, suspended and earned, month by month.
    Exit code 1: the reseller's ledger and the seller's do not agree, or something went wrong.
    """
    from contracts.demo_year import tell

    above = context.parent.params if context.parent else {}
    _play(
        tell,
        in_process=in_process or above.get("in_process", False),
        verbose=verbose or above.get("verbose", False),
    )


@demo.command()
@_IN_PROCESS
@click.option("--verbose", "-v", is_flag=True, help="Show what was done day by day.")
@click.pass_context
def services(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Plays a quarter of reselling machines: a custom billing, then a BILLmanager.

    Customers come, take more memory, install anew, stop paying, leave; each reseller does it once
    on a good line, and once while answers get lost after the seller has acted.
    Exit code 1: a reseller's ledger and the seller's do not agree, or a machine is lost or double.
    """
    from contracts.demo_services import tell

    above = context.parent.params if context.parent else {}
    _play(
        tell,
        in_process=in_process or above.get("in_process", False),
        verbose=verbose or above.get("verbose", False),
    )


def _play(tell: Callable[..., bool], *, in_process: bool, verbose: bool) -> None:
    """Tells a story and ends with its exit code."""
    from rich.console import Console

    try:
        held = tell(Console(), in_process=in_process, verbose=verbose)
    except (RuntimeError, OSError) as problem:
        raise click.ClickException(f"the seller did not start: {problem}") from problem
    sys.exit(0 if held else 1)


@click.group()
def verify() -> None:
    """Hold a seller or a client against the exchanges on record."""


@verify.command()
@click.argument("url", required=False)
@click.option("--in-process", is_flag=True, help="Judge the seller of this installation directly.")
@click.option("--login", envvar="MOCKSELLER_LOGIN", default="", help="Of a foreign account.")
@click.option("--password", envvar="MOCKSELLER_PASSWORD", default="", help="Of that account.")
@click.option("--token", envvar="MOCKSELLER_TOKEN", default="", help="Of our control API.")
@click.option("--insecure", is_flag=True, help="Accept any certificate.")
@click.option("--only", default="", metavar="TEXT", help="Exchanges whose name contains this.")
@click.option("--all", "everything", is_flag=True, help="List what held as well.")
def seller(
    url: str | None,
    *,
    in_process: bool,
    login: str,
    password: str,
    token: str,
    insecure: bool,
    only: str,
    everything: bool,
) -> None:
    """Asks a seller every exchange on record and compares the answers.

    URL is the address of its API. A seller of ours is judged in worlds made for it; of a foreign
    one only what holds anywhere is asked, which changes nothing and costs nothing.
    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts import own
    from contracts.exchange import read_all
    from contracts.replay import replay_all
    from contracts.target import at_url

    if (url is None) != in_process:
        raise click.UsageError("name the URL of a seller, or say --in-process")

    def judged() -> Iterable[Verdict]:
        exchanges = [exchange for exchange in read_all() if only in exchange.name]
        place = (
            own.in_process()
            if url is None
            else at_url(url, login=login, password=password, token=token, verify=not insecure)
        )
        with place as judged_seller:
            yield from replay_all(exchanges, judged_seller)

    sys.exit(_report(url or "the seller in process", judged(), everything=everything))


@verify.command()
@click.option("--only", default="", metavar="TEXT", help="Exchanges whose name contains this.")
@click.option("--all", "everything", is_flag=True, help="List what held as well.")
def client(*, only: str, everything: bool) -> None:
    """Holds the requests of the reseller's client, and its reading of answers, against the record.

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.client_target import READS, judge_client
    from contracts.exchange import read_all

    def judged() -> Iterable[Verdict]:
        records = {exchange.name: exchange for exchange in read_all()}
        for exchange in records.values():
            for out in READS:
                if out in exchange.formats and only in exchange.name:
                    yield judge_client(exchange, out, records)

    sys.exit(_report("the client", judged(), everything=everything))


def _report(name: str, judged: Iterable[Verdict], *, everything: bool) -> int:
    """Prints the verdicts; the exit code. What cannot run is told in one line."""
    from rich.console import Console

    from contracts.fields import ExchangeFault
    from contracts.report import COULD_NOT, exit_code, print_table
    from contracts.target import CannotRun

    try:
        verdicts = tuple(judged)
    except (CannotRun, ExchangeFault, RuntimeError, OSError) as problem:
        click.echo(f"{name} cannot be judged: {problem}", err=True)
        return COULD_NOT
    print_table(Console(), name, verdicts, everything=everything)
    return exit_code(verdicts)

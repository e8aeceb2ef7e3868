"""``mockseller demo``: stories told against sellers it starts itself."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from contracts.cli import options


class CannotRun(click.ClickException):
    """The story could not be played; one line."""

    exit_code = 2


@click.group(
    invoke_without_command=True,
    short_help="Tell a license's life, a year, a quarter, a module.",
)
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Show every request and answer.")
@click.pass_context
def demo(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Tells one license's whole life against a seller it starts itself.

    Order, key, re-addressing, change of tariff, suspension, renewal, deletion, with the balance
    before and after each step.

    Exit code 0: all was as told, 1: something was not, 2: it could not be played.
    """
    from contracts.journeys.stories.license import tell

    if context.invoked_subcommand is None:
        _play(tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Show what was done day by day.")
@click.pass_context
def year(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Plays twelve months of a reseller in seconds: WHMCS with its daily cron, and a shop.

    Customers come, stop paying, leave; licenses are bought, prolonged, reused; money lacks and is
    topped up. Prints what was bought, prolonged, suspended and earned, month by month.

    Exit code 0: it all adds up, 1: the reseller's ledger and the seller's do not agree, or
    something went wrong, 2: it could not be played.
    """
    from contracts.journeys.stories.whmcs import tell

    _play_below(context, tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Show what was done day by day.")
@click.pass_context
def services(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Plays a quarter of reselling machines: a custom billing, then a BILLmanager.

    Customers come, take more memory, install anew, stop paying, leave; each reseller does it once
    on a good line, and once while answers get lost after the seller has acted.

    Exit code 0: it all adds up, 1: a reseller's ledger and the seller's do not agree, or a machine
    is lost or double, 2: it could not be played.
    """
    from contracts.journeys.stories.services import tell

    _play_below(context, tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Show everything that was looked at.")
@click.pass_context
def modules(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Tells a module's life between three systems: panel, reseller, seller, on free ports.

    A customer buys it in the panel for the reseller's price, the license carries it, a month later
    it is prolonged, then the license is closed and the module goes with it.

    Exit code 0: all was as told, 1: something was not, or the ledgers do not agree, 2: it could not
    be played.
    """
    from contracts.journeys.stories.modules import tell

    _play_below(context, tell, in_process=in_process, verbose=verbose)


def _play_below(
    context: click.Context, tell: Callable[..., bool], *, in_process: bool, verbose: bool
) -> None:
    """Tells a story whose options may stand before its name as well."""
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
        raise CannotRun(f"the seller did not start: {problem}") from problem
    sys.exit(0 if held else 1)

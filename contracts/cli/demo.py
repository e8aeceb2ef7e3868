"""``mockseller demo``: plays ways of reselling at sellers that it starts itself."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from contracts.cli import options


class StoryFailed(click.ClickException):
    """The story could not be played; one line."""

    exit_code = 2


@click.group(
    invoke_without_command=True,
    short_help="Play a license, a year, a quarter, or a module.",
)
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Print every request and answer.")
@click.pass_context
def demo(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Play a license from order to deletion, at a seller that is started for it.

    Order, key, new address, change of tariff, suspension, renewal and deletion, with the balance
    before and after each step.

    Exit code 0: everything was as expected, 1: something was not, 2: it could not be played.
    """
    from contracts.journeys.stories.license import tell

    if context.invoked_subcommand is None:
        _play(tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Print what was done day by day.")
@click.pass_context
def year(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Play twelve months of a reseller in seconds: WHMCS with its daily cron, and a shop.

    Customers come, stop paying and leave; licenses are bought, prolonged and reused; the balance is
    topped up when it is too low. Prints what was bought, prolonged, suspended and earned by month.

    Exit code 0: both ledgers agree, 1: they do not, or something went wrong, 2: it could not be
    played.
    """
    from contracts.journeys.stories.whmcs import tell

    _play_below(context, tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Print what was done day by day.")
@click.pass_context
def services(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Play a quarter of reselling virtual servers: a custom billing, then a BILLmanager.

    Customers come, add memory, reinstall, stop paying and leave. Each reseller plays it twice: once
    with all answers, once while answers are lost after the seller has carried out the call.

    Exit code 0: all ledgers agree, 1: a reseller's ledger differs from the seller's, or a server
    was lost or bought twice, 2: it could not be played.
    """
    from contracts.journeys.stories.services import tell

    _play_below(context, tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Print everything that was checked.")
@click.pass_context
def modules(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Play a module between three systems on free ports: control panel, reseller, seller.

    A customer buys it in the panel for the reseller's price and the license file lists it; a month
    later it is prolonged; then the license is deleted, and the module with it.

    Exit code 0: everything was as expected, 1: something was not, or the ledgers differ, 2: it
    could not be played.
    """
    from contracts.journeys.stories.modules import tell

    _play_below(context, tell, in_process=in_process, verbose=verbose)


def _play_below(
    context: click.Context, tell: Callable[..., bool], *, in_process: bool, verbose: bool
) -> None:
    """Plays a story whose options may stand before its name as well."""
    above = context.parent.params if context.parent else {}
    _play(
        tell,
        in_process=in_process or above.get("in_process", False),
        verbose=verbose or above.get("verbose", False),
    )


def _play(tell: Callable[..., bool], *, in_process: bool, verbose: bool) -> None:
    """Plays a story and exits with its code. Raises StoryFailed."""
    from rich.console import Console

    try:
        met = tell(Console(), in_process=in_process, verbose=verbose)
    except (RuntimeError, OSError) as problem:
        raise StoryFailed(f"the seller did not start: {problem}") from problem
    sys.exit(0 if met else 1)

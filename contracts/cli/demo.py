"""``mockseller demo``: plays ways of reselling at sellers that it starts itself."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from contracts.cli import options


class StoryFailed(click.ClickException):
    """The demo could not run; one line."""

    exit_code = 2


@click.group(
    invoke_without_command=True,
    short_help="Show a license, a year, a quarter or a module being sold.",
)
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Print every request and answer.")
@click.pass_context
def demo(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Show the life of a license, from order to deletion.

    Starts a seller, orders a license, reads its key, changes address and tariff, suspends, renews
    and deletes it, and prints the balance before and after each step.

    Exit code 0: everything was as expected, 1: something was not, 2: it could not run.
    """
    from contracts.journeys.stories.license import tell

    if context.invoked_subcommand is None:
        _play(tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Print what was done day by day.")
@click.pass_context
def year(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Show a reseller's year in seconds: WHMCS, and a shop.

    Customers come, stop paying and leave; licenses are bought, prolonged and reused; the balance is
    topped up when it is too low. Prints what was bought, prolonged, suspended and earned by month.

    Exit code 0: both ledgers agree, 1: they do not, or something went wrong, 2: it could not run.
    """
    from contracts.journeys.stories.whmcs import tell

    _play_below(context, tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Print what was done day by day.")
@click.pass_context
def services(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Show a quarter of reselling virtual servers, in two ways.

    Customers come, add memory, reinstall, stop paying and leave. A billing of its own and a
    BILLmanager go through it twice: once over a good connection, once over one that loses answers
    after the seller has done what was asked.

    Exit code 0: all ledgers agree, 1: a reseller's ledger differs from the seller's, or a server
    was lost or bought twice, 2: it could not run.
    """
    from contracts.journeys.stories.services import tell

    _play_below(context, tell, in_process=in_process, verbose=verbose)


@demo.command()
@options.in_process
@click.option("--verbose", "-v", is_flag=True, help="Print everything that was checked.")
@click.pass_context
def modules(context: click.Context, *, in_process: bool, verbose: bool) -> None:
    """Show a module sold by a seller, a reseller and a panel.

    A customer buys it in the panel for the reseller's price and the license file lists it; a month
    later it is prolonged; then the license is deleted, and the module with it.

    Exit code 0: everything was as expected, 1: something was not, or the ledgers differ, 2: it
    could not run.
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

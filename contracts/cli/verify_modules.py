"""``mockseller verify modules``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from contracts.cli.judged import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.verdicts import Verdict


@click.command()
@click.argument("url")
@click.option(
    "--mode",
    type=click.Choice(["automatic", "manual", "pricelist"]),
    help="What panels do with it; automatic where a login is given, else pricelist.",
)
@click.option("--login", envvar="MOCKSELLER_PANEL_LOGIN", default="", help="Of a customer there.")
@click.option("--password", envvar="MOCKSELLER_PANEL_PASSWORD", default="", help="Of the customer.")
@click.option("--licence", default="", metavar="ID", help="A licence of the customer's.")
@click.option("--expect", multiple=True, metavar="NAME", help="A module that has to be sold.")
@click.option("--currency", default="", metavar="CODE", help="What prices have to be in.")
@click.option("--slow", default=5.0, show_default=True, help="Seconds after which it warns.")
@click.option("--timeout", default=30.0, show_default=True, help="Seconds after which it fails.")
@click.option("--insecure", is_flag=True, help="Accept any certificate.")
@click.option("--buy", default="", metavar="NAME", help="Really pay for this module, with money.")
@click.option("--delete", is_flag=True, help="Delete what was bought.")
@click.option("--only", default="", metavar="TEXT", help="Tell rules whose name contains this.")
@report_options
def modules(
    url: str,
    *,
    mode: str | None,
    login: str,
    password: str,
    licence: str,
    expect: tuple[str, ...],
    currency: str,
    slow: float,
    timeout: float,
    insecure: bool,
    buy: str,
    delete: bool,
    only: str,
    reports: Reports,
) -> None:
    """Plays a control panel against an endpoint, and says what a panel would stumble over.

    URL is the address at which panels ask for modules, in whatever language it is written. Prices
    are asked for; with a login and a licence a module is put in the basket and taken out again.
    Nothing is paid for without --buy.
    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.endpoints import Options, examine

    try:
        options = Options(
            mode=mode or "",
            login=login,
            password=password,
            licence=licence,
            expect=expect,
            currency=currency,
            slow=slow,
            timeout=timeout,
            insecure=insecure,
            buy=buy,
            delete=delete,
        )
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    remarks: list[str] = []

    def judged() -> Iterable[Verdict]:
        try:
            run = examine(url, options)
        except ValueError as problem:
            raise click.UsageError(str(problem)) from problem
        remarks.extend(run.remarks)
        yield from (verdict for verdict in run.verdicts if only in verdict.name)

    sys.exit(conclude("modules", url, judged(), reports, remarks=remarks))

"""``mockseller verify modules``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import SECONDS, gathered
from contracts.cli.runs import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.checks.modules import Options
    from contracts.verdicts import Verdict

_MODES = ("automatic", "manual", "pricelist")


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the panel is played; the fields are those of `contracts.checks.modules.Options`."""

    mode: str | None
    login: str
    password: str = field(repr=False)
    license: str
    expect: tuple[str, ...]
    currency: str
    slow: float
    timeout: float
    insecure: bool
    buy: str
    delete: bool
    prolong: bool
    other_login: str
    other_password: str = field(repr=False)

    def options(self) -> Options:
        """As the judge takes them. UsageError where they do not fit together."""
        from contracts.checks.modules import Options

        try:
            return Options(**{**asdict(self), "mode": self.mode or ""})
        except ValueError as problem:
            raise click.UsageError(str(problem)) from problem


wishes_options = gathered(
    "wishes",
    Wishes,
    click.option("--mode", type=click.Choice(_MODES),
                 help="What panels do with it; automatic where a login is given, else pricelist."),
    click.option("--login", envvar="MOCKSELLER_PANEL_LOGIN", show_envvar=True, default="",
                 help="Of a customer there."),
    click.option("--password", envvar="MOCKSELLER_PANEL_PASSWORD", show_envvar=True, default="",
                 help="Of the customer."),
    click.option("--item", "license", default="", metavar="ID",
                 help="A license of the customer's, by its number."),
    click.option("--expect", multiple=True, metavar="MODULE",
                 help="A module that has to be sold. May be repeated."),
    click.option("--currency", default="", metavar="CODE", help="What prices have to be in."),
    click.option("--slow", default=5.0, show_default=True, type=SECONDS, metavar="SECONDS",
                 help="An answer that takes longer gets a warning."),
    click.option("--timeout", default=30.0, show_default=True, type=SECONDS, metavar="SECONDS",
                 help="An answer that takes longer has failed."),
    options.insecure,
    click.option("--buy", default="", metavar="MODULE",
                 help="Really pay for this module, with money."),
    click.option("--prolong", is_flag=True,
                 help="Really pay for a month more of what was bought."),
    click.option("--other-login", envvar="MOCKSELLER_PANEL_OTHER_LOGIN", show_envvar=True,
                 default="", help="Of another customer, who must not get at what is the first's."),
    click.option("--other-password", envvar="MOCKSELLER_PANEL_OTHER_PASSWORD", show_envvar=True,
                 default="", help="Of the other customer."),
    click.option("--delete", is_flag=True, help="Delete what was bought."),
)  # fmt: skip


@click.command()
@click.argument("url")
@wishes_options
@options.only("rules")
@report_options
def modules(url: str, *, wishes: Wishes, only: str, reports: Reports) -> None:
    """Plays a control panel against an endpoint, and says what a panel would stumble over.

    URL is the address at which panels ask for modules, in whatever language it is written. Prices
    are asked for; with a login and a license a module is put in the basket and taken out again.
    Nothing is paid for without --buy. All rules are played, and those of --only told.

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.checks.modules import examine

    played = wishes.options()
    remarks: list[str] = []

    def judged() -> Iterable[Verdict]:
        try:
            run = examine(url, played)
        except ValueError as problem:
            raise click.UsageError(str(problem)) from problem
        remarks.extend(run.remarks)
        yield from (verdict for verdict in run.verdicts if only in verdict.name)

    sys.exit(conclude("modules", url, judged(), reports, remarks=remarks))

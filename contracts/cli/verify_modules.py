"""``mockseller verify modules``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from contracts.cli import options
from contracts.cli.options import SECONDS
from contracts.cli.progress import Progress
from contracts.cli.repeat import JudgeCommand
from contracts.cli.runs import ReportOptions, conclude, report_options

if TYPE_CHECKING:
    from contracts.verdicts import Verdict

_MODES = ("automatic", "manual", "pricelist")


@click.command(cls=JudgeCommand)
@click.argument("url")
@click.option(
    "--mode",
    type=click.Choice(_MODES),
    help="How panels use it (docs/modules.md); automatic if a login is given, else pricelist.",
)
@click.option(
    "--login",
    envvar="MOCKSELLER_PANEL_LOGIN",
    show_envvar=True,
    default="",
    help="Login of a customer there.",
)
@click.option(
    "--password",
    envvar="MOCKSELLER_PANEL_PASSWORD",
    show_envvar=True,
    default="",
    help="Password of the customer.",
)
@click.option(
    "--item", "license", default="", metavar="ID", help="Number of a license of the customer."
)
@click.option(
    "--expect",
    multiple=True,
    metavar="MODULE",
    help="A module that has to be sold. May be repeated.",
)
@click.option("--currency", default="", metavar="CODE", help="Currency that prices have to be in.")
@click.option(
    "--slow",
    default=5.0,
    show_default=True,
    type=SECONDS,
    metavar="SECONDS",
    help="An answer that takes longer gets a warning.",
)
@click.option(
    "--timeout",
    default=30.0,
    show_default=True,
    type=SECONDS,
    metavar="SECONDS",
    help="An answer that takes longer has failed.",
)
@options.insecure
@click.option(
    "--buy",
    default="",
    metavar="MODULE",
    help="Buy this module; this costs real money at a real endpoint.",
)
@click.option("--prolong", is_flag=True, help="Buy another month of it, too.")
@click.option(
    "--other-login",
    envvar="MOCKSELLER_PANEL_OTHER_LOGIN",
    show_envvar=True,
    default="",
    help="Login of a second customer, who must not see or change what the first has.",
)
@click.option(
    "--other-password",
    envvar="MOCKSELLER_PANEL_OTHER_PASSWORD",
    show_envvar=True,
    default="",
    help="Password of the other customer.",
)
@click.option("--delete", is_flag=True, help="Delete what was bought.")
@options.only("rules")
@report_options  # fmt: skip
def modules(url: str, *, only: str, reports: ReportOptions, **panel_options: Any) -> None:  # noqa: ANN401 - the fields of checks.modules.Options
    """Test an endpoint that sells modules to control panels.

    URL is the address at which panels ask for modules, in whatever language it is written. It is
    called as a panel calls it, and what a panel would stumble over is reported. Prices are
    requested; with a login and a license a module is put in the basket and taken out again.
    Nothing is paid for without --buy. All rules are judged, and those of --only reported.

    Exit code 0: everything passed, 1: something failed, 2: it could not be judged.
    """
    from contracts.checks.modules import RULES, Options, examine
    from contracts.checks.scope import without_cells
    from contracts.record.levels import select_names

    try:
        chosen = Options(**{**panel_options, "mode": panel_options["mode"] or ""})
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    options.require_part(only, RULES, "rule")
    remarks: list[str] = []

    def judge() -> Iterator[Verdict]:
        try:
            run = examine(url, chosen)
        except ValueError as problem:
            raise click.UsageError(str(problem)) from problem
        remarks.extend(run.remarks)
        names = select_names(only, RULES)
        yield from (verdict for verdict in run.verdicts if verdict.name in names)

    code = conclude(
        "modules", url, judge(), reports, remarks=remarks,
        scope=lambda: without_cells("rules", RULES),
        progress=Progress(lambda _: "endpoint for panels"),
    )  # fmt: skip
    sys.exit(code)

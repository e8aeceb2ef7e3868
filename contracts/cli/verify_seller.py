"""``mockseller verify seller``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from contracts.cli import options
from contracts.cli.options import SUM, Access, access_options, option_group
from contracts.cli.repeat import Chosen, JudgeCommand
from contracts.cli.runs import ReportOptions, conclude, report_options

if TYPE_CHECKING:
    from contracts.checks.seller.judge import Notes, Task
    from contracts.record.exchange import Exchange
    from contracts.target.seller import Seller
    from contracts.target.sums import Sum
    from contracts.verdicts import Verdict

_LOCALHOST: Final = "http://127.0.0.1"


def _tariffs(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    tariffs: dict[str, int] = {}
    for text in texts:
        family, code = [*text.split("=", 1), ""][:2]
        if not family or not code.isdigit():
            raise click.BadParameter(f'"{text}" names no tariff; write for example soft=55227')
        tariffs[family] = int(code)
    return tariffs


@dataclass(frozen=True, slots=True)
class Spending:
    """What the judge may send and spend at a seller that is not ours."""

    no_login: bool
    max_spend: Sum | None
    assume_price: Sum | None
    read_only: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """What is judged, and which tariffs and addresses are used for it."""

    families: tuple[str, ...]
    level: str
    only: str
    out: str
    tariffs: dict[str, int]
    ip: str
    flows: bool
    scenarios: bool


spending_options = option_group(
    "spending",
    Spending,
    click.option(
        "--no-login", is_flag=True, help="Without an account: only functions that need no login."
    ),
    options.max_spend,
    click.option(
        "--assume-price",
        type=SUM,
        metavar="SUM",
        help="What a call is taken to cost if the seller does not show a price.",
    ),
    click.option("--read-only", is_flag=True, help="Send only calls that change nothing."),
)
selection_options = option_group(
    "selection",
    Selection,
    options.families,
    options.level,
    options.only("exchanges, journeys and scenarios"),
    options.out("exchanges"),
    click.option("--tariff-of", "tariffs", multiple=True, metavar="FAMILY=CODE",
                 callback=_tariffs, help="Which tariff to buy: soft=55227. May be repeated."),
    click.option("--ip", default="192.0.2.200", show_default=True, metavar="IP",
                 help="Licenses are ordered for the IP addresses after this one."),
    click.option("--flows/--no-flows", default=True, show_default=True,
                 help="Also order, use and delete services as each kind of reseller does."),
    options.scenarios(default=False),
)  # fmt: skip


@click.command(cls=JudgeCommand)
@click.argument("url", required=False)
@options.in_process
@access_options
@spending_options
@selection_options
@report_options
def seller(
    url: str | None,
    *,
    in_process: bool,
    access: Access,
    spending: Spending,
    selection: Selection,
    reports: ReportOptions,
) -> None:
    """Test a seller: does it answer as recorded, can one resell it.

    URL is the address of its API. A mockseller is judged in worlds created for the run. At any
    other seller no call that spends money is sent unless --max-spend allows it: then services are
    bought, used and deleted at the end, and those that could not be deleted are listed.

    Exit code 0: everything passed, 1: something failed, 2: the seller could not be judged.
    """
    from contracts.checks.seller.judge import Notes, scope_of
    from contracts.record.exchange import read_all
    from contracts.target.seller import check_address

    if (url is None) != in_process:
        raise click.UsageError("name the URL of a seller, or use --in-process")
    if problem := check_address(url or _LOCALHOST):
        # The message leaves the address out: it may contain a password.
        raise click.UsageError(problem)
    notes = Notes()
    verdicts = _judged(
        lambda: _open_seller(url, access, spending), spending, selection, _task(selection), notes
    )
    target = url or "the seller in process"
    try:
        with closing(verdicts):
            code = conclude(
                "seller", target, verdicts, reports, remarks=notes.remarks, details=notes.details,
                scope=lambda: scope_of(read_all(), scenarios=selection.scenarios),
                choose=choose_exchange,
            )  # fmt: skip
    except KeyboardInterrupt:
        # No report is written, so what was bought is printed.
        click.echo("\n".join(["interrupted", *notes.remarks]), err=True)
        code = 2
    sys.exit(code)


def choose_exchange(verdict: Verdict) -> Chosen:
    """The options that judge one exchange in its format, or one step or scenario, again."""
    from contracts.record.formats import FORMATS

    return {"only": verdict.name, "out": verdict.out if verdict.out in FORMATS else ""}


def _judged(
    open_seller: Callable[[], AbstractContextManager[Seller]],
    spending: Spending,
    selection: Selection,
    task: Task,
    notes: Notes,
) -> Generator[Verdict, None, None]:
    from contracts.checks.seller.judge import judge
    from contracts.record.exchange import read_all
    from contracts.target.seller import CannotRun

    exchanges = read_all()
    _check_families(selection, exchanges)
    with open_seller() as judged:
        if not (judged.own or judged.has_account or spending.no_login):
            # Almost nothing would be judged, and a missing secret in CI would pass unnoticed.
            raise CannotRun(
                "no login was given: set MOCKSELLER_LOGIN and MOCKSELLER_PASSWORD,"
                " or use --no-login"
            )
        has_begun = False
        for verdict in judge(exchanges, judged, task, notes):
            has_begun = True
            yield verdict
        if selection.only and not has_begun:
            raise CannotRun(f'nothing of what was chosen has "{selection.only}" in its name')


def _check_families(selection: Selection, exchanges: tuple[Exchange, ...]) -> None:
    """Raises UsageError for a family without exchanges: nothing would be judged."""
    from contracts.record.levels import family_of

    options.require_known(
        selection.families, {family_of(exchange.func) for exchange in exchanges}, "family"
    )


def _open_seller(
    url: str | None, access: Access, spending: Spending
) -> AbstractContextManager[Seller]:
    from contracts.target import own
    from contracts.target.spending_guard import SpendingRules

    rules = SpendingRules(
        read_only=spending.read_only, limit=spending.max_spend, assumed_price=spending.assume_price
    )
    return own.start_in_process(rules) if url is None else access.at(url, rules)


def _task(selection: Selection) -> Task:
    from contracts.checks.seller.judge import Task
    from contracts.journeys.catalogue_view import Addresses, is_address
    from contracts.journeys.runs import JourneyOptions
    from contracts.record.levels import Choice

    if not is_address(selection.ip):
        raise click.UsageError(f'--ip: "{selection.ip}" is no IPv4 address')
    return Task(
        choice=Choice(
            frozenset(selection.families), selection.level, selection.only, selection.out
        ),
        options=JourneyOptions(selection.tariffs, Addresses(selection.ip)),
        flows=selection.flows,
        scenarios=selection.scenarios,
    )

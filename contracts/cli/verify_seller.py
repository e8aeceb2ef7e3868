"""``mockseller verify seller``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from contracts.cli import options
from contracts.cli.options import SUM, Access, access_options, gathered
from contracts.cli.runs import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.checks.seller.judge import Notes, Task
    from contracts.record.exchange import Exchange
    from contracts.target.seller import Seller
    from contracts.target.sums import Sum
    from contracts.verdicts import Verdict

_NOBODY: Final = "http://127.0.0.1"


def _tariffs(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in texts:
        family, code = [*text.split("=", 1), ""][:2]
        if not family or not code.isdigit():
            raise click.BadParameter(f'"{text}" names no tariff; write for example soft=55227')
        found[family] = int(code)
    return found


@dataclass(frozen=True, slots=True)
class Spending:
    """What the judgement may do and spend at a seller that is not ours."""

    no_login: bool
    max_spend: Sum | None
    assume_price: Sum | None
    read_only: bool


@dataclass(frozen=True, slots=True)
class Wishes:
    """What of the API is judged, and with which goods."""

    families: tuple[str, ...]
    level: str
    only: str
    tariffs: dict[str, int]
    ip: str
    flows: bool
    scenarios: bool


spending_options = gathered(
    "spending",
    Spending,
    click.option("--no-login", is_flag=True, help="Ask a foreign seller only what is public."),
    options.max_spend,
    click.option("--assume-price", type=SUM, metavar="SUM", help="Taken where no price is told."),
    click.option("--read-only", is_flag=True, help="Send nothing that has any effect."),
)
wishes_options = gathered(
    "wishes",
    Wishes,
    options.families,
    options.level,
    options.only("exchanges, courses and scenarios"),
    click.option("--tariff-of", "tariffs", multiple=True, metavar="FAMILY=CODE",
                 callback=_tariffs, help="What to buy of a family. May be repeated."),
    click.option("--ip", default="192.0.2.200", show_default=True, metavar="IP",
                 help="IP address; licenses are ordered for those after it."),
    click.option("--flows/--no-flows", default=True, show_default=True,
                 help="Resell as each system does."),
    options.scenarios(default=False),
)  # fmt: skip


@click.command()
@click.argument("url", required=False)
@options.in_process
@access_options
@spending_options
@wishes_options
@report_options
def seller(
    url: str | None,
    *,
    in_process: bool,
    access: Access,
    spending: Spending,
    wishes: Wishes,
    reports: Reports,
) -> None:
    """Holds a seller to what is on record, and resells what it sells.

    URL is the address of its API. A seller of ours is judged in worlds made for it. Of any other
    nothing is asked that spends money, unless --max-spend allows it: then services are bought,
    used, and given back at the end, and what could not be given back is listed.

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.checks.seller.judge import Notes
    from contracts.target.seller import check_address

    if (url is None) != in_process:
        raise click.UsageError("name the URL of a seller, or say --in-process")
    if fault := check_address(url or _NOBODY):
        # Before anything else, and without the address: a password may stand in it.
        raise click.UsageError(fault)
    notes = Notes()
    verdicts = _judged(
        lambda: _place(url, access, spending), spending, wishes, _task(wishes), notes
    )
    target = url or "the seller in process"
    try:
        with closing(verdicts):
            code = conclude(
                "seller", target, verdicts, reports, remarks=notes.remarks, details=notes.details
            )
    except KeyboardInterrupt:
        # What was bought is told even so: it stands in no report.
        click.echo("\n".join(["interrupted", *notes.remarks]), err=True)
        code = 2
    sys.exit(code)


def _judged(
    place: Callable[[], AbstractContextManager[Seller]],
    spending: Spending,
    wishes: Wishes,
    task: Task,
    notes: Notes,
) -> Generator[Verdict, None, None]:
    from contracts.checks.seller.judge import judge
    from contracts.record.exchange import read_all
    from contracts.target.seller import CannotRun

    exchanges = read_all()
    _check_families(wishes, exchanges)
    with place() as judged:
        if not (judged.own or judged.has_account or spending.no_login):
            # Next to nothing would be asked, and in CI a secret that is missing would look green.
            raise CannotRun(
                "no login was given: set MOCKSELLER_LOGIN and MOCKSELLER_PASSWORD,"
                " or say --no-login"
            )
        yield from judge(exchanges, judged, task, notes)


def _check_families(wishes: Wishes, exchanges: tuple[Exchange, ...]) -> None:
    """UsageError: nothing is on record of a family; all of it would be held."""
    from contracts.record.levels import family_of

    options.known_names(wishes.families, {family_of(one.func) for one in exchanges}, "family")


def _place(url: str | None, access: Access, spending: Spending) -> AbstractContextManager[Seller]:
    from contracts.target import own
    from contracts.target.spending_guard import SpendingRules

    rules = SpendingRules(
        read_only=spending.read_only, limit=spending.max_spend, assumed_price=spending.assume_price
    )
    return own.start_in_process(rules) if url is None else access.at(url, rules)


def _task(wishes: Wishes) -> Task:
    from contracts.checks.seller.judge import Task
    from contracts.journeys.catalogue_view import Addresses, is_address
    from contracts.journeys.runs import Wishes as Goods
    from contracts.record.levels import Choice

    if not is_address(wishes.ip):
        raise click.UsageError(f'--ip: "{wishes.ip}" is no IPv4 address')
    return Task(
        choice=Choice(frozenset(wishes.families), wishes.level, wishes.only),
        wishes=Goods(wishes.tariffs, Addresses(wishes.ip)),
        flows=wishes.flows,
        scenarios=wishes.scenarios,
    )

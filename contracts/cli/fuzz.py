"""``mockseller verify fuzz``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import SECONDS, Access, access_options, gathered
from contracts.cli.progress import Progress
from contracts.cli.runs import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.checks.fuzz.declarations import Declarations
    from contracts.checks.fuzz.judge import FuzzResult
    from contracts.checks.fuzz.run import Plan
    from contracts.target.seller import Seller
    from contracts.target.sums import Sum
    from contracts.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Wishes:
    """Who is asked, for how long, what of the API, and what that may cost."""

    in_process: bool
    served: bool
    duration: float
    families: tuple[str, ...]
    functions: tuple[str, ...]
    seed: int
    allow_changes: bool
    max_spend: Sum | None


wishes_options = gathered(
    "wishes",
    Wishes,
    options.in_process,
    click.option("--served", is_flag=True, help="That of this installation, as a server."),
    click.option("--duration", default=60.0, show_default=True, type=SECONDS, metavar="SECONDS",
                 help="How long, altogether."),
    options.families,
    options.functions,
    click.option("--seed", default=0, show_default=True, type=click.IntRange(0), metavar="NUMBER",
                 help="The same seed asks the same."),
    click.option("--allow-changes", is_flag=True, help="At a foreign seller, change things too."),
    options.max_spend,
)  # fmt: skip


@click.command()
@click.argument("url", required=False)
@wishes_options
@access_options
@report_options
def fuzz(url: str | None, *, wishes: Wishes, access: Access, reports: Reports) -> None:
    """Asks a seller made-up requests, good and bad, and walks through lives of services.

    Whatever is sent, the answer must be a document, a refusal of a declared kind, the same in every
    format; looks change nothing, the books are right to the cent, what is deleted stays deleted.
    What does not hold is told with a curl line that asks it again. A seller of ours is judged in
    worlds made for it; of a foreign one only looks are asked unless more is allowed.

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.checks.fuzz.declarations import Declarations

    if (url is not None) + wishes.in_process + wishes.served != 1:
        raise click.UsageError("name the URL of a seller, or say --in-process or --served")
    declared = Declarations()
    plan = _plan(wishes, declared)
    target = url or ("the seller, served" if wishes.served else "the seller in process")
    progress = Progress()
    remarks: list[str] = []
    details: dict[str, object] = {}

    def judged() -> Iterator[Verdict]:
        with _place(url, wishes, access) as seller:
            done = _asked(seller, url, plan, declared, wishes, access, progress)
        _show_reached(done, reports)
        remarks.extend(done.run.remarks)
        details.update(done.run.details)
        yield from done.run.verdicts

    verdicts = judged()
    sys.exit(
        conclude(
            "fuzz", target, verdicts, reports, remarks=remarks, details=details, progress=progress
        )
    )


def _plan(wishes: Wishes, declared: Declarations) -> Plan:
    """What is to be asked. UsageError for a family or a function that there is not."""
    from contracts.checks.fuzz.run import Plan

    functions = declared.functions
    families = {told["family"] for told in functions.values()}
    return Plan(
        wishes.duration,
        options.known_names(wishes.families, families, "family"),
        options.matching(wishes.functions, functions),
        wishes.seed,
    )


def _place(url: str | None, wishes: Wishes, access: Access) -> AbstractContextManager[Seller]:
    from contracts.target import own
    from contracts.target.spending_guard import SpendingRules

    if url is None:
        return own.start_served() if wishes.served else own.start_in_process()
    return access.at(url, SpendingRules(limit=wishes.max_spend))


def _asked(
    seller: Seller,
    url: str | None,
    plan: Plan,
    declared: Declarations,
    wishes: Wishes,
    access: Access,
    progress: Progress,
) -> FuzzResult:
    from contracts.checks.fuzz.judge import judge
    from contracts.checks.fuzz.target import SERVED, ChangePermission
    from contracts.target.seller import CannotRun

    if not seller.has_account:
        raise CannotRun(
            "made-up requests need an account: MOCKSELLER_LOGIN and MOCKSELLER_PASSWORD"
        )
    return judge(
        seller,
        plan,
        address=url or SERVED,
        permission=ChangePermission(changing=wishes.allow_changes or wishes.max_spend is not None),
        token=access.token,
        declared=declared,
        report=progress.tell_often,
    )


def _show_reached(done: FuzzResult, reports: Reports) -> None:
    """The states that walks reached, as a table."""
    from rich.console import Console

    if done.coverage.states and not reports.as_json:
        Console().print(done.coverage.as_table())

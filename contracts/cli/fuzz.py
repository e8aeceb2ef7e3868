"""``mockseller verify fuzz``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import SECONDS, Access, access_options, option_group
from contracts.cli.progress import Progress
from contracts.cli.repeat import JudgeCommand
from contracts.cli.runs import ReportOptions, conclude, report_options

if TYPE_CHECKING:
    from contracts.checks.fuzz.declarations import Declarations
    from contracts.checks.fuzz.judge import FuzzResult
    from contracts.checks.fuzz.run import Plan
    from contracts.target.seller import Seller
    from contracts.target.sums import Sum
    from contracts.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class FuzzSettings:
    """Which seller is judged, for how long, which functions, and what that may cost."""

    in_process: bool
    served: bool
    duration: float
    families: tuple[str, ...]
    functions: tuple[str, ...]
    only: str
    seed: int
    allow_changes: bool
    max_spend: Sum | None


settings_options = option_group(
    "settings",
    FuzzSettings,
    options.in_process,
    click.option("--served", is_flag=True,
                 help="Start mockseller's own as a server, and judge that."),
    click.option("--duration", default=60.0, show_default=True, type=SECONDS, metavar="SECONDS",
                 help="How long it may take altogether."),
    options.families,
    options.functions,
    options.only("functions and walks"),
    click.option("--seed", default=0, show_default=True, type=click.IntRange(0), metavar="NUMBER",
                 help="The same seed generates the same requests."),
    click.option("--allow-changes", is_flag=True,
                 help="Send calls that change something to a seller that is not a mockseller."),
    options.max_spend,
)  # fmt: skip


@click.command(cls=JudgeCommand)
@click.argument("url", required=False)
@settings_options
@access_options
@report_options
def fuzz(
    url: str | None, *, settings: FuzzSettings, access: Access, reports: ReportOptions
) -> None:
    """Send generated requests and look for wrong answers.

    The requests are valid and invalid; orders, renewals and deletions follow each other at random.
    Every answer must be a document or an error of a declared type, and the same in every format;
    reads change nothing, the balance is payments less expenses, deleted services stay deleted.
    Each failure is printed with the command and the curl lines that repeat it. A mockseller is
    judged in worlds made for the run; any other seller gets only calls that read, unless more is
    allowed.

    Exit code 0: everything holds, 1: something does not, 2: it could not be judged.
    """
    from contracts.checks.fuzz.declarations import Declarations
    from contracts.checks.fuzz.judge import scope_of

    if (url is not None) + settings.in_process + settings.served != 1:
        raise click.UsageError("name the URL of a seller, or give --in-process or --served")
    declared = Declarations()
    plan = _plan(settings, declared)
    target = url or ("the seller, served" if settings.served else "the seller in process")
    progress = Progress()
    remarks: list[str] = []
    details: dict[str, object] = {}

    def judged() -> Iterator[Verdict]:
        with _seller(url, settings, access) as seller:
            done = _judge(seller, url, plan, declared, settings, access, progress)
        _show_coverage(done, reports)
        remarks.extend(done.run.remarks)
        details.update(done.run.details)
        yield from done.run.verdicts

    verdicts = judged()
    sys.exit(
        conclude(
            "fuzz",
            target,
            verdicts,
            reports,
            remarks=remarks,
            details=details,
            progress=progress,
            scope=lambda: scope_of(declared),
            choose=lambda verdict: {"only": _check_of(verdict.name)},
        )
    )


def _plan(settings: FuzzSettings, declared: Declarations) -> Plan:
    """The plan of the run. Raises UsageError for an unknown family, function or walk."""
    from contracts.checks.fuzz.judge import scope_of
    from contracts.checks.fuzz.run import Plan
    from contracts.record.levels import select_names

    every = scope_of(declared).names
    options.require_part(settings.only, every, "function or walk")
    functions = declared.functions
    families = {schema["family"] for schema in functions.values()}
    return Plan(
        settings.duration,
        options.require_known(settings.families, families, "family"),
        options.match_functions(settings.functions, functions),
        settings.seed,
        names=frozenset(select_names(settings.only, every) if settings.only else ()),
    )


def _check_of(name: str) -> str:
    """The function or the walk of a verdict, whose name ends with the rule that is broken."""
    parts = name.split("/")
    return "/".join(parts[:2] if parts[0] == "life" else parts[:1])


def _seller(
    url: str | None, settings: FuzzSettings, access: Access
) -> AbstractContextManager[Seller]:
    from contracts.target import own
    from contracts.target.spending_guard import SpendingRules

    if url is None:
        return own.start_served() if settings.served else own.start_in_process()
    return access.at(url, SpendingRules(limit=settings.max_spend))


def _judge(
    seller: Seller,
    url: str | None,
    plan: Plan,
    declared: Declarations,
    settings: FuzzSettings,
    access: Access,
    progress: Progress,
) -> FuzzResult:
    from contracts.checks.fuzz.judge import judge
    from contracts.checks.fuzz.target import SERVED, ChangePermission
    from contracts.target.seller import CannotRun

    if not seller.has_account:
        raise CannotRun(
            "generated requests need an account: MOCKSELLER_LOGIN and MOCKSELLER_PASSWORD"
        )
    return judge(
        seller,
        plan,
        address=url or SERVED,
        permission=ChangePermission(
            changing=settings.allow_changes or settings.max_spend is not None
        ),
        token=access.token,
        declared=declared,
        report=progress.show,
    )


def _show_coverage(done: FuzzResult, reports: ReportOptions) -> None:
    """Prints the states that walks reached, as a table."""
    from rich.console import Console

    if done.coverage.states and not reports.as_json:
        Console().print(done.coverage.as_table())

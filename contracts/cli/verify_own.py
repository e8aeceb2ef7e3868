"""``mockseller verify own``: all three judges on this installation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.progress import Progress, part_by_trade
from contracts.cli.repeat import Repetition
from contracts.cli.runs import (
    ReportOptions,
    collect_run,
    is_interrupted,
    print_runs,
    report_options,
)
from contracts.cli.verify_client import choose_lesson, client
from contracts.cli.verify_seller import choose_exchange, seller

if TYPE_CHECKING:
    from contracts.checks.client.judge import DeviationsOnDay
    from contracts.cli.own_parts import PartResult
    from contracts.verdicts import Run, Verdict


@click.command()
@options.scenarios(default=True)
@report_options
def own(*, scenarios: bool, reports: ReportOptions) -> None:
    """Test mockseller itself: its seller, client and endpoint.

    Prints a result of each, and a table of which reselling system can resell what. This is what
    `make verify` does. It uses as many processes as there are processors.

    Exit code 0: everything passed, 1: something failed, 2: it could not be judged.
    """
    from contracts import clock
    from contracts.checks.client.judge import DeviationsOnDay
    from contracts.checks.deviations import OURS, DeviationError, read_file
    from contracts.reports import files
    from contracts.verdicts import NOT_JUDGED

    try:
        deviations = DeviationsOnDay(read_file(reports.deviations or OURS), clock.now().date())
        files.check_writable(reports.paths)
    except (DeviationError, files.Unwritable) as problem:
        click.echo(str(problem), err=True)
        sys.exit(NOT_JUDGED)
    sys.exit(print_runs(_judge(deviations, scenarios=scenarios), reports))


def _judge(deviations: DeviationsOnDay, *, scenarios: bool) -> list[Run]:
    """The runs of the three judges; none after one that was interrupted."""
    from contracts.cli.own_parts import judge_endpoint, list_client_parts, list_seller_parts
    from contracts.cli.workers import run_in_workers

    seller, client = list_seller_parts(scenarios=scenarios), list_client_parts()
    runs: list[Run] = []
    with closing(run_in_workers([*seller, *client, judge_endpoint])) as results:
        judges: tuple[Callable[[], Run], ...] = (
            lambda: _seller(islice(results, len(seller)), deviations),
            lambda: _client(islice(results, len(client)), deviations),
            lambda: _modules(results, deviations),
        )
        for judge in judges:
            runs.append(judge())
            if is_interrupted(runs[-1]):
                break
    return runs


def _seller(results: Iterator[PartResult], deviations: DeviationsOnDay) -> Run:
    from contracts.checks.seller.judge import scope_of
    from contracts.record.exchange import read_all

    remarks: list[str] = []
    details: dict[str, object] = {}
    return collect_run(
        "seller",
        "our own seller",
        _verdicts(results, remarks, details),
        entries=deviations.entries,
        remarks=remarks,
        details=details,
        scope=lambda: scope_of(read_all(), scenarios=True),
        repeat=lambda each: Repetition.of_words(seller, "--in-process", "--scenarios").format(
            choose_exchange(each)
        ),
    )


def _client(results: Iterator[PartResult], deviations: DeviationsOnDay) -> Run:
    from contracts.checks.client.judge import KINDS, apply_to_kinds, scope_of
    from contracts.checks.client.products import TRADES

    remarks: list[str] = []
    verdicts = ((kind, list(_verdicts(islice(results, len(TRADES)), remarks))) for kind in KINDS)
    return collect_run(
        "client",
        "our own client as every kind of reseller",
        apply_to_kinds(verdicts, deviations, remarks),
        remarks=remarks,
        progress=Progress(part_by_trade),
        scope=lambda: scope_of(KINDS, TRADES),
        repeat=lambda each: Repetition.of_words(client, "--in-process").format(choose_lesson(each)),
    )


def _modules(results: Iterator[PartResult], deviations: DeviationsOnDay) -> Run:
    from contracts.checks.modules import RULES
    from contracts.checks.scope import without_cells

    remarks: list[str] = []
    return collect_run(
        "modules",
        "our own endpoint for panels",
        _verdicts(results, remarks),
        entries=deviations.entries,
        remarks=remarks,
        progress=Progress(lambda _: "endpoint for panels"),
        scope=lambda: without_cells("rules", RULES),
        repeat=lambda _: "mockseller verify own",
    )


def _verdicts(
    results: Iterable[PartResult], remarks: list[str], details: dict[str, object] | None = None
) -> Iterator[Verdict]:
    """The verdicts of parts; ``remarks`` and ``details`` grow by theirs.

    Raises RuntimeError at the end, with the first problem of a part.
    """
    problems: list[str] = []
    for result in results:
        yield from result.verdicts
        remarks.extend(result.remarks)
        if details is not None:
            # Nothing costs money at a seller of our own, so they are the same for all parts.
            details.update(result.details)
        problems += filter(None, [result.problem])
    if problems:
        raise RuntimeError(problems[0])

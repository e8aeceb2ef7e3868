"""``mockseller verify coverage``."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import FILE, option_group

if TYPE_CHECKING:
    from contracts.coverage.counting import CoverageCount
    from contracts.coverage.showing import CoverageSelection

_PARTS = ("all", "functions", "parameters", "values", "errors", "answers")


@dataclass(frozen=True, slots=True)
class CoverageSource:
    """Whose calls are counted: those in a seller's journal, or in a report of a judge."""

    runs: tuple[Path, ...]
    world: str
    all_worlds: bool
    token: str
    insecure: bool


@dataclass(frozen=True, slots=True)
class CoverageSettings:
    """The functions that are counted, the threshold, and how the counts are shown."""

    families: tuple[str, ...]
    functions: tuple[str, ...]
    level: str
    least: float | None
    parts: tuple[str, ...]
    missing: bool
    as_json: bool


source_options = option_group(
    "source",
    CoverageSource,
    click.option("--run", "runs", multiple=True, type=FILE, metavar="FILE",
                 help="Count the calls in a file that a judge wrote with --save. May be repeated."),
    click.option("--world", default="", metavar="NAME",
                 help="Count this world; by default the one in the URL."),
    click.option("--all-worlds", is_flag=True, help="Count all worlds of the seller together."),
    options.token,
    options.insecure,
)  # fmt: skip
settings_options = option_group(
    "settings",
    CoverageSettings,
    options.families,
    options.functions,
    options.level,
    click.option("--min", "least", type=click.FloatRange(0, 100), metavar="PERCENT",
                 help="The percentage that must be reached."),
    click.option("--of", "parts", multiple=True, type=click.Choice(_PARTS),
                 help="The part that --min is about; by default all together. May be repeated."),
    click.option("--missing", is_flag=True, help="List what your tests have not used."),
    click.option("--json", "as_json", is_flag=True, help="Print all counts as JSON."),
)  # fmt: skip


@click.command()
@click.argument("url", required=False)
@source_options
@settings_options
def coverage(url: str | None, *, source: CoverageSource, settings: CoverageSettings) -> None:
    """Count how much of the API your tests have used.

    Run your tests against a mockseller, then give its URL: functions, parameters, errors and
    answers in its journal are counted.

    Exit code 0: counted, and not less than --min, 1: less, 2: it could not be counted.
    """
    from contracts.coverage.showing import check_gate
    from contracts.target.redact import mask_links
    from contracts.target.seller import CannotRun

    if (url is None) != bool(source.runs):
        raise click.UsageError("name the URL of a seller, or a report with --run")
    if settings.parts and settings.least is None:
        raise click.UsageError("--of says what --min is about: name a percentage with --min")
    if source.world and source.all_worlds:
        raise click.UsageError("--world and --all-worlds exclude each other")
    try:
        counted = _counted(url, source)
        chosen = _chosen(counted, settings)
        _check(counted, from_report=url is None)
    except CannotRun as problem:
        click.echo(f"coverage cannot be counted: {mask_links(str(problem))}", err=True)
        sys.exit(2)
    _show(counted, chosen, settings)
    short = (
        []
        if settings.least is None
        else check_gate(counted, chosen, settings.least, settings.parts)
    )
    for line in short:
        click.echo(f"too little: {line}", err=True)
    sys.exit(1 if short else 0)


def _counted(url: str | None, source: CoverageSource) -> CoverageCount:
    from contracts.coverage.counting import EVERY, count_files, count_seller

    if url is None:
        return count_files(source.runs)
    world = EVERY if source.all_worlds else source.world
    return count_seller(url, world=world, token=source.token, verify=not source.insecure)


def _chosen(counted: CoverageCount, settings: CoverageSettings) -> CoverageSelection:
    """The functions that are counted. Raises UsageError for an unknown name."""
    from contracts.coverage.showing import CoverageSelection

    families = counted.coverage.as_dict()["families"]
    chosen = CoverageSelection(
        options.require_known(settings.families, families, "family"),
        options.match_functions(settings.functions, tuple(counted.coverage.points)),
    )
    if settings.level == "all":
        return chosen
    try:
        return chosen.at(settings.level)
    except ValueError as problem:
        raise click.UsageError(f"--level: {problem}") from None


def _check(counted: CoverageCount, *, from_report: bool) -> None:
    """Raises CannotRun where nothing was called."""
    from contracts.target.seller import CannotRun

    if not counted.coverage.calls and from_report:
        raise CannotRun("no verdict of the report carries a request")
    if not counted.coverage.calls:
        raise CannotRun("nothing was called; was it another world, or was this one reset since?")


def _show(counted: CoverageCount, chosen: CoverageSelection, settings: CoverageSettings) -> None:
    from rich.console import Console

    from contracts.coverage.showing import as_dict, show

    if settings.as_json:
        click.echo(json.dumps(as_dict(counted, chosen), indent=1))
    else:
        show(Console(), counted, chosen, missing=settings.missing)

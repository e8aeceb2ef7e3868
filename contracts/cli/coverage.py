"""``mockseller verify coverage``."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import FILE, gathered

if TYPE_CHECKING:
    from contracts.coverage.counting import CoverageCount
    from contracts.coverage.showing import CoverageSelection

_PARTS = ("all", "functions", "parameters", "values", "errors", "answers")


@dataclass(frozen=True, slots=True)
class Source:
    """Whose requests are counted: a seller's journal, or what a judge has saved."""

    runs: tuple[Path, ...]
    world: str
    all_worlds: bool
    token: str
    insecure: bool


@dataclass(frozen=True, slots=True)
class Wishes:
    """Of what the counts are told, what they must come to, and how they are shown."""

    families: tuple[str, ...]
    functions: tuple[str, ...]
    level: str
    least: float | None
    parts: tuple[str, ...]
    missing: bool
    as_json: bool


source_options = gathered(
    "source",
    Source,
    click.option("--run", "runs", multiple=True, type=FILE, metavar="FILE",
                 help="What a judge wrote with --save, instead of a seller. May be repeated."),
    click.option("--world", default="", metavar="NAME",
                 help="Of this world; by default the one in the URL."),
    click.option("--all-worlds", is_flag=True, help="Of all worlds of the seller together."),
    options.token,
    options.insecure,
)  # fmt: skip
wishes_options = gathered(
    "wishes",
    Wishes,
    options.families,
    options.functions,
    options.level,
    click.option("--min", "least", type=click.FloatRange(0, 100), metavar="PERCENT",
                 help="What must be reached."),
    click.option("--of", "parts", multiple=True, type=click.Choice(_PARTS),
                 help="What --min is about; by default all points together. May be repeated."),
    click.option("--missing", is_flag=True, help="List what was not exercised."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON: all counts."),
)  # fmt: skip


@click.command()
@click.argument("url", required=False)
@source_options
@wishes_options
def coverage(url: str | None, *, source: Source, wishes: Wishes) -> None:
    """Tells what of the API your tests exercised: functions, parameters, refusals, answers.

    URL is the address of a seller of ours, after your tests have called it: its journal is counted.

    Exit code 0: counted, and not less than --min, 1: less, 2: it could not be counted.
    """
    from contracts.coverage.showing import gate
    from contracts.target.redact import mask_links
    from contracts.target.seller import CannotRun

    if (url is None) != bool(source.runs):
        raise click.UsageError("name the URL of a seller, or a report with --run")
    if wishes.parts and wishes.least is None:
        raise click.UsageError("--of says what --min is about: name a percentage with --min")
    if source.world and source.all_worlds:
        raise click.UsageError("--world and --all-worlds exclude each other")
    try:
        counted = _counted(url, source)
        chosen = _chosen(counted, wishes)
        _check(counted, from_report=url is None)
    except CannotRun as problem:
        click.echo(f"coverage cannot be counted: {mask_links(str(problem))}", err=True)
        sys.exit(2)
    _show(counted, chosen, wishes)
    short = [] if wishes.least is None else gate(counted, chosen, wishes.least, wishes.parts)
    for line in short:
        click.echo(f"too little: {line}", err=True)
    sys.exit(1 if short else 0)


def _counted(url: str | None, source: Source) -> CoverageCount:
    from contracts.coverage.counting import EVERY, from_files, from_seller

    if url is None:
        return from_files(source.runs)
    world = EVERY if source.all_worlds else source.world
    return from_seller(url, world=world, token=source.token, verify=not source.insecure)


def _chosen(counted: CoverageCount, wishes: Wishes) -> CoverageSelection:
    """Of what the shares are told. UsageError for a name that is none."""
    from contracts.coverage.showing import CoverageSelection

    families = counted.coverage.as_dict()["families"]
    chosen = CoverageSelection(
        options.known_names(wishes.families, families, "family"),
        options.matching(wishes.functions, tuple(counted.coverage.points)),
    )
    return chosen if wishes.level == "all" else chosen.at(wishes.level)


def _check(counted: CoverageCount, *, from_report: bool) -> None:
    """CannotRun where nothing was called."""
    from contracts.target.seller import CannotRun

    if not counted.coverage.calls and from_report:
        raise CannotRun("no verdict of the report carries a request")
    if not counted.coverage.calls:
        raise CannotRun("nothing was called; was it another world, or was this one reset since?")


def _show(counted: CoverageCount, chosen: CoverageSelection, wishes: Wishes) -> None:
    from rich.console import Console

    from contracts.coverage.showing import show, told

    if wishes.as_json:
        click.echo(json.dumps(told(counted, chosen), indent=1))
    else:
        show(Console(), counted, chosen, missing=wishes.missing)

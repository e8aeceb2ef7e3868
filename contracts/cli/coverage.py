"""``mockseller verify coverage``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from contracts.coverage.counting import Counted
    from contracts.coverage.showing import Chosen

_PARTS = ("all", "functions", "parameters", "values", "errors", "answers")


@click.command()
@click.argument("url", required=False)
@click.option("--run", "runs", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="A report of a judge, saved with --json, instead of a seller.")  # fmt: skip
@click.option("--world", default="", help="Of this world; by default the one in the URL.")
@click.option("--all-worlds", is_flag=True, help="Of all worlds of the seller together.")
@click.option("--family", "families", multiple=True, help="Only functions of this family.")
@click.option("--func", "functions", multiple=True, help="Only this function.")
@click.option("--level", type=click.Choice(("core", "extended", "all")), default="all",
              help="core: what most clients call.")  # fmt: skip
@click.option("--min", "least", type=click.FloatRange(0, 100), help="Percent that must be reached.")
@click.option("--of", "parts", multiple=True, type=click.Choice(_PARTS),
              help="What --min is about; by default all points together.")  # fmt: skip
@click.option("--missing", is_flag=True, help="List what was not exercised.")
@click.option("--json", "as_json", is_flag=True, help="Tell all counts as JSON.")
@click.option("--token", envvar="MOCKSELLER_TOKEN", default="", help="Of our control API.")
@click.option("--insecure", is_flag=True, help="Accept any certificate.")
def coverage(
    url: str | None,
    *,
    runs: tuple[Path, ...],
    world: str,
    all_worlds: bool,
    families: tuple[str, ...],
    functions: tuple[str, ...],
    level: str,
    least: float | None,
    parts: tuple[str, ...],
    missing: bool,
    as_json: bool,
    token: str,
    insecure: bool,
) -> None:
    """Tells what of the API your tests exercised: functions, parameters, refusals, answers.

    URL is the address of a seller of ours, after your tests have called it: its journal is counted.
    Exit code 0: counted, and not less than --min; 1: less; 2: it could not be counted.
    """
    from rich.console import Console

    from contracts.coverage.counting import EVERY, from_files, from_seller
    from contracts.coverage.showing import Chosen, gate, show, told
    from contracts.masking import masked_links
    from contracts.target import CannotRun

    if (url is None) != bool(runs):
        raise click.UsageError("name the URL of a seller, or a report with --run")
    if parts and least is None:
        raise click.UsageError("--of says what --min is about: name a percentage with --min")
    if world and all_worlds:
        raise click.UsageError("--world and --all-worlds exclude each other")
    chosen = Chosen(families, functions)
    try:
        counted = (
            from_files(runs)
            if url is None
            else from_seller(
                url, world=EVERY if all_worlds else world, token=token, verify=not insecure
            )
        )
        _check(counted, chosen, from_report=url is None)
        chosen = chosen if level == "all" else chosen.at(level)
    except CannotRun as problem:
        click.echo(f"coverage cannot be counted: {masked_links(str(problem))}", err=True)
        sys.exit(2)
    if as_json:
        click.echo(json.dumps(told(counted, chosen), indent=1))
    else:
        show(Console(), counted, chosen, missing=missing)
    short = [] if least is None else gate(counted, chosen, least, parts)
    for line in short:
        click.echo(f"too little: {line}", err=True)
    sys.exit(1 if short else 0)


def _check(counted: Counted, chosen: Chosen, *, from_report: bool) -> None:
    """CannotRun where nothing was called, UsageError for a name that is none."""
    from contracts.target import CannotRun

    known = set(counted.coverage.told()["families"])
    for name, names, what in (
        *((one, known, "family") for one in chosen.families),
        *((one, set(counted.coverage.points), "function") for one in chosen.functions),
    ):
        if name not in names:
            raise click.UsageError(f'there is no {what} "{name}"')
    if not counted.coverage.calls and from_report:
        raise CannotRun("no verdict of the report carries a request")
    if not counted.coverage.calls:
        raise CannotRun("nothing was called; was it another world, or was this one reset since?")

"""``mockseller functions``."""

from __future__ import annotations

import json
from typing import Final

import click

from emulator.cli import options

INDENT: Final = 27


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, with fields, errors and sources."
)
def functions(*, as_json: bool) -> None:
    """List the functions of the API, each with its evidence."""
    from emulator.app import create_registry
    from emulator.control.api.functions import functions as describe_all

    described = describe_all(create_registry())
    if as_json:
        click.echo(json.dumps(described, indent=1, ensure_ascii=False))
        return
    for function in described:
        name, kind, evidence = function["name"], function["kind"], function["evidence"]
        row = f"{name:<26} {kind:<9} {evidence:<11} {function['summary']}"
        options.show_row(row, INDENT)

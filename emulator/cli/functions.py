"""``mockseller functions``."""

from __future__ import annotations

import json
from typing import Final

import click

from emulator.cli import options

INDENT: Final = 27


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, with fields, refusals and sources."
)
def functions(*, as_json: bool) -> None:
    """List the functions of the API, and how we know each."""
    from emulator.app import create_registry
    from emulator.control.api.functions import functions as listed

    found = listed(create_registry())
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    for one in found:
        row = f"{one['name']:<26} {one['kind']:<9} {one['evidence']:<11} {one['summary']}"
        options.show_row(row, INDENT)

"""``mockseller journal``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from emulator.cli import options


@click.command()
@click.option("--func", help="Only this function; * stands for anything.")
@click.option("--login", help="Only calls of this login.")
@click.option("--errors", is_flag=True, help="Only calls that were refused.")
@click.option("--struck", is_flag=True, help="Only calls that a planned fault struck.")
@click.option("--happenings", is_flag=True, help="What fell due, too.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON, with parameters and answers.")
@options.world
@options.data
def journal(
    func: str | None,
    login: str | None,
    limit: int,
    name: str,
    data: Path | None,
    *,
    errors: bool,
    struck: bool,
    happenings: bool,
    as_json: bool,
) -> None:
    """Show what was asked and answered, oldest first; secrets are masked."""
    from emulator import journal as journals

    with options.opened(data) as worlds:
        found = journals.find(
            worlds.connect(name),
            func=func,
            login=login,
            error=errors or None,
            fault=struck or None,
            kind=None if happenings else journals.CALL,
            limit=limit,
        )
    if as_json:
        click.echo(json.dumps([entry.told() for entry in reversed(found)], indent=1))
        return
    for entry in reversed(found):
        outcome = entry.error or "ok"
        if entry.kind == journals.HAPPENING:
            told = json.loads(entry.params)
            outcome = f"service {told['service']}  {told['detail']}"
        click.echo(
            f"{entry.id:>6}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.login or '-':<12} "
            f"{entry.func or '-':<24} {outcome:<28} {entry.took_ms:.1f} ms"
            f"{f'  {entry.fault}' if entry.fault else ''}"
        )

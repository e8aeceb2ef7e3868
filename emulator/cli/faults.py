"""``mockseller fault``: plans what goes wrong; a running server sees it at the next call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from emulator.cli import options


@click.group()
def fault() -> None:
    """Plan what goes wrong, and take it back."""


@fault.command()
@click.argument("what")
@click.argument("settings", nargs=-1)
@click.option("--func", default="*", show_default=True, help="Functions, such as soft.*")
@click.option("--account", default="", help="Only calls of this login.")
@click.option("--nth", type=int, default=1, show_default=True, help="From which call on.")
@click.option("--times", type=int, help="How often; else without end.")
@click.option("--chance", type=int, default=100, show_default=True, help="Per cent.")
@click.option("--seed", type=int, default=1, show_default=True, help="What chance is thrown from.")
@click.option("--when", type=click.Choice(["before", "after"]), help="Before it happens, or after.")
@options.world
@options.data
def add(what: str, settings: tuple[str, ...], name: str, data: Path | None, **rule: Any) -> None:  # noqa: ANN401 - options by name
    """Plan WHAT with SETTINGS such as seconds=5.

    WHAT is one of delay, error, status, drop, truncate, garbage, long, rate_limit, stale, one_row,
    no_key.
    """
    from emulator.admin import faults
    from emulator.app import create_registry

    with options.opened(data) as worlds:
        given = {"what": what, **rule, **dict(_setting(text) for text in settings)}
        known = [function.name for function in create_registry()]
        _tell(faults.add(worlds, name, given, known))


def _setting(text: str) -> tuple[str, object]:
    """``seconds=5``: numbers as numbers, anything else as text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"{text!r} is no setting; write for example seconds=5")
    try:
        number = json.loads(value)
    except ValueError:
        return name, value
    return name, number if isinstance(number, int | float) else value


@fault.command("list")
@options.world
@options.data
def list_(name: str, data: Path | None) -> None:
    """Show what is planned, and how often it struck."""
    from emulator.admin import faults

    with options.opened(data) as worlds:
        found = faults.all_of(worlds, name)
    for told in found:
        _tell(told)
    if not found:
        click.echo("nothing is planned")


@fault.command()
@click.argument("number", type=int)
@options.world
@options.data
def remove(number: int, name: str, data: Path | None) -> None:
    """Take one back."""
    from emulator.admin import faults

    with options.opened(data) as worlds:
        faults.remove(worlds, name, number)


@fault.command()
@options.world
@options.data
def clear(name: str, data: Path | None) -> None:
    """Take all of them back."""
    from emulator.admin import faults

    with options.opened(data) as worlds:
        click.echo(f"{faults.clear(worlds, name)} removed")


def _tell(told: dict[str, Any]) -> None:
    shown = dict(told)
    number, what, when = shown.pop("id"), shown.pop("what"), shown.pop("when")
    shown.pop("created_at")
    rest = " ".join(f"{name}={value}" for name, value in shown.items() if value not in ("", None))
    click.echo(f"#{number} {what} {when}  {rest}")

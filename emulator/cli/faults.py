"""``mockseller fault``: plans faults; a running server applies them from the next call on."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import click

from emulator.cli import options
from emulator.results import FaultInfo
from mockseller.files import FileError, read_text

INDENT: Final = 4
USUAL: Final = MappingProxyType({"func": "*", "nth": 1, "chance": 100, "seed": 1})
"""Settings that are not printed where they have their default."""
_COUNT: Final = click.IntRange(1)


@click.group()
def fault() -> None:
    """Plan faults, list and remove them."""


def _rule(command: options.Command) -> options.Command:
    """Adds the options that say which calls a fault applies to, when and how often."""
    for option in reversed((
        click.option("--func", "functions", multiple=True, metavar="PATTERN",
                     help="Only functions that match; * matches anything. May be repeated, for"
                     " one fault each."),
        click.option("--account", default="", metavar="LOGIN", help="Only calls of this login."),
        click.option("--nth", type=_COUNT, default=1, show_default=True, metavar="COUNT",
                     help="Begin with this matching call: 3 is the third."),
        click.option("--times", type=_COUNT, metavar="COUNT",
                     help="How often it applies. Default: without end."),
        click.option("--chance", type=click.IntRange(1, 100), default=100, show_default=True,
                     metavar="PERCENT", help="How likely it is for each call."),
        click.option("--seed", type=options.NUMBER, default=1, show_default=True,
                     metavar="NUMBER", help="Seed of the random numbers for --chance."),
        click.option("--when", type=click.Choice(["before", "after"]),
                     help="Before or after the call is carried out."),
    )):  # fmt: skip
        command = option(command)
    return command


class _WithKinds(click.Command):
    """A command whose help lists the kinds of faults, read off their declarations."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Adds the kinds, imported only when the help is shown."""
        from emulator.faults import KINDS

        super().format_help_text(ctx, formatter)
        with formatter.indentation():
            formatter.write_paragraph()
            formatter.write_text(f"WHAT is one of {', '.join(KINDS)}.")


@fault.command(cls=_WithKinds)
@click.argument("what")
@click.argument("settings", nargs=-1)
@_rule
@click.option("--body", type=options.FILE, metavar="FILE",
              help="A file with the setting body, such as an answer of your own.")  # fmt: skip
@options.world
@options.data
def add(
    what: str,
    settings: tuple[str, ...],
    body: Path | None,
    functions: tuple[str, ...],
    name: str,
    data: options.Location | None,
    **rule: Any,  # noqa: ANN401 - options by name
) -> None:
    """Plan a fault, such as: delay seconds=5."""
    from emulator.app import collect_names, create_registry
    from emulator.control.api import faults

    with options.opened(data) as worlds:
        common = {"what": what, **rule, **dict(_setting(text) for text in settings)}
        if body is not None:
            common["body"] = read_text(body, FileError)
        known_names = collect_names(create_registry())
        rules = [{**common, "func": pattern} for pattern in functions or ("*",)]
        for each in rules:
            # All rules are valid before any fault is planned.
            faults.checked(worlds, name, each, known_names)
        for each in rules:
            _print(faults.add(worlds, name, each, known_names))


def _setting(text: str) -> tuple[str, object]:
    """``seconds=5``: numbers as numbers, anything else as text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise click.UsageError(f"{text!r} is not a setting; write for example seconds=5")
    try:
        number = json.loads(value)
    except ValueError:
        return name, value
    return name, number if isinstance(number, int | float) else value


@fault.command("list")
@options.world
@options.as_json
@options.data
def list_(name: str, data: options.Location | None, *, as_json: bool) -> None:
    """List the planned faults, and how often each was applied."""
    from emulator.control.api import faults

    with options.opened(data) as worlds:
        planned = faults.all_of(worlds, name)
    if as_json:
        options.show_json(planned)
        return
    for fault in planned:
        _print(fault)
    if not planned:
        click.echo("no faults are planned")


@fault.command()
@click.argument("number", type=int)
@options.world
@options.data
def remove(number: int, name: str, data: options.Location | None) -> None:
    """Remove one fault."""
    from emulator.control.api import faults

    with options.opened(data) as worlds:
        faults.remove(worlds, name, number)
    click.echo(f"#{number} removed")


@fault.command()
@options.world
@options.data
def clear(name: str, data: options.Location | None) -> None:
    """Remove all faults."""
    from emulator.control.api import faults

    with options.opened(data) as worlds:
        click.echo(f"faults removed: {faults.clear(worlds, name)}")


def _print(fault: FaultInfo) -> None:
    shown: dict[str, Any] = {**fault}
    number, what, when = shown.pop("id"), shown.pop("what"), shown.pop("when")
    shown.pop("created_at")
    matched, applied = shown.pop("matched"), shown.pop("struck")
    rest = " ".join(
        f"{name}={value}"
        for name, value in shown.items()
        if value not in ("", None) and USUAL.get(name) != value
    )
    counts = f"applied to {applied} of {matched} matching calls"
    parts = (f"#{number} {what} {when}", rest, counts)
    options.show_row("  ".join(filter(None, parts)), INDENT)

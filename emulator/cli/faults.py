"""``mockseller fault``: plans what goes wrong; a running server sees it at the next call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import click

from emulator.cli import options

INDENT: Final = 4
_COUNT: Final = click.IntRange(1)


@click.group()
def fault() -> None:
    """Plan what goes wrong, and take it back."""


def _rule(command: options.Command) -> options.Command:
    """Adds the options that say which calls a fault strikes, when and how often."""
    for option in reversed((
        click.option("--func", "functions", multiple=True, metavar="PATTERN",
                     help="Only this function; * stands for anything. May be repeated: one fault"
                     " each."),
        click.option("--account", default="", metavar="LOGIN", help="Only calls of this login."),
        click.option("--nth", type=_COUNT, default=1, show_default=True, metavar="COUNT",
                     help="From which call on."),
        click.option("--times", type=_COUNT, metavar="COUNT", help="How often; else without end."),
        click.option("--chance", type=click.IntRange(1, 100), default=100, show_default=True,
                     metavar="PERCENT", help="How likely it is each time."),
        click.option("--seed", type=options.NUMBER, default=1, show_default=True,
                     metavar="NUMBER", help="What chance is thrown from."),
        click.option("--when", type=click.Choice(["before", "after"]),
                     help="Before it happens, or after."),
    )):  # fmt: skip
        command = option(command)
    return command


class _WithKinds(click.Command):
    """A command whose help lists the kinds of faults, read off their declarations."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Adds the kinds; only whoever reads the help pays for importing them."""
        from emulator.faults import KINDS

        super().format_help_text(ctx, formatter)
        with formatter.indentation():
            formatter.write_paragraph()
            formatter.write_text(f"WHAT is one of {', '.join(KINDS)}.")


@fault.command(cls=_WithKinds)
@click.argument("what")
@click.argument("settings", nargs=-1)
@_rule
@options.world
@options.data
def add(
    what: str,
    settings: tuple[str, ...],
    functions: tuple[str, ...],
    name: str,
    data: Path | None,
    **rule: Any,  # noqa: ANN401 - options by name
) -> None:
    """Plan WHAT with SETTINGS such as seconds=5."""
    from emulator.app import create_registry
    from emulator.control.api import faults

    with options.opened(data) as worlds:
        given = {"what": what, **rule, **dict(_setting(text) for text in settings)}
        known = [function.name for function in create_registry()]
        several = [{**given, "func": func} for func in functions or ("*",)]
        for one in several:
            faults.checked(one, known)  # all of them are right before any is planned
        for one in several:
            _tell(faults.add(worlds, name, one, known))


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
    from emulator.control.api import faults

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
    from emulator.control.api import faults

    with options.opened(data) as worlds:
        faults.remove(worlds, name, number)
    click.echo(f"#{number} removed")


@fault.command()
@options.world
@options.data
def clear(name: str, data: Path | None) -> None:
    """Take all of them back."""
    from emulator.control.api import faults

    with options.opened(data) as worlds:
        click.echo(f"{faults.clear(worlds, name)} removed")


def _tell(told: dict[str, Any]) -> None:
    shown = dict(told)
    number, what, when = shown.pop("id"), shown.pop("what"), shown.pop("when")
    shown.pop("created_at")
    rest = " ".join(f"{name}={value}" for name, value in shown.items() if value not in ("", None))
    options.show_row(f"#{number} {what} {when}  {rest}", INDENT)

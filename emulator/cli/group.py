"""The group of all commands. What a command needs is imported when it runs."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

import click

from emulator import __version__

GROUP = "mockseller.commands"
OWN: Mapping[str, str] = {
    "serve": "emulator.cli.serve:serve",
    "world": "emulator.cli.worlds:world",
    "clock": "emulator.cli.clock:clock",
    "fault": "emulator.cli.faults:fault",
    "journal": "emulator.cli.journal:journal",
    "functions": "emulator.cli.functions:functions",
    "panel": "emulator.cli.panel:panel",
}
SUMMARIES: Mapping[str, str] = {
    "serve": "Start a seller.",
    "world": "Make, reset, load and remove worlds.",
    "clock": "Show, move and stop a world's clock.",
    "fault": "Plan what goes wrong, and take it back.",
    "journal": "Show what was asked and answered.",
    "functions": "List the functions of the API.",
    "panel": "Start a control panel that buys modules.",
}
"""The help of the whole command lists these without importing what is behind them."""


LONGEST = 64
"""Characters of a summary: a line of help on a terminal of 80 columns."""
COULD_NOT = 2
"""The exit code of what could not run, or was broken off."""
EXIT_CODES = "Exit code"
"""How the sentence of a command's help begins that says what its exit codes are."""


class Commands(click.Group):
    """Commands loaded on use: ours by name, the others' by entry point."""

    def invoke(self, ctx: click.Context) -> object:
        """Runs a command; broken off, it ends with the code of what could not be done."""
        try:
            return super().invoke(ctx)
        except click.Abort:  # at a question, whose line is not ended yet
            click.echo("\ninterrupted", err=True)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
        raise click.exceptions.Exit(COULD_NOT)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        del ctx
        return [*OWN, *sorted(set(_others()) - set(OWN))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, imported now."""
        del ctx
        if cmd_name in OWN:
            module, _, name = OWN[cmd_name].partition(":")
            command: click.Command = vars(importlib.import_module(module))[name]
            return _referring(command)
        other = _others().get(cmd_name)
        if other is None:
            return None
        try:
            loaded: click.Command = other.load()
        except (ImportError, AttributeError) as fault:
            raise click.ClickException(f"{cmd_name} cannot be loaded: {fault}") from None
        return _referring(loaded)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from summaries where we have them."""
        rows = [(name, SUMMARIES.get(name) or _summary(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _referring(command: click.Command) -> click.Command:
    """The same, with a last line that says where exit codes are told, where it does not itself."""
    told = copy.copy(command)
    if EXIT_CODES not in (command.help or ""):
        told.epilog = "Exit codes: mockseller --help"
    if isinstance(told, click.Group):
        told.commands = {name: _referring(one) for name, one in told.commands.items()}
    return told


def _others() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _summary(name: str) -> str:
    try:
        command: click.Command = _others()[name].load()
    except (ImportError, AttributeError):
        return "(cannot be loaded)"
    return command.get_short_help_str(LONGEST)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockseller", message="%(prog)s %(version)s")
def mockseller() -> None:
    """A stand-in for a hosting seller's billing API. No money moves, nothing is real.

    Exit code 0: done, or all held, 1: refused, or something did not hold, 2: it could not run, or
    was interrupted.
    """

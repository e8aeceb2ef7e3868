"""The group of all commands. What a command needs is imported when it runs."""

from __future__ import annotations

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


class Commands(click.Group):
    """Commands loaded on use: ours by name, the others' by entry point."""

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
            return command
        other = _others().get(cmd_name)
        if other is None:
            return None
        try:
            loaded: click.Command = other.load()
        except (ImportError, AttributeError) as fault:
            raise click.ClickException(f"{cmd_name} cannot be loaded: {fault}") from None
        return loaded

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from summaries where we have them."""
        rows = [(name, SUMMARIES.get(name) or _summary(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _others() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _summary(name: str) -> str:
    try:
        command: click.Command = _others()[name].load()
    except (ImportError, AttributeError):
        return "(cannot be loaded)"
    return command.get_short_help_str()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockseller", message="%(prog)s %(version)s")
def mockseller() -> None:
    """A stand-in for a hosting seller's billing API. No money moves, nothing is real."""

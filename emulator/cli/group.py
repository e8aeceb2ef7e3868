"""The group of all commands; a command is imported when it is used."""

from __future__ import annotations

import copy
import importlib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

import click

from emulator import __version__
from emulator.cli.extras import missing_module
from emulator.cli.options import CannotRun, one_line

GROUP = "mockseller.commands"
OWN_COMMANDS: Mapping[str, str] = {
    "serve": "emulator.cli.serve:serve",
    "world": "emulator.cli.worlds:world",
    "clock": "emulator.cli.clock:clock",
    "account": "emulator.cli.accounts:account",
    "fault": "emulator.cli.faults:fault",
    "journal": "emulator.cli.journal:journal",
    "exercise": "emulator.cli.exercises:exercise",
    "functions": "emulator.cli.functions:functions",
    "panel": "emulator.cli.panel:panel",
}
SUMMARIES: Mapping[str, str] = {
    "serve": "Start a seller.",
    "world": "Make, reset, load and remove worlds.",
    "clock": "Show, move and stop a world's clock.",
    "account": "Show and change balance, discounts and payments.",
    "fault": "Plan faults, list and remove them.",
    "journal": "Show the recorded calls.",
    "exercise": "Start exercises for trainees, and show their progress.",
    "functions": "List the functions of the API.",
    "panel": "Start a control panel that buys modules.",
}
"""For the help of `mockseller`, which lists commands without importing them."""


LONGEST = 64
"""Characters of a summary that fit on a line of 80 columns."""
INTERRUPTED = 2
"""The exit code of a command that was interrupted."""
EXIT_CODES = "Exit code"
"""How the sentence about exit codes in a command's help begins."""


class Commands(click.Group):
    """Commands loaded on use: our own by name, the others by entry point."""

    def invoke(self, ctx: click.Context) -> object:
        """Runs a command. Raises Exit with code 2 when it is interrupted.

        Raises CannotRun where a package is missing, and for what the system refuses.
        """
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            raise CannotRun(missing_module(error)) from None
        except OSError as error:
            raise CannotRun(one_line(error)) from None
        except click.Abort:  # at a question, whose line is not ended yet
            click.echo("\ninterrupted", err=True)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
        raise click.exceptions.Exit(INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        del ctx
        return [*OWN_COMMANDS, *sorted(set(_entry_points()) - set(OWN_COMMANDS))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports one command. Raises CannotRun when it cannot be imported."""
        del ctx
        if cmd_name in OWN_COMMANDS:
            module, _, name = OWN_COMMANDS[cmd_name].partition(":")
            command: click.Command = vars(importlib.import_module(module))[name]
            return _with_exit_code_hint(command)
        other = _entry_points().get(cmd_name)
        if other is None:
            return None
        try:
            loaded: click.Command = other.load()
        except ModuleNotFoundError as error:
            raise CannotRun(f"{cmd_name}: {missing_module(error)}") from None
        except (ImportError, AttributeError) as error:
            raise CannotRun(f"{cmd_name} cannot be loaded: {error}") from None
        return _with_exit_code_hint(loaded)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands, with our own summaries where we have them."""
        rows = [(name, SUMMARIES.get(name) or _summary(name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _with_exit_code_hint(command: click.Command) -> click.Command:
    """A copy whose help refers to `mockseller --help` unless it lists its exit codes itself."""
    wrapped = copy.copy(command)
    if EXIT_CODES not in (command.help or ""):
        wrapped.epilog = "Exit codes: mockseller --help"
    if isinstance(wrapped, click.Group):
        wrapped.commands = {
            name: _with_exit_code_hint(inner) for name, inner in wrapped.commands.items()
        }
    return wrapped


def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _summary(name: str) -> str:
    try:
        command: click.Command = _entry_points()[name].load()
    except (ImportError, AttributeError):
        return "(cannot be loaded)"
    return command.get_short_help_str(LONGEST)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockseller", message="%(prog)s %(version)s")
def mockseller() -> None:
    """A fake of a hosting seller's billing API. No money moves, nothing is real.

    Exit code 0: done, or every check passed, 1: refused, or a check failed, 2: the command could
    not run or was interrupted.
    """

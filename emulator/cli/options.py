"""Shared by several commands: options, opening the data folder, and one-line errors."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from emulator.worlds.worlds import Worlds

Command = Callable[..., Any]
FILE: Final = click.Path(dir_okay=False, path_type=Path)
FOLDER: Final = click.Path(file_okay=False, path_type=Path)
NUMBER: Final = click.IntRange(0)
Location = Path | str
"""A folder with worlds, or the address of a database."""


class CannotRun(click.ClickException):
    """A command cannot run: a world, a file or a port is missing or unusable. Exit code 2."""

    exit_code = 2


class FolderOrAddress(click.Path):
    """A folder, or the address of a database, which stays as it was written."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """Raises click.BadParameter for a file."""
        from emulator.settings import is_address

        if isinstance(value, str) and is_address(value):
            return value
        return super().convert(value, param, ctx)


def data(command: Command) -> Command:
    """``--data FOLDER``."""
    return click.option(
        "--data",
        type=FolderOrAddress(file_okay=False, path_type=Path),
        metavar="FOLDER",
        help="Folder with the worlds, or a database: postgresql://USER@HOST/NAME. "
        "Default: MOCKSELLER_DATA, or the user's data folder.",
    )(command)


def world(command: Command) -> Command:
    """``--world NAME``."""
    return click.option(
        "--world",
        "name",
        default="default",
        show_default=True,
        metavar="NAME",
        help="Name of the world.",
    )(command)


def as_json(command: Command) -> Command:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def show_json(content: object) -> None:
    """Prints what the control API answers with, as JSON."""
    click.echo(json.dumps(content, indent=1))


def host(default: str | None = None) -> Callable[[Command], Command]:
    """``--host HOST``; without a default here, the settings have one."""
    return click.option(
        "--host", default=default, show_default=default or "127.0.0.1", metavar="HOST",
        help="Address to listen on.",
    )  # fmt: skip


def port(default: int, *, of_settings: bool = False) -> Callable[[Command], Command]:
    """``--port PORT``; ``of_settings``: the settings parse it and have the default."""
    return click.option(
        "--port", type=str if of_settings else click.IntRange(0, 65535),
        default=None if of_settings else default,
        show_default=str(default), metavar="PORT", help="Port to listen on; 0 takes a free port.",
    )  # fmt: skip


def former(name: str, new: str, **attributes: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's
    """A hidden option under a former name, passed as `former_NEW`; says the new name on stderr.

    ``attributes``: those of the option with the new name.
    """

    def warn(context: click.Context, option: click.Parameter, value: object) -> object:
        del context, option
        if value:
            click.echo(f"{name} is now {new}; the old name still works", err=True)
        return value

    return click.option(
        name, f"former_{new.strip('-')}", hidden=True, callback=warn, help=f"Former name of {new}.",
        **attributes,
    )  # fmt: skip


def show_row(line: str, indent: int) -> None:
    """Prints a row of a list, wrapped to the terminal with an indent.

    Without a terminal a row stays one line, for the program that reads it.
    """
    if sys.stdout is not None and sys.stdout.isatty():  # None: it was closed
        width = shutil.get_terminal_size().columns
        line = textwrap.fill(line, width, subsequent_indent=" " * indent, break_on_hyphens=False)
    click.echo(line)


@contextmanager
def opened(
    folder: Location | None, *, with_default: bool = True, **settings: Path | None
) -> Iterator[Worlds]:
    """The worlds of a data folder; a user's errors become one line and exit code 2.

    ``with_default``: whether a new folder gets the world ``default``. ``settings``: further ones by
    name; None: the environment's.
    """
    from emulator.settings import load
    from emulator.worlds.worlds import Worlds

    with one_line_errors():
        worlds = Worlds(load({"data": folder, **settings}))
        if with_default and worlds.is_new():
            worlds.ensure_default()
        try:
            yield worlds
        finally:
            worlds.close()


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turns errors that the user can correct into CannotRun: one line, exit code 2."""
    try:
        yield
    except (ValueError, LookupError, OSError) as error:
        raise CannotRun(one_line(error)) from None


def one_line(error: Exception) -> str:
    """What an error says, in one line; of one of the system's, what it is about as well.

    The error of a world's file has a line for each problem.
    """
    if lines := getattr(error, "lines", ()):
        return "\n".join(lines)
    if isinstance(error, OSError) and error.strerror:
        about = f": {error.filename}" if error.filename is not None else ""
        return f"{error.strerror}{about}"
    return " ".join(str(error).split())


def join_counts(counts: Mapping[str, int]) -> str:
    """Counts by name in one line: ``payment 2, service 1``."""
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))

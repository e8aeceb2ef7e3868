"""What several commands share: the data folder, the world, a port, and how faults are told."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
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


class CannotRun(click.ClickException):
    """What is needed is not there, or cannot be had: a world, a file, a port. One line."""

    exit_code = 2


def data(command: Command) -> Command:
    """``--data DIR``."""
    return click.option(
        "--data",
        type=FOLDER,
        metavar="FOLDER",
        help="Folder with the worlds; else MOCKSELLER_DATA, else the user's own data folder.",
    )(command)


def world(command: Command) -> Command:
    """``--world NAME``."""
    return click.option(
        "--world", "name", default="default", show_default=True, metavar="NAME", help="Which world."
    )(command)


def host(default: str | None = None) -> Callable[[Command], Command]:
    """``--host HOST``. Without a default the settings have one."""
    return click.option(
        "--host", default=default, show_default=default or "127.0.0.1", metavar="HOST",
        help="Address to listen on.",
    )  # fmt: skip


def port(default: int, *, of_settings: bool = False) -> Callable[[Command], Command]:
    """``--port PORT``; ``of_settings``: the settings have its default, and read it."""
    return click.option(
        "--port", type=str if of_settings else click.IntRange(0, 65535),
        default=None if of_settings else default,
        show_default=str(default), metavar="PORT", help="Port to listen on; 0 takes a free one.",
    )  # fmt: skip


def show_row(line: str, indent: int) -> None:
    """Prints a row of a list; where a terminal is too narrow for it, it goes on below, indented.

    Elsewhere nothing is broken: a row is a line for whatever reads it.
    """
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        line = textwrap.fill(line, width, subsequent_indent=" " * indent, break_on_hyphens=False)
    click.echo(line)


@contextmanager
def opened(folder: Path | None) -> Iterator[Worlds]:
    """The worlds under a data folder; every fault of a user is told in one line."""
    from emulator.settings import load
    from emulator.worlds.worlds import DEFAULT, Worlds

    with told():
        worlds = Worlds(load({"data": folder}))
        if not worlds.root.is_dir():
            worlds.create(DEFAULT, worlds.settings.fixture)
        try:
            yield worlds
        finally:
            worlds.close()


@contextmanager
def told() -> Iterator[None]:
    """Turns the faults that people can mend into one line on stderr and exit code 2."""
    try:
        yield
    except (ValueError, LookupError, OSError) as fault:
        line = f"{fault.strerror}: {fault.filename}" if isinstance(fault, OSError) else str(fault)
        raise CannotRun(" ".join(line.split())) from None

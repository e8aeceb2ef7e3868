"""What several commands share: the data folder, the world, and how faults are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from emulator.worlds import Worlds

Command = Callable[..., Any]


def data(command: Command) -> Command:
    """``--data DIR``."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder with the worlds; else MOCKSELLER_DATA, else the user's own data folder.",
    )(command)


def world(command: Command) -> Command:
    """``--world NAME``."""
    return click.option(
        "--world", "name", default="default", show_default=True, help="Which world."
    )(command)


@contextmanager
def opened(folder: Path | None) -> Iterator[Worlds]:
    """The worlds under a data folder; every fault of a user is told in one line."""
    from emulator.settings import load
    from emulator.worlds import DEFAULT, Worlds

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
    """Turns the faults that people can mend into one line on stderr and exit code 1."""
    try:
        yield
    except (ValueError, LookupError, OSError) as fault:
        line = f"{fault.strerror}: {fault.filename}" if isinstance(fault, OSError) else str(fault)
        raise click.ClickException(" ".join(line.split())) from None

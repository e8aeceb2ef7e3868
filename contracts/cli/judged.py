"""What all judges have in common on the command line: a judgement, its report, its exit code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from contracts.verdicts import Verdict


def report(name: str, judged: Iterable[Verdict], *, everything: bool) -> int:
    """Prints the verdicts; the exit code. What cannot run is told in one line."""
    from rich.console import Console

    from contracts.fields import ExchangeFault
    from contracts.report import print_table
    from contracts.target import CannotRun
    from contracts.verdicts import COULD_NOT, exit_code

    try:
        verdicts = tuple(judged)
    except (CannotRun, ExchangeFault, RuntimeError, OSError) as problem:
        click.echo(f"{name} cannot be judged: {problem}", err=True)
        return COULD_NOT
    print_table(Console(), name, verdicts, everything=everything)
    return exit_code(verdicts)

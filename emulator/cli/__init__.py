"""The command ``mockseller``. Further groups come by the entry points ``mockseller.commands``."""

from __future__ import annotations

from emulator.cli.group import mockseller
from emulator.cli.pipes import end_with_closed_pipes
from emulator.cli.signals import interrupt_on_signals


def main() -> None:
    """Runs the command line."""
    interrupt_on_signals()
    end_with_closed_pipes()
    mockseller(prog_name="mockseller")


__all__ = ["main", "mockseller"]

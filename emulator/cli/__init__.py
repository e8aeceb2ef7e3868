"""The command ``mockseller``. Further groups come by the entry points ``mockseller.commands``."""

from __future__ import annotations

from emulator.cli.group import mockseller
from emulator.cli.signals import heed_signals


def main() -> None:
    """Runs the command line."""
    heed_signals()
    mockseller(prog_name="mockseller")


__all__ = ["main", "mockseller"]

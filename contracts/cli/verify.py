"""``mockseller verify``: the group of all judges."""

from __future__ import annotations

import click

from contracts.cli.coverage import coverage
from contracts.cli.fuzz import fuzz
from contracts.cli.verify_client import client
from contracts.cli.verify_modules import modules
from contracts.cli.verify_own import own
from contracts.cli.verify_report import report
from contracts.cli.verify_seller import seller


@click.group()
def verify() -> None:
    """Test a client, a seller or an endpoint against the known API.

    Exit code 0: everything passed, 1: something failed, 2: it could not be judged.
    """


for command in (seller, client, modules, own, report, fuzz, coverage):
    verify.add_command(command)

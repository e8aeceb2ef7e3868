"""``python -m contracts.checks.client.adapter``: one step on stdin, one answer on stdout."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import click

from contracts.checks.client.adapter import ADAPTERS, carry_out
from contracts.checks.client.adapter.common import AdapterSetup
from contracts.checks.client.protocol import StepResult
from reseller_client import RetryPolicy


@click.command()
@click.option("--kind", type=click.Choice(sorted(ADAPTERS)), default="custom", show_default=True)
@click.option("--out", type=click.Choice(["xml", "bjson"]), default="xml", show_default=True)
def main(*, kind: str, out: str) -> None:
    """Carry out one step of `mockseller verify client` with our own client."""
    folder = Path(os.environ["MOCKSELLER_STATE"])
    # A seller in another process takes real time to answer, so this one has to wait.
    retry_policy = RetryPolicy(wait=time.sleep, pause=1.0)  # noqa: TID251 - see above
    adapter = ADAPTERS[kind](AdapterSetup(folder, retry_policy, out=out))
    report = carry_out(adapter, json.load(sys.stdin))
    click.echo(report.to_json())
    sys.exit(0 if report.result in (StepResult.OK, StepResult.CANNOT) else 1)


if __name__ == "__main__":
    main()

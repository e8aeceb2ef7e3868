"""``mockseller verify client``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from contracts.cli.judged import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.verdicts import Verdict


@click.command()
@click.option("--only", default="", metavar="TEXT", help="Exchanges whose name contains this.")
@report_options
def client(*, only: str, reports: Reports) -> None:
    """Holds the requests of the reseller's client, and its reading of answers, against the record.

    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.client_target import READS, judge_client
    from contracts.exchange import read_all

    def judged() -> Iterable[Verdict]:
        records = {exchange.name: exchange for exchange in read_all()}
        for exchange in records.values():
            for out in READS:
                if out in exchange.formats and only in exchange.name:
                    yield judge_client(exchange, out, records)

    sys.exit(conclude("client", "the client", judged(), reports))

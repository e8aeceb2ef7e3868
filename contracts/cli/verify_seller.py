"""``mockseller verify seller``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from contracts.cli.judged import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.verdicts import Verdict


@click.command()
@click.argument("url", required=False)
@click.option("--in-process", is_flag=True, help="Judge the seller of this installation directly.")
@click.option("--login", envvar="MOCKSELLER_LOGIN", default="", help="Of a foreign account.")
@click.option("--password", envvar="MOCKSELLER_PASSWORD", default="", help="Of that account.")
@click.option("--token", envvar="MOCKSELLER_TOKEN", default="", help="Of our control API.")
@click.option("--insecure", is_flag=True, help="Accept any certificate.")
@click.option("--only", default="", metavar="TEXT", help="Exchanges whose name contains this.")
@report_options
def seller(
    url: str | None,
    *,
    in_process: bool,
    login: str,
    password: str,
    token: str,
    insecure: bool,
    only: str,
    reports: Reports,
) -> None:
    """Asks a seller every exchange on record and compares the answers.

    URL is the address of its API. A seller of ours is judged in worlds made for it; of a foreign
    one only what holds anywhere is asked, which changes nothing and costs nothing.
    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts import own
    from contracts.exchange import read_all
    from contracts.replay import replay_all
    from contracts.target import at_url

    if (url is None) != in_process:
        raise click.UsageError("name the URL of a seller, or say --in-process")

    def judged() -> Iterable[Verdict]:
        exchanges = [exchange for exchange in read_all() if only in exchange.name]
        place = (
            own.in_process()
            if url is None
            else at_url(url, login=login, password=password, token=token, verify=not insecure)
        )
        with place as judged_seller:
            yield from replay_all(exchanges, judged_seller)

    sys.exit(conclude("seller", url or "the seller in process", judged(), reports))

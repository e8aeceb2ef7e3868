"""``mockseller verify fuzz``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

from contracts.cli.judged import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.target import Seller
    from contracts.verdicts import Verdict


@click.command()
@click.argument("url", required=False)
@click.option("--in-process", is_flag=True, help="Judge the seller of this installation directly.")
@click.option("--served", is_flag=True, help="Start a server of this installation, and judge it.")
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1, 86_400),
              help="How long, altogether.")  # fmt: skip
@click.option("--family", "families", multiple=True, help="Only functions of this family.")
@click.option("--func", "functions", multiple=True, help="Only this function.")
@click.option("--seed", default=0, show_default=True, help="The same seed asks the same.")
@click.option("--allow-changes", is_flag=True, help="At a foreign seller, change things too.")
@click.option("--max-spend", default="", metavar="SUM",
              help='At a foreign seller, spend so much, such as "30 EUR".')  # fmt: skip
@click.option("--login", envvar="MOCKSELLER_LOGIN", default="", help="Of a foreign account.")
@click.option("--password", envvar="MOCKSELLER_PASSWORD", default="", help="Of that account.")
@click.option("--token", envvar="MOCKSELLER_TOKEN", default="", help="Of our control API.")
@click.option("--insecure", is_flag=True, help="Accept any certificate.")
@report_options
def fuzz(
    url: str | None,
    *,
    in_process: bool,
    served: bool,
    seconds: float,
    families: tuple[str, ...],
    functions: tuple[str, ...],
    seed: int,
    allow_changes: bool,
    max_spend: str,
    login: str,
    password: str,
    token: str,
    insecure: bool,
    reports: Reports,
) -> None:
    """Asks a seller made-up requests, good and bad, and walks through lives of services.

    Whatever is sent, the answer must be a document, a refusal of a declared kind, the same in every
    format; looks change nothing, the books are right to the cent, what is deleted stays deleted.
    What does not hold is told with a curl line that asks it again. A seller of ours is judged in
    worlds made for it; of a foreign one only looks are asked unless more is allowed.
    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from rich.console import Console

    from contracts import own
    from contracts.fuzz.bench import SERVED, Permit
    from contracts.fuzz.campaign import Plan
    from contracts.fuzz.declared import Declared
    from contracts.fuzz.judge import judge
    from contracts.sellers.budget import Rules
    from contracts.sellers.money import read_sum
    from contracts.target import CannotRun, at_url

    if (url is not None) + in_process + served != 1:
        raise click.UsageError("name the URL of a seller, or say --in-process or --served")
    plan = Plan(seconds, families, functions, seed)
    declared = Declared()
    _check_names(plan.families, {told["family"] for told in declared.functions.values()}, "family")
    _check_names(plan.functions, set(declared.functions), "function")
    target = url or ("the seller, served" if served else "the seller in process")
    limit = read_sum(max_spend) if max_spend else None
    if max_spend and (limit is None or limit.amount < 0):
        raise click.UsageError(f'--max-spend: "{max_spend}" is no sum; write 30 or "30.00 EUR"')
    permit = Permit(changing=allow_changes or limit is not None)

    remarks: list[str] = []
    details: dict[str, object] = {}

    def place() -> AbstractContextManager[Seller]:
        if url is None:
            return own.served() if served else own.in_process()
        rules = Rules(limit=limit)
        return at_url(
            url, login=login, password=password, token=token, verify=not insecure, rules=rules
        )

    def judged() -> Iterator[Verdict]:
        with place() as seller:
            if not seller.has_account:
                raise CannotRun(
                    "made-up requests need an account: MOCKSELLER_LOGIN and MOCKSELLER_PASSWORD"
                )
            done = judge(
                seller, plan, address=url or SERVED, target=target, permit=permit, token=token,
                declared=declared,
            )  # fmt: skip
        if done.reached.states:
            Console().print(done.reached.table())
        remarks.extend(done.run.remarks)
        details.update(done.run.details)
        yield from done.run.verdicts

    sys.exit(conclude("fuzz", target, judged(), reports, remarks=remarks, details=details))


def _check_names(wanted: tuple[str, ...], known: set[str], what: str) -> None:
    for name in wanted:
        if name not in known:
            raise click.UsageError(f'there is no {what} "{name}"')

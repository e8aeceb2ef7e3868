"""``mockseller drift``: what has changed at a seller since it was written down."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from contracts.recording.drift import Wish
    from contracts.verdicts import Run

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def _span(_: click.Context, __: click.Parameter, said: str | None) -> timedelta | None:
    """``90 days`` or ``3 months``."""
    if said is None:
        return None
    found = re.fullmatch(r"([0-9]{1,4}) ?(day|week|month|year)s?", said.strip())
    if found is None:
        raise click.BadParameter(f'"{said}" is no span; say for example "90 days"')
    return timedelta(days=int(found[1]) * _DAYS[found[2]])


@click.command(short_help="Compare a seller, or a recording of one, with what is on record.")
@click.argument("target", metavar="SESSION|URL")
@click.option(
    "--against", type=click.Choice(["both", "contracts", "emulator"]), default="both",
    show_default=True, help="What to compare with.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice(["breaking", "notable", "info"]), default="breaking",
    show_default=True, help="From which severity on the exit code is 1.",
)  # fmt: skip
@click.option(
    "--max-age", callback=_span, metavar="SPAN", help='Warn of recordings older, as "90 days".'
)
@click.option("--only", default="", metavar="TEXT", help="Functions whose name contains this.")
@click.option("--login", envvar="MOCKSELLER_LOGIN", default="", help="Of a foreign account.")
@click.option("--password", envvar="MOCKSELLER_PASSWORD", default="", help="Of that account.")
@click.option("--token", envvar="MOCKSELLER_TOKEN", default="", help="Of our control API.")
@click.option("--insecure", is_flag=True, help="Accept any certificate.")
@click.option("--all", "everything", is_flag=True, help="List what did not differ as well.")
@click.option("--json", "as_json", is_flag=True, help="For machines: one JSON document.")
def drift(
    target: str,
    *,
    against: str,
    fail_on: str,
    max_age: timedelta | None,
    only: str,
    login: str,
    password: str,
    token: str,
    insecure: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Compares answers with the contracts and with this seller, function by function.

    SESSION is a recording (mockseller record); a seller at a URL is asked only what changes nothing
    and costs nothing. Exit code 0: nothing that matters has changed, 1: something has, 2: it could
    not be compared.
    """
    from contracts.fields import ExchangeFault
    from contracts.recording.difference import Severity
    from contracts.recording.drift import Wish
    from contracts.target import CannotRun
    from contracts.verdicts import exit_code

    wish = Wish(against, only, Severity(fail_on), max_age)
    try:
        if re.match(r"https?://", target):
            run = _live(target, wish, (login, password, token), insecure=insecure)
        else:
            run = _recorded(Path(target), wish)
    except (CannotRun, ExchangeFault, RuntimeError, OSError) as problem:
        click.echo(f"nothing can be compared: {problem}", err=True)
        sys.exit(2)
    _print_json(run) if as_json else _print(run, everything=everything)
    sys.exit(exit_code(run.verdicts))


def _recorded(path: Path, wish: Wish) -> Run:
    from contracts.recording.drift import of_recording
    from contracts.recording.session import read

    return of_recording(read(path), wish)


def _live(url: str, wish: Wish, account: tuple[str, str, str], *, insecure: bool) -> Run:
    from contracts.recording.drift import of_seller
    from contracts.target import at_url

    login, password, token = account
    with at_url(url, login=login, password=password, token=token, verify=not insecure) as seller:
        return of_seller(seller, wish)


def _print(run: Run, *, everything: bool) -> None:
    from collections import Counter

    from contracts.verdicts import Outcome

    for verdict in run.verdicts:
        if everything or verdict.outcome is not Outcome.PASS:
            click.echo(str(verdict))
    for remark in run.remarks:
        click.echo(remark)
    counts = Counter(verdict.outcome.value for verdict in run.verdicts)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    click.echo(f"{run.target}: {told or 'nothing was compared'}")


def _print_json(run: Run) -> None:
    import json

    verdicts = [
        {"name": one.name, "out": one.out, "outcome": one.outcome.value, "told": list(one.told)}
        for one in run.verdicts
    ]
    told = {
        "version": 1, "judge": run.judge, "target": run.target,
        "began": run.began.isoformat(timespec="seconds"), "seconds": round(run.seconds, 1),
        "remarks": list(run.remarks), "verdicts": verdicts, **run.details,
    }  # fmt: skip
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))

"""``mockseller verify seller``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import click

from contracts.cli.judged import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.sellers.budget import Rules
    from contracts.sellers.judgement import Notes, Task
    from contracts.sellers.money import Sum
    from contracts.verdicts import Verdict

_NOBODY: Final = "http://127.0.0.1"
_LEVELS: Final = ("core", "extended", "all")


def _sum(_: click.Context, __: click.Parameter, text: str | None) -> Sum | None:
    from contracts.sellers.money import read_sum

    if text is None:
        return None
    found = read_sum(text)
    if found is None or found.amount < 0:
        raise click.BadParameter(f'"{text}" is no sum; write 30 or "30.00 EUR"')
    return found


def _families(_: click.Context, __: click.Parameter, text: str) -> frozenset[str]:
    return frozenset(filter(None, (word.strip() for word in text.split(","))))


def _tariffs(_: click.Context, __: click.Parameter, texts: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in texts:
        family, code = [*text.split("=", 1), ""][:2]
        if not family or not code.isdigit():
            raise click.BadParameter(f'"{text}" names no tariff; write for example soft=55227')
        found[family] = int(code)
    return found


_OPTIONS: Final = (
    click.option("--in-process", is_flag=True, help="Judge the seller of this installation."),
    click.option("--login", envvar="MOCKSELLER_LOGIN", default="", help="Of a foreign account."),
    click.option("--password", envvar="MOCKSELLER_PASSWORD", default="", help="Of that account."),
    click.option("--no-login", is_flag=True, help="Ask a foreign seller only what is public."),
    click.option("--token", envvar="MOCKSELLER_TOKEN", default="", help="Of our control API."),
    click.option("--insecure", is_flag=True, help="Accept any certificate."),
    click.option(
        "--max-spend", metavar="SUM", callback=_sum, help='Spend so much, such as "30 EUR".'
    ),
    click.option(
        "--assume-price", metavar="SUM", callback=_sum, help="Taken where no price is told."
    ),
    click.option("--read-only", is_flag=True, help="Send nothing that has any effect."),
    click.option(
        "--family", default="", metavar="NAMES", callback=_families, help="Such as soft,vds."
    ),
    click.option(
        "--level", type=click.Choice(_LEVELS), default="all", help="core: what most clients call."
    ),
    click.option("--only", default="", metavar="TEXT", help="Those whose name contains this."),
    click.option("--tariff", multiple=True, metavar="FAMILY=CODE", callback=_tariffs,
                 help="What to buy of a family."),
    click.option("--address", default="192.0.2.200", show_default=True, metavar="IPV4",
                 help="Licences are ordered for those after it."),
    click.option("--flows/--no-flows", default=True, help="Resell as each system does."),
    click.option("--scenarios", is_flag=True, help="Play a year and a quarter as well."),
)  # fmt: skip


def _all(options: tuple[Callable[..., Any], ...]) -> Callable[..., Any]:
    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return added


@click.command()
@click.argument("url", required=False)
@_all(_OPTIONS)
@report_options
def seller(url: str | None, *, in_process: bool, reports: Reports, **given: Any) -> None:  # noqa: ANN401 - the options above
    """Holds a seller to what is on record, and resells what it sells.

    URL is the address of its API. A seller of ours is judged in worlds made for it. Of any other
    nothing is asked that spends money, unless --max-spend allows it: then services are bought,
    used, and given back at the end, and what could not be given back is listed.
    Exit code 0: all held, 1: something did not, 2: it could not be judged.
    """
    from contracts.sellers.judgement import Notes
    from contracts.target import address_fault

    if (url is None) != in_process:
        raise click.UsageError("name the URL of a seller, or say --in-process")
    if fault := address_fault(url or _NOBODY):
        # Before anything else, and without the address: a password may stand in it.
        raise click.UsageError(fault)
    notes = Notes()
    verdicts = _judged(url, given, _task(given), notes)
    target = url or "the seller in process"
    try:
        with closing(verdicts):
            code = conclude(
                "seller", target, verdicts, reports, remarks=notes.remarks, details=notes.details
            )
    except KeyboardInterrupt:
        # What was bought is told even so: it stands in no report.
        click.echo("\n".join(["interrupted", *notes.remarks]), err=True)
        code = 2
    sys.exit(code)


def _judged(
    url: str | None, given: dict[str, Any], task: Task, notes: Notes
) -> Generator[Verdict, None, None]:
    from contracts.exchange import read_all
    from contracts.sellers.judgement import judge
    from contracts.target import CannotRun

    exchanges = read_all()
    with _place(url, given) as judged:
        if not (judged.own or judged.has_account or given["no_login"]):
            # Next to nothing would be asked, and in CI a secret that is missing would look green.
            raise CannotRun(
                "no login was given: set MOCKSELLER_LOGIN and MOCKSELLER_PASSWORD,"
                " or say --no-login"
            )
        yield from judge(exchanges, judged, task, notes)


def _place(url: str | None, given: dict[str, Any]) -> Any:  # noqa: ANN401 - a context with a Seller
    from contracts import own
    from contracts.target import at_url

    if url is None:
        return own.in_process(_rules(given))
    return at_url(
        url,
        login=given["login"],
        password=given["password"],
        token=given["token"],
        verify=not given["insecure"],
        rules=_rules(given),
    )


def _rules(given: dict[str, Any]) -> Rules:
    from contracts.sellers.budget import Rules

    return Rules(
        read_only=given["read_only"], limit=given["max_spend"], assumed=given["assume_price"]
    )


def _task(given: dict[str, Any]) -> Task:
    from contracts.sellers.flows.shelf import Addresses, is_address
    from contracts.sellers.ground import Wishes
    from contracts.sellers.judgement import Task
    from contracts.sellers.levels import Choice

    if not is_address(given["address"]):
        raise click.UsageError(f'--address: "{given["address"]}" is no IPv4 address')
    return Task(
        choice=Choice(given["family"], given["level"], given["only"]),
        wishes=Wishes(given["tariff"], Addresses(given["address"])),
        flows=given["flows"],
        scenarios=given["scenarios"],
    )

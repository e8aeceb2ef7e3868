"""``mockseller drift``: what has changed at a seller since it was written down."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import Access, access_options, gathered
from contracts.cli.runs import Reports, conclude, report_options

if TYPE_CHECKING:
    from contracts.recording.drift import DriftOptions
    from contracts.verdicts import Run, Verdict

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is compared with what, and what of it fails."""

    against: str
    fail_on: str
    max_age: timedelta | None
    only: str

    def wish(self) -> DriftOptions:
        """As the judge takes it."""
        from contracts.recording.compare import Severity
        from contracts.recording.drift import DriftOptions

        return DriftOptions(self.against, self.only, Severity(self.fail_on), self.max_age)


def _span(_: click.Context, __: click.Parameter, said: str | None) -> timedelta | None:
    """``90 days`` or ``3 months``."""
    if said is None:
        return None
    found = re.fullmatch(r"([0-9]{1,4}) ?(day|week|month|year)s?", said.strip())
    if found is None:
        raise click.BadParameter(f'"{said}" is no span; say for example "90 days"')
    return timedelta(days=int(found[1]) * _DAYS[found[2]])


wishes_options = gathered(
    "wishes",
    Wishes,
    click.option("--against", type=click.Choice(["both", "contracts", "emulator"]), default="both",
                 show_default=True, help="What to compare with."),
    click.option("--fail-on", type=click.Choice(["breaking", "notable", "info"]),
                 default="breaking", show_default=True,
                 help="From which severity on the exit code is 1."),
    click.option("--max-age", callback=_span, metavar="SPAN",
                 help='Warn of recordings older, as "90 days".'),
    options.only("functions"),
)  # fmt: skip


@click.command(short_help="Compare a seller, or a recording of one, with what is on record.")
@click.argument("target", metavar="SESSION|URL")
@wishes_options
@access_options
@report_options
def drift(target: str, *, wishes: Wishes, access: Access, reports: Reports) -> None:
    """Compares answers with the contracts and with this seller, function by function.

    SESSION is a recording (mockseller record); a seller at a URL is asked only what changes nothing
    and costs nothing. Exit code 0: nothing that matters has changed, 1: something has, 2: it could
    not be compared.
    """
    wish = wishes.wish()
    remarks: list[str] = []
    details: dict[str, object] = {"against": wish.against}

    def judged() -> Iterable[Verdict]:
        live = re.match(r"https?://", target)
        run = _live(target, wish, access) if live else _recorded(target, wish)
        remarks.extend(run.remarks)
        details.update(run.details)
        yield from run.verdicts

    sys.exit(conclude("drift", target, judged(), reports, remarks=remarks, details=details))


def _recorded(path: str, wish: DriftOptions) -> Run:
    from contracts.recording.drift import of_recording
    from contracts.recording.session import read

    return of_recording(read(Path(path)), wish)


def _live(url: str, wish: DriftOptions, access: Access) -> Run:
    from contracts.recording.drift import of_seller

    with access.at(url) as seller:
        return of_seller(seller, wish)

"""``mockseller drift``: what has changed at a seller since the record was made."""

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
from contracts.cli.options import Access, access_options, option_group
from contracts.cli.runs import ReportOptions, conclude, report_options

if TYPE_CHECKING:
    from contracts.recording.drift import DriftOptions
    from contracts.verdicts import Run, Verdict

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class DriftSettings:
    """What answers are compared with, and which differences fail."""

    against: str
    fail_on: str
    max_age: timedelta | None
    only: str

    def options(self) -> DriftOptions:
        """The options of the judge."""
        from contracts.recording.compare import Severity
        from contracts.recording.drift import DriftOptions

        return DriftOptions(self.against, self.only, Severity(self.fail_on), self.max_age)


def _span(_: click.Context, __: click.Parameter, text: str | None) -> timedelta | None:
    """``90 days`` or ``3 months``."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,4}) ?(day|week|month|year)s?", text.strip())
    if match is None:
        raise click.BadParameter(f'"{text}" is no span; write for example "90 days"')
    return timedelta(days=int(match[1]) * _DAYS[match[2]])


settings_options = option_group(
    "settings",
    DriftSettings,
    click.option("--against", type=click.Choice(["both", "contracts", "emulator"]), default="both",
                 show_default=True, help="What to compare with."),
    click.option("--fail-on", type=click.Choice(["breaking", "notable", "info"]),
                 default="breaking", show_default=True,
                 help="The lowest severity with exit code 1."),
    click.option("--max-age", callback=_span, metavar="SPAN",
                 help='Warn of a recording older than this, such as "90 days".'),
    options.only("functions"),
)  # fmt: skip


@click.command(short_help="Compare a seller, or a recording of one, with what is on record.")
@click.argument("target", metavar="SESSION|URL")
@settings_options
@access_options
@report_options
def drift(target: str, *, settings: DriftSettings, access: Access, reports: ReportOptions) -> None:
    """Compares answers with the contracts and with our own seller, function by function.

    SESSION is a recording (mockseller record); a seller at a URL gets only calls that change and
    cost nothing. Exit code 0: no difference of the severity, 1: there is one, 2: it could not be
    compared.
    """
    options = settings.options()
    remarks: list[str] = []
    details: dict[str, object] = {"against": options.against}

    def judged() -> Iterable[Verdict]:
        live = re.match(r"https?://", target)
        run = _live(target, options, access) if live else _recorded(target, options)
        remarks.extend(run.remarks)
        details.update(run.details)
        yield from run.verdicts

    sys.exit(conclude("drift", target, judged(), reports, remarks=remarks, details=details))


def _recorded(path: str, options: DriftOptions) -> Run:
    from contracts.recording.drift import of_recording
    from contracts.recording.session import read

    return of_recording(read(Path(path)), options)


def _live(url: str, options: DriftOptions, access: Access) -> Run:
    from contracts.recording.drift import of_seller

    with access.at(url) as seller:
        return of_seller(seller, options)

"""``mockseller drift``: what has changed at a seller since the record was made."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import Access, access_options, option_group
from contracts.cli.runs import ReportOptions, conclude, report_options
from contracts.recording.options import AGAINST, DriftOptions, Severity

if TYPE_CHECKING:
    from contracts.verdicts import Run, Verdict

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def _span(_: click.Context, __: click.Parameter, text: str | None) -> timedelta | None:
    """``90 days`` or ``3 months``."""
    if text is None:
        return None
    match = re.fullmatch(r"([0-9]{1,4}) ?(day|week|month|year)s?", text.strip())
    if match is None:
        raise click.BadParameter(f'"{text}" is no span; write for example "90 days"')
    return timedelta(days=int(match[1]) * _DAYS[match[2]])


def _severity(_: click.Context, __: click.Parameter, text: str) -> Severity:
    return Severity(text)


drift_options = option_group(
    "comparison",
    DriftOptions,
    click.option("--against", type=click.Choice(AGAINST), default="both",
                 show_default=True, help="What to compare with."),
    click.option("--fail-on", type=click.Choice([severity.value for severity in Severity]),
                 default="breaking", show_default=True, callback=_severity,
                 help="The lowest severity with exit code 1."),
    click.option("--max-age", callback=_span, metavar="SPAN",
                 help='Warn of a recording older than this, such as "90 days".'),
    options.only("functions"),
)  # fmt: skip


@click.command(short_help="Compare a seller, or a recording of one, with what is on record.")
@click.argument("target", metavar="SESSION|URL")
@drift_options
@access_options
@report_options
def drift(target: str, *, comparison: DriftOptions, access: Access, reports: ReportOptions) -> None:
    """Compares answers with the contracts and with our own seller, function by function.

    SESSION is a recording (mockseller record); a seller at a URL gets only calls that change and
    cost nothing. Exit code 0: no difference of the severity, 1: there is one, 2: it could not be
    compared.
    """
    remarks: list[str] = []
    details: dict[str, object] = {"against": comparison.against}

    def judged() -> Iterable[Verdict]:
        live = re.match(r"https?://", target)
        run = _live(target, comparison, access) if live else _recorded(target, comparison)
        remarks.extend(run.remarks)
        details.update(run.details)
        yield from run.verdicts

    sys.exit(conclude("drift", target, judged(), reports, remarks=remarks, details=details))


def _recorded(path: str, comparison: DriftOptions) -> Run:
    from contracts.recording.drift import judge_recording
    from contracts.recording.session import read

    return judge_recording(read(Path(path)), comparison)


def _live(url: str, comparison: DriftOptions, access: Access) -> Run:
    from contracts.recording.drift import judge_seller

    with access.at(url) as seller:
        return judge_seller(seller, comparison)

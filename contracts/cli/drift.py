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
from contracts.cli.repeat import JudgeCommand
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
        raise click.BadParameter(f'"{text}" is not a length of time; write for example "90 days"')
    return timedelta(days=int(match[1]) * _DAYS[match[2]])


def _severity(_: click.Context, __: click.Parameter, text: str) -> Severity:
    return Severity(text)


drift_options = option_group(
    "comparison",
    DriftOptions,
    click.option("--against", type=click.Choice(AGAINST), default="both",
                 show_default=True,
                 help="Compare with the recorded API, with mockseller's own seller, or both."),
    click.option("--fail-on", type=click.Choice([severity.value for severity in Severity]),
                 default="breaking", show_default=True, callback=_severity,
                 help="How severe a difference must be for exit code 1."),
    click.option("--max-age", callback=_span, metavar="SPAN",
                 help='Warn of a recording older than this, such as "90 days".'),
    options.only("functions"),
    options.out("answers"),
)  # fmt: skip


@click.command(
    cls=JudgeCommand, short_help="Show what a seller answers otherwise than mockseller expects."
)
@click.argument("target", metavar="SESSION|URL")
@drift_options
@access_options
@report_options
def drift(target: str, *, comparison: DriftOptions, access: Access, reports: ReportOptions) -> None:
    """Show where a seller's answers differ from what mockseller expects and answers itself.

    SESSION is a file of `mockseller record`. A seller at a URL gets only calls that change nothing
    and cost nothing. Exit code 0: no difference as severe as --fail-on, 1: there is one, 2: nothing
    could be compared.
    """
    from contracts.checks.scope import without_cells
    from contracts.record.exchange import read_all

    functions = {each.func for each in read_all()}
    options.require_part(comparison.only, functions, "function on record")
    remarks: list[str] = []
    details: dict[str, object] = {"against": comparison.against}

    def judged() -> Iterable[Verdict]:
        live = re.match(r"https?://", target)
        run = _live(target, comparison, access) if live else _recorded(target, comparison)
        remarks.extend(run.remarks)
        details.update(run.details)
        yield from run.verdicts

    code = conclude(
        "drift", target, judged(), reports, remarks=remarks, details=details,
        scope=lambda: without_cells("functions", functions),
        choose=lambda verdict: {"only": verdict.name, "out": verdict.out},
    )  # fmt: skip
    sys.exit(code)


def _recorded(path: str, comparison: DriftOptions) -> Run:
    from contracts.recording.drift import judge_recording
    from contracts.recording.session import read

    return judge_recording(read(Path(path)), comparison)


def _live(url: str, comparison: DriftOptions, access: Access) -> Run:
    from contracts.recording.drift import judge_seller

    with access.at(url) as seller:
        return judge_seller(seller, comparison)

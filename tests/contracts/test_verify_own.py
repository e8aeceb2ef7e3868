"""``mockseller verify own``: what it says before anything is judged, and what our endpoint is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from defusedxml.ElementTree import fromstring

from contracts.checks.modules import examine
from contracts.checks.modules.own import URL, own_endpoint
from contracts.cli import verify
from contracts.cli.verify_own import own
from contracts.verdicts import PASSED, Outcome, exit_code


@pytest.mark.parametrize("option", ["--html", "--save"])
def test_a_report_that_cannot_be_written_is_told_before_anything_is_judged(
    tmp_path: Path, option: str
) -> None:
    (tmp_path / "nowhere").write_text("a file, and no folder")
    result = CliRunner().invoke(own, [option, str(tmp_path / "nowhere" / "report")])
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1
    assert "nowhere" in result.output


def test_known_deviations_that_cannot_be_read_are_told_before_anything_is_judged(
    tmp_path: Path,
) -> None:
    (tmp_path / "known.yaml").write_text("deviations: [{}]")
    result = CliRunner().invoke(verify, ["own", "--known", str(tmp_path / "known.yaml")])
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert lines
    assert [line for line in lines if "known.yaml: deviations[0]" not in line] == []


def test_our_endpoint_is_judged_whole_and_its_customer_pays_one_module_and_one_term() -> None:
    with own_endpoint() as (transport, options):
        run = examine(URL, options, transport=transport)
        with httpx.Client(transport=transport) as panel:
            form = {"func": "subaccount", "authinfo": options.authinfo}
            left = fromstring(panel.post(URL, data=form).content).findtext("elem/balance") or ""
    assert exit_code(run.verdicts) == PASSED
    others = {each.name: each.outcome for each in run.verdicts if each.outcome is not Outcome.PASS}
    assert others == dict.fromkeys(("certificate", "page-answers"), Outcome.DOES_NOT_APPLY)
    assert Decimal(left.split()[0]) == Decimal("30.00") - 2 * Decimal("12.00")

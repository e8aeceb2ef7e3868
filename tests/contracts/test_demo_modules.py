"""``mockseller demo modules``: the money of customer, reseller and seller, to the cent."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console
from sqlalchemy import text

from contracts.cli import demo
from contracts.journeys.stories import script as scenario
from contracts.journeys.stories.license_life import Step
from contracts.journeys.stories.module_environment import Stage, staged
from contracts.journeys.stories.module_life import ModuleLife
from contracts.journeys.stories.module_script import ModuleScript, read_script
from contracts.journeys.stories.modules import tell_life


@contextmanager
def told(script: ModuleScript) -> Iterator[tuple[Stage, Callable[[], tuple[bool, str]]]]:
    console = Console(file=io.StringIO(), width=200)

    def play() -> tuple[bool, str]:
        held = tell_life(console, script, stage)
        assert isinstance(console.file, io.StringIO)
        return held, console.file.getvalue()

    with staged(script, in_process=True) as stage:
        yield stage, play


def test_three_systems_on_ports_of_their_own_and_nothing_is_left_running() -> None:
    result = CliRunner().invoke(demo, ["modules"])
    assert result.exit_code == 0, result.output
    assert "Everything was as told" in result.output
    addresses = set(re.findall(r"http://127\.0\.0\.1:[0-9]+", result.output))
    assert len(addresses) == 3


def test_the_license_is_shown_before_and_after() -> None:
    result = CliRunner().invoke(demo, ["modules", "--in-process"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert re.findall(r", carries (\w+)", result.output)[:2] == ["nothing", "Virusdie"]
    assert "it is locked, without modules" in result.output


def test_the_customer_pays_twelve_and_the_reseller_nine() -> None:
    script = read_script()
    with told(script) as (stage, play):
        held, said = play()
        entries = [(one.kind, one.amount) for one in stage.shop.entries()]
        costs = sum(stage.shop.costs().values(), Decimal(0))
        balance = stage.client.account.balance().amount
    assert held, said
    assert entries == [
        ("top-up", Decimal("30.00")), ("sale", Decimal("-12.00")), ("renewal", Decimal("-12.00")),
    ]  # fmt: skip
    assert costs == Decimal("18.00")
    # The license for a year, and the module for two months.
    assert balance == Decimal("300.00") - Decimal("88.00") - Decimal("18.00")


def test_a_price_that_is_another_in_the_panel_is_told() -> None:
    script = read_script()
    with told(replace(script, price=Decimal("13.00"))) as (stage, play):
        stage.shop.store.run(text("UPDATE module_price SET price = '12.00'"))
        held, said = play()
    assert not held
    assert "the price in the panel: expected 13.00, found 12.0000" in said


def test_a_charge_that_nobody_knows_of_is_found_in_the_ledgers() -> None:
    script = read_script()
    with staged(script, in_process=True) as stage:
        steps = []
        for number, step in enumerate(ModuleLife(script, stage).steps(), start=1):
            steps.append(step)
            if number == 6:
                stage.seller.order(ip="192.0.2.77")
    wrong = [check.what for step in steps for check in step.checks if not check.held]
    assert wrong == [f"charges of {stage_month(steps[-1])}", "charges one by one"]


def stage_month(step: Step) -> str:
    """The first month the ledgers compare."""
    return next(c.what.removeprefix("charges of ") for c in step.checks if "charges of" in c.what)


@pytest.mark.parametrize("money", ["11.99", "23.99"])
def test_a_customer_without_money_ends_the_story_otherwise(money: str) -> None:
    with told(replace(read_script(), customer_balance=Decimal(money))) as (_, play):
        held, said = play()
    assert not held
    assert "Not as told" in said or "broke off" in said


def test_a_scenario_that_cannot_be_read_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario, "SCENARIOS", tmp_path)
    (tmp_path / "module_life.yaml").write_text("about: x\n")
    with pytest.raises(scenario.ScenarioFault, match=r"module_life\.yaml: 'licence'"):
        read_script()

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
from contracts.journeys.journey import StepRecord
from contracts.journeys.stories import script as scenario
from contracts.journeys.stories.module_environment import ModuleEnvironment, start_environment
from contracts.journeys.stories.modules import ModuleStory, tell_story
from contracts.journeys.stories.script import ModuleScript, read_module_script


@contextmanager
def story_of(
    script: ModuleScript,
) -> Iterator[tuple[ModuleEnvironment, Callable[[], tuple[bool, str]]]]:
    console = Console(file=io.StringIO(), width=200)

    def play() -> tuple[bool, str]:
        met = tell_story(console, script, environment)
        assert isinstance(console.file, io.StringIO)
        return met, console.file.getvalue()

    with start_environment(script, in_process=True) as environment:
        yield environment, play


def test_three_systems_on_ports_of_their_own_and_nothing_is_left_running() -> None:
    result = CliRunner().invoke(demo, ["modules"])
    assert result.exit_code == 0, result.output
    assert "Everything was as expected" in result.output
    addresses = set(re.findall(r"http://127\.0\.0\.1:[0-9]+", result.output))
    assert len(addresses) == 3


def test_the_license_is_shown_before_and_after() -> None:
    result = CliRunner().invoke(demo, ["modules", "--in-process"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert re.findall(r", carries (\w+)", result.output)[:2] == ["nothing", "Virusdie"]
    assert "it is locked, without modules" in result.output


def test_the_customer_pays_twelve_and_the_reseller_nine() -> None:
    script = read_module_script()
    with story_of(script) as (environment, play):
        met, output = play()
        entries = [(entry.kind, entry.amount) for entry in environment.shop.entries()]
        costs = sum(environment.shop.costs().values(), Decimal(0))
        balance = environment.client.account.balance().amount
    assert met, output
    assert entries == [
        ("top-up", Decimal("30.00")), ("sale", Decimal("-12.00")), ("renewal", Decimal("-12.00")),
    ]  # fmt: skip
    assert costs == Decimal("18.00")
    # The license for a year, and the module for two months.
    assert balance == Decimal("300.00") - Decimal("88.00") - Decimal("18.00")


def test_a_price_that_is_another_in_the_panel_is_told() -> None:
    script = read_module_script()
    with story_of(replace(script, price=Decimal("13.00"))) as (environment, play):
        environment.shop.store.run(text("UPDATE module_price SET price = '12.00'"))
        met, output = play()
    assert not met
    assert "the price in the panel: expected 13.00, found 12.0000" in output


def test_a_charge_that_nobody_knows_of_is_found_in_the_ledgers() -> None:
    script = read_module_script()
    with start_environment(script, in_process=True) as environment:
        steps = []
        for number, step in enumerate(ModuleStory(script, environment).tell(), start=1):
            steps.append(step)
            if number == 6:
                environment.seller.order(ip="192.0.2.77")
    wrong = [
        expectation.what
        for step in steps
        for expectation in step.expectations
        if not expectation.met
    ]
    assert wrong == [f"charges of {first_month(steps[-1])}", "charges one by one"]


def first_month(step: StepRecord) -> str:
    """The first month the ledgers compare."""
    return next(
        c.what.removeprefix("charges of ") for c in step.expectations if "charges of" in c.what
    )


@pytest.mark.parametrize("money", ["11.99", "23.99"])
def test_a_customer_without_money_ends_the_story_otherwise(money: str) -> None:
    with story_of(replace(read_module_script(), customer_balance=Decimal(money))) as (_, play):
        met, output = play()
    assert not met
    assert "Not as expected" in output or "broke off" in output


def test_a_scenario_that_cannot_be_read_is_told_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario, "SCENARIOS", tmp_path)
    (tmp_path / "module_life.yaml").write_text("about: x\n")
    with pytest.raises(
        scenario.ScenarioError, match=r"module_life\.yaml: .*missing.*license_tariff"
    ):
        read_module_script()

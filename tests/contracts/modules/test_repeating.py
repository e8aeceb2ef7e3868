"""What `verify modules` prints of a broken rule: its command finds it again, its lines send it."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from contracts.checks.modules import RULES, Options
from contracts.cli.repeat import Repetition, choose_by_name
from contracts.cli.verify_modules import modules
from contracts.record.levels import select_names
from contracts.verdicts import WRONG
from emulator.testing import Seller
from tests.clocks import stopped_clock
from tests.contracts.modules.mutants import MUTANTS as OF_ANSWERS
from tests.contracts.modules.mutants import Mutant
from tests.contracts.modules.stand import (
    FILE,
    URL,
    before,
    by_name,
    examined,
)  # fmt: skip
from tests.contracts.modules.trade_mutants import TRADE_MUTANTS
from tests.contracts.repeating import expand

MUTANTS = (*OF_ANSWERS, *TRADE_MUTANTS)
SECRETS = {
    "$MOCKSELLER_PANEL_PASSWORD": "secret-1",
    "$MOCKSELLER_PANEL_OTHER_PASSWORD": "secret-2",
}


@pytest.fixture(scope="module")
def seller() -> Iterator[Seller]:
    with Seller(system_clock=stopped_clock()) as made:
        yield made


@pytest.fixture(scope="module")
def filled(seller: Seller, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a shop in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("filled")
    with before(seller, folder):
        return folder / FILE


def typed(options: Options) -> list[str]:
    """The words by which somebody asks for these options."""
    names = {parameter.name: parameter for parameter in modules.params}
    words = [URL]
    for each in fields(options):
        value, parameter = getattr(options, each.name), names[each.name]
        if value is True:
            words.append(parameter.opts[0])
        elif value and value != getattr(Options(), each.name):
            values = value if isinstance(value, tuple) else (value,)
            words += [word for one_value in values for word in (parameter.opts[0], str(one_value))]
    return words


def read_options(command: str) -> tuple[Options, tuple[str, ...]]:
    """What a printed command asks for: the options, and the rules that it reports."""
    words = shlex.split(expand(command, SECRETS))
    assert words[:3] == ["mockseller", "verify", "modules"]
    values: dict[str, Any] = modules.make_context("modules", words[3:]).params
    options = {each.name: values[each.name] for each in fields(Options)}
    return Options(**{**options, "mode": options["mode"] or ""}), select_names(
        values["only"], RULES
    )


@pytest.mark.every(12)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: f"{each.rule}: {each.name}")
def test_the_command_finds_the_broken_rule_again(
    seller: Seller, filled: Path, tmp_path: Path, mutant: Mutant
) -> None:
    found_rules = []
    command, options = "", mutant.options
    for attempt in ("first", "again"):
        seller.reset()
        (tmp_path / attempt).mkdir()
        shutil.copyfile(filled, tmp_path / attempt / FILE)
        with before(seller, tmp_path / attempt) as stand:
            run = examined(stand.endpoint, options, mutant.fault())
        verdict = by_name(run)[mutant.rule]
        assert verdict.outcome in WRONG
        found_rules.append((verdict.name, verdict.messages))
        line = Repetition.of_words(modules, *typed(options)).format(choose_by_name(verdict))
        assert not any(secret in line for secret in SECRETS.values())
        command = command or line
        options, rules = read_options(command)
        assert rules == (mutant.rule,)
    assert found_rules[0] == found_rules[1]

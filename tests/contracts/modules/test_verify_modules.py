"""``mockseller verify modules``, and the page that tells its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from contracts.checks.modules import RULES
from contracts.checks.modules.known_names import CURRENCIES, MODULES
from contracts.cli import verify
from emulator.domain.catalogue import currencies
from tests.contracts.modules.faults import cost
from tests.contracts.modules.stand import LICENSE, Clock, Faulty, Stand, standing
from tests.contracts.modules.test_http_client import served

PAGE = Path(__file__).parents[3] / "docs/modules.md"
ENVIRONMENT = {"MOCKSELLER_PANEL_LOGIN": "ada", "MOCKSELLER_PANEL_PASSWORD": "secret-1"}


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with standing(tmp_path_factory.mktemp("stand")) as made:
        yield made


def test_an_endpoint_that_holds_everything(stand: Stand) -> None:
    with served(stand.endpoint) as url:
        words = ["modules", url, "--item", LICENSE, "--all"]
        result = CliRunner().invoke(verify, words, env=ENVIRONMENT)
    assert result.exit_code == 0, result.output
    assert "month-1-period" in result.output
    assert "secret-1" not in result.output


def test_an_endpoint_that_does_not(stand: Stand) -> None:
    with served(Faulty(stand.endpoint, cost("12,00")(), Clock())) as url:
        result = CliRunner().invoke(verify, ["modules", url])
    # No terminal: the log of a CI job gets one line, not one for each rule.
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        "endpoint for panels"
    ]
    assert result.exit_code == 1, result.output
    assert "cost-dot" in result.output
    assert "cost='12,00'" in result.output
    assert "cost-dot [xml] fail (documented)" in result.output
    assert "docs/modules.md section 3" in result.output


def test_what_is_bought_is_told(stand: Stand) -> None:
    with served(stand.endpoint) as url:
        words = ["modules", url, "--item", LICENSE, "--buy", "Virusdie", "--delete"]
        result = CliRunner().invoke(verify, words, env=ENVIRONMENT)
    assert result.exit_code == 0, result.output
    assert "paid for Virusdie: 12.00 EUR" in result.output


def test_rules_are_told_by_part_of_their_name(stand: Stand) -> None:
    with served(stand.endpoint) as url:
        result = CliRunner().invoke(verify, ["modules", url, "--only", "cost-", "--all"])
    assert result.exit_code == 0
    assert "cost-dot" in result.output
    assert "utf-8" not in result.output


def test_nobody_at_the_address_is_one_line() -> None:
    result = CliRunner().invoke(verify, ["modules", "http://127.0.0.1:1/"])
    assert result.exit_code == 2
    assert len(result.output.splitlines()) == 1
    assert "cannot be judged" in result.output


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["shop.test"],
        ["http://127.0.0.1:1/", "--mode", "automatic"],
        ["http://127.0.0.1:1/", "--buy", "Virusdie"],
        ["http://127.0.0.1:1/", "--slow", "31"],
    ],
)
def test_what_does_not_fit_together_is_a_line_and_no_run(words: list[str]) -> None:
    result = CliRunner().invoke(verify, ["modules", *words])
    assert result.exit_code == 2
    assert "Error: " in result.output
    assert not isinstance(result.exception, httpx.HTTPError | ValueError)


def test_the_page_has_every_rule_as_the_program_has_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    section = text[text.index("\n## 7. ") :]
    lines = re.findall(r"(?m)^\| `([a-z0-9-]+)` \| (.*?) \| (\w+) \|$", section)
    assert lines == [(rule.id, rule.about, rule.evidence) for rule in RULES.values()]
    headings = re.findall(r"(?m)^### 7\.\d+ (.+)$", section)
    assert [heading.lower() for heading in headings] == list(
        dict.fromkeys(rule.group for rule in RULES.values())
    )


def test_the_judge_knows_the_currencies_in_which_a_seller_sells() -> None:
    assert CURRENCIES.split() == currencies.CODES.split()


def test_the_page_has_every_name_that_panels_know() -> None:
    text = PAGE.read_text(encoding="utf-8")
    requests = text[text.index("\n## 3. ") : text.index("\n## 4. ")]
    assert all(f"`{name}`" in requests for name in MODULES)

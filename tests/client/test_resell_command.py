"""The commands of a reseller, run as a user runs them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from reseller_client.cli import resell

if TYPE_CHECKING:
    from collections.abc import Callable

    from reseller_client import Client
    from tests.client.conftest import Line


@pytest.fixture
def run(client: Client) -> Callable[..., Result]:
    login = {"MOCKSELLER_LOGIN": "reseller", "MOCKSELLER_PASSWORD": "secret"}
    runner = CliRunner(env=login)
    return lambda *words: runner.invoke(resell, list(words), obj=client)


def test_licenses_are_listed_one_a_line(run: Callable[..., Result], line: Line) -> None:
    line.answers(
        "<doc><elem><id>7</id><licname>web-1</licname><ip>192.0.2.1</ip><pricelist>Lite</pricelist>"
        '<item_status orig="2">Active</item_status><expiredate>2026-02-01</expiredate></elem></doc>'
    )
    result = run("licences", "list")
    assert result.exit_code == 0
    assert result.output == "7\tactive\t2026-02-01\t192.0.2.1\tLite\tweb-1\n"


def test_an_order_prints_the_license_with_its_key(run: Callable[..., Result], line: Line) -> None:
    line.answers(
        "<doc><id>7</id></doc>",
        "<doc><elid>7</elid><lickey>7-K</lickey><status>2</status></doc>",
    )
    result = run(
        "licences", "order", "--tariff", "55230", "--ip", "192.0.2.1", "--name", "web-1",
        "--addon", "55236", "2",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "key: 7-K" in result.output
    assert line.forms[0]["addon_55236"] == "2"


def test_a_license_is_shown(run: Callable[..., Result], line: Line) -> None:
    line.answers("<doc><elid>7</elid><status>3</status></doc>")
    result = run("licences", "show", "7")
    assert "status: suspended" in result.output


def test_the_balance_is_shown(run: Callable[..., Result], line: Line) -> None:
    line.answers(
        "<doc><elem><project>ISPsystem</project><balance>1000.00</balance><currency>EUR</currency>"
        "</elem></doc>"
    )
    assert run("balance").output == "ISPsystem\t1000.00 EUR\n"


def test_a_refusal_is_one_line_and_not_a_traceback(run: Callable[..., Result], line: Line) -> None:
    line.answers('<doc><error type="missed" object="item"><msg>No such item</msg></error></doc>')
    result = run("licences", "show", "9")
    assert result.exit_code == 1
    assert result.output == "Error: soft.edit: No such item (missed/item)\n"


def test_login_and_password_are_asked_for(client: Client) -> None:
    result = CliRunner(env={"MOCKSELLER_LOGIN": None, "MOCKSELLER_PASSWORD": None}).invoke(
        resell, ["balance"], obj=client
    )
    assert result.exit_code == 2
    assert "--login" in result.output


def test_importing_the_commands_does_not_load_httpx() -> None:
    code = "import sys, reseller_client.cli; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_address_with_a_login_in_it_is_told_in_one_line() -> None:
    url = "http://you:word@127.0.0.1:9/billmgr"
    words = ["--seller", url, "--login", "you", "--password", "word", "balance"]
    result = CliRunner().invoke(resell, words)
    assert result.exit_code == 2
    assert "Invalid value for --seller" in result.output

"""``mockseller verify seller`` from the command line."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from click.testing import CliRunner, Result

from contracts.cli import verify
from emulator.testing import SellerServer
from tests.contracts.seller.second_seller import Second


def called(*words: str) -> Result:
    return CliRunner().invoke(verify, ["seller", *words])


@pytest.mark.parametrize(
    "url",
    [
        "http://somebody:topsecret@127.0.0.1/billmgr",
        "http://127.0.0.1/billmgr?authinfo=somebody:topsecret",
    ],
)
def test_an_address_with_a_login_in_it_is_refused_in_one_line(url: str) -> None:
    result = called(url)
    assert result.exit_code == 2
    assert "MOCKSELLER_LOGIN" in result.output
    assert "topsecret" not in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--max-spend", "much"], '"much" is not an amount'),
        (["--max-spend", "-3"], '"-3" is not an amount'),
        (["--assume-price", "5 EUROS"], '"5 EUROS" is not an amount'),
        (["--tariff-of", "soft"], '"soft" names no tariff'),
        (["--ip", "nowhere"], '"nowhere" is no IPv4 address'),
        (["--level", "deep"], "'deep' is not one of"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(words: list[str], message: str) -> None:
    result = called("--in-process", *words)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/billmgr", "127.0.0.1", "http://[::1"])
def test_what_is_no_address_is_told_in_words(url: str) -> None:
    result = called(url)
    assert result.exit_code == 2
    assert "the address" in result.output


def test_families_and_levels_choose_what_is_asked(tmp_path: Path) -> None:
    message = tmp_path / "told.json"
    words = ["--family", "menu", "--family", "vds", "--level", "core", "--no-flows"]
    result = called("--in-process", *words, "--save", str(message))
    assert result.exit_code == 0, result.output
    (run,) = json.loads(message.read_text())["runs"]
    funcs = {verdict["name"].partition("/")[0] for verdict in run["verdicts"]}
    assert funcs == {"menu", "vds", "vds.edit", "vds.delete", "vds.order", "vds.order.param"}


def test_courses_are_led_in_process_and_fill_the_matrix() -> None:
    result = called("--in-process", "--only", "flow/whmcs")
    assert result.exit_code == 0, result.output
    assert "refused, as it" in result.output
    assert "matrix: 3 of 9 cells hold" in result.output


def test_our_seller_at_its_url_is_led_in_worlds_of_the_judge() -> None:
    with SellerServer() as server:
        result = called(server.url, "--only", "flow/custom/licences")
        left = [world["name"] for world in server.control("GET", "/worlds")]
        balance = server.account()["balance"]
    assert result.exit_code == 0, result.output
    assert left == ["default"]
    assert balance == "1000.00"


def test_scenarios_are_played_where_the_clock_can_be_moved() -> None:
    words = ["--scenarios", "--only", "scenario/vps_quarter/custom"]
    result = called("--in-process", *words)
    assert result.exit_code == 0, result.output
    assert "what was run passed; partial: 1 of" in result.output


class Quiet(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def served(second: Second) -> Iterator[str]:
    """The second seller on a free port of loopback; the address of its API."""
    server = make_server("127.0.0.1", 0, second.application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/billmgr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_another_seller_is_judged_with_a_login_from_the_environment(second: Second) -> None:
    with served(second) as url:
        second.own.provisioning("at_once")
        before, there = second.balance, second.services()
        words = ["seller", url, "--max-spend", "9 EUR", "--only", "flow/custom/licences"]
        credentials = {"MOCKSELLER_LOGIN": "reseller", "MOCKSELLER_PASSWORD": "secret"}
        result = CliRunner().invoke(verify, words, env={**credentials, "NO_PROXY": "127.0.0.1"})
        spent = before - second.balance
        assert second.services() == there
    assert result.exit_code == 0, result.output
    assert f"spent {spent:.2f} EUR of 9.00 EUR; 1 orders" in result.output
    assert "secret" not in result.output


def test_another_seller_with_a_wrong_password_cannot_be_judged(second: Second) -> None:
    with served(second) as url:
        words = ["seller", url, "--login", "reseller", "--password", "not-this-one"]
        result = CliRunner().invoke(verify, words, env={"NO_PROXY": "127.0.0.1"})
    assert result.exit_code == 2
    assert "the account cannot log in" in result.output
    assert "not-this-one" not in result.output


def test_another_seller_is_judged_without_a_login_only_where_that_is_meant(second: Second) -> None:
    nobody = {"MOCKSELLER_LOGIN": "", "MOCKSELLER_PASSWORD": "", "NO_PROXY": "127.0.0.1"}
    with served(second) as url:
        forgotten = CliRunner().invoke(verify, ["seller", url], env=nobody)
        words = ["seller", url, "--no-login", "--only", "no-credentials"]
        meant = CliRunner().invoke(verify, words, env=nobody)
    assert forgotten.exit_code == 2
    assert "no login was given" in forgotten.output
    assert meant.exit_code == 0, meant.output

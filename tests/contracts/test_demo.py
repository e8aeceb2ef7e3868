"""The story of one license: told right, and told wrong when the seller does something else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

import httpx
import pytest
from click.testing import CliRunner
from rich.console import Console

from contracts.cli import demo
from contracts.journeys.stories.license import tell_story
from contracts.target.redact import format_readable, mask_form
from emulator.testing import Seller
from reseller_client import Client


class Changed(httpx.BaseTransport):
    """The seller's answers, changed on their way."""

    def __init__(self, seller: Seller, change: Callable[[bytes], bytes]) -> None:
        self._inner = httpx.WSGITransport(app=seller.wsgi)
        self._change = change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        return httpx.Response(answer.status_code, content=self._change(answer.read()))


@pytest.fixture
def empty() -> Iterator[Seller]:
    with Seller(fixture="empty") as seller:
        yield seller


def _tell(seller: Seller, change: Callable[[bytes], bytes]) -> tuple[bool, str]:
    console = Console(file=io.StringIO(), width=200)
    transport = Changed(seller, change)
    with Client(seller.url, login="reseller", password="secret", transport=transport) as client:
        met = tell_story(console, seller, client)
    assert isinstance(console.file, io.StringIO)
    return met, console.file.getvalue()


def _balances(output: str) -> list[tuple[str, str]]:
    return re.findall(r"balance ([0-9.]+) → ([0-9.]+)", output)


def test_the_story_is_told_in_process() -> None:
    result = CliRunner().invoke(demo, ["--in-process"])
    assert result.exit_code == 0, result.output
    assert "Everything was as expected" in result.output
    balances = _balances(result.output)
    assert len(balances) == 14
    assert all(first[1] == second[0] for first, second in pairwise(balances))
    assert balances[0][0] == "1000.00"
    assert float(balances[-1][1]) < 1000


def test_the_story_is_told_against_a_server() -> None:
    result = CliRunner().invoke(demo, [])
    assert result.exit_code == 0, result.output
    assert re.search(r"http://127\.0\.0\.1:[0-9]+/billmgr", result.output)


def test_every_request_and_answer_can_be_seen_without_its_secrets() -> None:
    result = CliRunner().invoke(demo, ["--in-process", "--verbose"])
    assert result.exit_code == 0, result.output
    assert "→ soft.order.param" in result.output
    assert "<item.id>" in result.output
    assert "authinfo=reseller:***" in result.output
    assert "secret" not in result.output


def test_a_story_that_goes_otherwise_says_so(empty: Seller) -> None:
    def no_longer_its_own(body: bytes) -> bytes:
        return re.sub(rb"<lickey>[0-9]+-", b"<lickey>KEY-", body)

    met, output = _tell(empty, no_longer_its_own)
    assert not met
    assert "its key begins with: expected 100001, found KEY" in output
    assert "Not as expected: Order an ISPmanager Lite license for a month" in output


def test_a_balance_that_moves_otherwise_says_so(empty: Seller) -> None:
    def dearer(body: bytes) -> bytes:
        return body.replace(b'cost="5.0000"', b'cost="6.0000"')

    met, output = _tell(empty, dearer)
    assert not met
    assert "the balance after: expected 994" in output


def test_a_story_that_breaks_off_says_why(empty: Seller) -> None:
    met, output = _tell(empty, lambda body: body.replace(b"<doc", b"<html"))
    assert not met
    assert "broke off" in output


def test_a_session_id_is_hidden() -> None:
    assert format_readable(b'<doc><auth id="abc" level="16">abc</auth></doc>').count("abc") == 0


def test_a_login_is_shown_and_its_password_is_not() -> None:
    assert mask_form({"authinfo": "a:b:c", "key": "k", "ip": "i"}) == {
        "authinfo": "a:***",
        "key": "***",
        "ip": "i",
    }

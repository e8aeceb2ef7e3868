"""What failed is told as a line for the shell, which asks the very same again."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import httpx
import pytest

from contracts.checks.fuzz.control import WorldControl
from contracts.target.curl import PASSWORD, SESSION, format_curl
from contracts.target.seller import SellerSession, connect_wsgi
from emulator.testing import Seller, World

ADDRESS = "http://127.0.0.1:1500/billmgr"
LOGIN = {"authinfo": "reseller:secret"}
SECRETS = {"secret": PASSWORD}
NASTY = 'it\'s "quoted" $HOME `id` \\ ; & | > < * ? ! # ~ % = + @/etc/passwd'


def request(method: str = "POST", **content: Any) -> httpx.Request:  # noqa: ANN401 - httpx's
    return httpx.Client().build_request(method, ADDRESS, **content)


def test_the_password_is_left_to_the_environment() -> None:
    for method, where in (("GET", "params"), ("POST", "data"), ("POST", "params")):
        line = format_curl(request(method, **{where: {"func": "soft", **LOGIN}}), ADDRESS, SECRETS)
        assert '"authinfo=reseller:$MOCKSELLER_PASSWORD"' in line
        assert "secret" not in line


def test_a_session_is_left_to_the_environment() -> None:
    line = format_curl(
        request(data={"func": "soft", "auth": "abcdef123"}), ADDRESS, {"abcdef123": SESSION}
    )
    assert line.endswith('--data-urlencode func=soft --data-urlencode "auth=$MOCKSELLER_SESSION"')


def test_a_login_that_is_no_plain_word_does_not_reach_the_shell_unquoted() -> None:
    sent = {"authinfo": "$(id):secret"}
    line = format_curl(request(data=sent), ADDRESS, SECRETS)
    assert "'authinfo=$(id):secret'" in line


def test_a_login_with_the_clock_is_told_with_its_server(judged_place: SellerSession) -> None:
    line = WorldControl(judged_place).advance("1 day")
    clock = "http://127.0.0.1:1500/_mockseller/clock?world=repeat"
    assert line.startswith(f"curl -sSi -X POST '{clock}' ")


@pytest.fixture
def judged_place() -> Any:  # noqa: ANN401 - a place for the length of a test
    with Seller() as made, connect_wsgi(made.wsgi) as seller, seller.open_session("small") as place:
        yield place


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_line_run_by_a_shell_asks_the_same(seller_server: World, method: str) -> None:
    fields = {"func": "soft.edit", "elid": "100001", "licname": NASTY, "x": "a\x00b\r\nc", "ä": "ö"}
    with httpx.Client(trust_env=False, timeout=60) as http:
        where = {"params" if method == "GET" else "data": {**fields, "out": "json", **LOGIN}}
        repeated = http.build_request(method, seller_server.url, **where)  # type: ignore[arg-type]
        line = format_curl(repeated, seller_server.url, SECRETS)
        done = subprocess.run(
            ["sh", "-c", line],
            capture_output=True, check=True, timeout=60, env={"MOCKSELLER_PASSWORD": "secret"},
        )  # fmt: skip
        answered = http.send(repeated)
        first, second = seller_server.journal.entries(func="soft.edit")
    assert done.stdout.endswith(answered.content)
    assert done.stdout.startswith(b"HTTP/1.1 200 ")
    assert b"error" not in done.stdout
    assert (first["params"], first["method"]) == (second["params"], method)
    assert second["params"]["licname"] == NASTY

"""The page of one call: the lines that send it again, why it was refused, what it changed."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from emulator.control.console.code_lines import read_parameters, write_code
from emulator.testing import Seller, SellerServer
from tests.console.browsing import Browsing


def show(seller: Seller, number: int = 0, query: str = "") -> str:
    number = number or seller.journal.entries(kind="all")[0]["id"]
    return html.unescape(Browsing(seller).look(f"/journal/{number}{query}").text)


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with SellerServer() as started:
        yield started


ODD = {"licname": 'it\'s "quoted"\n$HOME `id` \\ é & = %', "ip": "0.0.0.0"}  # noqa: S104 - a value
PROGRAMS = {
    "curl": ("curl", ["sh", "-c"]),
    "python": (sys.executable, [sys.executable, "-c"]),
    "php": ("php", ["php", "-r"]),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("language", sorted(PROGRAMS))
def test_the_lines_send_the_call_again_as_it_was(
    server: SellerServer, language: str, method: str
) -> None:
    program, command = PROGRAMS[language]
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}")
    world = server.fresh()
    sent = {"func": "soft", "a=b": "1", "authinfo": "reseller:***", "passwd": "***", **ODD}
    code = write_code(world.url, method, read_parameters(sent, "reseller"))
    line = getattr(code, language).removeprefix("<?php")
    secrets = {"MOCKSELLER_PASSWORD": "secret", "SECRET_PASSWD": "another-secret"}
    environment = {**os.environ, **secrets, "NO_PROXY": "*"}
    subprocess.run([*command, line], check=True, env=environment, capture_output=True, timeout=60)
    (entry,) = world.journal.entries()
    assert (entry["method"], entry["error"], entry["login"]) == (method, None, "reseller")
    assert entry["params"] == sent


def test_a_call_with_a_session_is_repeated_with_the_login() -> None:
    sent = read_parameters({"auth": "***", "func": "soft"}, "reseller")
    assert [(p.name, p.text, p.variable) for p in sent] == [
        ("authinfo", "reseller:", "MOCKSELLER_PASSWORD"),
        ("func", "soft", ""),
    ]


def test_no_secret_is_on_the_page(seller: Seller) -> None:
    seller.call("user.edit", name="new", passwd="hidden-secret", sok="ok")
    page = show(seller)
    assert "hidden-secret" not in page
    assert "reseller:secret" not in page
    assert "SECRET_PASSWD" in page


@pytest.mark.parametrize(
    ("func", "params", "sentences"),
    [
        ("soft.edit", {"elid": "1"}, ["The 'item' … does not exist", "No such thing"]),
        ("nosuch", {}, ["Function '…' not found", "func names nothing"]),
        (
            "soft.order.param",
            {"pricelist": "55227", "period": "1", "ip": "x", "sok": "ok"},
            ["The 'ip' field has invalid value", "The parameter ip: "],
        ),
        ("whoami", {"authinfo": "reseller:wrong"}, ["Invalid username or password"]),
    ],
)
def test_a_refusal_is_explained(
    seller: Seller, func: str, params: dict[str, str], sentences: list[str]
) -> None:
    client = seller.wsgi.test_client()
    client.post("/billmgr", data={"authinfo": "reseller:secret", "func": func, **params})
    page = show(seller)
    for sentence in sentences:
        assert sentence in page


def test_an_order_says_what_it_changed(seller: Seller) -> None:
    number = seller.order()
    page = show(seller)
    assert f"service {number}: Opened" in page
    assert "-5.00 EUR: Order: ISPmanager 6 Lite" in page


def test_a_renewal_by_itself_says_what_it_changed(seller: Seller) -> None:
    number = seller.order(autoprolong=1)
    seller.clock.advance("1 month")
    entry = next(
        entry
        for entry in seller.journal.entries(kind="happening", func="prolong")
        if entry["params"]["service"] == str(number)
    )
    page = show(seller, entry["id"], "?lang=ru")
    assert f"услуга {number}: Продлён" in page
    assert page.count("-5.00 EUR") == 1


def test_where_two_calls_changed_something_at_one_instant_nothing_is_claimed(
    seller: Seller,
) -> None:
    seller.clock.freeze()
    seller.order()
    seller.order(ip="192.0.2.202")
    assert "1 more calls of this login changed something" in show(seller)


def test_a_call_that_only_reads_changed_nothing(seller: Seller) -> None:
    seller.call("soft")
    assert "neither history nor money was written" in show(seller)


def test_the_page_of_an_entry_escapes_what_was_sent(seller: Seller) -> None:
    seller.call("soft.edit", elid='"><b>x', licname="<b>y")
    number = seller.journal.entries()[0]["id"]
    page = Browsing(seller).look(f"/journal/{number}").text
    assert re.findall(r"<b>|\">x", page) == []

"""Whose word on a client counts: a named proxy's, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from werkzeug.test import Client, TestResponse

from emulator.server.trusted_proxies import CHECKS
from emulator.settings import SettingsError, load
from emulator.testing import Seller, SellerServer

PROXY = "198.51.100.7"
CLIENT = "203.0.113.9"
OUTER = {
    "X-Forwarded-For": f"192.0.2.66, {CLIENT}",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "shop.example:8443",
    "X-Forwarded-Prefix": "/seller",
}
LOGIN = {"authinfo": "reseller:secret"}
TOKEN = {"Authorization": "Bearer s3cr3t-token"}


@pytest.fixture(scope="module")
def behind() -> Iterator[Seller]:
    with Seller(
        trusted_proxy=f"{PROXY}, 10.1.0.0/16, 127.0.0.1",
        token="s3cr3t-token",
        allowed_hosts="shop.example",
    ) as made:
        yield made


def ask(
    seller: Seller,
    path: str,
    peer: str = PROXY,
    method: str = "GET",
    **options: Any,  # noqa: ANN401 - as werkzeug takes it
) -> TestResponse:
    options.setdefault("base_url", "http://127.0.0.1:1500")
    environ = {"REMOTE_ADDR": peer}
    return Client(seller.wsgi, use_cookies=False).open(
        path, method=method, environ_overrides=environ, **options
    )


def journalled_address(seller: Seller, peer: str, headers: dict[str, str] = OUTER) -> str:
    ask(seller, "/billmgr", peer, "POST", data={**LOGIN, "func": "whoami"}, headers=headers)
    return seller.journal.entries(limit=1)[0]["address"]


@pytest.mark.parametrize("peer", [PROXY, "10.1.2.3", "::ffff:10.1.2.3"])
def test_the_journal_shows_the_client_that_a_named_proxy_saw(behind: Seller, peer: str) -> None:
    assert journalled_address(behind, peer) == CLIENT


@pytest.mark.parametrize("peer", ["198.51.100.8", "10.2.0.1", "::1"])
def test_from_anybody_else_the_headers_change_nothing(behind: Seller, peer: str) -> None:
    assert journalled_address(behind, peer) == peer
    plain, sent = (
        ask(behind, "/billmgr", peer, query_string={**LOGIN, "func": "payment"}, headers=headers)
        for headers in ({}, OUTER)
    )
    assert re.sub("(?s)<tparams>.*", "", plain.text) == re.sub("(?s)<tparams>.*", "", sent.text)
    page = ask(behind, "/", peer, headers=OUTER).text
    assert "http://127.0.0.1:1500/billmgr" in page
    assert "shop.example" not in page


def test_without_the_setting_nobody_is_believed(seller: Seller) -> None:
    assert journalled_address(seller, "127.0.0.1") == "127.0.0.1"
    assert 'host="http://127.0.0.1:1500"' in document(seller)
    assert "/seller" not in ask(seller, "/", "127.0.0.1", headers=OUTER).text


def document(seller: Seller) -> str:
    query = {**LOGIN, "func": "payment"}
    return ask(seller, "/billmgr", "127.0.0.1", query_string=query, headers=OUTER).text


def test_documents_and_pages_have_the_outer_address(behind: Seller) -> None:
    assert 'host="https://shop.example:8443"' in document(behind)
    page = ask(behind, "/", headers=OUTER).text
    assert "curl https://shop.example:8443/seller/billmgr" in page
    assert 'href="/seller/_mockseller/console"' in page


def test_the_page_of_a_payment_has_its_outer_address_and_leads_back_to_it(behind: Seller) -> None:
    added = behind.call("payment.add.method", paymethod="1", amount="10", sok="ok")
    payment = behind.control("GET", "/accounts/reseller/payments")["payments"][0]
    assert added.error is None
    shown = ask(behind, payment["page"], headers=OUTER)
    assert f"https://shop.example:8443/seller{payment['page']}" in shown.text
    clicked = ask(behind, payment["page"], method="POST", data={"action": "pay"}, headers=OUTER)
    assert (clicked.status_code, clicked.headers["Location"]) == (303, f"/seller{payment['page']}")


def test_the_console_works_below_a_prefix(behind: Seller) -> None:
    path = "/_mockseller/console"
    led = ask(behind, f"{path}?token=s3cr3t-token", headers=OUTER)
    assert led.headers["Location"] == "/seller/_mockseller/console/default"
    cookie = led.headers["Set-Cookie"]
    assert "; Secure" in cookie
    assert "; Path=/seller/_mockseller" in cookie
    cookies = {**OUTER, "Cookie": cookie.partition(";")[0]}
    page = ask(behind, f"{path}/default", headers=cookies)
    links = re.findall('(?:href|src|action|hx-get|hx-post)="(/[^"]*)"', page.text)
    assert page.status_code == 200
    assert len(links) > 10
    assert [link for link in links if not link.startswith("/seller/_mockseller/")] == []


@pytest.mark.parametrize("claimed", ["127.0.0.1", "::1", "127.0.0.1, 127.0.0.1"])
def test_no_header_makes_a_client_one_of_this_computer(behind: Seller, claimed: str) -> None:
    for peer in (PROXY, "127.0.0.1", CLIENT):
        for names in (["X-Forwarded-For"], [*OUTER]):
            headers = {**{name: OUTER[name] for name in names}, "X-Forwarded-For": claimed}
            path = "/_mockseller/clock"
            answer = ask(behind, path, peer, base_url="http://127.0.0.1", headers=headers)
            assert answer.status_code == 401, (peer, headers)
            assert ask(behind, path, peer, headers={**headers, **TOKEN}).status_code == 200


def test_a_proxy_of_this_computer_that_sends_no_client_opens_nothing(behind: Seller) -> None:
    def status(base: str) -> int:
        path = "/_mockseller/clock"
        return ask(behind, path, "127.0.0.1", base_url=base).status_code

    assert status("http://shop.example") == 401
    assert status("http://127.0.0.1:1500") == 200


@pytest.mark.parametrize("header", CHECKS)
def test_what_makes_no_sense_is_refused_and_not_shown(behind: Seller, header: str) -> None:
    for value in ("javascript:alert(1)", '"><b>', "//evil.example", "x y", "unix:", "é" * 9):
        answer = ask(behind, "/", headers={**OUTER, header: value})
        assert answer.status_code == 400
        assert answer.text == f"the header {header} of the proxy makes no sense\n"


def test_a_bad_address_of_a_proxy_is_named() -> None:
    with pytest.raises(
        SettingsError, match="'nginx' does not appear to be an IPv4 or IPv6 network"
    ):
        load({"trusted_proxy": "10.0.0.1, nginx"}, {})


def test_a_server_believes_its_proxy_and_gunicorn_nobody() -> None:
    sent = {**LOGIN, "func": "payment"}
    with SellerServer("--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8") as server:
        answer = httpx.get(server.url, params=sent, headers=OUTER, timeout=60)
        assert 'host="https://shop.example:8443"' in answer.text
        assert server.journal.entries(limit=1)[0]["address"] == CLIENT
    with SellerServer() as server:
        answer = httpx.get(server.url, params=sent, headers=OUTER, timeout=60)
        assert f'host="{server.base}"' in answer.text

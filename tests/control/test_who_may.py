from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from emulator.testing import Seller
from tests.console.browsing import TOKEN as FORM_TOKEN

TOKEN = {"Authorization": "Bearer s3cr3t-token"}
EVERYWHERE = "0.0.0.0"  # noqa: S104 - listening there is what is tested


def ask(
    seller: Seller,
    path: str = "/clock",
    method: str = "GET",
    **options: Any,  # noqa: ANN401 - as werkzeug takes it
) -> TestResponse:
    options.setdefault("base_url", "http://127.0.0.1")
    options.setdefault("environ_overrides", {"REMOTE_ADDR": "127.0.0.1"})
    return Client(seller.wsgi).open(f"/_mockseller{path}", method=method, **options)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1500", "[::1]:1500", "LOCALHOST"])
def test_the_servers_own_names_are_answered(seller: Seller, host: str) -> None:
    assert ask(seller, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "192.0.2.1"])
def test_a_foreign_host_is_refused(seller: Seller, host: str) -> None:
    answer = ask(seller, headers={"Host": host})
    assert answer.status_code == 403
    assert "is not a name of this server" in json.loads(answer.data)["error"]


def test_further_names_are_a_setting() -> None:
    with Seller(allowed_hosts="shop.example,other.example") as seller:
        assert ask(seller, headers={"Host": "shop.example:1500"}).status_code == 200


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"]
)
def test_what_came_through_a_proxy_needs_the_token(header: str) -> None:
    with Seller(token="s3cr3t-token") as seller:
        assert ask(seller, headers={header: "192.0.2.1"}).status_code == 401
        assert ask(seller, headers={header: "192.0.2.1", **TOKEN}).status_code == 200


def test_a_server_that_listens_everywhere_needs_the_token() -> None:
    with Seller(token="s3cr3t-token", host=EVERYWHERE) as seller:
        refused = ask(seller)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
        assert ask(seller, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert ask(seller, headers={"Authorization": "Basic s3cr3t-token"}).status_code == 401
        assert ask(seller, headers=TOKEN).status_code == 200


def test_a_server_for_others_is_addressed_by_any_address_but_no_foreign_name() -> None:
    with Seller(token="s3cr3t-token", host=EVERYWHERE) as seller:
        for host in ("192.0.2.1:1500", "[2001:db8::1]:1500"):
            assert ask(seller, headers={**TOKEN, "Host": host}).status_code == 200
        assert ask(seller, headers={**TOKEN, "Host": "evil.example"}).status_code == 403


def test_the_link_with_the_token_opens_the_console_to_a_browser() -> None:
    with Seller(token="s3cr3t-token", host=EVERYWHERE) as seller:
        browser = Client(seller.wsgi)
        url = "http://192.0.2.1/_mockseller/console"
        own = {"Origin": "http://192.0.2.1"}
        assert browser.get(f"{url}/default", base_url=url).status_code == 401
        assert browser.get(f"{url}/?token=wrong", base_url=url).status_code == 401
        entered = browser.get(f"{url}/?token=s3cr3t-token", base_url=url)
        assert (entered.status_code, entered.location) == (303, "/_mockseller/console/default")
        cookie = entered.headers["Set-Cookie"]
        assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Path=/_mockseller"))
        page = browser.get(f"{url}/default", base_url=url)
        token = FORM_TOKEN.search(page.text)
        assert (page.status_code, token is not None) == (200, True)
        frozen = {"do": "freeze", "csrf": token[1] if token else ""}
        foreign = browser.post(f"{url}/default/clock", base_url=url, data=frozen)
        assert foreign.status_code == 403
        moved = browser.post(f"{url}/default/clock", base_url=url, data=frozen, headers=own)
        assert moved.status_code == 303


def test_without_a_token_set_nobody_comes_in_from_elsewhere() -> None:
    with Seller(host=EVERYWHERE) as seller:
        assert ask(seller).status_code == 401
        assert ask(seller, headers={"Authorization": "Bearer "}).status_code == 401


def test_a_caller_from_elsewhere_needs_the_token_wherever_we_think_we_listen() -> None:
    with Seller(token="s3cr3t-token") as seller:
        afar = {"REMOTE_ADDR": "192.0.2.1"}
        assert ask(seller, environ_overrides=afar).status_code == 401
        assert ask(seller, environ_overrides={"REMOTE_ADDR": ""}).status_code == 401
        assert ask(seller, environ_overrides=afar, headers=TOKEN).status_code == 200


def test_health_is_answered_before_anyone_is_judged() -> None:
    with Seller(host=EVERYWHERE) as seller:
        answer = ask(seller, "/health", headers={"Host": "10.1.2.3"})
        health = json.loads(answer.data)
        assert (answer.status_code, health["status"]) == (200, "ok")
        assert set(health) == {"status", "version"}


def test_health_is_not_journalled(seller: Seller) -> None:
    ask(seller, "/health")
    assert seller.journal.entries() == []


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", None])
def test_a_change_a_web_form_could_send_is_refused(seller: Seller, kind: str | None) -> None:
    answer = ask(seller, method="POST", data=b'{"advance":"1 day"}', content_type=kind)
    assert answer.status_code == 415
    assert seller.control("GET", "/clock")["mode"] == "real"


def test_no_origin_is_ever_allowed(seller: Seller) -> None:
    seller.rules(allowed_origins=["https://shop.example"])
    headers = {"Origin": "https://shop.example"}
    for method in ("GET", "OPTIONS"):
        answer = ask(seller, method=method, headers=headers)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]

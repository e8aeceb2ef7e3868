"""The panel's page: what it shows, what its buttons do, and who may press them."""

from __future__ import annotations

import httpx
import pytest
from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from emulator.panel import PanelPages, PanelServer
from tests.panel.conftest import ADA, BILLING, COST, Trade

HERE = {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}
LOGIN = {"login": ADA.name, "password": ADA.password}


@pytest.fixture
def browser(trade: Trade) -> Browser:
    trade.partner()
    panel = trade.panel()
    panel.refresh()
    return Browser(PanelPages(panel))


def press(browser: Browser, path: str, **form: str) -> TestResponse:
    return browser.post(path, data=form, headers=HERE, base_url="http://127.0.0.1:8080")


def test_it_shows_the_license_and_the_partners_price(browser: Browser) -> None:
    got = browser.get("/", base_url="http://127.0.0.1:8080")
    assert got.status_code == 200
    for shown in ("ISPmanager 6 Pro", "number 100002", "Virusdie", "12.00 EUR", BILLING):
        assert shown in got.text


def test_a_button_buys_and_the_page_says_so(browser: Browser, trade: Trade) -> None:
    got = press(browser, "/buy", module="277", **LOGIN)
    assert "Virusdie is active: the license has it." in got.text
    assert "active until 2027-02-10" in got.text
    assert trade.spent() == COST


def test_the_password_is_on_no_page(browser: Browser) -> None:
    bought = press(browser, "/buy", module="277", **LOGIN)
    refused = press(browser, "/buy", module="277", login="ada", password="wrong-one")
    assert ADA.password not in bought.text
    assert "wrong-one" not in refused.text


@pytest.mark.parametrize(
    ("form", "line"),
    [
        (
            {"module": "277", "login": "ada", "password": "x"},
            "Virusdie was not bought: Wrong login",
        ),
        ({"module": "277"}, "was not bought: buying needs a login"),
        ({"module": "<b>", **LOGIN}, "&lt;b&gt; was not bought: the billing sells no &lt;b&gt;"),
        ({}, "was not bought"),
    ],
)
def test_the_page_shows_why_a_module_cannot_be_bought(
    browser: Browser, trade: Trade, form: dict[str, str], line: str
) -> None:
    got = press(browser, "/buy", **form)
    assert (got.status_code, line in got.text) == (200, True)
    assert trade.spent() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {**HERE, "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_of_somebody_else_cannot_press_them(
    browser: Browser, trade: Trade, headers: dict[str, str]
) -> None:
    got = browser.post(
        "/buy", data={"module": "277", **LOGIN}, headers=headers, base_url="http://127.0.0.1:8080"
    )
    assert got.status_code == 403
    assert trade.spent() == 0


def test_it_answers_to_no_other_name(browser: Browser) -> None:
    assert browser.get("/", base_url="http://panel.evil.example").status_code == 403


@pytest.mark.parametrize("path", ["/nosuch", "/buy", "/refresh"])
def test_there_are_no_other_pages(browser: Browser, path: str) -> None:
    assert browser.get(path, base_url="http://127.0.0.1:8080").status_code == 404


def test_refreshing_shows_what_changed_at_the_seller(browser: Browser, trade: Trade) -> None:
    trade.seller.service(100002, status=3)
    got = press(browser, "/refresh")
    assert "No license file: the license is not active" in got.text
    assert "There is no usable license" in got.text
    trade.seller.service(100002, status=2)
    assert "The license was refreshed." in press(browser, "/refresh").text


def test_with_a_price_list_the_button_is_a_link_to_the_partner(trade: Trade) -> None:
    trade.partner("pricelist")
    panel = trade.panel()
    panel.refresh()
    got = Browser(PanelPages(panel)).get("/", base_url="http://127.0.0.1")
    assert f'href="{BILLING}?startform=addition.order.param&amp;pricelist=277' in got.text
    assert "password" not in got.text


def test_a_silent_partner_leaves_the_license_on_the_page(trade: Trade) -> None:
    trade.partner(url="http://127.0.0.1/nowhere")
    panel = trade.panel()
    panel.refresh()
    got = Browser(PanelPages(panel)).get("/", base_url="http://127.0.0.1")
    assert "ISPmanager 6 Pro" in got.text
    assert "no prices" in got.text


def test_it_is_served_on_a_free_port_and_stopped(trade: Trade) -> None:
    panel = trade.panel()
    with PanelServer(PanelPages(panel), host="127.0.0.1", port=0) as served:
        assert httpx.get(served.url, trust_env=False, timeout=60).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.url, trust_env=False)


def test_a_taken_port_is_an_error_of_the_machine(trade: Trade) -> None:
    with PanelServer(PanelPages(trade.panel()), host="127.0.0.1", port=0) as served:
        port = int(served.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            PanelServer(PanelPages(trade.panel()), host="127.0.0.1", port=port)

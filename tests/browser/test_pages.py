"""The pages as a person meets them: in a real browser, with its own rules about who sent a form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from emulator.panel import LicenseFolder, Panel, PanelPages, PanelServer, PanelSettings
from emulator.testing import SellerServer
from tests.browser.conftest import LOAD_TIMEOUT, overflows, size


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with SellerServer() as started:
        yield started


@pytest.fixture
def panel_page(server: SellerServer, tmp_path: Path) -> Iterator[str]:
    world = server.fresh()
    key = str(world.service(100002)["lickey"])
    with httpx.Client(trust_env=False, timeout=60) as http:
        panel = Panel(
            LicenseFolder(tmp_path), http, PanelSettings(world.url, key), wait=lambda _: None
        )
        panel.refresh()
        with PanelServer(PanelPages(panel), host="127.0.0.1", port=0) as served:
            yield served.url


def text(page: Chrome) -> str:
    # In one step: an element that is found and then read may belong to the page before.
    shown: str = page.execute_script("return document.body ? document.body.innerText : ''")
    return shown


def wait_for(page: Chrome, words: str) -> None:
    WebDriverWait(page, LOAD_TIMEOUT).until(lambda _: words in text(page), f"{words} is not shown")


def test_a_module_is_bought_on_the_panels_page(page: Chrome, panel_page: str) -> None:
    page.get(panel_page)
    page.find_element(By.NAME, "login").send_keys("reseller")
    page.find_element(By.NAME, "password").send_keys("secret")
    row = page.find_element(By.XPATH, "//li[strong='Softaculous']")
    row.find_element(By.TAG_NAME, "button").click()
    wait_for(page, "Softaculous is active")
    assert "secret" not in page.page_source
    page.find_element(By.XPATH, "//button[.='Refresh the license']").click()
    wait_for(page, "The license was refreshed.")


@pytest.mark.parametrize("width", [380, 1200])
def test_the_panels_page_fits_its_window(page: Chrome, panel_page: str, width: int) -> None:
    size(page, width)
    page.get(panel_page)
    assert not overflows(page)


def test_the_console_moves_a_worlds_clock(page: Chrome, server: SellerServer) -> None:
    world = server.fresh()
    world.clock.freeze("2027-01-10T00:00:00Z")
    page.get(f"{server.base}/_mockseller/console/{world.name}")
    assert "2027-01-10" in text(page)
    page.find_element(By.XPATH, "//button[.='Advance']").click()
    wait_for(page, "2027-01-11")


def test_a_page_of_somebody_else_cannot_move_it(
    page: Chrome, server: SellerServer, tmp_path: Path
) -> None:
    world = server.fresh()
    world.clock.freeze("2027-01-10T00:00:00Z")
    address = json.dumps(f"{server.base}/_mockseller/console/{world.name}/clock")
    evil = tmp_path / "evil.html"
    evil.write_text(
        f"<form method=post action={address}><input name=advance value='1 day'></form>"
        "<script>document.forms[0].submit()</script>"
    )
    page.get(evil.as_uri())
    wait_for(page, "only a page of this server may send changes here")
    assert world.clock.now.startswith("2027-01-10")


def test_a_payment_is_paid_on_its_page(page: Chrome, server: SellerServer) -> None:
    world = server.fresh()
    begun = world.call(
        "payment.add.method", amount="25.00", payment_currency="EUR", paymethod=1, sok="ok"
    )
    page.get(f"{world.url}?{begun.field('ok')}")
    assert "25.00" in text(page)
    page.find_element(By.XPATH, "//button[.='Pay']").click()
    WebDriverWait(page, LOAD_TIMEOUT).until(lambda _: world.account()["balance"] == "1025.00")

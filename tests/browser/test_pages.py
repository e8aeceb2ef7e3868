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
from emulator.server.pages.payment import TEXTS
from emulator.testing import Answer, SellerServer
from emulator.testing.client import World
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


def begin_paying(world: World) -> Answer:
    """Two machines and a license in the basket, and a payment begun with its sums as shown."""
    world.account("reseller", balance="0.00")
    for name in ("one.test", "two.test"):
        world.call("vds.order.param", pricelist=6, period=1, domain=name, sok="ok")
    listed = world.call("soft.order.pricelist").xml
    tariff = listed.findtext("list[@name='tariflist']/elem/pricelist") or ""
    world.call("soft.order.param", pricelist=tariff, period=1, ip="192.0.2.201", sok="ok")
    basket = world.call("basket")
    assert [row.findtext("item.type") for row in basket.xml.iter("elem")] == ["vds", "vds", "soft"]
    form = world.call("payment.add", billorder=basket.field("billorder"))
    return world.call(
        "payment.add.method",
        billorder=basket.field("billorder"),
        amount=basket.field("total_sum"),
        payment_currency=form.field("payment_currency"),
        paymethod=form.xml.findtext("list[@name='methodlist']/elem/paymethod"),
        sok="ok",
    )


def press(page: Chrome, button: str) -> None:
    page.find_element(By.XPATH, f"//button[.='{button}']").click()


def wait_until_delivered(page: Chrome, world: World) -> None:
    WebDriverWait(page, LOAD_TIMEOUT).until(
        lambda _: world.call("basket").field("billorder") == "", "the order is not paid"
    )
    delivered = [row for row in world.call("service").rows() if row["status"] == "2"]
    assert {"one.test", "two.test"} <= {row["name"] for row in delivered}
    assert world.account()["balance"] == "0.00"


@pytest.mark.parametrize(
    ("fixture", "currency", "lang"), [("small", "EUR", "en"), ("russian", "RUB", "ru")]
)
def test_a_basket_is_paid_on_the_page_behind_ok(
    page: Chrome, server: SellerServer, fixture: str, currency: str, lang: str
) -> None:
    """In Russian it is postponed first, and taken up again by the same address."""
    _, pay, later, *_ = TEXTS[lang]
    world = server.fresh(fixture)
    world.account("reseller", lang=lang)
    begun = begin_paying(world)
    for button in (later, pay) if lang == "ru" else (pay,):
        page.get(f"{server.base}{begun.field('ok')}")
        assert f"{begun.field('amount')} {currency}" in text(page)
        press(page, button)
    wait_until_delivered(page, world)


def fill_cart(world: World) -> str:
    """Two servers by the newer order in the cart; the numbers of their positions."""
    form = world.call("v2.vds.order.param", pricelist=6, order_period=1)
    chosen = {name: form.field(name) for name in ("pricelist", "order_period", "ostempl")}
    newer = {"clicked_button": "order", "force_use_new_cart": "on", "sok": "ok"}
    for name in ("one.test", "two.test"):
        world.call("v2.vds.order.param", **chosen, **newer, domain=name)
    lines = world.call("cart").xml.iterfind("list[@name='lineitems']/elem")
    return ", ".join(line.findtext("elid") or "" for line in lines)


def log_in(world: World) -> str:
    """The session of a person in the client area."""
    return world.call("auth", username="reseller", password="secret").xml.findtext("auth") or ""


def test_the_newer_cart_is_paid_on_the_page_and_taken_up_again(
    page: Chrome, server: SellerServer
) -> None:
    world = server.fresh()
    world.account("reseller", balance="0.00")
    positions = fill_cart(world)
    total = world.call("cart").xml.findtext("total/cost")
    begun = world.call("cartorder.create.confirm", elid=positions, paymethod_id=1, sok="ok")
    assert begun.field("amount") == total == "6.00"
    page.get(f"{server.base}{begun.field('ok')}")
    press(page, TEXTS["en"][2])
    assert world.call("cart").xml.findtext("total/count") == "2"
    # Abandoned: the browser comes back by its login and the number of the payment alone.
    page.add_cookie({"name": "billmgrses5", "value": log_in(world)})
    number = begun.field("payment_id")
    page.get(f"{world.url}?func=payment.add.redirect&payment_id={number}")
    assert "6.00 EUR" in text(page)
    press(page, "Pay")
    wait_until_delivered(page, world)
    assert world.call("cart").xml.findtext("total/count") == "0"


def test_an_order_is_paid_from_the_balance_by_a_form_in_the_browser(
    page: Chrome, server: SellerServer, tmp_path: Path
) -> None:
    world = server.fresh()
    fill_cart(world)
    world.account("reseller", balance="6.00")
    order = world.call("basket").field("billorder")
    form = world.call("payment.add", billorder=order)
    (button,) = form.xml.findall("list[@name='methodlist']/elem[paymethod_type='0']/action/button")
    sent = {
        "func": "payment.add",
        "auth": log_in(world),
        "billorder": order,
        "payment_currency": form.field("payment_currency"),
        "clicked_button": button.get("name") or "",
        "sok": "ok",
    }
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in sent.items())
    area = tmp_path / "area.html"
    area.write_text(
        f"<form method=post action={world.url}>{inputs}<button>From balance</button></form>"
    )
    page.get(area.as_uri())
    press(page, "From balance")
    wait_until_delivered(page, world)


def test_a_copy_of_the_payment_page_pays_too(
    page: Chrome, server: SellerServer, tmp_path: Path
) -> None:
    world = server.fresh()
    address = f"{server.base}{begin_paying(world).field('ok')}"
    shown = httpx.get(address, follow_redirects=True, trust_env=False, timeout=LOAD_TIMEOUT)
    copy = tmp_path / "payment.html"
    copy.write_text(shown.text)
    page.get(copy.as_uri())
    press(page, "Pay")
    wait_until_delivered(page, world)

"""The control panel of a license inside the console: its modules, and a purchase."""

from __future__ import annotations

import pytest

from emulator.testing import Seller
from tests.console.browsing import Browsing, read_text

LICENSE = "100002"


def test_a_module_is_bought_in_the_console(seller: Seller) -> None:
    browser = Browsing(seller)
    page = read_text(browser.look(f"/panel?license={LICENSE}").text)
    assert "License ISPmanager 6 Pro, 100002" in page
    assert "Softaculous" in page
    login = {"login": "reseller", "password": "secret"}
    bought = browser.press("/panel/buy", None, license=LICENSE, module="Softaculous", **login)
    assert bought.status_code == 200
    assert "Softaculous is active: the license has it." in bought.text
    assert "secret" not in bought.text.replace("secrets", "")
    assert [entry["outcome"] for entry in seller.journal.entries(func="payment.add*")][:1]
    again = read_text(browser.look(f"/panel?license={LICENSE}").text)
    assert "Softaculous" in again
    assert "active 20" in again


def test_a_purchase_that_fails_says_why(seller: Seller) -> None:
    browser = Browsing(seller)
    form = {"license": LICENSE, "module": "Softaculous"}
    wrong = browser.press("/panel/buy", None, **form, login="reseller", password="<b>wrong")
    assert "was not bought: " in wrong.text
    assert "<b>wrong" not in wrong.text
    nothing = browser.press("/panel/buy", None, **form)
    assert "buying needs a login at the billing" in nothing.text


@pytest.mark.parametrize(("chosen", "status"), [("100013", 404), ("1", 404), ("x", 200)])
def test_a_service_without_a_key_has_no_panel(seller: Seller, chosen: str, status: int) -> None:
    page = Browsing(seller).look(f"/panel?license={chosen}")
    assert page.status_code == status
    assert "Modules and prices" not in page.text


def test_a_license_whose_modules_are_sold_elsewhere_connects_nowhere(seller: Seller) -> None:
    partner = {"url": "http://127.0.0.1:9/billmgr", "mode": "automatic", "addresses": ["0.0.0.0/0"]}
    seller.account("reseller", partner=partner)
    page = Browsing(seller).look(f"/panel?license={LICENSE}").text
    assert "only `mockseller panel` connects elsewhere" in page


def test_the_page_has_the_strict_policy_of_the_console(seller: Seller) -> None:
    page = Browsing(seller).look("/panel")
    policy = page.headers["Content-Security-Policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text

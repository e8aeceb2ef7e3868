"""The overview: clock, events, money and callers of a world."""

from __future__ import annotations

import re

import pytest

from emulator.testing import Seller
from tests.console.browsing import Browsing, read_text


def test_after_a_move_the_page_lists_what_happened_in_its_order(seller: Seller) -> None:
    number = seller.order(autoprolong=1)
    browser = Browsing(seller)
    moved = browser.press("/clock", do="1 month")
    page = browser.look(moved.headers["Location"]).text
    assert f"prolong service {number} " in read_text(page)
    days = re.findall(r"<li>(\S+) \S+ <strong>", page)
    assert days == sorted(days)


def test_the_clock_goes_to_the_next_event(seller: Seller) -> None:
    due = seller.control("GET", "/clock")["next_due_at"]
    Browsing(seller).press("/clock", do="to next renewal")
    assert seller.clock.now[:10] == due[:10]


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "\u0663"])
def test_a_number_that_is_none_lists_no_events(seller: Seller, after: str) -> None:
    page = Browsing(seller).look(f"?moved_after={after}")
    assert page.status_code == 200
    assert "The journal has no event of this move." in page.text


def test_expenses_and_payments_are_listed_with_sign_and_currency(seller: Seller) -> None:
    number = seller.order()
    seller.account("reseller", balance="7.00")
    page = Browsing(seller).look("?lang=ru").text
    assert "-5.00 EUR" in page
    assert "-988.00 EUR" in page
    assert f"услуга {number}" in page
    assert "Заказ: " in page


def test_each_caller_is_listed_with_its_calls_and_refusals(seller: Seller) -> None:
    for _ in range(3):
        seller.call("whoami")
    seller.call("soft.edit", elid="1")
    seller.call("<b>odd", login="stranger")
    page = Browsing(seller).look().text
    assert "whoami 3, soft.edit 1" in page
    assert "&lt;b&gt;odd 1" in page
    assert "<b>odd" not in page


def test_two_programs_with_one_login_are_told_apart(seller: Seller) -> None:
    client = seller.wsgi.test_client()
    calls = {"Billing/1.0": "whoami", "<i>odd</i> secret-secret": "soft", "": "vds"}
    for agent, func in calls.items():
        params = {"authinfo": "reseller:secret-secret", "func": func}
        client.post("/billmgr", data=params, headers={"User-Agent": agent})
    page = Browsing(seller).look().text
    for shown in ("Billing/1.0", "&lt;i&gt;odd&lt;/i&gt; ***", "(not said)"):
        assert f'<td class="text">{shown}</td>' in page
    assert "secret-secret" not in page


def test_every_world_is_listed_with_its_clock(seller: Seller) -> None:
    seller.control("POST", "/worlds", {"name": "then", "as_of": "2027-01-31"})
    page = Browsing(seller).look().text
    assert re.search(r">then</a></td>\s*<td>2027-01-31 00:00</td><td>frozen</td>", page)

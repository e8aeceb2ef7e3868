"""The pages of functions: the reference, and the form that tries one."""

from __future__ import annotations

import html
import re

import pytest

from emulator.app import create_registry
from emulator.testing import Seller
from tests.console.browsing import Browsing, read_text

FIELD = re.compile(r'name="value\.([^"]+)" value="([^"]*)"')


def test_every_function_is_listed_and_can_be_searched(seller: Seller) -> None:
    browser = Browsing(seller)
    page = browser.look("/functions").text
    listed = re.findall(r'/functions/([^"]+)">', page)
    assert listed == [function.name for function in create_registry()]
    found_names = re.findall(
        r'/functions/([^"]+)">', browser.look("/functions?search=VDS.REB").text
    )
    assert found_names == ["vds.reboot"]


def test_every_function_has_a_page_prefilled_from_its_example(seller: Seller) -> None:
    browser = Browsing(seller)
    for function in create_registry():
        page = browser.look(f"/functions/{function.name}", **{"Accept-Language": "ru"})
        assert page.status_code == 200, function.name
        assert function.source in read_text(page.text), function.name
        filled = {name: html.unescape(text) for name, text in FIELD.findall(page.text)}
        for name, text in function.example.items():
            chosen = f"<option selected>{text}</option>" in page.text
            assert chosen or filled[name] == text, (function.name, name)


def test_a_function_is_tried_as_a_login_and_its_outcome_is_shown(seller: Seller) -> None:
    form = {
        "login": "other", "out": "json", "value.pricelist": "55227", "value.period": "1",
        "value.ip": "192.0.2.99", "value.skipbasket": "on", "value.sok": "ok", "value.remoteid": "",
        "further": "licname=a=b\n\n",
    }  # fmt: skip
    page = Browsing(seller).press("/functions/soft.order.param/call", **form)
    assert page.status_code == 200
    assert "bought 5.00" in page.text
    (entry,) = seller.journal.entries()
    sent = {name: text for name, text in entry["params"].items() if name != "auth"}
    assert sent == {
        "func": "soft.order.param", "out": "json", "pricelist": "55227", "period": "1",
        "ip": "192.0.2.99", "skipbasket": "on", "sok": "ok", "licname": "a=b",
    }  # fmt: skip
    assert (entry["login"], entry["path"]) == ("other", "/_mockseller/console/default")
    assert f"/journal/{entry['id']}" in page.text
    assert 'value="192.0.2.99"' in page.text


def test_the_answer_has_no_secret_and_is_shown_as_text(seller: Seller) -> None:
    password = seller.call("vds.edit", elid=100014).field("password")
    form = {"login": "reseller", "value.elid": "100014", "further": "x=<b>"}
    seller.faults.add("delay", func="vds.edit", seconds=0.001)
    page = Browsing(seller).press("/functions/vds.edit/call", **form).text
    assert "&lt;password&gt;***&lt;" in page
    assert password not in page
    assert "<b>" not in page
    again = Browsing(seller).press(
        "/functions/user.edit/call", login="reseller", **{"value.passwd": "hidden-secret"}
    )
    assert "hidden-secret" not in again.text


def test_a_fault_hits_a_call_of_the_console_too(seller: Seller) -> None:
    seller.faults.add("drop", func="whoami")
    page = Browsing(seller).press("/functions/whoami/call", login="reseller").text
    assert "A planned fault broke this answer off" in read_text(page)


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ({"login": "reseler"}, 'there is no login "reseler"'),
        ({"further": "nothing"}, '"nothing" is not name=value'),
    ],
)
def test_a_form_that_cannot_be_sent_is_a_line_on_the_page(
    seller: Seller, form: dict[str, str], line: str
) -> None:
    answer = Browsing(seller).press("/functions/whoami/call", **form)
    assert answer.status_code == 400
    assert line in read_text(answer.text)
    assert seller.journal.entries() == []


def test_a_function_that_does_not_exist_is_not_found(seller: Seller) -> None:
    browser = Browsing(seller)
    assert browser.look("/functions/nosuch").status_code == 404
    assert browser.press("/functions/nosuch/call").status_code == 404


def test_a_call_of_the_journal_is_tried_with_other_values(seller: Seller) -> None:
    seller.call("soft.order.param", pricelist=55230, period=12, ip="192.0.2.55")
    browser = Browsing(seller)
    link = re.search(r'href="([^"]+\?entry=1)"', browser.look("/journal/1").text)
    assert link is not None
    filled = dict(FIELD.findall(browser.look(link[1]).text))
    assert (filled["pricelist"], filled["ip"], filled["licname"]) == ("55230", "192.0.2.55", "")
    assert browser.look("/functions/soft?entry=99").status_code == 200

"""The pages of services: list, search, one service with its actions, the calendar."""

from __future__ import annotations

import re

import pytest

from emulator.control.console.services import ON_A_PAGE
from emulator.testing import Seller
from tests.console.browsing import Browsing

NUMBER = re.compile(r'/services/(\d+)"')


def list_numbers(browser: Browsing, query: str = "") -> list[int]:
    page = browser.look(f"/services{query}")
    assert page.status_code == 200
    return [int(number) for number in NUMBER.findall(page.text)]


def test_services_are_found_by_number_name_address_type_and_state(seller: Seller) -> None:
    number = seller.order(licname="100%_odd <b>", ip="192.0.2.77")
    browser = Browsing(seller)
    for query in ("100%25_odd", str(number), "192.0.2.77"):
        assert list_numbers(browser, f"?search={query}") == [number], query
    assert list_numbers(browser, "?search=100_%25") == []
    assert number in list_numbers(browser, "?type=soft&status=2")
    assert number not in list_numbers(browser, "?type=vds")
    assert number not in list_numbers(browser, "?status=3")
    assert "<b>" not in browser.look("/services?search=odd").text


@pytest.mark.parametrize(
    ("query", "line"), [("type=sof", "is of the type"), ("status=9", "is not one of")]
)
def test_a_filter_that_can_match_nothing_is_refused(seller: Seller, query: str, line: str) -> None:
    page = Browsing(seller).look(f"/services?{query}")
    assert page.status_code == 400
    assert line in page.text


def test_a_long_list_has_pages(seller: Seller) -> None:
    for number in range(ON_A_PAGE):
        seller.order(ip=f"198.51.100.{number + 1}")
    browser = Browsing(seller)
    first = list_numbers(browser)
    assert len(first) == ON_A_PAGE
    older = re.search(r'href="(\?before=\d+)"', browser.look("/services").text)
    assert older is not None
    second = list_numbers(browser, older[1])
    assert max(second) < min(first)
    assert len(second) == seller.control("GET", "/worlds/default")["counts"]["service"] - ON_A_PAGE


def test_a_service_shows_its_past_and_what_is_due(seller: Seller) -> None:
    number = seller.order()
    seller.clock.advance("3 days")
    page = Browsing(seller).look(f"/services/{number}?lang=ru").text
    marks = re.findall(r'<li class="(\w+)"[^>]*><time[^>]*>[^<]*</time> <strong>([^<]*)', page)
    assert [mark for mark in marks if mark[1] in {"Открыт", "Сейчас", "Оплачена до"}] == [
        ("past", "Открыт"), ("present", "Сейчас"), ("future", "Оплачена до"),
    ]  # fmt: skip


def test_a_service_is_put_into_a_state_and_its_term_is_set(seller: Seller) -> None:
    number = seller.order()
    browser = Browsing(seller)
    assert browser.press(f"/services/{number}/state", state="3_abusesuspend").status_code == 303
    assert browser.press(f"/services/{number}/term", expires="2029-02-03").status_code == 303
    service = seller.service(number)
    assert (service["status"], service["substate"]) == (3, "3_abusesuspend")
    assert service["expires"] == "2029-02-03"
    browser.press(f"/services/{number}/state", state="2")
    assert seller.service(number)["status"] == 2


def test_a_license_that_waits_is_delivered_by_hand(seller: Seller) -> None:
    seller.provisioning("by_hand")
    number = seller.order()
    assert seller.service(number)["lickey"] == ""
    Browsing(seller).press(f"/services/{number}/key")
    delivered = seller.service(number)
    assert delivered["status"] == 2
    assert delivered["lickey"].startswith(str(number))


@pytest.mark.parametrize(
    ("path", "form", "line"),
    [
        ("state", {"state": "2_nonsense"}, "is not a sub-state"),
        ("state", {"state": "\u0662"}, "status"),
        ("state", {"state": ""}, "status"),
        ("term", {"expires": "soon"}, "expires"),
    ],
)
def test_a_change_that_the_api_refuses_is_a_line_on_the_page(
    seller: Seller, path: str, form: dict[str, str], line: str
) -> None:
    answer = Browsing(seller).press(f"/services/100001/{path}", **form)
    assert answer.status_code == 400
    assert line in answer.text


def test_a_service_that_does_not_exist_is_not_found(seller: Seller) -> None:
    browser = Browsing(seller)
    assert browser.look("/services/1").status_code == 404
    assert browser.press("/services/1/key").status_code == 404


def test_the_calendar_counts_and_lists_what_is_due(seller: Seller) -> None:
    numbers = [seller.order(ip=f"192.0.2.{last}", autoprolong=last % 2) for last in (11, 12)]
    for number in numbers:
        seller.service(number, expires="2028-02-29")
    browser = Browsing(seller)
    page = browser.look("/services/calendar?month=2028-02").text
    assert 'aria-label="2028-02-29: 2"' in page
    day = browser.look("/services/calendar?month=2028-02&day=2028-02-29").text
    assert [int(number) for number in NUMBER.findall(day)] == numbers
    assert re.search(r"renewed\s+2028-02-29", day)
    assert re.search(r"suspended\s+2028-02-29", day)


@pytest.mark.parametrize("query", ["month=x", "month=0000-00", "month=9999-12", "day=2028-02-30"])
def test_a_month_that_is_none_is_the_present_one(seller: Seller, query: str) -> None:
    page = Browsing(seller).look(f"/services/calendar?{query}")
    assert page.status_code == 200
    assert seller.clock.now[:7] in page.text


@pytest.mark.parametrize("month", ["0001-01", "8999-12"])
def test_the_ends_of_the_calendar_can_be_seen(seller: Seller, month: str) -> None:
    assert Browsing(seller).look(f"/services/calendar?month={month}").status_code == 200

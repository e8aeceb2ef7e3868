"""The page of the journal: filters, older entries, and entries that appear by themselves."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from emulator.clock import SystemClock
from emulator.control.console.journal import LIVE_SECONDS, ON_A_PAGE
from emulator.testing import Seller
from tests.console.browsing import Browsing

ENTRY = re.compile(r"/journal/(\d+)\"")


def test_entries_are_shown_newest_first_and_older_ones_on_further_pages(seller: Seller) -> None:
    for _ in range(ON_A_PAGE + 3):
        seller.call("whoami")
    browser = Browsing(seller)
    first = browser.look("/journal").text
    assert [int(number) for number in ENTRY.findall(first)] == [*range(ON_A_PAGE + 3, 3, -1)]
    older = re.search(r'href="(\?before=\d+)"', first)
    assert older is not None
    second = browser.look(f"/journal{older[1]}").text
    assert [int(number) for number in ENTRY.findall(second)] == [3, 2, 1]
    assert "hx-get" not in second


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("func=soft.*", [3, 2]),
        ("login=other", [4]),
        ("outcome=bought", [2]),
        ("outcome=refused&func=soft.edit", [3]),
        ("kind=happening", []),
        ("", [4, 3, 2, 1]),
    ],
)
def test_the_journal_is_filtered(seller: Seller, query: str, numbers: list[int]) -> None:
    seller.call("whoami")
    seller.order()
    seller.call("soft.edit", elid="1")
    seller.call("whoami", login="other")
    page = Browsing(seller).look(f"/journal?{query}").text
    assert [int(number) for number in ENTRY.findall(page)] == numbers


@pytest.mark.parametrize(
    ("query", "line"),
    [
        ("func=soft.edti", "func: "),
        ("login=reseler", "login: "),
        ("outcome=nonsense", "there is no outcome"),
        ("kind=calls", "is not call, happening or all"),
    ],
)
def test_a_filter_of_an_unknown_name_is_refused(seller: Seller, query: str, line: str) -> None:
    page = Browsing(seller).look(f"/journal?{query}")
    assert page.status_code == 400
    assert line in page.text


def test_a_page_asks_for_newer_entries_and_stops_after_ten_minutes() -> None:
    seconds = [1000.0]
    system_clock = SystemClock(
        now=lambda: datetime(2027, 1, 15, tzinfo=UTC), elapsed=lambda: seconds[0]
    )
    with Seller(system_clock=system_clock) as seller:
        seller.call("whoami")
        browser = Browsing(seller)
        asked_for = re.search(r'hx-get="([^"]+)"', browser.look("/journal?func=whoami").text)
        assert asked_for is not None
        address = f"/journal{asked_for[1].replace('&amp;', '&')}"
        unchanged = browser.look(address)
        assert (unchanged.status_code, unchanged.headers["Cache-Control"]) == (204, "no-store")
        seller.call("soft")
        assert browser.look(address).status_code == 204
        seller.call("whoami")
        newer = browser.look(address)
        assert (newer.status_code, ENTRY.findall(newer.text)) == (200, ["3", "1"])
        seconds[0] += LIVE_SECONDS + 1
        last = browser.look(address)
        assert last.status_code == 286
        assert "hx-get" not in last.text

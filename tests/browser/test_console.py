"""The console in a real browser: what needs its engine, a size or its script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from emulator.testing import SellerServer
from emulator.testing.client import World
from tests.browser.conftest import LOAD_TIMEOUT, forget, overflows, size

PAGES = (
    "", "/journal", "/journal/1", "/services", "/services/100001", "/services/calendar",
    "/functions", "/functions/soft.order.param", "/money", "/panel",
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with SellerServer() as started:
        yield started


def address(server: SellerServer, world: World, path: str = "") -> str:
    return f"{server.base}/_mockseller/console/{world.name}{path}"


def complaints(page: Chrome) -> list[str]:
    """What the browser refused or failed to load since it was last asked."""
    entries = page.get_log("browser")  # type: ignore[no-untyped-call] # selenium does not say
    return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]


def test_a_new_call_appears_in_the_journal_by_itself(page: Chrome, server: SellerServer) -> None:
    world = server.fresh()
    world.call("whoami")
    page.get(address(server, world, "/journal"))
    complaints(page)
    world.call("soft.edit", elid="<b>1</b>")
    WebDriverWait(page, LOAD_TIMEOUT).until(
        lambda _: page.find_elements(By.XPATH, "//td/a[.='soft.edit']")
    )
    assert complaints(page) == []


@pytest.mark.full_only("the pages are checked without a browser in tests/console")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_fits_its_window_and_loads_all_it_names(
    page: Chrome, server: SellerServer, width: int, theme: str
) -> None:
    world = server.fresh()
    world.order()
    size(page, width)
    complaints(page)
    for path in PAGES:
        for choice in (f"theme={theme}&lang=ru&size=normal", "lang=en&size=large"):
            page.get(address(server, world, f"{path}?{choice}"))
            assert not overflows(page), (path, choice)
    assert complaints(page) == []


@pytest.mark.full_only("forms are sent without a browser in tests/console")
def test_a_function_is_tried_and_its_call_is_sent_again(page: Chrome, server: SellerServer) -> None:
    world = server.fresh()
    page.get(address(server, world, "/functions/whoami"))
    page.find_element(By.XPATH, "//button[.='Call']").click()
    WebDriverWait(page, LOAD_TIMEOUT).until(lambda _: page.find_elements(By.ID, "answer"))
    page.find_element(By.PARTIAL_LINK_TEXT, "its entry in the journal").click()
    button = "//button[.='Send it again as reseller']"
    WebDriverWait(page, LOAD_TIMEOUT).until(lambda _: page.find_elements(By.XPATH, button))
    page.find_element(By.XPATH, button).click()
    WebDriverWait(page, LOAD_TIMEOUT).until(lambda _: page.current_url.endswith("/journal/2"))
    assert [entry["func"] for entry in world.journal.entries()] == ["whoami", "whoami"]


@pytest.mark.full_only("about the other tests of a browser, each of which would fail by chance")
def test_a_test_of_a_browser_begins_without_the_choices_of_another(
    page: Chrome, server: SellerServer
) -> None:
    world = server.fresh()
    chosen = "//strong[.='for a projector']"
    page.get(address(server, world, "?size=large&lang=en"))
    page.get(address(server, world))
    assert page.find_elements(By.XPATH, chosen)
    forget(page)
    page.get(address(server, world, "?lang=en"))
    assert page.find_elements(By.TAG_NAME, "footer")
    assert not page.find_elements(By.XPATH, chosen)


@pytest.mark.full_only("the same in a browser that has no script")
def test_the_journal_is_read_on_without_a_script(page: Chrome, server: SellerServer) -> None:
    world = server.fresh()
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.get(address(server, world, "/journal"))
        world.call("whoami")
        page.find_element(By.LINK_TEXT, "Newer").click()
        WebDriverWait(page, LOAD_TIMEOUT).until(
            lambda _: page.find_elements(By.LINK_TEXT, "whoami")
        )
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.full_only("tests/console/test_verify_page.py asks for progress as the page does")
def test_the_result_of_a_judge_appears_by_itself(page: Chrome, server: SellerServer) -> None:
    page.get(f"{server.base}/_mockseller/console/_verify?lang=en")
    complaints(page)
    Select(page.find_element(By.NAME, "family")).select_by_visible_text("whoami")
    page.find_element(By.XPATH, "//button[.='Start']").click()
    WebDriverWait(page, LOAD_TIMEOUT).until(
        lambda _: page.find_elements(By.XPATH, "//h3[starts-with(., 'seller')]")
    )
    assert complaints(page) == []
    page.find_element(By.PARTIAL_LINK_TEXT, "The report").click()
    WebDriverWait(page, LOAD_TIMEOUT).until(lambda _: "report.html" in page.current_url)
    assert "what was run passed" in page.find_element(By.TAG_NAME, "main").text

"""A trainee's page in a real browser: it follows the journal by itself, on any screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from emulator.testing import SellerServer
from tests.browser.conftest import LOAD_TIMEOUT, overflows, size

STEP_DONE = "li.done"


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with SellerServer() as started:
        yield started


@pytest.mark.full_only("tests/console/test_exercise_pages.py asks for progress as the page does")
def test_a_step_is_ticked_without_loading_the_page_again(
    page: Chrome, server: SellerServer
) -> None:
    base = server.url.removesuffix("/billmgr")
    page.get(f"{base}/_mockseller/console/default/exercise")
    page.find_element(By.CSS_SELECTOR, "form:has([value=late-key]) button").click()
    WebDriverWait(page, LOAD_TIMEOUT).until(lambda _: page.current_url.endswith("/exercise"))
    assert page.find_elements(By.CSS_SELECTOR, STEP_DONE) == []
    server.order()
    WebDriverWait(page, LOAD_TIMEOUT).until(
        lambda _: len(page.find_elements(By.CSS_SELECTOR, STEP_DONE)) == 1
    )


@pytest.mark.full_only("the layout is that of every page, and seen by whoever changes it")
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_exercises_fit_the_screen(page: Chrome, server: SellerServer, width: int) -> None:
    base = server.url.removesuffix("/billmgr")
    server.control("POST", "/worlds/spring-01/exercise", {"exercise": "billmanager"})
    size(page, width)
    for path in ("spring-01/exercise", "spring-01/exercise/list", "_training", "_training/sheet"):
        for chosen in ("normal", "large"):
            page.get(f"{base}/_mockseller/console/{path}?lang=ru&size={chosen}")
            assert not overflows(page), (path, chosen)

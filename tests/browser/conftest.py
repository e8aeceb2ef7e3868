"""A real browser, where there is one: Chromium and its driver as Debian has them.

Nothing is downloaded. In CI it has to be there; elsewhere the tests are skipped and say so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1200,900",
)

LOAD_TIMEOUT = 60
"""Seconds for a page to load, or to show what a test waits for."""


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        if "CI" in os.environ:
            pytest.fail("CI has no chromium with chromedriver; .ci/run installs them")
        pytest.skip("needs chromium and chromedriver (Debian: chromium-driver)")
    options = ChromeOptions()
    options.binary_location = program
    for word in (*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(word)
    chrome = Chrome(options, Service(driver))
    chrome.set_page_load_timeout(LOAD_TIMEOUT)
    yield chrome
    chrome.quit()


@pytest.fixture
def page(browser: Chrome) -> Iterator[Chrome]:
    """The browser, as if it had just been started."""
    forget(browser)
    yield browser
    browser.get("about:blank")


def forget(browser: Chrome) -> None:
    """Leaves the page, and forgets all cookies, sizes and complaints of tests before.

    WebDriver's own command forgets the cookies of the page that is shown, which here is none; and
    a cookie is that of an address without its port, so every seller of these tests would see it.
    """
    browser.get("about:blank")
    browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.get_log("browser")  # type: ignore[no-untyped-call] # selenium does not say


def size(browser: Chrome, width: int) -> None:
    """Makes the page so wide; there are no windows under 500, so it is told that it is small."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )


def overflows(browser: Chrome) -> bool:
    """Whether the page is wider than its window."""
    width: bool = browser.execute_script(
        "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return width

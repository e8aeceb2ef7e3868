"""A report of the judges as a person opens it: from disk, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from contracts.reports.html import to_html
from contracts.verdicts import CallRecord, Cell, Outcome, Run, Verdict
from tests.browser.conftest import LOAD_TIMEOUT, overflows, size
from tests.contracts.reports.made import DEVIATION, RUN

EVIL = "</pre></script><script>document.title='taken'</script><img src=x onerror=document.title=1>"
SOURCE = "docs/wire.md 4.1, docs/modules.md sections 3 and 7, docs/evidence.md 125 (observed)"
CELL = frozenset({Cell("custom", "licences")})


def _verdict(name: str, outcome: Outcome, evidence: str = "observed") -> Verdict:
    seen = CallRecord("GET", "http://seller.example/billmgr", {"func": EVIL}, 200, EVIL * 30)
    deviation = DEVIATION if outcome in (Outcome.KNOWN, Outcome.STALE) else None
    return Verdict(name, "xml", outcome, evidence, (EVIL,), (seen,), EVIL + SOURCE, CELL, deviation)


def _run() -> Run:
    every = [_verdict(f"soft/{outcome.value}", outcome) for outcome in Outcome]
    passed = [_verdict(f"vds/{number}-{'x' * 60}", Outcome.PASS, "assumed") for number in range(30)]
    return replace(RUN, target="http://seller.example/" + "long" * 40, verdicts=(*every, *passed))


@pytest.fixture
def report(page: Chrome, tmp_path: Path) -> Chrome:
    path = tmp_path / "report.html"
    path.write_text(to_html([_run(), replace(RUN, judge="client"), replace(RUN, judge="modules")]))
    page.get(path.as_uri())
    return page


def _shown_rows(page: Chrome) -> list[str]:
    rows: list[str] = page.execute_script(
        "return [...document.querySelectorAll('section:first-of-type .row')]"
        ".filter(row => row.checkVisibility()).map(row => row.dataset.name)"
    )
    return rows


def _open_all(page: Chrome) -> None:
    page.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")


def test_what_a_seller_answered_does_nothing_and_nothing_is_loaded(report: Chrome) -> None:
    _open_all(report)
    loaded = report.execute_script("return performance.getEntriesByType('resource').length")
    assert report.title.startswith("mockseller verify")
    assert loaded == 0
    assert "document.title='taken'" in report.find_element(By.TAG_NAME, "body").text


@pytest.mark.parametrize("width", [380, 1200])
def test_it_can_be_read_at_any_width(report: Chrome, width: int) -> None:
    size(report, width)
    _open_all(report)
    assert not overflows(report)


def test_what_did_not_hold_is_in_sight_and_what_held_is_folded(report: Chrome) -> None:
    shown = _shown_rows(report)
    folded = {"soft/pass xml", "soft/skip xml"}
    assert {f"soft/{outcome.value} xml" for outcome in Outcome} - set(shown) == folded
    assert not [name for name in shown if name.startswith("vds/")]


def test_a_grade_is_chosen_without_a_script(report: Chrome) -> None:
    report.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        report.refresh()
        assert not report.find_element(By.CSS_SELECTOR, ".find").is_displayed()
        for summary in report.find_elements(
            By.CSS_SELECTOR, "section:first-of-type .pass > summary"
        ):
            summary.click()
        report.find_element(By.CSS_SELECTOR, "section:first-of-type .by-assumed").click()
    finally:
        report.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    shown = _shown_rows(report)
    assert len(shown) == 30
    assert all(name.startswith("vds/") for name in shown)


def test_a_name_is_found(report: Chrome) -> None:
    _open_all(report)
    field = report.find_element(By.CSS_SELECTOR, "section:first-of-type .find input")
    field.send_keys("SOFT/FA")
    assert _shown_rows(report) == ["soft/fail xml"]
    shown = report.find_element(By.CSS_SELECTOR, "section:first-of-type .find output").text
    assert shown == f"1 of {len(_run().verdicts)}"


def test_a_link_of_the_matrix_opens_the_verdict_it_names(report: Chrome) -> None:
    report.find_element(By.CSS_SELECTOR, ".matrix details summary").click()
    link = report.find_element(By.CSS_SELECTOR, ".matrix details a")
    place = (link.get_attribute("href") or "").partition("#")[2]
    assert not report.find_element(By.ID, place).is_displayed()
    link.click()
    # The page hears of its new place as an event, some time after the click.
    WebDriverWait(report, LOAD_TIMEOUT).until(
        lambda shown: shown.find_element(By.ID, place).is_displayed(), "it is still folded"
    )


@pytest.mark.parametrize("scripts", [True, False])
def test_a_source_is_a_link_to_its_text_with_and_without_a_script(
    report: Chrome,
    scripts: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    report.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    try:
        report.refresh()
        report.find_element(By.CSS_SELECTOR, "section .fail .row > summary").click()
        text = report.find_element(By.ID, "evidence-125")
        assert not text.is_displayed()
        report.find_element(By.CSS_SELECTOR, "section .fail .row a[href='#evidence-125']").click()
        WebDriverWait(report, LOAD_TIMEOUT).until(
            lambda _: text.is_displayed(), "it is still folded"
        )
        assert "filter=yes applies the saved filter" in text.text
    finally:
        report.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

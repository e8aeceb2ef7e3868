"""People are graded at a page, or in the terminal; nobody else can answer for them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from contracts.checks.client.drivers import ManualPage, ManualPageDriver, TerminalDriver
from contracts.checks.client.judge import (
    GradingRequest,
    ServerOptions,
    grade_in_terminal,
    select_lessons,
)
from contracts.checks.client.protocol import (
    Action,
    ClientReport,
    ClientStep,
    ClientUnusable,
    SellerAccess,
    StepResult,
)
from contracts.verdicts import Outcome

BASE = "http://127.0.0.1:9"
SELLER = SellerAccess(
    "http://127.0.0.1:1/billmgr", "reseller", "secret", "2027-01-31T12:00:00+00:00"
)
STEP = ClientStep(
    Action.ORDER, 'Order "it" & <more>.', "lesson", 1, "licences", SELLER, fields={"ip": "x"}
)
TURNS = 10_000
"""Looks after which a thread that should have begun has not."""


@pytest.fixture
def page() -> ManualPage:
    return ManualPage()


@pytest.fixture
def browser(page: ManualPage) -> Iterator[httpx.Client]:
    with httpx.Client(transport=httpx.WSGITransport(app=page), base_url=BASE) as http:
        yield http


@pytest.fixture
def waiting_step(page: ManualPage, browser: httpx.Client) -> Iterator[Future[ClientReport]]:
    """A step that waits at the page for its answer; answered at the end, whatever a test did."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(page.ask, STEP)
        _until(lambda: browser.get("/step.json").json()["step"] is not None)
        yield waiting
        if not waiting.done():
            browser.post("/report", json={"result": "cannot"})


def _until(true: Callable[[], bool]) -> None:
    assert any(true() for _ in range(TURNS))


def _form(browser: httpx.Client) -> dict[str, str]:
    """The hidden fields of the page, as a browser would send them."""
    page = browser.get("/").text
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))


def test_the_page_says_what_to_do_and_where(
    browser: httpx.Client, waiting_step: Future[ClientReport]
) -> None:
    page = browser.get("/")
    assert not waiting_step.done()
    assert "Order &#34;it&#34; &amp; &lt;more&gt;." in page.text
    assert SELLER.url in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_an_answer_is_taken_from_the_page(
    browser: httpx.Client, waiting_step: Future[ClientReport]
) -> None:
    sent = {**_form(browser), "result": "ok", "id": "7", "key": "7-A"}
    answer = browser.post("/report", data=sent, headers={"Origin": BASE})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert waiting_step.result(60) == ClientReport(StepResult.OK, id=7, key="7-A")
    assert "Please wait" in browser.get("/").text


def test_numbers_of_a_list_are_written_as_one_likes(
    browser: httpx.Client, waiting_step: Future[ClientReport]
) -> None:
    written = {"result": "ok", "ids": "7, 8 9", "answers": "Look again.\r\n\r\n Yes\r\n"}
    browser.post("/report", data={**_form(browser), **written})
    report = waiting_step.result(60)
    assert (report.ids, report.answers) == ((7, 8, 9), ("Look again.", "Yes"))


def test_what_cannot_be_read_is_said_on_the_page(
    browser: httpx.Client, waiting_step: Future[ClientReport]
) -> None:
    answer = browser.post("/report", data={**_form(browser), "result": "ok", "id": "seven"})
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert "not a whole number" in answer.text
    assert not waiting_step.done()


def test_a_program_answers_in_json(
    browser: httpx.Client, waiting_step: Future[ClientReport]
) -> None:
    document = browser.get("/step.json").json()
    assert document == {"over": False, "step": STEP.as_dict()}
    assert browser.post("/report", json={"result": "unknown"}).status_code == 204
    assert waiting_step.result(60) == ClientReport(StepResult.UNKNOWN)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:9"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example:9"},
    ],
)
def test_nobody_elses_page_may_answer(
    browser: httpx.Client, waiting_step: Future[ClientReport], headers: dict[str, str]
) -> None:
    sent = {**_form(browser), "result": "ok"}
    assert browser.post("/report", data=sent, headers=headers).status_code == 403
    assert browser.post("/report", json=sent, headers=headers).status_code == 403
    assert not waiting_step.done()


def test_nobody_elses_name_may_read_the_page(
    browser: httpx.Client, waiting_step: Future[ClientReport]
) -> None:
    for path in ("/", "/step.json"):
        assert browser.get(path, headers={"Host": "evil.example"}).status_code == 403
    assert not waiting_step.done()


@pytest.mark.parametrize("token", ["", "guessed"])
def test_a_form_needs_the_pages_own_token(
    browser: httpx.Client, waiting_step: Future[ClientReport], token: str
) -> None:
    sent = {**_form(browser), "token": token, "result": "ok"}
    assert browser.post("/report", data=sent).status_code == 403
    assert not waiting_step.done()


def test_a_page_that_was_left_open_answers_no_later_step(
    browser: httpx.Client, waiting_step: Future[ClientReport]
) -> None:
    sent = {**_form(browser), "number": "lesson 7 licences", "result": "ok"}
    assert browser.post("/report", data=sent).status_code == 303
    assert not waiting_step.done()


def test_without_a_step_there_is_nothing_to_answer(browser: httpx.Client) -> None:
    assert "Please wait" in browser.get("/").text
    assert browser.post("/report", json={"result": "ok"}).status_code == 400
    assert browser.get("/report").status_code == 405
    assert browser.post("/").status_code == 405
    assert browser.get("/other").status_code == 404


def test_the_end_is_shown(page: ManualPage, browser: httpx.Client) -> None:
    page.finish(0)
    assert "No more steps" in browser.get("/").text
    assert browser.get("/step.json").json() == {"over": True, "step": None}


def test_a_desk_is_served_on_a_port_of_this_machine() -> None:
    out = io.StringIO()
    with ManualPageDriver(out, final_wait=0) as driver, ThreadPoolExecutor(1) as pool:
        address = out.getvalue().removeprefix("what to do next: ").strip()
        with httpx.Client(base_url=address, trust_env=False, timeout=60) as http:
            waiting = pool.submit(driver.do, STEP)
            _until(lambda: http.get("step.json").json()["step"] is not None)
            http.post("report", json={"result": "failed"})
            assert waiting.result(60) == ClientReport(StepResult.FAILED)
            assert "Please wait" in http.get("").text
    assert address.startswith("http://127.0.0.1:")
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_steps_are_read_and_answered_in_the_terminal() -> None:
    out = io.StringIO()
    driver = TerminalDriver(out, io.StringIO('\nwhat?\n{"result": "ok", "id": 7}\ndone\n'))
    assert driver.do(STEP) == ClientReport(StepResult.OK, id=7)
    sentence, line, problem = out.getvalue().splitlines()
    assert sentence == f"# {STEP.say}"
    assert json.loads(line) == STEP.as_dict()
    assert problem.startswith("# the last line is not JSON")
    assert driver.do(STEP) == ClientReport(StepResult.OK)


def test_an_input_that_ends_cannot_be_judged() -> None:
    with pytest.raises(ClientUnusable, match="no answer to step 1 of lesson"):
        TerminalDriver(io.StringIO(), io.StringIO()).do(STEP)


def test_a_person_who_cannot_do_it_is_not_graded_in_it() -> None:
    request = GradingRequest(select_lessons("confirms"), "custom", "licences")
    lines = io.StringIO("cannot\n")
    (verdict,) = grade_in_terminal(request, ServerOptions(), io.StringIO(), lines)
    assert verdict.outcome is Outcome.NOT_EXERCISED
    assert verdict.messages == ("the client cannot do step 1 (order)",)

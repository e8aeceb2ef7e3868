"""A class over the network: each trainee has a password, which opens one world and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from emulator.control.api import exercises
from emulator.testing import Seller
from tests.console.browsing import CONSOLE, TOKEN

BASE = "http://192.0.2.1"
TRAINER = {"Authorization": "Bearer s3cr3t-token"}
EVERYWHERE = "0.0.0.0"  # noqa: S104 - listening there is what is tested
MINE, OTHERS = f"{CONSOLE}/spring-01", f"{CONSOLE}/spring-02"


class Browser:
    """A browser on another computer. ``headers``: what it sends with each request."""

    def __init__(self, seller: Seller, headers: dict[str, str] | None = None) -> None:
        self._client = Client(seller.wsgi)
        self._options: dict[str, Any] = {
            "base_url": BASE,
            "environ_overrides": {"REMOTE_ADDR": "192.0.2.77"},
        }
        self._headers = headers or {}

    def look(self, path: str) -> TestResponse:
        return self._client.get(path, headers=self._headers, **self._options)

    def press(self, path: str, page: str, **form: str) -> TestResponse:
        token = TOKEN.search(self.look(page).text)
        sent = {"csrf": token[1] if token else "", **form}
        headers = {**self._headers, "Origin": BASE, "Sec-Fetch-Site": "same-origin"}
        return self._client.post(path, data=sent, headers=headers, **self._options)

    def log_in(self, password: str) -> TestResponse:
        return self.press(f"{MINE}/login", f"{MINE}/exercise", password=password)


@pytest.fixture
def school() -> Iterator[Seller]:
    with Seller(token="s3cr3t-token", host=EVERYWHERE) as seller:
        form = {"class": "spring", "count": "2", "exercise": "month-passes"}
        page = f"{CONSOLE}/_training"
        assert Browser(seller, TRAINER).press(f"{page}/create", page, **form).status_code == 303
        yield seller


def passwords_of(seller: Seller) -> dict[str, str]:
    trainees = exercises.class_of(seller.worlds, "spring", 5)
    return exercises.passwords(seller.worlds, trainees)


def is_let_in(seller: Seller, world: str, password: str) -> bool:
    params = {"authinfo": f"reseller:{password}", "func": "whoami"}
    answer = Client(seller.wsgi).post(f"/w/{world}/billmgr", data=params)
    return "<error" not in answer.text


def test_each_trainee_has_a_password_of_their_own_on_the_sheet_alone(school: Seller) -> None:
    own = passwords_of(school)
    assert len({*own.values(), "secret"}) == 3
    for world, password in own.items():
        assert is_let_in(school, world, password)
        assert not is_let_in(school, world, "secret")
    assert not is_let_in(school, "spring-01", own["spring-02"])
    trainer = Browser(school, TRAINER)
    sheet = trainer.look(f"{CONSOLE}/_training/sheet?class=spring").text
    others = [f"{CONSOLE}/_training?class=spring", MINE, f"{MINE}/exercise", f"{MINE}/journal"]
    for password in own.values():
        assert f"<code>{password}</code>" in sheet
        assert not any(password in trainer.look(path).text for path in others)


def test_the_password_stays_when_an_exercise_is_started_again(school: Seller) -> None:
    own = passwords_of(school)
    page = f"{CONSOLE}/_training"
    trainer = Browser(school, TRAINER)
    form = {"class": "spring", "exercise": "tickets-and-factors"}
    assert trainer.press(f"{page}/start", page, **form).status_code == 303
    assert passwords_of(school) == own
    trainee = Browser(school)
    trainee.log_in(own["spring-01"])
    again = trainee.press(f"{MINE}/exercise/start", f"{MINE}/exercise", exercise="late-key")
    assert again.status_code == 303
    assert passwords_of(school) == own
    assert is_let_in(school, "spring-01", own["spring-01"])
    assert trainee.look(f"{MINE}/exercise").status_code == 200


def test_the_password_opens_the_pages_of_one_world_on_another_computer(school: Seller) -> None:
    trainee = Browser(school)
    form = trainee.look(f"{MINE}/exercise")
    assert form.status_code == 401
    assert "Your password is on the sheet" in form.text
    assert trainee.log_in("secret").status_code == 401
    assert trainee.log_in(passwords_of(school)["spring-02"]).status_code == 401
    opened = trainee.log_in(passwords_of(school)["spring-01"])
    assert (opened.status_code, opened.headers["Location"]) == (303, f"{MINE}/exercise")
    assert re.search(rf"mockseller_trainee=\w+; HttpOnly; Path={MINE}; SameSite=Strict",
                     opened.headers["Set-Cookie"])  # fmt: skip
    for path in ("/exercise", "", "/journal", "/services", "/functions/soft", "/money"):
        assert trainee.look(MINE + path).status_code == 200, path
    called = trainee.press(f"{MINE}/functions/whoami/call", MINE, login="reseller")
    assert "reseller" in called.text
    assert trainee.press(f"{MINE}/clock", MINE, do="1 day").status_code == 303
    assert trainee.look(f"{CONSOLE}/style.css").status_code == 200


def test_a_trainee_sees_and_changes_nothing_else(school: Seller) -> None:
    trainee = Browser(school)
    trainee.log_in(passwords_of(school)["spring-01"])
    for path in (f"{OTHERS}/exercise", CONSOLE, f"{CONSOLE}/default", f"{CONSOLE}/_training",
                 f"{CONSOLE}/_training/sheet", f"{CONSOLE}/_verify",
                 "/_mockseller/worlds", "/_mockseller/clock?world=spring-01"):  # fmt: skip
        assert trainee.look(path).status_code == 401, path
    assert trainee.press(f"{MINE}/reset", MINE).status_code == 403
    assert trainee.press(f"{OTHERS}/clock", MINE, do="1 day").status_code == 401
    assert (
        trainee.press(f"{CONSOLE}/_training/remove", MINE, **{"class": "spring"}).status_code == 401
    )
    page = trainee.look(MINE).text
    assert "spring-02" not in page
    assert "_training" not in page
    assert "/reset" not in page


def test_a_world_without_a_class_asks_for_the_token(school: Seller) -> None:
    Browser(school, TRAINER).press(f"{CONSOLE}/default/exercise/start", MINE, exercise="late-key")
    refused = Browser(school).look(f"{CONSOLE}/default/exercise")
    assert refused.status_code == 401
    assert "the server&#39;s token is missing" in refused.text
    assert Browser(school).look(f"{CONSOLE}/nosuch/exercise").status_code == 401


def test_a_foreign_name_and_a_foreign_page_get_nowhere_with_the_password(school: Seller) -> None:
    password = passwords_of(school)["spring-01"]
    client = Client(school.wsgi)
    evil = client.get(f"{MINE}/exercise", base_url="http://evil.example")
    assert evil.status_code == 403
    form = {"password": password}
    foreign = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    refused = client.post(f"{MINE}/login", base_url=BASE, data=form, headers=foreign)
    assert refused.status_code == 403
    own = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    assert client.post(f"{MINE}/login", base_url=BASE, data=form, headers=own).status_code == 403

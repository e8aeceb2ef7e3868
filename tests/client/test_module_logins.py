"""Who is let in by a reseller's endpoint: sessions, passwords, and the lock after wrong ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import Client as Browser

from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.logins import MOST_FAILURES, UNKNOWN_LOGINS
from reseller_client.modules.store import FAILURES, ModuleStore
from tests.client.module_stand import ADA, BOB, Counter, counter, lonely

WRONG, LOCKED = "auth badpassword", "auth blocklogon"


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path) as made:
        yield made


def session_of(stand: Counter) -> str:
    return stand.doc("auth", "", username="ada", password="secret-1").findtext("auth") or ""


def lock_ada(stand: Counter) -> None:
    for _ in range(MOST_FAILURES):
        assert stand.error("basket", "ada:wrong") == WRONG


def test_five_wrong_passwords_lock_a_login_even_for_the_right_one(stand: Counter) -> None:
    lock_ada(stand)
    assert stand.error("basket", ADA) == LOCKED
    assert stand.error("auth", "", username="ada", password="secret-1") == LOCKED
    assert stand.doc("basket", BOB).find("error") is None


def test_the_lock_opens_after_twenty_seconds(stand: Counter) -> None:
    lock_ada(stand)
    stand.watch.later(19)
    assert stand.error("basket", ADA) == LOCKED
    stand.watch.later(1)
    assert stand.doc("basket", ADA).find("error") is None


def test_a_good_login_and_five_minutes_forget_wrong_ones(stand: Counter) -> None:
    forgets = (
        lambda: stand.doc("basket", ADA),
        lambda: stand.watch.later(301),
    )
    for forget in forgets:
        for _ in range(MOST_FAILURES - 1):
            assert stand.error("basket", "ada:wrong") == WRONG
        forget()
    assert stand.error("basket", "ada:wrong") == WRONG
    assert stand.doc("basket", ADA).find("error") is None


def test_a_clock_that_was_set_back_locks_nobody_for_long(stand: Counter) -> None:
    lock_ada(stand)
    stand.watch.later(-3600)
    assert stand.doc("basket", ADA).find("error") is None


def test_an_open_session_outlives_the_lock_of_its_login(stand: Counter) -> None:
    session = session_of(stand)
    lock_ada(stand)
    assert stand.doc("basket", "", auth=session).find("error") is None


def test_a_login_that_nobody_has_is_locked_like_any_other(stand: Counter) -> None:
    errors = [stand.error("basket", "nobody:x") for _ in range(MOST_FAILURES + 1)]
    assert errors == [WRONG] * MOST_FAILURES + [LOCKED]


def test_invented_logins_share_a_bounded_number_of_rows(stand: Counter) -> None:
    for number in range(40):
        stand.error("basket", f"nobody-{number}:x")
    names = [row[0] for row in stand.shop.store.rows(select(FAILURES.c.who))]
    assert names
    assert all(int(name.removeprefix("stranger ")) < UNKNOWN_LOGINS for name in names)
    assert not any("nobody" in name for name in names)


def test_a_second_process_knows_sessions_and_locks(stand: Counter, tmp_path: Path) -> None:
    session = session_of(stand)
    lock_ada(stand)
    store = ModuleStore(tmp_path / "modules.sqlite")
    shop = lonely(store, stand.watch)
    other = Browser(ModuleEndpoint(shop), use_cookies=False)
    by_session = other.post("/", data={"func": "basket", "auth": session})
    by_login = other.post("/", data={"func": "basket", "authinfo": ADA})
    store.close()
    assert b"error" not in by_session.data
    assert b"blocklogon" in by_login.data


def test_a_session_is_over_after_an_hour_of_idleness(stand: Counter) -> None:
    session = session_of(stand)
    for _ in range(3):
        stand.watch.later(3599)
        assert stand.doc("basket", "", auth=session).find("error") is None
    stand.watch.later(3600)
    assert stand.error("basket", "", auth=session) == "access"


def test_a_session_does_not_survive_another_password(stand: Counter) -> None:
    session = session_of(stand)
    assert not stand.shop.set_password("ada", "secret-1")
    assert stand.doc("basket", "", auth=session).find("error") is None
    assert stand.shop.set_password("ada", "secret-9")
    assert stand.error("basket", "", auth=session) == "access"
    assert stand.error("basket", ADA) == WRONG
    assert stand.doc("basket", "ada:secret-9").find("error") is None


def test_a_password_may_have_colons_and_any_letters(stand: Counter) -> None:
    stand.shop.set_password("ada", "a:b::ключ &")
    assert stand.doc("basket", "ada:a:b::ключ &").find("error") is None
    assert stand.error("basket", "ada:a") == WRONG


@pytest.mark.parametrize("sent", ["", ":", ":secret-1"])
def test_an_empty_login_is_nobody(stand: Counter, sent: str) -> None:
    got = stand.panel.post("/", data={"func": "basket", "authinfo": sent})
    assert b'type="auth"' in got.data if sent else b'type="access"' in got.data


@pytest.mark.parametrize("login", ["", "a:b"])
def test_a_login_that_no_request_could_carry_is_not_taken(stand: Counter, login: str) -> None:
    with pytest.raises(ValueError, match="colon"):
        stand.shop.add_customer(login, "x")

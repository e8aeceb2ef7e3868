"""Thirty trainees at once, some of whom do it wrongly or stop, and the trainer who looks on."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from werkzeug.test import Client

from emulator.control.api import exercises
from emulator.testing import Seller
from tests.console.browsing import CONSOLE, HERE, Browsing
from tests.exercises.ways import FIRST, SECOND

TRAINEES, WORKERS = 30, 6
ORDER = {"func": "soft.order.param", "remoteid": "c-1"}
LIST = {"func": "soft", "filter": "on", "remoteid": "c-1"}
Send = Callable[..., str]


def right(send: Send) -> None:
    """Looks before ordering again, and does every step."""
    lose(send)
    number = re.findall(r"<id>(\d+)</id>", send(**LIST))[0]
    send(func="soft.edit", elid=number)
    send(func="expense")


def wrong(send: Send) -> None:
    """Orders again, and only then looks."""
    lose(send)
    send(func="soft.order.param", **SECOND)
    send(**LIST)


def idle(send: Send) -> None:
    """Stops after the first step."""
    lose(send)


def lose(send: Send) -> None:
    with suppress(ConnectionResetError):
        send(**ORDER, **FIRST)


WAYS = {0: right, 1: wrong, 2: idle}


def work(seller: Seller, place: int) -> None:
    """One trainee, with a client of their own and the address of their world."""
    client = Client(seller.wsgi, use_cookies=False)

    def send(**params: object) -> str:
        answer = client.post(
            f"/w/spring-{place + 1:02}/billmgr",
            base_url="http://127.0.0.1",
            data={"authinfo": "reseller:secret", **{k: str(v) for k, v in params.items()}},
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
        )
        return answer.text

    WAYS[place % 3](send)


@pytest.mark.full_only("tests/console/test_exercise_pages.py has a class of three")
def test_thirty_trainees_work_at_once_and_each_is_seen(seller: Seller) -> None:
    browser = Browsing(seller)
    form = {"class": "spring", "count": str(TRAINEES), "exercise": "lost-reply"}
    for action in ("create", "start"):
        answer = browser.client.post(
            f"{CONSOLE}/_training/{action}",
            base_url="http://127.0.0.1",
            data={"csrf": browser.token(), **form},
            headers=HERE,
        )
        assert answer.status_code == 303
        with ThreadPoolExecutor(WORKERS) as pool:
            working = [pool.submit(work, seller, place) for place in range(TRAINEES)]
            pages = [browser.look(f"{CONSOLE}/_training?class=spring") for _ in range(5)]
        for each in working:
            each.result()
        assert {page.status_code for page in pages} == {200}
        seller.time.pass_time(6 * 60)
        page = browser.look(f"{CONSOLE}/_training?class=spring").text
        assert "Trainees: 30, finished: 10, stuck: 20" in page
        trainees = exercises.class_of(seller.worlds, "spring", 5)
        shown = [trainee.progress for trainee in trainees if trainee.progress is not None]
        done = [progress["done"] for progress in shown]
        assert done == [4, 1, 1] * (TRAINEES // 3)
        charged = [progress["charged"] for progress in shown]
        assert charged == ["5.00", "10.00", "5.00"] * (TRAINEES // 3)
        seconds = [step["state"] for progress in shown for step in progress["steps"][1:2]]
        assert seconds == ["done", "missed", "next"] * (TRAINEES // 3)

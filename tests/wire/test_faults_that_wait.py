"""While one call waits in a planned fault, others are answered; no test sleeps to see it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from emulator.app import collect_names, create_app, create_registry
from emulator.clock import SystemClock
from emulator.control.api import faults
from emulator.settings import load
from emulator.worlds.worlds import Worlds

LONG_ENOUGH = 30.0
"""Seconds after which a test that hangs gives up."""


@dataclass
class PausedWait:
    """A machine on which whoever waits is held until the test lets go."""

    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    free: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float) -> None:
        if seconds:
            self.waiting.release()
            assert self.free.wait(LONG_ENOUGH)

    def somebody_waits(self) -> None:
        assert self.waiting.acquire(timeout=LONG_ENOUGH)


@pytest.fixture
def paused() -> Iterator[PausedWait]:
    made = PausedWait()
    yield made
    made.free.set()


@pytest.fixture
def app(tmp_path: Path, paused: PausedWait) -> Iterator[Flask]:
    settings = load({"data": tmp_path}, environ={})
    made = create_app(settings, SystemClock(wait=paused.wait))
    yield made
    made.extensions["mockseller"].close()


def plan(app: Flask, **rule: object) -> None:
    worlds: Worlds = app.extensions["mockseller"]
    known_names = collect_names(create_registry())
    faults.add(worlds, "default", {"what": "delay", "seconds": 9, **rule}, known_names)


def ask(app: Flask, func: str, **params: str) -> str:
    form = {"func": func, "authinfo": "reseller:secret", **params}
    return app.test_client(use_cookies=False).post("/billmgr", data=form).text


def order(app: Flask, ip: str) -> str:
    paid = {"pricelist": "55227", "period": "1", "skipbasket": "on", "sok": "ok"}
    return ask(app, "soft.order.param", ip=ip, licname=f"at-{ip}", **paid)


def test_a_call_that_waits_before_it_happens_stops_nobody(app: Flask, paused: PausedWait) -> None:
    plan(app, func="soft.order.param", times=1)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(order, app, "192.0.2.201")
        paused.somebody_waits()
        assert "<id>" in order(app, "192.0.2.202")
        assert "192.0.2.201" not in ask(app, "soft")
        paused.free.set()
        assert "<id>" in slow.result(LONG_ENOUGH)
    assert "192.0.2.201" in ask(app, "soft")


def test_what_happened_is_seen_by_others_while_its_caller_waits(
    app: Flask, paused: PausedWait
) -> None:
    plan(app, func="soft.order.param", times=1, when="after")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(order, app, "192.0.2.201")
        paused.somebody_waits()
        assert "192.0.2.201" in ask(app, "soft")
        assert "<id>" in order(app, "192.0.2.202")
        paused.free.set()
        assert "<id>" in slow.result(LONG_ENOUGH)


def test_many_wait_at_once(app: Flask, paused: PausedWait) -> None:
    plan(app, func="whoami")
    with ThreadPoolExecutor(5) as pool:
        slow = [pool.submit(ask, app, "whoami") for _ in range(5)]
        for _ in slow:
            paused.somebody_waits()
        paused.free.set()
        assert all('name="reseller"' in call.result(LONG_ENOUGH) for call in slow)

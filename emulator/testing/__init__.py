"""A seller for tests: in this process (`Seller`), or on a port of its own (`SellerServer`).

    with Seller() as seller:
        answer = seller.call("soft.order.param", pricelist=55227, period=1, ip="192.0.2.201",
                             skipbasket="on", sok="ok", clicked_button="finish")
        seller.clock.advance("1 month")
        assert seller.service(answer.id)["status"] == 3

Both have the same handles, since both are driven over the control API: `World` lists them. Neither
keeps cookies: a session is what a test sends as ``auth``. The fixtures ``seller`` and
``seller_server`` of the pytest plugin hand out these classes.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, Self

from emulator.clock import SystemClock
from emulator.testing.client import Answer, ControlError, Refused, World

if TYPE_CHECKING:
    import httpx
    from flask import Flask

    from emulator.worlds.worlds import Worlds

START = 60.0
"""Seconds a server has to say that it is ready, and then to end: a loaded machine is slow."""


@dataclass
class MovableClock:
    """A machine whose elapsed time a test moves: sessions, login locks, keys after seconds."""

    ahead: float = 0.0
    base: SystemClock = field(default_factory=SystemClock)

    def pass_time(self, seconds: float) -> None:
        """Lets this much real time have passed."""
        self.ahead += seconds

    def machine(self) -> SystemClock:
        """As the seller wants it."""
        return SystemClock(
            now=self.base.now,
            elapsed=lambda: self.base.elapsed() + self.ahead,
            wait=self.pass_time,
        )


class Seller(World):
    """A seller in this process, with a data folder that is gone when the block is left.

    ``wsgi`` is the application, for ``httpx.WSGITransport(app=seller.wsgi)``; ``url`` then is what
    a client calls; ``time.pass_time(20)`` moves real time. ``seeds``: where the closed files lie
    that worlds begin as; by default the user's cache, so that they are made once a day.
    ``machine`` stands in for the clock of this machine; ``worlds`` are the worlds themselves, for
    what no handle reaches.
    """

    def __init__(
        self,
        fixture: str = "small",
        *,
        seeds: Path | None = None,
        machine: SystemClock | None = None,
        **settings: object,
    ) -> None:
        from werkzeug.test import Client

        from emulator.app import create_app
        from emulator.settings import load

        self.folder = tempfile.mkdtemp(prefix="mockseller-")
        self.time = MovableClock(base=machine or SystemClock())
        flags = {"data": self.folder, "fixture": fixture, "seeds": seeds, **settings}
        with _thrown_away_unless_made(self.folder):
            self.settings = load(flags, environ={})
            self.wsgi: Flask = create_app(self.settings, self.time.machine())
        self.worlds: Worlds = self.wsgi.extensions["mockseller"]
        client = Client(self.wsgi, use_cookies=False)

        def send(
            method: str, path: str, sent: Mapping[str, str] | bytes | None, kind: str
        ) -> Answer:
            address = {"REMOTE_ADDR": "127.0.0.1"}
            got = client.open(
                path, base_url=BASE, method=method, data=sent, content_type=kind or None,
                environ_overrides=address,
            )  # fmt: skip
            return Answer(got.status_code, dict(got.headers), got.data)

        super().__init__(send, BASE, path="/billmgr")

    def close(self) -> None:
        """Throws everything away."""
        self.worlds.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def _thrown_away_unless_made(folder: str) -> Iterator[None]:
    """Removes a folder where what was to live in it did not come about, or was broken off."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


BASE = "http://127.0.0.1"


class SellerServer(World):
    """``mockseller serve`` as a process of its own on a free port of this machine.

    ``options`` are further words of the command line. `fresh` makes a world for one test.
    """

    def __init__(self, *options: str, fixture: str = "small") -> None:
        import httpx

        self.folder = tempfile.mkdtemp(prefix="mockseller-")
        self._errors = Path(self.folder, "stderr")
        command = [sys.executable, "-m", "emulator.cli", "serve", "--port", "0"]
        command += ["--data", self.folder, "--fixture", fixture, *options]
        with _thrown_away_unless_made(self.folder):
            with self._errors.open("wb") as errors:
                self.process = subprocess.Popen(  # noqa: S603 - our own command
                    command, stdout=subprocess.PIPE, stderr=errors, text=True
                )
            self.banner = self._read_banner()
        words = [line.split() for line in self.banner.splitlines()]
        address = next(line[1] for line in words if line[:1] == ["address"])
        self.base = address.removesuffix("/billmgr")
        self._http = httpx.Client(
            base_url=self.base,
            timeout=60,
            trust_env=False,
            verify=False,  # noqa: S501 - our own certificate, on this machine
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        self._numbers = itertools.count(1)
        super().__init__(self._sent, self.base, path="/billmgr")

    def _read_banner(self) -> str:
        """Everything up to the curl line: the server prints it when all its workers answer."""
        lines: list[str] = []
        alarm = threading.Timer(START, self.process.kill)
        alarm.start()
        try:
            for line in self.process.stdout or ():
                lines.append(line)
                if line.startswith("curl "):
                    return "".join(lines)
        except BaseException:  # whoever starts it may be told to end meanwhile
            self.close_process()
            raise
        finally:
            alarm.cancel()
        self.close_process()
        raise RuntimeError(f"the seller did not start: {self._errors.read_text()}")

    def _sent(
        self, method: str, path: str, sent: Mapping[str, str] | bytes | None, kind: str
    ) -> Answer:
        headers = {"Content-Type": kind} if kind else {}
        form = sent if isinstance(sent, Mapping) else None
        body = sent if isinstance(sent, bytes) else None
        got: httpx.Response = self._http.request(
            method, path, data=form, content=body, headers=headers
        )
        return Answer(got.status_code, dict(got.headers), got.content)

    @property
    def errors(self) -> str:
        """What the server wrote to stderr."""
        return self._errors.read_text(encoding="utf-8")

    def fresh(self, fixture: str = "small") -> World:
        """A new world, for one test."""
        return self.world(f"test-{next(self._numbers)}", fixture)

    def close_process(self) -> int:
        """Stops the server as a supervisor would; its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(START)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def close(self) -> None:
        """Stops the server and throws everything away."""
        self._http.close()
        self.close_process()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


__all__ = [
    "Answer",
    "ControlError",
    "MovableClock",
    "Refused",
    "Seller",
    "SellerServer",
    "World",
]

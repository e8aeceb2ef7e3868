"""A seller for tests: in this process (`Seller`), or on a port of its own (`SellerServer`).

    with Seller() as seller:
        answer = seller.call("soft.order.param", pricelist=55227, period=1, ip="192.0.2.201",
                             skipbasket="on", sok="ok", clicked_button="finish")
        seller.clock.advance("1 month")
        assert seller.service(answer.id)["status"] == 3

Both are a `World`, which has all their methods, since both are driven over the API and the control
API. What those return is described in `emulator.testing.results`. Neither keeps cookies: a session
is what a test sends as ``auth``. The fixtures ``seller`` and ``seller_server`` of the pytest plugin
return these classes; tests import them from `mockseller`.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from emulator.clock import SystemClock
from emulator.testing.client import Answer, ControlError, ErrorDocument, World
from emulator.testing.interrupts import interrupts_held
from emulator.testing.results import (
    AccountInfo,
    ClockInfo,
    DiscountInfo,
    EventInfo,
    FaultInfo,
    ImportInfo,
    JournalEntry,
    PartnerInfo,
    ServiceInfo,
)

if TYPE_CHECKING:
    import httpx
    from flask import Flask

    from emulator.worlds.worlds import Worlds

TEST_DATABASE = "MOCKSELLER_TEST_DATABASE"
"""The variable with the address of a database for the worlds of sellers of tests."""
START = 60.0
"""Seconds a server has to start, and then to stop: a busy computer is slow."""


@dataclass
class MovableClock:
    """A system clock whose elapsed time a test moves: sessions, login locks, keys after seconds."""

    ahead: float = 0.0
    base: SystemClock = field(default_factory=SystemClock)

    def pass_time(self, seconds: float) -> None:
        """Moves real time forward by this many seconds."""
        self.ahead += seconds

    def system_clock(self) -> SystemClock:
        """The system clock for a seller."""
        return SystemClock(
            now=self.base.now,
            elapsed=lambda: self.base.elapsed() + self.ahead,
            wait=self.pass_time,
        )

    def machine(self) -> SystemClock:
        """The former name of `system_clock`."""
        message = "machine() is now system_clock()"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return self.system_clock()


class Seller(World):
    """A seller in this process, with a data folder that is removed when the block is left.

    ``wsgi`` is the application, for ``httpx.WSGITransport(app=seller.wsgi)``, and ``url`` the
    address for a client on that transport. ``time.pass_time(20)`` moves real time by 20 seconds.
    ``worlds`` gives access to what no method of `World` reaches.

    ``fixture``: what the world is made from. ``seeds``: the folder for initial states of worlds; by
    default in the user's cache, so that they are made once a day. ``system_clock`` replaces the
    clock of the computer; ``machine`` is its former name. ``settings``: see
    docs/reference/settings.md; a bad one raises SettingsError.
    """

    def __init__(
        self,
        fixture: str = "small",
        *,
        seeds: Path | None = None,
        system_clock: SystemClock | None = None,
        machine: SystemClock | None = None,
        **settings: object,
    ) -> None:
        from werkzeug.test import Client

        from emulator.app import create_app
        from emulator.settings import load

        if machine is not None:
            message = "Seller(machine=...) is now Seller(system_clock=...)"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
        self.folder = tempfile.mkdtemp(prefix="mockseller-")
        self.time = MovableClock(base=system_clock or machine or SystemClock())
        flags = {"data": self.folder, "fixture": fixture, "seeds": seeds, **settings}
        flags.setdefault("database", _own_schema(self.folder))
        with _removed_on_failure(self.folder):
            self.settings = load(flags, environ={})
            self.wsgi: Flask = create_app(self.settings, self.time.system_clock(), durable=False)
        self.worlds: Worlds = self.wsgi.extensions["mockseller"]
        client = Client(self.wsgi, use_cookies=False)

        def send(
            method: str, path: str, sent: Mapping[str, str] | bytes | None, kind: str
        ) -> Answer:
            address = {"REMOTE_ADDR": "127.0.0.1"}
            response = client.open(
                path, base_url=BASE, method=method, data=sent, content_type=kind or None,
                environ_overrides=address,
            )  # fmt: skip
            return Answer(response.status_code, dict(response.headers), response.data)

        super().__init__(send, BASE, path="/billmgr")

    def close(self) -> None:
        """Closes the worlds and removes the data folder."""
        if self.settings.database:
            self.worlds.storage.discard()
        self.worlds.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _own_schema(folder: str) -> str | None:
    """Worlds of one seller in the database of tests, where there is one; named as its folder."""
    database = os.environ.get(TEST_DATABASE)
    if not database:
        return None
    mark = "&" if "?" in database else "?"
    return f"{database}{mark}schema=test_{hashlib.sha256(folder.encode()).hexdigest()[:12]}"


@contextmanager
def _removed_on_failure(folder: str) -> Iterator[None]:
    """Removes the folder if the block fails or is interrupted."""
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


FORMER_NAMES = MappingProxyType({"MovableMachine": MovableClock, "Refused": ErrorDocument})


def __getattr__(name: str) -> type[Any]:
    """A former name of a class. Raises AttributeError for any other name."""
    renamed = FORMER_NAMES.get(name)
    if renamed is None:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    warnings.warn(f"{name} is now {renamed.__name__}", DeprecationWarning, stacklevel=2)
    return renamed


BASE = "http://127.0.0.1"


class SellerServer(World):
    """``mockseller serve`` as a separate process on a free port of this computer.

    ``options``: further command line options. `fresh` makes a world for one test. Raises
    RuntimeError with the server's stderr if it does not start.
    """

    def __init__(self, *options: str, fixture: str = "small") -> None:
        import httpx

        self.folder = tempfile.mkdtemp(prefix="mockseller-")
        self._errors = Path(self.folder, "stderr")
        command = [sys.executable, "-m", "mockseller", "serve", "--port", "0"]
        command += ["--data", self.folder, "--fixture", fixture, *options]
        with ExitStack() as unfinished:
            unfinished.callback(shutil.rmtree, self.folder, ignore_errors=True)
            with self._errors.open("wb") as errors, interrupts_held():
                self.process = subprocess.Popen(  # noqa: S603 - our own command
                    command, stdout=subprocess.PIPE, stderr=errors, text=True
                )
                unfinished.callback(self.close_process)
            self.banner = self._read_banner()
            lines = [line.split() for line in self.banner.splitlines()]
            address = next(line[1] for line in lines if line[:1] == ["address"])
            self.base = address.removesuffix("/billmgr")
            self._http = httpx.Client(
                base_url=self.base,
                timeout=60,
                trust_env=False,
                verify=False,  # noqa: S501 - our own certificate, on this machine
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            )
            self._numbers = itertools.count(1)
            super().__init__(self._send_over_http, self.base, path="/billmgr")
            unfinished.pop_all()

    def _read_banner(self) -> str:
        """Reads up to the curl line, which the server prints when all its workers answer."""
        lines: list[str] = []
        alarm = threading.Timer(START, self.process.kill)
        alarm.start()
        try:
            for line in self.process.stdout or ():
                lines.append(line)
                if line.startswith("curl "):
                    return "".join(lines)
        finally:
            alarm.cancel()
        self.close_process()
        raise RuntimeError(f"the seller did not start: {self._errors.read_text()}")

    def _send_over_http(
        self, method: str, path: str, sent: Mapping[str, str] | bytes | None, kind: str
    ) -> Answer:
        headers = {"Content-Type": kind} if kind else {}
        form = sent if isinstance(sent, Mapping) else None
        body = sent if isinstance(sent, bytes) else None
        response: httpx.Response = self._http.request(
            method, path, data=form, content=body, headers=headers
        )
        return Answer(response.status_code, dict(response.headers), response.content)

    @property
    def errors(self) -> str:
        """The stderr of the server so far."""
        return self._errors.read_text(encoding="utf-8")

    def fresh(self, fixture: str = "small", as_of: str | None = None) -> World:
        """Makes a new world and returns it; ``as_of`` as in `World.world`."""
        return self.world(f"test-{next(self._numbers)}", fixture, as_of)

    def close_process(self) -> int:
        """Stops the server with SIGTERM; returns its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(START)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def close(self) -> None:
        """Stops the server and removes its data folder."""
        self._http.close()
        self.close_process()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


__all__ = [
    "AccountInfo",
    "Answer",
    "ClockInfo",
    "ControlError",
    "DiscountInfo",
    "ErrorDocument",
    "EventInfo",
    "FaultInfo",
    "ImportInfo",
    "JournalEntry",
    "MovableClock",
    "PartnerInfo",
    "Seller",
    "SellerServer",
    "ServiceInfo",
    "World",
]

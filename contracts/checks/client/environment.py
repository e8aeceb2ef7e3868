"""The environment of lessons: our own seller in this process, with a new world for every case.

A client in this process calls the WSGI application. Any other client calls a port of this machine
that serves the same application. In both, the judge moves the seller's clocks.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from socket import create_server
from threading import Event, Thread
from typing import Final

from werkzeug.serving import WSGIRequestHandler, make_server

from contracts.checks.client.case import CaseContext, ClientDriver, Times
from contracts.checks.client.lesson import FIXTURE
from contracts.checks.client.middleware import RecordingMiddleware
from contracts.checks.client.products import SampleProduct
from contracts.record.exchange import OUR_LOGIN
from emulator.testing import Seller

LOOPBACK: Final = "127.0.0.1"
IN_PROCESS: Final = f"http://{LOOPBACK}"


@dataclass
class CaseEnvironment:
    """A seller behind the recording middleware. ``begins``: the time at which every world begins.

    ``base``: the address at which clients reach it. ``by_login``: the login names the world, not
    the path, for clients that cannot change their path. ``seconds_delayed``: how long answers to
    clients in this process were delayed so far.
    """

    seller: Seller
    middleware: RecordingMiddleware
    begins: datetime
    times: Times
    base: str = IN_PROCESS
    by_login: bool = False
    seconds_delayed: Callable[[], float] = lambda: 0.0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def open_case(
        self, lesson: str, product: SampleProduct, driver: ClientDriver, fixture: str = FIXTURE
    ) -> CaseContext:
        """A case in a world of its own, whose clock stands still."""
        name = f"lesson-{next(self._numbers)}"
        world = self.seller.world(name, fixture)
        world.clock.freeze(self.begins.isoformat())
        self.middleware.take_calls()
        self.middleware.hooks = ()
        path = "/billmgr" if self.by_login else world.path
        login = f"{OUR_LOGIN}@{name}" if self.by_login else OUR_LOGIN
        case = CaseContext(
            lesson, product, world, self.middleware, driver, self.times, self.base + path, login
        )
        case.prepare()
        return case


@contextmanager
def in_process(begins: datetime) -> Iterator[CaseEnvironment]:
    """An environment for clients in this process: nobody waits, clocks are moved."""
    with Seller(FIXTURE) as seller:
        middleware = RecordingMiddleware(seller.wsgi, seller.time.system_clock().elapsed)
        delays = _Delays(seller.time.pass_time)
        times = Times(seller.time.pass_time, delays.wait)
        yield CaseEnvironment(
            seller, middleware, begins, times, seconds_delayed=lambda: delays.seconds
        )


@contextmanager
def served(
    begins: datetime, *, delay: float, port: int = 0, by_login: bool = False
) -> Iterator[CaseEnvironment]:
    """An environment on a port of this machine. Slow answers really take ``delay`` seconds.

    Raises OSError where the port is taken.
    """
    with Seller(FIXTURE) as seller:
        middleware = RecordingMiddleware(seller.wsgi, seller.time.system_clock().elapsed)
        with on_port(middleware, port) as base:
            times = Times(seller.time.pass_time, really_wait, slow=delay, late=delay)
            yield CaseEnvironment(seller, middleware, begins, times, base, by_login)


@contextmanager
def on_port(app: Callable[..., object], port: int = 0) -> Iterator[str]:
    """Serve an application on loopback; yields its address. Raises OSError for a taken port."""
    # With a socket of our own: the server would end the whole program if the port is taken.
    try:
        listener = create_server((LOOPBACK, port))
    except OSError as problem:
        reason = str(problem.strerror).partition(" (while")[0]
        raise OSError(f"cannot listen on {LOOPBACK} port {port}: {reason}") from None
    with listener:
        server = make_server(
            LOOPBACK,
            port,
            app,  # type: ignore[arg-type] # any WSGI application
            threaded=True,
            request_handler=_SilentRequestHandler,
            fd=listener.fileno(),
        )
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@dataclass
class _Delays:
    """Counts the seconds by which answers are delayed; nobody really waits."""

    pass_time: Callable[[float], None]
    seconds: float = 0.0

    def wait(self, seconds: float) -> None:
        """Move the seller's time."""
        self.seconds += seconds
        self.pass_time(seconds)


def really_wait(seconds: float) -> None:
    """Wait in real time: for a client in another process there is no other way to be slow."""
    Event().wait(seconds)


class _SilentRequestHandler(WSGIRequestHandler):
    """Logs nothing: what a client sends must not appear in a terminal.

    A connection that a hook breaks is closed at once: the client does not wait for the rest.
    """

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """Close the connection."""
        del error, environ
        self.close_connection = True

    def log(self, *_: object, **__: object) -> None:
        """Log nothing."""

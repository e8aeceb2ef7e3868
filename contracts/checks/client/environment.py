"""The stage: a seller of ours in this process, and a new world of it for every play.

A client in this process calls the application; any other one calls a port of this machine, on which
the same application is served. Either way the seller's clocks are the judge's to move.
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

from contracts.checks.client.case_context import Player, Scene, Times
from contracts.checks.client.middleware import Ear
from contracts.checks.client.products import Goods
from contracts.record.exchange import OUR_LOGIN
from emulator.testing import Seller

LOOPBACK: Final = "127.0.0.1"
FIXTURE: Final = "empty"
IN_PROCESS: Final = f"http://{LOOPBACK}"


@dataclass
class Stage:
    """A seller with its ear. ``begins`` is the time at which every world begins.

    ``base`` is the address at which clients reach it. ``by_login`` names the world in the login in
    place of the address, for clients that cannot change their path.
    """

    seller: Seller
    ear: Ear
    begins: datetime
    times: Times
    base: str = IN_PROCESS
    by_login: bool = False
    held_back: Callable[[], float] = lambda: 0.0
    """For how many seconds answers to clients in this process were held back so far."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def scene(self, lesson: str, goods: Goods, player: Player) -> Scene:
        """A scene in a world of its own, whose time stands still at the beginning."""
        name = f"lesson-{next(self._numbers)}"
        world = self.seller.world(name, FIXTURE)
        world.clock.freeze(self.begins.isoformat())
        self.ear.take()
        self.ear.tricks = ()
        path = "/billmgr" if self.by_login else world.path
        login = f"{OUR_LOGIN}@{name}" if self.by_login else OUR_LOGIN
        scene = Scene(
            lesson, goods, world, self.ear, player, self.times, self.base + path, login=login
        )
        scene.open()
        return scene


@contextmanager
def in_process(begins: datetime) -> Iterator[Stage]:
    """A stage for clients in this process: nobody waits, time is moved."""
    with Seller(FIXTURE) as seller:
        ear = Ear(seller.wsgi, seller.time.machine().elapsed)
        slow = _Slowness(seller.time.pass_time)
        times = Times(seller.time.pass_time, slow.wait)
        yield Stage(seller, ear, begins, times, held_back=lambda: slow.seconds)


@contextmanager
def served(
    begins: datetime, *, patience: float, port: int = 0, by_login: bool = False
) -> Iterator[Stage]:
    """A stage on a port of this machine. What is slow takes ``patience`` seconds for everybody."""
    with Seller(FIXTURE) as seller:
        ear = Ear(seller.wsgi, seller.time.machine().elapsed)
        with on_port(ear, port) as base:
            times = Times(seller.time.pass_time, really_wait, slow=patience, late=patience)
            yield Stage(seller, ear, begins, times, base, by_login)


@contextmanager
def on_port(app: Callable[..., object], port: int = 0) -> Iterator[str]:
    """Serves an application on loopback; its address. OSError where the port is taken."""
    # A socket of our own: the server would end the whole program where the port is taken.
    try:
        own = create_server((LOOPBACK, port))
    except OSError as problem:
        reason = str(problem.strerror).partition(" (while")[0]
        raise OSError(f"cannot listen on {LOOPBACK} port {port}: {reason}") from None
    with own as held:
        server = make_server(
            LOOPBACK,
            port,
            app,  # type: ignore[arg-type] # any WSGI application
            threaded=True,
            request_handler=_Quiet,
            fd=held.fileno(),
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
class _Slowness:
    """Counts the seconds for which answers are held back; nobody really waits."""

    pass_time: Callable[[float], None]
    seconds: float = 0.0

    def wait(self, seconds: float) -> None:
        """Lets them have passed."""
        self.seconds += seconds
        self.pass_time(seconds)


def really_wait(seconds: float) -> None:
    """Lets real time pass: a client in another process cannot be told otherwise."""
    Event().wait(seconds)


class _Quiet(WSGIRequestHandler):
    """Says nothing: what a client sent is nobody's to read in a terminal.

    Where the line is planned to break it is closed at once, so that nobody waits for the rest.
    """

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:
        """Closes the connection."""
        del error, environ
        self.close_connection = True

    def log(self, *_: object, **__: object) -> None:
        """Nothing is said."""

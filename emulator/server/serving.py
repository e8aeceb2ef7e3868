"""The seller under gunicorn, in the command's own process.

Several worker processes share a port (``SO_REUSEPORT``) and the data folder; each answers with
threads. Nothing is logged of a request but what went wrong with it, and never its query string,
where clients put their passwords.
"""

from __future__ import annotations

import errno
import gc
import logging
import os
import re
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped] # it has no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped] # the same
from gunicorn.workers.base import Worker  # type: ignore[import-untyped] # the same

from emulator.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

KEEPALIVE = 15
GRACE = 3
"""Seconds: an idle connection is kept, a stopping worker waits for running answers."""
TIMEOUT = 120
"""Seconds without a sign of life after which a worker is replaced; its threads do not count."""
QUERY = re.compile(r"\?[^\s'\"]*")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where it is, gunicorn's sign of life costs no disk


class PortError(Exception):
    """The server cannot listen where it should; the text is one line for people."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server listens. ``holder`` keeps the port until the workers have it."""

    host: str
    address: str
    port: int
    holder: socket.socket

    @property
    def bound(self) -> str:
        """As gunicorn wants it: the address a name stood for, not the name."""
        return (
            f"[{self.address}]:{self.port}"
            if ":" in self.address
            else f"{self.address}:{self.port}"
        )

    def url(self, *, https: bool) -> str:
        """As a client on this machine reaches it."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 - told apart, not bound
        name = everywhere.get(self.host) or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if https else 'http'}://{name}:{self.port}"


def take(host: str, port: int) -> Place:
    """Takes a port, a free one for 0. Raises PortError in one line where it cannot be had.

    Workers share their port, so a second server on it would silently get half of the requests: it
    is taken without sharing, which finds out whether somebody is there, and shared from then on.
    Given back in between, a free port could become somebody else's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with ExitStack() as undone:
            holder = undone.enter_context(socket.socket(family, socket.SOCK_STREAM))
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.bind(address)
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            undone.pop_all()
        port = holder.getsockname()[1]
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            line = (
                f"port {port} on {host} is taken; choose another with --port, or 0 for a free one"
            )
        else:
            line = f"cannot listen on {host} port {port}: {fault.strerror or fault}"
        raise PortError(line) from None
    return Place(host, str(address[0]), port, holder)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our settings. ``ready`` is called once, when every worker answers."""

    def __init__(
        self, app: WSGIApplication, settings: Settings, place: Place, ready: Callable[[], None]
    ) -> None:
        self._app = app
        self._settings = settings
        self._place = place
        self._ready = ready
        super().__init__()

    def load_config(self) -> None:
        """Hands our settings to gunicorn."""
        settings = self._settings
        chosen: dict[str, Any] = {
            "bind": self._place.bound,
            "workers": settings.workers,
            "threads": settings.threads,
            "worker_class": "emulator.server.buffering_worker.BufferingWorker",
            "reuse_port": True,
            "preload_app": True,
            "keepalive": KEEPALIVE,
            "timeout": TIMEOUT,
            "graceful_timeout": GRACE,
            # No limit of gunicorn's: the worker ends endless heads, our own limits answer the rest.
            "limit_request_line": 0,
            "limit_request_fields": 1000,
            "limit_request_field_size": 65_536,
            "worker_tmp_dir": str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None,
            "control_socket_disable": True,
            "proc_name": "mockseller",
            "loglevel": "warning",
            "accesslog": None,
            "logger_class": QuietLogger,
            "post_worker_init": self._worker_ready,
        }
        if settings.cert is not None and settings.key is not None:
            chosen |= {"certfile": str(settings.cert), "keyfile": str(settings.key)}
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The application: made before the workers are forked, so that all can tell at once."""
        # What stands at the fork stays: no collection has to look through it in every worker.
        gc.collect()
        gc.freeze()
        return self._app

    def _worker_ready(self, worker: Worker) -> None:
        if worker.age == self._settings.workers:
            self._ready()


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Says what went wrong, without what a client sent after the question mark."""

    def setup(self, cfg: object) -> None:
        """Adds the filter to gunicorn's own set-up."""
        super().setup(cfg)
        self.error_log.addFilter(_without_query)


def _without_query(record: logging.LogRecord) -> bool:
    record.msg = QUERY.sub("?...", record.getMessage())
    record.args = ()
    return True

"""The seller under gunicorn, in the command's own process.

Several worker processes share a port (``SO_REUSEPORT``) and the data folder; each answers with
threads. Only errors are logged, and never a query string, where
clients put their passwords.
"""

from __future__ import annotations

import errno
import gc
import logging
import os
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped] # it has no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped] # the same
from gunicorn.workers.base import Worker  # type: ignore[import-untyped] # the same

from emulator.server.json_log import JsonFormatter
from emulator.server.metric_files import SHARED_MEMORY
from emulator.settings import Settings

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

KEEPALIVE = 15
GRACE = 3
"""Seconds that an idle connection is kept; that a stopping worker waits for running answers."""
TIMEOUT = 120
"""Seconds without a heartbeat of the worker's main loop after which it is replaced."""
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104 - compared, not bound
"""Hosts that stand for every address of this computer, and what a client here uses instead."""
QUERY = re.compile(r"\?[^\s'\"]*")
NEAR = 20
"""How many ports after that of HTTP are tried for HTTPS."""


class PortError(Exception):
    """The server cannot listen on its address; the text is one line."""


@dataclass(frozen=True, slots=True)
class BoundSocket:
    """A bound port. ``holder`` keeps it until the workers have it."""

    host: str
    address: str
    port: int
    holder: socket.socket

    @property
    def gunicorn_bind(self) -> str:
        """Address and port for gunicorn: the resolved address, not a name."""
        return (
            f"[{self.address}]:{self.port}"
            if ":" in self.address
            else f"{self.address}:{self.port}"
        )

    def url(self, *, https: bool) -> str:
        """The URL for a client on this computer."""
        name = EVERYWHERE.get(self.host) or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{'https' if https else 'http'}://{name}:{self.port}"

    def network_url(self, *, https: bool) -> str:
        """The URL for other computers, of a server that they can reach."""
        name = _own_address() if self.host in EVERYWHERE else self.host
        name = f"[{name}]" if ":" in name else name
        return f"{'https' if https else 'http'}://{name}:{self.port}"


def _own_address() -> str:
    """The address from which this computer reaches others; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:  # no network at all
            return socket.gethostname()
        address: str = probe.getsockname()[0]
        return address


@dataclass(frozen=True, slots=True)
class Listeners:
    """The ports of a server: at least one of the two."""

    http: BoundSocket | None
    https: BoundSocket | None

    @property
    def all(self) -> tuple[BoundSocket, ...]:
        """Those that there are, HTTP first."""
        return tuple(bound for bound in (self.http, self.https) if bound is not None)

    @property
    def url(self) -> str:
        """The URL for a client on this computer: HTTP where that is served."""
        return self.all[0].url(https=self.http is None)

    @property
    def network_url(self) -> str:
        """The same for other computers."""
        return self.all[0].network_url(https=self.http is None)


def listen(settings: Settings) -> Listeners:
    """Binds the port of HTTP, that of HTTPS, or both. Raises PortError."""
    host, port = settings.host, settings.port
    if settings.cert is not None and settings.tls_port is None:
        return Listeners(None, bind(host, port))
    http = bind(host, port)
    if not settings.tls and settings.cert is None:
        return Listeners(http, None)
    with ExitStack() as undone:
        undone.enter_context(http.holder)
        if settings.tls_port is not None:
            https = bind(host, settings.tls_port, option="--tls-port")
        else:
            https = bind(host, 0) if port == 0 else _bind_next(host, port)
        undone.pop_all()
    return Listeners(http, https)


def _bind_next(host: str, port: int) -> BoundSocket:
    """Binds the next port that is free, or any if there is none near."""
    for candidate in range(port + 1, min(port + 1 + NEAR, 65536)):
        with suppress(PortError):
            return bind(host, candidate)
    return bind(host, 0)


def bind(host: str, port: int, option: str = "--port") -> BoundSocket:
    """Binds a port, a free one for 0; ``option``: what chooses another. Raises PortError.

    Workers share their port (SO_REUSEPORT), so a second server on it would silently get half of the
    requests. So the port is bound without sharing first, which fails if it is in use, and is not
    released before the workers share it.
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
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            line = (
                f"port {port} on {host} is in use;"
                f" choose another with {option}, or 0 for a free one"
            )
        else:
            line = f"cannot listen on {host} port {port}: {error.strerror or error}"
        raise PortError(line) from None
    return BoundSocket(host, str(address[0]), port, holder)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our settings. ``ready`` is called once, when every worker answers.

    ``tls``: what HTTPS needs, if a port is for it; our worker wraps the connections to that port.
    """

    def __init__(
        self,
        app: WSGIApplication,
        settings: Settings,
        listeners: Listeners,
        ready: Callable[[], None],
        ended: Callable[[], None] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._app = app
        self._settings = settings
        self._listeners = listeners
        self._ready = ready
        self._ended = ended
        self._tls = tls
        super().__init__()

    def tls_of(self, port: int) -> ssl.SSLContext | None:
        """What connections to a port are encrypted with; None for HTTP."""
        https = self._listeners.https
        return self._tls if https is not None and https.port == port else None

    def load_config(self) -> None:
        """Passes our settings to gunicorn."""
        settings = self._settings
        chosen: dict[str, Any] = {
            "bind": [bound.gunicorn_bind for bound in self._listeners.all],
            "workers": settings.workers,
            "threads": settings.threads,
            # Who is believed what a proxy says is a setting of ours; gunicorn believes loopback.
            "forwarded_allow_ips": "",
            "worker_class": "emulator.server.buffering_worker.BufferingWorker",
            "reuse_port": True,
            "preload_app": True,
            "keepalive": KEEPALIVE,
            "timeout": TIMEOUT,
            "graceful_timeout": GRACE,
            # No limit here: the worker refuses endless heads, the pipeline has its own limits.
            "limit_request_line": 0,
            "limit_request_fields": 1000,
            "limit_request_field_size": 65_536,
            # Heartbeat files need no disk.
            "worker_tmp_dir": str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None,
            "control_socket_disable": True,
            "proc_name": "mockseller",
            "loglevel": "warning",
            "accesslog": None,
            "logger_class": JsonLogger if settings.log == "json" else QuietLogger,
            "post_worker_init": self._worker_ready,
            "on_exit": self._stopped,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The application, made before the workers are forked."""
        # Objects that exist before the fork are kept out of every worker's garbage collection.
        gc.collect()
        gc.freeze()
        gc.enable()
        return self._app

    def _stopped(self, _: object) -> None:
        """Gunicorn calls it in the process that started the workers, after they have ended."""
        if self._ended is not None:
            self._ended()

    def _worker_ready(self, worker: Worker) -> None:
        if worker.age == self._settings.workers:
            self._ready()


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Logs errors without query strings."""

    def setup(self, cfg: object) -> None:
        """Adds the filter to gunicorn's set-up."""
        super().setup(cfg)
        self.error_log.addFilter(_without_query)


class JsonLogger(QuietLogger):
    """The same as lines of JSON."""

    def setup(self, cfg: object) -> None:
        """Adds the form to the set-up."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter())


def _without_query(record: logging.LogRecord) -> bool:
    record.msg = QUERY.sub("?...", record.getMessage())
    record.args = ()
    return True

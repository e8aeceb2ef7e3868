"""A worker whose threads never wait for a slow client.

Gunicorn's threaded worker gives a thread to whoever connects, and the thread waits for the rest of
the request: a few dozen half-open connections stop the server. Here the worker's event loop
gathers a request, and a thread gets it when it is complete (docs/adr/0006 says why, and what of
gunicorn this leans on).
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped] # it has none

HEAD_ENDS = b"\r\n\r\n"
LONGEST_HEAD = 1024 * 1024
LONGEST_BODY = 1024 * 1024
"""A longer body, or one without a length, is read by the thread as it comes."""
PATIENCE = 20.0
"""Seconds a client has for one request's head and a body of the size above."""
CHUNK = 65_536
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)
NOT_ENCODED = re.compile(rb"[^\x21-\x7e]")
ASKS_FIRST = re.compile(rb"\r\nexpect:", re.IGNORECASE)
TOO_LONG = b"HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class BufferingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gathers requests in the event loop. HTTPS is left to gunicorn: its handshake blocks."""

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401 - gunicorn's connection
        """Hands a connection to the threads, or keeps it until there is a request on it."""
        if self.cfg.is_ssl:
            super().enqueue_req(conn)
            return
        try:
            conn.init()
            conn.sock.settimeout(0)
            held, ended = _gather(conn)
        except OSError:
            self._drop(conn)
            return
        if ended or _is_complete(held):
            conn.data_ready = True
            conn.patience_ends = None
            super().enqueue_req(conn)
        elif len(held) > LONGEST_HEAD + LONGEST_BODY:
            self._refuse(conn)
        else:
            self._keep(conn)

    def _keep(self, conn: Any) -> None:  # noqa: ANN401 - the same
        ends = vars(conn).get("patience_ends") or time.monotonic() + PATIENCE
        conn.patience_ends = conn.timeout = ends
        self.pending_conns.append(conn)
        again = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, EVENT_READ, again)

    def _refuse(self, conn: Any) -> None:  # noqa: ANN401 - the same
        with suppress(OSError):
            conn.sock.send(TOO_LONG)
        self._drop(conn)

    def _drop(self, conn: Any) -> None:  # noqa: ANN401 - the same
        self.nr_conns -= 1
        conn.close()


def _gather(conn: Any) -> tuple[bytes, bool]:  # noqa: ANN401 - the same
    """Everything that has come of the next request, and whether the client has stopped sending."""
    unreader = conn.parser.unreader
    held: bytes = unreader.take_buffered()
    ended = False
    try:
        while len(held) <= LONGEST_HEAD + LONGEST_BODY:
            chunk = conn.sock.recv(CHUNK)
            if not chunk:
                ended = True
                break
            held += chunk
    except BlockingIOError:
        pass
    held = _encoded(held)
    unreader.unread(held)
    return held, ended


def _encoded(held: bytes) -> bytes:
    """The same with an address as it should have been sent.

    Clients put letters of any alphabet into an address as they are, and gunicorn refuses them.
    """
    end = held.find(b"\r\n")
    line = held[: max(end, 0)]
    if line.isascii() and line.count(b" ") == 2:  # noqa: PLR2004 - method, address, version
        return held
    method, _, rest = line.partition(b" ")
    address, blank, version = rest.rpartition(b" ")
    if not blank:
        return held
    encoded = NOT_ENCODED.sub(lambda found: b"%%%02X" % found[0][0], address)
    return b" ".join((method, encoded, version)) + held[end:]


def _is_complete(held: bytes) -> bool:
    end = held.find(HEAD_ENDS)
    if end < 0:
        return False
    head = held[: end + len(HEAD_ENDS)]
    length = LENGTH.search(head)
    if length is None or ASKS_FIRST.search(head):
        return True
    size = int(length[1])
    return size > LONGEST_BODY or len(held) >= len(head) + size

"""A gunicorn worker whose threads never wait for a slow client.

Gunicorn's threaded worker gives every connection a thread, which waits for the rest of the request:
a few dozen half-open connections stop the server. Here the worker's event loop does the handshake
of TLS and reads a request, and a thread gets it once it is complete (docs/adr/0006 says why, and
which parts of gunicorn it uses).
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from functools import partial
from select import POLLIN, poll
from selectors import EVENT_READ, EVENT_WRITE
from socket import socket
from ssl import SSLSocket, SSLWantReadError, SSLWantWriteError
from typing import Any

from gunicorn.http.errors import ParseException  # type: ignore[import-untyped] # it has none
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected

HEAD_ENDS = b"\r\n\r\n"
LONGEST_HEAD = 1024 * 1024
LONGEST_BODY = 1024 * 1024
"""Bytes; a longer body, or one without a length, is read by the thread."""
REQUEST_TIMEOUT = 20.0
"""Seconds a client has for the handshake, the head and a body of up to the length above."""
LINGER = 2
"""Milliseconds that a thread waits for the next request on its connection."""
CHUNK = 65_536
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)
NOT_ENCODED = re.compile(rb"[^\x21-\x7e]")
ASKS_FIRST = re.compile(rb"\r\nexpect:", re.IGNORECASE)
TOO_LONG = b"HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class BufferingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Does handshakes and reads requests in the event loop; `Server.tls_of` says which port is TLS.

    Gunicorn itself is not told of certificates: it would use them on all ports, and block.
    """

    def enqueue_req(self, conn: Any) -> None:  # noqa: ANN401 - gunicorn's connection
        """Passes a connection to the threads once there is a whole request on it."""
        try:
            self._open(conn)
            received, ended = _gather(conn)
        except SSLWantReadError:
            self._wait_for(conn, EVENT_READ)
        except SSLWantWriteError:
            self._wait_for(conn, EVENT_WRITE)
        except OSError:  # among them what is no TLS
            self._drop(conn)
        else:
            self._pass_on(conn, received, ended=ended)

    def _open(self, conn: Any) -> None:  # noqa: ANN401 - the same
        """Prepares a connection, and goes on with its handshake.

        Raises SSLWantReadError or SSLWantWriteError where that waits for the client, OSError where
        the client is gone or does not speak TLS.
        """
        tls = None if conn.initialized else self.app.tls_of(conn.server[1])
        if tls is not None:
            conn.sock = tls.wrap_socket(conn.sock, server_side=True, do_handshake_on_connect=False)
        conn.init()
        conn.sock.settimeout(0)
        if isinstance(conn.sock, SSLSocket):
            conn.sock.do_handshake()  # at once done where it was done before

    def _pass_on(self, conn: Any, received: bytes, *, ended: bool) -> None:  # noqa: ANN401 - the same
        if ended or _is_complete(received):
            conn.data_ready = True
            conn.request_deadline = None
            super().enqueue_req(conn)
        elif len(received) > LONGEST_HEAD + LONGEST_BODY:
            self._refuse(conn)
        else:
            self._wait_for(conn, EVENT_READ)

    def handle(self, conn: Any) -> Any:  # noqa: ANN401 - the same
        """Answers a request, and those that follow it at once; a thread's result for gunicorn."""
        result = super().handle(conn)
        while result is True and self._has_next(conn):
            result = super().handle(conn)
        if result is not True:
            _end_tls(conn)
        return result

    def handle_request(self, req: Any, conn: Any) -> Any:  # noqa: ANN401 - the same
        """Answers one request; its address begins with https where the connection is TLS."""
        if isinstance(conn.sock, SSLSocket):
            req.scheme = "https"
        req.body.reader = BodyReader(req.body.reader, conn.sock)
        return super().handle_request(req, conn)

    def _has_next(self, conn: Any) -> bool:  # noqa: ANN401 - the same
        """Whether the client's next request comes while nobody else needs this thread."""
        _take_decrypted(conn)
        waiting = self.tpool._work_queue.qsize()  # noqa: SLF001 - no other way to ask
        sent_already = conn.parser.unreader.buf.getvalue()  # gunicorn takes its turn with it
        if waiting or sent_already or not self.alive:
            return False
        ready = poll()
        ready.register(conn.sock, POLLIN)
        if not ready.poll(LINGER):
            return False
        conn.sock.settimeout(0)
        received, ended = _gather(conn)
        conn.sock.settimeout(None)
        return ended or _is_complete(received)

    def _wait_for(self, conn: Any, event: int) -> None:  # noqa: ANN401 - the same
        deadline = vars(conn).get("request_deadline") or time.monotonic() + REQUEST_TIMEOUT
        conn.request_deadline = conn.timeout = deadline
        self.pending_conns.append(conn)
        again = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, event, again)

    def _refuse(self, conn: Any) -> None:  # noqa: ANN401 - the same
        with suppress(OSError):
            conn.sock.send(TOO_LONG)
        self._drop(conn)

    def _drop(self, conn: Any) -> None:  # noqa: ANN401 - the same
        self.nr_conns -= 1
        conn.close()


class BodyReader:
    """Reads a body for a thread, which waits up to `REQUEST_TIMEOUT` for each part of it."""

    def __init__(self, reader: Any, sock: socket) -> None:  # noqa: ANN401 - gunicorn's reader
        self._reader = reader
        self._sock = sock

    def read(self, size: int) -> bytes:
        """Up to so many bytes. Raises ClientDisconnected (400): late, cut off or malformed."""
        self._sock.settimeout(REQUEST_TIMEOUT)
        try:
            content: bytes = self._reader.read(size)
        except (ParseException, OSError) as error:
            raise ClientDisconnected from error
        finally:
            self._sock.settimeout(None)
        return content


def _gather(conn: Any) -> tuple[bytes, bool]:  # noqa: ANN401 - the same
    """The received part of the next request, and whether the client stopped sending."""
    unreader = conn.parser.unreader
    received: bytes = unreader.take_buffered()
    ended = False
    try:
        while len(received) <= LONGEST_HEAD + LONGEST_BODY:
            chunk = conn.sock.recv(CHUNK)
            if not chunk:
                ended = True
                break
            received += chunk
    except (BlockingIOError, SSLWantReadError, SSLWantWriteError):
        pass
    received = _encoded(received)
    unreader.unread(received)
    return received, ended


def _take_decrypted(conn: Any) -> None:  # noqa: ANN401 - the same
    """Puts what TLS has decrypted, but nobody has read, where gunicorn looks for more requests.

    It has left the socket, so the event loop would not see it there.
    """
    if isinstance(conn.sock, SSLSocket) and conn.sock.pending():
        unreader = conn.parser.unreader
        unreader.unread(unreader.take_buffered() + conn.sock.recv(conn.sock.pending()))


def _end_tls(conn: Any) -> None:  # noqa: ANN401 - the same
    """Says that nothing follows, without waiting for the client to say it too.

    Without it, clients take the end of a connection for a cut.
    """
    if isinstance(conn.sock, SSLSocket):
        with suppress(OSError, ValueError):  # it may be closed, or its client gone
            conn.sock.settimeout(0)
            conn.sock.unwrap()


def _encoded(received: bytes) -> bytes:
    """The request with its path percent-encoded.

    Some clients send letters of any alphabet in a path unencoded, which gunicorn refuses.
    """
    end = received.find(b"\r\n")
    line = received[: max(end, 0)]
    if line.isascii() and line.count(b" ") == 2:  # noqa: PLR2004 - method, address, version
        return received
    method, _, rest = line.partition(b" ")
    address, blank, version = rest.rpartition(b" ")
    if not blank:
        return received
    encoded = NOT_ENCODED.sub(lambda match: b"%%%02X" % match[0][0], address)
    return b" ".join((method, encoded, version)) + received[end:]


def _is_complete(received: bytes) -> bool:
    end = received.find(HEAD_ENDS)
    if end < 0:
        return False
    head = received[: end + len(HEAD_ENDS)]
    length = LENGTH.search(head)
    if length is None or ASKS_FIRST.search(head):
        return True
    size = int(length[1])
    return size > LONGEST_BODY or len(received) >= len(head) + size

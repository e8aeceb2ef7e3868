"""A gunicorn worker whose threads never wait for a slow client.

Gunicorn's threaded worker gives every connection a thread, which waits for the rest of the request:
a few dozen half-open connections stop the server. Here the worker's event loop does the handshake
of TLS and reads a request, and a thread gets it once it is complete (docs/adr/0006 says why, and
which parts of gunicorn it uses). What takes a client long, to send a large body or to read a large
answer, is done by threads of their own, which no other client waits for.
"""

from __future__ import annotations

import errno
import re
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from select import POLLIN, poll
from selectors import EVENT_READ, EVENT_WRITE
from socket import MSG_DONTWAIT, SHUT_WR, socket
from ssl import SSLSocket, SSLWantReadError, SSLWantWriteError
from typing import IO, Any

from gunicorn.http.errors import ParseException  # type: ignore[import-untyped] # it has none
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected

HEAD_ENDS = b"\r\n\r\n"
LONGEST_HEAD = 1024 * 1024
LONGEST_BODY = 1024 * 1024
"""Bytes; a longer body, or one without a length, is read by the thread."""
REQUEST_TIMEOUT = 20.0
"""Seconds a client has for the handshake, the head and a body of up to the length above."""
SLOWEST = 16 * 1024
"""Bytes a second, on average, that a client has to send or read of what is long."""
MOST_BUFFERED = 64 * 1024 * 1024
"""Bytes of unfinished requests in a worker, from which on those of more than CHUNK are refused."""
MOST_UNSENT = 512 * 1024 * 1024
"""Bytes of answers that wait for slow readers in a worker; who would add more is cut off."""
IN_MEMORY = 1024 * 1024
"""Bytes of an answer that wait in memory for a slow reader; more wait in a temporary file."""
GOODBYE = 2.0
"""Seconds that a client has to close its side after the last answer."""
LINGER = 2
"""Milliseconds that a thread waits for the next request on its connection."""
CHUNK = 65_536
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
NOT_ENCODED = re.compile(rb"[^\x21-\x7e]")
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
ASKS_FIRST = re.compile(rb"\r\nexpect:", re.IGNORECASE)
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_LONG = b"HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class BufferingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Does handshakes and reads requests in the event loop; `Server.tls_of` says which port is TLS.

    Gunicorn itself is not told of certificates: it would use them on all ports, and block.
    """

    def init_process(self) -> None:
        """Makes the threads for slow clients before gunicorn serves."""
        self.slow_pool = ThreadPoolExecutor(self.cfg.threads)
        self.backlog = Backlog(MOST_UNSENT)
        self.ending_conns: deque[Any] = deque()
        super().init_process()

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
            pool = self.slow_pool if _is_long(received) else self.tpool
            self._submit(pool, self.handle, conn)
        elif len(received) > LONGEST_HEAD + LONGEST_BODY:
            self._refuse(conn, TOO_LONG)
        elif len(received) > CHUNK and self._buffered() > MOST_BUFFERED:
            self._refuse(conn, BUSY)
        else:
            self._wait_for(conn, EVENT_READ)

    def _submit(self, pool: ThreadPoolExecutor, work: Any, conn: Any, *rest: Any) -> None:  # noqa: ANN401 - the same
        """Lets a thread work for a connection, and the event loop go on with it afterwards."""
        done = pool.submit(work, conn, *rest)
        done.add_done_callback(lambda end: self.method_queue.defer(self.finish_request, conn, end))

    def _buffered(self) -> int:
        """Bytes of all requests that are not complete."""
        waiting = (each.parser.unreader.buf for each in self.pending_conns if each.initialized)
        return sum(buffer.getbuffer().nbytes for buffer in waiting)

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:  # noqa: ANN401 - the same
        """Goes on with a connection; first the rest of an answer is sent to a slow reader."""
        unsent = vars(conn).pop("unsent", None)
        if unsent is not None:
            self._submit(self.slow_pool, self._send_rest, conn, unsent, fs)
        elif fs.exception() is None and not fs.result():
            self._end(conn)
        else:
            super().finish_request(conn, fs)

    def _end(self, conn: Any) -> None:  # noqa: ANN401 - the same
        """Says that nothing follows, and closes when the client does, or after `GOODBYE` seconds.

        Closed at once, a connection with bytes that nobody has read is reset, and the client may
        lose the answer. Gunicorn waits for the client in the event loop, two seconds for each.
        """
        try:
            conn.sock.settimeout(0)
            conn.sock.shutdown(SHUT_WR)
            self.poller.register(conn.sock, EVENT_READ, partial(self._drain, conn))
        except (OSError, ValueError):  # the client, or the socket, is gone
            self._drop(conn)
            return
        conn.timeout, conn.drained = time.monotonic() + GOODBYE, 0
        self.ending_conns.append(conn)

    def _drain(self, conn: Any, sock: socket) -> None:  # noqa: ANN401 - the same
        try:
            size = len(sock.recv(CHUNK))
        except (BlockingIOError, SSLWantReadError):
            return
        except OSError:
            size = 0
        conn.drained += size
        if not size or conn.drained > CHUNK:
            self.ending_conns.remove(conn)
            self._forget(conn)

    def _forget(self, conn: Any) -> None:  # noqa: ANN401 - the same
        with suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self._drop(conn)

    def murder_pending(self) -> None:
        """Closes what has waited long enough; gunicorn calls it about once a second."""
        super().murder_pending()
        now = time.monotonic()
        while self.ending_conns and self.ending_conns[0].timeout <= now:
            self._forget(self.ending_conns.popleft())

    def _send_rest(self, conn: Any, unsent: IO[bytes], fs: Future[Any]) -> Any:  # noqa: ANN401 - the same
        """Sends the rest of an answer; the result of `handle`, or False if the client gave up."""
        size = unsent.tell()
        try:
            result = fs.result()
            _send_with_limits(conn.sock, unsent)
        except OSError:
            return False
        finally:
            self.backlog.remove(size)
            unsent.close()
        if result is not True:
            _end_tls(conn)
        return result

    def handle(self, conn: Any) -> Any:  # noqa: ANN401 - the same
        """Answers a request, and those that follow it at once; a thread's result for gunicorn."""
        result = super().handle(conn)
        while result is True and self._has_next(conn):
            result = super().handle(conn)
        if result is not True and "unsent" not in vars(conn):
            _end_tls(conn)
        return result

    def handle_request(self, req: Any, conn: Any) -> Any:  # noqa: ANN401 - the same
        """Answers one request; its address begins with https where the connection is TLS."""
        if isinstance(conn.sock, SSLSocket):
            req.scheme = "https"
        sock = conn.sock
        req.body.reader = BodyReader(req.body.reader, sock)
        conn.sock = answer = AnswerSocket(sock, self.backlog)
        try:
            return super().handle_request(req, conn)
        finally:
            conn.sock = sock
            if answer.unsent is not None:
                conn.unsent = answer.unsent

    def _has_next(self, conn: Any) -> bool:  # noqa: ANN401 - the same
        """Whether the client's next request comes while nobody else needs this thread."""
        if "unsent" in vars(conn):
            return False
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

    def _refuse(self, conn: Any, answer: bytes) -> None:  # noqa: ANN401 - the same
        with suppress(OSError):
            conn.sock.send(answer)
        self._drop(conn)

    def _drop(self, conn: Any) -> None:  # noqa: ANN401 - the same
        self.nr_conns -= 1
        conn.close()


class TimeAllowance:
    """How long a slow client is waited for: `REQUEST_TIMEOUT` for a part, `SLOWEST` altogether."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._end = now() + REQUEST_TIMEOUT

    def wait_with(self, sock: socket) -> None:
        """Sets the time limit of a socket for the next part. Raises TimeoutError: there is none."""
        left = self._end - self._now()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(min(left, REQUEST_TIMEOUT))

    def prolong(self, size: int) -> None:
        """Notes that so many bytes have passed."""
        self._end += size / SLOWEST


class Backlog:
    """How many bytes wait for slow readers, in all threads of a worker."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        """Lets so many more bytes wait. Raises ConnectionResetError: that would be too many."""
        with self._lock:
            if self._size + size > self._most:
                raise ConnectionResetError(errno.ECONNRESET, "too many slow readers")
            self._size += size

    def remove(self, size: int) -> None:
        """Notes that they wait no longer."""
        with self._lock:
            self._size -= size


class AnswerSocket:
    """The socket of a connection while it is answered: what it does not take at once waits.

    ``unsent``: that part, to be sent by a thread for slow clients; None if there is none.
    """

    def __init__(self, sock: socket, backlog: Backlog) -> None:
        self._sock = sock
        self._backlog = backlog
        self.unsent: tempfile.SpooledTemporaryFile[bytes] | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a socket has
        return getattr(self._sock, name)

    def sendall(self, content: bytes) -> None:
        """Sends what can be sent without waiting. Raises OSError where the client is gone."""
        rest = content
        if self.unsent is None:
            rest = content[_send_at_once(self._sock, content) :]
            if rest:
                self.unsent = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - sent later
        if self.unsent is not None:
            self._backlog.add(len(rest))
            self.unsent.write(rest)


def _send_at_once(sock: socket, content: bytes) -> int:
    """Sends what the system takes without waiting, and says how much. Raises OSError."""
    count, rest = 0, memoryview(content)
    secure = isinstance(sock, SSLSocket)
    if secure:  # it knows no flags
        sock.settimeout(0)
    try:
        while count < len(content):
            count += sock.send(rest[count:]) if secure else sock.send(rest[count:], MSG_DONTWAIT)
    except (BlockingIOError, SSLWantReadError, SSLWantWriteError):
        pass
    finally:
        if secure:
            sock.settimeout(None)
    return count


def _send_with_limits(sock: socket, unsent: IO[bytes]) -> None:
    """Sends all of a file. Raises OSError where the client is gone or too slow."""
    allowance = TimeAllowance()
    unsent.seek(0)
    while chunk := unsent.read(CHUNK):
        allowance.wait_with(sock)
        sock.sendall(chunk)
        allowance.prolong(len(chunk))
    sock.settimeout(None)


class BodyReader:
    """Reads a body for a thread, which waits for it with `TimeAllowance`."""

    def __init__(self, reader: Any, sock: socket) -> None:  # noqa: ANN401 - gunicorn's reader
        self._reader = reader
        self._sock = sock
        self._allowance: TimeAllowance | None = None

    def read(self, size: int) -> bytes:
        """Up to so many bytes. Raises ClientDisconnected (400): late, cut off or malformed."""
        # From the first read on: the request may have waited for a thread before.
        self._allowance = self._allowance or TimeAllowance()
        try:
            self._allowance.wait_with(self._sock)
            content: bytes = self._reader.read(size)
        except (ParseException, OSError) as error:
            raise ClientDisconnected from error
        finally:
            self._sock.settimeout(None)
        self._allowance.prolong(len(content))
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
    """Whether a thread can answer: the rest of a long body is read by the thread."""
    end = received.find(HEAD_ENDS)
    if end < 0:
        return False
    head = received[: end + len(HEAD_ENDS)]
    return _is_long(head) or len(received) >= len(head) + _length(head)


def _is_long(received: bytes) -> bool:
    """Whether a thread has to wait for the body: it is long, comes in chunks, or is asked for."""
    head = received[: received.find(HEAD_ENDS) + len(HEAD_ENDS)]
    unmeasured = ASKS_FIRST.search(head) or CHUNKED.search(head)
    return unmeasured is not None or _length(head) > LONGEST_BODY


def _length(head: bytes) -> int:
    length = LENGTH.search(head)
    # Of an absurd number the first digits will do: int() refuses thousands of them.
    return 0 if length is None else int(length[1].lstrip(b"0")[:15] or b"0")

"""A small load generator: keep-alive connections in one thread, answers checked by a marker.

Raw sockets and epoll, since a comfortable client costs more than the server it measures.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Request = Callable[[], bytes]


@dataclass(slots=True)
class Result:
    """Requests a second, latencies in seconds, and how many answers lacked the marker."""

    rate: float
    latencies: list[float]
    wrong: int

    def percentile(self, share: float) -> float:
        """A latency, in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


@dataclass(slots=True)
class Line:
    """One connection and what has come of the answer it waits for."""

    sock: socket.socket
    sent_at: float = 0.0
    got: bytearray = field(default_factory=bytearray)
    need: int = -1


def post(path: str, body: bytes) -> bytes:
    """A form post, ready to send."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(port: int, make: Request, marker: bytes, connections: int, seconds: float) -> Result:
    """Sends as fast as the answers come, for so many seconds."""
    selector = selectors.DefaultSelector()
    lines = [Line(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    for line in lines:
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line.sock, selectors.EVENT_READ, line)
        _send(line, make)
    latencies: list[float] = []
    wrong = 0
    start = time.perf_counter()
    end = start + seconds
    while time.perf_counter() < end:
        for key, _ in selector.select(timeout=1):
            line = key.data
            if _receive(line):
                latencies.append(time.perf_counter() - line.sent_at)
                wrong += marker not in line.got
                _send(line, make)
    took = time.perf_counter() - start
    for line in lines:
        line.sock.close()
    selector.close()
    return Result(len(latencies) / took, latencies, wrong)


def _send(line: Line, make: Request) -> None:
    line.got.clear()
    line.need = -1
    line.sent_at = time.perf_counter()
    line.sock.sendall(make())


def _receive(line: Line) -> bool:
    chunk = line.sock.recv(65536)
    if not chunk:
        raise ConnectionError("the server closed a connection under load")
    line.got += chunk
    if line.need < 0:
        head = line.got.find(b"\r\n\r\n")
        if head < 0:
            return False
        lower = bytes(line.got[:head]).lower()
        at = lower.index(b"content-length:") + 15
        line.need = head + 4 + int(lower[at:].split(b"\r\n", 1)[0])
    return len(line.got) >= line.need

"""Load: keep-alive connections that send as fast as answers come, and check every answer.

``wrk`` where it is installed: it leaves the second core to the server. Else one thread of Python,
which takes more of it; reports say which.
"""

from __future__ import annotations

import json
import os
import random
import re
import selectors
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
HOST = "127.0.0.1"
LONGEST_WAIT = 30.0
PLACEHOLDER = re.compile(r"@([A-Z]+)")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Call:
    """A POST. In ``body`` stand @ID for one of ``ids``, @NUMBER and @ADDRESS for new ones.

    An answer is right if its status is 200 and it has ``marker`` and no ``<error``.
    """

    body: str
    marker: str
    path: str = "/billmgr"
    headers: Mapping[str, str] = field(default_factory=lambda: FORM)
    ids: range = range(1, 2)


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of load showed: answers, answers a second, milliseconds, wrong answers."""

    calls: int
    rate: float
    p50_ms: float
    p99_ms: float
    longest_ms: float
    wrong: int


Generator = Callable[[int, Call, int, float, int], Result]
"""Port, call, connections, seconds, and the number after which @NUMBER begins."""


def generators() -> dict[str, Generator]:
    """Those that this computer has, by name, the best first."""
    return {**({"wrk": run_wrk} if shutil.which("wrk") else {}), "python": run_python}


def run_wrk(port: int, call: Call, connections: int, seconds: float, begin: int) -> Result:
    """Load by ``wrk``, for whole seconds. Raises CalledProcessError.

    After a pause it also counts, in the percentiles, the requests that it would have sent in it.
    """
    headers = [part for pair in call.headers.items() for part in ("-H", f"{pair[0]}: {pair[1]}")]
    environ = {
        "BENCH_BODY": call.body,
        "BENCH_MARKER": call.marker,
        "BENCH_FIRST": str(call.ids[0]),
        "BENCH_LAST": str(call.ids[-1]),
        "BENCH_BEGIN": str(begin),
    }
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{max(1, round(seconds))}s",
        "-T10s",
        "-s",
        str(SCRIPT),
    ]
    output = subprocess.run(
        [*command, *headers, f"http://{HOST}:{port}{call.path}"],
        env={**os.environ, **environ}, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return Result(**json.loads(output.splitlines()[-1]))


def run_python(port: int, call: Call, connections: int, seconds: float, begin: int) -> Result:
    """Load by this process: raw sockets, since a comfortable client costs more than the server."""
    selector = selectors.DefaultSelector()
    lines = [Line(port) for _ in range(connections)]
    chance = random.Random(begin)  # noqa: S311 - which license is read
    latencies: list[float] = []
    wrong = 0
    start = time.perf_counter()
    for line in lines:
        selector.register(line.sock, selectors.EVENT_READ, line)
        line.send(_request(call, begin := begin + 1, chance))
    while (now := time.perf_counter()) < start + seconds or not latencies:
        if now > start + LONGEST_WAIT:
            raise TimeoutError(f"no answer on port {port}")
        for key, _ in selector.select(timeout=1):
            line = key.data
            if not line.receive():
                continue
            latencies.append((time.perf_counter() - line.sent_at) * 1000)
            wrong += not is_right(call, line.received)
            if line.ended:
                selector.unregister(line.sock)
                line.reconnect()
                selector.register(line.sock, selectors.EVENT_READ, line)
            line.send(_request(call, begin := begin + 1, chance))
    took = time.perf_counter() - start
    for line in lines:
        line.sock.close()
    selector.close()
    latencies.sort()
    count = len(latencies)
    p50, p99 = latencies[count // 2], latencies[min(count - 1, count * 99 // 100)]
    return Result(count, count / took, p50, p99, latencies[-1], wrong)


def send(port: int, call: Call) -> bytes:
    """One call, and its answer with the head. Raises OSError."""
    line = Line(port)
    try:
        line.send(_request(call, 0, random.Random(1)))  # noqa: S311 - which license is read
        while not line.receive():
            pass
        return bytes(line.received)
    finally:
        line.sock.close()


def is_right(call: Call, answer: bytes | bytearray) -> bool:
    """Whether an answer with its head is what was expected."""
    status, _, rest = answer.partition(b"\r\n")
    return b" 200 " in status and call.marker.encode() in rest and b"<error" not in rest


def _request(call: Call, number: int, chance: random.Random) -> bytes:
    values = {
        "ID": str(chance.choice(call.ids)),
        "NUMBER": str(number),
        "ADDRESS": f"10.{200 + (number >> 16)}.{number >> 8 & 255}.{number & 255}",
    }
    body = PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), call.body).encode()
    headers = {"Host": HOST, **call.headers, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {call.path} HTTP/1.1\r\n{head}\r\n".encode() + body


class Line:
    """One connection and what has come of the answer it waits for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.sent_at = 0.0
        self.received = bytearray()
        self.ended = False
        """Whether the server ends the connection after this answer."""
        self.sock = self._connected()

    def _connected(self) -> socket.socket:
        sock = socket.create_connection((HOST, self._port), timeout=LONGEST_WAIT)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def reconnect(self) -> None:
        """Opens a new connection instead of one that the server ends."""
        self.sock.close()
        self.ended = False
        self.sock = self._connected()

    def send(self, request: bytes) -> None:
        """Sends a request; `received` is what has come of its answer."""
        self.received.clear()
        self.sent_at = time.perf_counter()
        self.sock.sendall(request)

    def receive(self) -> bool:
        """Reads what has come; whether the answer is complete. Raises ConnectionError."""
        chunk = self.sock.recv(65536)
        self.received += chunk
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not chunk:
            self.ended = True
            if not separator:
                raise ConnectionError("the server closed a connection under load")
            return True
        length = re.search(rb"(?i)\r\ncontent-length:\s*(\d+)", head)
        if not separator or length is None or len(body) < int(length[1]):
            return False
        self.ended = head.startswith(b"HTTP/1.0") or b"\r\nconnection: close" in head.lower()
        return True

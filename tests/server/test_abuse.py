"""What is too much, too deep, too long or too slow is refused, and others are served meanwhile.

Every attack is bounded and meets a server of its own. The limits are those of docs/security.md.
"""

from __future__ import annotations

import gzip
import itertools
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from emulator.server.buffering_worker import Backlog, TimeAllowance
from emulator.testing import Seller, SellerServer

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
GET = b"GET /billmgr?func=soft HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
POST = b"POST /billmgr HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
SECONDS = 15
"""Long enough for a busy computer; a thread waits longer for a client (`REQUEST_TIMEOUT`)."""
SOON = 6
"""Seconds for ten ordinary calls during an attack, on a busy computer; alone they take 0.05."""
MEGABYTES = 600
"""How much memory a worker may ever have needed."""


@dataclass(frozen=True)
class Target:
    """A server with one worker of eight threads."""

    server: SellerServer
    client: httpx.Client
    """Each request of it has a connection of its own."""

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", urlsplit(self.server.base).port or 0)

    @property
    def worker(self) -> int:
        pid = self.server.process.pid
        (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(child)

    def highest_memory(self) -> int:
        """Megabytes."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
        return int(peak) // 1024

    def send(self, sent: bytes) -> bytes:
        """The first bytes of the answer to raw bytes; empty where the connection is closed."""
        with socket.create_connection(self.address, timeout=SECONDS) as raw:
            with suppress(ConnectionResetError, BrokenPipeError):  # it may not read all of it
                raw.sendall(sent)
            with suppress(ConnectionResetError):
                return raw.recv(65_536)
        return b""

    def post(self, path: str, body: bytes, kind: str, **headers: str) -> httpx.Response:
        sent = {"Content-Type": kind, **{n.replace("_", "-"): v for n, v in headers.items()}}
        url = f"{self.server.base}{path}"
        return self.client.post(url, content=body, headers=sent)

    def require_service(self) -> None:
        """Health and an ordinary call are answered, soon."""
        assert self.client.get(f"{self.server.base}/_mockseller/health").is_success
        sent = {"authinfo": "reseller:secret", "func": "whoami"}
        assert "reseller" in self.client.post(self.server.url, data=sent).text


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    alone = httpx.Limits(max_keepalive_connections=0)
    with (
        SellerServer("--workers", "1") as server,
        httpx.Client(timeout=SECONDS, trust_env=False, limits=alone) as client,
    ):
        server.world("victim")
        yield Target(server, client)


REFUSED: Mapping[str, tuple[bytes, bytes]] = {
    "more headers than a thousand": (
        GET + b"".join(b"X-%d: y\r\n" % number for number in range(1500)) + b"\r\n", b" 431 ",
    ),
    "a header of 100 kB": (GET + b"X: " + b"y" * 100_000 + b"\r\n\r\n", b" 431 "),
    "an endless head": (b"GET /billmgr?" + b"x" * 3_000_000, b" 414 "),
    "two lengths": (
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b" 400 ",
    ),
    "a negative length": (POST + b"Content-Length: -5\r\n\r\nabc", b" 400 "),
    "a chunk of no size": (POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc", b" 400 "),
    "a header without a name": (GET + b": x\r\n\r\n", b" 400 "),
    "a NUL in a header": (GET + b"X: \0\r\n\r\n", b" 400 "),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_or_excessive_head_is_refused(target: Target, name: str) -> None:
    sent, status = REFUSED[name]
    line = target.send(sent).partition(b"\r\n")[0]
    assert status in line or (status == b" 414 " and line == b"")  # closed while it was sent
    target.require_service()


def test_a_compressed_body_is_not_unpacked(target: Target) -> None:
    bomb = gzip.compress(b"func=soft&x=" + b"0" * 50_000_000)
    answer = target.post("/billmgr", bomb, FORM, Content_Encoding="gzip")
    assert "<error" in answer.text
    for kind, path in ((JSON, "clock"), ("application/xml", "worlds/victim/import")):
        answer = target.post(f"/_mockseller/{path}", bomb, kind, Content_Encoding="gzip")
        assert answer.status_code == 400
    assert target.highest_memory() < MEGABYTES


DEEP = 100_000
NESTED: Mapping[str, tuple[str, bytes, str]] = {
    "lists": ("clock", b"[" * DEEP + b"]" * DEEP, JSON),
    "objects": ("clock", b'{"a":' * DEEP + b"1" + b"}" * DEEP, JSON),
    "a price list in JSON": ("worlds/victim/import", b'{"doc":' * DEEP + b"1" + b"}" * DEEP, JSON),
    "elements": ("worlds/victim/import", b"<a>" * DEEP + b"</a>" * DEEP, "application/xml"),
    "a tree in a price list": (
        "worlds/victim/import",
        b"<doc><pricelist>" + b"<a>" * DEEP + b"</a>" * DEEP + b"</pricelist></doc>",
        "application/xml",
    ),
    "entities": (
        "worlds/victim/import",
        b'<!DOCTYPE doc [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "&%c;&%c;">' % (n + 1, n, n) for n in range(97, 117))
        + b"]><doc>&u;</doc>",
        "application/xml",
    ),
}


@pytest.mark.parametrize("name", NESTED)
def test_what_is_nested_too_deeply_is_refused(target: Target, name: str) -> None:
    path, body, kind = NESTED[name]
    answer = target.post(f"/_mockseller/{path}", body, kind)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert target.highest_memory() < MEGABYTES
    target.require_service()


GIANTS = ("1e999999999", "-1e999999999", "9" * 4000, "9" * 100_000)


def test_no_number_of_the_control_api_is_too_large_to_be_refused(target: Target) -> None:
    begun = time.monotonic()
    for number in GIANTS:
        for method, path, body in (
            ("POST", "worlds", '{"name": "giant", "seed": %s}'),
            ("POST", "faults", '{"what": "delay", "seconds": %s}'),
            ("POST", "faults", '{"what": "drop", "nth": %s}'),
            ("PATCH", "accounts/reseller", '{"balance": %s}'),
            ("PATCH", "accounts/reseller", '{"discounts": [{"percent": %s}]}'),
            ("PATCH", "services/100001", '{"status": %s}'),
            ("PATCH", "worlds/victim", '{"rules": {"list_rows": %s}}'),
            ("PATCH", "worlds/victim", '{"provisioning": {"mode": "reads", "amount": %s}}'),
            ("POST", "journal/verify", '{"count": %s}'),
        ):
            for value in (number, f'"{number}"'):
                answer = target.client.request(
                    method,
                    f"{target.server.base}/_mockseller/{path}",
                    content=body % value,
                    headers={"Content-Type": JSON},
                )
                assert (answer.status_code, list(answer.json())) == (400, ["error"]), (body, value)
    assert time.monotonic() - begun < 4 * SECONDS
    assert target.highest_memory() < MEGABYTES


def test_no_number_of_a_call_is_too_large_to_be_refused(seller: Seller) -> None:
    """In every parameter of every function: answered with a document, and soon."""
    giants = itertools.cycle(["1e999999999", "9" * 5000, "-" + "9" * 400, "1e-999999999"])
    wrong, count = [], 0
    for function in seller.control("GET", "/functions"):
        begun = time.monotonic()
        for field in function["takes"]:
            sent = {**function["example"], field["name"]: next(giants), "sok": "ok"}
            answer = seller.call(function["name"], **sent)
            count += 1
            if answer.status != 200 or 'type="internal"' in answer.text:
                wrong.append((function["name"], field["name"]))
        if time.monotonic() - begun > SECONDS:
            wrong.append((function["name"], "slow"))
    assert wrong == []
    assert count > 1000


def slow_bodies(target: Target, stack: ExitStack) -> None:
    """More large bodies than there are threads, of which nothing more comes."""
    heads = (b"Content-Length: 4000000\r\n", b"Content-Length: 9" + b"0" * 5000 + b"\r\n",
             b"Transfer-Encoding: chunked\r\n")  # fmt: skip
    for number in range(24):
        raw = stack.enter_context(socket.create_connection(target.address, timeout=SECONDS))
        raw.sendall(POST + heads[number % 3] + b"\r\nfunc=")


def slow_readers(target: Target, stack: ExitStack) -> None:
    """Answers larger than what the system holds for a client, which nobody reads."""
    body = b"func=" + b"y" * 3_000_000
    for _ in range(12):
        raw = stack.enter_context(socket.socket())
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(SECONDS)
        raw.connect(target.address)
        raw.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def half_requests(target: Target, stack: ExitStack) -> None:
    """Heads and bodies that stop in the middle."""
    for number in range(120):
        raw = stack.enter_context(socket.create_connection(target.address, timeout=SECONDS))
        raw.sendall((GET, POST + b"Content-Length: 900000\r\n\r\n" + b"x" * 500_000)[number % 2])


def late_closers(target: Target, stack: ExitStack) -> None:
    """Clients that have their answer and close nothing."""
    for _ in range(24):
        raw = stack.enter_context(socket.create_connection(target.address, timeout=SECONDS))
        raw.sendall(GET + b"\r\n")


ATTACKS = (slow_bodies, slow_readers, half_requests, late_closers)


@pytest.mark.parametrize("attack", ATTACKS)
def test_slow_clients_of_every_kind_keep_nobody_from_being_served(
    target: Target, attack: Callable[[Target, ExitStack], None]
) -> None:
    with ExitStack() as stack:
        attack(target, stack)
        begun = time.monotonic()
        for _ in range(5):
            target.require_service()
        assert time.monotonic() - begun < SOON
    assert target.highest_memory() < MEGABYTES
    assert "Traceback" not in target.server.errors


def test_an_answer_that_a_client_reads_slowly_arrives_whole(target: Target) -> None:
    body = b"func=" + b"y" * 5_000_000
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        raw.connect(target.address)
        raw.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        answer = bytearray()
        while chunk := raw.recv(1_000_000):
            answer += chunk
    head, _, document = bytes(answer).partition(b"\r\n\r\n")
    assert b"Content-Length: %d" % len(document) in head
    assert document.rstrip().endswith(b"</doc>")
    assert b"y" * 5_000_000 in document


def test_a_client_that_sends_too_slowly_is_given_up() -> None:
    now = [100.0]
    here, there = socket.socketpair()
    with here, there:
        allowance = TimeAllowance(lambda: now[0])
        allowance.wait_with(here)
        assert here.gettimeout() == 20
        allowance.prolong(160 * 1024)  # ten seconds more
        now[0] += 29
        allowance.wait_with(here)
        assert here.gettimeout() == 1
        now[0] += 2
        with pytest.raises(TimeoutError):
            allowance.wait_with(here)


def test_answers_for_slow_readers_have_a_bound() -> None:
    backlog = Backlog(100)
    backlog.add(60)
    with pytest.raises(ConnectionResetError, match="too many slow readers"):
        backlog.add(41)
    backlog.remove(60)
    backlog.add(100)


def test_others_are_served_during_all_attacks_at_once(target: Target) -> None:
    """The last one: what each of them alone does not stop, they do not stop together."""
    over = threading.Event()

    def repeat(begin: int) -> None:
        for attack in itertools.cycle(attacks[begin:] + attacks[:begin]):
            if over.is_set():
                return
            # Of the attackers some wait: there are fewer threads for slow clients than of them.
            with suppress(TimeoutError, httpx.TimeoutException):
                attack()

    attacks: list[Callable[[], object]] = [
        # Chunks would wait for the slow bodies.
        *(partial(target.send, sent) for sent, _ in REFUSED.values() if b"chunked" not in sent),
        *(
            partial(target.post, f"/_mockseller/{path}", body, kind)
            for path, body, kind in NESTED.values()
        ),
    ]
    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        for make in ATTACKS:
            make(target, stack)
        running = [pool.submit(repeat, begin) for begin in range(4)]
        try:
            for _ in range(5):
                target.require_service()
        finally:
            over.set()
        for attacker in running:
            attacker.result()
    assert target.highest_memory() < MEGABYTES

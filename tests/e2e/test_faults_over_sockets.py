"""Planned faults as a client on the other end of a socket meets them, with several workers."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from emulator.testing import SellerServer

ORDER = "soft.order.param"


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with SellerServer("--workers", "2") as made:
        yield made


def test_a_dropped_connection_is_closed_without_a_byte(server: SellerServer) -> None:
    world = server.fresh()
    before = len(world.call("soft").rows())
    world.faults.add("drop", func=ORDER, when="after", times=1)
    form = (
        f"func={ORDER}&authinfo=reseller:secret&pricelist=55227&period=1&ip=192.0.2.201"
        "&skipbasket=on&sok=ok"
    ).encode()
    address = urlsplit(server.base)
    with socket.create_connection((address.hostname, address.port), timeout=20) as line:
        head = f"POST {world.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        line.sendall(f"{head}Content-Length: {len(form)}\r\n\r\n".encode() + form)
        assert line.recv(1) == b""
    assert len(world.call("soft").rows()) == before + 1
    (entry,) = world.journal.entries(func=ORDER)
    assert entry["fault"] == "#1 drop after"


def test_a_truncated_answer_is_shorter_than_promised(server: SellerServer) -> None:
    world = server.fresh()
    world.faults.add("truncate", func="soft")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        world.call("soft")


def test_two_workers_never_both_have_the_third_call(server: SellerServer) -> None:
    world = server.fresh()
    world.faults.add("status", func="whoami", nth=3, times=1)
    answers: list[int] = []

    def ask() -> None:
        answers.extend(world.call("whoami").status for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(answers) == {200: 19, 502: 1}
    assert world.faults.all()[0]["matched"] == 20


def test_the_server_complains_of_nothing(server: SellerServer) -> None:
    world = server.fresh()
    world.faults.add("drop", func="whoami")
    with pytest.raises(httpx.RemoteProtocolError):
        world.call("whoami")
    assert "Traceback" not in server.errors
